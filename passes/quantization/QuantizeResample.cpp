//===- QuantizeResample.cpp - Interpolation in integers -------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Dialect/Edge/Edge.h"
#include "edgecc/Quant/IntegerParams.h"
#include "edgecc/Quant/Quantizer.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;
using namespace edgecc::quantization;

/// Weights are stored in steps of 2^-14.
static constexpr double kWeightScale = 1.0 / 16384.0;

/// Whether every result lies between the largest and the smallest of its taps.
static bool isConvex(const reference::Tensor &weights) {
  ArrayRef<float> data = weights.getData<float>();
  int64_t taps = weights.getDim(0), positions = weights.getDim(1);
  for (int64_t position = 0; position != positions; ++position) {
    double sum = 0;
    for (int64_t tap = 0; tap != taps; ++tap) {
      float weight = data[tap * positions + position];
      if (!(weight >= 0))
        return false;
      sum += weight;
    }
    if (std::abs(sum - 1.0) > kWeightScale)
      return false;
  }
  return true;
}

/// Linear interpolation stays inside of the input's range: it costs no
/// requantization, and copies what it copies exactly.
SmallVector<Value> ResampleOp::getSameTypeOperands() {
  std::optional<reference::Tensor> weights = getConstantTensor(getWeights());
  if (weights && weights->getElementType().isF32() && isConvex(*weights))
    return {getInput()};
  return {};
}

/// The weights as i16. Nothing if one is too large.
static std::optional<SmallVector<int16_t>>
roundWeights(const reference::Tensor &weights) {
  SmallVector<int16_t> stored;
  for (float weight : weights.getData<float>()) {
    double rounded = std::round(double(weight) / kWeightScale);
    if (!(std::abs(rounded) <= INT16_MAX))
      return std::nullopt;
    stored.push_back(int16_t(rounded));
  }
  return stored;
}

/// The largest sum over taps of |weight|.
static int64_t getReach(ArrayRef<int16_t> weights, int64_t positions) {
  SmallVector<int64_t> sums(positions, 0);
  for (auto [index, weight] : llvm::enumerate(weights))
    sums[index % positions] += std::abs(int64_t(weight));
  return sums.empty() ? 0 : *llvm::max_element(sums);
}

LogicalResult ResampleOp::quantize(Quantizer &quantizer) {
  std::optional<reference::Tensor> weights = getConstantTensor(getWeights());
  if (!weights)
    return keepFloat(*this, "its weights are computed");
  std::optional<SmallVector<int16_t>> stored = roundWeights(*weights);
  if (!stored)
    return keepFloat(*this, "its weights are not within -2..2");

  OpBuilder &builder = quantizer.getBuilder();
  auto weightType = quant::UniformQuantizedType::get(
      quant::QuantizationFlags::Signed, builder.getI16Type(),
      builder.getF32Type(), kWeightScale, 0, INT16_MIN, INT16_MAX);
  quant::UniformQuantizedType output = quantizer.getType(getResult());
  quant::UniformQuantizedType input =
      getSameTypeOperands().empty() ? quantizer.getType(getInput()) : output;
  int64_t reach = getReach(*stored, weights->getDim(1)) * 255;
  int shift = integer::getMulRequantization(input, weightType, output).shift;
  if (!integer::isWide(output) && reach > (INT32_MAX >> shift))
    return keepFloat(*this, "its sums would overflow 32 bits");

  builder.setInsertionPoint(*this);
  Value constant = createConstant<int16_t>(
      builder, getLoc(), withElementType(weights->getType(), weightType),
      *stored);
  quantizer.replaceWithQuantized(
      *this, {quantizer.quantizeAs(getInput(), input), constant}, output);
  return success();
}
