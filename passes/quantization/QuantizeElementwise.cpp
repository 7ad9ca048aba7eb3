//===- QuantizeElementwise.cpp - edge.map to integers ---------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ElementwiseForms.h"

#include "edgecc/Quant/IntegerParams.h"
#include "edgecc/Quant/Quantizer.h"

#include "kernels/fixed_point.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;
using namespace edgecc::quantization;

//===----------------------------------------------------------------------===//
// Two operands
//===----------------------------------------------------------------------===//

static FloatAttr getBound(Builder &builder, std::optional<float> bound) {
  return bound ? builder.getF32FloatAttr(*bound) : FloatAttr();
}

/// A constant operand in the type that covers its values.
static Value quantizeOperand(Quantizer &quantizer, Value operand) {
  return quantizer.getType(operand) ? quantizer.quantize(operand) : Value();
}

/// Whether products and the like, of at most 17 bits, may be shifted left
/// before they are requantized.
static bool mayShift(const integer::Requantization &factors) {
  return factors.shift <= 14;
}

/// Whether everything fits 32 bits. What is made of int16 is scaled in 64.
static bool fits(BinaryKind kind, quant::UniformQuantizedType lhs,
                 quant::UniformQuantizedType rhs,
                 quant::UniformQuantizedType result) {
  if (integer::isWide(result))
    return true;
  if (kind == BinaryKind::Mul)
    return mayShift(integer::getMulRequantization(lhs, rhs, result));
  if (kind == BinaryKind::PRelu)
    return mayShift(integer::getPReluRequantization(lhs, rhs, result));
  return true;
}

static StringRef getOperationName(BinaryKind kind) {
  switch (kind) {
  case BinaryKind::Add:
    return AddOp::getOperationName();
  case BinaryKind::Sub:
    return SubOp::getOperationName();
  case BinaryKind::Mul:
    return MulOp::getOperationName();
  case BinaryKind::Div:
    return DivOp::getOperationName();
  case BinaryKind::Maximum:
    return MaximumOp::getOperationName();
  case BinaryKind::Minimum:
    return MinimumOp::getOperationName();
  case BinaryKind::PRelu:
    return PReluOp::getOperationName();
  }
  llvm_unreachable("all kinds are handled");
}

static LogicalResult quantizeBinary(MapOp map, const BinaryBody &body,
                                    Quantizer &quantizer) {
  OpBuilder &builder = quantizer.getBuilder();
  builder.setInsertionPoint(map);
  Value lhs = quantizeOperand(quantizer, map.getInputs()[body.lhs]);
  Value rhs = quantizeOperand(quantizer, map.getInputs()[body.rhs]);
  if (!lhs || !rhs)
    return keepFloat(map, "a constant operand is not finite");
  quant::UniformQuantizedType type = quantizer.getType(map.getResult());
  if (!fits(body.kind, getUniformType(lhs.getType()),
            getUniformType(rhs.getType()), type))
    return keepFloat(map, "its results are too small against its operands");

  builder.setInsertionPoint(map);
  OperationState state(map.getLoc(), getOperationName(body.kind));
  state.addOperands({lhs, rhs});
  state.addTypes(withElementType(map.getResult().getType(), type));
  Operation *op = builder.create(state);
  auto clampable = cast<ClampableOpInterface>(op);
  clampable.setClampMinAttr(getBound(builder, body.clampMin));
  clampable.setClampMaxAttr(getBound(builder, body.clampMax));
  quantizer.replace(map, op->getResult(0));
  return success();
}

//===----------------------------------------------------------------------===//
// Tables
//===----------------------------------------------------------------------===//

/// The values of a map of one operand for a tensor of inputs, by the reference
/// semantics.
static FailureOr<reference::Tensor>
evaluateMap(OpBuilder &builder, MapOp map, const reference::Tensor &input) {
  auto copy = cast<MapOp>(builder.clone(*map));
  copy.getResult().setType(input.getType());
  SmallVector<reference::Tensor> operands(copy.getInputs().size(), input);
  reference::Tensor result(input.getType());
  LogicalResult evaluated = copy.evaluate(operands, result);
  copy.erase();
  if (failed(evaluated))
    return failure();
  return result;
}

/// The real values of `count` stored integers from the lowest on, `step` apart.
static reference::Tensor enumerateValues(quant::UniformQuantizedType type,
                                         int64_t count, int64_t step) {
  reference::Tensor values(
      RankedTensorType::get({count}, type.getExpressedType()));
  int64_t first = type.getStorageTypeMin() - type.getZeroPoint();
  for (auto [index, value] : llvm::enumerate(values.getData<float>()))
    value = float(first + int64_t(index) * step) * float(type.getScale());
  return values;
}

/// What the map makes of these values, stored in the result's type.
template <typename T>
static FailureOr<SmallVector<T>>
evaluateStored(OpBuilder &builder, MapOp map, const reference::Tensor &values,
               quant::UniformQuantizedType type) {
  FailureOr<reference::Tensor> results = evaluateMap(builder, map, values);
  if (failed(results))
    return failure();
  SmallVector<T> stored;
  for (float value : std::as_const(*results).getData<float>())
    stored.push_back(T(integer::getStoredValue(value, type)));
  return stored;
}

static FailureOr<Value> createNarrowTable(OpBuilder &builder, MapOp map,
                                          quant::UniformQuantizedType input,
                                          quant::UniformQuantizedType output) {
  FailureOr<SmallVector<int8_t>> table = evaluateStored<int8_t>(
      builder, map, enumerateValues(input, 256, 1), output);
  if (failed(table))
    return failure();
  return Value(createConstant<int8_t>(
      builder, map.getLoc(), RankedTensorType::get({256}, builder.getI8Type()),
      *table));
}

/// By how many steps straight lines between a table's entries miss the function
/// at most, where values are expected: what is beyond is headroom.
static int32_t getInterpolationError(ArrayRef<int16_t> table,
                                     ArrayRef<int16_t> exact) {
  int32_t error = 0;
  for (int32_t q = INT16_MIN / 2; q <= INT16_MAX / 2; ++q)
    error = std::max(error,
                     std::abs(kernels::interpolate(table.data(), int16_t(q)) -
                              exact[q - INT16_MIN]));
  return error;
}

static FailureOr<Value> createWideTable(OpBuilder &builder, MapOp map,
                                        quant::UniformQuantizedType input,
                                        quant::UniformQuantizedType output) {
  // A step of int8: functions that are less smooth have no use for 16 bits.
  constexpr int32_t kMaxError = 256;
  FailureOr<SmallVector<int16_t>> table = evaluateStored<int16_t>(
      builder, map,
      enumerateValues(input, integer::kTableEntries, integer::kTableStep),
      output);
  FailureOr<SmallVector<int16_t>> exact = evaluateStored<int16_t>(
      builder, map, enumerateValues(input, 1 << 16, 1), output);
  if (failed(table) || failed(exact))
    return failure();
  int32_t error = getInterpolationError(*table, *exact);
  if (error > kMaxError)
    return keepFloat(map, "straight lines between the " +
                              Twine(integer::kTableEntries) +
                              " values of its table would miss it by " +
                              Twine(error) + " of 65536 steps");
  return Value(
      createConstant<int16_t>(builder, map.getLoc(),
                              RankedTensorType::get({integer::kTableEntries},
                                                    builder.getIntegerType(16)),
                              *table));
}

static LogicalResult quantizeTable(MapOp map, Quantizer &quantizer) {
  OpBuilder &builder = quantizer.getBuilder();
  builder.setInsertionPoint(map);
  Value input = map.getInputs().front();
  quant::UniformQuantizedType inputType = quantizer.getType(input);
  quant::UniformQuantizedType type = quantizer.getType(map.getResult());
  auto create = integer::isWide(type) ? createWideTable : createNarrowTable;
  FailureOr<Value> table = create(builder, map, inputType, type);
  if (failed(table))
    return failure();
  Value quantized = quantizer.quantize(input);
  builder.setInsertionPoint(map);
  quantizer.replace(map, builder.create<TableOp>(
                             map.getLoc(),
                             withElementType(map.getResult().getType(), type),
                             quantized, *table));
  return success();
}

LogicalResult MapOp::quantize(Quantizer &quantizer) {
  auto isF32 = [](Value v) { return getElementTypeOrSelf(v).isF32(); };
  if (!llvm::all_of(getInputs(), isF32))
    return keepFloat(*this, "it takes tensors of other types");
  if (isUnaryMap(*this))
    return quantizeTable(*this, quantizer);
  std::optional<BinaryBody> body = matchBinaryBody(*this);
  if (!body)
    return keepFloat(*this, "no integer form of this elementwise function of "
                            "several tensors");
  return quantizeBinary(*this, *body, quantizer);
}
