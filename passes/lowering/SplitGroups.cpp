//===- SplitGroups.cpp - Grouped convolutions, group by group -------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../pruning/Channels.h"

#include "edgecc/Backend/KernelRegistry.h"
#include "edgecc/Passes/Passes.h"
#include "edgecc/Quant/WeightGrid.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/Support/MathExtras.h"

namespace edgecc {
#define GEN_PASS_DEF_SPLITGROUPS
#include "edgecc/Passes/Passes.h.inc"
} // namespace edgecc

using namespace mlir;
using namespace edgecc;
using edge::ConvOp;
using reference::Tensor;

namespace {

/// Every part is a call with code of its own.
constexpr int64_t kMostParts = 16;

/// A grouped convolution as it is to be cut.
struct Groups {
  ConvOp conv;
  int64_t count, inputs, outputs;
  /// How many of them become one convolution.
  int64_t merged = 1;

  explicit Groups(ConvOp conv)
      : conv(conv), count(int64_t(conv.getGroups())),
        inputs(pruning::countChannels(conv.getFilter())),
        outputs(pruning::countChannels(conv.getResult()) / count) {}
};

/// Outputs that kernels of a target compute at once whatever it takes, so that
/// groups of fewer are merged for nothing.
int64_t getLanes(const llvm::StringSet<> &features) {
  constexpr std::pair<StringLiteral, int64_t> kLanes[] = {
      {"avx512f", 16}, {"avx2", 8}, {"neon", 4}, {"mve", 4}};
  for (auto [feature, lanes] : kLanes)
    if (features.contains(feature))
      return lanes;
  return 1;
}

/// Whether the target has a kernel that knows what it can do.
bool hasFastKernel(Operation *op, const llvm::StringSet<> &features) {
  SmallVector<const Kernel *> candidates =
      KernelRegistry::get().getCandidates(op, features);
  return !candidates.empty() && !candidates.front()->features.empty();
}

/// Rewrites one convolution. What it makes is erased again if it is not better.
class Splitter {
public:
  Splitter(Groups groups, const llvm::StringSet<> &features)
      : groups(groups), conv(groups.conv), features(features), builder(conv) {}

  void run() {
    if (groups.inputs == 1)
      repeatInput();
    else
      split();
  }

private:
  /// Several outputs for each channel: a depthwise convolution of an image that
  /// has each of them so many times.
  void repeatInput() {
    int64_t channels = groups.count * groups.outputs;
    Tensor sources(RankedTensorType::get({channels}, builder.getI32Type()));
    for (int64_t i = 0; i != channels; ++i)
      sources.getData<int32_t>()[size_t(i)] = int32_t(i / groups.outputs);
    Location loc = makeLocation("repeat");
    Value indices = pruning::createConstant(builder, loc, sources);
    auto repeated = builder.create<edge::GatherOp>(
        loc, withChannels(conv.getInput(), channels), conv.getInput(), indices,
        getChannelAxis());
    auto depthwise = cast<ConvOp>(builder.clone(*conv));
    depthwise.getInputMutable().assign(repeated);
    depthwise.setGroups(channels);
    if (!hasFastKernel(depthwise, features))
      return eraseWithInputs(depthwise);
    conv.replaceAllUsesWith(depthwise.getResult());
    conv.erase();
  }

  void split() {
    SmallVector<Value> parts;
    for (int64_t first = 0; first < groups.count; first += groups.merged) {
      ConvOp part = createPart(
          first, std::min(groups.merged, groups.count - first), parts.size());
      // The first shows whether it pays.
      if (parts.empty() && !hasFastKernel(part, features))
        return eraseWithInputs(part);
      parts.push_back(part.getResult());
    }
    conv.replaceAllUsesWith(builder.createOrFold<edge::ConcatOp>(
        conv.getLoc(), conv.getType(), parts, getChannelAxis()));
    conv.erase();
  }

  /// `count` groups from `first` on.
  ConvOp createPart(int64_t first, int64_t count, size_t number) {
    Location loc = makeLocation("group" + Twine(number));
    SmallVector<int64_t> outputs = llvm::to_vector(
        llvm::seq(first * groups.outputs, (first + count) * groups.outputs));
    Value weights =
        pruning::sliceConstant(builder, conv.getFilter(), 0, outputs);
    if (count > 1)
      weights = spreadWeights(weights, count);
    Value bias = pruning::sliceConstant(builder, conv.getBias(), 0, outputs);
    Value input = sliceInput(loc, first * groups.inputs, count * groups.inputs);
    auto part = cast<ConvOp>(builder.clone(*conv));
    part->setLoc(loc);
    part->setOperands({input, weights, bias});
    part.setGroups(1);
    part.getResult().setType(
        withChannels(conv.getResult(), int64_t(outputs.size())));
    return part;
  }

  /// Weights of several groups for all of their inputs: zero where an output is
  /// of another group.
  Value spreadWeights(Value weights, int64_t count) {
    Tensor narrow = *edge::getConstantTensor(weights);
    SmallVector<int64_t> shape(narrow.getShape());
    shape.back() *= count;
    Tensor wide(RankedTensorType::get(shape, narrow.getElementType()));
    int64_t pixel =
                groups.inputs *
                int64_t(reference::getElementBytes(narrow.getElementType())),
            pixels = narrow.getNumElements() / groups.inputs,
            perGroup = pixels / count;
    ArrayRef<char> from = narrow.getRawData();
    MutableArrayRef<char> to = wide.getRawData();
    for (int64_t i = 0; i != pixels; ++i)
      llvm::copy(from.slice(i * pixel, pixel),
                 to.begin() + (i * count + i / perGroup) * pixel);
    Value constant = pruning::createConstant(builder, weights.getLoc(), wide);
    weights.getDefiningOp()->erase();
    return constant;
  }

  Value sliceInput(Location loc, int64_t first, int64_t count) {
    auto type = cast<RankedTensorType>(conv.getInput().getType());
    SmallVector<int64_t> starts(type.getRank(), 0), sizes(type.getShape()),
        steps(type.getRank(), 1);
    starts.back() = first;
    sizes.back() = count;
    return builder.createOrFold<edge::SliceOp>(
        loc, type.clone(sizes), conv.getInput(), starts, sizes, steps);
  }

  /// Erases an operation and what nothing else uses in front of it.
  static void eraseWithInputs(Operation *op) {
    SmallVector<Value> operands(op->getOperands());
    op->erase();
    for (Value operand : operands)
      if (Operation *producer = operand.getDefiningOp();
          producer && producer->use_empty())
        eraseWithInputs(producer);
  }

  Location makeLocation(const Twine &part) {
    std::string name = edge::getLayerName(conv) + "/" + part.str();
    return NameLoc::get(builder.getStringAttr(name), conv.getLoc());
  }
  int64_t getChannelAxis() {
    return cast<RankedTensorType>(conv.getType()).getRank() - 1;
  }
  static RankedTensorType withChannels(Value value, int64_t channels) {
    auto type = cast<RankedTensorType>(value.getType());
    SmallVector<int64_t> shape(type.getShape());
    shape.back() = channels;
    return type.clone(shape);
  }

  Groups groups;
  ConvOp conv;
  const llvm::StringSet<> &features;
  OpBuilder builder;
};

/// How many groups to merge, or nothing if the convolution stays as it is.
std::optional<Groups> chooseGroups(ConvOp conv,
                                   const llvm::StringSet<> &features) {
  Groups groups(conv);
  if (groups.count == 1 || conv.isDepthwise() || conv->hasAttr(kSmallLayer) ||
      !edge::getConstantTensor(conv.getFilter()) ||
      !edge::getConstantTensor(conv.getBias()) || hasFastKernel(conv, features))
    return std::nullopt;
  if (groups.inputs == 1)
    return groups;
  int64_t lanes = std::max(getLanes(features) / groups.outputs, int64_t(1)),
          least = llvm::divideCeil(groups.count, kMostParts);
  // Weights of four bits share steps within a row, which would become longer.
  if (conv->hasAttr(quantization::kWeightBitsAttr))
    lanes = 1;
  // Zeros that have to be multiplied with may be as many as products.
  if (least > 2 * lanes)
    return std::nullopt;
  groups.merged = std::max(lanes, least);
  return groups;
}

struct SplitGroups : edgecc::impl::SplitGroupsBase<SplitGroups> {
  using SplitGroupsBase::SplitGroupsBase;

  void runOnOperation() override {
    llvm::StringSet<> featureSet;
    for (const std::string &feature : features)
      featureSet.insert(feature);
    SmallVector<Groups> found;
    getOperation().walk([&](ConvOp conv) {
      if (auto groups = chooseGroups(conv, featureSet))
        found.push_back(*groups);
    });
    for (const Groups &groups : found)
      Splitter(groups, featureSet).run();
  }
};

} // namespace
