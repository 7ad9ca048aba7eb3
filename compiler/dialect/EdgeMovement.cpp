//===- EdgeMovement.cpp - Operations that move data -----------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "EdgeVerify.h"

#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "mlir/IR/PatternMatch.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;

/// Data movement leaves elements as they are.
static LogicalResult verifySameElements(Operation *op) {
  Type result = getElementTypeOrSelf(op->getResult(0).getType());
  for (Value operand : op->getOperands())
    if (getElementTypeOrSelf(operand.getType()) != result)
      return op->emitOpError("result has elements of type ")
             << result << ", but an operand has type " << operand.getType();
  return success();
}

//===----------------------------------------------------------------------===//
// TransposeOp
//===----------------------------------------------------------------------===//

LogicalResult TransposeOp::inferReturnTypeComponents(
    MLIRContext *, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<ShapedTypeComponents> &result) {
  RankedTensorType input = typeOf(adaptor.getInput());
  ArrayRef<int64_t> perm = adaptor.getPerm();
  if (int64_t(perm.size()) != input.getRank() || !isPermutationVector(perm))
    return emitOptionalError(loc, "perm is not a permutation of the ",
                             input.getRank(), " axes of ", input);
  result.emplace_back(applyPermutation(input.getShape(), perm));
  return success();
}

LogicalResult TransposeOp::verify() { return verifySameElements(*this); }

/// The identity goes; transpose(transpose(x)) is one transpose.
OpFoldResult TransposeOp::fold(FoldAdaptor) {
  if (isIdentityPermutation(getPerm()))
    return getInput();
  auto source = getInput().getDefiningOp<TransposeOp>();
  if (!source)
    return {};
  setPerm(applyPermutation(source.getPerm(), getPerm()));
  getInputMutable().assign(source.getInput());
  return getResult();
}

namespace {
/// A transpose that only moves axes of size 1 is a reshape.
struct TransposeToReshape : OpRewritePattern<TransposeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(TransposeOp op,
                                PatternRewriter &rewriter) const override {
    RankedTensorType input = typeOf(op.getInput());
    SmallVector<int64_t> moved;
    for (int64_t axis : op.getPerm())
      if (input.getDimSize(axis) != 1)
        moved.push_back(axis);
    if (!llvm::is_sorted(moved))
      return failure();
    rewriter.replaceOpWithNewOp<ReshapeOp>(op, op.getType(), op.getInput());
    return success();
  }
};
} // namespace

void TransposeOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                              MLIRContext *context) {
  patterns.add<TransposeToReshape>(context);
}

//===----------------------------------------------------------------------===//
// ReshapeOp
//===----------------------------------------------------------------------===//

/// int8 or uint8, without a scale.
static bool isByte(Type type) {
  return getElementTypeOrSelf(type).isInteger(8);
}

LogicalResult ReshapeOp::verify() {
  if (typeOf(getInput()).getNumElements() !=
      typeOf(getResult()).getNumElements())
    return emitOpError("changes the number of elements: ")
           << getInput().getType() << " to " << getType();
  if (isByte(getInput().getType()) && isByte(getType()))
    return success();
  return verifySameElements(*this);
}

OpFoldResult ReshapeOp::fold(FoldAdaptor) {
  return getInput().getType() == getType() ? OpFoldResult(getInput())
                                           : OpFoldResult();
}

namespace {
/// reshape(reshape(x)) is one reshape.
struct ComposeReshapes : OpRewritePattern<ReshapeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ReshapeOp op,
                                PatternRewriter &rewriter) const override {
    auto source = op.getInput().getDefiningOp<ReshapeOp>();
    if (!source)
      return failure();
    rewriter.replaceOpWithNewOp<ReshapeOp>(op, op.getType(), source.getInput());
    return success();
  }
};
} // namespace

void ReshapeOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                            MLIRContext *context) {
  patterns.add<ComposeReshapes>(context);
}

//===----------------------------------------------------------------------===//
// PadOp
//===----------------------------------------------------------------------===//

LogicalResult PadOp::inferReturnTypeComponents(
    MLIRContext *, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<ShapedTypeComponents> &result) {
  RankedTensorType input = typeOf(adaptor.getInput());
  if (int64_t(adaptor.getLow().size()) != input.getRank() ||
      int64_t(adaptor.getHigh().size()) != input.getRank())
    return emitOptionalError(
        loc, "needs ", input.getRank(), " low and high pads, found ",
        adaptor.getLow().size(), " and ", adaptor.getHigh().size());
  SmallVector<int64_t> shape(input.getShape());
  for (int64_t axis = 0; axis != input.getRank(); ++axis) {
    int64_t padded;
    if (llvm::AddOverflow(adaptor.getLow()[axis], adaptor.getHigh()[axis],
                          padded) ||
        llvm::AddOverflow(shape[axis], padded, shape[axis]))
      return emitOptionalError(loc, "pads axis ", axis, " of ", input,
                               " to more than 63 bits");
    if (shape[axis] < 0)
      return emitOptionalError(loc, "cuts off more than axis ", axis, " of ",
                               input, " has");
  }
  result.emplace_back(shape);
  return success();
}

LogicalResult PadOp::verify() { return verifySameElements(*this); }

OpFoldResult PadOp::fold(FoldAdaptor) {
  auto isZero = [](int64_t v) { return v == 0; };
  if (llvm::all_of(getLow(), isZero) && llvm::all_of(getHigh(), isZero))
    return getInput();
  return {};
}

//===----------------------------------------------------------------------===//
// ConcatOp
//===----------------------------------------------------------------------===//

LogicalResult ConcatOp::inferReturnTypeComponents(
    MLIRContext *, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<ShapedTypeComponents> &result) {
  if (adaptor.getInputs().empty())
    return emitOptionalError(loc, "needs at least one operand");
  RankedTensorType first = typeOf(adaptor.getInputs().front());
  int64_t axis = adaptor.getAxis();
  if (axis < 0 || axis >= first.getRank())
    return emitOptionalError(loc, "axis ", axis, " is not in 0..",
                             first.getRank() - 1);
  SmallVector<int64_t> shape(first.getShape());
  shape[axis] = 0;
  for (Value input : adaptor.getInputs()) {
    SmallVector<int64_t> other(typeOf(input).getShape());
    if (int64_t(other.size()) != first.getRank())
      return emitOptionalError(loc, "operands differ in rank: ", first, " and ",
                               input.getType());
    int64_t size = std::exchange(other[axis], shape[axis]);
    if (other != shape)
      return emitOptionalError(loc, "operands differ outside of axis ", axis,
                               ": ", first, " and ", input.getType());
    shape[axis] += size;
  }
  result.emplace_back(shape);
  return success();
}

LogicalResult ConcatOp::verify() { return verifySameElements(*this); }

OpFoldResult ConcatOp::fold(FoldAdaptor) {
  return getInputs().size() == 1 ? OpFoldResult(getInputs().front())
                                 : OpFoldResult();
}

//===----------------------------------------------------------------------===//
// SliceOp
//===----------------------------------------------------------------------===//

LogicalResult SliceOp::inferReturnTypeComponents(
    MLIRContext *, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<ShapedTypeComponents> &result) {
  RankedTensorType input = typeOf(adaptor.getInput());
  size_t rank = input.getRank();
  if (adaptor.getStarts().size() != rank || adaptor.getSizes().size() != rank ||
      adaptor.getSteps().size() != rank)
    return emitOptionalError(loc, "needs ", rank,
                             " starts, sizes and steps for ", input);
  for (size_t axis = 0; axis != rank; ++axis) {
    int64_t size = adaptor.getSizes()[axis], step = adaptor.getSteps()[axis];
    int64_t first = adaptor.getStarts()[axis];
    int64_t end = input.getDimSize(axis), last;
    if (size < 0 || step == 0 || llvm::MulOverflow(size - 1, step, last) ||
        llvm::AddOverflow(first, last, last) ||
        (size > 0 && (first < 0 || first >= end || last < 0 || last >= end)))
      return emitOptionalError(loc, "takes ", size, " elements from ", first,
                               " in steps of ", step, " along axis ", axis,
                               " of ", input);
  }
  result.emplace_back(adaptor.getSizes());
  return success();
}

LogicalResult SliceOp::verify() { return verifySameElements(*this); }

OpFoldResult SliceOp::fold(FoldAdaptor) {
  bool whole = getInput().getType() == getType() &&
               llvm::all_of(getSteps(), [](int64_t step) { return step == 1; });
  return whole ? OpFoldResult(getInput()) : OpFoldResult();
}

//===----------------------------------------------------------------------===//
// GatherOp
//===----------------------------------------------------------------------===//

LogicalResult GatherOp::inferReturnTypeComponents(
    MLIRContext *, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<ShapedTypeComponents> &result) {
  RankedTensorType input = typeOf(adaptor.getInput());
  int64_t axis = adaptor.getAxis();
  if (axis < 0 || axis >= input.getRank())
    return emitOptionalError(loc, "axis ", axis, " is not in 0..",
                             input.getRank() - 1);
  SmallVector<int64_t> shape(input.getShape().take_front(axis));
  llvm::append_range(shape, typeOf(adaptor.getIndices()).getShape());
  llvm::append_range(shape, input.getShape().drop_front(axis + 1));
  result.emplace_back(shape);
  return success();
}

LogicalResult GatherOp::verify() {
  Type index = getElementTypeOrSelf(getIndices().getType());
  if (!index.isSignlessInteger(32) && !index.isSignlessInteger(64))
    return emitOpError("needs indices of type i32 or i64, found ")
           << getIndices().getType();
  if (getElementTypeOrSelf(getInput().getType()) !=
      getElementTypeOrSelf(getType()))
    return emitOpError("result and input need the same element type");
  return success();
}

//===----------------------------------------------------------------------===//
// ScatterOp, TopKOp
//===----------------------------------------------------------------------===//

LogicalResult ScatterOp::inferReturnTypeComponents(
    MLIRContext *, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<ShapedTypeComponents> &result) {
  RankedTensorType data = typeOf(adaptor.getData());
  if (data.getRank() == 0)
    return emitOptionalError(loc, "needs data with at least one axis");
  SmallVector<int64_t> updates(typeOf(adaptor.getIndices()).getShape());
  llvm::append_range(updates, data.getShape().drop_front());
  if (typeOf(adaptor.getUpdates()).getShape() != ArrayRef(updates))
    return emitOptionalError(loc, "updates of type ",
                             adaptor.getUpdates().getType(),
                             " do not have the indices' shape, then the "
                             "data's without its first axis");
  result.emplace_back(data.getShape(), data.getElementType());
  return success();
}

LogicalResult ScatterOp::verify() {
  Type index = getElementTypeOrSelf(getIndices().getType());
  if (!index.isSignlessInteger(32) && !index.isSignlessInteger(64))
    return emitOpError("needs indices of type i32 or i64, found ")
           << getIndices().getType();
  if (getElementTypeOrSelf(getUpdates().getType()) !=
      getElementTypeOrSelf(getType()))
    return emitOpError("result and updates need the same element type");
  return success();
}

LogicalResult TopKOp::inferReturnTypeComponents(
    MLIRContext *context, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<ShapedTypeComponents> &result) {
  RankedTensorType input = typeOf(adaptor.getInput());
  int64_t axis = adaptor.getAxis(), k = adaptor.getK();
  if (axis < 0 || axis >= input.getRank() || k < 0 ||
      k > input.getDimSize(axis))
    return emitOptionalError(loc, "cannot take ", k, " elements along axis ",
                             axis, " of ", input);
  SmallVector<int64_t> shape(input.getShape());
  shape[axis] = k;
  result.emplace_back(shape, IntegerType::get(context, 64));
  return success();
}

namespace {
/// Scales are positive: stored integers are ordered as what they stand for.
struct TopKOfStored : OpRewritePattern<TopKOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(TopKOp op,
                                PatternRewriter &rewriter) const override {
    auto source = op.getInput().getDefiningOp<DequantizeOp>();
    if (!source)
      return failure();
    rewriter.modifyOpInPlace(
        op, [&] { op.getInputMutable().assign(source.getInput()); });
    return success();
  }
};
} // namespace

void TopKOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                         MLIRContext *context) {
  patterns.add<TopKOfStored>(context);
}
