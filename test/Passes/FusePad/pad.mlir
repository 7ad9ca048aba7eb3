// RUN: edgecc-opt --edge-fuse-pad --split-input-file %s | FileCheck %s

// CHECK-LABEL: func @conv
// CHECK-NEXT: edge.conv %arg0, {{.*}}pads = array<i64: 1, 0, 2, 1>
func.func @conv(%x: tensor<1x4x4x3xf32>, %w: tensor<2x3x3x3xf32>, %b: tensor<2xf32>) -> tensor<1x5x3x2xf32> {
  %0 = edge.pad %x {low = array<i64: 0, 1, 0, 0>, high = array<i64: 0, 2, 0, 0>, value = 0.0 : f64}
    : (tensor<1x4x4x3xf32>) -> tensor<1x7x4x3xf32>
  %1 = edge.conv %0, %w, %b {strides = array<i64: 1, 1>,
      pads = array<i64: 0, 0, 0, 1>, dilations = array<i64: 1, 1>}
    : (tensor<1x7x4x3xf32>, tensor<2x3x3x3xf32>, tensor<2xf32>) -> tensor<1x5x3x2xf32>
  return %1 : tensor<1x5x3x2xf32>
}

// -----

// CHECK-LABEL: func @max_pool
// CHECK-NEXT: edge.max_pool %arg0 {{.*}}pads = array<i64: 1, 1, 1, 1>
func.func @max_pool(%x: tensor<1x4x4x3xf32>) -> tensor<1x4x4x3xf32> {
  %0 = edge.pad %x {low = array<i64: 0, 1, 1, 0>, high = array<i64: 0, 1, 1, 0>, value = 0xFFF0000000000000 : f64}
    : (tensor<1x4x4x3xf32>) -> tensor<1x6x6x3xf32>
  %1 = edge.max_pool %0 {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>,
      pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>}
    : (tensor<1x6x6x3xf32>) -> tensor<1x4x4x3xf32>
  return %1 : tensor<1x4x4x3xf32>
}

// -----

// Zeros around what is not negative.
// CHECK-LABEL: func @max_pool_after_relu
// CHECK-NOT: edge.pad
// CHECK: edge.max_pool {{.*}}pads = array<i64: 0, 0, 1, 1>
func.func @max_pool_after_relu(%x: tensor<1x4x4x3xf32>, %w: tensor<3x1x1x3xf32>, %b: tensor<3xf32>) -> tensor<1x2x2x3xf32> {
  %0 = edge.conv %x, %w, %b {strides = array<i64: 1, 1>, clamp_min = 0.0 : f32,
      pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>}
    : (tensor<1x4x4x3xf32>, tensor<3x1x1x3xf32>, tensor<3xf32>) -> tensor<1x4x4x3xf32>
  %1 = edge.pad %0 {low = array<i64: 0, 0, 0, 0>, high = array<i64: 0, 1, 1, 0>, value = 0.0 : f64}
    : (tensor<1x4x4x3xf32>) -> tensor<1x5x5x3xf32>
  %2 = edge.max_pool %1 {kernel = array<i64: 3, 3>, strides = array<i64: 2, 2>,
      pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>}
    : (tensor<1x5x5x3xf32>) -> tensor<1x2x2x3xf32>
  return %2 : tensor<1x2x2x3xf32>
}

// -----

// CHECK-LABEL: func @avg_pool
// CHECK-NEXT: edge.avg_pool %arg0 {count_include_pad = true, {{.*}}pads = array<i64: 1, 1, 1, 1>
func.func @avg_pool(%x: tensor<1x4x4x3xf32>) -> tensor<1x4x4x3xf32> {
  %0 = edge.pad %x {low = array<i64: 0, 1, 1, 0>, high = array<i64: 0, 1, 1, 0>, value = 0.0 : f64}
    : (tensor<1x4x4x3xf32>) -> tensor<1x6x6x3xf32>
  %1 = edge.avg_pool %0 {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>,
      pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>}
    : (tensor<1x6x6x3xf32>) -> tensor<1x4x4x3xf32>
  return %1 : tensor<1x4x4x3xf32>
}

// -----

// A value that is not zero, channels, a pad that cuts off: not a convolution's.
// CHECK-LABEL: func @keep_conv
// CHECK-COUNT-3: edge.pad
func.func @keep_conv(%x: tensor<1x4x4x2xf32>, %w: tensor<2x1x1x2xf32>, %w3: tensor<2x1x1x3xf32>, %b: tensor<2xf32>)
    -> (tensor<1x5x4x2xf32>, tensor<1x4x4x2xf32>, tensor<1x3x4x2xf32>) {
  %0 = edge.pad %x {low = array<i64: 0, 1, 0, 0>, high = array<i64: 0, 0, 0, 0>, value = 1.0 : f64}
    : (tensor<1x4x4x2xf32>) -> tensor<1x5x4x2xf32>
  %1 = edge.conv %0, %w, %b {strides = array<i64: 1, 1>,
      pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>}
    : (tensor<1x5x4x2xf32>, tensor<2x1x1x2xf32>, tensor<2xf32>) -> tensor<1x5x4x2xf32>
  %2 = edge.pad %x {low = array<i64: 0, 0, 0, 1>, high = array<i64: 0, 0, 0, 0>, value = 0.0 : f64}
    : (tensor<1x4x4x2xf32>) -> tensor<1x4x4x3xf32>
  %3 = edge.conv %2, %w3, %b {strides = array<i64: 1, 1>,
      pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>}
    : (tensor<1x4x4x3xf32>, tensor<2x1x1x3xf32>, tensor<2xf32>) -> tensor<1x4x4x2xf32>
  %4 = edge.pad %x {low = array<i64: 0, -1, 0, 0>, high = array<i64: 0, 0, 0, 0>, value = 0.0 : f64}
    : (tensor<1x4x4x2xf32>) -> tensor<1x3x4x2xf32>
  %5 = edge.conv %4, %w, %b {strides = array<i64: 1, 1>,
      pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>}
    : (tensor<1x3x4x2xf32>, tensor<2x1x1x2xf32>, tensor<2xf32>) -> tensor<1x3x4x2xf32>
  return %1, %3, %5 : tensor<1x5x4x2xf32>, tensor<1x4x4x2xf32>, tensor<1x3x4x2xf32>
}

// -----

// An average pool that does not count its own padding, one with ceil_mode, and a
// max pool of zeros.
// CHECK-LABEL: func @keep_pool
// CHECK-COUNT-1: edge.pad
// CHECK-NOT: count_include_pad
func.func @keep_pool(%x: tensor<1x4x4x3xf32>)
    -> (tensor<1x6x6x3xf32>, tensor<1x2x2x3xf32>, tensor<1x4x4x3xf32>) {
  %0 = edge.pad %x {low = array<i64: 0, 1, 1, 0>, high = array<i64: 0, 1, 1, 0>, value = 0.0 : f64}
    : (tensor<1x4x4x3xf32>) -> tensor<1x6x6x3xf32>
  %1 = edge.avg_pool %0 {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>,
      pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>}
    : (tensor<1x6x6x3xf32>) -> tensor<1x6x6x3xf32>
  %2 = edge.avg_pool %0 {kernel = array<i64: 4, 4>, strides = array<i64: 2, 2>,
      pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, ceil_mode = true}
    : (tensor<1x6x6x3xf32>) -> tensor<1x2x2x3xf32>
  %3 = edge.max_pool %0 {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>,
      pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>}
    : (tensor<1x6x6x3xf32>) -> tensor<1x4x4x3xf32>
  return %1, %2, %3 : tensor<1x6x6x3xf32>, tensor<1x2x2x3xf32>, tensor<1x4x4x3xf32>
}
