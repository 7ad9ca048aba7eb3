// RUN: edgecc-opt --edge-eliminate-transposes --split-input-file %s | FileCheck %s

// Two transposes around a map undo each other.
// CHECK-LABEL: func @around_map
// CHECK-NOT: edge.transpose
// CHECK: edge.map %arg0 : (tensor<1x4x5x3xf32>) -> tensor<1x4x5x3xf32>
// CHECK-NOT: edge.transpose
func.func @around_map(%x: tensor<1x4x5x3xf32>) -> tensor<1x4x5x3xf32> {
  %0 = edge.transpose %x {perm = array<i64: 0, 3, 1, 2>}
    : (tensor<1x4x5x3xf32>) -> tensor<1x3x4x5xf32>
  %1 = edge.map %0 : (tensor<1x3x4x5xf32>) -> tensor<1x3x4x5xf32> {
  ^bb0(%e: f32):
    %zero = arith.constant 0.0 : f32
    %max = arith.maximumf %e, %zero : f32
    edge.yield %max : f32
  }
  %2 = edge.transpose %1 {perm = array<i64: 0, 2, 3, 1>}
    : (tensor<1x3x4x5xf32>) -> tensor<1x4x5x3xf32>
  return %2 : tensor<1x4x5x3xf32>
}

// -----

// A per-channel constant is laid out anew; it is [C, 1, 1] in channels-first.
// CHECK-LABEL: func @constant_operand
// CHECK-SAME: %[[X:.*]]: tensor<1x4x5x3xf32>
// CHECK: %[[SCALE:.*]] = edge.constant {{.*}} : tensor<1x1x1x3xf32>
// CHECK-NOT: edge.transpose
// CHECK: edge.map %[[X]], %[[SCALE]] : (tensor<1x4x5x3xf32>, tensor<1x1x1x3xf32>) -> tensor<1x4x5x3xf32>
// CHECK-NOT: edge.transpose
func.func @constant_operand(%x: tensor<1x4x5x3xf32>) -> tensor<1x4x5x3xf32> {
  %scale = edge.constant dense<[[[1.0]], [[2.0]], [[3.0]]]>
    : tensor<3x1x1xf32> -> tensor<3x1x1xf32>
  %0 = edge.transpose %x {perm = array<i64: 0, 3, 1, 2>}
    : (tensor<1x4x5x3xf32>) -> tensor<1x3x4x5xf32>
  %1 = edge.map %0, %scale
    : (tensor<1x3x4x5xf32>, tensor<3x1x1xf32>) -> tensor<1x3x4x5xf32> {
  ^bb0(%e: f32, %s: f32):
    %p = arith.mulf %e, %s : f32
    edge.yield %p : f32
  }
  %2 = edge.transpose %1 {perm = array<i64: 0, 2, 3, 1>}
    : (tensor<1x3x4x5xf32>) -> tensor<1x4x5x3xf32>
  return %2 : tensor<1x4x5x3xf32>
}

// -----

// A residual connection: the value in the middle has several users, and no
// single step would be a gain.
// CHECK-LABEL: func @residual
// CHECK-NOT: edge.transpose
// CHECK: return
func.func @residual(%x: tensor<1x4x5x3xf32>) -> tensor<1x4x5x3xf32> {
  %0 = edge.transpose %x {perm = array<i64: 0, 3, 1, 2>}
    : (tensor<1x4x5x3xf32>) -> tensor<1x3x4x5xf32>
  %1 = edge.map %0 : (tensor<1x3x4x5xf32>) -> tensor<1x3x4x5xf32> {
  ^bb0(%e: f32):
    %t = math.tanh %e : f32
    edge.yield %t : f32
  }
  %2 = edge.transpose %1 {perm = array<i64: 0, 2, 3, 1>}
    : (tensor<1x3x4x5xf32>) -> tensor<1x4x5x3xf32>
  %3 = edge.max_pool %2 {
      kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>,
      pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>}
    : (tensor<1x4x5x3xf32>) -> tensor<1x4x5x3xf32>
  %4 = edge.transpose %3 {perm = array<i64: 0, 3, 1, 2>}
    : (tensor<1x4x5x3xf32>) -> tensor<1x3x4x5xf32>
  %5 = edge.map %1, %4
    : (tensor<1x3x4x5xf32>, tensor<1x3x4x5xf32>) -> tensor<1x3x4x5xf32> {
  ^bb0(%a: f32, %b: f32):
    %sum = arith.addf %a, %b : f32
    edge.yield %sum : f32
  }
  %6 = edge.transpose %5 {perm = array<i64: 0, 2, 3, 1>}
    : (tensor<1x3x4x5xf32>) -> tensor<1x4x5x3xf32>
  return %6 : tensor<1x4x5x3xf32>
}

// -----

// One transpose remains at the input; a second path that needs the plain layout
// does not add another.
// CHECK-LABEL: func @at_the_input
// CHECK: edge.transpose %arg0
// CHECK-NEXT: edge.map
// CHECK: edge.max_pool
// CHECK-NOT: edge.transpose
func.func @at_the_input(%x: tensor<1x3x4x5xf32>) -> tensor<1x4x5x3xf32> {
  %0 = edge.map %x : (tensor<1x3x4x5xf32>) -> tensor<1x3x4x5xf32> {
  ^bb0(%e: f32):
    %t = math.tanh %e : f32
    edge.yield %t : f32
  }
  %1 = edge.transpose %0 {perm = array<i64: 0, 2, 3, 1>}
    : (tensor<1x3x4x5xf32>) -> tensor<1x4x5x3xf32>
  %2 = edge.max_pool %1 {
      kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>,
      pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>}
    : (tensor<1x4x5x3xf32>) -> tensor<1x4x5x3xf32>
  return %2 : tensor<1x4x5x3xf32>
}

// -----

// Transposing before the broadcast would move fewer bytes than after it.
// CHECK-LABEL: func @smaller_side
// CHECK: edge.transpose %arg0 {{.*}} -> tensor<1x4x3x1xf32>
// CHECK-NOT: edge.transpose
// CHECK: edge.map {{.*}} -> tensor<1x4x3x8xf32>
// CHECK-NOT: edge.transpose
func.func @smaller_side(%x: tensor<1x3x4x1xf32>) -> tensor<1x4x3x8xf32> {
  %c = edge.constant dense<[0., 1., 2., 3., 4., 5., 6., 7.]>
    : tensor<8xf32> -> tensor<8xf32>
  %0 = edge.map %x, %c
    : (tensor<1x3x4x1xf32>, tensor<8xf32>) -> tensor<1x3x4x8xf32> {
  ^bb0(%a: f32, %b: f32):
    %sum = arith.addf %a, %b : f32
    edge.yield %sum : f32
  }
  %1 = edge.transpose %0 {perm = array<i64: 0, 2, 1, 3>}
    : (tensor<1x3x4x8xf32>) -> tensor<1x4x3x8xf32>
  return %1 : tensor<1x4x3x8xf32>
}
