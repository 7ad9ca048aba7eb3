//===- OutputComparison.h - What outputs lose -------------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_PASSES_PRUNING_OUTPUTCOMPARISON_H
#define EDGECC_PASSES_PRUNING_OUTPUTCOMPARISON_H

#include "edgecc/Pruning/PruneChannels.h"

namespace edgecc::pruning {

/// Measures what the outputs of a function lose when it is made smaller.
/// Outputs behind a softmax are compared in front of it.
class OutputComparison {
public:
  /// What errors are relative to.
  enum class Scale { Squares, Variance };

  static llvm::FailureOr<OutputComparison>
  create(mlir::func::FuncOp function, SampleList samples, Scale scale);

  /// The squared error of another function's outputs, relative to each of them,
  /// all together.
  llvm::FailureOr<double> measure(mlir::func::FuncOp other) const;

private:
  using Outputs = std::vector<std::vector<reference::Tensor>>;

  explicit OutputComparison(SampleList samples) : samples(samples) {}
  llvm::FailureOr<Outputs> run(mlir::func::FuncOp function) const;

  SampleList samples;
  Outputs expected;
  /// Of each output, over all samples; 0 where there is nothing to compare.
  std::vector<double> signals;
};

} // namespace edgecc::pruning

#endif // EDGECC_PASSES_PRUNING_OUTPUTCOMPARISON_H
