// RUN: edgecc-opt %s --edge-interpret="function=max_pool" -o /dev/null | FileCheck %s --check-prefix=MAX
// RUN: edgecc-opt %s --edge-interpret="function=ceil_mode" -o /dev/null | FileCheck %s --check-prefix=CEIL
// RUN: edgecc-opt %s --edge-interpret="function=avg_pool" -o /dev/null | FileCheck %s --check-prefix=AVG
// RUN: edgecc-opt %s --edge-interpret="function=count_pad" -o /dev/null | FileCheck %s --check-prefix=COUNT-PAD
// RUN: edgecc-opt %s --edge-interpret="function=avg_pool_s8" -o /dev/null | FileCheck %s --check-prefix=AVG-S8

// Taps outside the image do not take part, though all inside are negative.
// MAX: tensor<1x2x2x1xf32> = [-1, -2, -3, -4]
func.func @max_pool() -> tensor<1x2x2x1xf32> {
  %x = edge.constant dense<[[[[-1.0], [-2.0]], [[-3.0], [-4.0]]]]> : tensor<1x2x2x1xf32> -> tensor<1x2x2x1xf32>
  %y = edge.max_pool %x {kernel = array<i64: 2, 2>, strides = array<i64: 1, 1>,
      pads = array<i64: 0, 0, 1, 1>, dilations = array<i64: 1, 1>}
    : (tensor<1x2x2x1xf32>) -> tensor<1x2x2x1xf32>
  return %y : tensor<1x2x2x1xf32>
}

// CEIL: tensor<1x2x1xf32> = [2, 3]
func.func @ceil_mode() -> tensor<1x2x1xf32> {
  %x = edge.constant dense<[[[1.0], [2.0], [3.0]]]> : tensor<1x3x1xf32> -> tensor<1x3x1xf32>
  %y = edge.max_pool %x {kernel = array<i64: 2>, strides = array<i64: 2>,
      pads = array<i64: 0, 0>, dilations = array<i64: 1>, ceil_mode = true}
    : (tensor<1x3x1xf32>) -> tensor<1x2x1xf32>
  return %y : tensor<1x2x1xf32>
}

// The last window holds one element of the image and one of the padding.
// AVG: tensor<1x2x1xf32> = [1.5, 4]
func.func @avg_pool() -> tensor<1x2x1xf32> {
  %x = edge.constant dense<[[[1.0], [2.0], [4.0]]]> : tensor<1x3x1xf32> -> tensor<1x3x1xf32>
  %y = edge.avg_pool %x {kernel = array<i64: 2>, strides = array<i64: 2>,
      pads = array<i64: 0, 1>, dilations = array<i64: 1>}
    : (tensor<1x3x1xf32>) -> tensor<1x2x1xf32>
  return %y : tensor<1x2x1xf32>
}

// COUNT-PAD: tensor<1x2x1xf32> = [1.5, 2]
func.func @count_pad() -> tensor<1x2x1xf32> {
  %x = edge.constant dense<[[[1.0], [2.0], [4.0]]]> : tensor<1x3x1xf32> -> tensor<1x3x1xf32>
  %y = edge.avg_pool %x {kernel = array<i64: 2>, strides = array<i64: 2>,
      pads = array<i64: 0, 1>, dilations = array<i64: 1>, count_include_pad = true}
    : (tensor<1x3x1xf32>) -> tensor<1x2x1xf32>
  return %y : tensor<1x2x1xf32>
}

// (q - 1) sums to 5 and 8; the factor 1 / 0.5 divided by the counts 2 and 1
// gives 5 and 16, the second clamped to 7.0 / 0.5 = 14; zero point 3.
// AVG-S8: = [8, 17]
!in = !quant.uniform<i8:f32, 1.0:1>
!out = !quant.uniform<i8:f32, 0.5:3>
func.func @avg_pool_s8() -> tensor<1x2x1x!out> {
  %x = edge.constant dense<[[[3], [4], [9]]]> : tensor<1x3x1xi8> -> tensor<1x3x1x!in>
  %y = edge.avg_pool %x {kernel = array<i64: 2>, strides = array<i64: 2>,
      pads = array<i64: 0, 1>, dilations = array<i64: 1>, clamp_max = 7.0 : f32}
    : (tensor<1x3x1x!in>) -> tensor<1x2x1x!out>
  return %y : tensor<1x2x1x!out>
}
