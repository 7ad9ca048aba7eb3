//===- PackedWeights.h - Weights of four bits -------------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What the kernels that unpack weights have in common: which layers they are
// for, and digits and steps as one tensor each. Packed weights mean what the
// int8 weights are, bit for bit (docs/spec/integers.md, P1 to P3).
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_BACKENDS_COMMON_PACKEDWEIGHTS_H
#define EDGECC_BACKENDS_COMMON_PACKEDWEIGHTS_H

#include "edgecc/Reference/Tensor.h"

#include "mlir/IR/Operation.h"
#include "llvm/Support/MathExtras.h"

#include <optional>

namespace edgecc {

/// Rows of int8 weights [O, ...] as digits of four bits and a step per group:
/// weight = digit * step.
class PackedWeights {
public:
  /// The weights of a convolution or fully connected layer that is to store
  /// them so (`edge.weight_bits = 4`), or nothing if they are not digits times
  /// steps, or if packing does not make them smaller.
  static std::optional<PackedWeights> find(mlir::Operation *op);
  /// The same of int8 weights whose first axis are the rows.
  static std::optional<PackedWeights> create(const reference::Tensor &tensor);

  /// Weights that share a step, at most all of a row.
  int64_t getGroup() const { return group; }
  int64_t getRows() const { return rows; }
  int64_t getRowSize() const { return rowSize; }
  int64_t getGroupsInRow() const { return llvm::divideCeil(rowSize, group); }

  /// The digit of a weight; 0 for places behind the last row or column.
  int getDigit(int64_t row, int64_t column) const;
  /// The step of a group; 1 behind the last row.
  int getStep(int64_t row, int64_t group) const;

  /// The arrays that kernels/packed_weights.h reads.
  reference::Tensor packDigits() const;
  reference::Tensor packSteps() const;

private:
  llvm::SmallVector<int8_t> weights;
  llvm::SmallVector<int8_t> steps;
  int64_t rows = 0, rowSize = 0, group = 0;
  mlir::MLIRContext *context = nullptr;
};

/// Bytes as a tensor of i8.
reference::Tensor getBytes(mlir::MLIRContext *context,
                           llvm::ArrayRef<int8_t> bytes);

} // namespace edgecc

#endif // EDGECC_BACKENDS_COMMON_PACKEDWEIGHTS_H
