// RUN: edgecc-opt %s -split-input-file -convert-edge-to-kern=features=dsp | FileCheck %s
// RUN: edgecc-opt %s -split-input-file -convert-edge-to-kern='features=dsp extra-bytes=367' | FileCheck %s --check-prefix=SMALL

// Winograd's convolution has 16 words for two of nine weights in each of two
// channels: 4 * 4 * (32 - 9) extra bytes here. The sums of weights, 6 and 9,
// come in the order 1, 0, 2, 3.

!in = !quant.uniform<i8:f32, 0.5:3>
!w = !quant.uniform<i8<-127:127>:f32:0, {0.25, 0.25, 0.25, 0.25}>
!b = !quant.uniform<i32:f32:0, {0.125, 0.125, 0.125, 0.125}>
!out = !quant.uniform<i8:f32, 0.5:5>

// CHECK-LABEL: func.func @run
// CHECK-SAME: kern.extra_bytes = 368 : i64
// CHECK: kern.call "conv2d_s8_winograd_dsp_small" from "conv2d_winograd_dsp.h"
// CHECK-SAME: 3, 5, -128, 127]>
// CHECK-SAME: memref<128xi32>
// CHECK: weights: "0x10000000060006
// CHECK-SAME: 090009
// SMALL-LABEL: func.func @run
// SMALL-NOT: kern.extra_bytes
// SMALL: kern.call "conv2d_s8_dsp_small" from "conv2d_dsp.h"
func.func @main(%x: tensor<1x4x4x4x!in>) -> tensor<1x4x4x4x!out> {
  %w = edge.constant dense<1> : tensor<4x3x3x4xi8> -> tensor<4x3x3x4x!w>
  %b = edge.constant dense<8> : tensor<4xi32> -> tensor<4x!b>
  %0 = edge.conv %x, %w, %b {strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>}
    : (tensor<1x4x4x4x!in>, tensor<4x3x3x4x!w>, tensor<4x!b>) -> tensor<1x4x4x4x!out>
  return %0 : tensor<1x4x4x4x!out>
}

// -----

!in = !quant.uniform<i8:f32, 0.5:3>
!w = !quant.uniform<i8<-127:127>:f32:0, {0.25, 0.25, 0.25, 0.25}>
!b = !quant.uniform<i32:f32:0, {0.125, 0.125, 0.125, 0.125}>
!out = !quant.uniform<i8:f32, 0.5:5>

// Four times this bias does not fit 32 bits.
// CHECK-LABEL: func.func @run
// CHECK: kern.call "conv2d_s8_dsp_small" from "conv2d_dsp.h"
func.func @main(%x: tensor<1x4x4x4x!in>) -> tensor<1x4x4x4x!out> {
  %w = edge.constant dense<1> : tensor<4x3x3x4xi8> -> tensor<4x3x3x4x!w>
  %b = edge.constant dense<536870000> : tensor<4xi32> -> tensor<4x!b>
  %0 = edge.conv %x, %w, %b {strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>}
    : (tensor<1x4x4x4x!in>, tensor<4x3x3x4x!w>, tensor<4x!b>) -> tensor<1x4x4x4x!out>
  return %0 : tensor<1x4x4x4x!out>
}
