//===- WeightScales.cpp - Scales of rows of weights -----------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "WeightScales.h"

#include "llvm/ADT/STLExtras.h"

#include <cmath>

using namespace edgecc;
using namespace llvm;

bool quantization::isFinite(ArrayRef<float> values) {
  return all_of(values, [](float v) { return std::isfinite(v); });
}

float quantization::roundUp(double value) {
  float rounded = float(value);
  return double(rounded) < value ? std::nextafter(rounded, INFINITY) : rounded;
}

float quantization::getLargest(ArrayRef<float> weights) {
  float largest = 0.0f;
  for (float weight : weights)
    largest = std::max(largest, std::abs(weight));
  return largest;
}

std::optional<float> quantization::findGrid(ArrayRef<float> weights,
                                            float largest) {
  // Products of integers and a scale are rounded to float.
  constexpr double kTolerance = 0x1p-13;
  for (int steps = 127; steps != 0; --steps) {
    double scale = double(largest) / steps;
    bool fits = all_of(weights, [&](float weight) {
      double units = double(weight) / scale;
      return std::abs(units - std::nearbyint(units)) < kTolerance;
    });
    if (fits)
      return float(scale);
  }
  return std::nullopt;
}

double quantization::getFinestScale(ArrayRef<float> weights) {
  float largest = getLargest(weights);
  if (std::optional<float> grid =
          largest != 0.0f ? findGrid(weights, largest) : std::nullopt)
    return *grid;
  return largest / 127.0;
}
