//===- TypeAssignment.cpp - A quantized type per value --------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Quant/TypeAssignment.h"

#include "OperandLimits.h"

#include "edgecc/Dialect/Edge/Edge.h"
#include "edgecc/Quant/RecurrentParams.h"

#include "llvm/ADT/IntEqClasses.h"
#include "llvm/ADT/SetVector.h"

#include <cmath>

using namespace mlir;
using namespace edgecc;
using namespace edgecc::quantization;
using edge::QuantizableOpInterface;

/// The operation that a value has to share its type through, if any.
static QuantizableOpInterface getSameTypeOp(Operation *op,
                                            Precision otherwise) {
  auto quantizable = dyn_cast_or_null<QuantizableOpInterface>(op);
  if (!quantizable || getPrecision(op, otherwise) == Precision::F32 ||
      quantizable.getSameTypeOperands().empty())
    return {};
  return quantizable;
}

namespace {
/// What is known of the values that share a type.
struct ValueClass {
  /// What int8 and what int16 have to cover.
  std::optional<Range> range, extent;
  /// The operations that compute values of the class, null for arguments and
  /// constants. Data movement passes on what is computed elsewhere; it is no
  /// source.
  SmallVector<QuantizableOpInterface> sources;
  /// Whether those that compute values, or else those that take them, do so in
  /// int16.
  bool hasNarrowSource = false, hasWideSource = false, hasWideUser = false;
  /// Whether cells of an LSTM are among the values. Then what goes beyond
  /// `bound` may be cut off: no source has anything there that counts.
  bool hasCells = false;
  double bound = 0.0;

  void addRanges(Range other, Range otherExtent) {
    if (!range) {
      range = other;
      extent = otherExtent;
      return;
    }
    range->join(other);
    extent->join(otherExtent);
  }
  void addSource(Value value, Precision otherwise) {
    Operation *op = value.getDefiningOp();
    auto quantizable = dyn_cast_or_null<QuantizableOpInterface>(op);
    sources.push_back(quantizable);
    if (!quantizable)
      return;
    Precision precision = getPrecision(op, otherwise);
    bool isWide =
        precision != Precision::F32 && quantizable.takesWide(value, precision);
    hasWideSource |= isWide;
    hasNarrowSource |= !isWide && precision != Precision::F32;
  }
  /// The type that all sources ask for, if they agree.
  quant::UniformQuantizedType getFixedType(Precision precision) {
    quant::UniformQuantizedType fixed;
    for (QuantizableOpInterface source : sources) {
      auto wanted = source ? source.getFixedResultType(precision)
                           : quant::UniformQuantizedType();
      if (!wanted || (fixed && fixed != wanted))
        return {};
      fixed = wanted;
    }
    return fixed;
  }
  quant::UniformQuantizedType getType(MLIRContext *context,
                                      Precision precision) {
    if (!range || !range->isFinite() || !extent->isFinite())
      return {};
    if (quant::UniformQuantizedType fixed = getFixedType(precision))
      return fixed;
    return chooseType(context,
                      hasWideActivations(precision) ? getWideRange() : *range,
                      precision);
  }
  Range getWideRange() const {
    if (!hasCells)
      return *extent;
    return {std::max(extent->min, -bound), std::min(extent->max, bound)};
  }
  /// What moves the values works on these.
  Precision getMovedPrecision() const {
    bool isWide = hasWideSource || (!hasNarrowSource && hasWideUser);
    return isWide ? Precision::S16x8 : Precision::S8;
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

/// Pairs of values of an operation, or of the function, that have one type.
static SmallVector<std::pair<Value, Value>> getTiedValues(Operation *op,
                                                          Precision precision) {
  if (isa<func::ReturnOp>(op))
    return edge::getStates(op->getParentOfType<func::FuncOp>());
  auto quantizable = dyn_cast<QuantizableOpInterface>(op);
  if (!quantizable || getPrecision(op, precision) == Precision::F32)
    return {};
  return quantizable.getTiedValues();
}

/// Numbers the values by the class that they belong to.
static llvm::IntEqClasses groupValues(func::FuncOp func,
                                      const llvm::SetVector<Value> &values,
                                      Precision precision) {
  llvm::DenseMap<Value, unsigned> numbers;
  for (auto [number, value] : llvm::enumerate(values))
    numbers[value] = number;
  llvm::IntEqClasses classes(values.size());
  for (Operation &op : func.getBody().front()) {
    for (auto [before, after] : getTiedValues(&op, precision))
      if (numbers.count(before) && numbers.count(after))
        classes.join(numbers[before], numbers[after]);
    QuantizableOpInterface mover = getSameTypeOp(&op, precision);
    if (!mover || !numbers.count(op.getResult(0)))
      continue;
    for (Value operand : mover.getSameTypeOperands())
      if (numbers.count(operand))
        classes.join(numbers[operand], numbers[op.getResult(0)]);
  }
  classes.compress();
  return classes;
}

static bool hasWideUser(Value value, Precision precision) {
  return llvm::any_of(value.getUsers(), [&](Operation *user) {
    auto quantizable = dyn_cast<QuantizableOpInterface>(user);
    Precision own = getPrecision(user, precision);
    return quantizable && own != Precision::F32 &&
           !getSameTypeOp(user, precision) && quantizable.takesWide(value, own);
  });
}

/// How large the values that an operation computes get, as far as it counts.
static double getBound(Value value) {
  auto layer = value.getDefiningOp<edge::RecurrentOpInterface>();
  if (!layer)
    return INFINITY;
  if (auto lstm = dyn_cast<edge::LSTMOp>(layer.getOperation()))
    if (value == lstm.getYC())
      return integer::getCellBound(lstm);
  std::optional<Range> extent = getExtent(value);
  return extent ? kWideHeadroom * std::max(-extent->min, extent->max)
                : INFINITY;
}

static void addBound(ValueClass &valueClass, Value value) {
  if (!value.getDefiningOp() || value.getDefiningOp<edge::ConstantOp>())
    return;
  valueClass.bound = std::max(valueClass.bound, getBound(value));
  auto lstm = value.getDefiningOp<edge::LSTMOp>();
  valueClass.hasCells |= lstm && value == lstm.getYC();
}

/// What a type is to cover of a value: the part of its range that makes a
/// difference, where that is less than half of it. Otherwise a finer step would
/// gain less than the rest is worth, as the other operand may go beyond its own
/// range.
static std::optional<Range> getWantedRange(Value value, bool wide) {
  std::optional<Range> range = getCoveredRange(value, wide);
  if (!range)
    return std::nullopt;
  Range limited = *range;
  limited.intersect(getOperandLimits(value, wide));
  return limited.max - limited.min < 0.5 * (range->max - range->min) ? limited
                                                                     : *range;
}

static void addValue(ValueClass &valueClass, Value value, Precision precision) {
  if (std::optional<Range> range = getWantedRange(value, /*wide=*/false))
    valueClass.addRanges(*range, *getWantedRange(value, /*wide=*/true));
  if (!getSameTypeOp(value.getDefiningOp(), precision)) {
    valueClass.addSource(value, precision);
    addBound(valueClass, value);
  }
  valueClass.hasWideUser |= hasWideUser(value, precision);
}

TypeAssignment TypeAssignment::compute(func::FuncOp func, Precision precision) {
  llvm::SetVector<Value> values = collectFloatTensors(func);
  llvm::IntEqClasses classes = groupValues(func, values, precision);
  SmallVector<ValueClass> known(classes.getNumClasses());
  for (auto [number, value] : llvm::enumerate(values))
    addValue(known[classes[number]], value, precision);
  TypeAssignment assignment(precision);
  for (auto [number, value] : llvm::enumerate(values)) {
    ValueClass &valueClass = known[classes[number]];
    auto narrow = valueClass.getType(func.getContext(), Precision::S8);
    auto wide = valueClass.getType(func.getContext(), Precision::S16x8);
    if (narrow && wide)
      assignment.types[value] = {narrow, wide};
    if (getSameTypeOp(value.getDefiningOp(), precision))
      assignment.moved[value] = valueClass.getMovedPrecision();
  }
  return assignment;
}

Precision TypeAssignment::getPrecision(Operation *op) const {
  if (op->getNumResults() == 1)
    if (auto found = moved.find(op->getResult(0)); found != moved.end())
      return found->second;
  return quantization::getPrecision(op, precision);
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
  auto find = [&](Value value) { return types.lookup(value).narrow; };
  SmallVector<QuantizableOpInterface> movers;
  for (Operation &op : func.getBody().front())
    if (QuantizableOpInterface mover = getSameTypeOp(&op, precision))
      movers.push_back(mover);
  for (QuantizableOpInterface mover : movers) {
    Value result = mover->getResult(0);
    if (!find(result) &&
        llvm::all_equal(llvm::map_range(mover.getSameTypeOperands(), find)))
      transfer(mover.getSameTypeOperands().front(), result);
  }
  for (QuantizableOpInterface mover : llvm::reverse(movers))
    for (Value operand : mover.getSameTypeOperands())
      if (operand.hasOneUse() && !find(operand))
        transfer(mover->getResult(0), operand);
}

TypeAssignment TypeAssignment::fromConversions(func::FuncOp func) {
  // What a model states decides, not a precision.
  TypeAssignment assignment(Precision::S8);
  for (Value value : collectFloatTensors(func)) {
    quant::UniformQuantizedType type;
    if (auto dequantize = value.getDefiningOp<edge::DequantizeOp>())
      type = edge::getUniformType(dequantize.getInput().getType());
    else if (value.getDefiningOp<edge::ConstantOp>())
      assignment.assignConstant(value);
    else
      type = getQuantizedUse(value);
    if (type)
      assignment.types[value] = {type, type};
  }
  assignment.passThrough(func);
  return assignment;
}

void TypeAssignment::transfer(Value original, Value copy) {
  auto found = types.find(original);
  if (found != types.end()) {
    Types both = found->second;
    types[copy] = both;
  }
}

void TypeAssignment::assignConstant(Value constant) {
  MLIRContext *context = constant.getContext();
  std::optional<Range> range = getConstantRange(constant);
  if (range && range->isFinite())
    types[constant] = {chooseType(context, *range, Precision::S8),
                       chooseType(context, *range, Precision::S16x8)};
}
