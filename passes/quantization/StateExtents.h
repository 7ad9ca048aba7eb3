//===- StateExtents.h - What states are between steps ----------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_PASSES_QUANTIZATION_STATEEXTENTS_H
#define EDGECC_PASSES_QUANTIZATION_STATEEXTENTS_H

#include "edgecc/Dialect/Edge/Edge.h"
#include "edgecc/Quant/Histogram.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/MapVector.h"

namespace edgecc::quantization {

using Histograms = llvm::MapVector<mlir::Value, Histogram>;

/// Cells of LSTMs between steps are no results: a second evaluation shows them.
class CellObserver {
public:
  explicit CellObserver(mlir::func::FuncOp func);

  /// To be called for each value that one run of the function computes.
  void observe(mlir::Value value, const reference::Tensor &tensor);
  /// The cells after all steps; null where none have been seen.
  const Histogram *find(edge::LSTMOp lstm) const;

private:
  llvm::DenseMap<mlir::Value, reference::Tensor> operands;
  llvm::DenseMap<mlir::Operation *, Histogram> cells;
};

/// Records as extents what states are after any step, not only after the last.
void setStateExtents(mlir::func::FuncOp func, const Histograms &histograms,
                     const CellObserver &cells);

} // namespace edgecc::quantization

#endif // EDGECC_PASSES_QUANTIZATION_STATEEXTENTS_H
