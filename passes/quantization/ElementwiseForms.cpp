//===- ElementwiseForms.cpp - Maps that have an integer form --------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ElementwiseForms.h"

#include "mlir/IR/Matchers.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;
using namespace edgecc::quantization;

static std::optional<float> getScalarConstant(Value value) {
  FloatAttr attr;
  if (!matchPattern(value, m_Constant(&attr)) || !attr.getType().isF32())
    return std::nullopt;
  return attr.getValue().convertToFloat();
}

//===----------------------------------------------------------------------===//
// Selections
//===----------------------------------------------------------------------===//

namespace {
/// select(lhs < rhs, ifLess, otherwise); equality goes either way.
struct LessSelection {
  Value lhs, rhs, ifLess, otherwise;
};
} // namespace

static std::optional<LessSelection> matchLessSelection(Operation *op) {
  auto select = dyn_cast_or_null<arith::SelectOp>(op);
  auto compare = select ? select.getCondition().getDefiningOp<arith::CmpFOp>()
                        : arith::CmpFOp();
  if (!compare)
    return std::nullopt;
  LessSelection found{compare.getLhs(), compare.getRhs(), select.getTrueValue(),
                      select.getFalseValue()};
  switch (compare.getPredicate()) {
  case arith::CmpFPredicate::OLT:
  case arith::CmpFPredicate::OLE:
  case arith::CmpFPredicate::ULT:
  case arith::CmpFPredicate::ULE:
    return found;
  case arith::CmpFPredicate::OGT:
  case arith::CmpFPredicate::OGE:
  case arith::CmpFPredicate::UGT:
  case arith::CmpFPredicate::UGE:
    std::swap(found.lhs, found.rhs);
    return found;
  default:
    return std::nullopt;
  }
}

/// select(x < 0, x * slope, x).
static std::optional<BinaryScalar> matchPRelu(const LessSelection &selection) {
  auto product = selection.ifLess.getDefiningOp<arith::MulFOp>();
  std::optional<float> bound = getScalarConstant(selection.rhs);
  Value x = selection.lhs;
  if (!product || !bound || *bound != 0.0f || selection.otherwise != x)
    return std::nullopt;
  if (product.getLhs() != x && product.getRhs() != x)
    return std::nullopt;
  Value slope = product.getLhs() == x ? product.getRhs() : product.getLhs();
  return BinaryScalar{BinaryKind::PRelu, x, slope};
}

static std::optional<BinaryScalar>
matchSelection(const LessSelection &selection) {
  auto [lhs, rhs, ifLess, otherwise] = selection;
  if (ifLess == lhs && otherwise == rhs)
    return BinaryScalar{BinaryKind::Minimum, lhs, rhs};
  if (ifLess == rhs && otherwise == lhs)
    return BinaryScalar{BinaryKind::Maximum, lhs, rhs};
  if (std::optional<BinaryScalar> prelu = matchPRelu(selection))
    return prelu;
  // select(0 < x, x, x * slope)
  return matchPRelu({rhs, lhs, otherwise, ifLess});
}

//===----------------------------------------------------------------------===//
// Bodies
//===----------------------------------------------------------------------===//

static std::optional<BinaryKind> getArithmeticKind(Operation *op) {
  return llvm::TypeSwitch<Operation *, std::optional<BinaryKind>>(op)
      .Case([](arith::AddFOp) { return BinaryKind::Add; })
      .Case([](arith::SubFOp) { return BinaryKind::Sub; })
      .Case([](arith::MulFOp) { return BinaryKind::Mul; })
      .Case([](arith::DivFOp) { return BinaryKind::Div; })
      .Case<arith::MaximumFOp, arith::MaxNumFOp>(
          [](Operation *) { return BinaryKind::Maximum; })
      .Case<arith::MinimumFOp, arith::MinNumFOp>(
          [](Operation *) { return BinaryKind::Minimum; })
      .Default([](Operation *) { return std::nullopt; });
}

std::optional<BinaryScalar> quantization::matchBinaryScalar(Operation *op) {
  if (!op || op->getNumResults() != 1 || !op->getResult(0).getType().isF32())
    return std::nullopt;
  if (std::optional<LessSelection> selection = matchLessSelection(op))
    return matchSelection(*selection);
  if (std::optional<BinaryKind> kind = getArithmeticKind(op))
    return BinaryScalar{*kind, op->getOperand(0), op->getOperand(1)};
  return std::nullopt;
}

Value quantization::peelClamp(Operation *op, std::optional<float> &min,
                              std::optional<float> &max) {
  bool isMax = isa_and_nonnull<arith::MaximumFOp, arith::MaxNumFOp>(op);
  bool isMin = isa_and_nonnull<arith::MinimumFOp, arith::MinNumFOp>(op);
  if (!isMax && !isMin)
    return {};
  for (unsigned side : {0u, 1u}) {
    std::optional<float> bound = getScalarConstant(op->getOperand(side));
    if (!bound)
      continue;
    if (min)
      bound = std::max(*bound, *min);
    if (max)
      bound = std::min(*bound, *max);
    (isMax ? min : max) = *bound;
    return op->getOperand(1 - side);
  }
  return {};
}

std::optional<BinaryBody> quantization::matchBinaryBody(MapOp map) {
  Block &block = map.getBody().front();
  BinaryBody body{};
  Value value = cast<YieldOp>(block.getTerminator()).getValue();
  while (Value inner =
             peelClamp(value.getDefiningOp(), body.clampMin, body.clampMax))
    value = inner;
  std::optional<BinaryScalar> scalar = matchBinaryScalar(value.getDefiningOp());
  if (!scalar || block.getNumArguments() != 2)
    return std::nullopt;
  auto lhs = dyn_cast<BlockArgument>(scalar->lhs);
  auto rhs = dyn_cast<BlockArgument>(scalar->rhs);
  if (!lhs || !rhs || lhs == rhs)
    return std::nullopt;
  body.kind = scalar->kind;
  body.lhs = lhs.getArgNumber();
  body.rhs = rhs.getArgNumber();
  // The slopes broadcast to the input, not the other way.
  if (body.kind == BinaryKind::PRelu &&
      map.getInputs()[body.lhs].getType() != map.getType())
    return std::nullopt;
  return body;
}

bool quantization::isUnaryMap(MapOp map) {
  return !map.getInputs().empty() && llvm::all_equal(map.getInputs()) &&
         map.getInputs().front().getType() == map.getResult().getType();
}
