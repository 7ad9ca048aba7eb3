// RUN: %python %S/../Calibrate/Inputs/make_samples.py %t.x.npy %t.y.npy
// RUN: edgecc-opt %s -split-input-file -edge-equalize-layers="samples=%t.y.npy" | FileCheck %s
// RUN: not edgecc-opt %s -split-input-file -edge-equalize-layers 2>&1 | FileCheck %s --check-prefix=MISSING

// MISSING: error: input 0 ('x') has no samples

// x is 0 and -2 in turn: channels reach 8 and 0.5, with equal weights behind.
// Half of that difference moves: factors of 2 and 1/2 leave 4 and 1.
// CHECK-LABEL: func @balanced
// CHECK: weights{{.*}}: "0x10000000000000C0000000BF"
// CHECK: weights{{.*}}: "0x10000000000000400000003F"
func.func @balanced(%x: tensor<1x1xf32> {edge.name = "x"}) -> tensor<1x1xf32> {
  %w0 = edge.constant dense<[[-4.0], [-0.25]]> : tensor<2x1xf32> -> tensor<2x1xf32>
  %b0 = edge.constant dense<0.0> : tensor<2xf32> -> tensor<2xf32>
  %0 = edge.fully_connected %x, %w0, %b0 {clamp_min = 0.0 : f32}
    : (tensor<1x1xf32>, tensor<2x1xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  %w1 = edge.constant dense<1.0> : tensor<1x2xf32> -> tensor<1x2xf32>
  %b1 = edge.constant dense<0.0> : tensor<1xf32> -> tensor<1xf32>
  %1 = edge.fully_connected %0, %w1, %b1
    : (tensor<1x2xf32>, tensor<1x2xf32>, tensor<1xf32>) -> tensor<1x1xf32>
  return %1 : tensor<1x1xf32>
}

// -----

// The first channel reaches its bound and stays. The second doubles, which
// leaves it at 1, far below.
// CHECK-LABEL: func @bounded
// CHECK: weights{{.*}}: "0x10000000000080C0000000BF"
// CHECK: weights{{.*}}: "0x100000000000803F0000003F"
func.func @bounded(%x: tensor<1x1xf32> {edge.name = "x"}) -> tensor<1x1xf32> {
  %w0 = edge.constant dense<[[-4.0], [-0.25]]> : tensor<2x1xf32> -> tensor<2x1xf32>
  %b0 = edge.constant dense<0.0> : tensor<2xf32> -> tensor<2xf32>
  %0 = edge.fully_connected %x, %w0, %b0 {clamp_min = 0.0 : f32, clamp_max = 8.0 : f32}
    : (tensor<1x1xf32>, tensor<2x1xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  %w1 = edge.constant dense<1.0> : tensor<1x2xf32> -> tensor<1x2xf32>
  %b1 = edge.constant dense<0.0> : tensor<1xf32> -> tensor<1xf32>
  %1 = edge.fully_connected %0, %w1, %b1
    : (tensor<1x2xf32>, tensor<1x2xf32>, tensor<1xf32>) -> tensor<1x1xf32>
  return %1 : tensor<1x1xf32>
}
