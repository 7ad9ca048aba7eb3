//===- MapAlgebra.h - Elementwise computations as polynomials ---*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What exporters spell out differs in the order of operands, in association, in
// subtraction or addition of the negative, in division or multiplication by the
// reciprocal. All of these are the same polynomial. So patterns compare
// polynomials, computed through the bodies of maps and from one map to the
// next, rather than operations.
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_PASSES_FUSION_MAPALGEBRA_H
#define EDGECC_PASSES_FUSION_MAPALGEBRA_H

#include "edgecc/Dialect/Edge/Edge.h"

#include <map>

namespace edgecc {

/// A number, or one per position along the last axis.
using Coefficients = llvm::SmallVector<double, 1>;

/// A sum of products of atoms' powers, exponents of either sign. Atoms are
/// numbers that MapAlgebra gives.
struct Polynomial {
  using Monomial = llvm::SmallVector<std::pair<unsigned, int>, 2>;

  std::map<Monomial, Coefficients> terms;

  /// The coefficients where this is one number (or one per position), 0 for a
  /// polynomial without terms.
  std::optional<Coefficients> getConstant() const;
  /// The coefficients of a term, or null.
  const Coefficients *find(const Monomial &monomial) const;
};

Polynomial operator+(const Polynomial &a, const Polynomial &b);
Polynomial operator-(const Polynomial &a, const Polynomial &b);
Polynomial operator*(const Polynomial &a, const Polynomial &b);
/// Equal up to rounding.
bool isClose(const Polynomial &a, const Polynomial &b);

/// Expands elements of f32 tensors. An element is a tensor, of which it stands
/// for any one, or a scalar in the body of a map. Shapes do not matter here:
/// that operands broadcast is the caller's to check.
class MapAlgebra {
public:
  /// For constants with one value per position of a last axis of this size.
  explicit MapAlgebra(int64_t lastAxis) : lastAxis(lastAxis) {}

  /// Makes a tensor an atom, even if it is computed by a map.
  void addAtom(mlir::Value tensor) { opaque.insert(tensor); }

  Polynomial expand(mlir::Value value);

  /// `value` through the borders of maps, to what computes it.
  mlir::Value resolve(mlir::Value value) const;

  /// An atom is a value, or the square root of one.
  struct Atom {
    mlir::Value value;
    bool isRoot;
  };
  Atom getAtom(unsigned number) const { return atoms[number]; }
  Polynomial getAtomOf(mlir::Value value, bool isRoot = false,
                       int exponent = 1);

private:
  Polynomial expandResolved(mlir::Value value);
  std::optional<Polynomial> expandOp(mlir::Operation *op);
  std::optional<Polynomial> expandConstant(mlir::Value value);
  std::optional<Polynomial> power(mlir::Value base, double exponent);
  Polynomial root(mlir::Value argument, int exponent);

  int64_t lastAxis;
  llvm::DenseSet<mlir::Value> opaque;
  llvm::DenseMap<mlir::Value, Polynomial> known;
  llvm::SmallVector<Atom> atoms;
};

} // namespace edgecc

#endif // EDGECC_PASSES_FUSION_MAPALGEBRA_H
