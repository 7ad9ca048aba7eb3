//===- HardSigmoid.cpp - A pass for edgecc, from outside ------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Replaces sigmoid by hard sigmoid, clamp(x / 6 + 0.5, 0, 1): no exponential
// function where the core has to compute it in software. It changes what the
// model computes, which is why it is no pass of edgecc itself.
//
//===----------------------------------------------------------------------===//

#include "edgecc/Dialect/Edge/Edge.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Tools/Plugins/PassPlugin.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;

namespace {

/// The `x` of `1 / (1 + exp(-x))`, as the importer writes ONNX's Sigmoid into
/// the body of an edge.map; null for anything else.
Value matchSigmoid(arith::DivFOp division) {
  auto sum = division.getRhs().getDefiningOp<arith::AddFOp>();
  if (!matchPattern(division.getLhs(), m_OneFloat()) || !sum)
    return {};
  // The constant may stand on either side.
  Value power = sum.getLhs();
  if (matchPattern(power, m_OneFloat()))
    power = sum.getRhs();
  else if (!matchPattern(sum.getRhs(), m_OneFloat()))
    return {};
  auto exp = power.getDefiningOp<math::ExpOp>();
  auto negation =
      exp ? exp.getOperand().getDefiningOp<arith::NegFOp>() : arith::NegFOp();
  return negation ? negation.getOperand() : Value();
}

struct ReplaceSigmoid : OpRewritePattern<arith::DivFOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(arith::DivFOp division,
                                PatternRewriter &rewriter) const override {
    Value x = matchSigmoid(division);
    if (!x)
      return rewriter.notifyMatchFailure(division, "not a sigmoid");
    Location loc = division.getLoc();
    auto constant = [&](double value) -> Value {
      return rewriter.create<arith::ConstantOp>(
          loc, rewriter.getFloatAttr(x.getType(), value));
    };
    Value scaled = rewriter.create<arith::MulFOp>(loc, x, constant(1.0 / 6.0));
    Value moved = rewriter.create<arith::AddFOp>(loc, scaled, constant(0.5));
    Value low = rewriter.create<arith::MaximumFOp>(loc, moved, constant(0.0));
    rewriter.replaceOpWithNewOp<arith::MinimumFOp>(division, low,
                                                   constant(1.0));
    return success();
  }
};

struct HardSigmoidPass
    : PassWrapper<HardSigmoidPass, OperationPass<func::FuncOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(HardSigmoidPass)

  StringRef getArgument() const override { return "example-hard-sigmoid"; }
  StringRef getDescription() const override {
    return "replaces sigmoid by hard sigmoid";
  }

  void runOnOperation() override {
    // The bodies of maps are where elementwise functions are.
    RewritePatternSet patterns(&getContext());
    patterns.add<ReplaceSigmoid>(&getContext());
    FrozenRewritePatternSet frozen(std::move(patterns));
    auto walked = getOperation().walk([&](edgecc::edge::MapOp map) {
      if (failed(applyPatternsAndFoldGreedily(map.getBody(), frozen)))
        return WalkResult::interrupt();
      return WalkResult::advance();
    });
    if (walked.wasInterrupted())
      signalPassFailure();
  }
};

} // namespace

/// What edgecc and edgecc-opt ask for when they load the library.
extern "C" LLVM_ATTRIBUTE_WEAK PassPluginLibraryInfo mlirGetPassPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, "hard-sigmoid", "1.0",
          [] { PassRegistration<HardSigmoidPass>(); }};
}
