//===- Quantized.h - Quantized tensors of a model ---------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// How the importer holds quantized tensors of ONNX. A computed one is the
// result of an edge.quantize, whose type has the model's scale and zero point
// (uint8 shifted by -128); what computes it stays float, for
// edge-absorb-quantization to make integers of. A constant one is dequantized
// when it is read.
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_COMPILER_IMPORT_QUANTIZED_H
#define EDGECC_COMPILER_IMPORT_QUANTIZED_H

#include "OperatorTable.h"

namespace edgecc::importer {

/// Whether an importer's value is held in a quantized type.
bool isQuantized(mlir::Value value);

/// float -> quantized. `stored` is ONNX's type of it, int8 or uint8.
mlir::Value createQuantize(mlir::OpBuilder &builder, mlir::Location loc,
                           mlir::Value value,
                           mlir::quant::UniformQuantizedType type,
                           mlir::Type stored);

/// ONNX's type of a quantized value, int8 or uint8.
mlir::Type getOnnxType(mlir::Value quantized);

/// quantized -> float.
mlir::Value createReal(mlir::OpBuilder &builder, mlir::Location loc,
                       mlir::Value quantized);

/// The integers of a quantized value, as ONNX stores them.
mlir::Value createStored(mlir::OpBuilder &builder, mlir::Location loc,
                         mlir::Value quantized);

/// Stored integers as float, whatever their type; uint8 has no arithmetic of
/// its own, so its bytes are taken as int8 and moved.
mlir::Value createFromStored(mlir::OpBuilder &builder, mlir::Location loc,
                             mlir::Value stored);
/// Floats that are integers of the range of `stored` (int8, uint8), stored.
mlir::Value createToStored(mlir::OpBuilder &builder, mlir::Location loc,
                           mlir::Value value, mlir::Type stored);

/// The operands of a node whose operator knows nothing of quantization: in
/// float where the operator only moves elements, as integers otherwise.
class OperandAdapter {
public:
  OperandAdapter(const Operator &entry, mlir::OpBuilder &builder,
                 mlir::Location loc)
      : entry(entry), builder(builder), loc(loc) {}

  void adaptOperands(mlir::MutableArrayRef<mlir::Value> operands);
  /// Gives what was moved its quantized type again.
  mlir::Value adaptResult(mlir::Value result);

private:
  const Operator &entry;
  mlir::OpBuilder &builder;
  mlir::Location loc;
  mlir::quant::UniformQuantizedType type;
  mlir::Type stored;
};

} // namespace edgecc::importer

#endif // EDGECC_COMPILER_IMPORT_QUANTIZED_H
