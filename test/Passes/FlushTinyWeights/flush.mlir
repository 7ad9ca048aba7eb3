// RUN: edgecc-opt %s --edge-flush-tiny-weights --split-input-file | FileCheck %s
// RUN: edgecc-opt %s --edge-flush-tiny-weights=bits=20 --split-input-file | FileCheck %s --check-prefix=BITS

// The second filter is less than 2^-60 of the largest weight. 1e-7 is more than that, but less than 2^-20.

// CHECK-LABEL: func.func @filter
// CHECK: edge.constant dense<{{\[\[}}1.000000e+00, 1.000000e-07], [0.000000e+00, 0.000000e+00]]>
// BITS-LABEL: func.func @filter
// BITS: edge.constant dense<{{\[\[}}1.000000e+00, 0.000000e+00], [0.000000e+00, 0.000000e+00]]>
func.func @filter(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %w = edge.constant dense<[[1.0, 1.0e-7], [1.0e-30, -3.0e-31]]> : tensor<2x2xf32> -> tensor<2x2xf32>
  %b = edge.constant dense<[0.5, 0.25]> : tensor<2xf32> -> tensor<2xf32>
  %0 = edge.fully_connected %x, %w, %b
    : (tensor<1x2xf32>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  return %0 : tensor<1x2xf32>
}

// -----

// The layer behind multiplies the second channel with what makes up for it: both count the same.

// CHECK-LABEL: func.func @made_up_for
// CHECK: edge.constant dense<{{\[\[}}1.000000e+00, 2.000000e+00], [1.000000e-30, 3.000000e-30]]>
// CHECK: edge.constant dense<{{\[\[}}1.000000e-30, 1.000000e+00]]>
func.func @made_up_for(%x: tensor<1x2xf32>) -> tensor<1x1xf32> {
  %w = edge.constant dense<[[1.0, 2.0], [1.0e-30, 3.0e-30]]> : tensor<2x2xf32> -> tensor<2x2xf32>
  %b = edge.constant dense<[0.0, 0.0]> : tensor<2xf32> -> tensor<2xf32>
  %0 = edge.fully_connected %x, %w, %b {clamp_min = 0.0 : f32}
    : (tensor<1x2xf32>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  %v = edge.constant dense<[[1.0e-30, 1.0]]> : tensor<1x2xf32> -> tensor<1x2xf32>
  %c = edge.constant dense<0.0> : tensor<1xf32> -> tensor<1xf32>
  %1 = edge.fully_connected %0, %v, %c
    : (tensor<1x2xf32>, tensor<1x2xf32>, tensor<1xf32>) -> tensor<1x1xf32>
  return %1 : tensor<1x1xf32>
}

// -----

// What makes up for it may stand in a depthwise convolution, or behind one.

// CHECK-LABEL: func.func @through_depthwise
// CHECK: edge.constant dense<{{.*}}1.000000e+00{{.*}}1.000000e-30{{.*}}> : tensor<2x1x1x1xf32>
// CHECK: edge.constant dense<{{.*}}1.000000e-15{{.*}}1.000000e+00{{.*}}> : tensor<2x1x1x1xf32>
// CHECK: edge.constant dense<{{.*}}1.000000e-15{{.*}}1.000000e+00{{.*}}> : tensor<1x1x1x2xf32>
func.func @through_depthwise(%x: tensor<1x3x3x1xf32>) -> tensor<1x3x3x1xf32> {
  %w = edge.constant dense<[[[[1.0]]], [[[1.0e-30]]]]> : tensor<2x1x1x1xf32> -> tensor<2x1x1x1xf32>
  %b = edge.constant dense<0.0> : tensor<2xf32> -> tensor<2xf32>
  %0 = edge.conv %x, %w, %b {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>,
      dilations = array<i64: 1, 1>, clamp_min = 0.0 : f32}
    : (tensor<1x3x3x1xf32>, tensor<2x1x1x1xf32>, tensor<2xf32>) -> tensor<1x3x3x2xf32>
  %d = edge.constant dense<[[[[1.0e-15]]], [[[1.0]]]]> : tensor<2x1x1x1xf32> -> tensor<2x1x1x1xf32>
  %1 = edge.conv %0, %d, %b {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>,
      dilations = array<i64: 1, 1>, groups = 2 : i64}
    : (tensor<1x3x3x2xf32>, tensor<2x1x1x1xf32>, tensor<2xf32>) -> tensor<1x3x3x2xf32>
  %v = edge.constant dense<[[[[1.0e-15, 1.0]]]]> : tensor<1x1x1x2xf32> -> tensor<1x1x1x2xf32>
  %c = edge.constant dense<0.0> : tensor<1xf32> -> tensor<1xf32>
  %2 = edge.conv %1, %v, %c {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>,
      dilations = array<i64: 1, 1>}
    : (tensor<1x3x3x2xf32>, tensor<1x1x1x2xf32>, tensor<1xf32>) -> tensor<1x3x3x1xf32>
  return %2 : tensor<1x3x3x1xf32>
}

// -----

// Integers are not looked at.

// CHECK-LABEL: func.func @integers
// CHECK: edge.constant dense<{{\[\[}}1, 2]]>
func.func @integers(%x: tensor<1x2x!quant.uniform<i8:f32, 0.5>>) -> tensor<1x1x!quant.uniform<i8:f32, 0.5>> {
  %w = edge.constant dense<[[1, 2]]> : tensor<1x2xi8> -> tensor<1x2x!quant.uniform<i8<-127:127>:f32:0, {1.0e-30}>>
  %b = edge.constant dense<0> : tensor<1xi32> -> tensor<1x!quant.uniform<i32:f32:0, {5.0e-31}>>
  %0 = edge.fully_connected %x, %w, %b
    : (tensor<1x2x!quant.uniform<i8:f32, 0.5>>, tensor<1x2x!quant.uniform<i8<-127:127>:f32:0, {1.0e-30}>>,
       tensor<1x!quant.uniform<i32:f32:0, {5.0e-31}>>) -> tensor<1x1x!quant.uniform<i8:f32, 0.5>>
  return %0 : tensor<1x1x!quant.uniform<i8:f32, 0.5>>
}
