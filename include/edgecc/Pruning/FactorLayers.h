//===- FactorLayers.h - Two thin layers in place of one ---------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Weights of low rank: a layer of `rows` times `columns` weights becomes two,
// of `rank` times `columns` and of `rows` times `rank`, with the least squared
// error of the result on samples. Everything is deterministic. Methods and
// sources: docs/pruning.md.
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_PRUNING_FACTORLAYERS_H
#define EDGECC_PRUNING_FACTORLAYERS_H

#include "edgecc/Reference/Tensor.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/DenseMap.h"

#include <optional>

namespace edgecc::pruning {

/// A float layer whose weights can be made thinner: a fully connected one, the
/// input weights of a recurrent operator, or a table that is looked up.
struct FactorableLayer {
  mlir::Operation *op = nullptr;
  std::string name;
  int64_t rows = 0, columns = 0;

  /// The largest rank with fewer weights than there are; 0 if there is none.
  int64_t getMostRank() const;
};

llvm::SmallVector<FactorableLayer>
findFactorableLayers(mlir::func::FuncOp func);

struct FactorOptions {
  /// Each layer gets the least rank with which this share of the variance of
  /// its result stays; without it, only those that `ranks` names change.
  std::optional<double> energy;
  /// Such ranks are multiples of this, as kernels like them, where that still
  /// saves weights.
  int64_t multiple = 1;
  /// By the layer's operation; 0 leaves it as it is.
  llvm::DenseMap<mlir::Operation *, int64_t> ranks;
};

/// What has become of a layer; where the rank is 0, nothing.
struct FactoredLayer {
  std::string name;
  int64_t rank = 0, rows = 0, columns = 0;
  /// Multiply-accumulates of the operations before and after.
  int64_t macsBefore = 0, macsAfter = 0;
  /// The share of the variance of the result that stays, on samples, and the
  /// largest one with which there are fewer weights.
  double energy = 0, mostEnergy = 0;

  int64_t countWeightsBefore() const { return rows * columns; }
  int64_t countWeightsAfter() const { return rank * (rows + columns); }
};

/// Makes two layers of each for which the options have a rank that saves
/// weights; what is new is called like the layer, with "/factor" behind. Says
/// what has become of all that can be factored. Fails, with a diagnostic, if
/// the function cannot be executed.
llvm::FailureOr<std::vector<FactoredLayer>>
factorLayers(mlir::func::FuncOp func,
             llvm::ArrayRef<std::vector<reference::Tensor>> samples,
             const FactorOptions &options);

} // namespace edgecc::pruning

#endif // EDGECC_PRUNING_FACTORLAYERS_H
