//===- MapAlgebra.cpp - Elementwise computations as polynomials -----------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MapAlgebra.h"

#include "mlir/IR/Matchers.h"

#include <cmath>

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;

//===----------------------------------------------------------------------===//
// Polynomials
//===----------------------------------------------------------------------===//

static double at(const Coefficients &coefficients, size_t index) {
  return coefficients[coefficients.size() == 1 ? 0 : index];
}

static Coefficients combine(const Coefficients &a, const Coefficients &b,
                            function_ref<double(double, double)> function) {
  Coefficients result(std::max(a.size(), b.size()));
  for (size_t i = 0; i != result.size(); ++i)
    result[i] = function(at(a, i), at(b, i));
  return result;
}

static bool isZero(const Coefficients &coefficients) {
  return llvm::all_of(coefficients, [](double value) { return value == 0; });
}

std::optional<Coefficients> Polynomial::getConstant() const {
  if (terms.empty())
    return Coefficients{0.0};
  if (terms.size() == 1 && terms.begin()->first.empty())
    return terms.begin()->second;
  return std::nullopt;
}

const Coefficients *Polynomial::find(const Monomial &monomial) const {
  auto term = terms.find(monomial);
  return term == terms.end() ? nullptr : &term->second;
}

static void addTerm(Polynomial &sum, const Polynomial::Monomial &monomial,
                    const Coefficients &coefficients, double sign) {
  auto [term, isNew] = sum.terms.try_emplace(monomial, Coefficients{0.0});
  term->second = combine(term->second, coefficients,
                         [&](double a, double b) { return a + sign * b; });
  if (isZero(term->second))
    sum.terms.erase(term);
}

Polynomial edgecc::operator+(const Polynomial &a, const Polynomial &b) {
  Polynomial sum = a;
  for (const auto &[monomial, coefficients] : b.terms)
    addTerm(sum, monomial, coefficients, 1.0);
  return sum;
}

Polynomial edgecc::operator-(const Polynomial &a, const Polynomial &b) {
  Polynomial difference = a;
  for (const auto &[monomial, coefficients] : b.terms)
    addTerm(difference, monomial, coefficients, -1.0);
  return difference;
}

static Polynomial::Monomial multiply(const Polynomial::Monomial &a,
                                     const Polynomial::Monomial &b) {
  std::map<unsigned, int> exponents(a.begin(), a.end());
  for (auto [atom, exponent] : b)
    exponents[atom] += exponent;
  Polynomial::Monomial product;
  for (auto [atom, exponent] : exponents)
    if (exponent != 0)
      product.emplace_back(atom, exponent);
  return product;
}

Polynomial edgecc::operator*(const Polynomial &a, const Polynomial &b) {
  Polynomial product;
  for (const auto &[left, leftCoefficients] : a.terms)
    for (const auto &[right, rightCoefficients] : b.terms)
      addTerm(product, multiply(left, right),
              combine(leftCoefficients, rightCoefficients,
                      std::multiplies<double>()),
              1.0);
  return product;
}

bool edgecc::isClose(const Polynomial &a, const Polynomial &b) {
  constexpr double tolerance = 1e-6;
  auto covers = [](const Polynomial &a, const Polynomial &b) {
    return llvm::all_of(b.terms, [&](const auto &term) {
      const Coefficients *other = a.find(term.first);
      if (!other)
        return false;
      Coefficients excess =
          combine(*other, term.second, [](double x, double y) {
            return std::abs(x - y) <= tolerance * std::abs(y) ? 0.0 : 1.0;
          });
      return isZero(excess);
    });
  };
  return covers(a, b) && covers(b, a);
}

static Polynomial makeConstant(Coefficients coefficients) {
  Polynomial result;
  if (!isZero(coefficients))
    result.terms[{}] = std::move(coefficients);
  return result;
}

/// 1 / a, of one term.
static std::optional<Polynomial> invert(const Polynomial &a) {
  if (a.terms.size() != 1)
    return std::nullopt;
  Polynomial::Monomial monomial = a.terms.begin()->first;
  Coefficients coefficients = a.terms.begin()->second;
  if (llvm::is_contained(coefficients, 0.0))
    return std::nullopt;
  for (auto &power : monomial)
    power.second = -power.second;
  for (double &coefficient : coefficients)
    coefficient = 1.0 / coefficient;
  Polynomial inverse;
  inverse.terms[monomial] = coefficients;
  return inverse;
}

//===----------------------------------------------------------------------===//
// Expansion
//===----------------------------------------------------------------------===//

Value MapAlgebra::resolve(Value value) const {
  while (!opaque.contains(value)) {
    if (auto map = value.getDefiningOp<MapOp>()) {
      value = cast<YieldOp>(map.getBody().front().getTerminator()).getValue();
      continue;
    }
    auto argument = dyn_cast<BlockArgument>(value);
    auto map = argument ? dyn_cast<MapOp>(argument.getOwner()->getParentOp())
                        : nullptr;
    if (!map)
      return value;
    value = map.getInputs()[argument.getArgNumber()];
  }
  return value;
}

Polynomial MapAlgebra::getAtomOf(Value value, bool isRoot, int exponent) {
  auto *known = llvm::find_if(atoms, [&](const Atom &atom) {
    return atom.value == value && atom.isRoot == isRoot;
  });
  unsigned number = known - atoms.begin();
  if (known == atoms.end())
    atoms.push_back({value, isRoot});
  Polynomial result;
  result.terms[{{number, exponent}}] = {1.0};
  return result;
}

std::optional<Polynomial> MapAlgebra::expandConstant(Value value) {
  FloatAttr scalar;
  if (matchPattern(value, m_Constant(&scalar)) && scalar.getType().isF32())
    return makeConstant({scalar.getValueAsDouble()});
  auto constant = value.getDefiningOp<ConstantOp>();
  auto type = constant ? cast<RankedTensorType>(constant.getType())
                       : RankedTensorType();
  if (!type || !type.getElementType().isF32())
    return std::nullopt;
  if (auto splat = dyn_cast<SplatElementsAttr>(constant.getValue()))
    return makeConstant({splat.getSplatValue<APFloat>().convertToFloat()});
  int64_t count = type.getNumElements();
  bool isPerPosition = type.getRank() != 0 && count == lastAxis &&
                       type.getShape().back() == lastAxis;
  if (count != 1 && !isPerPosition)
    return std::nullopt;
  std::optional<reference::Tensor> tensor = getConstantTensor(value);
  if (!tensor)
    return std::nullopt;
  ArrayRef<float> data = std::as_const(*tensor).getData<float>();
  return makeConstant(Coefficients(data.begin(), data.end()));
}

/// sqrt(argument) to the power of `exponent`.
Polynomial MapAlgebra::root(Value argument, int exponent) {
  argument = resolve(argument);
  if (std::optional<Coefficients> constant = expand(argument).getConstant()) {
    for (double &coefficient : *constant)
      coefficient = std::pow(coefficient, exponent / 2.0);
    return makeConstant(*constant);
  }
  return getAtomOf(argument, /*isRoot=*/true, exponent);
}

std::optional<Polynomial> MapAlgebra::power(Value base, double exponent) {
  if (exponent == 0.5 || exponent == -0.5)
    return root(base, exponent > 0 ? 1 : -1);
  Polynomial polynomial = expand(base);
  if (exponent == 1.0)
    return polynomial;
  if (exponent == 2.0)
    return polynomial * polynomial;
  if (exponent == -1.0)
    return invert(polynomial);
  return std::nullopt;
}

std::optional<Polynomial> MapAlgebra::expandOp(Operation *op) {
  auto operand = [&](unsigned index) { return expand(op->getOperand(index)); };
  if (isa<arith::AddFOp>(op))
    return operand(0) + operand(1);
  if (isa<arith::SubFOp>(op))
    return operand(0) - operand(1);
  if (isa<arith::NegFOp>(op))
    return Polynomial() - operand(0);
  if (isa<arith::MulFOp>(op))
    return operand(0) * operand(1);
  if (isa<math::FmaOp>(op))
    return operand(0) * operand(1) + operand(2);
  if (isa<arith::DivFOp>(op)) {
    std::optional<Polynomial> inverse = invert(operand(1));
    return inverse ? std::optional(operand(0) * *inverse) : std::nullopt;
  }
  if (isa<math::SqrtOp>(op))
    return root(op->getOperand(0), 1);
  if (isa<math::RsqrtOp>(op))
    return root(op->getOperand(0), -1);
  if (isa<math::PowFOp>(op)) {
    std::optional<Coefficients> exponent = operand(1).getConstant();
    if (exponent && exponent->size() == 1)
      return power(op->getOperand(0), exponent->front());
  }
  return std::nullopt;
}

Polynomial MapAlgebra::expandResolved(Value value) {
  // What patterns look for is short. Beyond that, an element is an atom.
  constexpr size_t maxTerms = 16, maxValues = 64;
  if (std::optional<Polynomial> constant = expandConstant(value))
    return *constant;
  Operation *op = value.getDefiningOp();
  if (opaque.contains(value) || !value.getType().isF32() || !op ||
      known.size() > maxValues)
    return getAtomOf(value);
  std::optional<Polynomial> expanded = expandOp(op);
  if (!expanded || expanded->terms.size() > maxTerms)
    return getAtomOf(value);
  return *expanded;
}

Polynomial MapAlgebra::expand(Value value) {
  value = resolve(value);
  auto [entry, isNew] = known.try_emplace(value);
  if (!isNew)
    return entry->second;
  Polynomial expanded = expandResolved(value);
  return known[value] = std::move(expanded);
}
