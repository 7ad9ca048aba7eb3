// RUN: edgecc-opt %s --edge-quantize --split-input-file 2>%t | FileCheck %s
// RUN: FileCheck %s --check-prefix=DIAG --input-file=%t

// Products of two computed tensors, or with a constant on the left.

// CHECK-LABEL: func.func @attention
// CHECK: %[[S:.*]] = edge.matmul %{{.*}}, %{{.*}} : (tensor<2x4x8x!quant.uniform<i8:f32, 1.000000e+00:-128>>, tensor<8x4x!quant.uniform<i8:f32, 5.000000e-01:-128>>)
// CHECK-SAME: -> tensor<2x4x4x!quant.uniform<i8:f32, 4.000000e+00:-128>>
// CHECK: %[[C:.*]] = edge.constant {{.*}} -> tensor<1x2x!quant.uniform<i8:f32, 1.000000e+00:-128>>
func.func @attention(%q: tensor<2x4x8xf32> {edge.range = [0.0, 255.0]},
                     %k: tensor<8x4xf32> {edge.range = [0.0, 127.5]}) -> (tensor<2x4x4xf32>, tensor<1x16xf32>) {
  %0 = edge.matmul %q, %k {edge.ranges = [[0.0, 1020.0]]}
    : (tensor<2x4x8xf32>, tensor<8x4xf32>) -> tensor<2x4x4xf32>
  %c = edge.constant dense<[[100.0, 255.0]]> : tensor<1x2xf32> -> tensor<1x2xf32>
  %r = edge.reshape %k : (tensor<8x4xf32>) -> tensor<2x16xf32>
  // CHECK: edge.matmul %[[C]], %{{.*}} -> tensor<1x16x!quant.uniform<i8:f32, 2.000000e+00:-128>>
  %1 = edge.matmul %c, %r {edge.ranges = [[0.0, 510.0]]} : (tensor<1x2xf32>, tensor<2x16xf32>) -> tensor<1x16xf32>
  return %0, %1 : tensor<2x4x4xf32>, tensor<1x16xf32>
}

// -----

// 65025 * 33100 is more than 2^31.

// CHECK-LABEL: func.func @deep
// CHECK: edge.matmul {{.*}} -> tensor<1x1xf32>
func.func @deep(%a: tensor<1x33100xf32> {edge.range = [0.0, 1.0]},
                %b: tensor<33100x1xf32> {edge.range = [0.0, 1.0]}) -> tensor<1x1xf32> {
  // DIAG: remark: {{.*}}'long' stays in float: its sums would overflow 32 bits
  %0 = edge.matmul %a, %b {edge.ranges = [[0.0, 33100.0]]}
    : (tensor<1x33100xf32>, tensor<33100x1xf32>) -> tensor<1x1xf32> loc("long")
  return %0 : tensor<1x1xf32>
}
