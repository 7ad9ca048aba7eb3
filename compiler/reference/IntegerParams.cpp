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
/// Whether all factors, shifted, fit 32 bits and leave no product outside
/// of 64.
static bool fitsWide(ArrayRef<double> factors, ArrayRef<int64_t> bounds,
                     int shift) {
  int64_t half = shift > 0 ? int64_t(1) << (shift - 1) : 0;
  for (auto [factor, bound] : llvm::zip_equal(factors, bounds)) {
    double multiplier = std::round(std::ldexp(factor, shift));
    if (multiplier > double(INT32_MAX) ||
        (bound > 0 && int64_t(multiplier) > (INT64_MAX - half) / bound))
      return false;
  }
  return true;
}

WideRequantization integer::getWideRequantization(ArrayRef<double> factors,
                                                  ArrayRef<int64_t> bounds) {
  WideRequantization result;
  result.shift = 62;
  while (result.shift > 0 && !fitsWide(factors, bounds, result.shift))
    --result.shift;
  // Without a shift, factors of this size saturate any result but zero.
  for (auto [factor, bound] : llvm::zip_equal(factors, bounds)) {
    auto limit = int32_t(std::min<int64_t>(
        INT32_MAX, bound > 0 ? INT64_MAX / bound : INT32_MAX));
    result.multipliers.push_back(toFixedPoint(factor, result.shift, limit));
  }
  return result;
}

static SmallVector<double> getChannelScales(RankedTensorType weights) {
  Type type = weights.getElementType();
  if (auto perAxis = dyn_cast<UniformQuantizedPerAxisType>(type))
    return SmallVector<double>(perAxis.getScales());
  return SmallVector<double>(weights.getDimSize(0),
                             cast<UniformQuantizedType>(type).getScale());
}

/// s_in * s_w[o] / s_out.
static SmallVector<double> getWeightedFactors(RankedTensorType input,
                                              RankedTensorType weights,
                                              RankedTensorType output) {
  double ratio = edge::getUniformType(input).getScale() /
                 edge::getUniformType(output).getScale();
  SmallVector<double> factors = getChannelScales(weights);
  for (double &factor : factors)
    factor *= ratio;
  return factors;
}

Requantization integer::getWeightedRequantization(RankedTensorType input,
                                                  RankedTensorType weights,
                                                  RankedTensorType output) {
  return getRequantization(getWeightedFactors(input, weights, output));
}

bool WideSums::fitInt32() const {
  return llvm::all_of(products, [](int64_t sum) { return sum <= INT32_MAX; });
}

WideSums integer::getWideSums(ArrayRef<int32_t> bias,
                              ArrayRef<int8_t> weights) {
  WideSums sums;
  size_t row = bias.empty() ? 0 : weights.size() / bias.size();
  for (size_t channel = 0; channel != bias.size(); ++channel) {
    int64_t sum = 0;
    for (int8_t weight : weights.slice(channel * row, row))
      sum += std::abs(int32_t(weight));
    sums.products.push_back(sum * 32768);
    sums.withBias.push_back(sum * 32768 + std::abs(int64_t(bias[channel])));
  }
  return sums;
}

WideRequantization integer::getWideWeightedRequantization(
    RankedTensorType input, RankedTensorType weights, RankedTensorType output,
    const WideSums &sums) {
  return getWideRequantization(getWeightedFactors(input, weights, output),
                               sums.withBias);
}

Requantization integer::getMulRequantization(UniformQuantizedType lhs,
                                             UniformQuantizedType rhs,
                                             UniformQuantizedType output) {
  return getRequantization(
      {lhs.getScale() * rhs.getScale() / output.getScale()});
}

/// The largest |q - zero| of a type.
static int64_t getReach(UniformQuantizedType type) {
  return std::max(type.getStorageTypeMax() - type.getZeroPoint(),
                  type.getZeroPoint() - type.getStorageTypeMin());
}

WideRequantization
integer::getWideMulRequantization(UniformQuantizedType lhs,
                                  UniformQuantizedType rhs,
                                  UniformQuantizedType output, int64_t depth) {
  return getWideRequantization(
      {lhs.getScale() * rhs.getScale() / output.getScale()},
      {depth * getReach(lhs) * getReach(rhs)});
}

WideRequantization integer::getWideRequantization(UniformQuantizedType input,
                                                  UniformQuantizedType output) {
  return getWideRequantization({input.getScale() / output.getScale()},
                               {getReach(input)});
}

Requantization integer::getRequantization(UniformQuantizedType input,
                                          UniformQuantizedType output) {
  return getRequantization({input.getScale() / output.getScale()});
}

/// s_in / (s_out * count).
static SmallVector<double> getAvgPoolFactors(UniformQuantizedType input,
                                             UniformQuantizedType output,
                                             int64_t maxCount) {
  double ratio = input.getScale() / output.getScale();
  SmallVector<double> factors;
  for (int64_t count = 1; count <= maxCount; ++count)
    factors.push_back(ratio / double(count));
  return factors;
}

Requantization integer::getAvgPoolRequantization(UniformQuantizedType input,
                                                 UniformQuantizedType output,
                                                 int64_t maxCount) {
  return getRequantization(getAvgPoolFactors(input, output, maxCount));
}

WideRequantization integer::getWideAvgPoolRequantization(
    UniformQuantizedType input, UniformQuantizedType output, int64_t maxCount) {
  SmallVector<int64_t> bounds(maxCount, maxCount * getReach(input));
  return getWideRequantization(getAvgPoolFactors(input, output, maxCount),
                               bounds);
}

Requantization integer::getPReluRequantization(UniformQuantizedType input,
                                               UniformQuantizedType slope,
                                               UniformQuantizedType output) {
  double ratio = input.getScale() / output.getScale();
  return getRequantization({ratio, ratio * slope.getScale()});
}

Requantization integer::getSumRequantization(UniformQuantizedType input,
                                             UniformQuantizedType output,
                                             int64_t divisor) {
  return getRequantization(
      {input.getScale() / (output.getScale() * double(divisor))});
}

WideRequantization
integer::getWidePReluRequantization(UniformQuantizedType input,
                                    UniformQuantizedType slope,
                                    UniformQuantizedType output) {
  double ratio = input.getScale() / output.getScale();
  return getWideRequantization(
      {ratio, ratio * slope.getScale()},
      {getReach(input), getReach(input) * getReach(slope)});
}

WideRequantization
integer::getWideSumRequantization(UniformQuantizedType input,
                                  UniformQuantizedType output, int64_t count,
                                  int64_t divisor) {
  return getWideRequantization(
      {input.getScale() / (output.getScale() * double(divisor))},
      {count * getReach(input)});
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

AddParams integer::getSubParams(UniformQuantizedType lhs,
                                UniformQuantizedType rhs,
                                UniformQuantizedType output) {
  AddParams params = getAddParams(lhs, rhs, output);
  params.rhs = -params.rhs;
  return params;
}

DivParams integer::getDivParams(UniformQuantizedType lhs,
                                UniformQuantizedType rhs,
                                UniformQuantizedType output) {
  double ratio = lhs.getScale() / (rhs.getScale() * output.getScale());
  bool wide = isWide(output);
  auto limit = wide ? INT32_MAX : int32_t((int64_t(1) << 30) / getReach(lhs));
  for (int shift = wide ? 46 : 30; shift > 0; --shift)
    if (std::round(std::ldexp(ratio, shift)) <= double(limit))
      return {toFixedPoint(ratio, shift, limit), shift};
  return {toFixedPoint(ratio, 0, limit), 0};
}

int64_t integer::getLargestNormGroup(UniformQuantizedType type) {
  return isWide(type) ? kLargestWideNormGroup : kLargestNormGroup;
}

LayerNormParams integer::getLayerNormParams(UniformQuantizedType input,
                                            UniformQuantizedType output,
                                            int64_t count, double epsilon,
                                            int64_t channels,
                                            ArrayRef<float> scale,
                                            ArrayRef<float> bias) {
  constexpr double kLargestEpsilon = 4611686018427387904.0; // 2^62
  LayerNormParams params;
  double steps = double(count) / input.getScale();
  params.epsilon =
      int64_t(std::min(std::round(epsilon * steps * steps), kLargestEpsilon));
  double largest = scale.empty() ? 1.0 : 0.0;
  for (float value : scale)
    largest = std::max(largest, std::abs(double(value)));
  for (params.shift = 30; params.shift > 0; --params.shift)
    if (std::round(std::ldexp(largest / output.getScale(), params.shift)) <=
        double(INT32_MAX))
      break;
  auto toSigned = [&](double value, int bits) {
    int32_t magnitude =
        toFixedPoint(std::abs(value) / output.getScale(), bits, INT32_MAX);
    return value < 0 ? -magnitude : magnitude;
  };
  int biasBits = isWide(output) ? kernels::NormBits<int16_t>::result
                                : kernels::NormBits<int8_t>::result;
  for (int64_t channel = 0; channel != channels; ++channel) {
    double factor = scale.empty() ? 1.0 : scale[channel];
    params.multipliers.push_back(toSigned(factor, params.shift));
    params.bias.push_back(bias.empty() ? 0 : toSigned(bias[channel], biasBits));
  }
  return params;
}

std::array<int32_t, 256> integer::getSoftmaxTable(double scale) {
  std::array<int32_t, 256> table;
  for (int distance = 0; distance != 256; ++distance)
    table[distance] =
        toFixedPoint(std::exp(-scale * distance), 23, int32_t(1) << 23);
  return table;
}

std::array<int32_t, 512> integer::getWideSoftmaxTable(double scale) {
  std::array<int32_t, 512> table;
  auto fine = llvm::copy(getSoftmaxTable(256 * scale), table.begin());
  llvm::copy(getSoftmaxTable(scale), fine);
  return table;
}

bool integer::isWide(UniformQuantizedType type) {
  return type.getStorageType().isInteger(16);
}

//===----------------------------------------------------------------------===//
// Stored values
//===----------------------------------------------------------------------===//

integer::StoredValues::StoredValues(UniformQuantizedType type)
    : scale(float(type.getScale())), zero(int32_t(type.getZeroPoint())),
      least(int32_t(type.getStorageTypeMin())),
      most(int32_t(type.getStorageTypeMax())), wide(isWide(type)) {}

int32_t integer::StoredValues::operator()(float value) const {
  int32_t stored = wide ? kernels::quantizeAs<int16_t>(value, scale, zero)
                        : kernels::quantizeAs<int8_t>(value, scale, zero);
  return std::clamp(stored, least, most);
}

int32_t integer::getStoredValue(float value, UniformQuantizedType type) {
  return StoredValues(type)(value);
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
