// RUN: edgecc-opt %s --edge-prune-constant-channels --split-input-file | FileCheck %s

// Channel 1 is 0.25 for every input; the next layer multiplies it with 3: 5 + 0.75. Channel 2 varies, but the next
// layer multiplies it with zero.

// CHECK-LABEL: func.func @folds_into_the_next_bias
// CHECK: %[[W:.*]] = edge.constant dense<{{\[\[}}1.000000e+00, 2.000000e+00]]>
// CHECK: %[[H:.*]] = edge.fully_connected %arg0, %[[W]], {{.*}} -> tensor<1x1xf32>
// CHECK: %[[B:.*]] = edge.constant dense<5.750000e+00>
// CHECK: edge.fully_connected %[[H]], %{{.*}}, %[[B]]
func.func @folds_into_the_next_bias(%x: tensor<1x2xf32>) -> tensor<1x1xf32> {
  %w = edge.constant dense<[[1.0, 2.0], [0.0, 0.0], [3.0, 4.0]]> : tensor<3x2xf32> -> tensor<3x2xf32>
  %b = edge.constant dense<[0.0, 0.25, 1.0]> : tensor<3xf32> -> tensor<3xf32>
  %0 = edge.fully_connected %x, %w, %b {clamp_min = 0.0 : f32}
    : (tensor<1x2xf32>, tensor<3x2xf32>, tensor<3xf32>) -> tensor<1x3xf32>
  %v = edge.constant dense<[[7.0, 3.0, 0.0]]> : tensor<1x3xf32> -> tensor<1x3xf32>
  %c = edge.constant dense<5.0> : tensor<1xf32> -> tensor<1xf32>
  %1 = edge.fully_connected %0, %v, %c
    : (tensor<1x3xf32>, tensor<1x3xf32>, tensor<1xf32>) -> tensor<1x1xf32>
  return %1 : tensor<1x1xf32>
}

// -----

// Channel 0 is off, behind a depthwise convolution with padding too, and goes from both. Channel 1 is 0.5, but not so
// at the border of what follows: it stays.

// CHECK-LABEL: func.func @depthwise
// CHECK: edge.conv %arg0, {{.*}} -> tensor<1x3x3x2xf32>
// CHECK: edge.conv {{.*}} groups = 2 {{.*}} -> tensor<1x3x3x2xf32>
// CHECK: edge.constant dense<{{.*}}3.000000e+00{{.*}}5.000000e+00{{.*}}> : tensor<1x1x1x2xf32>
// CHECK: edge.constant dense<6.000000e+00>
func.func @depthwise(%x: tensor<1x3x3x1xf32>) -> tensor<1x3x3x1xf32> {
  %w = edge.constant dense<[[[[0.0]]], [[[0.0]]], [[[2.0]]]]> : tensor<3x1x1x1xf32> -> tensor<3x1x1x1xf32>
  %b = edge.constant dense<[-1.0, 0.5, 0.0]> : tensor<3xf32> -> tensor<3xf32>
  %0 = edge.conv %x, %w, %b {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>,
      dilations = array<i64: 1, 1>, clamp_min = 0.0 : f32}
    : (tensor<1x3x3x1xf32>, tensor<3x1x1x1xf32>, tensor<3xf32>) -> tensor<1x3x3x3xf32>
  %d = edge.constant dense<1.0> : tensor<3x3x3x1xf32> -> tensor<3x3x3x1xf32>
  %e = edge.constant dense<[0.5, 0.0, 0.0]> : tensor<3xf32> -> tensor<3xf32>
  %1 = edge.conv %0, %d, %e {strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>,
      dilations = array<i64: 1, 1>, groups = 3 : i64}
    : (tensor<1x3x3x3xf32>, tensor<3x3x3x1xf32>, tensor<3xf32>) -> tensor<1x3x3x3xf32>
  %v = edge.constant dense<[[[[2.0, 3.0, 5.0]]]]> : tensor<1x1x1x3xf32> -> tensor<1x1x1x3xf32>
  %c = edge.constant dense<5.0> : tensor<1xf32> -> tensor<1xf32>
  %2 = edge.conv %1, %v, %c {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>,
      dilations = array<i64: 1, 1>}
    : (tensor<1x3x3x3xf32>, tensor<1x1x1x3xf32>, tensor<1xf32>) -> tensor<1x3x3x1xf32>
  return %2 : tensor<1x3x3x1xf32>
}

// -----

// A function of constants is a constant: exp(0) goes from both operands of the sum.

// CHECK-LABEL: func.func @through_map
// CHECK: edge.map %{{.*}}, %{{.*}} : (tensor<1x1xf32>, tensor<1x1xf32>)
// CHECK: edge.constant dense<1.300000e+01>
func.func @through_map(%x: tensor<1x2xf32>) -> tensor<1x1xf32> {
  %w = edge.constant dense<[[1.0, 2.0], [0.0, 0.0]]> : tensor<2x2xf32> -> tensor<2x2xf32>
  %w2 = edge.constant dense<[[4.0, 2.0], [0.0, 0.0]]> : tensor<2x2xf32> -> tensor<2x2xf32>
  %b = edge.constant dense<[1.0, 0.0]> : tensor<2xf32> -> tensor<2xf32>
  %b2 = edge.constant dense<[1.0, 3.0]> : tensor<2xf32> -> tensor<2xf32>
  %0 = edge.fully_connected %x, %w, %b
    : (tensor<1x2xf32>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  %1 = edge.fully_connected %x, %w2, %b2
    : (tensor<1x2xf32>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  %s = edge.map %0, %1 : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32> {
  ^bb0(%p: f32, %q: f32):
    %e = math.exp %p : f32
    %r = arith.addf %e, %q : f32
    edge.yield %r : f32
  }
  %v = edge.constant dense<[[7.0, 2.0]]> : tensor<1x2xf32> -> tensor<1x2xf32>
  %c = edge.constant dense<5.0> : tensor<1xf32> -> tensor<1xf32>
  %2 = edge.fully_connected %s, %v, %c
    : (tensor<1x2xf32>, tensor<1x2xf32>, tensor<1xf32>) -> tensor<1x1xf32>
  return %2 : tensor<1x1xf32>
}

// -----

// The constant is not zero, and the next layer pads: both channels stay. So does what is returned.

// CHECK-LABEL: func.func @differs_from_padding
// CHECK: edge.conv %arg0, {{.*}} -> tensor<1x3x3x2xf32>
func.func @differs_from_padding(%x: tensor<1x3x3x1xf32>) -> tensor<1x3x3x1xf32> {
  %w = edge.constant dense<[[[[4.0]]], [[[0.0]]]]> : tensor<2x1x1x1xf32> -> tensor<2x1x1x1xf32>
  %b = edge.constant dense<[0.0, 8.0]> : tensor<2xf32> -> tensor<2xf32>
  %0 = edge.conv %x, %w, %b {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>,
      dilations = array<i64: 1, 1>}
    : (tensor<1x3x3x1xf32>, tensor<2x1x1x1xf32>, tensor<2xf32>) -> tensor<1x3x3x2xf32>
  %v = edge.constant dense<1.0> : tensor<1x3x3x2xf32> -> tensor<1x3x3x2xf32>
  %c = edge.constant dense<5.0> : tensor<1xf32> -> tensor<1xf32>
  %1 = edge.conv %0, %v, %c {strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>,
      dilations = array<i64: 1, 1>}
    : (tensor<1x3x3x2xf32>, tensor<1x3x3x2xf32>, tensor<1xf32>) -> tensor<1x3x3x1xf32>
  return %1 : tensor<1x3x3x1xf32>
}

// -----

// What a concatenation takes from a constant stays with it.

// CHECK-LABEL: func.func @concat
// CHECK: edge.concat {{.*}} -> tensor<1x3xf32>
func.func @concat(%x: tensor<1x2xf32>) -> tensor<1x1xf32> {
  %w = edge.constant dense<[[1.0, 2.0], [0.0, 0.0]]> : tensor<2x2xf32> -> tensor<2x2xf32>
  %b = edge.constant dense<[1.0, 3.0]> : tensor<2xf32> -> tensor<2xf32>
  %0 = edge.fully_connected %x, %w, %b
    : (tensor<1x2xf32>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  %k = edge.constant dense<[[9.0, 8.0]]> : tensor<1x2xf32> -> tensor<1x2xf32>
  %s = edge.concat %0, %k {axis = 1 : i64} : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x4xf32>
  %v = edge.constant dense<[[7.0, 2.0, 3.0, 4.0]]> : tensor<1x4xf32> -> tensor<1x4xf32>
  %c = edge.constant dense<5.0> : tensor<1xf32> -> tensor<1xf32>
  %1 = edge.fully_connected %s, %v, %c
    : (tensor<1x4xf32>, tensor<1x4xf32>, tensor<1xf32>) -> tensor<1x1xf32>
  return %1 : tensor<1x1xf32>
}
