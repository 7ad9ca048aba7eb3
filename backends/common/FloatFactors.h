//===- FloatFactors.h - Floats instead of multipliers -----------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Sums that are multiplied by a float and rounded once, to even, can give the
// bits of docs/spec/integers.md: both rise with the sum, so that it suffices to
// compare where they pass from one output to the next.
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_BACKENDS_COMMON_FLOATFACTORS_H
#define EDGECC_BACKENDS_COMMON_FLOATFACTORS_H

#include <cstdint>
#include <optional>

namespace edgecc {

/// Integers from `lo` to `hi`.
struct IntegerRange {
  int64_t lo, hi;
};

/// A float by which all `sums` become what `multiplier` * 2^-31 makes of them,
/// both limited to `outputs`, which are differences from a zero point. Of 1.5 *
/// 2^23 plus a product all floats must be exact, and so must those of the sums.
std::optional<float> findFloatFactor(int32_t multiplier, IntegerRange sums,
                                     IntegerRange outputs);

/// A sum of two tensors by the rule of docs/spec/integers.md (O3): of `own`, a
/// difference from a zero point, and of what is stored of the other.
struct IntegerSum {
  int64_t factor, otherZero, otherFactor;
  int shift;
  int64_t zero;
  IntegerRange outputs;

  int64_t compute(int64_t own, int64_t other) const;
};

/// The same as own * factor + (other * otherFactor + start), of which each
/// product is rounded with the sum it is a part of, and the whole to even.
struct FloatSum {
  float factor, otherFactor, start;

  int64_t compute(int64_t own, int64_t other) const;
};

/// Floats that give the same bits for all numbers of `own` and all int8.
std::optional<FloatSum> findFloatSum(const IntegerSum &rule, IntegerRange own);

} // namespace edgecc

#endif // EDGECC_BACKENDS_COMMON_FLOATFACTORS_H
