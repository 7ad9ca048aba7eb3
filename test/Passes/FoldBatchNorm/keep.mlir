// RUN: edgecc-opt --edge-fold-batch-norm --split-input-file %s | FileCheck %s

// The result has another use.
// CHECK-LABEL: func @other_use
// CHECK: edge.map
func.func @other_use(%x: tensor<1x3xf32>) -> (tensor<1x2xf32>, tensor<1x2xf32>) {
  %w = edge.constant dense<1.0> : tensor<2x3xf32> -> tensor<2x3xf32>
  %b = edge.constant dense<[1.0, 2.0]> : tensor<2xf32> -> tensor<2xf32>
  %0 = edge.fully_connected %x, %w, %b
    : (tensor<1x3xf32>, tensor<2x3xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  %1 = edge.map %0, %b : (tensor<1x2xf32>, tensor<2xf32>) -> tensor<1x2xf32> {
  ^bb0(%e: f32, %c: f32):
    %p = arith.mulf %e, %c : f32
    edge.yield %p : f32
  }
  return %0, %1 : tensor<1x2xf32>, tensor<1x2xf32>
}

// -----

// The result is clamped before it is scaled.
// CHECK-LABEL: func @clamped
// CHECK: edge.map
func.func @clamped(%x: tensor<1x3xf32>) -> tensor<1x2xf32> {
  %w = edge.constant dense<1.0> : tensor<2x3xf32> -> tensor<2x3xf32>
  %b = edge.constant dense<[1.0, 2.0]> : tensor<2xf32> -> tensor<2xf32>
  %0 = edge.fully_connected %x, %w, %b {clamp_min = 0.0 : f32}
    : (tensor<1x3xf32>, tensor<2x3xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  %1 = edge.map %0, %b : (tensor<1x2xf32>, tensor<2xf32>) -> tensor<1x2xf32> {
  ^bb0(%e: f32, %c: f32):
    %p = arith.mulf %e, %c : f32
    edge.yield %p : f32
  }
  return %1 : tensor<1x2xf32>
}

// -----

// The constant varies along another axis than the channels.
// CHECK-LABEL: func @other_axis
// CHECK: edge.map
func.func @other_axis(%x: tensor<2x3xf32>) -> tensor<2x2xf32> {
  %w = edge.constant dense<1.0> : tensor<2x3xf32> -> tensor<2x3xf32>
  %b = edge.constant dense<[1.0, 2.0]> : tensor<2xf32> -> tensor<2xf32>
  %c = edge.constant dense<[[1.0], [2.0]]> : tensor<2x1xf32> -> tensor<2x1xf32>
  %0 = edge.fully_connected %x, %w, %b
    : (tensor<2x3xf32>, tensor<2x3xf32>, tensor<2xf32>) -> tensor<2x2xf32>
  %1 = edge.map %0, %c : (tensor<2x2xf32>, tensor<2x1xf32>) -> tensor<2x2xf32> {
  ^bb0(%e: f32, %s: f32):
    %p = arith.mulf %e, %s : f32
    edge.yield %p : f32
  }
  return %1 : tensor<2x2xf32>
}

// -----

// Not affine, and not finite.
// CHECK-LABEL: func @others
// CHECK: edge.map
// CHECK: edge.map
func.func @others(%x: tensor<1x3xf32>) -> (tensor<1x2xf32>, tensor<1x2xf32>) {
  %w = edge.constant dense<1.0> : tensor<2x3xf32> -> tensor<2x3xf32>
  %b = edge.constant dense<[0.0, 2.0]> : tensor<2xf32> -> tensor<2xf32>
  %0 = edge.fully_connected %x, %w, %b
    : (tensor<1x3xf32>, tensor<2x3xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  %1 = edge.map %0 : (tensor<1x2xf32>) -> tensor<1x2xf32> {
  ^bb0(%e: f32):
    %p = arith.mulf %e, %e : f32
    edge.yield %p : f32
  }
  %2 = edge.fully_connected %x, %w, %b
    : (tensor<1x3xf32>, tensor<2x3xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  %3 = edge.map %2, %b : (tensor<1x2xf32>, tensor<2xf32>) -> tensor<1x2xf32> {
  ^bb0(%e: f32, %c: f32):
    %p = arith.divf %e, %c : f32
    edge.yield %p : f32
  }
  return %1, %3 : tensor<1x2xf32>, tensor<1x2xf32>
}
