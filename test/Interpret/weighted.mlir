// RUN: edgecc-opt %s --edge-interpret="function=conv" -o /dev/null | FileCheck %s --check-prefix=CONV
// RUN: edgecc-opt %s --edge-interpret="function=conv_s8" -o /dev/null | FileCheck %s --check-prefix=CONV-S8
// RUN: edgecc-opt %s --edge-interpret="function=fully_connected" -o /dev/null | FileCheck %s --check-prefix=FC
// RUN: edgecc-opt %s --edge-interpret="function=fully_connected_s8" -o /dev/null | FileCheck %s --check-prefix=FC-S8
// RUN: edgecc-opt %s --edge-interpret="function=matmul" -o /dev/null | FileCheck %s --check-prefix=MATMUL

// A line [1, 2, 3] with taps [1, 10], padded by one at its end; bias 0.5.
// CONV: tensor<1x3x1xf32> = [21.5, 30, 3.5]
func.func @conv() -> tensor<1x3x1xf32> {
  %x = edge.constant dense<[[[1.0], [2.0], [3.0]]]> : tensor<1x3x1xf32> -> tensor<1x3x1xf32>
  %w = edge.constant dense<[[[1.0], [10.0]]]> : tensor<1x2x1xf32> -> tensor<1x2x1xf32>
  %b = edge.constant dense<[0.5]> : tensor<1xf32> -> tensor<1xf32>
  %y = edge.conv %x, %w, %b {strides = array<i64: 1>, pads = array<i64: 0, 1>,
      dilations = array<i64: 1>, groups = 1, clamp_max = 30.0 : f32}
    : (tensor<1x3x1xf32>, tensor<1x2x1xf32>, tensor<1xf32>) -> tensor<1x3x1xf32>
  return %y : tensor<1x3x1xf32>
}

// q - z = [1, 2, 3]; sums 5 * [1, 2, 3] + 3 * [2, 3, 0] + 1 = [12, 20, 16]
// times 0.5 * 0.25 / 0.5 = 0.25 are [3, 5, 4]; zero point -10.
// CONV-S8: = [-7, -5, -6]
!in = !quant.uniform<i8:f32, 0.5:4>
!weight = !quant.uniform<i8<-127:127>:f32:0, {0.25}>
!bias = !quant.uniform<i32:f32:0, {0.125}>
!out = !quant.uniform<i8:f32, 0.5:-10>
func.func @conv_s8() -> tensor<1x3x1x!out> {
  %x = edge.constant dense<[[[5], [6], [7]]]> : tensor<1x3x1xi8> -> tensor<1x3x1x!in>
  %w = edge.constant dense<[[[5], [3]]]> : tensor<1x2x1xi8> -> tensor<1x2x1x!weight>
  %b = edge.constant dense<[1]> : tensor<1xi32> -> tensor<1x!bias>
  %y = edge.conv %x, %w, %b {strides = array<i64: 1>, pads = array<i64: 0, 1>,
      dilations = array<i64: 1>, groups = 1}
    : (tensor<1x3x1x!in>, tensor<1x2x1x!weight>, tensor<1x!bias>) -> tensor<1x3x1x!out>
  return %y : tensor<1x3x1x!out>
}

// FC: tensor<2x2xf32> = [11.5, 3, 23.5, 7]
func.func @fully_connected() -> tensor<2x2xf32> {
  %x = edge.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32> -> tensor<2x2xf32>
  %w = edge.constant dense<[[1.0, 5.0], [1.0, 1.0]]> : tensor<2x2xf32> -> tensor<2x2xf32>
  %b = edge.constant dense<[0.5, 0.0]> : tensor<2xf32> -> tensor<2xf32>
  %y = edge.fully_connected %x, %w, %b
    : (tensor<2x2xf32>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<2x2xf32>
  return %y : tensor<2x2xf32>
}

// Sums 2 * 1 + 3 * 2 - 3 = 5 and 2 * -1 + 3 * 0 + 8 = 6; factors 0.5 and 2, so
// that the shift is 2 for both: 2.5 rounds to 3, 12 is clamped to 2.0 / 0.25 = 8.
// FC-S8: = [3, 8]
!fc_in = !quant.uniform<i8:f32, 0.25:0>
!fc_weight = !quant.uniform<i8<-127:127>:f32:0, {0.5, 2.0}>
!fc_bias = !quant.uniform<i32:f32:0, {0.125, 0.5}>
!fc_out = !quant.uniform<i8:f32, 0.25:0>
func.func @fully_connected_s8() -> tensor<1x2x!fc_out> {
  %x = edge.constant dense<[[2, 3]]> : tensor<1x2xi8> -> tensor<1x2x!fc_in>
  %w = edge.constant dense<[[1, 2], [-1, 0]]> : tensor<2x2xi8> -> tensor<2x2x!fc_weight>
  %b = edge.constant dense<[-3, 8]> : tensor<2xi32> -> tensor<2x!fc_bias>
  %y = edge.fully_connected %x, %w, %b {clamp_max = 2.0 : f32}
    : (tensor<1x2x!fc_in>, tensor<2x2x!fc_weight>, tensor<2x!fc_bias>) -> tensor<1x2x!fc_out>
  return %y : tensor<1x2x!fc_out>
}

// One right-hand matrix for two on the left.
// MATMUL: tensor<2x1x2xf32> = [7, 10, 15, 22]
func.func @matmul() -> tensor<2x1x2xf32> {
  %a = edge.constant dense<[[[1.0, 2.0]], [[3.0, 4.0]]]> : tensor<2x1x2xf32> -> tensor<2x1x2xf32>
  %b = edge.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32> -> tensor<2x2xf32>
  %y = edge.matmul %a, %b : (tensor<2x1x2xf32>, tensor<2x2xf32>) -> tensor<2x1x2xf32>
  return %y : tensor<2x1x2xf32>
}
