// RUN: edgecc-opt --edge-fuse-activation --split-input-file %s | FileCheck %s

// CHECK-LABEL: func @relu
// CHECK: %[[Y:.*]] = edge.fully_connected {{.*}} {clamp_min = 0.000000e+00 : f32}
// CHECK-NEXT: return %[[Y]]
func.func @relu(%x: tensor<1x3xf32>, %w: tensor<4x3xf32>, %b: tensor<4xf32>) -> tensor<1x4xf32> {
  %0 = edge.fully_connected %x, %w, %b
    : (tensor<1x3xf32>, tensor<4x3xf32>, tensor<4xf32>) -> tensor<1x4xf32>
  %1 = edge.map %0 : (tensor<1x4xf32>) -> tensor<1x4xf32> {
  ^bb0(%e: f32):
    %zero = arith.constant 0.0 : f32
    %max = arith.maximumf %e, %zero : f32
    edge.yield %max : f32
  }
  return %1 : tensor<1x4xf32>
}

// -----

// Relu6 after a clamp to [-1, 3] is a clamp to [0, 3].
// CHECK-LABEL: func @intersect
// CHECK: edge.fully_connected {{.*}} {clamp_max = 3.000000e+00 : f32, clamp_min = 0.000000e+00 : f32}
// CHECK-NEXT: return
func.func @intersect(%x: tensor<1x3xf32>, %w: tensor<4x3xf32>, %b: tensor<4xf32>) -> tensor<1x4xf32> {
  %0 = edge.fully_connected %x, %w, %b {clamp_min = -1.0 : f32, clamp_max = 3.0 : f32}
    : (tensor<1x3xf32>, tensor<4x3xf32>, tensor<4xf32>) -> tensor<1x4xf32>
  %1 = edge.map %0 : (tensor<1x4xf32>) -> tensor<1x4xf32> {
  ^bb0(%e: f32):
    %zero = arith.constant 0.0 : f32
    %six = arith.constant 6.0 : f32
    %max = arith.maximumf %zero, %e : f32
    %min = arith.minimumf %max, %six : f32
    edge.yield %min : f32
  }
  return %1 : tensor<1x4xf32>
}

// -----

// Disjoint clamps leave the constant that the outer one gives.
// CHECK-LABEL: func @disjoint
// CHECK: edge.fully_connected {{.*}} {clamp_max = 2.000000e+00 : f32, clamp_min = 2.000000e+00 : f32}
func.func @disjoint(%x: tensor<1x3xf32>, %w: tensor<4x3xf32>, %b: tensor<4xf32>) -> tensor<1x4xf32> {
  %0 = edge.fully_connected %x, %w, %b {clamp_max = 1.0 : f32}
    : (tensor<1x3xf32>, tensor<4x3xf32>, tensor<4xf32>) -> tensor<1x4xf32>
  %1 = edge.map %0 : (tensor<1x4xf32>) -> tensor<1x4xf32> {
  ^bb0(%e: f32):
    %two = arith.constant 2.0 : f32
    %max = arith.maxnumf %e, %two : f32
    edge.yield %max : f32
  }
  return %1 : tensor<1x4xf32>
}

// -----

// The select forms: x > 0 ? x : 0, then 6 > x ? x : 6.
// CHECK-LABEL: func @select
// CHECK: edge.fully_connected {{.*}} {clamp_max = 6.000000e+00 : f32, clamp_min = 0.000000e+00 : f32}
// CHECK-NEXT: return
func.func @select(%x: tensor<1x3xf32>, %w: tensor<4x3xf32>, %b: tensor<4xf32>) -> tensor<1x4xf32> {
  %0 = edge.fully_connected %x, %w, %b
    : (tensor<1x3xf32>, tensor<4x3xf32>, tensor<4xf32>) -> tensor<1x4xf32>
  %1 = edge.map %0 : (tensor<1x4xf32>) -> tensor<1x4xf32> {
  ^bb0(%e: f32):
    %zero = arith.constant 0.0 : f32
    %six = arith.constant 6.0 : f32
    %positive = arith.cmpf ogt, %e, %zero : f32
    %max = arith.select %positive, %e, %zero : f32
    %large = arith.cmpf olt, %six, %max : f32
    %min = arith.select %large, %six, %max : f32
    edge.yield %min : f32
  }
  return %1 : tensor<1x4xf32>
}

// -----

// Through a max pool and a reshape, as PyTorch code often has it.
// CHECK-LABEL: func @through_pool
// CHECK: edge.conv {{.*}} {clamp_min = 0.000000e+00 : f32
// CHECK-NEXT: edge.max_pool
// CHECK-NEXT: edge.reshape
// CHECK-NEXT: return
func.func @through_pool(%x: tensor<1x4x4x1xf32>, %w: tensor<2x1x1x1xf32>, %b: tensor<2xf32>) -> tensor<1x8xf32> {
  %0 = edge.conv %x, %w, %b {strides = array<i64: 1, 1>,
      pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>}
    : (tensor<1x4x4x1xf32>, tensor<2x1x1x1xf32>, tensor<2xf32>) -> tensor<1x4x4x2xf32>
  %1 = edge.max_pool %0 {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>,
      pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>}
    : (tensor<1x4x4x2xf32>) -> tensor<1x2x2x2xf32>
  %2 = edge.reshape %1 : (tensor<1x2x2x2xf32>) -> tensor<1x8xf32>
  %3 = edge.map %2 : (tensor<1x8xf32>) -> tensor<1x8xf32> {
  ^bb0(%e: f32):
    %zero = arith.constant 0.0 : f32
    %max = arith.maximumf %e, %zero : f32
    edge.yield %max : f32
  }
  return %3 : tensor<1x8xf32>
}

// -----

// What stays: a leaky Relu, a result with another use, a selection that is no
// clamp (x > 0 ? x : 1).
// CHECK-LABEL: func @keep
// CHECK-NOT: clamp
// CHECK-COUNT-3: edge.map
func.func @keep(%x: tensor<1x3xf32>, %w: tensor<4x3xf32>, %b: tensor<4xf32>)
    -> (tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>) {
  %v = edge.constant dense<1.0> : tensor<4x4xf32> -> tensor<4x4xf32>
  %0 = edge.fully_connected %x, %w, %b
    : (tensor<1x3xf32>, tensor<4x3xf32>, tensor<4xf32>) -> tensor<1x4xf32>
  %1 = edge.map %0 : (tensor<1x4xf32>) -> tensor<1x4xf32> {
  ^bb0(%e: f32):
    %slope = arith.constant 0.1 : f32
    %scaled = arith.mulf %e, %slope : f32
    %max = arith.maximumf %e, %scaled : f32
    edge.yield %max : f32
  }
  %2 = edge.fully_connected %1, %v, %b
    : (tensor<1x4xf32>, tensor<4x4xf32>, tensor<4xf32>) -> tensor<1x4xf32>
  %3 = edge.map %2 : (tensor<1x4xf32>) -> tensor<1x4xf32> {
  ^bb0(%e: f32):
    %zero = arith.constant 0.0 : f32
    %max = arith.maximumf %e, %zero : f32
    edge.yield %max : f32
  }
  %4 = edge.fully_connected %3, %v, %b
    : (tensor<1x4xf32>, tensor<4x4xf32>, tensor<4xf32>) -> tensor<1x4xf32>
  %5 = edge.map %4 : (tensor<1x4xf32>) -> tensor<1x4xf32> {
  ^bb0(%e: f32):
    %zero = arith.constant 0.0 : f32
    %one = arith.constant 1.0 : f32
    %positive = arith.cmpf ogt, %e, %zero : f32
    %select = arith.select %positive, %e, %one : f32
    edge.yield %select : f32
  }
  return %1, %2, %3, %5 : tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>
}
