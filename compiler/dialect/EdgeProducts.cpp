//===- EdgeProducts.cpp - Fully connected layers, matrix products ---------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "EdgeVerify.h"

#include "mlir/Dialect/Traits.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;

LogicalResult FullyConnectedOp::inferReturnTypeComponents(
    MLIRContext *, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<ShapedTypeComponents> &result) {
  RankedTensorType input = typeOf(adaptor.getInput());
  RankedTensorType weights = typeOf(adaptor.getWeights());
  RankedTensorType bias = typeOf(adaptor.getBias());
  if (input.getRank() < 1 || weights.getRank() != 2 ||
      input.getShape().back() != weights.getDimSize(1))
    return emitOptionalError(
        loc, "weights ", weights, " do not fit the input ", input,
        ": expected [outputs, ",
        input.getShape().empty() ? 0 : input.getShape().back(), "]");
  if (bias.getShape() != ArrayRef<int64_t>{weights.getDimSize(0)})
    return emitOptionalError(loc, "bias has type ", bias, ", expected ",
                             weights.getDimSize(0), " elements");
  SmallVector<int64_t> shape(input.getShape());
  shape.back() = weights.getDimSize(0);
  result.emplace_back(shape);
  return success();
}

LogicalResult FullyConnectedOp::verify() {
  return verifyWeighted(*this, getInput(), getWeights(), getBias(),
                        getResult());
}

OpOperand &FullyConnectedOp::getDataOperand() { return getInputMutable(); }
OpOperand &FullyConnectedOp::getWeightsOperand() { return getWeightsMutable(); }
OpOperand &FullyConnectedOp::getBiasOperand() { return getBiasMutable(); }

int64_t FullyConnectedOp::getMacCount() {
  return typeOf(getResult()).getNumElements() *
         typeOf(getWeights()).getDimSize(1);
}

LogicalResult MatMulOp::inferReturnTypeComponents(
    MLIRContext *, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<ShapedTypeComponents> &result) {
  RankedTensorType lhs = typeOf(adaptor.getLhs());
  RankedTensorType rhs = typeOf(adaptor.getRhs());
  if (lhs.getRank() < 2 || rhs.getRank() < 2 ||
      lhs.getShape().back() != rhs.getShape()[rhs.getRank() - 2])
    return emitOptionalError(loc, "cannot multiply ", lhs, " by ", rhs);
  SmallVector<int64_t> shape;
  if (!OpTrait::util::getBroadcastedShape(lhs.getShape().drop_back(2),
                                          rhs.getShape().drop_back(2), shape))
    return emitOptionalError(loc, "leading axes of ", lhs, " and ", rhs,
                             " do not broadcast");
  shape.push_back(lhs.getShape()[lhs.getRank() - 2]);
  shape.push_back(rhs.getShape().back());
  // The result of a quantized product has a type of its own.
  Type elementType = lhs.getElementType();
  if (isa<quant::QuantizedType>(elementType))
    elementType = Type();
  result.emplace_back(shape, elementType);
  return success();
}

LogicalResult MatMulOp::verify() {
  SmallVector<Type> types{getLhs().getType(), getRhs().getType(), getType()};
  auto isPerTensor = [](Type type) { return getUniformType(type) != nullptr; };
  auto isQuantized = [](Type type) {
    return getQuantizedType(type) != nullptr;
  };
  if (llvm::any_of(types, isQuantized) && !llvm::all_of(types, isPerTensor))
    return emitOpError("needs both operands and the result quantized per "
                       "tensor, or none of them, found ")
           << types[0] << ", " << types[1] << " and " << types[2];
  return verifySameStorage(*this, types);
}

int64_t MatMulOp::getMacCount() {
  return typeOf(getResult()).getNumElements() *
         typeOf(getLhs()).getShape().back();
}

namespace {
/// A constant matrix on the right is the weights of a fully connected layer.
struct MatMulByConstant : OpRewritePattern<MatMulOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(MatMulOp op,
                                PatternRewriter &rewriter) const override {
    RankedTensorType rhs = typeOf(op.getRhs());
    if (!op.getRhs().getDefiningOp<ConstantOp>() || rhs.getRank() != 2 ||
        !rhs.getElementType().isF32())
      return failure();
    auto weights = createInferred<TransposeOp>(
        rewriter, op.getLoc(), op.getRhs(), ArrayRef<int64_t>{1, 0});
    if (failed(weights))
      return failure();
    int64_t outputs = rhs.getDimSize(1);
    auto bias = createConstant<float>(
        rewriter, op.getLoc(),
        RankedTensorType::get({outputs}, rhs.getElementType()),
        SmallVector<float>(outputs, 0.0f));
    rewriter.replaceOpWithNewOp<FullyConnectedOp>(op, op.getType(), op.getLhs(),
                                                  *weights, bias, FloatAttr(),
                                                  FloatAttr());
    return success();
  }
};
} // namespace

void MatMulOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                           MLIRContext *context) {
  patterns.add<MatMulByConstant>(context);
}
