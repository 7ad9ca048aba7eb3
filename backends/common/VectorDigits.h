//===- VectorDigits.h - Weights of four bits with vectors -------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_BACKENDS_COMMON_VECTORDIGITS_H
#define EDGECC_BACKENDS_COMMON_VECTORDIGITS_H

#include "VectorLayers.h"

namespace edgecc {

/// What the header of an arithmetic for weights of four bits says of it
/// (backends/kernels/fully_connected_w4_simd.h).
struct DigitArithmetic {
  /// Its name and header, how sums finish, and what inputs become. Values per
  /// channel come in its whole lanes.
  VectorArithmetic finish;
  int64_t rows, step, blocks;
  /// What is added to digits.
  int digitOffset;
};
/// How weights of four bits become those of a VectorArithmetic
/// (backends/kernels/conv2d_w4_simd.h).
struct UnpackArithmetic {
  const VectorArithmetic &isa;
  llvm::StringRef name, header;
  int digitOffset;
};
/// backends/avx, backends/neon.
extern const UnpackArithmetic unpackVnni, unpackAvx2, unpackNeonDot,
    unpackNeonMlal, unpackNeonMull;
extern const DigitArithmetic digitsVnni, digitsAvx2, digitsNeonDot, digitsNeon;

} // namespace edgecc

#endif // EDGECC_BACKENDS_COMMON_VECTORDIGITS_H
