// RUN: %python %source_dir/test/Inputs/make_npy.py %t.npy f4 32,1,4,4,3
// RUN: edgecc-opt %s --split-input-file --edge-prune-channels="samples=%t.npy groups=first=0.5" | FileCheck %s

// What has to go together. `first` computes four channels, of which two go.

// A residual sum binds both of its sides and everything behind it.

// CHECK-LABEL: func.func @residual
// CHECK: %[[A:.*]] = edge.conv %arg0, {{.*}} tensor<2x1x1x3xf32>, tensor<2xf32>) -> tensor<1x4x4x2xf32>
// CHECK: %[[B:.*]] = edge.conv %[[A]], {{.*}} tensor<2x1x1x2xf32>, tensor<2xf32>) -> tensor<1x4x4x2xf32>
// CHECK: %[[S:.*]] = edge.map %[[A]], %[[B]] : (tensor<1x4x4x2xf32>, tensor<1x4x4x2xf32>) -> tensor<1x4x4x2xf32>
// CHECK: edge.conv %[[S]], {{.*}} (tensor<1x4x4x2xf32>, tensor<2x1x1x2xf32>,
func.func @residual(%x: tensor<1x4x4x3xf32>) -> tensor<1x4x4x2xf32> {
  %w = edge.constant dense<[[[[-0.52, 0.09, -0.26]]], [[[0.21, 0.25, -0.87]]], [[[-0.97, 0.67, -0.48]]], [[[-0.53, 0.99, -0.06]]]]> : tensor<4x1x1x3xf32>
      -> tensor<4x1x1x3xf32>
  %b = edge.constant dense<[0.67, -0.05, 0.28, -0.70]> : tensor<4xf32>
      -> tensor<4xf32>
  %0 = edge.conv %x, %w, %b {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>,
      dilations = array<i64: 1, 1>, clamp_min = 0.0 : f32}
    : (tensor<1x4x4x3xf32>, tensor<4x1x1x3xf32>, tensor<4xf32>) -> tensor<1x4x4x4xf32> loc("first")
  %w1 = edge.constant dense<[[[[0.27, 0.74, 0.05, 0.48]]], [[[0.34, -0.87, 0.52, 0.18]]], [[[-0.40, -0.94, 0.73, -0.05]]], [[[0.44, 0.76, 0.43, 0.84]]]]> : tensor<4x1x1x4xf32>
      -> tensor<4x1x1x4xf32>
  %b1 = edge.constant dense<[-0.21, 0.60, -0.11, 0.87]> : tensor<4xf32>
      -> tensor<4xf32>
  %1 = edge.conv %0, %w1, %b1 {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>,
      dilations = array<i64: 1, 1>, clamp_min = 0.0 : f32}
    : (tensor<1x4x4x4xf32>, tensor<4x1x1x4xf32>, tensor<4xf32>) -> tensor<1x4x4x4xf32>
  %2 = edge.map %0, %1 : (tensor<1x4x4x4xf32>, tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xf32> {
  ^bb0(%a: f32, %e: f32):
    %s = arith.addf %a, %e : f32
    %z = arith.constant 0.0 : f32
    %m = arith.maximumf %s, %z : f32
    edge.yield %m : f32
  }
  %v = edge.constant dense<[[[[0.76, -0.81, -0.73, -0.57]]], [[[0.93, -0.13, 0.25, -0.40]]]]> : tensor<2x1x1x4xf32>
      -> tensor<2x1x1x4xf32>
  %c = edge.constant dense<[0.01, -0.23]> : tensor<2xf32>
      -> tensor<2xf32>
  %out = edge.conv %2, %v, %c {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>,
      dilations = array<i64: 1, 1>, clamp_min = 0.0 : f32}
    : (tensor<1x4x4x4xf32>, tensor<2x1x1x4xf32>, tensor<2xf32>) -> tensor<1x4x4x2xf32>
  return %out : tensor<1x4x4x2xf32>
}

// -----

// In a concatenation only what comes from `first` goes.

// CHECK-LABEL: func.func @concat
// CHECK: %[[A:.*]] = edge.conv %arg0, {{.*}} -> tensor<1x4x4x2xf32>
// CHECK: edge.concat %[[A]], %arg0 {axis = 3 : i64} : (tensor<1x4x4x2xf32>, tensor<1x4x4x3xf32>) -> tensor<1x4x4x5xf32>
// CHECK: tensor<2x1x1x5xf32>
func.func @concat(%x: tensor<1x4x4x3xf32>) -> tensor<1x4x4x2xf32> {
  %w = edge.constant dense<[[[[-0.30, 0.17, 0.17]]], [[[0.81, 0.36, 0.86]]], [[[0.71, 0.98, 0.34]]], [[[-0.67, 0.72, 0.93]]]]> : tensor<4x1x1x3xf32>
      -> tensor<4x1x1x3xf32>
  %b = edge.constant dense<[0.81, 0.14, 0.43, -0.58]> : tensor<4xf32>
      -> tensor<4xf32>
  %0 = edge.conv %x, %w, %b {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>,
      dilations = array<i64: 1, 1>, clamp_min = 0.0 : f32}
    : (tensor<1x4x4x3xf32>, tensor<4x1x1x3xf32>, tensor<4xf32>) -> tensor<1x4x4x4xf32> loc("first")
  %1 = edge.concat %0, %x {axis = 3 : i64} : (tensor<1x4x4x4xf32>, tensor<1x4x4x3xf32>) -> tensor<1x4x4x7xf32>
  %v = edge.constant dense<[[[[0.66, 0.15, -0.43, -0.87, 0.71, 0.98, -0.82]]], [[[0.60, -0.18, -0.70, -0.41, 0.54, 0.75, -0.91]]]]> : tensor<2x1x1x7xf32>
      -> tensor<2x1x1x7xf32>
  %c = edge.constant dense<[0.23, -0.91]> : tensor<2xf32>
      -> tensor<2xf32>
  %out = edge.conv %1, %v, %c {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>,
      dilations = array<i64: 1, 1>, clamp_min = 0.0 : f32}
    : (tensor<1x4x4x7xf32>, tensor<2x1x1x7xf32>, tensor<2xf32>) -> tensor<1x4x4x2xf32>
  return %out : tensor<1x4x4x2xf32>
}

// -----

// A depthwise convolution loses the same channels, with their filters; so does
// what scales channels by constants.

// CHECK-LABEL: func.func @depthwise
// CHECK: %[[A:.*]] = edge.conv %arg0, {{.*}} -> tensor<1x4x4x2xf32>
// CHECK: %[[D:.*]] = edge.conv %[[A]], {{.*}} groups = 2 : i64{{.*}} tensor<2x3x3x1xf32>, tensor<2xf32>) -> tensor<1x4x4x2xf32>
// CHECK: edge.map %[[D]], {{.*}} : (tensor<1x4x4x2xf32>, tensor<2xf32>) -> tensor<1x4x4x2xf32>
// CHECK: tensor<2x1x1x2xf32>
func.func @depthwise(%x: tensor<1x4x4x3xf32>) -> tensor<1x4x4x2xf32> {
  %w = edge.constant dense<[[[[0.44, -0.34, 0.76]]], [[[0.96, 0.01, 1.00]]], [[[-0.38, -0.85, 0.20]]], [[[-0.94, -0.61, -0.18]]]]> : tensor<4x1x1x3xf32>
      -> tensor<4x1x1x3xf32>
  %b = edge.constant dense<[0.22, -0.69, -0.92, 0.74]> : tensor<4xf32>
      -> tensor<4xf32>
  %0 = edge.conv %x, %w, %b {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>,
      dilations = array<i64: 1, 1>, clamp_min = 0.0 : f32}
    : (tensor<1x4x4x3xf32>, tensor<4x1x1x3xf32>, tensor<4xf32>) -> tensor<1x4x4x4xf32> loc("first")
  %w1 = edge.constant dense<[[[[-0.37], [0.92], [0.79]], [[-0.24], [-0.08], [0.04]], [[0.29], [0.19], [0.12]]], [[[0.24], [0.88], [0.01]], [[-0.14], [0.44], [-0.52]], [[-0.40], [0.96], [0.04]]], [[[0.10], [-0.98], [-0.17]], [[0.16], [-0.96], [0.23]], [[0.26], [-0.88], [0.25]]], [[[-0.07], [0.36], [-0.29]], [[0.41], [0.48], [-0.96]], [[-0.88], [0.35], [0.93]]]]> : tensor<4x3x3x1xf32>
      -> tensor<4x3x3x1xf32>
  %b1 = edge.constant dense<[-0.50, -0.09, 0.19, -0.36]> : tensor<4xf32>
      -> tensor<4xf32>
  %1 = edge.conv %0, %w1, %b1 {strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>,
      dilations = array<i64: 1, 1>, groups = 4 : i64, clamp_min = 0.0 : f32}
    : (tensor<1x4x4x4xf32>, tensor<4x3x3x1xf32>, tensor<4xf32>) -> tensor<1x4x4x4xf32>
  %k = edge.constant dense<[-0.27, -0.37, -0.26, 0.19]> : tensor<4xf32>
      -> tensor<4xf32>
  %2 = edge.map %1, %k : (tensor<1x4x4x4xf32>, tensor<4xf32>) -> tensor<1x4x4x4xf32> {
  ^bb0(%a: f32, %e: f32):
    %m = arith.mulf %a, %e : f32
    edge.yield %m : f32
  }
  %v = edge.constant dense<[[[[-0.40, -0.25, 0.54, -0.95]]], [[[0.14, 0.47, -0.38, -0.55]]]]> : tensor<2x1x1x4xf32>
      -> tensor<2x1x1x4xf32>
  %c = edge.constant dense<[0.61, -0.52]> : tensor<2xf32>
      -> tensor<2xf32>
  %out = edge.conv %2, %v, %c {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>,
      dilations = array<i64: 1, 1>, clamp_min = 0.0 : f32}
    : (tensor<1x4x4x4xf32>, tensor<2x1x1x4xf32>, tensor<2xf32>) -> tensor<1x4x4x2xf32>
  return %out : tensor<1x4x4x2xf32>
}

// -----

// A channel that is pooled and flattened has several places in the row.

// CHECK-LABEL: func.func @flatten
// CHECK: edge.max_pool {{.*}} -> tensor<1x2x2x2xf32>
// CHECK: edge.reshape {{.*}} : (tensor<1x2x2x2xf32>) -> tensor<1x8xf32>
// CHECK: edge.fully_connected {{.*}} tensor<2x8xf32>, tensor<2xf32>) -> tensor<1x2xf32>
func.func @flatten(%x: tensor<1x4x4x3xf32>) -> tensor<1x2xf32> {
  %w = edge.constant dense<[[[[-0.63, -0.13, 0.40]]], [[[-0.80, -0.36, -0.33]]], [[[0.67, -0.12, 0.71]]], [[[-0.66, -0.33, 0.30]]]]> : tensor<4x1x1x3xf32>
      -> tensor<4x1x1x3xf32>
  %b = edge.constant dense<[0.77, -0.10, -0.55, -0.76]> : tensor<4xf32>
      -> tensor<4xf32>
  %0 = edge.conv %x, %w, %b {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>,
      dilations = array<i64: 1, 1>, clamp_min = 0.0 : f32}
    : (tensor<1x4x4x3xf32>, tensor<4x1x1x3xf32>, tensor<4xf32>) -> tensor<1x4x4x4xf32> loc("first")
  %1 = edge.max_pool %0 {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>,
      pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x4x4x4xf32>) -> tensor<1x2x2x4xf32>
  %2 = edge.reshape %1 : (tensor<1x2x2x4xf32>) -> tensor<1x16xf32>
  %v = edge.constant dense<[[0.06, -0.62, 0.61, 0.68, -0.63, -0.44, 0.61, 0.28, 0.61, -0.31, -0.74, -0.42, 0.59, -0.46, -0.31, -0.17], [-0.16, -0.18, 0.84, -0.69, -0.99, 0.89, 0.76, 0.97, -0.13, 0.90, 0.85, -0.56, 0.49, 0.67, 0.33, 0.04]]> : tensor<2x16xf32>
      -> tensor<2x16xf32>
  %c = edge.constant dense<[-0.42, -0.32]> : tensor<2xf32>
      -> tensor<2xf32>
  %3 = edge.fully_connected %2, %v, %c
    : (tensor<1x16xf32>, tensor<2x16xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  return %3 : tensor<1x2xf32>
}

// -----

// Means over pixels keep channels apart.

// CHECK-LABEL: func.func @mean
// CHECK: edge.reduce {{.*}} : (tensor<1x4x4x2xf32>) -> tensor<1x1x1x2xf32>
func.func @mean(%x: tensor<1x4x4x3xf32>) -> tensor<1x1x1x2xf32> {
  %w = edge.constant dense<[[[[-0.55, -0.86, 0.18]]], [[[-0.43, 0.62, -0.91]]], [[[0.81, 0.39, 0.85]]], [[[0.79, 0.80, 0.15]]]]> : tensor<4x1x1x3xf32>
      -> tensor<4x1x1x3xf32>
  %b = edge.constant dense<[-0.97, 0.49, -0.66, -0.40]> : tensor<4xf32>
      -> tensor<4xf32>
  %0 = edge.conv %x, %w, %b {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>,
      dilations = array<i64: 1, 1>, clamp_min = 0.0 : f32}
    : (tensor<1x4x4x3xf32>, tensor<4x1x1x3xf32>, tensor<4xf32>) -> tensor<1x4x4x4xf32> loc("first")
  %1 = edge.reduce %0 {kind = 1 : i32, axes = array<i64: 1, 2>} : (tensor<1x4x4x4xf32>) -> tensor<1x1x1x4xf32>
  %v = edge.constant dense<[[0.33, 0.05, -0.17, 0.88], [0.22, -0.32, -0.50, 0.72]]> : tensor<2x4xf32>
      -> tensor<2x4xf32>
  %c = edge.constant dense<[-0.05, 0.56]> : tensor<2xf32>
      -> tensor<2xf32>
  %2 = edge.fully_connected %1, %v, %c
    : (tensor<1x1x1x4xf32>, tensor<2x4xf32>, tensor<2xf32>) -> tensor<1x1x1x2xf32>
  return %2 : tensor<1x1x1x2xf32>
}
