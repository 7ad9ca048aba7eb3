//===- reference.h ----------------------------------------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// What the kernel tests share: reproducible data, index arithmetic at run time,
// and the integer rules written once more, differently.
#ifndef EDGECC_TEST_KERNELS_REFERENCE_H
#define EDGECC_TEST_KERNELS_REFERENCE_H

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include "cases.h"

namespace edgecc {
namespace kernels {
namespace {

class Random {
public:
  /// Uniform in [lo, hi].
  int integer(int lo, int hi) {
    const auto span = static_cast<std::uint64_t>(std::int64_t{hi} - lo + 1);
    return static_cast<int>(lo + static_cast<std::int64_t>(next() % span));
  }
  float real(float lo, float hi) {
    return lo + (hi - lo) * static_cast<float>(next() >> 8) / 16777216.0f;
  }
  std::uint32_t next() {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return static_cast<std::uint32_t>(state >> 32);
  }
  std::vector<float> reals(int count) {
    std::vector<float> values;
    for (int i = 0; i < count; ++i)
      values.push_back(real(-2.0f, 2.0f));
    return values;
  }
  std::vector<std::int8_t> bytes(int count, int lo = -128, int hi = 127) {
    std::vector<std::int8_t> values;
    for (int i = 0; i < count; ++i)
      values.push_back(static_cast<std::int8_t>(integer(lo, hi)));
    return values;
  }
  std::vector<std::int16_t> words(int count, int lo = -32768, int hi = 32767) {
    std::vector<std::int16_t> values;
    for (int i = 0; i < count; ++i)
      values.push_back(static_cast<std::int16_t>(integer(lo, hi)));
    return values;
  }
  std::vector<std::int32_t> integers(int count, int lo, int hi) {
    std::vector<std::int32_t> values;
    for (int i = 0; i < count; ++i)
      values.push_back(integer(lo, hi));
    return values;
  }

private:
  std::uint64_t state = 42;
};

/// Rounds towards minus infinity.
inline std::int64_t floorDivide(std::int64_t value, std::int64_t divisor) {
  const std::int64_t quotient = value / divisor;
  return value % divisor < 0 ? quotient - 1 : quotient;
}

/// The contract's rule without shifts: floor(a * m / 2^31 + 1/2).
inline int naiveRequantize(std::int64_t acc, std::int64_t m, int shift,
                           int zero, int lo, int hi) {
  std::int64_t a = acc;
  for (int i = 0; i < shift; ++i) {
    a *= 2;
    if (a > INT32_MAX)
      a -= std::int64_t{1} << 32;
    if (a < INT32_MIN)
      a += std::int64_t{1} << 32;
  }
  const std::int64_t q =
      floorDivide(a * m + (std::int64_t{1} << 30), std::int64_t{1} << 31);
  return static_cast<int>(
      std::clamp<std::int64_t>(q + zero, std::int64_t{lo}, std::int64_t{hi}));
}

/// The rule of int16 without shifts, for sums that 64 bits hold.
inline int naiveRequantizeWide(std::int64_t acc, std::int64_t m, int shift,
                               int zero, int lo, int hi) {
  const std::int64_t unit = std::int64_t{1} << shift;
  return static_cast<int>(
      std::clamp<std::int64_t>(floorDivide(acc * m + unit / 2, unit) + zero,
                               std::int64_t{lo}, std::int64_t{hi}));
}

/// How an int16 layer finishes, drawn so that outputs spread over the range.
struct FinishWide {
  std::vector<std::int32_t> bias, multiplier;
  int shift, lo, hi;

  FinishWide(Random &random, int channels, int products) {
    lo = random.integer(-32768, -25000);
    hi = random.integer(25000, 32767);
    // Standard deviation of a sum to some 15000 steps.
    const double deviation = 19000.0 * 74.0 * std::sqrt(products) + 1.0;
    shift = 40;
    const double factor = 15000.0 / deviation * std::ldexp(1.0, shift);
    for (int i = 0; i < channels; ++i) {
      bias.push_back(random.integer(-9000000, 9000000));
      multiplier.push_back(static_cast<std::int32_t>(
          std::min(factor * static_cast<double>(random.real(0.5f, 1.5f)),
                   2147483647.0)));
    }
  }
  int operator()(std::int64_t sum, int channel) const {
    const auto c = static_cast<std::size_t>(channel);
    return naiveRequantizeWide(sum + bias[c], multiplier[c], shift, 0, lo, hi);
  }
};

/// How an int8 layer finishes, drawn so that outputs spread over the range.
struct Finish {
  std::vector<std::int32_t> multiplier;
  int inZero, shift, outZero, lo, hi;

  Finish(Random &random, int channels, int products) {
    inZero = random.integer(-128, 127);
    outZero = random.integer(-60, 60);
    shift = random.integer(0, 3);
    lo = random.integer(-128, -90);
    hi = random.integer(90, 127);
    // Standard deviation of an accumulator to some 60 steps.
    const double deviation = 74.0 * 74.0 * std::sqrt(products) + 1.0;
    const double factor = 60.0 / deviation * 2147483648.0 / (1 << shift);
    for (int i = 0; i < channels; ++i)
      multiplier.push_back(
          static_cast<std::int32_t>(factor * random.real(0.5f, 1.5f)));
  }
};

template <class S> std::vector<int> unravel(int flat) {
  std::vector<int> index(static_cast<std::size_t>(S::rank));
  for (int d = S::rank - 1; d >= 0; --d) {
    index[static_cast<std::size_t>(d)] = flat % S::dim(d);
    flat /= S::dim(d);
  }
  return index;
}

template <class S> int ravel(const std::vector<int> &index) {
  int flat = 0;
  for (int d = 0; d < S::rank; ++d)
    flat = flat * S::dim(d) + index[static_cast<std::size_t>(d)];
  return flat;
}

/// Where In is read for an index of the shape it broadcasts to.
template <class In> int broadcastOffset(const std::vector<int> &index) {
  const int skipped = static_cast<int>(index.size()) - In::rank;
  int flat = 0;
  for (int d = 0; d < In::rank; ++d) {
    const int i = index[static_cast<std::size_t>(d + skipped)];
    flat = flat * In::dim(d) + (In::dim(d) == 1 ? 0 : i);
  }
  return flat;
}

/// Calls body(ky, kx, offset) for each tap of an output pixel; the offset of
/// the pixel below it in its image (without channel), or -1 outside.
template <class Case, class Body>
void forEachTap(int oy, int ox, const Body &body) {
  using Win = typename Case::Win;
  using In = typename Case::In;
  for (int ky = 0; ky < Win::kernelH; ++ky)
    for (int kx = 0; kx < Win::kernelW; ++kx) {
      const int y = oy * Win::strideH - Win::padTop + ky * Win::dilationH;
      const int x = ox * Win::strideW - Win::padLeft + kx * Win::dilationW;
      const bool inside = y >= 0 && y < In::dim(1) && x >= 0 && x < In::dim(2);
      body(ky, kx, inside ? (y * In::dim(2) + x) * In::dim(3) : -1);
    }
}

/// Buffers of exactly the size a kernel may touch: run under AddressSanitizer.
template <class T> std::vector<T> buffer(int count) {
  return std::vector<T>(static_cast<std::size_t>(count));
}

template <class T> T at(const std::vector<T> &values, int index) {
  return values.at(static_cast<std::size_t>(index));
}

/// Within float rounding of a sum whose terms have the absolute sum `scale`.
inline void expectClose(float got, double want, double scale, int index) {
  EXPECT_NEAR(static_cast<double>(got), want, 1e-5 * scale + 1e-12)
      << "element " << index;
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_TEST_KERNELS_REFERENCE_H
