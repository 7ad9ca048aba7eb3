//===- FuseMaps.cpp - Elementwise chains into one map ---------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MapAnalysis.h"

#include "edgecc/Passes/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace edgecc {
#define GEN_PASS_DEF_FUSEMAPS
#include "edgecc/Passes/Passes.h.inc"
} // namespace edgecc

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;

using Inputs = llvm::SetVector<Value, SmallVector<Value, 4>>;

/// What the fused map takes, each value once.
static Inputs collectInputs(MapOp producer, MapOp consumer) {
  Inputs inputs;
  for (Value input : consumer.getInputs())
    if (input != producer.getResult())
      inputs.insert(input);
    else
      inputs.insert(producer.getInputs().begin(), producer.getInputs().end());
  return inputs;
}

static bool isUsedBy(MapOp producer, MapOp consumer) {
  return llvm::all_of(producer->getUsers(),
                      [&](Operation *user) { return user == consumer; });
}

/// Copies the body of `map`; returns what it yields.
static Value cloneBody(OpBuilder &builder, MapOp map, IRMapping &mapping) {
  Block &block = map.getBody().front();
  for (Operation &op : block.without_terminator())
    builder.clone(op, mapping);
  return mapping.lookup(cast<YieldOp>(block.getTerminator()).getValue());
}

/// clamp(value) as maximum and minimum, the form that later passes recognise.
static Value createClamp(OpBuilder &builder, Location loc, Value value,
                         const Clamp &clamp) {
  if (FloatAttr low = clamp.getLowAttr(builder))
    value = builder.create<arith::MaximumFOp>(
        loc, value, builder.create<arith::ConstantOp>(loc, low));
  if (FloatAttr high = clamp.getHighAttr(builder))
    value = builder.create<arith::MinimumFOp>(
        loc, value, builder.create<arith::ConstantOp>(loc, high));
  return value;
}

namespace {
/// Which producers may move into a consumer.
enum class Fusion {
  /// Sums, products and anything else, into a clamp.
  IntoClamp,
  /// Truth values, which have no other use.
  Conditions,
  /// Where the fused map has one operand.
  OneOperand,
  /// Where no element is computed more than once.
  SameShape
};

struct FuseProducer : OpRewritePattern<MapOp> {
  FuseProducer(MLIRContext *context, Fusion fusion)
      : OpRewritePattern(context), fusion(fusion) {}

  LogicalResult matchAndRewrite(MapOp consumer,
                                PatternRewriter &rewriter) const override {
    for (Value input : consumer.getInputs()) {
      auto producer = input.getDefiningOp<MapOp>();
      if (!producer || !isUsedBy(producer, consumer) ||
          !mayFuse(producer, consumer))
        continue;
      fuse(producer, consumer, rewriter);
      return success();
    }
    return failure();
  }

private:
  bool mayFuse(MapOp producer, MapOp consumer) const {
    constexpr size_t maxBody = 64;
    if (producer.getBody().front().getOperations().size() +
            consumer.getBody().front().getOperations().size() >
        maxBody)
      return false;
    switch (fusion) {
    case Fusion::IntoClamp:
      return matchClamp(consumer).has_value();
    case Fusion::Conditions:
      return producer.getType().getElementType().isInteger(1) &&
             producer.getType().getShape() == consumer.getType().getShape();
    case Fusion::OneOperand:
      return collectInputs(producer, consumer).size() == 1;
    case Fusion::SameShape:
      return producer.getType().getShape() == consumer.getType().getShape();
    }
    llvm_unreachable("covered above");
  }

  static void fuse(MapOp producer, MapOp consumer, PatternRewriter &rewriter) {
    Inputs inputs = collectInputs(producer, consumer);
    Location loc = rewriter.getFusedLoc({producer.getLoc(), consumer.getLoc()});
    auto fused =
        rewriter.create<MapOp>(loc, consumer.getType(), inputs.getArrayRef());
    fused->setDiscardableAttrs(
        llvm::to_vector(consumer->getDiscardableAttrs()));
    SmallVector<Type> types;
    for (Value input : inputs)
      types.push_back(getElementTypeOrSelf(input.getType()));
    OpBuilder::InsertionGuard guard(rewriter);
    Block *block = rewriter.createBlock(
        &fused.getBody(), {}, types, SmallVector<Location>(types.size(), loc));
    IRMapping elements;
    for (auto [input, element] : llvm::zip_equal(inputs, block->getArguments()))
      elements.map(input, element);

    elements.map(producer.getResult(), cloneInto(producer, elements, rewriter));
    std::optional<Clamp> clamp = matchClamp(consumer);
    Value result =
        clamp ? createClamp(rewriter, consumer.getLoc(),
                            elements.lookup(producer.getResult()), *clamp)
              : cloneInto(consumer, elements, rewriter);
    rewriter.create<YieldOp>(loc, result);
    rewriter.replaceOp(consumer, fused);
    rewriter.eraseOp(producer);
  }

  /// The body of `map` on the elements of its inputs.
  static Value cloneInto(MapOp map, const IRMapping &elements,
                         OpBuilder &builder) {
    IRMapping mapping;
    for (auto [argument, input] :
         llvm::zip_equal(map.getBody().front().getArguments(), map.getInputs()))
      mapping.map(argument, elements.lookup(input));
    return cloneBody(builder, map, mapping);
  }

  Fusion fusion;
};

struct FuseMaps : edgecc::impl::FuseMapsBase<FuseMaps> {
  using FuseMapsBase::FuseMapsBase;

  void runOnOperation() override {
    // Clamps go to the sums and products before them, which need them for their
    // integer form, and not into chains after them.
    run(Fusion::IntoClamp);
    run(Fusion::Conditions);
    run(Fusion::OneOperand);
    if (!keepIntegerForms)
      run(Fusion::SameShape);
  }

  void run(Fusion fusion) {
    RewritePatternSet patterns(&getContext());
    patterns.add<FuseProducer>(&getContext(), fusion);
    MapOp::getCanonicalizationPatterns(patterns, &getContext());
    (void)applyPatternsAndFoldGreedily(getOperation(), std::move(patterns));
  }
};
} // namespace
