// RUN: edgecc-opt %s --edge-quantize --split-input-file | FileCheck %s

// Input and output get the types of their ranges, which include zero; the
// function keeps its float types.

// CHECK-LABEL: func.func @fully_connected(%arg0: tensor<1x2xf32>) -> tensor<1x3xf32>
// CHECK: %[[X:.*]] = edge.quantize %arg0
// CHECK-SAME: tensor<1x2x!quant.uniform<i8:f32, 0.0078431377187371254:-1>>
// CHECK: %[[W:.*]] = edge.constant
// CHECK-SAME: tensor<3x2xi8> -> tensor<3x2x!quant.uniform<i8<-127:127>:f32:0, {1.000000e+00,5.000000e-01,
// CHECK: %[[B:.*]] = edge.constant
// CHECK-SAME: tensor<3xi32> -> tensor<3x!quant.uniform<i32:f32:0, {0.0078431377187371254,0.0039215688593685627,
// CHECK: %[[Y:.*]] = edge.fully_connected %[[X]], %[[W]], %[[B]]
// CHECK-SAME: {clamp_min = 0.000000e+00 : f32}
// CHECK-SAME: tensor<1x3x!quant.uniform<i8:f32, 1.000000e+00:-128>>
// CHECK: %[[REAL:.*]] = edge.dequantize %[[Y]]
// CHECK: return %[[REAL]]
func.func @fully_connected(%x: tensor<1x2xf32> {edge.range = [-1.0, 1.0]}) -> tensor<1x3xf32> {
  %w = edge.constant dense<[[127.0, -3.0], [0.5, -63.5], [0.0, 0.0]]> : tensor<3x2xf32> -> tensor<3x2xf32>
  %b = edge.constant dense<[1.0, 2.0, 0.0]> : tensor<3xf32> -> tensor<3xf32>
  %y = edge.fully_connected %x, %w, %b {clamp_min = 0.0 : f32, edge.ranges = [[3.0, 255.0]]}
    : (tensor<1x2xf32>, tensor<3x2xf32>, tensor<3xf32>) -> tensor<1x3xf32>
  return %y : tensor<1x3xf32>
}

// -----

// No conversion stays between two layers.

// CHECK-LABEL: func.func @chain
// CHECK: edge.quantize
// CHECK: %[[A:.*]] = edge.conv
// CHECK-SAME: pads = array<i64: 1, 1>
// CHECK-NOT: edge.dequantize
// CHECK-NOT: edge.quantize
// CHECK: %[[B:.*]] = edge.conv %[[A]]
// CHECK: edge.dequantize %[[B]]
func.func @chain(%x: tensor<1x4x1xf32> {edge.range = [0.0, 1.0]}) -> tensor<1x4x1xf32> {
  %w = edge.constant dense<0.5> : tensor<1x3x1xf32> -> tensor<1x3x1xf32>
  %b = edge.constant dense<1.0> : tensor<1xf32> -> tensor<1xf32>
  %0 = edge.conv %x, %w, %b {strides = array<i64: 1>, pads = array<i64: 1, 1>, dilations = array<i64: 1>, edge.ranges = [[0.0, 3.0]]}
    : (tensor<1x4x1xf32>, tensor<1x3x1xf32>, tensor<1xf32>) -> tensor<1x4x1xf32>
  %1 = edge.conv %0, %w, %b {strides = array<i64: 1>, pads = array<i64: 1, 1>, dilations = array<i64: 1>, edge.ranges = [[0.0, 6.0]]}
    : (tensor<1x4x1xf32>, tensor<1x3x1xf32>, tensor<1xf32>) -> tensor<1x4x1xf32>
  return %1 : tensor<1x4x1xf32>
}

// -----

// A bias that would not fit 32 bits at the scale of tiny weights makes these
// coarser: 1.0 / (1/128 * scale) has to stay below 2^30.

// CHECK-LABEL: func.func @tiny_weights
// CHECK: edge.constant {{.*}} -> tensor<1x1x!quant.uniform<i8<-127:127>:f32:0, {1.1920928955078125E-7}>>
// CHECK: edge.constant dense_resource<[[BIAS:.*]]> : tensor<1xi32>
// CHECK: edge.fully_connected
func.func @tiny_weights(%x: tensor<1x1xf32> {edge.range = [0.0, 1.9921875]}) -> tensor<1x1xf32> {
  %w = edge.constant dense<1.0e-20> : tensor<1x1xf32> -> tensor<1x1xf32>
  %b = edge.constant dense<1.0> : tensor<1xf32> -> tensor<1xf32>
  %y = edge.fully_connected %x, %w, %b {edge.ranges = [[0.0, 1.0e-3]]}
    : (tensor<1x1xf32>, tensor<1x1xf32>, tensor<1xf32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}
