//===- BatchExecution.h - All samples, one operation at a time --*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_PASSES_PRUNING_BATCHEXECUTION_H
#define EDGECC_PASSES_PRUNING_BATCHEXECUTION_H

#include "edgecc/Pruning/PruneChannels.h"

namespace edgecc::pruning {

/// A value on all samples.
using Column = std::vector<reference::Tensor>;

/// Executes a function operation by operation on many samples, so that a layer
/// can be changed between its predecessors' and its own execution.
class BatchExecution {
public:
  BatchExecution(mlir::func::FuncOp function, SampleList samples);

  /// What an operand has been computed to; constants and what is needed no more
  /// are not there.
  const Column *find(mlir::Value value) const;
  /// Executes an operation, whose operands are there.
  llvm::LogicalResult run(mlir::Operation *op);
  /// Takes what the operation would compute from elsewhere.
  void set(mlir::Operation *op, std::vector<Column> results);
  /// What a value has been computed to, which is forgotten.
  Column take(mlir::Value value);
  /// Forgets what nothing needs after the operation.
  void release(mlir::Operation *op);

private:
  size_t numSamples;
  llvm::DenseMap<mlir::Value, Column> values;
  llvm::DenseMap<mlir::Operation *, llvm::SmallVector<mlir::Value>> lastUses;
};

/// The operations of a function that compute something, in order.
llvm::SmallVector<mlir::Operation *> getSteps(mlir::func::FuncOp function);

/// As many samples, evenly spaced, as fit `memory` bytes when all values that a
/// function has at a time are there for each, and at most `most`.
std::vector<std::vector<reference::Tensor>>
chooseSamples(mlir::func::FuncOp function, SampleList samples,
              size_t most = SIZE_MAX, size_t memory = size_t(768) << 20);

} // namespace edgecc::pruning

#endif // EDGECC_PASSES_PRUNING_BATCHEXECUTION_H
