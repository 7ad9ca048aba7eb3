// RUN: edgecc-opt %s -split-input-file -convert-edge-to-kern='features=dsp,mve' | FileCheck %s

// Kernels with Helium instructions go before those with DSP instructions. Rows
// of four outputs come vector by vector, biases and multipliers in fours.

!in = !quant.uniform<i8:f32, 0.5:3>
!w = !quant.uniform<i8<-127:127>:f32:0, {0.25}>
!b = !quant.uniform<i32:f32:0, {0.125}>
!out = !quant.uniform<i8:f32, 0.5:5>

// CHECK-LABEL: func.func @run
// CHECK: kern.call "fully_connected_s8_mve" from "fully_connected_mve.h"
// CHECK-SAME: <[#kern.shape<[1, 4]>, #kern.shape<[1, 1]>, 0, 5, 5, 127]>
// CHECK-SAME: memref<64xi8>, memref<4xi32>, memref<4xi32>
// CHECK: dense<[-22, 0, 0, 0]>
// CHECK: dense<[536870912, 0, 0, 0]>
// CHECK: weights: "0x100000000102030400000000
func.func @main(%x: tensor<1x4x!in>) -> tensor<1x1x!out> {
  %w = edge.constant dense<[[1, 2, 3, 4]]> : tensor<1x4xi8> -> tensor<1x4x!w>
  %b = edge.constant dense<8> : tensor<1xi32> -> tensor<1x!b>
  %0 = edge.fully_connected %x, %w, %b {clamp_min = 0.0 : f32}
    : (tensor<1x4x!in>, tensor<1x4x!w>, tensor<1x!b>) -> tensor<1x1x!out>
  return %0 : tensor<1x1x!out>
}

// -----

!in = !quant.uniform<i8:f32, 0.5:3>
!w = !quant.uniform<i8<-127:127>:f32:0, {0.25, 0.25}>
!b = !quant.uniform<i32:f32:0, {0.125, 0.125}>
!out = !quant.uniform<i8:f32, 0.5:5>

// CHECK-LABEL: func.func @run
// CHECK: kern.call "conv2d_s8_mve_small" from "conv2d_mve.h"
// CHECK-SAME: 3, 0, 5, -128, 127]>
// CHECK-SAME: overlap = array<i64: 0, 
// CHECK: kern.call "depthwise_conv2d_s8_mve_small" from "depthwise_conv2d_mve.h"
// CHECK-SAME: 4, 3, 0, 5, -128, 127]>
// CHECK-SAME: inplace = array<i64: 0>
func.func @main(%x: tensor<1x4x4x2x!in>) -> (tensor<1x4x4x2x!out>, tensor<1x4x4x2x!out>) {
  %w = edge.constant dense<1> : tensor<2x3x3x2xi8> -> tensor<2x3x3x2x!w>
  %v = edge.constant dense<1> : tensor<2x3x3x1xi8> -> tensor<2x3x3x1x!w>
  %b = edge.constant dense<8> : tensor<2xi32> -> tensor<2x!b>
  %0 = edge.conv %x, %w, %b {groups = 1 : i64, strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>}
    : (tensor<1x4x4x2x!in>, tensor<2x3x3x2x!w>, tensor<2x!b>) -> tensor<1x4x4x2x!out>
  %1 = edge.conv %x, %v, %b {groups = 2 : i64, strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>}
    : (tensor<1x4x4x2x!in>, tensor<2x3x3x1x!w>, tensor<2x!b>) -> tensor<1x4x4x2x!out>
  return %0, %1 : tensor<1x4x4x2x!out>, tensor<1x4x4x2x!out>
}

// -----

!in = !quant.uniform<i8:f32, 0.5:3>
!w = !quant.uniform<i8<-127:127>:f32:0, {0.25}>
!b = !quant.uniform<i32:f32:0, {0.125}>
!out = !quant.uniform<i8:f32, 0.5:5>

// More inputs than one instruction can go back over.
// CHECK-LABEL: func.func @run
// CHECK: kern.call "fully_connected_s8_pairs_dsp" from "fully_connected_dsp.h"
func.func @main(%x: tensor<1x4096x!in>) -> tensor<1x1x!out> {
  %w = edge.constant dense<1> : tensor<1x4096xi8> -> tensor<1x4096x!w>
  %b = edge.constant dense<8> : tensor<1xi32> -> tensor<1x!b>
  %0 = edge.fully_connected %x, %w, %b
    : (tensor<1x4096x!in>, tensor<1x4096x!w>, tensor<1x!b>) -> tensor<1x1x!out>
  return %0 : tensor<1x1x!out>
}

// -----

!in = !quant.uniform<i8:f32, 0.5:3>
!w = !quant.uniform<i8<-127:127>:f32:0, {0.25, 0.25}>
!b = !quant.uniform<i32:f32:0, {0.125, 0.125}>
!out = !quant.uniform<i8:f32, 0.5:5>

// Depthwise windows of other sizes lie in columns: those of a vector or a few.
// Weights stay as they are.
// CHECK-LABEL: func.func @run
// CHECK: kern.call "depthwise_conv2d_s8_columns_mve_small" from "depthwise_columns_mve.h"
// CHECK-SAME: #kern.window<kernel = [5, 5]
// CHECK-SAME: 3, 0, 5, -128, 127]>
// CHECK-SAME: memref<2x5x5x1xi8>, memref<4xi32>, memref<4xi32>
// CHECK-SAME: inplace = array<i64: 0>
// CHECK: kern.call "depthwise_conv2d_s8_columns_mve_small"
// CHECK-SAME: #kern.window<kernel = [3, 3], strides = [1, 2], dilations = [2, 2]
func.func @main(%x: tensor<1x8x8x2x!in>) -> (tensor<1x8x8x2x!out>, tensor<1x4x2x2x!out>) {
  %w = edge.constant dense<1> : tensor<2x5x5x1xi8> -> tensor<2x5x5x1x!w>
  %v = edge.constant dense<1> : tensor<2x3x3x1xi8> -> tensor<2x3x3x1x!w>
  %b = edge.constant dense<8> : tensor<2xi32> -> tensor<2x!b>
  %0 = edge.conv %x, %w, %b {groups = 2 : i64, strides = array<i64: 1, 1>, pads = array<i64: 2, 2, 2, 2>, dilations = array<i64: 1, 1>}
    : (tensor<1x8x8x2x!in>, tensor<2x5x5x1x!w>, tensor<2x!b>) -> tensor<1x8x8x2x!out>
  %1 = edge.conv %x, %v, %b {groups = 2 : i64, strides = array<i64: 1, 2>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 2, 2>}
    : (tensor<1x8x8x2x!in>, tensor<2x3x3x1x!w>, tensor<2x!b>) -> tensor<1x4x2x2x!out>
  return %0, %1 : tensor<1x8x8x2x!out>, tensor<1x4x2x2x!out>
}

// -----

!in = !quant.uniform<i8:f32, 0.5:3>
!w = !quant.uniform<i8<-127:127>:f32:0, {0.25, 0.25}>
!b = !quant.uniform<i32:f32:0, {0.125, 0.125}>
!out = !quant.uniform<i8:f32, 0.5:5>

// A signal; its window begins far above it, which the output may overwrite for
// all that. The buffer of a long one comes out of the arena.
// CHECK-LABEL: func.func @run
// CHECK: kern.call "depthwise_conv2d_s8_columns_mve" from "depthwise_columns_mve.h"
// CHECK-SAME: #kern.window<kernel = [1, 9]
// CHECK-SAME: scratch({{.*}} : memref<1215xi8>)
// CHECK-SAME: inplace = array<i64: 0>
func.func @main(%x: tensor<1x1200x2x!in>) -> tensor<1x1200x2x!out> {
  %w = edge.constant dense<1> : tensor<2x9x1xi8> -> tensor<2x9x1x!w>
  %b = edge.constant dense<8> : tensor<2xi32> -> tensor<2x!b>
  %0 = edge.conv %x, %w, %b {groups = 2 : i64, strides = array<i64: 1>, pads = array<i64: 8, 0>, dilations = array<i64: 1>}
    : (tensor<1x1200x2x!in>, tensor<2x9x1x!w>, tensor<2x!b>) -> tensor<1x1200x2x!out>
  return %0 : tensor<1x1200x2x!out>
}

// -----

!in = !quant.uniform<i8:f32, 0.5:3>
!w = !quant.uniform<i8<-127:127>:f32:0, {0.25, 0.25}>
!w4 = !quant.uniform<i8<-127:127>:f32:0, {0.25, 0.25, 0.25, 0.25}>
!b = !quant.uniform<i32:f32:0, {0.125, 0.125}>
!b4 = !quant.uniform<i32:f32:0, {0.125, 0.125, 0.125, 0.125}>
!out = !quant.uniform<i8:f32, 0.5:5>

// What does not fit: more vectors than registers, rows that no window covers,
// a row of windows left of the image, two outputs per channel.
// CHECK-LABEL: func.func @run
// CHECK-NOT: columns_mve
// CHECK: kern.call "depthwise_conv2d_s8_columns_dsp_small"
// CHECK: kern.call "depthwise_conv2d_s8" from
// CHECK: kern.call "depthwise_conv2d_s8" from
// CHECK: kern.call "depthwise_conv2d_s8" from
// CHECK-NOT: columns_mve
func.func @main(%x: tensor<1x11x11x2x!in>) -> (tensor<1x1x1x2x!out>, tensor<1x4x11x2x!out>, tensor<1x11x1x2x!out>, tensor<1x9x9x4x!out>) {
  %w = edge.constant dense<1> : tensor<2x11x11x1xi8> -> tensor<2x11x11x1x!w>
  %v = edge.constant dense<1> : tensor<2x1x1x1xi8> -> tensor<2x1x1x1x!w>
  %u = edge.constant dense<1> : tensor<4x3x3x1xi8> -> tensor<4x3x3x1x!w4>
  %b = edge.constant dense<8> : tensor<2xi32> -> tensor<2x!b>
  %c = edge.constant dense<8> : tensor<4xi32> -> tensor<4x!b4>
  %0 = edge.conv %x, %w, %b {groups = 2 : i64, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>}
    : (tensor<1x11x11x2x!in>, tensor<2x11x11x1x!w>, tensor<2x!b>) -> tensor<1x1x1x2x!out>
  %1 = edge.conv %x, %v, %b {groups = 2 : i64, strides = array<i64: 3, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>}
    : (tensor<1x11x11x2x!in>, tensor<2x1x1x1x!w>, tensor<2x!b>) -> tensor<1x4x11x2x!out>
  %2 = edge.conv %x, %v, %b {groups = 2 : i64, strides = array<i64: 1, 20>, pads = array<i64: 0, 1, 0, 0>, dilations = array<i64: 1, 1>}
    : (tensor<1x11x11x2x!in>, tensor<2x1x1x1x!w>, tensor<2x!b>) -> tensor<1x11x1x2x!out>
  %3 = edge.conv %x, %u, %c {groups = 2 : i64, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>}
    : (tensor<1x11x11x2x!in>, tensor<4x3x3x1x!w4>, tensor<4x!b4>) -> tensor<1x9x9x4x!out>
  return %0, %1, %2, %3 : tensor<1x1x1x2x!out>, tensor<1x4x11x2x!out>, tensor<1x11x1x2x!out>, tensor<1x9x9x4x!out>
}

// -----

!in = !quant.uniform<i8:f32, 0.5:3>
!w = !quant.uniform<i8<-127:127>:f32:0, {0.25, 0.25}>
!b = !quant.uniform<i32:f32:0, {0.125, 0.125}>
!out = !quant.uniform<i8:f32, 0.5:5>

// An image of one column is a row.
// CHECK-LABEL: func.func @run
// CHECK: kern.call "depthwise_conv2d_s8_columns_mve_small"
// CHECK-SAME: <[#kern.shape<[1, 1, 16, 2]>, #kern.shape<[1, 1, 8, 2]>, #kern.window<kernel = [1, 9], strides = [1, 2], dilations = [1, 1], pads = [0, 4, 0, 3]>, 3,
// CHECK-SAME: inplace = array<i64: 0>
func.func @main(%x: tensor<1x16x1x2x!in>) -> tensor<1x8x1x2x!out> {
  %w = edge.constant dense<1> : tensor<2x9x1x1xi8> -> tensor<2x9x1x1x!w>
  %b = edge.constant dense<8> : tensor<2xi32> -> tensor<2x!b>
  %0 = edge.conv %x, %w, %b {groups = 2 : i64, strides = array<i64: 2, 1>, pads = array<i64: 4, 0, 3, 0>, dilations = array<i64: 1, 1>}
    : (tensor<1x16x1x2x!in>, tensor<2x9x1x1x!w>, tensor<2x!b>) -> tensor<1x8x1x2x!out>
  return %0 : tensor<1x8x1x2x!out>
}
