// RUN: edgecc-opt %s --edge-quantize --split-input-file | FileCheck %s

// Only zeros were seen: scale 1.

// CHECK-LABEL: func.func @zeros
// CHECK: edge.quantize %arg0
// CHECK-SAME: !quant.uniform<i8:f32, 1.000000e+00:-128>
func.func @zeros(%x: tensor<1x2xf32> {edge.range = [0.0, 0.0]}) -> tensor<1x2xf32> {
  %y = edge.softmax %x {axis = 1, edge.ranges = [[0.5, 0.5]]} : (tensor<1x2xf32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// -----

// One value only: the range from it to zero.

// CHECK-LABEL: func.func @constant
// CHECK: edge.quantize %arg0
// CHECK-SAME: !quant.uniform<i8:f32, 1.000000e+00:127>
func.func @constant(%x: tensor<1x2xf32> {edge.range = [-255.0, -255.0]}) -> tensor<1x2xf32> {
  %y = edge.softmax %x {axis = 1, edge.ranges = [[0.5, 0.5]]} : (tensor<1x2xf32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// -----

// Layers of zeros get scales that need no shift.

// CHECK-LABEL: func.func @dead_layer
// CHECK: edge.constant {{.*}} -> tensor<2x2x!quant.uniform<i8<-127:127>:f32:0, {2.384185791015625E-7,2.384185791015625E-7}>>
// CHECK: edge.fully_connected
// CHECK-SAME: !quant.uniform<i8:f32, 1.000000e+00:-128>
func.func @dead_layer(%x: tensor<1x2xf32> {edge.range = [0.0, 255.0]}) -> tensor<1x2xf32> {
  %w = edge.constant dense<0.0> : tensor<2x2xf32> -> tensor<2x2xf32>
  %b = edge.constant dense<0.0> : tensor<2xf32> -> tensor<2xf32>
  %y = edge.fully_connected %x, %w, %b {edge.ranges = [[0.0, 0.0]]}
    : (tensor<1x2xf32>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}
