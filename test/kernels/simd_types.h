//===- simd_types.h ---------------------------------------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// The arithmetics that a test is compiled for.
#ifndef EDGECC_TEST_KERNELS_SIMD_TYPES_H
#define EDGECC_TEST_KERNELS_SIMD_TYPES_H

#include "avx2_digit_vectors.h"
#include "avx2_int16_vectors.h"
#include "avx2_state_vectors.h"
#include "avx512_digit_vectors.h"
#include "avx512_int16_vectors.h"
#include "avx512_state_vectors.h"
#include "neon_digit_vectors.h"
#include "neon_f32_groups.h"
#include "neon_f32_vectors.h"
#include "neon_int16_vectors.h"
#include "neon_s8_vectors.h"
#include "neon_state_vectors.h"
#include "neon_wide_vectors.h"

namespace edgecc {
namespace kernels {
namespace {

#if defined(__AVX512VNNI__)
using S8 = S8Vnni;
using S8Depth = S8Vnni;
using F32 = F32Avx512;
using State = StateVnni;
using Int16 = Int16Vnni;
using Int16x8 = Int16x8Vnni;
using Digits = DigitsVnni;
using Unpack = UnpackVnni;
#elif defined(__AVX2__)
using S8 = S8Avx2;
using S8Depth = S8Avx2;
using F32 = F32Avx2;
using State = StateAvx2;
using Int16 = Int16Avx2;
using Int16x8 = Int16x8Avx2;
using Digits = DigitsAvx2;
using Unpack = UnpackAvx2;
#elif defined(__ARM_FEATURE_DOTPROD)
using S8 = S8NeonDot;
using S8Depth = S8NeonDot;
using F32 = F32Neon;
using State = StateNeonDot;
using Int16 = Int16Neon;
using Int16x8 = Int16x8Neon;
using Digits = DigitsNeonDot;
using Unpack = UnpackNeonDot;
#else
#if defined(EDGECC_ALL_WEIGHTS)
using S8 = S8NeonMull;
#else
using S8 = S8NeonMlal;
#endif
using S8Depth = S8NeonWide;
using F32 = F32Neon;
using State = StateNeon;
using Int16 = Int16Neon;
using Int16x8 = Int16x8Neon;
using Digits = DigitsNeon;
using Unpack = UnpackNeonMlal;
#endif

#if defined(__AVX2__)
constexpr bool kScalesSmall = true;
/// Whether some lanes of floats can be loaded.
constexpr bool kLoadsSome = true;
#else
constexpr bool kScalesSmall = false;
constexpr bool kLoadsSome = false;
#endif
#if defined(__AVX512VNNI__)
/// What inputs have too much, and biases too little.
constexpr int kOffset = 128;
#else
constexpr int kOffset = 0;
#endif
#if defined(__ARM_NEON) && !defined(__ARM_FEATURE_DOTPROD) &&                  \
    !defined(EDGECC_ALL_WEIGHTS)
constexpr int kLeastWeight = -127;
#else
constexpr int kLeastWeight = -128;
#endif

#if defined(EDGECC_INTEGERS_ONLY)
/// Another processor runs the same code for floats.
constexpr bool kTestsFloats = false;
#else
constexpr bool kTestsFloats = true;
#endif

/// Whether this processor has the instructions that a test was compiled with.
inline bool hasInstructions() {
#if defined(__AVX512VNNI__)
  return __builtin_cpu_supports("avx512vnni") &&
         __builtin_cpu_supports("avx512bw");
#elif defined(__AVX2__)
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#else
  return true;
#endif
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_TEST_KERNELS_SIMD_TYPES_H
