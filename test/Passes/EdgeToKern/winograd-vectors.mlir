// RUN: edgecc-opt %s -split-input-file -convert-edge-to-kern='features=avx2,fma' | FileCheck %s --check-prefixes=CHECK,AVX2
// RUN: edgecc-opt %s -split-input-file -convert-edge-to-kern='features=neon' | FileCheck %s --check-prefixes=CHECK,NEON
// RUN: edgecc-opt %s -split-input-file -convert-edge-to-kern='features=neon,dotprod' | FileCheck %s --check-prefix=DOT
// RUN: edgecc-opt %s -split-input-file -convert-edge-to-kern='features=neon extra-bytes=16127' | FileCheck %s --check-prefix=SMALL

// Tiles of four by four outputs: 36 weights for each nine, of floats.

// CHECK-LABEL: func.func @run
// CHECK-SAME: kern.extra_bytes = 27648 : i64
// AVX2: kern.call "conv2d_winograd_f32_simd" from "avx2_vectors.h conv2d_winograd_simd.h"<["F32Avx2",
// NEON: kern.call "conv2d_winograd_f32_simd" from "neon_f32_vectors.h conv2d_winograd_simd.h"<["F32Neon",
// CHECK-SAME: memref<9216xf32>, memref<16xf32>
// SMALL-LABEL: func.func @run
// SMALL: kern.call "conv2d_f32_simd"
func.func @main(%x: tensor<1x16x16x16xf32>) -> tensor<1x16x16x16xf32> {
  %w = edge.constant dense<1.0> : tensor<16x3x3x16xf32> -> tensor<16x3x3x16xf32>
  %b = edge.constant dense<2.0> : tensor<16xf32> -> tensor<16xf32>
  %0 = edge.conv %x, %w, %b {groups = 1 : i64, strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>}
    : (tensor<1x16x16x16xf32>, tensor<16x3x3x16xf32>, tensor<16xf32>) -> tensor<1x16x16x16xf32>
  return %0 : tensor<1x16x16x16xf32>
}

// -----

// Other windows, and images and channels that are too few, stay as they are.

// CHECK-LABEL: func.func @run
// CHECK-NOT: winograd
// CHECK: return
func.func @main(%x: tensor<1x16x16x16xf32>) -> (tensor<1x8x8x16xf32>, tensor<1x16x16x2xf32>, tensor<1x16x16x16xf32>, tensor<1x1x1x16xf32>) {
  %w = edge.constant dense<1.0> : tensor<16x3x3x16xf32> -> tensor<16x3x3x16xf32>
  %v = edge.constant dense<1.0> : tensor<2x3x3x16xf32> -> tensor<2x3x3x16xf32>
  %u = edge.constant dense<1.0> : tensor<16x3x3x2xf32> -> tensor<16x3x3x2xf32>
  %b = edge.constant dense<2.0> : tensor<16xf32> -> tensor<16xf32>
  %c = edge.constant dense<2.0> : tensor<2xf32> -> tensor<2xf32>
  %0 = edge.conv %x, %w, %b {groups = 1 : i64, strides = array<i64: 2, 2>, pads = array<i64: 1, 1, 0, 0>, dilations = array<i64: 1, 1>}
    : (tensor<1x16x16x16xf32>, tensor<16x3x3x16xf32>, tensor<16xf32>) -> tensor<1x8x8x16xf32>
  %1 = edge.conv %x, %v, %c {groups = 1 : i64, strides = array<i64: 1, 1>, pads = array<i64: 2, 2, 2, 2>, dilations = array<i64: 2, 2>}
    : (tensor<1x16x16x16xf32>, tensor<2x3x3x16xf32>, tensor<2xf32>) -> tensor<1x16x16x2xf32>
  %2 = edge.conv %1, %u, %b {groups = 1 : i64, strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>}
    : (tensor<1x16x16x2xf32>, tensor<16x3x3x2xf32>, tensor<16xf32>) -> tensor<1x16x16x16xf32>
  %3 = edge.slice %x {starts = array<i64: 0, 0, 0, 0>, sizes = array<i64: 1, 3, 3, 16>, steps = array<i64: 1, 1, 1, 1>} : (tensor<1x16x16x16xf32>) -> tensor<1x3x3x16xf32>
  %4 = edge.conv %3, %w, %b {groups = 1 : i64, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>}
    : (tensor<1x3x3x16xf32>, tensor<16x3x3x16xf32>, tensor<16xf32>) -> tensor<1x1x1x16xf32>
  return %0, %1, %2, %4 : tensor<1x8x8x16xf32>, tensor<1x16x16x2xf32>, tensor<1x16x16x16xf32>, tensor<1x1x1x16xf32>
}

// -----

// Weights of int8 become int16: of filters of ones, six times six in the first
// place, and 18 in the next. Where there are dot products these are faster.

!in = !quant.uniform<i8:f32, 0.5:3>
!w = !quant.uniform<i8<-127:127>:f32:0, {0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25}>
!b = !quant.uniform<i32:f32:0, {0.125, 0.125, 0.125, 0.125, 0.125, 0.125, 0.125, 0.125, 0.125, 0.125, 0.125, 0.125, 0.125, 0.125, 0.125, 0.125}>
!out = !quant.uniform<i8:f32, 0.5:5>

// CHECK-LABEL: func.func @run
// CHECK-SAME: kern.extra_bytes = 16128 : i64
// AVX2: kern.call "conv2d_winograd_s8_simd" from "avx_s16_vectors.h conv2d_winograd_simd.h"<["S16Avx2",
// NEON: kern.call "conv2d_winograd_s8_simd" from "neon_s16_vectors.h conv2d_winograd_simd.h"<["S16Neon",
// CHECK-SAME: 3, 0, 5, -128, 127]>
// CHECK-SAME: memref<9216xi16>
// CHECK: weights: "0x10000000240024
// CHECK-SAME: 12001200
// DOT-COUNT-1: winograd_f32
// DOT-NOT: winograd_s8
// SMALL-LABEL: func.func @run
// SMALL-LABEL: func.func @run
// SMALL: kern.call "conv2d_s8_simd"
func.func @main(%x: tensor<1x16x16x16x!in>) -> tensor<1x16x16x16x!out> {
  %w = edge.constant dense<1> : tensor<16x3x3x16xi8> -> tensor<16x3x3x16x!w>
  %b = edge.constant dense<8> : tensor<16xi32> -> tensor<16x!b>
  %0 = edge.conv %x, %w, %b {strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>}
    : (tensor<1x16x16x16x!in>, tensor<16x3x3x16x!w>, tensor<16x!b>) -> tensor<1x16x16x16x!out>
  return %0 : tensor<1x16x16x16x!out>
}

// -----

!in = !quant.uniform<i8:f32, 0.5:3>
!w = !quant.uniform<i8<-127:127>:f32:0, {0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25}>
!b = !quant.uniform<i32:f32:0, {0.125, 0.125, 0.125, 0.125, 0.125, 0.125, 0.125, 0.125, 0.125, 0.125, 0.125, 0.125, 0.125, 0.125, 0.125, 0.125}>
!out = !quant.uniform<i8:f32, 0.5:5>

// 64 times this bias does not fit 32 bits, four times does: 16 weights for nine.
// CHECK-LABEL: func.func @run
// CHECK: kern.call "conv2d_winograd_s8_simd"
// CHECK-SAME: memref<4096xi16>
func.func @main(%x: tensor<1x16x16x16x!in>) -> tensor<1x16x16x16x!out> {
  %w = edge.constant dense<1> : tensor<16x3x3x16xi8> -> tensor<16x3x3x16x!w>
  %b = edge.constant dense<33554432> : tensor<16xi32> -> tensor<16x!b>
  %0 = edge.conv %x, %w, %b {strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>}
    : (tensor<1x16x16x16x!in>, tensor<16x3x3x16x!w>, tensor<16x!b>) -> tensor<1x16x16x16x!out>
  return %0 : tensor<1x16x16x16x!out>
}
