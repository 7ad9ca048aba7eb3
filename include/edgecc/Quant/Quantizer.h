//===- Quantizer.h - Rewriting a function to integers --------- -*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_QUANT_QUANTIZER_H
#define EDGECC_QUANT_QUANTIZER_H

#include "edgecc/Quant/TypeAssignment.h"
#include "edgecc/Quant/WeightGrid.h"

#include "mlir/IR/Builders.h"

namespace edgecc::quantization {

/// Which float weights become int8.
enum class WeightRule {
  Round,      ///< all, rounded
  OnGridOnly, ///< those that lose nothing, because int8 is what they come from
};

/// What `QuantizableOpInterface::quantize` works with: it hands out operands in
/// quantized form and puts quantized results in the place of float ones. Each
/// operation is rewritten on its own; where a quantized result meets a
/// quantized operand, no conversion is left.
class Quantizer {
public:
  Quantizer(TypeAssignment types, WeightRule weightRule,
            mlir::MLIRContext *context)
      : types(std::move(types)), weightRule(weightRule), builder(context) {}

  WeightRule getWeightRule() const { return weightRule; }

  /// What an operation is to compute in.
  Precision getPrecision(mlir::Operation *op) const {
    return types.getPrecision(op);
  }
  /// The precision of the operation that is being rewritten, which decides in
  /// which type it takes and gives values.
  Precision getPrecision() const { return precision; }
  void setPrecision(Precision current) { precision = current; }

  /// How many weights of four bits share a multiplier; 0: all of a row.
  int64_t getWeightGroup() const { return weightGroup; }
  void setWeightGroup(int64_t group) { weightGroup = group; }

  /// The type that is assigned to a float value, or null if there is no range.
  mlir::quant::UniformQuantizedType getType(mlir::Value value) const {
    return types.lookup(value, precision);
  }
  /// The type of a value for what computes in another precision.
  mlir::quant::UniformQuantizedType getTypeFor(mlir::Value value,
                                               Precision other) const {
    return types.lookup(value, other);
  }
  /// Whether all of the values have a type.
  bool haveTypes(mlir::ValueRange values) const {
    return llvm::all_of(values, [&](mlir::Value v) { return getType(v); });
  }

  /// Chooses the type of a constant that has been made meanwhile.
  void assignConstant(mlir::Value constant) { types.assignConstant(constant); }

  /// The value in its assigned type: what is dequantized to it, a quantized
  /// constant, or a new conversion.
  mlir::Value quantize(mlir::Value value);
  /// The value in another type.
  mlir::Value quantizeAs(mlir::Value value,
                         mlir::quant::UniformQuantizedType type);

  /// Puts a copy of `op`, on quantized operands and with a quantized result, in
  /// its place.
  void replaceWithQuantized(mlir::Operation *op, mlir::ValueRange operands,
                            mlir::quant::UniformQuantizedType type);
  /// Puts dequantized values in the place of the results of `op`.
  void replace(mlir::Operation *op, mlir::ValueRange quantized);
  void replace(mlir::Operation *op, mlir::Value quantized) {
    replace(op, mlir::ValueRange(quantized));
  }

  /// Creates operations in front of the one that is being rewritten.
  mlir::OpBuilder &getBuilder() { return builder; }

private:
  TypeAssignment types;
  WeightRule weightRule;
  Precision precision = Precision::S8;
  int64_t weightGroup = kDefaultWeightGroup;
  mlir::OpBuilder builder;
  /// Conversions that have been made, so that each is made once.
  llvm::DenseMap<std::pair<mlir::Value, mlir::Type>, mlir::Value> converted;
};

/// Says in a remark why a layer stays in float; always a failure.
llvm::LogicalResult keepFloat(mlir::Operation *op, const llvm::Twine &reason);

} // namespace edgecc::quantization

#endif // EDGECC_QUANT_QUANTIZER_H
