// RUN: edgecc-opt %s --edge-quantize --split-input-file | FileCheck %s

// Ranges are joined before types are chosen: [-1, 1] and [0, 3] and [-1, 3]
// give one type, and nothing is requantized.

// CHECK-LABEL: func.func @concat
// CHECK-DAG: %[[A:.*]] = edge.quantize %arg0 {{.*}}, 0.0156862754374742{{.*}}:-64>>
// CHECK-DAG: %[[B:.*]] = edge.quantize %arg1 {{.*}}, 0.0156862754374742{{.*}}:-64>>
// CHECK: edge.concat %[[A]], %[[B]]
// CHECK-NOT: requantize
// CHECK: edge.max_pool
// CHECK: edge.avg_pool
func.func @concat(%a: tensor<1x2x1xf32> {edge.range = [-1.0, 1.0]},
                  %b: tensor<1x2x1xf32> {edge.range = [0.0, 3.0]}) -> tensor<1x1x1xf32> {
  %0 = edge.concat %a, %b {axis = 1, edge.ranges = [[-1.0, 3.0]]} : (tensor<1x2x1xf32>, tensor<1x2x1xf32>) -> tensor<1x4x1xf32>
  %1 = edge.max_pool %0 {kernel = array<i64: 2>, strides = array<i64: 2>, pads = array<i64: 0, 0>, dilations = array<i64: 1>, edge.ranges = [[-1.0, 3.0]]}
    : (tensor<1x4x1xf32>) -> tensor<1x2x1xf32>
  %2 = edge.avg_pool %1 {kernel = array<i64: 2>, strides = array<i64: 1>, pads = array<i64: 0, 0>, dilations = array<i64: 1>, edge.ranges = [[0.0, 1.0]]}
    : (tensor<1x2x1xf32>) -> tensor<1x1x1xf32>
  return %2 : tensor<1x1x1xf32>
}

// -----

// The input moves in int8 on its way to the first layer. Its average has finer
// steps than the input.

// CHECK-LABEL: func.func @moved_input
// CHECK: %[[Q:.*]] = edge.quantize %arg0
// CHECK: %[[T:.*]] = edge.transpose %[[Q]]
// CHECK: %[[P:.*]] = edge.pad %[[T]]
// CHECK: %[[R:.*]] = edge.reshape %[[P]]
// CHECK: %[[M:.*]] = edge.avg_pool %[[R]]
// CHECK-SAME: 1.000000e+00:-128>>) -> tensor<1x1x1x1x!quant.uniform<i8:f32, 5.000000e-01:-128>>
func.func @moved_input(%x: tensor<1x2x3xf32> {edge.range = [0.0, 255.0]}) -> tensor<1x1x1x1xf32> {
  %0 = edge.transpose %x {perm = array<i64: 0, 2, 1>, edge.ranges = [[0.0, 255.0]]} : (tensor<1x2x3xf32>) -> tensor<1x3x2xf32>
  %1 = edge.pad %0 {low = array<i64: 0, 1, 0>, high = array<i64: 0, 0, 0>, value = 0.0 : f64, edge.ranges = [[0.0, 255.0]]}
    : (tensor<1x3x2xf32>) -> tensor<1x4x2xf32>
  %2 = edge.reshape %1 {edge.ranges = [[0.0, 255.0]]} : (tensor<1x4x2xf32>) -> tensor<1x4x2x1xf32>
  %3 = edge.avg_pool %2 {kernel = array<i64: 4, 2>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, edge.ranges = [[0.0, 127.5]]}
    : (tensor<1x4x2x1xf32>) -> tensor<1x1x1x1xf32>
  return %3 : tensor<1x1x1x1xf32>
}

// -----

// Softmax has one type, which what moves it takes over.

// CHECK-LABEL: func.func @softmax
// CHECK: edge.softmax
// CHECK-SAME: -> tensor<1x4x!quant.uniform<i8:f32, 3.906250e-03:-128>>
// CHECK: edge.reshape
// CHECK-SAME: -> tensor<4x!quant.uniform<i8:f32, 3.906250e-03:-128>>
// CHECK-NOT: requantize
func.func @softmax(%x: tensor<1x4xf32> {edge.range = [-8.0, 8.0]}) -> tensor<4xf32> {
  %0 = edge.softmax %x {axis = 1, edge.ranges = [[0.0, 1.0]]} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %1 = edge.reshape %0 {edge.ranges = [[0.0, 1.0]]} : (tensor<1x4xf32>) -> tensor<4xf32>
  return %1 : tensor<4xf32>
}

// -----

// Joined with something larger, it is requantized.

// CHECK-LABEL: func.func @softmax_and_more
// CHECK: %[[S:.*]] = edge.softmax
// CHECK: %[[R:.*]] = edge.requantize %[[S]] {{.*}} -> tensor<1x4x!quant.uniform<i8:f32, 1.000000e+00>>
// CHECK: edge.concat
// CHECK-SAME: %[[R]]
func.func @softmax_and_more(%x: tensor<1x4xf32> {edge.range = [-128.0, 127.0]}) -> tensor<1x8xf32> {
  %0 = edge.softmax %x {axis = 1, edge.ranges = [[0.0, 1.0]]} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %1 = edge.concat %x, %0 {axis = 1, edge.ranges = [[-128.0, 127.0]]} : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x8xf32>
  return %1 : tensor<1x8xf32>
}

// -----

// Data movement alone is not worth a conversion.

// CHECK-LABEL: func.func @only_movement
// CHECK-NOT: quant
func.func @only_movement(%x: tensor<1x4xf32> {edge.range = [0.0, 1.0]}) -> tensor<4xf32> {
  %0 = edge.reshape %x {edge.ranges = [[0.0, 1.0]]} : (tensor<1x4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

// Indices and shapes are no business of quantization; the picked rows of a
// constant have the constant's type.

// CHECK-LABEL: func.func @gather(%arg0: tensor<1xi64>)
// CHECK: %[[T:.*]] = edge.constant {{.*}} : tensor<3x2xi8>
// CHECK: edge.gather %[[T]], %arg0
// CHECK-SAME: tensor<1xi64>
// CHECK: edge.softmax
func.func @gather(%i: tensor<1xi64>) -> tensor<1x2xf32> {
  %t = edge.constant dense<[[0.0, 1.0], [2.0, 3.0], [4.0, 255.0]]> : tensor<3x2xf32> -> tensor<3x2xf32>
  %0 = edge.gather %t, %i {axis = 0, edge.ranges = [[0.0, 255.0]]} : (tensor<3x2xf32>, tensor<1xi64>) -> tensor<1x2xf32>
  %1 = edge.softmax %0 {axis = 1, edge.ranges = [[0.0, 1.0]]} : (tensor<1x2xf32>) -> tensor<1x2xf32>
  return %1 : tensor<1x2xf32>
}
