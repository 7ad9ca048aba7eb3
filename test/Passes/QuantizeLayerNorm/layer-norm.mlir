// RUN: edgecc-opt %s --edge-quantize --split-input-file 2>%t | FileCheck %s
// RUN: FileCheck %s --check-prefix=DIAG --input-file=%t

// Input and result have types of their own; scale and bias stay real numbers.

// CHECK-LABEL: func.func @layer_norm
// CHECK: %[[Q:.*]] = edge.quantize %arg0
// CHECK: edge.layer_norm %[[Q]] scale(%{{.*}}) {axes = array<i64: 1>
// CHECK-SAME: (tensor<1x2x!quant.uniform<i8:f32, 1.000000e+00:-128>>, tensor<2xf32>) -> tensor<1x2x!quant.uniform<i8:f32, 2.000000e+00:-128>>
func.func @layer_norm(%x: tensor<1x2xf32> {edge.range = [0.0, 255.0]}) -> tensor<1x2xf32> {
  %s = edge.constant dense<[100.0, 255.0]> : tensor<2xf32> -> tensor<2xf32>
  %0 = edge.layer_norm %x scale(%s) {axes = array<i64: 1>, epsilon = 0.01 : f32, edge.ranges = [[0.0, 510.0]]}
    : (tensor<1x2xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  return %0 : tensor<1x2xf32>
}

// -----

// CHECK-LABEL: func.func @computed_scale
// CHECK: edge.layer_norm {{.*}} -> tensor<1x2xf32>
func.func @computed_scale(%x: tensor<1x2xf32> {edge.range = [0.0, 255.0]},
                          %s: tensor<2xf32> {edge.range = [0.0, 1.0]}) -> tensor<1x2xf32> {
  // DIAG: remark: {{.*}}'norm' stays in float: its scale or bias is computed or not finite
  %0 = edge.layer_norm %x scale(%s) {axes = array<i64: 1>, epsilon = 0.01 : f32, edge.ranges = [[0.0, 510.0]]}
    : (tensor<1x2xf32>, tensor<2xf32>) -> tensor<1x2xf32> loc("norm")
  return %0 : tensor<1x2xf32>
}
