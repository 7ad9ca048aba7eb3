//===- FuseActivation.cpp - Clamps into the operations before -------------===//
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
#define GEN_PASS_DEF_FUSEACTIVATION
#include "edgecc/Passes/Passes.h.inc"
} // namespace edgecc

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;

static Clamp getClamp(ClampableOpInterface op) {
  Clamp clamp;
  if (std::optional<APFloat> low = op.getClampMin())
    clamp.low = low->convertToFloat();
  if (std::optional<APFloat> high = op.getClampMax())
    clamp.high = high->convertToFloat();
  return clamp;
}

namespace {
struct FuseClamp : OpRewritePattern<MapOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(MapOp map,
                                PatternRewriter &rewriter) const override {
    std::optional<Clamp> clamp = matchClamp(map);
    ClampableOpInterface op =
        clamp ? getClampable(map.getInputs().front()) : nullptr;
    if (!op)
      return failure();
    Clamp both = getClamp(op).then(*clamp);
    rewriter.modifyOpInPlace(op, [&] {
      op.setClampMinAttr(both.getLowAttr(rewriter));
      op.setClampMaxAttr(both.getHighAttr(rewriter));
      op->setLoc(rewriter.getFusedLoc({op->getLoc(), map.getLoc()}));
    });
    rewriter.replaceOp(map, map.getInputs().front());
    return success();
  }

  /// What computes `value` for nobody else, also behind operations that a clamp
  /// may come before as well as after.
  static ClampableOpInterface getClampable(Value value) {
    Operation *op = value.getDefiningOp();
    while (op && op->hasOneUse() && op->hasTrait<CommutesWithClamp>())
      op = op->getOperand(0).getDefiningOp();
    if (!op || !op->hasOneUse())
      return {};
    return dyn_cast<ClampableOpInterface>(op);
  }
};

struct FuseActivation : edgecc::impl::FuseActivationBase<FuseActivation> {
  using FuseActivationBase::FuseActivationBase;

  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<FuseClamp>(&getContext());
    (void)applyPatternsAndFoldGreedily(getOperation(), std::move(patterns));
  }
};
} // namespace
