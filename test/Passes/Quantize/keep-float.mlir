// RUN: edgecc-opt %s --edge-quantize --split-input-file 2>%t | FileCheck %s
// RUN: FileCheck %s --check-prefix=DIAG --input-file=%t

// What has no integer form stays in float between conversions; the remark names
// the layer.

// CHECK-LABEL: func.func @island
// CHECK: %[[Q:.*]] = edge.softmax
// CHECK: %[[D:.*]] = edge.dequantize %[[Q]]
// CHECK: %[[F:.*]] = edge.map %[[D]], %arg1
// CHECK: %[[R:.*]] = edge.quantize %[[F]]
// CHECK: edge.softmax %[[R]]
func.func @island(%a: tensor<1x2xf32> {edge.range = [-1.0, 1.0]},
                  %b: tensor<1x2xf32> {edge.range = [-1.0, 1.0]}) -> tensor<1x2xf32> {
  %0 = edge.softmax %a {axis = 1, edge.ranges = [[0.0, 1.0]]} : (tensor<1x2xf32>) -> tensor<1x2xf32>
  // DIAG: remark: {{.*}}'power' stays in float: no integer form of this elementwise function of several tensors
  %1 = edge.map %0, %b {edge.ranges = [[0.0, 1.0]]} : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32> {
  ^bb0(%x: f32, %y: f32):
    %p = math.powf %x, %y : f32
    edge.yield %p : f32
  } loc("power")
  %2 = edge.softmax %1 {axis = 1, edge.ranges = [[0.0, 1.0]]} : (tensor<1x2xf32>) -> tensor<1x2xf32>
  return %2 : tensor<1x2xf32>
}

// -----

// On request.

// CHECK-LABEL: func.func @on_request
// CHECK-NOT: quant
func.func @on_request(%a: tensor<1x2xf32> {edge.range = [-1.0, 1.0]}) -> tensor<1x2xf32> {
  %0 = edge.softmax %a {axis = 1, edge.precision = "f32", edge.ranges = [[0.0, 1.0]]} : (tensor<1x2xf32>) -> tensor<1x2xf32>
  return %0 : tensor<1x2xf32>
}

// -----

// Without a range there is no type.

// CHECK-LABEL: func.func @no_range
// CHECK: edge.softmax %arg0
func.func @no_range(%a: tensor<1x2xf32>) -> tensor<1x2xf32> {
  // DIAG: remark: {{.*}}'first' stays in float: no range is known for an operand
  %0 = edge.softmax %a {axis = 1, edge.ranges = [[0.0, 1.0]]} : (tensor<1x2xf32>) -> tensor<1x2xf32> loc("first")
  %1 = edge.softmax %0 {axis = 1, edge.ranges = [[0.0, 1.0]]} : (tensor<1x2xf32>) -> tensor<1x2xf32>
  return %1 : tensor<1x2xf32>
}

// -----

// Weights that are not finite.

// CHECK-LABEL: func.func @nan
// CHECK: edge.fully_connected {{.*}} -> tensor<1x1xf32>
func.func @nan(%x: tensor<1x1xf32> {edge.range = [0.0, 1.0]}) -> tensor<1x1xf32> {
  %w = edge.constant dense<0x7FC00000> : tensor<1x1xf32> -> tensor<1x1xf32>
  %b = edge.constant dense<1.0> : tensor<1xf32> -> tensor<1xf32>
  // DIAG: remark: {{.*}}stays in float: its weights or bias are not all finite
  %y = edge.fully_connected %x, %w, %b {edge.ranges = [[0.0, 1.0]]}
    : (tensor<1x1xf32>, tensor<1x1xf32>, tensor<1xf32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// -----

// Windows over three axes, for which there is no kernel.

// CHECK-LABEL: func.func @volume
// CHECK: edge.conv {{.*}} -> tensor<1x2x2x2x1xf32>
// CHECK: edge.avg_pool {{.*}} -> tensor<1x1x1x1x1xf32>
func.func @volume(%x: tensor<1x2x2x2x1xf32> {edge.range = [0.0, 1.0]}) -> tensor<1x1x1x1x1xf32> {
  %w = edge.constant dense<1.0> : tensor<1x1x1x1x1xf32> -> tensor<1x1x1x1x1xf32>
  %b = edge.constant dense<1.0> : tensor<1xf32> -> tensor<1xf32>
  // DIAG: remark: {{.*}}'solid' stays in float: no integer kernel for more than two spatial axes
  %y = edge.conv %x, %w, %b {
      strides = array<i64: 1, 1, 1>, pads = array<i64: 0, 0, 0, 0, 0, 0>,
      dilations = array<i64: 1, 1, 1>, edge.ranges = [[0.0, 2.0]]}
    : (tensor<1x2x2x2x1xf32>, tensor<1x1x1x1x1xf32>, tensor<1xf32>) -> tensor<1x2x2x2x1xf32> loc("solid")
  // DIAG: remark: {{.*}}'mean' stays in float: no integer kernel for more than two spatial axes
  %z = edge.avg_pool %y {
      kernel = array<i64: 2, 2, 2>, strides = array<i64: 1, 1, 1>,
      pads = array<i64: 0, 0, 0, 0, 0, 0>, dilations = array<i64: 1, 1, 1>, edge.ranges = [[0.0, 2.0]]}
    : (tensor<1x2x2x2x1xf32>) -> tensor<1x1x1x1x1xf32> loc("mean")
  return %z : tensor<1x1x1x1x1xf32>
}
