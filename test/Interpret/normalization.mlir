// RUN: edgecc-opt %s --edge-interpret="function=layer_norm" -o /dev/null | FileCheck %s --check-prefix=LAYER
// RUN: edgecc-opt %s --edge-interpret="function=rms" -o /dev/null | FileCheck %s --check-prefix=RMS
// RUN: edgecc-opt %s --edge-interpret="function=log_softmax" -o /dev/null | FileCheck %s --check-prefix=LOG

// Variance 4 down the columns, scale and bias across them.
// LAYER: tensor<2x2xf32> = [-1, -8, 1, 12]
func.func @layer_norm() -> tensor<2x2xf32> {
  %x = edge.constant dense<[[2.0, 0.0], [6.0, 4.0]]> : tensor<2x2xf32> -> tensor<2x2xf32>
  %scale = edge.constant dense<[1.0, 10.0]> : tensor<2xf32> -> tensor<2xf32>
  %bias = edge.constant dense<[0.0, 2.0]> : tensor<2xf32> -> tensor<2xf32>
  %y = edge.layer_norm %x scale(%scale) bias(%bias) {axes = array<i64: 0>, epsilon = 0.0 : f32}
    : (tensor<2x2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<2x2xf32>
  return %y : tensor<2x2xf32>
}

// Mean squares 16 and 0, plus 9.
// RMS: tensor<2x2xf32> = [0, 1.13137{{.*}}, 0, 0]
func.func @rms() -> tensor<2x2xf32> {
  %x = edge.constant dense<[[0.0, 5.65685425], [0.0, 0.0]]> : tensor<2x2xf32> -> tensor<2x2xf32>
  %y = edge.layer_norm %x {axes = array<i64: 1>, epsilon = 9.0 : f32, rms} : (tensor<2x2xf32>) -> tensor<2x2xf32>
  return %y : tensor<2x2xf32>
}

// The softmax itself would underflow to 0.
// LOG: tensor<1x2xf32> = [0, -200]
func.func @log_softmax() -> tensor<1x2xf32> {
  %x = edge.constant dense<[[99.0, -101.0]]> : tensor<1x2xf32> -> tensor<1x2xf32>
  %y = edge.softmax %x {axis = 1, log} : (tensor<1x2xf32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}
