//===- Quantized.cpp - How the importer holds quantized tensors -----------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Quantized.h"
#include "ScalarBuilder.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::importer;

/// On the edge.quantize of a uint8 tensor, which is held as int8.
static constexpr llvm::StringLiteral kUnsignedAttr = "edge.unsigned";

bool importer::isQuantized(Value value) {
  return value && edge::getUniformType(value.getType());
}

Value importer::createQuantize(OpBuilder &builder, Location loc, Value value,
                               quant::UniformQuantizedType type, Type stored) {
  auto quantize = builder.create<edge::QuantizeOp>(
      loc, edge::withElementType(value.getType(), type), value);
  if (stored.isUnsignedInteger())
    quantize->setAttr(kUnsignedAttr, builder.getUnitAttr());
  return quantize;
}

Type importer::getOnnxType(Value quantized) {
  Builder builder(quantized.getContext());
  bool isUnsigned = quantized.getDefiningOp()->hasAttr(kUnsignedAttr);
  return isUnsigned ? builder.getIntegerType(8, /*isSigned=*/false)
                    : builder.getI8Type();
}

Value importer::createReal(OpBuilder &builder, Location loc, Value quantized) {
  auto type =
      RankedTensorType::get(typeOf(quantized).getShape(), builder.getF32Type());
  return builder.create<edge::DequantizeOp>(loc, type, quantized);
}

Value importer::createStored(OpBuilder &builder, Location loc,
                             Value quantized) {
  quant::UniformQuantizedType type = edge::getUniformType(quantized.getType());
  Type stored = getOnnxType(quantized);
  double zero = double(type.getZeroPoint());
  if (stored.isUnsignedInteger())
    zero += 128.0;
  Value real = createReal(builder, loc, quantized);
  // Exact: a stored integer times the scale, divided by the scale, is off by
  // less than rounding removes.
  Value units = builder.create<edge::MapOp>(
      loc, real, [&](OpBuilder &b, Location loc, ValueRange args) -> Value {
        ScalarBuilder s(b, loc);
        Value units = s.make<math::RoundEvenOp>(
            s.div(args[0], s.constant(type.getScale(), args[0])));
        return s.add(units, s.constant(zero, args[0]));
      });
  return createToStored(builder, loc, units, stored);
}

Value importer::createFromStored(OpBuilder &builder, Location loc,
                                 Value stored) {
  bool isUnsigned = typeOf(stored).getElementType().isUnsignedInteger(8);
  if (isUnsigned)
    stored = builder.create<edge::ReshapeOp>(
        loc, edge::withElementType(stored.getType(), builder.getI8Type()),
        stored);
  return builder.create<edge::MapOp>(
      loc, stored, [&](OpBuilder &b, Location loc, ValueRange args) -> Value {
        ScalarBuilder s(b, loc);
        Value value = s.make<arith::SIToFPOp>(b.getF32Type(), args[0]);
        if (!isUnsigned)
          return value;
        return s.select(s.less(value, s.constant(0, value)),
                        s.add(value, s.constant(256, value)), value);
      });
}

Value importer::createToStored(OpBuilder &builder, Location loc, Value value,
                               Type stored) {
  bool isUnsigned = stored.isUnsignedInteger();
  Value bytes = builder.create<edge::MapOp>(
      loc, value, [&](OpBuilder &b, Location loc, ValueRange args) -> Value {
        ScalarBuilder s(b, loc);
        Value value = args[0];
        if (isUnsigned)
          value = s.select(s.less(s.constant(127, value), value),
                           s.sub(value, s.constant(256, value)), value);
        return s.make<arith::FPToSIOp>(b.getI8Type(), value);
      });
  if (!isUnsigned)
    return bytes;
  return builder.create<edge::ReshapeOp>(
      loc, edge::withElementType(bytes.getType(), stored), bytes);
}

//===----------------------------------------------------------------------===//
// Operators that know nothing of quantization
//===----------------------------------------------------------------------===//

/// Whether the result holds elements of the first operand (of all operands, for
/// Concat) and no others, whatever they are.
static bool isMovement(StringRef name) {
  static constexpr StringLiteral names[] = {
      "Concat",    "DepthToSpace",  "Dropout",  "Expand",  "Flatten",
      "Gather",    "GlobalMaxPool", "Identity", "MaxPool", "Reshape",
      "Slice",     "SpaceToDepth",  "Split",    "Squeeze", "Tile",
      "Transpose", "Unsqueeze"};
  return llvm::is_contained(names, name);
}

void OperandAdapter::adaptOperands(MutableArrayRef<Value> operands) {
  if (entry.takesQuantized || llvm::none_of(operands, isQuantized))
    return;
  Value first = operands.front();
  bool isConcat = entry.name == "Concat";
  bool sameTypes = llvm::all_of(operands, [&](Value operand) {
    return !isConcat || (isQuantized(operand) && isQuantized(first) &&
                         edge::getUniformType(operand.getType()) ==
                             edge::getUniformType(first.getType()) &&
                         getOnnxType(operand) == getOnnxType(first));
  });
  if (isMovement(entry.name) && isQuantized(first) && sameTypes) {
    type = edge::getUniformType(first.getType());
    stored = getOnnxType(first);
  }
  for (auto [index, operand] : llvm::enumerate(operands)) {
    if (!isQuantized(operand))
      continue;
    operand = type && (isConcat || index == 0)
                  ? createReal(builder, loc, operand)
                  : createStored(builder, loc, operand);
  }
}

Value OperandAdapter::adaptResult(Value result) {
  if (!type || !result || !typeOf(result).getElementType().isF32())
    return result;
  return createQuantize(builder, loc, result, type, stored);
}
