// RUN: edgecc-opt %s -split-input-file -convert-edge-to-kern='features=avx2,fma' | FileCheck %s --check-prefixes=CHECK,AVX2
// RUN: edgecc-opt %s -split-input-file -convert-edge-to-kern='features=avx2,fma,avx512vnni' | FileCheck %s --check-prefixes=CHECK,AVX512
// RUN: edgecc-opt %s -split-input-file -convert-edge-to-kern='features=neon' | FileCheck %s --check-prefixes=CHECK,NEON,ARM
// RUN: edgecc-opt %s -split-input-file -convert-edge-to-kern='features=neon,dotprod' | FileCheck %s --check-prefixes=CHECK,DOT,ARM

// Values weighted by attention: a factor of 2^-7 * 2^-5 * 2^4, of which x86 takes
// the multiplier four times as large. All weights have to be multiplied right
// by NEON, as they are computed.

!q = !quant.uniform<i8:f32, 0.0078125:-128>
!r = !quant.uniform<i8:f32, 0.03125:3>
!s = !quant.uniform<i8:f32, 0.0625:-5>

// CHECK-LABEL: func.func @run
// AVX2: kern.call "matmul_s8_simd" from "avx2_vectors.h matmul_simd.h"<["S8Avx2", #kern.shape<[2, 8, 20]>, #kern.shape<[2, 20, 24]>, #kern.shape<[2, 8, 24]>,
// AVX512: kern.call "matmul_s8_simd" from "avx512_vectors.h matmul_simd.h"<["S8Vnni",
// NEON: kern.call "matmul_s8_simd" from "neon_s8_vectors.h matmul_simd.h"<["S8NeonMull",
// DOT: kern.call "matmul_s8_simd" from "neon_s8_vectors.h matmul_simd.h"<["S8NeonDot",
// AVX2-SAME: true, -128, 3, 33554432, 0, -5]
// AVX512-SAME: true, -128, 3, 33554432, 0, -5]
// NEON-SAME: false, -128, 3, 8388608, 0, -5]
// CHECK-SAME: scratch
func.func @main(%w: tensor<2x8x20x!q>, %v: tensor<2x20x24x!r>) -> tensor<2x8x24x!s> {
  %y = edge.matmul %w, %v : (tensor<2x8x20x!q>, tensor<2x20x24x!r>) -> tensor<2x8x24x!s>
  return %y : tensor<2x8x24x!s>
}

// -----

// Columns for more than half of a vector: half of one is left to narrower ones.

// CHECK-LABEL: func.func @run
// AVX2: kern.call "matmul_f32_simd" from "avx2_vectors.h matmul_simd.h"<["F32Avx2",
// AVX512: kern.call "matmul_f32_simd" from "avx2_vectors.h matmul_simd.h"<["F32Avx2",
// ARM: kern.call "matmul_f32_simd" from "neon_f32_vectors.h matmul_simd.h"<["F32Neon",
// CHECK-SAME: scratch
func.func @main(%q: tensor<8x12xf32>, %k: tensor<12x8xf32>) -> tensor<8x8xf32> {
  %y = edge.matmul %q, %k : (tensor<8x12xf32>, tensor<12x8xf32>) -> tensor<8x8xf32>
  return %y : tensor<8x8xf32>
}

// -----

// A single row is not worth packing for.

// CHECK-LABEL: func.func @run
// CHECK: kern.call "matmul_f32" from "matmul.h"
// CHECK-NOT: scratch
// CHECK: return
func.func @main(%q: tensor<1x12xf32>, %k: tensor<12x17xf32>) -> tensor<1x17xf32> {
  %y = edge.matmul %q, %k : (tensor<1x12xf32>, tensor<12x17xf32>) -> tensor<1x17xf32>
  return %y : tensor<1x17xf32>
}

// -----

// int16: the factor is 2^28 * 2^-36 for sums of 20 products.

!q16 = !quant.uniform<i16:f32, 0.0078125>
!r16 = !quant.uniform<i16:f32, 0.03125>
!s16 = !quant.uniform<i16:f32, 0.0625>

// CHECK-LABEL: func.func @run
// AVX2: kern.call "matmul_s16_simd" from "avx2_int16_vectors.h matmul_s16_simd.h"<["Int16Avx2", #kern.shape<[2, 8, 20]>, #kern.shape<[2, 20, 24]>, #kern.shape<[2, 8, 24]>, {{[0-9]+, [246], [0-9]+}}, 268435456, 36]
// AVX512: kern.call "matmul_s16_simd" from "avx512_int16_vectors.h matmul_s16_simd.h"<["Int16Vnni",
// ARM: kern.call "matmul_s16_simd" from "neon_int16_vectors.h matmul_s16_simd.h"<["Int16Neon",
// CHECK-SAME: scratch
func.func @main(%w: tensor<2x8x20x!q16>, %v: tensor<2x20x24x!r16>) -> tensor<2x8x24x!s16> {
  %y = edge.matmul %w, %v : (tensor<2x8x20x!q16>, tensor<2x20x24x!r16>) -> tensor<2x8x24x!s16>
  return %y : tensor<2x8x24x!s16>
}

// -----

// Digits of 512 products would not fit 32 bits.

!q16 = !quant.uniform<i16:f32, 0.0078125>
!r16 = !quant.uniform<i16:f32, 0.03125>
!s16 = !quant.uniform<i16:f32, 0.0625>

// CHECK-LABEL: func.func @run
// CHECK: kern.call "matmul_s16" from "matmul.h"
func.func @main(%w: tensor<8x512x!q16>, %v: tensor<512x24x!r16>) -> tensor<8x24x!s16> {
  %y = edge.matmul %w, %v : (tensor<8x512x!q16>, tensor<512x24x!r16>) -> tensor<8x24x!s16>
  return %y : tensor<8x24x!s16>
}

// -----

// Layers of int16 with int8 weights, which stay bytes: of three outputs in whole
// vectors. Sums that do not fit 32 bits are left to portable code.

!x16 = !quant.uniform<i16:f32, 0.001>
!w8 = !quant.uniform<i8<-127:127>:f32, 0.02>
!b32 = !quant.uniform<i32:f32, 0.00002>

// CHECK-LABEL: func.func @run
// AVX2: kern.call "fully_connected_s16x8_simd" from "avx2_int16_vectors.h fully_connected_s16_simd.h"<["Int16x8Avx2", #kern.shape<[1, 1, 1, 4]>, #kern.shape<[1, 1, 1, 3]>,
// AVX512: kern.call "fully_connected_s16x8_simd" from "avx512_int16_vectors.h fully_connected_s16_simd.h"<["Int16x8Vnni",
// ARM: kern.call "fully_connected_s16x8_simd" from "neon_int16_vectors.h fully_connected_s16_simd.h"<["Int16x8Neon",
// CHECK-SAME: , 0, 32767]
// CHECK: kern.call "fully_connected_s16x8" from "fully_connected.h"
func.func @main(%x: tensor<1x4x!x16>, %long: tensor<1x700x!x16>) -> (tensor<1x3x!x16>, tensor<1x3x!x16>) {
  %f = edge.constant dense<3> : tensor<3x4xi8> -> tensor<3x4x!w8>
  %g = edge.constant dense<127> : tensor<3x700xi8> -> tensor<3x700x!w8>
  %b = edge.constant dense<7> : tensor<3xi32> -> tensor<3x!b32>
  %y = edge.fully_connected %x, %f, %b {clamp_min = 0.0 : f32} : (tensor<1x4x!x16>, tensor<3x4x!w8>, tensor<3x!b32>) -> tensor<1x3x!x16>
  %z = edge.fully_connected %long, %g, %b : (tensor<1x700x!x16>, tensor<3x700x!w8>, tensor<3x!b32>) -> tensor<1x3x!x16>
  return %y, %z : tensor<1x3x!x16>, tensor<1x3x!x16>
}
