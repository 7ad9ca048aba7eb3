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

namespace {
/// map(op(x, weights, bias)) with an affine map is op(x, weights', bias').
struct FoldAffineIntoWeights : OpRewritePattern<MapOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(MapOp map,
                                PatternRewriter &rewriter) const override {
    for (OpOperand &operand : map->getOpOperands()) {
      WeightedOpInterface op = getWeighted(operand.get());
      if (!op)
        continue;
      std::optional<ChannelAffine> affine =
          matchChannelAffine(map, operand.getOperandNumber());
      if (!affine)
        return failure();
      fold(op, *affine, map, rewriter);
      rewriter.replaceOp(map, operand.get());
      return success();
    }
    return failure();
  }

  /// The operation that computes `value` for nobody else, perhaps reshaped
  /// without touching the channels.
  static WeightedOpInterface getWeighted(Value value) {
    auto reshape = value.getDefiningOp<ReshapeOp>();
    if (reshape && reshape->hasOneUse() && keepsChannels(reshape))
      value = reshape.getInput();
    auto op = value.getDefiningOp<WeightedOpInterface>();
    if (!op || !op->hasOneUse() ||
        !isConstantF32(op.getWeightsOperand().get()) ||
        !isConstantF32(op.getBiasOperand().get()))
      return {};
    auto clampable = dyn_cast<ClampableOpInterface>(op.getOperation());
    if (clampable && (clampable.getClampMin() || clampable.getClampMax()))
      return {};
    return op;
  }

  static bool keepsChannels(ReshapeOp reshape) {
    ArrayRef<int64_t> from =
        cast<RankedTensorType>(reshape.getInput().getType()).getShape();
    ArrayRef<int64_t> to = cast<RankedTensorType>(reshape.getType()).getShape();
    return !from.empty() && !to.empty() && from.back() == to.back();
  }

  static void fold(WeightedOpInterface op, const ChannelAffine &affine,
                   MapOp map, PatternRewriter &rewriter) {
    OpBuilder::InsertionGuard guard(rewriter);
    rewriter.setInsertionPoint(op);
    OpOperand &weights = op.getWeightsOperand(), &bias = op.getBiasOperand();
    bool scales =
        llvm::any_of(affine.scale, [](double scale) { return scale != 1.0; });
    Value newWeights = weights.get();
    if (scales)
      newWeights = scaleRows(rewriter, weights.get(), affine.scale);
    Value newBias =
        scaleRows(rewriter, bias.get(), affine.scale, affine.offset);
    rewriter.modifyOpInPlace(op, [&] {
      weights.set(newWeights);
      bias.set(newBias);
      op->setLoc(rewriter.getFusedLoc({op->getLoc(), map.getLoc()}));
    });
  }
};

struct FoldBatchNorm : edgecc::impl::FoldBatchNormBase<FoldBatchNorm> {
  using FoldBatchNormBase::FoldBatchNormBase;

  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<FoldAffineIntoWeights>(&getContext());
    (void)applyPatternsAndFoldGreedily(getOperation(), std::move(patterns));
  }
};
} // namespace
