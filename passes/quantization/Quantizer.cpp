//===- Quantizer.cpp - Rewriting a function to integers -------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Quant/Quantizer.h"

#include "edgecc/Dialect/Edge/Edge.h"
#include "edgecc/Quant/IntegerParams.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::quantization;
using quant::UniformQuantizedType;

LogicalResult quantization::keepFloat(Operation *op, const Twine &reason) {
  op->emitRemark() << "'" << edge::getLayerName(op)
                   << "' stays in float: " << reason;
  return failure();
}

template <typename T>
static Value createStored(OpBuilder &builder, edge::ConstantOp constant,
                          const reference::Tensor &tensor,
                          UniformQuantizedType type) {
  SmallVector<T> stored;
  for (float value : tensor.getData<float>())
    stored.push_back(T(integer::getStoredValue(value, type)));
  return edge::createConstant<T>(
      builder, constant.getLoc(),
      edge::withElementType(constant.getType(), type), stored);
}

static Value quantizeConstant(OpBuilder &builder, edge::ConstantOp constant,
                              const reference::Tensor &tensor,
                              UniformQuantizedType type) {
  if (integer::isWide(type))
    return createStored<int16_t>(builder, constant, tensor, type);
  return createStored<int8_t>(builder, constant, tensor, type);
}

static Value convert(OpBuilder &builder, Value value,
                     UniformQuantizedType type) {
  RankedTensorType wanted = edge::withElementType(value.getType(), type);
  if (auto source = value.getDefiningOp<edge::DequantizeOp>()) {
    if (source.getInput().getType() == wanted)
      return source.getInput();
    return builder.create<edge::RequantizeOp>(source.getLoc(), wanted,
                                              source.getInput());
  }
  if (auto constant = value.getDefiningOp<edge::ConstantOp>())
    if (std::optional<reference::Tensor> tensor =
            edge::getConstantTensor(value))
      return quantizeConstant(builder, constant, *tensor, type);
  return builder.create<edge::QuantizeOp>(value.getLoc(), wanted, value);
}

Value Quantizer::quantizeAs(Value value, UniformQuantizedType type) {
  Value &result = converted[{value, type}];
  if (!result) {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointAfterValue(value);
    result = convert(builder, value, type);
  }
  return result;
}

Value Quantizer::quantize(Value value) {
  return quantizeAs(value, getType(value));
}

void Quantizer::replaceWithQuantized(Operation *op, ValueRange operands,
                                     UniformQuantizedType type) {
  builder.setInsertionPoint(op);
  Operation *copy = builder.clone(*op);
  copy->setOperands(operands);
  copy->removeAttr(kRangesAttr);
  copy->removeAttr(kExtentsAttr);
  copy->removeAttr(kPrecisionAttr);
  Value result = copy->getResult(0);
  result.setType(edge::withElementType(result.getType(), type));
  replace(op, result);
}

void Quantizer::replace(Operation *op, ValueRange quantized) {
  builder.setInsertionPoint(op);
  for (auto [result, value] : llvm::zip_equal(op->getResults(), quantized)) {
    Value real = builder.create<edge::DequantizeOp>(op->getLoc(),
                                                    result.getType(), value);
    types.transfer(result, real);
    result.replaceAllUsesWith(real);
  }
  op->erase();
}
