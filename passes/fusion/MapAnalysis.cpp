//===- MapAnalysis.cpp - What the body of a map computes ------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MapAnalysis.h"

#include "mlir/IR/Matchers.h"

#include <cmath>

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;

static Value getYielded(MapOp map) {
  return cast<YieldOp>(map.getBody().front().getTerminator()).getValue();
}

/// The value of a scalar f32 constant that is not NaN.
static std::optional<float> getScalar(Value value) {
  FloatAttr attr;
  if (!matchPattern(value, m_Constant(&attr)) || !attr.getType().isF32())
    return std::nullopt;
  float scalar = attr.getValue().convertToFloat();
  return std::isnan(scalar) ? std::nullopt : std::optional(scalar);
}

//===----------------------------------------------------------------------===//
// Clamps
//===----------------------------------------------------------------------===//

Clamp Clamp::then(const Clamp &next) const {
  return {std::clamp(low, next.low, next.high),
          std::clamp(high, next.low, next.high)};
}

static FloatAttr getBoundAttr(Builder &builder, float bound) {
  return std::isinf(bound) ? FloatAttr() : builder.getF32FloatAttr(bound);
}
FloatAttr Clamp::getLowAttr(Builder &builder) const {
  return getBoundAttr(builder, low);
}
FloatAttr Clamp::getHighAttr(Builder &builder) const {
  return getBoundAttr(builder, high);
}

static Clamp getMaximumWith(float bound) { return {bound, Clamp().high}; }
static Clamp getMinimumWith(float bound) { return {Clamp().low, bound}; }

namespace {
/// One step of a clamp: what is clamped, and by what.
struct ClampStep {
  Value inner;
  Clamp clamp;
};
} // namespace

static std::optional<ClampStep> matchMinMax(Operation *op) {
  bool isMax = isa<arith::MaximumFOp, arith::MaxNumFOp>(op);
  if (!isMax && !isa<arith::MinimumFOp, arith::MinNumFOp>(op))
    return std::nullopt;
  for (unsigned side : {0u, 1u})
    if (std::optional<float> bound = getScalar(op->getOperand(side)))
      return ClampStep{op->getOperand(1 - side),
                       isMax ? getMaximumWith(*bound) : getMinimumWith(*bound)};
  return std::nullopt;
}

/// Whether a comparison holds where its left side is the larger one; nothing
/// for equality and order tests.
static std::optional<bool> selectsLarger(arith::CmpFPredicate predicate) {
  using P = arith::CmpFPredicate;
  switch (predicate) {
  case P::OGT:
  case P::OGE:
  case P::UGT:
  case P::UGE:
    return true;
  case P::OLT:
  case P::OLE:
  case P::ULT:
  case P::ULE:
    return false;
  default:
    return std::nullopt;
  }
}

/// x > c ? x : c and its relatives.
static std::optional<ClampStep> matchSelect(Operation *op) {
  auto select = dyn_cast<arith::SelectOp>(op);
  auto compare =
      select ? select.getCondition().getDefiningOp<arith::CmpFOp>() : nullptr;
  if (!compare)
    return std::nullopt;
  std::optional<float> bound = getScalar(select.getFalseValue());
  Value inner = select.getTrueValue();
  std::optional<bool> takesLarger = selectsLarger(compare.getPredicate());
  if (!bound) {
    bound = getScalar(select.getTrueValue());
    inner = select.getFalseValue();
    if (takesLarger)
      takesLarger = !*takesLarger;
  }
  if (!bound || !takesLarger)
    return std::nullopt;
  std::optional<float> left = getScalar(compare.getLhs());
  std::optional<float> right = getScalar(compare.getRhs());
  if (compare.getLhs() == inner && right == bound)
    return ClampStep{inner, *takesLarger ? getMaximumWith(*bound)
                                         : getMinimumWith(*bound)};
  if (compare.getRhs() == inner && left == bound)
    return ClampStep{inner, *takesLarger ? getMinimumWith(*bound)
                                         : getMaximumWith(*bound)};
  return std::nullopt;
}

std::optional<Clamp> edgecc::matchClamp(MapOp map) {
  Value value = getYielded(map);
  if (map.getInputs().size() != 1 || !value.getType().isF32())
    return std::nullopt;
  SmallVector<Clamp> outerFirst;
  while (value != map.getBody().front().getArgument(0)) {
    Operation *op = value.getDefiningOp();
    std::optional<ClampStep> step = op ? matchMinMax(op) : std::nullopt;
    if (op && !step)
      step = matchSelect(op);
    if (!step)
      return std::nullopt;
    outerFirst.push_back(step->clamp);
    value = step->inner;
  }
  if (outerFirst.empty())
    return std::nullopt;
  Clamp clamp;
  for (const Clamp &next : llvm::reverse(outerFirst))
    clamp = clamp.then(next);
  return clamp;
}

//===----------------------------------------------------------------------===//
// Affine functions
//===----------------------------------------------------------------------===//

namespace {
/// Evaluates a body symbolically: every value is x * scale + offset.
class AffineEvaluator {
public:
  AffineEvaluator(MapOp map, unsigned operand)
      : map(map), operand(operand),
        channels(cast<RankedTensorType>(map.getType()).getShape().back()) {}

  struct Term {
    SmallVector<double> scale, offset;
    bool isConstant = false;
  };

  std::optional<Term> evaluate(Value value);

private:
  Term getConstant(double value) {
    return {SmallVector<double>(channels, 0.0),
            SmallVector<double>(channels, value), true};
  }
  std::optional<Term> evaluateArgument(unsigned index);
  std::optional<Term> evaluateOp(Operation *op, ArrayRef<Term> terms);
  Term add(const Term &a, const Term &b, double sign);
  std::optional<Term> multiply(const Term &a, const Term &b);
  std::optional<Term> apply(const Term &term, double (*function)(double));

  MapOp map;
  unsigned operand;
  size_t channels;
};
} // namespace

/// An operand is x, or a constant that is one value per channel.
std::optional<AffineEvaluator::Term>
AffineEvaluator::evaluateArgument(unsigned index) {
  if (index == operand)
    return Term{SmallVector<double>(channels, 1.0),
                SmallVector<double>(channels, 0.0)};
  std::optional<reference::Tensor> tensor =
      getConstantTensor(map.getInputs()[index]);
  if (!tensor || !tensor->getElementType().isF32())
    return std::nullopt;
  ArrayRef<float> data = std::as_const(*tensor).getData<float>();
  if (data.size() == 1)
    return getConstant(data.front());
  if (tensor->getShape().back() != int64_t(channels) || data.size() != channels)
    return std::nullopt;
  Term term = getConstant(0.0);
  llvm::copy(data, term.offset.begin());
  return term;
}

AffineEvaluator::Term AffineEvaluator::add(const Term &a, const Term &b,
                                           double sign) {
  Term sum = a;
  for (size_t c = 0; c != channels; ++c) {
    sum.scale[c] += sign * b.scale[c];
    sum.offset[c] += sign * b.offset[c];
  }
  sum.isConstant = a.isConstant && b.isConstant;
  return sum;
}

std::optional<AffineEvaluator::Term> AffineEvaluator::multiply(const Term &a,
                                                               const Term &b) {
  if (!b.isConstant)
    return a.isConstant ? multiply(b, a) : std::nullopt;
  Term product = a;
  for (size_t c = 0; c != channels; ++c) {
    product.scale[c] *= b.offset[c];
    product.offset[c] *= b.offset[c];
  }
  return product;
}

std::optional<AffineEvaluator::Term>
AffineEvaluator::apply(const Term &term, double (*function)(double)) {
  if (!term.isConstant)
    return std::nullopt;
  Term result = term;
  for (double &value : result.offset)
    value = function(value);
  return result;
}

std::optional<AffineEvaluator::Term>
AffineEvaluator::evaluateOp(Operation *op, ArrayRef<Term> terms) {
  if (isa<arith::AddFOp>(op))
    return add(terms[0], terms[1], 1.0);
  if (isa<arith::SubFOp>(op))
    return add(terms[0], terms[1], -1.0);
  if (isa<arith::MulFOp>(op))
    return multiply(terms[0], terms[1]);
  if (isa<arith::NegFOp>(op))
    return multiply(terms[0], getConstant(-1.0));
  if (isa<math::SqrtOp>(op))
    return apply(terms[0], [](double x) { return std::sqrt(x); });
  if (isa<math::RsqrtOp>(op))
    return apply(terms[0], [](double x) { return 1.0 / std::sqrt(x); });
  std::optional<Term> inverse, product;
  if (isa<arith::DivFOp>(op) &&
      (inverse = apply(terms[1], [](double x) { return 1.0 / x; })))
    return multiply(terms[0], *inverse);
  if (isa<math::FmaOp>(op) && (product = multiply(terms[0], terms[1])))
    return add(*product, terms[2], 1.0);
  return std::nullopt;
}

std::optional<AffineEvaluator::Term> AffineEvaluator::evaluate(Value value) {
  if (auto argument = dyn_cast<BlockArgument>(value))
    return evaluateArgument(argument.getArgNumber());
  if (std::optional<float> scalar = getScalar(value))
    return getConstant(*scalar);
  SmallVector<Term> terms;
  for (Value operand : value.getDefiningOp()->getOperands()) {
    std::optional<Term> term = evaluate(operand);
    if (!term)
      return std::nullopt;
    terms.push_back(std::move(*term));
  }
  return evaluateOp(value.getDefiningOp(), terms);
}

std::optional<ChannelAffine> edgecc::matchChannelAffine(MapOp map,
                                                        unsigned operand) {
  // Bodies are chains of a few operations; larger ones are something else, and
  // values used several times would be evaluated as often.
  constexpr size_t maxBody = 16;
  auto type = cast<RankedTensorType>(map.getType());
  if (type.getRank() == 0 || !type.getElementType().isF32() ||
      map.getInputs()[operand].getType() != type ||
      map.getBody().front().getOperations().size() > maxBody)
    return std::nullopt;
  auto term = AffineEvaluator(map, operand).evaluate(getYielded(map));
  if (!term || term->isConstant)
    return std::nullopt;
  auto isFinite = [](double value) { return std::isfinite(value); };
  if (!llvm::all_of(term->scale, isFinite) ||
      !llvm::all_of(term->offset, isFinite))
    return std::nullopt;
  return ChannelAffine{operand, std::move(term->scale),
                       std::move(term->offset)};
}
