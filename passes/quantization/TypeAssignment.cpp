//===- TypeAssignment.cpp - A quantized type per value --------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Quant/TypeAssignment.h"

#include "edgecc/Dialect/Edge/Edge.h"

#include "llvm/ADT/IntEqClasses.h"
#include "llvm/ADT/SetVector.h"

#include <cmath>

using namespace mlir;
using namespace edgecc;
using namespace edgecc::quantization;
using edge::QuantizableOpInterface;

bool quantization::isKeptFloat(Operation *op) {
  auto precision = op->getAttrOfType<StringAttr>("edge.precision");
  return precision && precision.getValue() == "f32";
}

static std::optional<Range> getConstantRange(Value value) {
  std::optional<reference::Tensor> tensor = edge::getConstantTensor(value);
  if (!tensor || tensor->getNumElements() == 0)
    return std::nullopt;
  ArrayRef<float> data = tensor->getData<float>();
  Range range{data.front(), data.front()};
  for (float element : data) {
    if (!std::isfinite(element))
      return std::nullopt;
    range.join({element, element});
  }
  return range;
}

/// The operation that a value has to share its type through, if any.
static QuantizableOpInterface getSameTypeOp(Operation *op) {
  auto quantizable = dyn_cast_or_null<QuantizableOpInterface>(op);
  if (!quantizable || isKeptFloat(op) ||
      quantizable.getSameTypeOperands().empty())
    return {};
  return quantizable;
}

namespace {
/// What is known of the values that share a type.
struct ValueClass {
  std::optional<Range> range;
  /// The type that all operations that compute values of the class ask for.
  quant::UniformQuantizedType fixedType;
  bool hasFreeSource = false;

  void addRange(Range other) {
    if (range)
      range->join(other);
    else
      range = other;
  }
  /// Data movement passes on what is computed elsewhere; it is no source.
  void addSource(Value value) {
    Operation *op = value.getDefiningOp();
    if (getSameTypeOp(op))
      return;
    auto quantizable = dyn_cast_or_null<QuantizableOpInterface>(op);
    quant::UniformQuantizedType wanted = quantizable
                                             ? quantizable.getFixedResultType()
                                             : quant::UniformQuantizedType();
    if (!wanted || (fixedType && fixedType != wanted))
      hasFreeSource = true;
    fixedType = wanted;
  }
  quant::UniformQuantizedType getType(MLIRContext *context) const {
    if (!range || !range->isFinite())
      return {};
    if (fixedType && !hasFreeSource)
      return fixedType;
    return chooseType(context, *range);
  }
};
} // namespace

static llvm::SetVector<Value> collectFloatTensors(func::FuncOp func) {
  llvm::SetVector<Value> values;
  auto add = [&](Value value) {
    auto type = dyn_cast<RankedTensorType>(value.getType());
    if (type && type.getElementType().isF32())
      values.insert(value);
  };
  llvm::for_each(func.getArguments(), add);
  for (Operation &op : func.getBody().front())
    llvm::for_each(op.getResults(), add);
  return values;
}

/// Numbers the values by the class that they belong to.
static llvm::IntEqClasses groupValues(func::FuncOp func,
                                      const llvm::SetVector<Value> &values) {
  llvm::DenseMap<Value, unsigned> numbers;
  for (auto [number, value] : llvm::enumerate(values))
    numbers[value] = number;
  llvm::IntEqClasses classes(values.size());
  for (Operation &op : func.getBody().front()) {
    QuantizableOpInterface mover = getSameTypeOp(&op);
    if (!mover || !numbers.count(op.getResult(0)))
      continue;
    for (Value operand : mover.getSameTypeOperands())
      if (numbers.count(operand))
        classes.join(numbers[operand], numbers[op.getResult(0)]);
  }
  classes.compress();
  return classes;
}

TypeAssignment TypeAssignment::compute(func::FuncOp func) {
  llvm::SetVector<Value> values = collectFloatTensors(func);
  llvm::IntEqClasses classes = groupValues(func, values);
  SmallVector<ValueClass> known(classes.getNumClasses());
  for (auto [number, value] : llvm::enumerate(values)) {
    ValueClass &valueClass = known[classes[number]];
    std::optional<Range> range = value.getDefiningOp<edge::ConstantOp>()
                                     ? getConstantRange(value)
                                     : getRange(value);
    if (range)
      valueClass.addRange(*range);
    valueClass.addSource(value);
  }
  TypeAssignment assignment;
  for (auto [number, value] : llvm::enumerate(values))
    if (auto type = known[classes[number]].getType(func.getContext()))
      assignment.types[value] = type;
  return assignment;
}

/// The one type that all users of a value quantize it to, or null.
static quant::UniformQuantizedType getQuantizedUse(Value value) {
  quant::UniformQuantizedType found;
  for (Operation *user : value.getUsers()) {
    auto quantize = dyn_cast<edge::QuantizeOp>(user);
    if (!quantize)
      return {};
    // Of several types the first in the program's order; others requantize.
    if (!found)
      found = edge::getUniformType(quantize.getType());
  }
  return found;
}

/// From operands to results, then from results to operands that are used in no
/// other way.
void TypeAssignment::passThrough(func::FuncOp func) {
  SmallVector<QuantizableOpInterface> movers;
  for (Operation &op : func.getBody().front())
    if (QuantizableOpInterface mover = getSameTypeOp(&op))
      movers.push_back(mover);
  for (QuantizableOpInterface mover : movers) {
    Value result = mover->getResult(0);
    if (!lookup(result) &&
        llvm::all_equal(llvm::map_range(mover.getSameTypeOperands(),
                                        [&](Value v) { return lookup(v); })))
      transfer(mover.getSameTypeOperands().front(), result);
  }
  for (QuantizableOpInterface mover : llvm::reverse(movers))
    for (Value operand : mover.getSameTypeOperands())
      if (operand.hasOneUse() && !lookup(operand))
        transfer(mover->getResult(0), operand);
}

TypeAssignment TypeAssignment::fromConversions(func::FuncOp func) {
  TypeAssignment assignment;
  for (Value value : collectFloatTensors(func)) {
    quant::UniformQuantizedType type;
    if (auto dequantize = value.getDefiningOp<edge::DequantizeOp>())
      type = edge::getUniformType(dequantize.getInput().getType());
    else if (value.getDefiningOp<edge::ConstantOp>())
      assignment.assignConstant(value);
    else
      type = getQuantizedUse(value);
    if (type)
      assignment.types[value] = type;
  }
  assignment.passThrough(func);
  return assignment;
}

void TypeAssignment::transfer(Value original, Value copy) {
  if (quant::UniformQuantizedType type = lookup(original))
    types[copy] = type;
}

void TypeAssignment::assignConstant(Value constant) {
  if (std::optional<Range> range = getConstantRange(constant))
    types[constant] = chooseType(constant.getContext(), *range);
}
