// RUN: edgecc-opt %s -split-input-file -convert-edge-to-kern='features=avx2,fma,avx512vnni' | FileCheck %s --check-prefixes=CHECK,VNNI
// RUN: edgecc-opt %s -split-input-file -convert-edge-to-kern='features=avx2,fma' | FileCheck %s --check-prefixes=CHECK,AVX2
// RUN: edgecc-opt %s -split-input-file -convert-edge-to-kern='features=neon' | FileCheck %s --check-prefixes=CHECK,NEON
// RUN: edgecc-opt %s -split-input-file -convert-edge-to-kern='features=neon,dotprod' | FileCheck %s --check-prefixes=CHECK,DOT

// Digits, two to a byte, and the steps behind them, of whole vectors of outputs:
// 16, 8, 16 and 4. Of eight rows of 48 in one group, 3 is the digit 1 of step 3.

!in = !quant.uniform<i8:f32, 0.5:3>
!w = !quant.uniform<i8<-127:127>:f32, 0.25>
!b = !quant.uniform<i32:f32, 0.125>
!out = !quant.uniform<i8:f32, 0.5:5>

// CHECK-LABEL: func.func @run
// VNNI: kern.call "fully_connected_s8w4_simd" from "avx512_digit_vectors.h fully_connected_w4_simd.h"<["DigitsVnni", #kern.shape<[1, 48]>, #kern.shape<[1, 8]>, 48,
// AVX2: kern.call "fully_connected_s8w4_simd" from "avx2_digit_vectors.h fully_connected_w4_simd.h"<["DigitsAvx2", #kern.shape<[1, 48]>, #kern.shape<[1, 8]>, 48,
// NEON: kern.call "fully_connected_s8w4_simd" from "neon_digit_vectors.h fully_connected_w4_simd.h"<["DigitsNeon", #kern.shape<[1, 48]>, #kern.shape<[1, 8]>, 48,
// DOT: kern.call "fully_connected_s8w4_simd" from "neon_digit_vectors.h fully_connected_w4_simd.h"<["DigitsNeonDot", #kern.shape<[1, 48]>, #kern.shape<[1, 8]>, 48,
// VNNI-SAME: memref<400xi8>, memref<16xi32>, memref<16xi32>
// AVX2-SAME: memref<200xi8>, memref<8xi32>, memref<8xi32>
// NEON-SAME: memref<400xi8>, memref<16xi32>, memref<16xi32>
// DOT-SAME: memref<200xi8>, memref<8xi32>, memref<8xi32>
// CHECK-SAME: precision = "s8w4"
func.func @main(%x: tensor<1x48x!in>) -> tensor<1x8x!out> {
  %w = edge.constant dense<3> : tensor<8x48xi8> -> tensor<8x48x!w>
  %b = edge.constant dense<8> : tensor<8xi32> -> tensor<8x!b>
  %0 = edge.fully_connected %x, %w, %b {edge.weight_bits = 4}
    : (tensor<1x48x!in>, tensor<8x48x!w>, tensor<8x!b>) -> tensor<1x8x!out>
  return %0 : tensor<1x8x!out>
}

// -----

!in = !quant.uniform<i8:f32, 0.5:3>
!w = !quant.uniform<i8<-127:127>:f32, 0.25>
!b = !quant.uniform<i32:f32, 0.125>
!out = !quant.uniform<i8:f32, 0.5:5>

// Many rows meet weights that are unpacked into memory, as the pixels of an
// image do. Weights of -128 take the products that do not add two of them up in
// 16 bits.
// CHECK-LABEL: func.func @run
// VNNI: kern.call "conv2d_s8w4_simd" from "avx512_vectors.h avx512_digit_vectors.h conv2d_w4_simd.h"<["S8Vnni", "UnpackVnni",
// AVX2: kern.call "conv2d_s8w4_simd" from "avx2_vectors.h avx2_digit_vectors.h conv2d_w4_simd.h"<["S8Avx2", "UnpackAvx2",
// NEON: kern.call "conv2d_s8w4_simd" from "neon_s8_vectors.h neon_digit_vectors.h conv2d_w4_simd.h"<["S8NeonMlal", "UnpackNeonMlal",
// DOT: kern.call "conv2d_s8w4_simd" from "neon_s8_vectors.h neon_digit_vectors.h conv2d_w4_simd.h"<["S8NeonDot", "UnpackNeonDot",
// CHECK: kern.call "conv2d_s8w4_simd"
// NEON-SAME: ["S8NeonMull", "UnpackNeonMlal",
func.func @main(%x: tensor<16x48x!in>, %z: tensor<1x4x4x32x!in>) -> (tensor<16x8x!out>, tensor<1x4x4x8x!out>) {
  %w = edge.constant dense<3> : tensor<8x48xi8> -> tensor<8x48x!w>
  %v = edge.constant dense<-128> : tensor<8x3x3x32xi8> -> tensor<8x3x3x32x!w>
  %b = edge.constant dense<8> : tensor<8xi32> -> tensor<8x!b>
  %0 = edge.fully_connected %x, %w, %b {edge.weight_bits = 4}
    : (tensor<16x48x!in>, tensor<8x48x!w>, tensor<8x!b>) -> tensor<16x8x!out>
  %1 = edge.conv %z, %v, %b {edge.weight_bits = 4, groups = 1 : i64, strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>}
    : (tensor<1x4x4x32x!in>, tensor<8x3x3x32x!w>, tensor<8x!b>) -> tensor<1x4x4x8x!out>
  return %0, %1 : tensor<16x8x!out>, tensor<1x4x4x8x!out>
}
