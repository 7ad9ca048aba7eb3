// RUN: edgecc-opt %s --edge-quantize=precision=s16x8 --split-input-file 2>%t | FileCheck %s
// RUN: FileCheck %s --check-prefix=DIAG --input-file=%t

// With int16 activations: ranges count twice, without a zero point.

// CHECK-LABEL: func.func @attention
// CHECK: edge.matmul %{{.*}}, %{{.*}} : (tensor<2x4x8x!quant.uniform<i16:f32, 1.000000e+00>>, tensor<8x4x!quant.uniform<i16:f32, 5.000000e-01>>)
// CHECK-SAME: -> tensor<2x4x4x!quant.uniform<i16:f32, 4.000000e+00>>
func.func @attention(%q: tensor<2x4x8xf32> {edge.range = [-10.0, 16383.5]},
                     %k: tensor<8x4xf32> {edge.range = [0.0, 8191.75]}) -> tensor<2x4x4xf32> {
  %0 = edge.matmul %q, %k {edge.ranges = [[0.0, 65534.0]]}
    : (tensor<2x4x8xf32>, tensor<8x4xf32>) -> tensor<2x4x4xf32>
  return %0 : tensor<2x4x4xf32>
}

// -----

// CHECK-LABEL: func.func @deep
// CHECK: edge.matmul {{.*}} -> tensor<1x1xf32>
func.func @deep(%a: tensor<1x65537xf32> {edge.range = [0.0, 1.0]},
                %b: tensor<65537x1xf32> {edge.range = [0.0, 1.0]}) -> tensor<1x1xf32> {
  // DIAG: remark: {{.*}}'long' stays in float: its sums have more than 2^16 products of int16
  %0 = edge.matmul %a, %b {edge.ranges = [[0.0, 65537.0]]}
    : (tensor<1x65537xf32>, tensor<65537x1xf32>) -> tensor<1x1xf32> loc("long")
  return %0 : tensor<1x1xf32>
}
