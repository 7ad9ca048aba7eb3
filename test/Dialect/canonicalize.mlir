// Folds and canonicalizations of the edge dialect.
// RUN: edgecc-opt %s --canonicalize | FileCheck %s

!q = !quant.uniform<i8:f32, 5.000000e-01:3>

// A splat, and an operand of one element, move into the body.
// CHECK-LABEL: func.func @inline_splat
func.func @inline_splat(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %c = edge.constant dense<2.0> : tensor<4xf32> -> tensor<4xf32>
  %d = edge.constant dense_resource<one> : tensor<1xf32> -> tensor<1xf32>
  // CHECK: edge.map %arg0 : (tensor<2x4xf32>) -> tensor<2x4xf32> {
  // CHECK-NEXT: ^bb0(%[[E:.*]]: f32):
  // CHECK-DAG: arith.constant 2.000000e+00 : f32
  // CHECK-DAG: arith.constant 1.000000e+00 : f32
  // CHECK: arith.mulf
  %0 = edge.map %x, %c, %d : (tensor<2x4xf32>, tensor<4xf32>, tensor<1xf32>) -> tensor<2x4xf32> {
  ^bb0(%e: f32, %f: f32, %g: f32):
    %p = arith.mulf %e, %f : f32
    %s = arith.addf %p, %g : f32
    edge.yield %s : f32
  }
  return %0 : tensor<2x4xf32>
}

// Not where the result's shape comes from it.
// CHECK-LABEL: func.func @splat_gives_shape
func.func @splat_gives_shape(%x: tensor<4xf32>) -> tensor<2x4xf32> {
  %c = edge.constant dense<2.0> : tensor<2x1xf32> -> tensor<2x1xf32>
  // CHECK: edge.map %arg0, %{{.*}} : (tensor<4xf32>, tensor<2x1xf32>)
  %0 = edge.map %x, %c : (tensor<4xf32>, tensor<2x1xf32>) -> tensor<2x4xf32> {
  ^bb0(%e: f32, %f: f32):
    %p = arith.mulf %e, %f : f32
    edge.yield %p : f32
  }
  return %0 : tensor<2x4xf32>
}

// CHECK-LABEL: func.func @equal_and_unused_operands
func.func @equal_and_unused_operands(%x: tensor<4xf32>, %y: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK: edge.map %arg0 : (tensor<4xf32>) -> tensor<4xf32> {
  // CHECK-NEXT: ^bb0(%[[E:.*]]: f32):
  // CHECK-NEXT: arith.mulf %[[E]], %[[E]]
  %0 = edge.map %x, %y, %x : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%e: f32, %f: f32, %g: f32):
    %p = arith.mulf %e, %g : f32
    edge.yield %p : f32
  }
  return %0 : tensor<4xf32>
}

// CHECK-LABEL: func.func @identity_map
// CHECK-NEXT: return %arg0
func.func @identity_map(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = edge.map %x : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%e: f32):
    edge.yield %e : f32
  }
  return %0 : tensor<4xf32>
}

// A map that only broadcasts is none.
// CHECK-LABEL: func.func @broadcast_map
// CHECK: edge.map
func.func @broadcast_map(%x: tensor<4xf32>, %y: tensor<2x1xf32>) -> tensor<2x4xf32> {
  %0 = edge.map %x, %y : (tensor<4xf32>, tensor<2x1xf32>) -> tensor<2x4xf32> {
  ^bb0(%e: f32, %f: f32):
    edge.yield %e : f32
  }
  return %0 : tensor<2x4xf32>
}

// CHECK-LABEL: func.func @matmul_by_constant
func.func @matmul_by_constant(%x: tensor<1x2xf32>) -> tensor<1x3xf32> {
  %w = edge.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32> -> tensor<2x3xf32>
  // CHECK: edge.fully_connected %arg0, %{{.*}} : (tensor<1x2xf32>, tensor<3x2xf32>, tensor<3xf32>) -> tensor<1x3xf32>
  %0 = edge.matmul %x, %w : (tensor<1x2xf32>, tensor<2x3xf32>) -> tensor<1x3xf32>
  return %0 : tensor<1x3xf32>
}

// CHECK-LABEL: func.func @spatial_mean
func.func @spatial_mean(%x: tensor<1x4x5x3xf32>) -> (tensor<1x1x1x3xf32>, tensor<1x1x1x3xf32>, tensor<1x4x1x3xf32>) {
  // CHECK: edge.avg_pool %arg0 {dilations = array<i64: 1, 1>, kernel = array<i64: 4, 5>
  %0 = edge.reduce %x {kind = 1 : i32, axes = array<i64: 2, 1>} : (tensor<1x4x5x3xf32>) -> tensor<1x1x1x3xf32>
  // Not the maximum, nor some of the axes.
  // CHECK-COUNT-2: edge.reduce
  %1 = edge.reduce %x {kind = 2 : i32, axes = array<i64: 1, 2>} : (tensor<1x4x5x3xf32>) -> tensor<1x1x1x3xf32>
  %2 = edge.reduce %x {kind = 1 : i32, axes = array<i64: 2>} : (tensor<1x4x5x3xf32>) -> tensor<1x4x1x3xf32>
  return %0, %1, %2 : tensor<1x1x1x3xf32>, tensor<1x1x1x3xf32>, tensor<1x4x1x3xf32>
}

// CHECK-LABEL: func.func @transposes
func.func @transposes(%x: tensor<2x3x4xf32>, %y: tensor<1x3x4xf32>)
    -> (tensor<2x3x4xf32>, tensor<2x3x4xf32>, tensor<3x2x4xf32>, tensor<3x1x4xf32>) {
  %same = edge.transpose %x {perm = array<i64: 0, 1, 2>} : (tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  %to = edge.transpose %x {perm = array<i64: 2, 0, 1>} : (tensor<2x3x4xf32>) -> tensor<4x2x3xf32>
  %back = edge.transpose %to {perm = array<i64: 1, 2, 0>} : (tensor<4x2x3xf32>) -> tensor<2x3x4xf32>
  // CHECK: %[[T:.*]] = edge.transpose %arg0 {perm = array<i64: 1, 0, 2>} : (tensor<2x3x4xf32>) -> tensor<3x2x4xf32>
  %other = edge.transpose %to {perm = array<i64: 2, 1, 0>} : (tensor<4x2x3xf32>) -> tensor<3x2x4xf32>
  // Only an axis of 1 moves.
  // CHECK: %[[R:.*]] = edge.reshape %arg1 : (tensor<1x3x4xf32>) -> tensor<3x1x4xf32>
  %ones = edge.transpose %y {perm = array<i64: 1, 0, 2>} : (tensor<1x3x4xf32>) -> tensor<3x1x4xf32>
  // CHECK: return %arg0, %arg0, %[[T]], %[[R]]
  return %same, %back, %other, %ones : tensor<2x3x4xf32>, tensor<2x3x4xf32>, tensor<3x2x4xf32>, tensor<3x1x4xf32>
}

// CHECK-LABEL: func.func @reshapes
func.func @reshapes(%x: tensor<2x3xf32>) -> (tensor<6xf32>, tensor<2x3xf32>) {
  %0 = edge.reshape %x : (tensor<2x3xf32>) -> tensor<3x2xf32>
  // CHECK: %[[R:.*]] = edge.reshape %arg0 : (tensor<2x3xf32>) -> tensor<6xf32>
  %1 = edge.reshape %0 : (tensor<3x2xf32>) -> tensor<6xf32>
  %2 = edge.reshape %0 : (tensor<3x2xf32>) -> tensor<2x3xf32>
  // CHECK-NEXT: return %[[R]], %arg0
  return %1, %2 : tensor<6xf32>, tensor<2x3xf32>
}

// CHECK-LABEL: func.func @moves_nothing
// CHECK-NEXT: return %arg0, %arg0, %arg0
func.func @moves_nothing(%x: tensor<2x3xf32>) -> (tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>) {
  %0 = edge.pad %x {low = array<i64: 0, 0>, high = array<i64: 0, 0>, value = 1.0 : f64}
    : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %1 = edge.concat %x {axis = 0} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %2 = edge.slice %x {starts = array<i64: 0, 0>, sizes = array<i64: 2, 3>, steps = array<i64: 1, 1>}
    : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return %0, %1, %2 : tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>
}

// A slice of everything, backwards, stays.
// CHECK-LABEL: func.func @reverse
// CHECK: edge.slice
func.func @reverse(%x: tensor<3xf32>) -> tensor<3xf32> {
  %0 = edge.slice %x {starts = array<i64: 2>, sizes = array<i64: 3>, steps = array<i64: -1>}
    : (tensor<3xf32>) -> tensor<3xf32>
  return %0 : tensor<3xf32>
}

// There and back is nothing, exactly; back and there rounds, and stays.
// CHECK-LABEL: func.func @casts
func.func @casts(%q: tensor<2x!q>, %x: tensor<2xf32>) -> (tensor<2x!q>, tensor<2x!q>, tensor<2xf32>) {
  %0 = edge.dequantize %q : (tensor<2x!q>) -> tensor<2xf32>
  %1 = edge.quantize %0 : (tensor<2xf32>) -> tensor<2x!q>
  %2 = edge.requantize %q : (tensor<2x!q>) -> tensor<2x!q>
  // CHECK: edge.quantize %arg1
  %3 = edge.quantize %x : (tensor<2xf32>) -> tensor<2x!q>
  // CHECK: %[[D:.*]] = edge.dequantize
  %4 = edge.dequantize %3 : (tensor<2x!q>) -> tensor<2xf32>
  // CHECK: return %arg0, %arg0, %[[D]]
  return %1, %2, %4 : tensor<2x!q>, tensor<2x!q>, tensor<2xf32>
}

{-#
  dialect_resources: {
    builtin: {
      one: "0x040000000000803F"
    }
  }
#-}
