//===- EdgeElementwise.cpp - edge.map and its integer forms ---------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "EdgeVerify.h"

#include "mlir/Dialect/Traits.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;

/// The shape that the operands broadcast to, as in numpy.
static LogicalResult
inferBroadcast(std::optional<Location> loc, ValueShapeRange operands,
               Type elementType,
               SmallVectorImpl<ShapedTypeComponents> &result) {
  SmallVector<int64_t> shape;
  for (unsigned i = 0, e = operands.size(); i != e; ++i) {
    auto type = cast<RankedTensorType>(operands[i].getType());
    SmallVector<int64_t> joined;
    if (!OpTrait::util::getBroadcastedShape(shape, type.getShape(), joined))
      return emitOptionalError(loc, "operand ", i, " of type ", type,
                               " does not broadcast with the operands before");
    shape = std::move(joined);
  }
  result.emplace_back(shape, elementType);
  return success();
}

//===----------------------------------------------------------------------===//
// MapOp
//===----------------------------------------------------------------------===//

/// What the body of a map sees of an element: arith knows no unsigned types.
static Type getScalarType(Type elementType) {
  if (elementType.isUnsignedInteger())
    return IntegerType::get(elementType.getContext(),
                            elementType.getIntOrFloatBitWidth());
  return elementType;
}

/// Whether the yielded type leaves the sign of the result's elements open.
static bool mayBeUnsigned(Type scalarType) {
  return scalarType.isSignlessInteger(8);
}

LogicalResult MapOp::inferReturnTypeComponents(
    MLIRContext *, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<ShapedTypeComponents> &result) {
  Region &body = *adaptor.getRegions().front();
  Type elementType;
  // The body is verified after this, hence may still end in anything.
  if (!body.empty() && !body.front().empty())
    if (auto yield = dyn_cast<YieldOp>(body.front().back());
        yield && yield->getNumOperands() == 1)
      elementType = yield.getValue().getType();
  if (elementType && mayBeUnsigned(elementType))
    elementType = Type();
  return inferBroadcast(loc, adaptor.getOperands(), elementType, result);
}

void MapOp::build(OpBuilder &builder, OperationState &state, ValueRange inputs,
                  function_ref<Value(OpBuilder &, Location, ValueRange)> body) {
  state.addOperands(inputs);
  Block &block = state.addRegion()->emplaceBlock();
  SmallVector<int64_t> shape;
  for (Value input : inputs) {
    auto type = cast<RankedTensorType>(input.getType());
    block.addArgument(getScalarType(type.getElementType()), state.location);
    SmallVector<int64_t> joined;
    OpTrait::util::getBroadcastedShape(shape, type.getShape(), joined);
    shape = std::move(joined);
  }
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(&block);
  Value result = body(builder, state.location, block.getArguments());
  builder.create<YieldOp>(state.location, result);
  state.addTypes(RankedTensorType::get(shape, result.getType()));
}

LogicalResult MapOp::verify() {
  Block &block = getBody().front();
  if (block.getNumArguments() != getInputs().size())
    return emitOpError("body takes ")
           << block.getNumArguments() << " elements, but there are "
           << getInputs().size() << " operands";
  for (auto [input, argument] :
       llvm::zip_equal(getInputs(), block.getArguments())) {
    Type elementType = getElementTypeOrSelf(input.getType());
    if (isa<quant::QuantizedType>(elementType))
      return emitOpError("does not take quantized operands: use edge.add, "
                         "edge.mul, edge.table, or dequantize them");
    if (argument.getType() != getScalarType(elementType))
      return emitOpError("body takes an element of type ")
             << argument.getType() << " for an operand of " << input.getType();
  }
  Operation &last = block.back();
  Type wanted = getScalarType(getElementTypeOrSelf(getType()));
  if (last.getNumOperands() == 1 && last.getOperand(0).getType() != wanted)
    return emitOpError("body yields an element of type ")
           << last.getOperand(0).getType() << " for a result of " << getType();
  for (Operation &op : block.without_terminator())
    if (op.getNumRegions() != 0 || !op.getDialect() ||
        !llvm::is_contained({"arith", "math"}, op.getDialect()->getNamespace()))
      return emitOpError("body may hold scalar arith and math only")
                 .attachNote(op.getLoc())
             << "found " << op.getName();
  return success();
}

namespace {
/// An operand that is a constant of one value everywhere moves into the body,
/// unless the result's shape comes from it.
struct InlineSplatOperand : OpRewritePattern<MapOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(MapOp map,
                                PatternRewriter &rewriter) const override {
    for (unsigned index = 0, e = map.getInputs().size(); index != e; ++index) {
      TypedAttr value = getSplat(map.getInputs()[index]);
      if (!value || !keepsShapeWithout(map, index))
        continue;
      Block &block = map.getBody().front();
      rewriter.modifyOpInPlace(map, [&] {
        OpBuilder::InsertionGuard guard(rewriter);
        rewriter.setInsertionPointToStart(&block);
        auto constant = rewriter.create<arith::ConstantOp>(map.getLoc(), value);
        block.getArgument(index).replaceAllUsesWith(constant);
        block.eraseArgument(index);
        map.getInputsMutable().erase(index);
      });
      return success();
    }
    return failure();
  }

  static TypedAttr getSplat(Value input) {
    auto type = cast<RankedTensorType>(input.getType());
    if (!type.getElementType().isIntOrFloat())
      return {};
    DenseElementsAttr splat;
    if (matchPattern(input, m_Constant(&splat)) && splat.isSplat())
      return asScalar(splat.getSplatValue<Attribute>());
    if (type.getNumElements() != 1)
      return {};
    std::optional<reference::Tensor> tensor = getConstantTensor(input);
    if (!tensor || type.getElementType().isInteger(1))
      return {};
    return asScalar(
        DenseElementsAttr::getFromRawBuffer(type, tensor->getRawData())
            .getSplatValue<Attribute>());
  }

  static TypedAttr asScalar(Attribute element) {
    auto integer = dyn_cast<IntegerAttr>(element);
    if (!integer)
      return cast<TypedAttr>(element);
    return IntegerAttr::get(getScalarType(integer.getType()),
                            integer.getValue());
  }

  static bool keepsShapeWithout(MapOp map, unsigned dropped) {
    SmallVector<int64_t> shape;
    unsigned kept = 0;
    for (auto [index, input] : llvm::enumerate(map.getInputs())) {
      if (index == dropped)
        continue;
      SmallVector<int64_t> joined;
      OpTrait::util::getBroadcastedShape(
          shape, cast<RankedTensorType>(input.getType()).getShape(), joined);
      shape = std::move(joined);
      ++kept;
    }
    return kept != 0 && ArrayRef<int64_t>(shape) ==
                            cast<RankedTensorType>(map.getType()).getShape();
  }
};

/// An operand that the body does not use goes, where the shape stays.
struct DropUnusedOperand : OpRewritePattern<MapOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(MapOp map,
                                PatternRewriter &rewriter) const override {
    Block &block = map.getBody().front();
    for (BlockArgument argument : block.getArguments()) {
      unsigned index = argument.getArgNumber();
      if (!argument.use_empty() ||
          !InlineSplatOperand::keepsShapeWithout(map, index))
        continue;
      rewriter.modifyOpInPlace(map, [&] {
        block.eraseArgument(index);
        map.getInputsMutable().erase(index);
      });
      return success();
    }
    return failure();
  }
};

/// An operand that occurs twice is taken once.
struct MergeEqualOperands : OpRewritePattern<MapOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(MapOp map,
                                PatternRewriter &rewriter) const override {
    Block &block = map.getBody().front();
    llvm::SmallDenseMap<Value, unsigned> first;
    for (unsigned index = 0, e = map.getInputs().size(); index != e; ++index) {
      auto known = first.try_emplace(map.getInputs()[index], index).first;
      if (known->second == index)
        continue;
      rewriter.modifyOpInPlace(map, [&] {
        rewriter.replaceAllUsesWith(block.getArgument(index),
                                    block.getArgument(known->second));
        block.eraseArgument(index);
        map.getInputsMutable().erase(index);
      });
      return success();
    }
    return failure();
  }
};

/// A map that yields its only operand unchanged is that operand.
struct DropIdentityMap : OpRewritePattern<MapOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(MapOp map,
                                PatternRewriter &rewriter) const override {
    auto yield = cast<YieldOp>(map.getBody().front().getTerminator());
    auto argument = dyn_cast<BlockArgument>(yield.getValue());
    if (!argument || argument.getOwner() != &map.getBody().front())
      return failure();
    Value input = map.getInputs()[argument.getArgNumber()];
    if (input.getType() != map.getType())
      return failure();
    rewriter.replaceOp(map, input);
    return success();
  }
};
} // namespace

void MapOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                        MLIRContext *context) {
  patterns.add<InlineSplatOperand, DropUnusedOperand, MergeEqualOperands,
               DropIdentityMap>(context);
}

//===----------------------------------------------------------------------===//
// Integer forms of two operands
//===----------------------------------------------------------------------===//

template <typename OpT> static LogicalResult verifyQuantizedBinary(OpT op) {
  for (Type type : {op.getLhs().getType(), op.getRhs().getType(), op.getType()})
    if (!getUniformType(type))
      return op.emitOpError("needs operands and result quantized per tensor, "
                            "found ")
             << type << "; use edge.map on floats";
  return verifySameStorage(
      op, {op.getLhs().getType(), op.getRhs().getType(), op.getType()});
}

#define EDGE_QUANTIZED_BINARY(Op)                                              \
  LogicalResult Op::verify() { return verifyQuantizedBinary(*this); }          \
  LogicalResult Op::inferReturnTypeComponents(                                 \
      MLIRContext *, std::optional<Location> loc, Adaptor adaptor,             \
      SmallVectorImpl<ShapedTypeComponents> &result) {                         \
    return inferBroadcast(loc, adaptor.getOperands(), Type(), result);         \
  }
EDGE_QUANTIZED_BINARY(AddOp)
EDGE_QUANTIZED_BINARY(SubOp)
EDGE_QUANTIZED_BINARY(MulOp)
EDGE_QUANTIZED_BINARY(DivOp)
EDGE_QUANTIZED_BINARY(MaximumOp)
EDGE_QUANTIZED_BINARY(MinimumOp)
#undef EDGE_QUANTIZED_BINARY

LogicalResult PReluOp::verify() {
  if (getLhs().getType().getShape() != getType().getShape())
    return emitOpError("slopes of type ")
           << getRhs().getType() << " do not broadcast to the input's shape";
  return verifyQuantizedBinary(*this);
}

LogicalResult PReluOp::inferReturnTypeComponents(
    MLIRContext *, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<ShapedTypeComponents> &result) {
  return inferBroadcast(loc, adaptor.getOperands(), Type(), result);
}

//===----------------------------------------------------------------------===//
// TableOp
//===----------------------------------------------------------------------===//

LogicalResult TableOp::verify() {
  auto table = cast<RankedTensorType>(getTable().getType());
  if (!getUniformType(getInput().getType()) || !getUniformType(getType()))
    return emitOpError("needs input and result quantized per tensor");
  if (failed(verifySameStorage(*this, {getInput().getType(), getType()})))
    return failure();
  bool isWide = getStorageType(getElementTypeOrSelf(getType())).isInteger(16);
  auto wanted = RankedTensorType::get(
      {isWide ? 513 : 256}, IntegerType::get(getContext(), isWide ? 16 : 8));
  if (table.getShape() != wanted.getShape() ||
      !table.getElementType().isInteger(isWide ? 16 : 8))
    return emitOpError("needs a table of type ")
           << wanted << ", found " << table;
  return success();
}

LogicalResult TableOp::inferReturnTypeComponents(
    MLIRContext *, std::optional<Location>, Adaptor adaptor,
    SmallVectorImpl<ShapedTypeComponents> &result) {
  result.emplace_back(
      cast<RankedTensorType>(adaptor.getInput().getType()).getShape());
  return success();
}
