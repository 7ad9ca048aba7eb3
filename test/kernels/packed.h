//===- packed.h -------------------------------------------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// Packs weights of four bits while a test runs. Also used without a C++ library
// under QEMU.
#ifndef EDGECC_TEST_KERNELS_PACKED_H
#define EDGECC_TEST_KERNELS_PACKED_H

#include <cstdint>

namespace {

/// The group that a test asks for, or the whole row where that is shorter.
constexpr int groupOf(int row, int wanted) {
  return row < wanted ? row : wanted;
}

/// Bytes in a row of packed_weights.h.
constexpr int packedRowBytes(int row, int group) {
  return row / group * ((group + 1) / 2) + (row % group + 1) / 2;
}

constexpr int groupsInRow(int row, int group) {
  return (row + group - 1) / group;
}

/// Digits [rows, row], one in each byte, to packed ones.
inline void packDigits(const std::int8_t *digits, int rows, int row, int group,
                       std::int8_t *to) {
  for (int r = 0; r < rows; ++r)
    for (int begin = 0; begin < row; begin += group) {
      const int count = row - begin < group ? row - begin : group;
      const int half = (count + 1) / 2;
      for (int j = 0; j < half; ++j) {
        const int low = digits[r * row + begin + j];
        const int high =
            half + j < count ? digits[r * row + begin + half + j] : 0;
        *to++ = static_cast<std::int8_t>((low & 15) | (high & 15) << 4);
      }
    }
}

/// What digits and steps mean.
inline void multiplySteps(const std::int8_t *digits, const std::int8_t *steps,
                          int rows, int row, int group, std::int8_t *weights) {
  for (int r = 0; r < rows; ++r)
    for (int i = 0; i < row; ++i)
      weights[r * row + i] = static_cast<std::int8_t>(
          digits[r * row + i] * steps[r * groupsInRow(row, group) + i / group]);
}

} // namespace

#endif // EDGECC_TEST_KERNELS_PACKED_H
