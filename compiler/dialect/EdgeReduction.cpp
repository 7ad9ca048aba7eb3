//===- EdgeReduction.cpp - Softmax, normalization, reduction --------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "EdgeVerify.h"

#include "mlir/IR/PatternMatch.h"
#include "llvm/ADT/SmallSet.h"

#include <cmath>

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;

LogicalResult SoftmaxOp::inferReturnTypeComponents(
    MLIRContext *, std::optional<Location>, Adaptor adaptor,
    SmallVectorImpl<ShapedTypeComponents> &result) {
  result.emplace_back(typeOf(adaptor.getInput()).getShape());
  return success();
}

LogicalResult SoftmaxOp::verify() {
  int64_t rank = typeOf(getInput()).getRank();
  if (getAxis() >= uint64_t(rank))
    return emitOpError("axis ") << getAxis() << " is not in 0.." << rank - 1;
  if (auto type = getUniformType(getType())) {
    bool isWide = type.getStorageType().isInteger(16);
    if (type.getScale() != (isWide ? 1.0 / 32768 : 1.0 / 256) ||
        type.getZeroPoint() != (isWide ? 0 : -128))
      return emitOpError("quantized result has to have ")
             << (isWide ? "scale 1/32768 and zero point 0"
                        : "scale 1/256 and zero point -128")
             << ", found " << getType();
  }
  if (getLog() && getQuantizedType(getType()))
    return emitOpError("with 'log' has no integer form, found ") << getType();
  return verifySameKind(*this, getInput().getType(), getType());
}

LogicalResult LayerNormOp::inferReturnTypeComponents(
    MLIRContext *, std::optional<Location>, Adaptor adaptor,
    SmallVectorImpl<ShapedTypeComponents> &result) {
  result.emplace_back(typeOf(adaptor.getInput()).getShape());
  return success();
}

int64_t LayerNormOp::getGroupSize() {
  int64_t count = 1;
  for (int64_t axis : getAxes())
    count *= typeOf(getInput()).getDimSize(axis);
  return count;
}

LogicalResult LayerNormOp::verify() {
  RankedTensorType input = typeOf(getInput());
  llvm::SmallDenseSet<int64_t> seen;
  for (int64_t axis : getAxes())
    if (axis < 0 || axis >= input.getRank() || !seen.insert(axis).second)
      return emitOpError("axis ") << axis << " is not in 0.."
                                  << input.getRank() - 1 << ", or occurs twice";
  if (getAxes().empty())
    return emitOpError("needs at least one axis");
  float epsilon = getEpsilon().convertToFloat();
  if (!(epsilon >= 0) || !std::isfinite(epsilon))
    return emitOpError("epsilon has to be finite and not negative, found ")
           << epsilon;
  if (getBias() && !getScale())
    return emitOpError("has a bias, hence needs a scale");
  for (Value parameter : {getScale(), getBias()})
    if (parameter &&
        typeOf(parameter).getShape() != input.getShape().take_back())
      return emitOpError("scale and bias need one value per position of the "
                         "last axis, ")
             << input.getShape().back() << ", found " << parameter.getType();
  return verifySameKind(*this, getInput().getType(), getType());
}

/// Whether a value is a constant of this f32 everywhere.
static bool isSplatOf(Value value, float wanted) {
  std::optional<reference::Tensor> tensor = getConstantTensor(value);
  return tensor && tensor->getElementType().isF32() &&
         llvm::all_of(std::as_const(*tensor).getData<float>(),
                      [&](float element) { return element == wanted; });
}

namespace {
/// A bias of zeros goes, then a scale of ones.
struct DropNeutralParameters : OpRewritePattern<LayerNormOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(LayerNormOp op,
                                PatternRewriter &rewriter) const override {
    if (op.getBias() && isSplatOf(op.getBias(), 0.0f)) {
      rewriter.modifyOpInPlace(op, [&] { op.getBiasMutable().clear(); });
      return success();
    }
    if (op.getBias() || !op.getScale() || !isSplatOf(op.getScale(), 1.0f))
      return failure();
    rewriter.modifyOpInPlace(op, [&] { op.getScaleMutable().clear(); });
    return success();
  }
};
} // namespace

void LayerNormOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                              MLIRContext *context) {
  patterns.add<DropNeutralParameters>(context);
}

LogicalResult ReduceOp::inferReturnTypeComponents(
    MLIRContext *, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<ShapedTypeComponents> &result) {
  RankedTensorType input = typeOf(adaptor.getInput());
  SmallVector<int64_t> shape(input.getShape());
  for (int64_t axis : adaptor.getAxes()) {
    if (axis < 0 || axis >= input.getRank())
      return emitOptionalError(loc, "axis ", axis, " is not in 0..",
                               input.getRank() - 1);
    shape[axis] = 1;
  }
  result.emplace_back(shape);
  return success();
}

LogicalResult ReduceOp::verify() {
  return verifySameKind(*this, getInput().getType(), getType());
}

int64_t ReduceOp::getCount() {
  int64_t count = 1;
  for (int64_t axis :
       llvm::SmallDenseSet<int64_t>(getAxes().begin(), getAxes().end()))
    count *= typeOf(getInput()).getDimSize(axis);
  return count;
}

int64_t ReduceOp::getDivisor() {
  return getKind() == ReduceKind::Mean ? std::max<int64_t>(getCount(), 1) : 1;
}

namespace {
/// The mean over all spatial axes of an image is an average pool of its size,
/// for which there are integer kernels.
struct ReduceMeanToAvgPool : OpRewritePattern<ReduceOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ReduceOp op,
                                PatternRewriter &rewriter) const override {
    RankedTensorType input = typeOf(op.getInput());
    int64_t spatial = input.getRank() - 2;
    SmallVector<int64_t> axes(op.getAxes());
    llvm::sort(axes);
    if (op.getKind() != ReduceKind::Mean || spatial < 1 ||
        axes != llvm::to_vector(llvm::seq<int64_t>(1, spatial + 1)))
      return failure();
    SmallVector<int64_t> ones(spatial, 1), zeros(2 * spatial, 0);
    rewriter.replaceOpWithNewOp<AvgPoolOp>(
        op, op.getType(), op.getInput(),
        input.getShape().drop_front().drop_back(), ones, zeros, ones,
        /*ceil_mode=*/false, /*count_include_pad=*/false, FloatAttr(),
        FloatAttr());
    return success();
  }
};
} // namespace

void ReduceOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                           MLIRContext *context) {
  patterns.add<ReduceMeanToAvgPool>(context);
}
