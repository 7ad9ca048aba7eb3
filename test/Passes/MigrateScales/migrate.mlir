// RUN: %python %S/../Calibrate/Inputs/make_samples.py %t.x.npy %t.y.npy
// RUN: edgecc-opt %s -split-input-file -edge-migrate-scales="samples=%t.y.npy" | FileCheck %s

// x is 0 and -2 in turn: the channels reach 16 and 1, with equal weights behind.
// Half of that difference moves.
// CHECK-LABEL: func @migrated
// CHECK: edge.map
// CHECK: weights{{.*}}: "0x10000000000080400000803F"
// CHECK: weights{{.*}}: "0x10000000000000400000003F"
func.func @migrated(%x: tensor<1x1xf32> {edge.name = "x"}) -> tensor<1x1xf32> {
  %g = edge.constant dense<[8.0, 0.5]> : tensor<2xf32> -> tensor<2xf32>
  %0 = edge.map %x, %g : (tensor<1x1xf32>, tensor<2xf32>) -> tensor<1x2xf32> {
  ^bb0(%e: f32, %s: f32):
    %m = arith.mulf %e, %s : f32
    edge.yield %m : f32
  }
  %w = edge.constant dense<1.0> : tensor<1x2xf32> -> tensor<1x2xf32>
  %b = edge.constant dense<0.0> : tensor<1xf32> -> tensor<1xf32>
  %1 = edge.fully_connected %0, %w, %b
    : (tensor<1x2xf32>, tensor<1x2xf32>, tensor<1xf32>) -> tensor<1x1xf32>
  return %1 : tensor<1x1xf32>
}

// -----

// A sigmoid does not scale with its operand, nor a sum with a number that all
// channels share.
// CHECK-LABEL: func @left_alone
// CHECK-NOT: dense_resource
func.func @left_alone(%x: tensor<1x1xf32> {edge.name = "x"}) -> (tensor<1x1xf32>, tensor<1x1xf32>) {
  %g = edge.constant dense<[8.0, 0.5]> : tensor<2xf32> -> tensor<2xf32>
  %0 = edge.map %x, %g : (tensor<1x1xf32>, tensor<2xf32>) -> tensor<1x2xf32> {
  ^bb0(%e: f32, %s: f32):
    %m = arith.mulf %e, %s : f32
    %t = math.tanh %m : f32
    edge.yield %t : f32
  }
  %1 = edge.map %x, %g : (tensor<1x1xf32>, tensor<2xf32>) -> tensor<1x2xf32> {
  ^bb0(%e: f32, %s: f32):
    %one = arith.constant 1.0 : f32
    %m = arith.mulf %e, %s : f32
    %a = arith.addf %m, %one : f32
    edge.yield %a : f32
  }
  %w = edge.constant dense<1.0> : tensor<1x2xf32> -> tensor<1x2xf32>
  %b = edge.constant dense<0.0> : tensor<1xf32> -> tensor<1xf32>
  %2 = edge.fully_connected %0, %w, %b
    : (tensor<1x2xf32>, tensor<1x2xf32>, tensor<1xf32>) -> tensor<1x1xf32>
  %3 = edge.fully_connected %1, %w, %b
    : (tensor<1x2xf32>, tensor<1x2xf32>, tensor<1xf32>) -> tensor<1x1xf32>
  return %2, %3 : tensor<1x1xf32>, tensor<1x1xf32>
}
