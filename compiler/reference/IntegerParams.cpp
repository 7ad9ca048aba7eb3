//===- IntegerParams.cpp - Integer parameters from quantized types --------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Quant/IntegerParams.h"

#include "edgecc/Dialect/Edge/Edge.h"

#include "kernels/fixed_point.h"

#include <algorithm>
#include <cmath>

using namespace mlir;
using namespace edgecc;
using namespace edgecc::integer;
using quant::UniformQuantizedPerAxisType;
using quant::UniformQuantizedType;

/// round(factor * 2^bits), halves away from zero, limited to `max`.
static int32_t toFixedPoint(double factor, int bits, int32_t max) {
  double value = std::round(std::ldexp(factor, bits));
  return value < double(max) ? int32_t(value) : max;
}

//===----------------------------------------------------------------------===//
// Requantization
//===----------------------------------------------------------------------===//

Requantization integer::getRequantization(ArrayRef<double> factors) {
  double largest = 0.0;
  for (double factor : factors)
    largest = std::max(largest, factor);
  Requantization result;
  while (result.shift < 31 &&
         std::round(std::ldexp(largest, 31 - result.shift)) > double(INT32_MAX))
    ++result.shift;
  for (double factor : factors)
    result.multipliers.push_back(
        toFixedPoint(factor, 31 - result.shift, INT32_MAX));
  return result;
}

/// The scale of each output channel.
static SmallVector<double> getChannelScales(RankedTensorType weights) {
  Type type = weights.getElementType();
  if (auto perAxis = dyn_cast<UniformQuantizedPerAxisType>(type))
    return SmallVector<double>(perAxis.getScales());
  return SmallVector<double>(weights.getDimSize(0),
                             cast<UniformQuantizedType>(type).getScale());
}

Requantization integer::getWeightedRequantization(RankedTensorType input,
                                                  RankedTensorType weights,
                                                  RankedTensorType output) {
  double ratio = edge::getUniformType(input).getScale() /
                 edge::getUniformType(output).getScale();
  SmallVector<double> factors = getChannelScales(weights);
  for (double &factor : factors)
    factor *= ratio;
  return getRequantization(factors);
}

Requantization integer::getMulRequantization(UniformQuantizedType lhs,
                                             UniformQuantizedType rhs,
                                             UniformQuantizedType output) {
  return getRequantization(
      {lhs.getScale() * rhs.getScale() / output.getScale()});
}

Requantization integer::getRequantization(UniformQuantizedType input,
                                          UniformQuantizedType output) {
  return getRequantization({input.getScale() / output.getScale()});
}

Requantization integer::getAvgPoolRequantization(UniformQuantizedType input,
                                                 UniformQuantizedType output,
                                                 int64_t maxCount) {
  double ratio = input.getScale() / output.getScale();
  SmallVector<double> factors;
  for (int64_t count = 1; count <= maxCount; ++count)
    factors.push_back(ratio / double(count));
  return getRequantization(factors);
}

std::optional<SmallVector<int32_t>>
integer::foldInputZeroPoint(ArrayRef<int32_t> bias, ArrayRef<int8_t> weights,
                            int64_t inputZero) {
  SmallVector<int32_t> folded;
  size_t row = bias.empty() ? 0 : weights.size() / bias.size();
  for (size_t channel = 0; channel != bias.size(); ++channel) {
    int64_t sum = 0;
    for (int8_t weight : weights.slice(channel * row, row))
      sum += weight;
    int64_t value = bias[channel] - inputZero * sum;
    if (value < INT32_MIN || value > INT32_MAX)
      return std::nullopt;
    folded.push_back(int32_t(value));
  }
  return folded;
}

//===----------------------------------------------------------------------===//
// Addition, softmax
//===----------------------------------------------------------------------===//

/// The largest |q - zero| of a type.
static int64_t getReach(UniformQuantizedType type) {
  return std::max(type.getStorageTypeMax() - type.getZeroPoint(),
                  type.getZeroPoint() - type.getStorageTypeMin());
}

AddParams integer::getAddParams(UniformQuantizedType lhs,
                                UniformQuantizedType rhs,
                                UniformQuantizedType output) {
  double lhsRatio = lhs.getScale() / output.getScale();
  double rhsRatio = rhs.getScale() / output.getScale();
  int64_t lhsReach = getReach(lhs), rhsReach = getReach(rhs);
  for (int shift = 30; shift > 0; --shift) {
    AddParams params{toFixedPoint(lhsRatio, shift, INT32_MAX),
                     toFixedPoint(rhsRatio, shift, INT32_MAX), shift};
    int64_t half = int64_t(1) << (shift - 1);
    if (lhsReach * params.lhs + rhsReach * params.rhs + half <= INT32_MAX)
      return params;
  }
  // With multipliers of this size any step of an operand saturates the result;
  // the limit keeps absurd ratios of scales inside 32 bits.
  auto limit = int32_t(INT32_MAX / (lhsReach + rhsReach));
  return {toFixedPoint(lhsRatio, 0, limit), toFixedPoint(rhsRatio, 0, limit),
          0};
}

std::array<int32_t, 256> integer::getSoftmaxTable(double scale) {
  std::array<int32_t, 256> table;
  for (int distance = 0; distance != 256; ++distance)
    table[distance] =
        toFixedPoint(std::exp(-scale * distance), 23, int32_t(1) << 23);
  return table;
}

//===----------------------------------------------------------------------===//
// Stored values
//===----------------------------------------------------------------------===//

int32_t integer::getStoredValue(float value, UniformQuantizedType type) {
  int32_t stored = kernels::quantize(value, float(type.getScale()),
                                     int32_t(type.getZeroPoint()));
  return std::clamp(stored, int32_t(type.getStorageTypeMin()),
                    int32_t(type.getStorageTypeMax()));
}

ClampRange integer::getClampRange(UniformQuantizedType type,
                                  std::optional<APFloat> clampMin,
                                  std::optional<APFloat> clampMax) {
  ClampRange range{int32_t(type.getStorageTypeMin()),
                   int32_t(type.getStorageTypeMax())};
  if (clampMin)
    range.lo = getStoredValue(clampMin->convertToFloat(), type);
  if (clampMax)
    range.hi = getStoredValue(clampMax->convertToFloat(), type);
  return range;
}
