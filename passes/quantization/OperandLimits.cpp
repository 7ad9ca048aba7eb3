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

/// What the type of a value is to cover, or everything if that is not known.
static Range getCovered(Value value, bool wide) {
  if (std::optional<Range> constant = getConstantRange(value))
    return *constant;
  std::optional<Range> range = wide ? getExtent(value) : getRange(value);
  if (!range)
    return kEverything;
  const double headroom = wide ? kWideHeadroom : 1.0;
  return {headroom * range->min, headroom * range->max};
}

/// The limits of one operand of a sum or difference by the ranges of the result
/// and the other operand.
static Range getLimits(const BinaryBody &body, bool isLhs, Range result,
                       Range other) {
  if (body.kind == BinaryKind::Add)
    return {result.min - other.max, result.max - other.min};
  if (isLhs)
    return {result.min + other.min, result.max + other.max};
  return {other.min - result.max, other.max - result.min};
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
  Range result = getCovered(map.getResult(), wide);
  result.intersect(getOperandLimits(map.getResult(), wide));
  return getLimits(*body, isLhs, result, getCovered(other, wide));
}

Range quantization::getOperandLimits(Value value, bool wide) {
  if (value.use_empty())
    return kEverything;
  Range limits{INFINITY, -INFINITY};
  for (OpOperand &use : value.getUses())
    limits.join(getLimitsOfUse(use, wide));
  // Infinite ranges may have met: nothing is known of these.
  return std::isnan(limits.min) || std::isnan(limits.max) ? kEverything
                                                          : limits;
}
