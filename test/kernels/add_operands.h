//===- add_operands.h -------------------------------------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// The scalars of a sum of two int8 tensors.
#ifndef EDGECC_TEST_KERNELS_ADD_OPERANDS_H
#define EDGECC_TEST_KERNELS_ADD_OPERANDS_H

#include "reference.h"

namespace edgecc {
namespace kernels {
namespace {

/// No step leaves 32 bits (docs/spec/integers.md, O3).
struct AddOperands {
  int mul, otherZero, otherMul, shift, zero, lo, hi;

  explicit AddOperands(Random &random)
      : mul(random.integer(1 << 20, 1 << 22)),
        otherZero(random.integer(-128, 127)),
        otherMul(random.integer(1 << 20, 1 << 22)), shift(22),
        zero(random.integer(-40, 40)), lo(random.integer(-128, -90)),
        hi(random.integer(90, 127)) {}
};

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_TEST_KERNELS_ADD_OPERANDS_H
