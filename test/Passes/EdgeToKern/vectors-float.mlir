// RUN: edgecc-opt %s -split-input-file -convert-edge-to-kern='features=avx2,fma' | FileCheck %s --check-prefixes=CHECK,AVX2
// RUN: edgecc-opt %s -split-input-file -convert-edge-to-kern='features=avx2,fma,avx512vnni' | FileCheck %s --check-prefixes=CHECK,AVX512
// RUN: edgecc-opt %s -split-input-file -convert-edge-to-kern='features=avx2' | FileCheck %s --check-prefix=NOFMA
// RUN: edgecc-opt %s -split-input-file -convert-edge-to-kern='features=neon,aarch64' | FileCheck %s --check-prefixes=NEON,A64
// RUN: edgecc-opt %s -split-input-file -convert-edge-to-kern='features=neon' | FileCheck %s --check-prefixes=NEON,A32

// Windows of one pixel read the image where it is; others take a buffer.

// CHECK-LABEL: func.func @run
// AVX2: kern.call "conv2d_f32_simd" from "avx2_vectors.h conv2d_simd.h"<["F32Avx2",
// AVX512: kern.call "conv2d_f32_simd" from "avx512_vectors.h conv2d_simd.h"<["NoLimits<kernels::F32Avx512>",
// CHECK-SAME: scratch
// AVX2: kern.call "depthwise_direct_f32_simd" from "avx2_vectors.h depthwise_direct_simd.h"{{.*}}, 2, 4]>
// AVX512: kern.call "depthwise_direct_f32_simd" from "avx512_vectors.h depthwise_direct_simd.h"{{.*}}, 4, 4]>
// CHECK-NOT: scratch
// CHECK: kern.call "pointwise_f32_simd" from "avx{{2|512}}_vectors.h conv2d_simd.h"
// AVX2-SAME: memref<256xf32>, memref<16xf32>
// AVX512-SAME: memref<256xf32>, memref<16xf32>
// CHECK-NOT: scratch
// CHECK: return
// NOFMA-NOT: _f32_simd

// Arm reads the image of a depthwise convolution where it is: with 32 registers
// a row of four pixels and all channels, with 16 four channels.
// NEON: kern.call "depthwise_rows_f32_simd" from "neon_f32_groups.h depthwise_rows_simd.h"<["F32NeonGroups",
// A64-SAME: 4, 4, 4, false, false]
// A32-SAME: 4, 1, 4, false, false]
// NEON-NOT: scratch
// NEON: kern.call "pointwise_f32_simd"
func.func @main(%x: tensor<1x4x4x16xf32>) -> tensor<1x4x4x16xf32> {
  %w = edge.constant dense<1.0> : tensor<16x3x3x16xf32> -> tensor<16x3x3x16xf32>
  %v = edge.constant dense<1.0> : tensor<16x3x3x1xf32> -> tensor<16x3x3x1xf32>
  %p = edge.constant dense<1.0> : tensor<16x1x1x16xf32> -> tensor<16x1x1x16xf32>
  %b = edge.constant dense<2.0> : tensor<16xf32> -> tensor<16xf32>
  %0 = edge.conv %x, %w, %b {groups = 1 : i64, strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>}
    : (tensor<1x4x4x16xf32>, tensor<16x3x3x16xf32>, tensor<16xf32>) -> tensor<1x4x4x16xf32>
  %1 = edge.conv %0, %v, %b {groups = 16 : i64, strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>}
    : (tensor<1x4x4x16xf32>, tensor<16x3x3x1xf32>, tensor<16xf32>) -> tensor<1x4x4x16xf32>
  %2 = edge.conv %1, %p, %b {groups = 1 : i64, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>}
    : (tensor<1x4x4x16xf32>, tensor<16x1x1x16xf32>, tensor<16xf32>) -> tensor<1x4x4x16xf32>
  return %2 : tensor<1x4x4x16xf32>
}

// -----

// The copy of a band takes an image apart that has few channels; no buffer has
// all of it once more.

// CHECK-LABEL: func.func @run
// CHECK-NOT: kern.call "transpose"
// CHECK: kern.call "conv2d_planar_f32_simd" from "avx{{2|512}}_vectors.h conv2d_simd.h"
// CHECK-SAME: ins(%{{.*}} : memref<1x3x8x8xf32>
// CHECK: return
// NOFMA: kern.call "transpose"
func.func @main(%x: tensor<1x3x8x8xf32>) -> tensor<1x4x4x16xf32> {
  %w = edge.constant dense<1.0> : tensor<16x3x3x3xf32> -> tensor<16x3x3x3xf32>
  %b = edge.constant dense<2.0> : tensor<16xf32> -> tensor<16xf32>
  %0 = edge.transpose %x {perm = array<i64: 0, 2, 3, 1>} : (tensor<1x3x8x8xf32>) -> tensor<1x8x8x3xf32>
  %1 = edge.conv %0, %w, %b {groups = 1 : i64, strides = array<i64: 2, 2>, pads = array<i64: 1, 1, 0, 0>, dilations = array<i64: 1, 1>}
    : (tensor<1x8x8x3xf32>, tensor<16x3x3x3xf32>, tensor<16xf32>) -> tensor<1x4x4x16xf32>
  return %1 : tensor<1x4x4x16xf32>
}

// -----

// Few channels get several lanes each on AVX-512: one channel sixteen, eight
// channels two. Limits that are infinite are left out. Depthwise layers of few channels read the image where it is.

// CHECK-LABEL: func.func @run
// AVX512: kern.call "conv2d_f32_simd" {{.*}}<["LowerLimit<kernels::F32Avx512Taps<2>>",
// AVX2: kern.call "conv2d_f32_simd" {{.*}}<["F32Avx2",
// CHECK: kern.call "depthwise_direct_f32_simd"
// AVX512-NOT: scratch
// AVX512: kern.call "pointwise_f32_simd" {{.*}}<["F32Avx512Taps<16>",
// CHECK: return
func.func @main(%x: tensor<1x16x48x3xf32>) -> tensor<1x8x24x1xf32> {
  %w = edge.constant dense<1.0> : tensor<8x3x3x3xf32> -> tensor<8x3x3x3xf32>
  %v = edge.constant dense<1.0> : tensor<8x3x3x1xf32> -> tensor<8x3x3x1xf32>
  %p = edge.constant dense<1.0> : tensor<1x1x1x32xf32> -> tensor<1x1x1x32xf32>
  %q = edge.constant dense<1.0> : tensor<32x1x1x8xf32> -> tensor<32x1x1x8xf32>
  %b = edge.constant dense<2.0> : tensor<8xf32> -> tensor<8xf32>
  %c = edge.constant dense<2.0> : tensor<32xf32> -> tensor<32xf32>
  %d = edge.constant dense<2.0> : tensor<1xf32> -> tensor<1xf32>
  %0 = edge.conv %x, %w, %b {groups = 1 : i64, strides = array<i64: 2, 2>, pads = array<i64: 0, 0, 1, 1>, dilations = array<i64: 1, 1>, clamp_min = 0.0 : f32}
    : (tensor<1x16x48x3xf32>, tensor<8x3x3x3xf32>, tensor<8xf32>) -> tensor<1x8x24x8xf32>
  %1 = edge.conv %0, %v, %b {groups = 8 : i64, strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>}
    : (tensor<1x8x24x8xf32>, tensor<8x3x3x1xf32>, tensor<8xf32>) -> tensor<1x8x24x8xf32>
  %2 = edge.conv %1, %q, %c {groups = 1 : i64, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>}
    : (tensor<1x8x24x8xf32>, tensor<32x1x1x8xf32>, tensor<32xf32>) -> tensor<1x8x24x32xf32>
  %3 = edge.conv %2, %p, %d {groups = 1 : i64, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, clamp_min = 0.0 : f32, clamp_max = 6.0 : f32}
    : (tensor<1x8x24x32xf32>, tensor<1x1x1x32xf32>, tensor<1xf32>) -> tensor<1x8x24x1xf32>
  return %3 : tensor<1x8x24x1xf32>
}

// -----

// Windows of one pixel with strides are gathered: a band has 16 pixels of eight
// floats, and what a load may read behind them, in place of seven rows.

// CHECK-LABEL: func.func @run
// CHECK: kern.buffer : memref<516xi8>
// CHECK: kern.call "conv2d_f32_simd" from "avx{{2|512}}_vectors.h conv2d_simd.h"
// CHECK: return
func.func @main(%x: tensor<1x8x8x8xf32>) -> tensor<1x4x4x16xf32> {
  %w = edge.constant dense<1.0> : tensor<16x1x1x8xf32> -> tensor<16x1x1x8xf32>
  %b = edge.constant dense<2.0> : tensor<16xf32> -> tensor<16xf32>
  %0 = edge.conv %x, %w, %b {groups = 1 : i64, strides = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>}
    : (tensor<1x8x8x8xf32>, tensor<16x1x1x8xf32>, tensor<16xf32>) -> tensor<1x4x4x16xf32>
  return %0 : tensor<1x4x4x16xf32>
}
