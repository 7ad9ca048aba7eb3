//===- FoldBatchNorm.cpp - Per-channel scales into weights ----------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MapAnalysis.h"

#include "edgecc/Passes/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

#include <cmath>
#include <limits>

namespace edgecc {
#define GEN_PASS_DEF_FOLDBATCHNORM
#include "edgecc/Passes/Passes.h.inc"
} // namespace edgecc

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;

/// data[c][...] * factors[c], with the channels along the first axis.
static ConstantOp scaleRows(OpBuilder &builder, Value constant,
                            ArrayRef<double> factors,
                            ArrayRef<double> offsets = {}) {
  reference::Tensor tensor = *getConstantTensor(constant);
  MutableArrayRef<float> data = tensor.getData<float>();
  size_t row = data.size() / factors.size();
  for (size_t i = 0; i != data.size(); ++i)
    data[i] = float(data[i] * factors[i / row] +
                    (offsets.empty() ? 0.0 : offsets[i / row]));
  return createConstant(builder, constant.getLoc(), tensor.getType(),
                        std::as_const(tensor).getRawData());
}

static bool isConstantF32(Value value) {
  return value.getDefiningOp<ConstantOp>() &&
         getElementTypeOrSelf(value.getType()).isF32() &&
         getConstantTensor(value);
}

static RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

static bool hasConstantWeights(WeightedOpInterface op) {
  return isConstantF32(op.getWeightsOperand().get()) &&
         isConstantF32(op.getBiasOperand().get());
}

static bool keepsChannels(ReshapeOp reshape) {
  ArrayRef<int64_t> from = typeOf(reshape.getInput()).getShape();
  ArrayRef<int64_t> to = typeOf(reshape).getShape();
  return !from.empty() && !to.empty() && from.back() == to.back();
}

/// Whether an affine function before `op` is the same one after it; `isUniform`
/// if it is the same in all channels.
static bool isPassed(Operation *op, bool isUniform) {
  auto reshape = dyn_cast<ReshapeOp>(op);
  return isUniform ? isa<ReshapeOp, TransposeOp>(op)
                   : reshape && keepsChannels(reshape);
}

/// The operation that computes `value` for nobody else, perhaps moved without
/// touching the channels (in any way if `isUniform`), and can still be scaled.
static WeightedOpInterface getScalableProducer(Value value,
                                               bool isUniform = false) {
  while (Operation *mover = value.getDefiningOp()) {
    if (!isPassed(mover, isUniform) || !mover->hasOneUse())
      break;
    value = mover->getOperand(0);
  }
  auto op = value.getDefiningOp<WeightedOpInterface>();
  if (!op || !op->hasOneUse() || !hasConstantWeights(op))
    return {};
  auto clampable = dyn_cast<ClampableOpInterface>(op.getOperation());
  if (clampable && (clampable.getClampMin() || clampable.getClampMax()))
    return {};
  return op;
}

/// The affine function of its one operand that is not constant.
static std::optional<ChannelAffine> matchAffineOfComputed(MapOp map) {
  std::optional<unsigned> computed;
  for (auto [index, input] : llvm::enumerate(map.getInputs())) {
    if (input.getDefiningOp<ConstantOp>())
      continue;
    if (computed)
      return std::nullopt;
    computed = index;
  }
  return computed ? matchChannelAffine(map, *computed) : std::nullopt;
}

static bool isUniform(const ChannelAffine &affine) {
  return llvm::all_equal(affine.scale) && llvm::all_equal(affine.offset);
}

static void setWeights(WeightedOpInterface op, Value weights, Value bias,
                       MapOp map, PatternRewriter &rewriter) {
  rewriter.modifyOpInPlace(op, [&] {
    op.getWeightsOperand().set(weights);
    op.getBiasOperand().set(bias);
    op->setLoc(rewriter.getFusedLoc({op->getLoc(), map.getLoc()}));
  });
}

/// Applies the affine function, per output or the same for all, to what `op`
/// computes.
static void scaleProducer(WeightedOpInterface op, ChannelAffine affine,
                          MapOp map, PatternRewriter &rewriter) {
  rewriter.setInsertionPoint(op);
  Value weights = op.getWeightsOperand().get();
  int64_t outputs = typeOf(weights).getDimSize(0);
  if (isUniform(affine)) {
    affine.scale.assign(outputs, affine.scale.front());
    affine.offset.assign(outputs, affine.offset.front());
  }
  if (llvm::any_of(affine.scale, [](double scale) { return scale != 1.0; }))
    weights = scaleRows(rewriter, weights, affine.scale);
  Value bias = scaleRows(rewriter, op.getBiasOperand().get(), affine.scale,
                         affine.offset);
  setWeights(op, weights, bias, map, rewriter);
}

namespace {
/// map(op(x, weights, bias)) with an affine map is op(x, weights', bias').
struct FoldAffineAfter : OpRewritePattern<MapOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(MapOp map,
                                PatternRewriter &rewriter) const override {
    std::optional<ChannelAffine> affine = matchAffineOfComputed(map);
    if (!affine)
      return failure();
    Value input = map.getInputs()[affine->operand];
    WeightedOpInterface op = getScalableProducer(input, isUniform(*affine));
    if (!op)
      return failure();
    scaleProducer(op, *affine, map, rewriter);
    rewriter.replaceOp(map, input);
    return success();
  }
};

/// A product of two computed matrices times a number, as in attention, is a
/// product with scaled weights one step earlier.
struct FoldScaleAfterProduct : OpRewritePattern<MapOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(MapOp map,
                                PatternRewriter &rewriter) const override {
    std::optional<ChannelAffine> affine = matchAffineOfComputed(map);
    if (!affine || !isUniform(*affine) || affine->offset.front() != 0.0)
      return failure();
    Value input = map.getInputs()[affine->operand];
    auto product = input.getDefiningOp<MatMulOp>();
    if (!product || !product->hasOneUse())
      return failure();
    for (Value factor : {product.getLhs(), product.getRhs()}) {
      WeightedOpInterface op = getScalableProducer(factor, /*isUniform=*/true);
      if (!op)
        continue;
      scaleProducer(op, *affine, map, rewriter);
      rewriter.replaceOp(map, input);
      return success();
    }
    return failure();
  }
};

/// op(map(x), weights, bias) with an affine map, such as the normalisation of
/// an input, is op(x, weights', bias').
struct FoldAffineBefore : OpInterfaceRewritePattern<WeightedOpInterface> {
  using OpInterfaceRewritePattern::OpInterfaceRewritePattern;

  LogicalResult matchAndRewrite(WeightedOpInterface op,
                                PatternRewriter &rewriter) const override {
    auto map = op.getDataOperand().get().getDefiningOp<MapOp>();
    if (!map || !map->hasOneUse() || !hasConstantWeights(op))
      return failure();
    std::optional<ChannelAffine> affine = matchAffineOfComputed(map);
    if (!affine || !keepsPrecision(op, *affine) || !padsStayZero(op, *affine) ||
        getScalableProducer(map.getInputs()[affine->operand]))
      return failure();
    reference::Tensor weights =
        *getConstantTensor(op.getWeightsOperand().get());
    reference::Tensor bias = *getConstantTensor(op.getBiasOperand().get());
    transform(op, *affine, weights, bias);
    rewriter.setInsertionPoint(op);
    auto constant = [&](const reference::Tensor &tensor) {
      return createConstant(rewriter, op.getLoc(), tensor.getType(),
                            tensor.getRawData());
    };
    setWeights(op, constant(weights), constant(bias), map, rewriter);
    rewriter.modifyOpInPlace(
        op, [&] { op.getDataOperand().set(map.getInputs()[affine->operand]); });
    rewriter.eraseOp(map);
    return success();
  }

  /// Channels whose scales differ much would share the quantization of one
  /// filter; the weights of the smaller ones would lose their bits.
  static bool keepsPrecision(WeightedOpInterface op,
                             const ChannelAffine &affine) {
    constexpr double maxRatio = 4.0;
    double smallest = std::numeric_limits<double>::infinity(), largest = 0.0;
    for (double scale : affine.scale) {
      smallest = std::min(smallest, std::abs(scale));
      largest = std::max(largest, std::abs(scale));
    }
    bool depthwise =
        typeOf(op.getWeightsOperand().get()).getShape().back() == 1;
    return smallest > 0.0 && (depthwise || largest <= maxRatio * smallest);
  }

  static bool padsStayZero(WeightedOpInterface op,
                           const ChannelAffine &affine) {
    return !op.padsWithZeros() ||
           llvm::all_of(affine.offset, [](double v) { return v == 0.0; });
  }

  static void transform(WeightedOpInterface op, const ChannelAffine &affine,
                        reference::Tensor &weights, reference::Tensor &bias) {
    size_t outputs = weights.getDim(0);
    size_t channels = weights.getShape().back();
    size_t outputsPerGroup = outputs / op.getWeightGroups();
    size_t row = weights.getNumElements() / outputs;
    MutableArrayRef<float> data = weights.getData<float>();
    MutableArrayRef<float> biasData = bias.getData<float>();
    for (size_t o = 0; o != outputs; ++o) {
      double sum = biasData[o];
      for (size_t i = 0; i != row; ++i) {
        size_t channel = o / outputsPerGroup * channels + i % channels;
        float &weight = data[o * row + i];
        sum += weight * affine.offset[channel];
        weight = float(weight * affine.scale[channel]);
      }
      biasData[o] = float(sum);
    }
  }
};

/// An affine map of an image that nothing takes up, such as the normalisation
/// before a Relu, is a depthwise convolution with windows of one element.
/// Unlike the map it has an integer form, and takes a clamp.
struct AffineToDepthwise : OpRewritePattern<MapOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(MapOp map,
                                PatternRewriter &rewriter) const override {
    RankedTensorType type = map.getType();
    if (type.getRank() != 4 || map.getInputs().size() < 2 ||
        !(hasSeveralSteps(map) || feedsAffine(map)))
      return failure();
    std::optional<ChannelAffine> affine = matchAffineOfComputed(map);
    if (!affine)
      return failure();
    int64_t channels = type.getShape().back();
    auto constant = [&](ArrayRef<int64_t> shape, ArrayRef<double> values) {
      return createConstant<float>(rewriter, map.getLoc(), type.clone(shape),
                                   SmallVector<float>(values));
    };
    Value filter = constant({channels, 1, 1, 1}, affine->scale);
    Value bias = constant({channels}, affine->offset);
    SmallVector<int64_t> ones(2, 1), zeros(4, 0);
    rewriter.replaceOpWithNewOp<ConvOp>(
        map, type, map.getInputs()[affine->operand], filter, bias, ones, zeros,
        ones, channels, FloatAttr(), FloatAttr());
    return success();
  }

  /// One addition or multiplication has an integer form as it is.
  static bool hasSeveralSteps(MapOp map) {
    return llvm::hasNItemsOrMore(
        llvm::make_filter_range(map.getBody().front().without_terminator(),
                                [](Operation &op) {
                                  return !op.hasTrait<OpTrait::ConstantLike>();
                                }),
        2);
  }

  /// Whether the next operation would fold into the convolution.
  static bool feedsAffine(MapOp map) {
    if (!map->hasOneUse())
      return false;
    auto next = dyn_cast<MapOp>(*map->user_begin());
    return next && matchAffineOfComputed(next);
  }
};

struct FoldBatchNorm : edgecc::impl::FoldBatchNormBase<FoldBatchNorm> {
  using FoldBatchNormBase::FoldBatchNormBase;

  void runOnOperation() override {
    run(/*convertRemaining=*/false);
    run(/*convertRemaining=*/true);
  }

  void run(bool convertRemaining) {
    RewritePatternSet patterns(&getContext());
    patterns.add<FoldAffineAfter, FoldScaleAfterProduct, FoldAffineBefore>(
        &getContext());
    if (convertRemaining)
      patterns.add<AffineToDepthwise>(&getContext());
    (void)applyPatternsAndFoldGreedily(getOperation(), std::move(patterns));
  }
};
} // namespace
