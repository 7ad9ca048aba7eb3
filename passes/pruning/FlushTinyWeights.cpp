//===- FlushTinyWeights.cpp - Weights that no sum shows become zero -------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Channels.h"

#include "edgecc/Passes/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <cmath>

namespace edgecc {
#define GEN_PASS_DEF_FLUSHTINYWEIGHTS
#include "edgecc/Passes/Passes.h.inc"
} // namespace edgecc

using namespace mlir;
using namespace edgecc;
using namespace edgecc::pruning;
using edge::ChannelOpInterface;
using edge::WeightedOpInterface;
using reference::Tensor;

/// A number for each channel, relative to others of its tensor.
using Shares = SmallVector<double>;

static bool isFloatLayer(Operation *op) {
  return isWeightedLayer(op) &&
         isFloat(
             cast<WeightedOpInterface>(op).getWeightsOperand().get().getType());
}

static double getLargest(ArrayRef<float> weights) {
  double largest = 0;
  for (float weight : weights)
    largest = std::max(largest, double(std::fabs(weight)));
  return largest;
}

/// Whether channels of the result are as large as those of the operands that
/// they come from.
static bool keepsScale(Operation *op) {
  auto map = dyn_cast<edge::MapOp>(op);
  if (!map)
    return isa<edge::MaxPoolOp, edge::AvgPoolOp, edge::ReshapeOp, edge::PadOp,
               edge::ConcatOp, edge::SliceOp, edge::ResampleOp>(op);
  return llvm::all_of(map.getBody().front(), [](Operation &scalar) {
    return isa<arith::AddFOp, arith::SubFOp, arith::MaximumFOp,
               arith::MinimumFOp, arith::ConstantOp, edge::YieldOp>(scalar);
  });
}

namespace {
/// How large channels are, and how far they reach: what the layers behind
/// multiply them with. Both are taken from weights and only compared within a
/// tensor.
class ScaleAnalysis {
public:
  /// Operands first.
  void findSize(Operation &op);
  /// Users first.
  void findReach(Value value);

  Shares getSize(Value value) const {
    auto known = size.find(value);
    return known == size.end() ? Shares(countChannels(value), 1.0)
                               : known->second;
  }
  const Shares &getReach(Value value) const {
    return reach.find(value)->second;
  }

private:
  Shares getReachThrough(OpOperand &use) const;

  llvm::DenseMap<Value, Shares> size, reach;
};
} // namespace

/// Calls `function` with the index of each weight that is not zero, of its
/// output and of its input channel.
static void
forEachWeight(WeightedOpInterface layer, const Tensor &weights,
              llvm::function_ref<void(size_t, size_t, size_t)> function) {
  size_t outputs = weights.getDim(0);
  size_t perFilter = weights.getNumElements() / outputs;
  size_t taken = weights.getShape().back(); // input channels per group
  size_t perGroup = outputs / layer.getWeightGroups();
  for (auto [index, weight] : llvm::enumerate(weights.getData<float>())) {
    size_t output = index / perFilter;
    if (weight != 0)
      function(index, output, output / perGroup * taken + index % taken);
  }
}

void ScaleAnalysis::findSize(Operation &op) {
  if (isFloatLayer(&op)) {
    auto layer = cast<WeightedOpInterface>(op);
    const Tensor weights =
        *edge::getConstantTensor(layer.getWeightsOperand().get());
    const Tensor bias = *edge::getConstantTensor(layer.getBiasOperand().get());
    ArrayRef<float> values = weights.getData<float>();
    Shares input = getSize(layer.getDataOperand().get());
    Shares &result = size[op.getResult(0)];
    for (float value : bias.getData<float>())
      result.push_back(std::fabs(value));
    forEachWeight(layer, weights, [&](size_t index, size_t out, size_t in) {
      result[out] = std::max(result[out], std::fabs(values[index]) * input[in]);
    });
    return;
  }
  auto channelOp = dyn_cast<ChannelOpInterface>(op);
  if (!channelOp || !keepsScale(&op))
    return;
  Shares result(countChannels(op.getResult(0)));
  for (OpOperand &operand : op.getOpOperands()) {
    Shares input = getSize(operand.get());
    SmallVector<int64_t> sources =
        channelOp.getChannelSources(operand.getOperandNumber());
    if (sources.empty()) // one channel for all, or a constant
      sources.assign(result.size(), 0);
    for (auto [largest, source] : llvm::zip_equal(result, sources))
      if (source != -1)
        largest = std::max(largest, input[source]);
  }
  size[op.getResult(0)] = std::move(result);
}

Shares ScaleAnalysis::getReachThrough(OpOperand &use) const {
  Operation *user = use.getOwner();
  auto channels = size_t(countChannels(use.get()));
  Shares everything(channels, 1.0), through(channels);
  auto op = dyn_cast<ChannelOpInterface>(user);
  if (!op || !(isFloatLayer(user) || keepsScale(user)))
    return everything;
  SmallVector<int64_t> sources = op.getChannelSources(use.getOperandNumber());
  if (isFloatLayer(user)) {
    auto layer = cast<WeightedOpInterface>(user);
    if (&use != &layer.getDataOperand())
      return everything;
    const Tensor weights =
        *edge::getConstantTensor(layer.getWeightsOperand().get());
    ArrayRef<float> values = weights.getData<float>();
    double largest = std::max(getLargest(values), 1e-300);
    // A sum over all channels is where they are compared; a depthwise
    // convolution passes them on.
    Shares behind = sources.empty() ? Shares(weights.getDim(0), 1.0)
                                    : getReach(user->getResult(0));
    forEachWeight(layer, weights, [&](size_t index, size_t out, size_t in) {
      through[in] = std::max(through[in],
                             std::fabs(values[index]) / largest * behind[out]);
    });
    return through;
  }
  if (sources.empty())
    return everything;
  for (auto [source, behind] :
       llvm::zip_equal(sources, getReach(user->getResult(0))))
    if (source != -1)
      through[source] = std::max(through[source], behind);
  return through;
}

void ScaleAnalysis::findReach(Value value) {
  Shares furthest(countChannels(value));
  for (OpOperand &use : value.getUses())
    for (auto [share, through] :
         llvm::zip_equal(furthest, getReachThrough(use)))
      share = std::max(share, through);
  reach[value] = std::move(furthest);
}

/// The weights of a layer with zeros for what counts less than `least` of what
/// counts most; nothing where they stay.
static std::optional<Tensor>
flush(WeightedOpInterface layer, const ScaleAnalysis &analysis, double least) {
  Tensor weights = *edge::getConstantTensor(layer.getWeightsOperand().get());
  ArrayRef<float> values = std::as_const(weights).getData<float>();
  Shares size = analysis.getSize(layer.getDataOperand().get());
  const Shares &reach = analysis.getReach(layer->getResult(0));
  std::vector<double> counts(values.size());
  double most = 0;
  forEachWeight(layer, weights, [&](size_t index, size_t out, size_t in) {
    counts[index] = std::fabs(double(values[index])) * size[in] * reach[out];
    most = std::max(most, counts[index]);
  });
  SmallVector<size_t> tiny;
  for (auto [index, value] : llvm::enumerate(values))
    if (value != 0 && counts[index] < least * most)
      tiny.push_back(index);
  if (tiny.empty())
    return std::nullopt;
  MutableArrayRef<float> written = weights.getData<float>();
  for (size_t index : tiny)
    written[index] = 0;
  return weights;
}

namespace {
struct FlushTinyWeights : edgecc::impl::FlushTinyWeightsBase<FlushTinyWeights> {
  using FlushTinyWeightsBase::FlushTinyWeightsBase;

  void runOnOperation() override {
    func::FuncOp func = getOperation();
    if (func.isExternal())
      return;
    ScaleAnalysis analysis;
    SmallVector<WeightedOpInterface> layers;
    for (Operation &op : func.getBody().front()) {
      analysis.findSize(op);
      if (isFloatLayer(&op))
        layers.push_back(cast<WeightedOpInterface>(op));
    }
    for (Operation &op : llvm::reverse(func.getBody().front()))
      for (Value result : op.getResults())
        if (isa<RankedTensorType>(result.getType()))
          analysis.findReach(result);
    for (WeightedOpInterface layer : layers)
      flushLayer(layer, analysis);
  }

  void flushLayer(WeightedOpInterface layer, const ScaleAnalysis &analysis) {
    std::optional<Tensor> flushed =
        flush(layer, analysis, std::ldexp(1.0, int(-bits)));
    if (!flushed)
      return;
    OpOperand &weights = layer.getWeightsOperand();
    Operation *old = weights.get().getDefiningOp();
    OpBuilder builder(layer);
    weights.set(createConstant(builder, weights.get().getLoc(), *flushed));
    if (old->use_empty())
      old->erase();
  }
};
} // namespace
