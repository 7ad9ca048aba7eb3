//===- QuantizeElementwise.cpp - edge.map to integers ---------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Dialect/Edge/Edge.h"
#include "edgecc/Quant/IntegerParams.h"
#include "edgecc/Quant/Quantizer.h"

#include "kernels/fixed_point.h"

#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;
using namespace edgecc::quantization;

//===----------------------------------------------------------------------===//
// Recognition
//===----------------------------------------------------------------------===//

namespace {
/// The body of a map that combines its two operands by one operation and
/// clamps what comes out.
struct BinaryBody {
  Operation *core = nullptr;
  /// Which operands of the map the core takes.
  unsigned lhs = 0, rhs = 0;
  std::optional<float> clampMin, clampMax;
};
} // namespace

static std::optional<float> getScalarConstant(Value value) {
  FloatAttr attr;
  if (!matchPattern(value, m_Constant(&attr)) || !attr.getType().isF32())
    return std::nullopt;
  return attr.getValue().convertToFloat();
}

/// What `value` is the clamped form of, if an operation clamps it. Bounds found
/// further out apply last, so that they limit the inner ones.
static Value peelClamp(Value value, BinaryBody &body) {
  Operation *op = value.getDefiningOp();
  bool isMax = isa_and_nonnull<arith::MaximumFOp, arith::MaxNumFOp>(op);
  bool isMin = isa_and_nonnull<arith::MinimumFOp, arith::MinNumFOp>(op);
  if (!isMax && !isMin)
    return {};
  for (unsigned side : {0u, 1u}) {
    std::optional<float> bound = getScalarConstant(op->getOperand(side));
    if (!bound)
      continue;
    if (body.clampMin)
      bound = std::max(*bound, *body.clampMin);
    if (body.clampMax)
      bound = std::min(*bound, *body.clampMax);
    (isMax ? body.clampMin : body.clampMax) = *bound;
    return op->getOperand(1 - side);
  }
  return {};
}

static std::optional<BinaryBody> matchBinaryBody(MapOp map) {
  BinaryBody body;
  Block &block = map.getBody().front();
  Value value = cast<YieldOp>(block.getTerminator()).getValue();
  while (Value inner = peelClamp(value, body))
    value = inner;
  body.core = value.getDefiningOp();
  if (!isa_and_nonnull<arith::AddFOp, arith::MulFOp, arith::SubFOp>(body.core))
    return std::nullopt;
  auto lhs = dyn_cast<BlockArgument>(body.core->getOperand(0));
  auto rhs = dyn_cast<BlockArgument>(body.core->getOperand(1));
  if (!lhs || !rhs || block.getNumArguments() != 2)
    return std::nullopt;
  body.lhs = lhs.getArgNumber();
  body.rhs = rhs.getArgNumber();
  return body;
}

//===----------------------------------------------------------------------===//
// Addition and multiplication
//===----------------------------------------------------------------------===//

static FloatAttr getBound(Builder &builder, std::optional<float> bound) {
  return bound ? builder.getF32FloatAttr(*bound) : FloatAttr();
}

/// -x of a constant, so that a subtraction becomes an addition.
static Value negateConstant(OpBuilder &builder, Value value) {
  std::optional<reference::Tensor> tensor = getConstantTensor(value);
  if (!tensor)
    return {};
  SmallVector<float> negated;
  for (float element : tensor->getData<float>())
    negated.push_back(-element);
  return createConstant<float>(builder, value.getLoc(), tensor->getType(),
                               negated);
}

/// A constant operand in the type that covers its values.
static Value quantizeOperand(Quantizer &quantizer, Value operand) {
  return quantizer.getType(operand) ? quantizer.quantize(operand) : Value();
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
  bool isMul = isa<arith::MulFOp>(body.core);
  // The product of two differences of int8 takes 17 bits. Those of int16 are
  // scaled in 64.
  if (isMul && !integer::isWide(type) &&
      integer::getMulRequantization(getUniformType(lhs.getType()),
                                    getUniformType(rhs.getType()), type)
              .shift > 14)
    return keepFloat(map, "its results are too small against its operands");

  builder.setInsertionPoint(map);
  FloatAttr clampMin = getBound(builder, body.clampMin);
  FloatAttr clampMax = getBound(builder, body.clampMax);
  RankedTensorType resultType =
      withElementType(map.getResult().getType(), type);
  Value result;
  if (isMul)
    result = builder.create<MulOp>(map.getLoc(), resultType, lhs, rhs, clampMin,
                                   clampMax);
  else
    result = builder.create<AddOp>(map.getLoc(), resultType, lhs, rhs, clampMin,
                                   clampMax);
  quantizer.replace(map, result);
  return success();
}

/// Turns a - c, with a constant c, into a + (-c) in place.
static LogicalResult rewriteSubtraction(MapOp map, BinaryBody &body,
                                        Quantizer &quantizer) {
  OpBuilder &builder = quantizer.getBuilder();
  builder.setInsertionPoint(map);
  Value negated = negateConstant(builder, map.getInputs()[body.rhs]);
  if (!negated)
    return keepFloat(map, "no integer form of a difference of two computed "
                          "tensors");
  quantizer.assignConstant(negated);
  map.setOperand(body.rhs, negated);
  builder.setInsertionPoint(body.core);
  auto sum = builder.create<arith::AddFOp>(
      body.core->getLoc(), body.core->getOperand(0), body.core->getOperand(1));
  body.core->replaceAllUsesWith(sum);
  body.core->erase();
  body.core = sum;
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

/// Whether the map is a function of one tensor of the result's shape.
static bool isUnary(MapOp map) {
  return !map.getInputs().empty() && llvm::all_equal(map.getInputs()) &&
         map.getInputs().front().getType() == map.getResult().getType();
}

LogicalResult MapOp::quantize(Quantizer &quantizer) {
  auto isF32 = [](Value v) { return getElementTypeOrSelf(v).isF32(); };
  if (!llvm::all_of(getInputs(), isF32))
    return keepFloat(*this, "it takes tensors of other types");
  if (isUnary(*this))
    return quantizeTable(*this, quantizer);
  std::optional<BinaryBody> body = matchBinaryBody(*this);
  if (!body)
    return keepFloat(*this, "no integer form of this elementwise function of "
                            "several tensors");
  if (isa<arith::SubFOp>(body->core) &&
      failed(rewriteSubtraction(*this, *body, quantizer)))
    return failure();
  return quantizeBinary(*this, *body, quantizer);
}
