//===- avx_types.h ----------------------------------------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// The arithmetics that a test is compiled for.
#ifndef EDGECC_TEST_KERNELS_AVX_TYPES_H
#define EDGECC_TEST_KERNELS_AVX_TYPES_H

#include "avx_vectors.h"

namespace edgecc {
namespace kernels {
namespace {

#if defined(__AVX512VNNI__)
using S8 = S8Vnni;
using F32 = F32Avx512;
/// What inputs have too much, and biases too little.
constexpr int kOffset = 128;
#else
using S8 = S8Avx2;
using F32 = F32Avx2;
constexpr int kOffset = 0;
#endif

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_TEST_KERNELS_AVX_TYPES_H
