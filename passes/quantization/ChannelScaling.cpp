//===- ChannelScaling.cpp - Scaling channels between layers ---------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ChannelScaling.h"

#include "WeightScales.h"
#include "WeightedLayer.h"

#include "edgecc/Quant/Ranges.h"
#include "edgecc/Reference/Interpreter.h"

#include <cmath>

using namespace mlir;
using namespace edgecc;
using namespace edgecc::quantization;
using edge::WeightedOpInterface;
using reference::Tensor;

//===----------------------------------------------------------------------===//
// Who takes a value
//===----------------------------------------------------------------------===//

static int64_t getChannels(Value value) {
  ArrayRef<int64_t> shape = cast<RankedTensorType>(value.getType()).getShape();
  return shape.empty() ? 1 : shape.back();
}

/// Whether an operation does the same to every channel, whatever its scale.
static bool keepsChannels(Operation *op) {
  if (op->getNumResults() != 1 ||
      getChannels(op->getOperand(0)) != getChannels(op->getResult(0)))
    return false;
  if (auto pad = dyn_cast<edge::PadOp>(op))
    return pad.getValue().isZero() && pad.getLow().back() == 0 &&
           pad.getHigh().back() == 0;
  auto clampable = dyn_cast<edge::ClampableOpInterface>(op);
  if (clampable && (clampable.getClampMin() || clampable.getClampMax()))
    return false;
  return isa<edge::MaxPoolOp, edge::AvgPoolOp, edge::ReshapeOp>(op);
}

std::optional<SmallVector<WeightedOpInterface>>
quantization::getScalableConsumers(Value value) {
  SmallVector<WeightedOpInterface> consumers;
  SmallVector<Value> pending{value};
  while (!pending.empty()) {
    for (OpOperand &use : pending.pop_back_val().getUses()) {
      Operation *user = use.getOwner();
      auto layer = dyn_cast<WeightedOpInterface>(user);
      if (layer && &layer.getDataOperand() == &use && hasConstantWeights(layer))
        consumers.push_back(layer);
      else if (!layer && keepsChannels(user))
        pending.push_back(user->getResult(0));
      else
        return std::nullopt;
    }
  }
  if (consumers.empty())
    return std::nullopt;
  return consumers;
}

void quantization::forgetRanges(Value value) {
  if (Operation *op = value.getDefiningOp()) {
    op->removeAttr(kRangesAttr);
    op->removeAttr(kExtentsAttr);
  }
  for (Operation *user : value.getUsers())
    if (!isa<WeightedOpInterface>(user) && keepsChannels(user))
      forgetRanges(user->getResult(0));
}

//===----------------------------------------------------------------------===//
// Weights
//===----------------------------------------------------------------------===//

namespace {
/// Which input channel each weight meets.
struct ChannelMap {
  size_t outputs, depth, channels, outputsPerGroup;

  explicit ChannelMap(WeightedOpInterface layer) {
    auto type =
        cast<RankedTensorType>(layer.getWeightsOperand().get().getType());
    outputs = size_t(type.getDimSize(0));
    depth = outputs ? size_t(type.getNumElements()) / outputs : 0;
    channels = size_t(type.getShape().back());
    outputsPerGroup =
        std::max<size_t>(1, outputs / size_t(layer.getWeightGroups()));
  }
  size_t getChannel(size_t output, size_t index) const {
    return output / outputsPerGroup * channels + index % channels;
  }
};
} // namespace

ChannelValues
quantization::getConsumerRanges(ArrayRef<WeightedOpInterface> layers,
                                bool relative) {
  ChannelValues ranges;
  for (WeightedOpInterface layer : layers) {
    ChannelMap map(layer);
    LayerParameters parameters = getParameters(layer);
    ArrayRef<float> weights =
        std::as_const(parameters.weights).getData<float>();
    ranges.resize(std::max(ranges.size(),
                           map.channels * size_t(layer.getWeightGroups())));
    for (size_t output = 0; output != map.outputs; ++output) {
      ArrayRef<float> row = weights.slice(output * map.depth, map.depth);
      double unit = relative ? getLargest(row) : 1.0;
      for (size_t i = 0; i != map.depth && unit > 0.0; ++i) {
        double &range = ranges[map.getChannel(output, i)];
        range = std::max(range, std::abs(double(row[i])) / unit);
      }
    }
  }
  return ranges;
}

bool quantization::areDepthwise(ArrayRef<WeightedOpInterface> layers) {
  return llvm::all_of(layers, [](WeightedOpInterface layer) {
    return ChannelMap(layer).channels == 1;
  });
}

static void replaceConstant(OpOperand &operand, const Tensor &tensor) {
  OpBuilder builder(operand.getOwner());
  operand.set(edge::createConstant(builder, operand.get().getLoc(),
                                   tensor.getType(), tensor.getRawData()));
}

void quantization::scaleInputs(WeightedOpInterface layer,
                               ArrayRef<double> factors) {
  ChannelMap map(layer);
  LayerParameters parameters = getParameters(layer);
  MutableArrayRef<float> weights = parameters.weights.getData<float>();
  for (size_t i = 0; i != weights.size(); ++i)
    weights[i] = float(weights[i] *
                       factors[map.getChannel(i / map.depth, i % map.depth)]);
  replaceConstant(layer.getWeightsOperand(), parameters.weights);
}

void quantization::divideOutputs(WeightedOpInterface layer,
                                 ArrayRef<double> factors) {
  LayerParameters parameters = getParameters(layer);
  for (Tensor *tensor : {&parameters.weights, &parameters.bias}) {
    MutableArrayRef<float> data = tensor->getData<float>();
    size_t row = data.size() / factors.size();
    for (size_t i = 0; i != data.size(); ++i)
      data[i] = float(data[i] / factors[i / row]);
  }
  replaceConstant(layer.getWeightsOperand(), parameters.weights);
  replaceConstant(layer.getBiasOperand(), parameters.bias);
}

//===----------------------------------------------------------------------===//
// Factors
//===----------------------------------------------------------------------===//

ChannelValues quantization::chooseFactors(ArrayRef<double> values,
                                          ArrayRef<double> weights,
                                          double strength) {
  // What is weaker than this against the strongest hardly matters, and what
  // was seen of it says little of what it can become.
  constexpr double kFloor = 1.0 / 64.0, kMost = 32.0;
  double largest = *llvm::max_element(values);
  double heaviest = *llvm::max_element(weights);
  if (!(largest > 0.0) || !(heaviest > 0.0) || !std::isfinite(largest) ||
      !std::isfinite(heaviest))
    return ChannelValues(values.size(), 1.0);
  ChannelValues logs(values.size(), 0.0);
  double sum = 0.0, alive = 0.0;
  auto isAlive = [&](size_t c) { return values[c] > 0.0 && weights[c] > 0.0; };
  for (size_t c = 0; c != values.size(); ++c) {
    double value = std::max(values[c] / largest, kFloor);
    double weight = std::max(weights[c] / heaviest, kFloor);
    logs[c] = strength * std::log(value) - (1.0 - strength) * std::log(weight);
    if (isAlive(c)) {
      sum += logs[c];
      alive += 1.0;
    }
  }
  for (size_t c = 0; c != values.size(); ++c) {
    double factor =
        isAlive(c) ? std::exp(logs[c] - sum / std::max(alive, 1.0)) : 1.0;
    logs[c] = std::clamp(factor, 1.0 / kMost, kMost);
  }
  return logs;
}

FailureOr<llvm::DenseMap<Value, ChannelValues>>
quantization::measureChannels(func::FuncOp func, SampleList samples,
                              ArrayRef<Value> values) {
  llvm::DenseMap<Value, ChannelValues> ranges;
  for (Value value : values)
    ranges[value].resize(size_t(getChannels(value)));
  FailureOr<reference::Interpreter> interpreter =
      reference::Interpreter::create(func);
  if (failed(interpreter))
    return failure();
  auto observe = [&](Value value, const Tensor &tensor) {
    auto found = ranges.find(value);
    if (found == ranges.end())
      return;
    ChannelValues &range = found->second;
    for (auto [index, element] : llvm::enumerate(tensor.getData<float>())) {
      double &most = range[index % range.size()];
      most = std::max(most, std::abs(double(element)));
    }
  };
  for (const std::vector<Tensor> &sample : samples)
    if (failed(interpreter->run(sample, observe)))
      return failure();
  return ranges;
}
