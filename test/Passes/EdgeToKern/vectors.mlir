// RUN: edgecc-opt %s -split-input-file -convert-edge-to-kern='features=avx2' | FileCheck %s --check-prefixes=CHECK,AVX2
// RUN: edgecc-opt %s -split-input-file -convert-edge-to-kern='features=avx2,avx512vnni' | FileCheck %s --check-prefixes=CHECK,VNNI

// Weights come for tiles: for eight channels two inputs at a time, for sixteen
// channels four. With VNNI inputs are 128 larger, and biases 128 * sum(weights)
// smaller: 8 - 3 * 10 - 128 * 10. Factors below 1/4 are multiplied by four, or
// floats that lead to the same outputs: 1/8 would round 1/2 down, and the next
// float (0x3E000001) is right for all sums whose outputs are not negative.

!in = !quant.uniform<i8:f32, 0.5:3>
!w = !quant.uniform<i8<-127:127>:f32:0, {0.125}>
!b = !quant.uniform<i32:f32:0, {0.0625}>
!out = !quant.uniform<i8:f32, 0.5:5>

// CHECK-LABEL: func.func @run
// CHECK: kern.call "conv2d_s8_simd" from "avx{{2|512}}_vectors.h conv2d_simd.h"
// AVX2-SAME: <["S8Avx2", #kern.shape<[1, 1, 1, 4]>, #kern.shape<[1, 1, 1, 1]>,
// AVX2-SAME: 1, 1, 1, true, 3, 0, 5, 5, 127]>
// VNNI-SAME: <["S8VnniFloats", #kern.shape<[1, 1, 1, 4]>, #kern.shape<[1, 1, 1, 1]>,
// VNNI-SAME: 1, 1, 1, false, 3, 0, 5, 5, 127]>
// AVX2-SAME: memref<32xi8>, memref<8xi32>, memref<8xi32>
// VNNI-SAME: memref<64xi8>, memref<16xi32>, memref<16xi32>
// AVX2: dense<[-22, 0, 0, 0, 0, 0, 0, 0]>
// VNNI: dense<[-1302, 0, 0,
// AVX2: dense<[1073741824, 0, 0,
// VNNI: dense<[1040187393, 0, 0,
// AVX2: weights: "0x100000000102000000000000000000000000000003040000
// VNNI: weights: "0x100000000102030400000000
func.func @main(%x: tensor<1x4x!in>) -> tensor<1x1x!out> {
  %w = edge.constant dense<[[1, 2, 3, 4]]> : tensor<1x4xi8> -> tensor<1x4x!w>
  %b = edge.constant dense<8> : tensor<1xi32> -> tensor<1x!b>
  %0 = edge.fully_connected %x, %w, %b {clamp_min = 0.0 : f32}
    : (tensor<1x4x!in>, tensor<1x4x!w>, tensor<1x!b>) -> tensor<1x1x!out>
  return %0 : tensor<1x1x!out>
}

// -----

// Factors of 1/4 and more take 64 bits. Images that fit a band are read before
// any output is written; the sum may overwrite what is added.

!in = !quant.uniform<i8:f32, 0.5:3>
!w = !quant.uniform<i8<-127:127>:f32:0, {0.25, 0.25}>
!b = !quant.uniform<i32:f32:0, {0.125, 0.125}>
!out = !quant.uniform<i8:f32, 0.5:5>

// CHECK-LABEL: func.func @run
// CHECK: kern.call "conv2d_s8_simd" from "avx{{2|512}}_vectors.h conv2d_simd.h"
// CHECK-SAME: false, 3, 0, 5, -128, 127]>
// CHECK-SAME: overlap = array<i64: 0, -32>
// CHECK: kern.call "conv2d_s8_add_simd" from "avx{{2|512}}_vectors.h conv2d_simd.h"
// CHECK-SAME: inplace = array<i64: 4>
func.func @main(%x: tensor<1x4x4x2x!in>) -> (tensor<1x4x4x2x!out>) {
  %w = edge.constant dense<1> : tensor<2x3x3x2xi8> -> tensor<2x3x3x2x!w>
  %b = edge.constant dense<8> : tensor<2xi32> -> tensor<2x!b>
  %0 = edge.conv %x, %w, %b {groups = 1 : i64, strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>}
    : (tensor<1x4x4x2x!in>, tensor<2x3x3x2x!w>, tensor<2x!b>) -> tensor<1x4x4x2x!out>
  %1 = edge.conv %0, %w, %b {groups = 1 : i64, strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>}
    : (tensor<1x4x4x2x!out>, tensor<2x3x3x2x!w>, tensor<2x!b>) -> tensor<1x4x4x2x!out>
  %2 = edge.add %x, %1 : (tensor<1x4x4x2x!in>, tensor<1x4x4x2x!out>) -> tensor<1x4x4x2x!out>
  return %2 : tensor<1x4x4x2x!out>
}

// -----

// Where a vector has room for several pixels, these count as one: two outputs of
// eight channels in a window that is two columns wider. Here no float is right
// for both signs.

!in = !quant.uniform<i8:f32, 0.5:3>
!w = !quant.uniform<i8<-127:127>:f32:0, {0.125, 0.125, 0.125, 0.125, 0.125, 0.125, 0.125, 0.125}>
!b = !quant.uniform<i32:f32:0, {0.0625, 0.0625, 0.0625, 0.0625, 0.0625, 0.0625, 0.0625, 0.0625}>
!out = !quant.uniform<i8:f32, 0.5:5>

// CHECK-LABEL: func.func @run
// AVX2: kern.call "conv2d_s8_simd" from "avx2_vectors.h conv2d_simd.h"<["S8Avx2", #kern.shape<[1, 8, 8, 3]>, #kern.shape<[1, 4, 4, 8]>,
// AVX2-SAME: #kern.window<kernel = [3, 3], strides = [2, 2],
// VNNI: kern.call "conv2d_s8_simd" from "avx512_vectors.h conv2d_simd.h"<["S8Vnni", #kern.shape<[1, 8, 8, 3]>, #kern.shape<[1, 4, 2, 16]>,
// VNNI-SAME: #kern.window<kernel = [3, 5], strides = [2, 4],
// Depthwise: two pixels of eight channels.
// AVX2: kern.call "depthwise_conv2d_s8_simd" from "avx2_vectors.h depthwise_conv2d_simd.h"<["S8Avx2"
// AVX2-SAME: memref<96xi8>, memref<8xi32>
// VNNI: kern.call "depthwise_conv2d_s8_simd" from "avx512_vectors.h depthwise_conv2d_simd.h"<["S8Vnni"
// VNNI-SAME: memref<192xi8>, memref<16xi32>
// CHECK: kern.call "avg_pool2d_s8_simd" from "avx{{2|512}}_vectors.h pool2d_simd.h"
// CHECK: kern.call "max_pool2d_s8_simd" from "avx2_vectors.h pool2d_simd.h"
func.func @main(%x: tensor<1x8x8x3x!in>) -> (tensor<1x1x1x8x!out>, tensor<1x2x2x8x!out>) {
  %w = edge.constant dense<1> : tensor<8x3x3x3xi8> -> tensor<8x3x3x3x!w>
  %v = edge.constant dense<1> : tensor<8x3x3x1xi8> -> tensor<8x3x3x1x!w>
  %b = edge.constant dense<8> : tensor<8xi32> -> tensor<8x!b>
  %0 = edge.conv %x, %w, %b {groups = 1 : i64, strides = array<i64: 2, 2>, pads = array<i64: 0, 0, 1, 1>, dilations = array<i64: 1, 1>}
    : (tensor<1x8x8x3x!in>, tensor<8x3x3x3x!w>, tensor<8x!b>) -> tensor<1x4x4x8x!out>
  %1 = edge.conv %0, %v, %b {groups = 8 : i64, strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>}
    : (tensor<1x4x4x8x!out>, tensor<8x3x3x1x!w>, tensor<8x!b>) -> tensor<1x4x4x8x!out>
  %2 = edge.avg_pool %1 {kernel = array<i64: 4, 4>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>}
    : (tensor<1x4x4x8x!out>) -> tensor<1x1x1x8x!out>
  %3 = edge.max_pool %1 {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>}
    : (tensor<1x4x4x8x!out>) -> tensor<1x2x2x8x!out>
  return %2, %3 : tensor<1x1x1x8x!out>, tensor<1x2x2x8x!out>
}
