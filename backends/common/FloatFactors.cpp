//===- FloatFactors.cpp - Floats instead of multipliers -------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FloatFactors.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/MathExtras.h"

#include <algorithm>
#include <cmath>
#include <limits>

using namespace edgecc;

namespace {
/// A positive float as digits * 2^-shift.
struct Scale {
  int64_t digits;
  int shift;

  static Scale get(float factor) {
    int exponent;
    float fraction = std::frexp(factor, &exponent);
    return {int64_t(std::ldexp(fraction, 24)), 24 - exponent};
  }

  /// Rounded to even; the product has at most 24 + 24 digits.
  int64_t multiply(int64_t sum) const {
    int64_t product = sum * digits, half = int64_t(1) << (shift - 1);
    int64_t whole = product >> shift, rest = product - (whole << shift);
    return rest > half || (rest == half && whole % 2 != 0) ? whole + 1 : whole;
  }
};
} // namespace

/// The least sum that the rule makes `output` of, or more.
static int64_t getThreshold(int64_t output, int32_t multiplier) {
  int64_t product = output * (int64_t(1) << 31) - (int64_t(1) << 30);
  // A quotient that is rounded up, of either sign.
  int64_t quotient = product / multiplier;
  return quotient + (product % multiplier > 0 ? 1 : 0);
}

static bool givesOutputs(float factor, int32_t multiplier, IntegerRange sums,
                         IntegerRange outputs) {
  Scale scale = Scale::get(factor);
  for (int64_t output = outputs.lo + 1; output <= outputs.hi; ++output) {
    int64_t threshold = getThreshold(output, multiplier);
    if (threshold <= sums.hi &&
        scale.multiply(std::max(threshold, sums.lo)) < output)
      return false;
    if (threshold > sums.lo &&
        scale.multiply(std::min(threshold - 1, sums.hi)) >= output)
      return false;
  }
  return true;
}

std::optional<float> edgecc::findFloatFactor(int32_t multiplier,
                                             IntegerRange sums,
                                             IntegerRange outputs) {
  constexpr int64_t kLargestSum = int64_t(1) << 24;
  constexpr double kLargestProduct = (1 << 22) - 1;
  // Neighbours of the nearest float that are tried on each side.
  constexpr int kNeighbours = 4;
  float nearest = float(std::ldexp(double(multiplier), -31));
  if (multiplier <= 0 || sums.lo < -kLargestSum || sums.hi > kLargestSum ||
      double(std::max(-sums.lo, sums.hi)) * double(nearest) > kLargestProduct)
    return std::nullopt;
  float below = nearest, above = nearest;
  for (int i = 0; i <= kNeighbours; ++i) {
    for (float factor : {below, above})
      if (givesOutputs(factor, multiplier, sums, outputs))
        return factor;
    below = std::nextafter(below, 0.0f);
    above = std::nextafter(above, std::numeric_limits<float>::max());
  }
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// Sums
//===----------------------------------------------------------------------===//

int64_t IntegerSum::compute(int64_t own, int64_t other) const {
  int64_t half = shift > 0 ? int64_t(1) << (shift - 1) : 0;
  int64_t sum = own * factor + (other - otherZero) * otherFactor + half;
  return std::clamp((sum >> shift) + zero, outputs.lo, outputs.hi);
}

int64_t FloatSum::compute(int64_t own, int64_t other) const {
  float share = std::fma(float(other), otherFactor, start);
  return int64_t(std::nearbyint(std::fma(float(own), factor, share)));
}

static bool isEqual(const FloatSum &floats, const IntegerSum &rule,
                    IntegerRange own) {
  for (int64_t other = -128; other <= 127; ++other)
    for (int64_t value = own.lo; value <= own.hi; ++value)
      if (std::clamp(floats.compute(value, other), rule.outputs.lo,
                     rule.outputs.hi) != rule.compute(value, other))
        return false;
  return true;
}

/// The float and its neighbours, the nearest first.
static llvm::SmallVector<float> getNeighbours(double value) {
  constexpr int kNeighbours = 2;
  constexpr float kAll = std::numeric_limits<float>::infinity();
  llvm::SmallVector<float> floats = {float(value)};
  float below = floats[0], above = floats[0];
  for (int i = 0; i != kNeighbours; ++i) {
    floats.push_back(below = std::nextafter(below, -kAll));
    floats.push_back(above = std::nextafter(above, kAll));
  }
  return floats;
}

std::optional<FloatSum> edgecc::findFloatSum(const IntegerSum &rule,
                                             IntegerRange own) {
  auto scale = [&](int64_t x) { return std::ldexp(double(x), -rule.shift); };
  double start =
      double(rule.zero) - double(rule.otherZero) * scale(rule.otherFactor);
  for (float factor : getNeighbours(scale(rule.factor)))
    for (float otherFactor : getNeighbours(scale(rule.otherFactor)))
      for (float first : getNeighbours(start)) {
        FloatSum floats = {factor, otherFactor, first};
        if (isEqual(floats, rule, own))
          return floats;
      }
  return std::nullopt;
}
