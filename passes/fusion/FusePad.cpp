//===- FusePad.cpp - Padding into the windows after it --------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Dialect/Edge/Edge.h"
#include "edgecc/Passes/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

#include <limits>

namespace edgecc {
#define GEN_PASS_DEF_FUSEPAD
#include "edgecc/Passes/Passes.h.inc"
} // namespace edgecc

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;

static bool isZero(int64_t value) { return value == 0; }

/// Whether `pad` adds to spatial axes of [N, spatial..., C] and does nothing
/// else.
static bool padsSpatialAxes(PadOp pad) {
  for (ArrayRef<int64_t> sides : {pad.getLow(), pad.getHigh()})
    if (sides.size() < 3 || !isZero(sides.front()) || !isZero(sides.back()) ||
        llvm::any_of(sides, [](int64_t side) { return side < 0; }))
      return false;
  return true;
}

static PadOp getSpatialPad(Value value) {
  auto pad = value.getDefiningOp<PadOp>();
  return pad && padsSpatialAxes(pad) ? pad : PadOp();
}

/// `pads` of a window, all begins and then all ends, with those of `pad` added.
static SmallVector<int64_t> addPads(ArrayRef<int64_t> pads, PadOp pad) {
  SmallVector<int64_t> sum(pads);
  size_t spatial = pads.size() / 2;
  for (size_t axis = 0; axis != spatial; ++axis) {
    sum[axis] += pad.getLow()[axis + 1];
    sum[spatial + axis] += pad.getHigh()[axis + 1];
  }
  return sum;
}

/// Makes `op` take what `pad` takes, with the pads of its own added.
template <typename OpT>
static void absorb(OpT op, PadOp pad, PatternRewriter &rewriter) {
  rewriter.modifyOpInPlace(op, [&] {
    op.setPads(addPads(op.getPads(), pad));
    op.getInputMutable().assign(pad.getInput());
    op->setLoc(rewriter.getFusedLoc({op->getLoc(), pad.getLoc()}));
  });
}

namespace {
/// Taps of a convolution outside the image count as zero.
struct PadIntoConv : OpRewritePattern<ConvOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ConvOp op,
                                PatternRewriter &rewriter) const override {
    PadOp pad = getSpatialPad(op.getInput());
    if (!pad || !pad.getValue().isZero())
      return failure();
    absorb(op, pad, rewriter);
    return success();
  }
};

/// Taps of a max pool outside the image do not take part, which is what a value
/// that is never the largest amounts to: zero after a Relu, for instance. A
/// window without any tap inside would have no result, and with ceil_mode the
/// number of windows depends on where the image ends.
struct PadIntoMaxPool : OpRewritePattern<MaxPoolOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(MaxPoolOp op,
                                PatternRewriter &rewriter) const override {
    PadOp pad = getSpatialPad(op.getInput());
    if (!pad || op.getCeilMode() || !neverWins(pad) ||
        !everyWindowHasTaps(op, pad))
      return failure();
    absorb(op, pad, rewriter);
    return success();
  }

  /// Whether no element that is padded lies below the value.
  static bool neverWins(PadOp pad) {
    if (!getElementTypeOrSelf(pad.getType()).isF32())
      return false;
    double value = pad.getValue().convertToDouble();
    auto clamped = pad.getInput().getDefiningOp<ClampableOpInterface>();
    if (clamped && clamped.getClampMin())
      return value <= clamped.getClampMin()->convertToFloat();
    return value <= -double(std::numeric_limits<float>::max());
  }

  static bool everyWindowHasTaps(MaxPoolOp op, PadOp pad) {
    SmallVector<int64_t> pads = addPads(op.getPads(), pad);
    size_t spatial = op.getKernel().size();
    for (size_t i = 0; i != pads.size(); ++i) {
      // Only taps next to each other are sure to meet the image.
      if (op.getDilations()[i % spatial] != 1 ||
          pads[i] >= op.getKernel()[i % spatial])
        return false;
    }
    return true;
  }
};

/// An average pool that counts its padding takes zeros around the image as
/// padding. One without padding of its own counts what the pad adds as well.
struct PadIntoAvgPool : OpRewritePattern<AvgPoolOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(AvgPoolOp op,
                                PatternRewriter &rewriter) const override {
    PadOp pad = getSpatialPad(op.getInput());
    if (!pad || !pad.getValue().isZero() || op.getCeilMode() ||
        !(op.getCountIncludePad() || llvm::all_of(op.getPads(), isZero)))
      return failure();
    absorb(op, pad, rewriter);
    rewriter.modifyOpInPlace(op, [&] { op.setCountIncludePad(true); });
    return success();
  }
};

struct FusePad : edgecc::impl::FusePadBase<FusePad> {
  using FusePadBase::FusePadBase;

  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<PadIntoConv, PadIntoMaxPool, PadIntoAvgPool>(&getContext());
    (void)applyPatternsAndFoldGreedily(getOperation(), std::move(patterns));
  }
};
} // namespace
