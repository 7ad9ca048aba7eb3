// Pools, reductions and softmax in int8.
// RUN: edgecc-opt %s --edge-quantize --split-input-file | FileCheck %s

// An average has a type of its own, a maximum that of its input.

// CHECK-LABEL: func.func @pools
// CHECK: %[[Q:.*]] = edge.quantize %arg0 {{.*}} -> tensor<1x4x4x2x!quant.uniform<i8:f32, 1.000000e+00:-128>>
// CHECK: %[[M:.*]] = edge.max_pool %[[Q]]
// CHECK-SAME: (tensor<1x4x4x2x!quant.uniform<i8:f32, 1.000000e+00:-128>>) -> tensor<1x2x2x2x!quant.uniform<i8:f32, 1.000000e+00:-128>>
// CHECK: edge.avg_pool %[[M]]
// CHECK-SAME: clamp_min = 0.000000e+00 : f32, count_include_pad = true
// CHECK-SAME: -> tensor<1x1x1x2x!quant.uniform<i8:f32, 5.000000e-01:-128>>
// CHECK: edge.dequantize
func.func @pools(%x: tensor<1x4x4x2xf32> {edge.range = [0.0, 255.0]}) -> tensor<1x1x1x2xf32> {
  %0 = edge.max_pool %x {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>,
                         dilations = array<i64: 1, 1>, edge.ranges = [[0.0, 255.0]]}
    : (tensor<1x4x4x2xf32>) -> tensor<1x2x2x2xf32>
  %1 = edge.avg_pool %0 {kernel = array<i64: 2, 2>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>,
                         dilations = array<i64: 1, 1>, count_include_pad = true, clamp_min = 0.0 : f32,
                         edge.ranges = [[0.0, 127.5]]}
    : (tensor<1x2x2x2xf32>) -> tensor<1x1x1x2xf32>
  return %1 : tensor<1x1x1x2xf32>
}

// -----

// A softmax has the type that is fixed for it, whatever was seen.

// CHECK-LABEL: func.func @softmax
// CHECK: edge.softmax
// CHECK-SAME: -> tensor<1x4x!quant.uniform<i8:f32, 3.906250e-03:-128>>
func.func @softmax(%x: tensor<1x4xf32> {edge.range = [-4.0, 4.0]}) -> tensor<1x4xf32> {
  %0 = edge.softmax %x {axis = 1, edge.ranges = [[0.2, 0.3]]} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  return %0 : tensor<1x4xf32>
}

// -----

// Sums and means have types of their own; a maximum has its input's.

// CHECK-LABEL: func.func @reductions
// CHECK: %[[Q:.*]] = edge.quantize %arg0
// CHECK: edge.reduce %[[Q]] {axes = array<i64: 1>, kind = 0 : i32}
// CHECK-SAME: -> tensor<1x1x2x!quant.uniform<i8:f32, 2.000000e+00:-128>>
// CHECK: edge.reduce %[[Q]] {axes = array<i64: 1>, kind = 1 : i32}
// CHECK-SAME: -> tensor<1x1x2x!quant.uniform<i8:f32, 5.000000e-01:-128>>
func.func @reductions(%x: tensor<1x4x2xf32> {edge.range = [0.0, 255.0]}) -> (tensor<1x1x2xf32>, tensor<1x1x2xf32>) {
  %0 = edge.reduce %x {kind = 0 : i32, axes = array<i64: 1>, edge.ranges = [[0.0, 510.0]]}
    : (tensor<1x4x2xf32>) -> tensor<1x1x2xf32>
  %1 = edge.reduce %x {kind = 1 : i32, axes = array<i64: 1>, edge.ranges = [[0.0, 127.5]]}
    : (tensor<1x4x2xf32>) -> tensor<1x1x2xf32>
  return %0, %1 : tensor<1x1x2xf32>, tensor<1x1x2xf32>
}
