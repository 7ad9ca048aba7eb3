//===- Histogram.cpp - How often values occur -----------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Quant/Histogram.h"

#include <algorithm>
#include <array>
#include <cmath>

using namespace mlir;
using namespace edgecc;
using namespace edgecc::quantization;

//===----------------------------------------------------------------------===//
// Counting
//===----------------------------------------------------------------------===//

/// Extends the range to the values; false if there is none that is finite.
bool Histogram::scan(ArrayRef<float> values) {
  float min = INFINITY, max = -INFINITY;
  for (float value : values) {
    if (!std::isfinite(value)) {
      ++nonFinite;
      continue;
    }
    min = std::min(min, value);
    max = std::max(max, value);
  }
  if (min > max)
    return false;
  if (isEmpty)
    range = {min, max};
  range.join({min, max});
  return true;
}

int64_t Histogram::getBin(double value) const {
  return int64_t(std::floor(std::ldexp(value, -exponent)));
}

/// The exponent of the narrowest bins of which `bins` cover the range. They are
/// not narrower than floats of that magnitude are apart.
static int getExponent(Range range, int64_t bins) {
  double magnitude = std::max(std::abs(range.min), std::abs(range.max));
  double width = std::max({(range.max - range.min) / double(bins - 1),
                           magnitude * 0x1p-24, 0x1p-140});
  return int(std::ceil(std::log2(width)));
}

/// Widens the bins until they cover the range, and allocates them.
void Histogram::makeRoom() {
  int wanted = getExponent(range, kBins);
  if (counts.empty())
    exponent = wanted;
  int widen = std::max(wanted - exponent, 0);
  std::vector<uint64_t> old = std::move(counts);
  int64_t oldFirst = firstBin;
  exponent += widen;
  firstBin = getBin(range.min);
  counts.assign(size_t(getBin(range.max) - firstBin + 1), 0);
  // An arithmetic shift divides towards minus infinity, as bins are aligned.
  for (size_t i = 0; i != old.size(); ++i)
    if (old[i] != 0)
      counts[size_t(((oldFirst + int64_t(i)) >> std::min(widen, 63)) -
                    firstBin)] += old[i];
}

void Histogram::add(ArrayRef<float> values) {
  Range before = range;
  if (!scan(values))
    return;
  if (isEmpty || before.min != range.min || before.max != range.max)
    makeRoom();
  isEmpty = false;
  double perWidth = std::ldexp(1.0, -exponent);
  for (float value : values) {
    if (!std::isfinite(value))
      continue;
    ++total;
    if (value == 0.0f)
      ++zeros;
    else
      ++counts[size_t(int64_t(std::floor(value * perWidth)) - firstBin)];
  }
}

//===----------------------------------------------------------------------===//
// Choosing a range
//===----------------------------------------------------------------------===//

double Histogram::getCenter(size_t index) const {
  double center = std::ldexp(double(firstBin + int64_t(index)) + 0.5, exponent);
  return std::clamp(center, range.min, range.max);
}

/// A bound of the bin that holds the value of that rank: the lower one, or the
/// upper one with `side` = 1.
double Histogram::getQuantile(uint64_t rank, int side) const {
  int64_t zeroBin = getBin(0.0);
  uint64_t below = 0;
  for (size_t i = 0; i != counts.size(); ++i) {
    below += counts[i];
    if (firstBin + int64_t(i) == zeroBin)
      below += zeros;
    if (below > rank)
      return std::clamp(
          std::ldexp(double(firstBin + int64_t(i) + side), exponent), range.min,
          range.max);
  }
  return range.max;
}

Range Histogram::getPercentileRange(double percent) const {
  double cut = double(total) * (1.0 - percent / 100.0) / 2.0;
  auto rank = uint64_t(std::clamp(cut, 0.0, double(total)));
  // Nothing is cut off: bins would only blur the bounds.
  if (rank == 0)
    return range;
  return {getQuantile(rank, 0), getQuantile(total - 1 - rank, 1)};
}

/// The squared error of quantizing all values with the type of `candidate`.
double Histogram::getError(Range candidate) const {
  candidate.join({0.0, 0.0});
  double scale = (candidate.max - candidate.min) / 255.0;
  if (scale <= 0.0)
    return INFINITY;
  double zero = std::round(-128.0 - candidate.min / scale);
  double error = 0.0;
  for (size_t i = 0; i != counts.size(); ++i) {
    if (counts[i] == 0)
      continue;
    double value = getCenter(i);
    double stored =
        std::clamp(std::nearbyint(value / scale) + zero, -128.0, 127.0);
    double difference = value - (stored - zero) * scale;
    error += double(counts[i]) * difference * difference;
  }
  return error;
}

Range Histogram::getMseRange() const {
  constexpr int kSteps = 64, kRounds = 2;
  Range best = range;
  best.join({0.0, 0.0});
  const Range whole = best;
  double leastError = getError(best);
  auto tryRange = [&](Range candidate) {
    double error = getError(candidate);
    if (error >= leastError)
      return;
    leastError = error;
    best = candidate;
  };
  // One bound at a time: clipping at one end makes the steps smaller, which
  // makes clipping at the other end worth less.
  for (int round = 0; round != kRounds; ++round) {
    for (int step = 1; step != kSteps && whole.max > 0.0; ++step)
      tryRange({best.min, whole.max * step / kSteps});
    for (int step = 1; step != kSteps && whole.min < 0.0; ++step)
      tryRange({whole.min * step / kSteps, best.max});
  }
  return best;
}

/// The divergence of the values' distribution, cut off at the bounds of
/// `candidate`, from the same distribution with its 256 levels spread evenly
/// over the bins that they stand for.
double Histogram::getDivergence(Range candidate) const {
  constexpr int kLevels = 256;
  double scale = (candidate.max - candidate.min) / (kLevels - 1);
  if (scale <= 0.0)
    return INFINITY;
  std::vector<double> cut(counts.size(), 0.0);
  std::vector<int> levels(counts.size(), -1);
  std::array<double, kLevels> mass{}, bins{};
  int64_t first = std::max(getBin(candidate.min) - firstBin, int64_t(0));
  int64_t last =
      std::min(getBin(candidate.max) - firstBin, int64_t(counts.size()) - 1);
  // All values lie outside the range.
  if (first > last)
    return INFINITY;
  for (int64_t i = 0; i != int64_t(counts.size()); ++i) {
    // What is cut off adds to the bounds, but not to what the levels hold.
    cut[std::clamp(i, first, last)] += double(counts[i]);
    if (i < first || i > last || counts[i] == 0)
      continue;
    double level = std::nearbyint((getCenter(i) - candidate.min) / scale);
    levels[i] = int(std::clamp(level, 0.0, kLevels - 1.0));
    mass[levels[i]] += double(counts[i]);
    bins[levels[i]] += 1.0;
  }
  double all = double(total - zeros), kept = 0.0, divergence = 0.0;
  for (double held : mass)
    kept += held;
  for (int64_t i = first; i <= last; ++i) {
    if (cut[i] == 0.0)
      continue;
    // A bin that only holds what was cut off has no level of its own.
    double spread = levels[i] < 0 ? 0.5 : mass[levels[i]] / bins[levels[i]];
    divergence += cut[i] / all * std::log(cut[i] / all * kept / spread);
  }
  return kept > 0.0 ? divergence : INFINITY;
}

Range Histogram::getEntropyRange() const {
  constexpr int kSteps = 64, kFirst = 8;
  Range whole = range;
  whole.join({0.0, 0.0});
  double largest = std::max(whole.max, -whole.min);
  Range best = whole;
  double least = getDivergence(whole);
  for (int step = kSteps - 1; step >= kFirst; --step) {
    double bound = largest * step / kSteps;
    Range candidate{std::max(whole.min, -bound), std::min(whole.max, bound)};
    double divergence = getDivergence(candidate);
    if (divergence >= least)
      continue;
    least = divergence;
    best = candidate;
  }
  return best;
}
