//===- OperandLimits.cpp - What of an operand counts ----------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OperandLimits.h"

#include "ElementwiseForms.h"

#include "edgecc/Dialect/Edge/Edge.h"

#include <cmath>

using namespace mlir;
using namespace edgecc;
using namespace edgecc::quantization;
using edge::QuantizableOpInterface;

static constexpr Range kEverything{-INFINITY, INFINITY};

std::optional<Range> quantization::getConstantRange(Value value) {
  std::optional<reference::Tensor> tensor = edge::getConstantTensor(value);
  if (!tensor || tensor->getNumElements() == 0)
    return std::nullopt;
  ArrayRef<float> data = tensor->getData<float>();
  Range range{data.front(), data.front()};
  for (float element : data) {
    if (std::isnan(element))
      return std::nullopt;
    range.join({element, element});
  }
  return range;
}

std::optional<Range> quantization::getCoveredRange(Value value, bool wide) {
  if (value.getDefiningOp<edge::ConstantOp>())
    return getConstantRange(value);
  std::optional<Range> range = wide ? getExtent(value) : getRange(value);
  if (!range)
    return std::nullopt;
  const double headroom = wide ? kWideHeadroom : 1.0;
  return Range{headroom * range->min, headroom * range->max};
}

/// The limits of one operand of a sum or difference by the ranges of the result
/// and the other operand.
static Range getLimits(const BinaryBody &body, bool isLhs, Range result,
                       Range other) {
  Range limits{other.min - result.max, other.max - result.min};
  if (body.kind == BinaryKind::Add)
    limits = {result.min - other.max, result.max - other.min};
  else if (isLhs)
    limits = {result.min + other.min, result.max + other.max};
  // Infinite bounds may have met: nothing is known of these.
  if (std::isnan(limits.min))
    limits.min = -INFINITY;
  if (std::isnan(limits.max))
    limits.max = INFINITY;
  return limits;
}

static Range getLimitsOfUse(OpOperand &use, bool wide) {
  Operation *user = use.getOwner();
  if (auto mover = dyn_cast<QuantizableOpInterface>(user);
      mover && llvm::is_contained(mover.getSameTypeOperands(), use.get()))
    return getOperandLimits(user->getResult(0), wide);
  auto map = dyn_cast<edge::MapOp>(user);
  std::optional<BinaryBody> body = map ? matchBinaryBody(map) : std::nullopt;
  if (!body ||
      (body->kind != BinaryKind::Add && body->kind != BinaryKind::Sub) ||
      body->lhs == body->rhs)
    return kEverything;
  const bool isLhs = use.getOperandNumber() == body->lhs;
  Value other = map.getInputs()[isLhs ? body->rhs : body->lhs];
  Range result = getCoveredRange(map.getResult(), wide).value_or(kEverything);
  result.intersect(getOperandLimits(map.getResult(), wide));
  return getLimits(*body, isLhs, result,
                   getCoveredRange(other, wide).value_or(kEverything));
}

Range quantization::getOperandLimits(Value value, bool wide) {
  if (value.use_empty())
    return kEverything;
  Range limits{INFINITY, -INFINITY};
  for (OpOperand &use : value.getUses())
    limits.join(getLimitsOfUse(use, wide));
  return limits;
}
