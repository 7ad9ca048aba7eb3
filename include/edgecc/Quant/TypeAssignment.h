//===- TypeAssignment.h - A quantized type per value ---------- -*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_QUANT_TYPEASSIGNMENT_H
#define EDGECC_QUANT_TYPEASSIGNMENT_H

#include "edgecc/Quant/Ranges.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/DenseMap.h"

namespace edgecc::quantization {

/// The quantized type of each f32 tensor of a function, chosen from the ranges
/// that calibration recorded and from the values of constants. Values that data
/// movement connects share one type, so that moving needs no requantization.
class TypeAssignment {
public:
  static TypeAssignment compute(mlir::func::FuncOp func);
  /// The types that conversions in the function state: what is dequantized has
  /// the type that it comes from, what is quantized and not used in any other
  /// way the type that it becomes. Data movement passes types on.
  static TypeAssignment fromConversions(mlir::func::FuncOp func);

  /// The type of a value, or null if no range is known for it.
  mlir::quant::UniformQuantizedType lookup(mlir::Value value) const {
    return types.lookup(value);
  }
  /// Gives a constant the type that covers its values, if they are finite.
  void assignConstant(mlir::Value constant);
  /// Gives `copy` the type of `original`, which it is about to replace.
  void transfer(mlir::Value original, mlir::Value copy);

private:
  void passThrough(mlir::func::FuncOp func);

  llvm::DenseMap<mlir::Value, mlir::quant::UniformQuantizedType> types;
};

/// Whether an operation is left in float because `edge.precision = "f32"` says
/// so.
bool isKeptFloat(mlir::Operation *op);

} // namespace edgecc::quantization

#endif // EDGECC_QUANT_TYPEASSIGNMENT_H
