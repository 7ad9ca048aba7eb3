// RUN: edgecc-opt %s -split-input-file -convert-edge-to-kern='features=dsp extra-bytes=0' | FileCheck %s
// RUN: edgecc-opt %s -split-input-file -convert-edge-to-kern=features=dsp | FileCheck %s --check-prefix=FAST
// RUN: edgecc-opt %s -split-input-file -convert-edge-to-kern | FileCheck %s --check-prefix=PLAIN

// Kernels with Arm's DSP instructions run where the target has them, and only
// there. Weights come four to a word, multipliers doubled, biases and
// multipliers in pairs. If memory does not
// matter, weights come as pairs: 1 and 3, then 2 and 4.

!in = !quant.uniform<i8:f32, 0.5:3>
!w = !quant.uniform<i8<-127:127>:f32:0, {0.25}>
!b = !quant.uniform<i32:f32:0, {0.125}>
!out = !quant.uniform<i8:f32, 0.5:5>

// Rows that there are not are zeros.
// CHECK-LABEL: func.func @run
// CHECK: kern.call "fully_connected_s8_dsp" from "fully_connected_dsp.h"
// CHECK-SAME: <[#kern.shape<[1, 4]>, #kern.shape<[1, 1]>, 5, 5, 127]>
// CHECK-SAME: memref<4xi32>, memref<2xi32>, memref<2xi32>
// CHECK: dense<[67305985, 0, 0, 0]>
// CHECK: dense<[-22, 0]> : tensor<2xi32>
// CHECK: dense<[1073741824, 0]>
// FAST-LABEL: func.func @run
// FAST: kern.call "fully_connected_s8_pairs_dsp" from "fully_connected_dsp.h"
// FAST: dense<[196609, 0, 0, 0, 262146, 0, 0, 0]>
// PLAIN-LABEL: func.func @run
// PLAIN: kern.call "fully_connected_s8" from
func.func @main(%x: tensor<1x4x!in>) -> tensor<1x1x!out> {
  %w = edge.constant dense<[[1, 2, 3, 4]]> : tensor<1x4xi8> -> tensor<1x4x!w>
  %b = edge.constant dense<8> : tensor<1xi32> -> tensor<1x!b>
  %0 = edge.fully_connected %x, %w, %b {clamp_min = 0.0 : f32}
    : (tensor<1x4x!in>, tensor<1x4x!w>, tensor<1x!b>) -> tensor<1x1x!out>
  return %0 : tensor<1x1x!out>
}

// -----

!in = !quant.uniform<i8:f32, 0.5:3>
!w = !quant.uniform<i8<-127:127>:f32:0, {1.0}>
!b = !quant.uniform<i32:f32:0, {0.5}>
!out = !quant.uniform<i8:f32, 0.5:5>

// A factor of 1 needs a shift: no DSP kernel.
// CHECK-LABEL: func.func @run
// CHECK: kern.call "fully_connected_s8" from
func.func @main(%x: tensor<1x4x!in>) -> tensor<1x1x!out> {
  %w = edge.constant dense<[[1, 2, 3, 4]]> : tensor<1x4xi8> -> tensor<1x4x!w>
  %b = edge.constant dense<8> : tensor<1xi32> -> tensor<1x!b>
  %0 = edge.fully_connected %x, %w, %b
    : (tensor<1x4x!in>, tensor<1x4x!w>, tensor<1x!b>) -> tensor<1x1x!out>
  return %0 : tensor<1x1x!out>
}

// -----

!in = !quant.uniform<i8:f32, 0.5:3>
!w = !quant.uniform<i8<-127:127>:f32:0, {0.25, 0.25}>
!b = !quant.uniform<i32:f32:0, {0.125, 0.125}>
!out = !quant.uniform<i8:f32, 0.5:5>

// A small window is gathered on the stack; depthwise may work in place.
// CHECK-LABEL: func.func @run
// CHECK: kern.call "conv2d_s8_dsp_small" from "conv2d_dsp.h"
// CHECK-SAME: 3, 5, -128, 127]>
// CHECK-SAME: memref<12xi32>
// CHECK-SAME: scalars [0 : i32] {backwards = array<i64: 0, {{[0-9]+}}>
// CHECK: kern.call "depthwise_conv2d_s8_dsp_small" from "depthwise_conv2d_dsp.h"
// CHECK-SAME: memref<6xi32>
// CHECK-SAME: inplace = array<i64: 0>
// PLAIN-LABEL: func.func @run
// PLAIN: kern.call "conv2d_s8" from
// PLAIN: kern.call "depthwise_conv2d_s8" from
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

// Products of two activations, with room for four columns of 20 values: 5 fours
// of 8 bytes each. The factor 2^-8 is doubled. Three rows are not worth packing.

!lhs = !quant.uniform<i8:f32, 0.0078125:-128>
!rhs = !quant.uniform<i8:f32, 0.03125:3>
!product = !quant.uniform<i8:f32, 0.0625:-5>

// CHECK-LABEL: func.func @run
// CHECK: %[[S:.*]] = kern.buffer : memref<160xi8>
// CHECK-NEXT: kern.call "matmul_s8_dsp" from "matmul_dsp.h"{{.*}}scratch(%[[S]]{{.*}}scalars [-128 : i32, 3 : i32, 16777216 : i32, -5 : i32]
// CHECK: kern.call "matmul_s8" from "matmul.h"
func.func @main(%w: tensor<2x8x20x!lhs>, %x: tensor<3x20x!lhs>, %v: tensor<20x24x!rhs>) -> (tensor<2x8x24x!product>, tensor<3x24x!product>) {
  %y = edge.matmul %w, %v : (tensor<2x8x20x!lhs>, tensor<20x24x!rhs>) -> tensor<2x8x24x!product>
  %z = edge.matmul %x, %v : (tensor<3x20x!lhs>, tensor<20x24x!rhs>) -> tensor<3x24x!product>
  return %y, %z : tensor<2x8x24x!product>, tensor<3x24x!product>
}

// -----

// The same of int16, in pairs: 10 of 16 bytes. The factor is 2^28 * 2^-36.

!lhs = !quant.uniform<i16:f32, 0.0078125>
!rhs = !quant.uniform<i16:f32, 0.03125>
!product = !quant.uniform<i16:f32, 0.0625>

// CHECK-LABEL: func.func @run
// CHECK: %[[S:.*]] = kern.buffer : memref<160xi8>
// CHECK-NEXT: kern.call "matmul_s16_dsp" from "matmul_dsp.h"{{.*}}scratch(%[[S]]{{.*}}scalars [268435456 : i32, 36 : i32]
// CHECK: kern.call "matmul_s16" from "matmul.h"{{.*}}scalars [268435456 : i32, 36 : i32]
func.func @main(%w: tensor<2x8x21x!lhs>, %x: tensor<3x21x!lhs>, %v: tensor<21x24x!rhs>) -> (tensor<2x8x24x!product>, tensor<3x24x!product>) {
  %y = edge.matmul %w, %v : (tensor<2x8x21x!lhs>, tensor<21x24x!rhs>) -> tensor<2x8x24x!product>
  %z = edge.matmul %x, %v : (tensor<3x21x!lhs>, tensor<21x24x!rhs>) -> tensor<3x24x!product>
  return %y, %z : tensor<2x8x24x!product>, tensor<3x24x!product>
}

// -----

!in = !quant.uniform<i8:f32, 0.5:3>
!w = !quant.uniform<i8<-127:127>:f32:0, {0.25, 0.25}>
!b = !quant.uniform<i32:f32:0, {0.125, 0.125}>
!out = !quant.uniform<i8:f32, 0.5:5>

// Depthwise windows of other sizes lie in columns. Pairs of rows of a column
// are packed: 1 and 4 above each other, then 2 and 5, 3 and 6, and two 0 for
// lack of a pair. In windows of one row pairs are neighbours.
// CHECK-LABEL: func.func @run
// CHECK: kern.call "depthwise_conv2d_s8_columns_dsp_small" from "depthwise_columns_dsp.h"
// CHECK-SAME: #kern.window<kernel = [2, 3]
// CHECK-SAME: 3, 5, -128, 127]>
// CHECK-SAME: memref<4xi32>, memref<2xi32>, memref<2xi32>
// CHECK-SAME: inplace = array<i64: 0>
// CHECK: kern.call "depthwise_conv2d_s8_columns_dsp_small"
// CHECK-SAME: #kern.window<kernel = [1, 4]
// A dilated row has no pairs.
// CHECK: kern.call "depthwise_conv2d_s8" from
// CHECK: kern.data {{.*}} dense<[84148737, 393219, 84148737, 393219]>
// CHECK: kern.data {{.*}} : memref<2xi32> = dense<67240705>
// PLAIN: kern.call "depthwise_conv2d_s8" from
// PLAIN: kern.call "depthwise_conv2d_s8" from
func.func @main(%x: tensor<1x8x8x2x!in>) -> (tensor<1x7x6x2x!out>, tensor<1x8x5x2x!out>, tensor<1x8x2x2x!out>) {
  %w = edge.constant dense<[[[[1], [2], [3]], [[4], [5], [6]]], [[[1], [2], [3]], [[4], [5], [6]]]]> : tensor<2x2x3x1xi8> -> tensor<2x2x3x1x!w>
  %v = edge.constant dense<[[[[1], [2], [3], [4]]], [[[1], [2], [3], [4]]]]> : tensor<2x1x4x1xi8> -> tensor<2x1x4x1x!w>
  %b = edge.constant dense<8> : tensor<2xi32> -> tensor<2x!b>
  %0 = edge.conv %x, %w, %b {groups = 2 : i64, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>}
    : (tensor<1x8x8x2x!in>, tensor<2x2x3x1x!w>, tensor<2x!b>) -> tensor<1x7x6x2x!out>
  %1 = edge.conv %x, %v, %b {groups = 2 : i64, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>}
    : (tensor<1x8x8x2x!in>, tensor<2x1x4x1x!w>, tensor<2x!b>) -> tensor<1x8x5x2x!out>
  %2 = edge.conv %x, %v, %b {groups = 2 : i64, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 2>}
    : (tensor<1x8x8x2x!in>, tensor<2x1x4x1x!w>, tensor<2x!b>) -> tensor<1x8x2x2x!out>
  return %0, %1, %2 : tensor<1x7x6x2x!out>, tensor<1x8x5x2x!out>, tensor<1x8x2x2x!out>
}
