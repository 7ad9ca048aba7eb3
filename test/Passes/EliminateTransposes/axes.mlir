// RUN: edgecc-opt --edge-eliminate-transposes --split-input-file %s | FileCheck %s

// Attributes that name axes follow.
// CHECK-LABEL: func @axes
// CHECK-NOT: edge.transpose
// CHECK: edge.pad %arg0 {high = array<i64: 0, 2, 0, 0>, low = array<i64: 0, 0, 1, 0>
// CHECK-SAME: -> tensor<1x6x6x3xf32>
// CHECK: edge.slice {{.*}} {sizes = array<i64: 1, 3, 6, 3>, starts = array<i64: 0, 1, 0, 0>, steps = array<i64: 1, 2, 1, 1>}
// CHECK: edge.concat {{.*}} {axis = 3 : i64} : (tensor<1x3x6x3xf32>, tensor<1x3x6x3xf32>) -> tensor<1x3x6x6xf32>
// CHECK: edge.softmax {{.*}} {axis = 3 : i64}
// CHECK: edge.reduce {{.*}} {axes = array<i64: 1>
// CHECK-NOT: edge.transpose
func.func @axes(%x: tensor<1x4x5x3xf32>) -> tensor<1x1x6x6xf32> {
  %0 = edge.transpose %x {perm = array<i64: 0, 3, 1, 2>}
    : (tensor<1x4x5x3xf32>) -> tensor<1x3x4x5xf32>
  %1 = edge.pad %0 {low = array<i64: 0, 0, 0, 1>, high = array<i64: 0, 0, 2, 0>,
                    value = 0.0 : f64}
    : (tensor<1x3x4x5xf32>) -> tensor<1x3x6x6xf32>
  %2 = edge.slice %1 {starts = array<i64: 0, 0, 1, 0>,
      sizes = array<i64: 1, 3, 3, 6>, steps = array<i64: 1, 1, 2, 1>}
    : (tensor<1x3x6x6xf32>) -> tensor<1x3x3x6xf32>
  %3 = edge.concat %2, %2 {axis = 1}
    : (tensor<1x3x3x6xf32>, tensor<1x3x3x6xf32>) -> tensor<1x6x3x6xf32>
  %4 = edge.softmax %3 {axis = 1} : (tensor<1x6x3x6xf32>) -> tensor<1x6x3x6xf32>
  %5 = edge.reduce %4 {kind = 2 : i32, axes = array<i64: 2>}
    : (tensor<1x6x3x6xf32>) -> tensor<1x6x1x6xf32>
  %6 = edge.transpose %5 {perm = array<i64: 0, 2, 3, 1>}
    : (tensor<1x6x1x6xf32>) -> tensor<1x1x6x6xf32>
  return %6 : tensor<1x1x6x6xf32>
}

// -----

// A reshape that keeps the moved axes apart is passed; here it joins the
// spatial axes, which stay side by side.
// CHECK-LABEL: func @joined_axes
// CHECK: %[[R:.*]] = edge.reshape %arg0 : (tensor<1x4x5x3xf32>) -> tensor<1x20x3xf32>
// CHECK: return %[[R]]
func.func @joined_axes(%x: tensor<1x4x5x3xf32>) -> tensor<1x20x3xf32> {
  %0 = edge.transpose %x {perm = array<i64: 0, 3, 1, 2>}
    : (tensor<1x4x5x3xf32>) -> tensor<1x3x4x5xf32>
  %1 = edge.reshape %0 : (tensor<1x3x4x5xf32>) -> tensor<1x3x20xf32>
  %2 = edge.transpose %1 {perm = array<i64: 0, 2, 1>}
    : (tensor<1x3x20xf32>) -> tensor<1x20x3xf32>
  return %2 : tensor<1x20x3xf32>
}

// -----

// Axes of size 1 that come and go do not matter.
// CHECK-LABEL: func @unit_axes
// CHECK-NOT: edge.transpose
// CHECK: return
func.func @unit_axes(%x: tensor<1x4x5x3xf32>) -> tensor<1x4x5x3xf32> {
  %0 = edge.transpose %x {perm = array<i64: 0, 3, 1, 2>}
    : (tensor<1x4x5x3xf32>) -> tensor<1x3x4x5xf32>
  %1 = edge.reshape %0 : (tensor<1x3x4x5xf32>) -> tensor<3x4x5xf32>
  %2 = edge.map %1 : (tensor<3x4x5xf32>) -> tensor<3x4x5xf32> {
  ^bb0(%e: f32):
    %t = math.tanh %e : f32
    edge.yield %t : f32
  }
  %3 = edge.reshape %2 : (tensor<3x4x5xf32>) -> tensor<1x3x4x5xf32>
  %4 = edge.transpose %3 {perm = array<i64: 0, 2, 3, 1>}
    : (tensor<1x3x4x5xf32>) -> tensor<1x4x5x3xf32>
  return %4 : tensor<1x4x5x3xf32>
}

// -----

// This reshape mixes channels and places: both transposes have to stay.
// CHECK-LABEL: func @mixed_axes
// CHECK: edge.transpose
// CHECK: edge.reshape
// CHECK: edge.transpose
func.func @mixed_axes(%x: tensor<1x4x4x6xf32>) -> tensor<1x4x8x3xf32> {
  %0 = edge.transpose %x {perm = array<i64: 0, 3, 1, 2>}
    : (tensor<1x4x4x6xf32>) -> tensor<1x6x4x4xf32>
  %1 = edge.reshape %0 : (tensor<1x6x4x4xf32>) -> tensor<1x3x4x8xf32>
  %2 = edge.transpose %1 {perm = array<i64: 0, 2, 3, 1>}
    : (tensor<1x3x4x8xf32>) -> tensor<1x4x8x3xf32>
  return %2 : tensor<1x4x8x3xf32>
}
