// RUN: edgecc-opt %s --edge-quantize=precision=s16x8 --split-input-file 2>%t | FileCheck %s
// RUN: FileCheck %s --check-prefix=DIAG --input-file=%t

// With int16 activations: ranges count twice, without a zero point.

// CHECK-LABEL: func.func @layer_norm
// CHECK: %[[Q:.*]] = edge.quantize %arg0
// CHECK: edge.layer_norm %[[Q]] scale(%{{.*}}) {axes = array<i64: 1>
// CHECK-SAME: (tensor<1x2x!quant.uniform<i16:f32, 1.000000e+00>>, tensor<2xf32>) -> tensor<1x2x!quant.uniform<i16:f32, 2.000000e+00>>
func.func @layer_norm(%x: tensor<1x2xf32> {edge.range = [0.0, 16383.5]}) -> tensor<1x2xf32> {
  %s = edge.constant dense<[100.0, 255.0]> : tensor<2xf32> -> tensor<2xf32>
  %0 = edge.layer_norm %x scale(%s) {axes = array<i64: 1>, epsilon = 0.01 : f32, edge.ranges = [[0.0, 32767.0]]}
    : (tensor<1x2xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  return %0 : tensor<1x2xf32>
}

// -----

// CHECK-LABEL: func.func @large
// CHECK: edge.layer_norm {{.*}} -> tensor<128x129xf32>
func.func @large(%x: tensor<128x129xf32> {edge.range = [0.0, 255.0]}) -> tensor<128x129xf32> {
  // DIAG: remark: {{.*}}'norm' stays in float: its groups have more than 16384 elements
  %0 = edge.layer_norm %x {axes = array<i64: 0, 1>, epsilon = 0.01 : f32, edge.ranges = [[0.0, 2.0]]}
    : (tensor<128x129xf32>) -> tensor<128x129xf32> loc("norm")
  return %0 : tensor<128x129xf32>
}
