//===- QuantizeWeighted.cpp - Convolution, fully connected ----------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "WeightScales.h"

#include "edgecc/Dialect/Edge/Edge.h"
#include "edgecc/Quant/IntegerParams.h"
#include "edgecc/Quant/Quantizer.h"
#include "edgecc/Quant/WeightGrid.h"

#include <cmath>

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;
using namespace edgecc::quantization;

namespace {
/// Weights and bias of a layer in integers, one output channel after the other.
struct QuantizedWeights {
  SmallVector<int8_t> weights;
  SmallVector<int32_t> bias;
  SmallVector<double> scales;
  /// No accumulator, at any time, is larger than this in magnitude.
  int64_t bound = 0;
};

/// What the scales of one layer have to fit together.
struct LayerScales {
  double input, output;
  /// What accumulators may reach, whatever the input is: those of int16
  /// activations have 64 bits.
  int64_t limit;
  /// Weights of four bits: how many share a multiplier.
  std::optional<int64_t> group;
};
} // namespace

/// Half of 32 bits, so that bias and products each have their half.
static constexpr double kMaxBias = 0x1p30;

/// A requantization factor below this would be rounded visibly, because
/// multipliers have 31 fractional bits. Weights of a channel that is so much
/// weaker than its result's steps can be coarse.
static constexpr double kMinFactor = 0x1p-22;

/// Kernels add bias - zero * sum(w) and the products of stored values, in any
/// order: |zero| and the stored values are each at most 128.
static constexpr int64_t kReach = 256;

/// The first channel whose weights are not integers times a scale.
static std::optional<size_t> findOffGrid(ArrayRef<float> weights,
                                         size_t channels) {
  size_t perChannel = channels ? weights.size() / channels : 0;
  for (size_t channel = 0; channel != channels; ++channel) {
    ArrayRef<float> slice = weights.slice(channel * perChannel, perChannel);
    float largest = getLargest(slice);
    if (largest != 0.0f && !findGrid(slice, largest))
      return channel;
  }
  return std::nullopt;
}

/// A lower bound of a channel's scale: coarse enough for the bias to fit and
/// for the factor to be exact. A channel of zeros thus gets a scale that does
/// no harm to the others.
static double getCoarsestBound(float bias, const LayerScales &scales) {
  return std::max(std::abs(double(bias)) / (scales.input * kMaxBias),
                  kMinFactor * scales.output / scales.input);
}

/// The grid of four bits that weights are on already, if its scale is not too
/// fine.
static std::optional<WeightGrid> findDigits(ArrayRef<float> weights,
                                            int64_t group, double minScale) {
  float largest = getLargest(weights);
  std::optional<float> scale =
      largest != 0.0f ? findGrid(weights, largest) : std::nullopt;
  if (!scale || *scale < minScale)
    return std::nullopt;
  SmallVector<int8_t> stored;
  for (float weight : weights)
    stored.push_back(int8_t(std::nearbyint(double(weight) / *scale)));
  WeightGrid grid{*scale,
                  {},
                  kLowestDigit,
                  kHighestDigit,
                  group > 0 ? group : int64_t(weights.size())};
  std::optional<SmallVector<int>> multipliers =
      findMultipliers(stored, grid.group);
  if (!multipliers)
    return std::nullopt;
  grid.multipliers = *multipliers;
  return grid;
}

/// The grid of one output channel: as fine as its largest weight allows, or the
/// one that its weights are on already.
static WeightGrid chooseGrid(ArrayRef<float> weights, float bias,
                             const LayerScales &scales) {
  double minScale = getCoarsestBound(bias, scales);
  if (scales.group) {
    std::optional<WeightGrid> grid =
        findDigits(weights, *scales.group, minScale);
    return grid ? *grid
                : chooseWeightGrid(weights, Precision::S8W4, *scales.group,
                                   minScale);
  }
  WeightGrid grid;
  grid.scale = roundUp(std::max(getFinestScale(weights), minScale));
  grid.multipliers = {1};
  grid.group = std::max<int64_t>(weights.size(), 1);
  return grid;
}

/// Appends a channel on a given grid and returns the bound of its accumulator.
static int64_t appendChannel(QuantizedWeights &result, ArrayRef<float> weights,
                             float bias, const WeightGrid &grid,
                             double inputScale) {
  int64_t sum = 0;
  for (auto [index, weight] : llvm::enumerate(weights)) {
    int stored = snap(grid, index, weight);
    sum += std::abs(stored);
    result.weights.push_back(int8_t(stored));
  }
  double units = std::nearbyint(double(bias) / (inputScale * grid.scale));
  result.bias.push_back(int32_t(std::clamp(units, -kMaxBias, kMaxBias)));
  result.scales.push_back(grid.scale);
  return sum * kReach + std::abs(int64_t(result.bias.back()));
}

static void dropChannel(QuantizedWeights &result, size_t numWeights) {
  result.weights.pop_back_n(numWeights);
  result.bias.pop_back();
  result.scales.pop_back();
}

/// Quantizes a channel so that its accumulator provably fits 32 bits. If the
/// largest weight does not allow that, the scale is raised with a warning.
static void quantizeChannel(Operation *op, QuantizedWeights &result,
                            ArrayRef<float> weights, float bias,
                            const LayerScales &scales) {
  WeightGrid grid = chooseGrid(weights, bias, scales);
  int64_t bound = appendChannel(result, weights, bias, grid, scales.input);
  if (bound > scales.limit)
    op->emitWarning() << "'" << getLayerName(op) << "', channel "
                      << result.scales.size() - 1 << ": " << weights.size()
                      << " weights could overflow a 32-bit accumulator; they "
                         "are rounded more coarsely";
  while (bound > scales.limit) {
    dropChannel(result, weights.size());
    grid.scale *= 2.0;
    bound = appendChannel(result, weights, bias, grid, scales.input);
  }
  result.bound = std::max(result.bound, bound);
}

static QuantizedWeights quantizeChannels(Operation *op, ArrayRef<float> weights,
                                         ArrayRef<float> bias,
                                         const LayerScales &scales) {
  QuantizedWeights result;
  size_t perChannel = bias.empty() ? 0 : weights.size() / bias.size();
  for (size_t channel = 0; channel != bias.size(); ++channel)
    quantizeChannel(op, result, weights.slice(channel * perChannel, perChannel),
                    bias[channel], scales);
  return result;
}

static RankedTensorType getPerChannelType(Value real, Type storage,
                                          ArrayRef<double> scales, int64_t min,
                                          int64_t max) {
  SmallVector<int64_t> zeros(scales.size(), 0);
  return withElementType(
      real.getType(), quant::UniformQuantizedPerAxisType::get(
                          quant::QuantizationFlags::Signed, storage,
                          getElementTypeOrSelf(real.getType()), scales, zeros,
                          /*quantizedDimension=*/0, min, max));
}

/// Whether kernels can unpack the weights of a layer. Those of depthwise
/// convolutions are too few in a row to gain.
static bool canBePacked(Operation *op) {
  auto conv = dyn_cast<ConvOp>(op);
  return !conv || conv.getGroups() == 1 ||
         cast<ShapedType>(conv.getInput().getType()).getShape().back() !=
             int64_t(conv.getGroups());
}

/// How many weights share a multiplier, if they are to have four bits.
static std::optional<int64_t> getRequestedGroup(Operation *op,
                                                const Quantizer &quantizer,
                                                int64_t rows, int64_t rowSize) {
  int64_t group = quantizer.getWeightGroup();
  if (quantizer.getPrecision() != Precision::S8W4 || !canBePacked(op) ||
      !isWorthPacking(rows, rowSize, group))
    return std::nullopt;
  return group;
}

/// Marks layers whose weights have four bits because that was asked for or
/// because they came so.
static void markWeightBits(Operation *op, const QuantizedWeights &weights,
                           bool wanted) {
  int64_t rows = weights.scales.size();
  if (!wanted || rows == 0 || !canBePacked(op))
    return;
  int64_t rowSize = weights.weights.size() / rows;
  std::optional<int64_t> group = findWeightGroup(weights.weights, rowSize);
  if (group && isWorthPacking(rows, rowSize, *group))
    op->setAttr(kWeightBitsAttr,
                Builder(op->getContext()).getI64IntegerAttr(4));
}

/// Convolution and fully connected layers differ in nothing that matters here:
/// operands are input, weights and bias, and outputs are the weights' axis 0.
static LogicalResult quantizeWeighted(Operation *op, Quantizer &quantizer) {
  Value input = op->getOperand(0), weights = op->getOperand(1),
        bias = op->getOperand(2);
  std::optional<reference::Tensor> weightData = getConstantTensor(weights);
  std::optional<reference::Tensor> biasData = getConstantTensor(bias);
  if (!weightData || !biasData)
    return keepFloat(op, "its weights or bias are computed");
  if (!isFinite(weightData->getData<float>()) ||
      !isFinite(biasData->getData<float>()))
    return keepFloat(op, "its weights or bias are not all finite");

  if (quantizer.getWeightRule() == WeightRule::OnGridOnly)
    if (std::optional<size_t> channel = findOffGrid(
            weightData->getData<float>(), biasData->getNumElements()))
      return keepFloat(op, "the weights of channel " + Twine(*channel) +
                               " are not integers from -127 to 127 times a "
                               "scale (symmetric int8)");

  quant::UniformQuantizedType outputType = quantizer.getType(op->getResult(0));
  bool isWide = integer::isWide(outputType);
  int64_t rows = biasData->getNumElements();
  LayerScales scales{
      quantizer.getType(input).getScale(), outputType.getScale(),
      isWide ? INT64_MAX : INT32_MAX,
      getRequestedGroup(op, quantizer, rows,
                        rows ? weightData->getNumElements() / rows : 0)};
  QuantizedWeights result = quantizeChannels(
      op, weightData->getData<float>(), biasData->getData<float>(), scales);

  Builder types(op->getContext());
  RankedTensorType weightType =
      getPerChannelType(weights, types.getI8Type(), result.scales, -127, 127);
  SmallVector<double> biasScales, factors;
  for (double scale : result.scales) {
    biasScales.push_back(scales.input * scale);
    factors.push_back(scales.input * scale / scales.output);
  }
  // Accumulators of int8 are shifted left before they are multiplied.
  int shift = isWide ? 0 : integer::getRequantization(factors).shift;
  if (!isWide && result.bound > (int64_t(INT32_MAX) >> shift))
    return keepFloat(op, "its results are so small against its weights that "
                         "accumulators would overflow 32 bits");

  markWeightBits(op, result,
                 scales.group ||
                     quantizer.getWeightRule() == WeightRule::OnGridOnly);
  OpBuilder &builder = quantizer.getBuilder();
  builder.setInsertionPoint(op);
  Value newWeights = createConstant<int8_t>(builder, weights.getLoc(),
                                            weightType, result.weights);
  Value newBias = createConstant<int32_t>(
      builder, bias.getLoc(),
      getPerChannelType(bias, types.getI32Type(), biasScales, INT32_MIN,
                        INT32_MAX),
      result.bias);
  quantizer.replaceWithQuantized(
      op, {quantizer.quantize(input), newWeights, newBias}, outputType);
  return success();
}

LogicalResult ConvOp::quantize(Quantizer &quantizer) {
  if (cast<RankedTensorType>(getInput().getType()).getRank() > 4)
    return keepFloat(*this, "no integer kernel for more than two spatial axes");
  return quantizeWeighted(*this, quantizer);
}

LogicalResult FullyConnectedOp::quantize(Quantizer &quantizer) {
  return quantizeWeighted(*this, quantizer);
}
