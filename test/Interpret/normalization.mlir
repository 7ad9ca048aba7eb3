// RUN: edgecc-opt %s --edge-interpret="function=layer_norm" -o /dev/null | FileCheck %s --check-prefix=LAYER
// RUN: edgecc-opt %s --edge-interpret="function=rms" -o /dev/null | FileCheck %s --check-prefix=RMS
// RUN: edgecc-opt %s --edge-interpret="function=log_softmax" -o /dev/null | FileCheck %s --check-prefix=LOG
// RUN: edgecc-opt %s --edge-interpret="function=layer_norm_s8" -o /dev/null | FileCheck %s --check-prefix=LAYER-S8
// RUN: edgecc-opt %s --edge-interpret="function=rms_s8" -o /dev/null | FileCheck %s --check-prefix=RMS-S8

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

// As above: steps of 0.5 in, of 0.25 out; 1 is 4 steps, and 12 is 48.
!in = !quant.uniform<i8:f32, 0.5:3>
!out = !quant.uniform<i8:f32, 0.25:-1>
// LAYER-S8: tensor<2x2x{{.*}}> = [-5, -33, 3, 47]
func.func @layer_norm_s8() -> tensor<2x2x!out> {
  %x = edge.constant dense<[[7, 3], [15, 11]]> : tensor<2x2xi8> -> tensor<2x2x!in>
  %scale = edge.constant dense<[1.0, 10.0]> : tensor<2xf32> -> tensor<2xf32>
  %bias = edge.constant dense<[0.0, 2.0]> : tensor<2xf32> -> tensor<2xf32>
  %y = edge.layer_norm %x scale(%scale) bias(%bias) {axes = array<i64: 0>, epsilon = 0.0 : f32}
    : (tensor<2x2x!in>, tensor<2xf32>, tensor<2xf32>) -> tensor<2x2x!out>
  return %y : tensor<2x2x!out>
}

// 6 and 0 with a mean square of 18 and an epsilon of 18 are 1 and 0: 4 steps.
// Without either, 0 stays 0.
// RMS-S8: tensor<2x2x{{.*}}> = [3, -1, -1, -1]
func.func @rms_s8() -> tensor<2x2x!out> {
  %x = edge.constant dense<[[15, 3], [3, 3]]> : tensor<2x2xi8> -> tensor<2x2x!in>
  %y = edge.layer_norm %x {axes = array<i64: 1>, epsilon = 18.0 : f32, rms} : (tensor<2x2x!in>) -> tensor<2x2x!out>
  return %y : tensor<2x2x!out>
}
