//===- MaskedScores.h - What softmax is to leave out ------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Attention leaves positions out by scores of -1e9, or minus infinity, in front
// of a softmax. A range that covers them has no steps left for the others; one
// that ignores them lets through what is to be left out. It is enough to cover
// a score whose exponential no longer counts.
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_PASSES_QUANTIZATION_MASKEDSCORES_H
#define EDGECC_PASSES_QUANTIZATION_MASKEDSCORES_H

#include "edgecc/Quant/Precision.h"
#include "edgecc/Reference/Tensor.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace edgecc::quantization {

/// From here on down a float keeps nothing of a score that is added to it:
/// whatever the score is, it is masked.
inline constexpr float kMask = -1e8f;

/// The values of a function that nothing but softmax reads.
class MaskedScores {
public:
  explicit MaskedScores(mlir::func::FuncOp func);

  /// What softmax reads of a value that is nothing but that, or that moved:
  /// the value itself, or what it is moved to. Null for other values.
  mlir::Value find(mlir::Value value) const;
  /// The scores in any order, those that are masked raised to just so far below
  /// the largest that all of them together weigh less than one step of the
  /// softmax's result in that precision. Rows that are masked as a whole are
  /// left out.
  std::vector<float> raise(mlir::Value scores, const reference::Tensor &tensor,
                           Precision precision) const;

private:
  llvm::DenseMap<mlir::Value, int64_t> axes;
};

} // namespace edgecc::quantization

#endif // EDGECC_PASSES_QUANTIZATION_MASKEDSCORES_H
