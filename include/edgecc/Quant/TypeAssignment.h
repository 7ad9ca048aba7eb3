//===- TypeAssignment.h - A quantized type per value ---------- -*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_QUANT_TYPEASSIGNMENT_H
#define EDGECC_QUANT_TYPEASSIGNMENT_H

#include "edgecc/Quant/Precision.h"
#include "edgecc/Quant/Ranges.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/DenseMap.h"

namespace edgecc::quantization {

/// The quantized types of each f32 tensor of a function, chosen from the ranges
/// that calibration recorded and from the values of constants. Values that data
/// movement connects share their types, so that moving needs no requantization.
///
/// A value has a type for each width of activations: an operation takes its
/// operands and gives its result in the types of its own precision; where two
/// operations differ, a requantization stands between them.
class TypeAssignment {
public:
  /// `precision` is that of operations without `edge.precision`.
  static TypeAssignment compute(mlir::func::FuncOp func, Precision precision);
  /// The types that conversions in the function state: what is dequantized has
  /// the type that it comes from, what is quantized and not used in any other
  /// way the type that it becomes. Data movement passes types on.
  static TypeAssignment fromConversions(mlir::func::FuncOp func);

  /// The type of a value for operations of a precision, or null if no range is
  /// known for it.
  mlir::quant::UniformQuantizedType lookup(mlir::Value value,
                                           Precision precision) const {
    Types both = types.lookup(value);
    return hasWideActivations(precision) ? both.wide : both.narrow;
  }
  /// What an operation computes in. Data movement takes the precision of what
  /// it moves, so that as few values as possible are converted.
  Precision getPrecision(mlir::Operation *op) const;

  /// Gives a constant the type that covers its values, if they are finite.
  void assignConstant(mlir::Value constant);
  /// Gives `copy` the type of `original`, which it is about to replace.
  void transfer(mlir::Value original, mlir::Value copy);

private:
  /// int8 and int16; the same where a function states the type.
  struct Types {
    mlir::quant::UniformQuantizedType narrow, wide;
  };

  explicit TypeAssignment(Precision precision) : precision(precision) {}
  void passThrough(mlir::func::FuncOp func);

  Precision precision;
  llvm::DenseMap<mlir::Value, Types> types;
  /// Of values that data movement computes.
  llvm::DenseMap<mlir::Value, Precision> moved;
};

} // namespace edgecc::quantization

#endif // EDGECC_QUANT_TYPEASSIGNMENT_H
