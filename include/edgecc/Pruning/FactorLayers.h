//===- FactorLayers.h - Two thin layers in place of one ---------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Weights of low rank: a layer of `rows` times `columns` weights becomes two,
// of `rank` times `columns` and of `rows` times `rank`. In three steps that a
// search can take apart:
//
//   auto study = studyRanks(function, samples);       // once
//   RankChoice ranks = chooseRanks(*study, 0.99);     // or any other choice
//   factorLayers(copy, samples, ranks);               // for each choice
//
// `copy` is the function or a clone of it. Everything is deterministic. Methods
// and sources: docs/pruning.md.
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_PRUNING_FACTORLAYERS_H
#define EDGECC_PRUNING_FACTORLAYERS_H

#include "edgecc/Pruning/PruneChannels.h"

#include <map>

namespace edgecc::pruning {

/// A float layer whose weights can be made thinner: a fully connected one, the
/// input weights of a recurrent operator, or a table that is looked up.
struct FactorableLayer {
  mlir::Operation *op = nullptr;
  std::string name;
  int64_t rows = 0, columns = 0;

  /// The largest rank with fewer weights than there are; 0 if there is none.
  int64_t getMostRank() const;
  int64_t countSaved(int64_t rank) const {
    return rows * columns - rank * (rows + columns);
  }
};

/// In program order, by which the functions below number them.
llvm::SmallVector<FactorableLayer>
findFactorableLayers(mlir::func::FuncOp func);

/// Ranks by the number of the layer; others stay as they are.
using RankChoice = std::map<size_t, int64_t>;

/// What it costs to factor one layer only.
struct LayerStudy {
  struct Level {
    int64_t rank = 0;
    /// Squared error of the function's outputs relative to their variance, on
    /// samples that weights are not fitted to, unless there are too few.
    /// Outputs behind a softmax are compared in front of it. Noise of several
    /// layers adds up, roughly.
    double noise = 0;
  };

  std::string name;
  /// Weights of the whole layer, and those that each rank takes.
  int64_t weights = 0, perRank = 0;
  /// From the largest rank that saves weights down.
  std::vector<Level> levels;
};

/// The layers of a function by number.
using RankStudy = std::vector<LayerStudy>;

struct StudyOptions {
  /// Ranks are multiples of this, as kernels like them, but in layers that are
  /// too small for it.
  int64_t multiple = 1;
  /// A rank that saves fewer weights is not worth another layer.
  int64_t leastSaved = 1;
  /// Called with what is done and with all there is to do.
  llvm::function_ref<void(size_t, size_t)> progress = nullptr;
};

/// Finds out what the ranks of each layer cost. Fails, with a diagnostic, if
/// the function cannot be executed.
llvm::FailureOr<RankStudy> studyRanks(mlir::func::FuncOp func,
                                      SampleList samples,
                                      const StudyOptions &options = {});

/// Ranks that save many weights and with which, by the study, `energy` of the
/// outputs' variance stays; none for the layers in `given`.
RankChoice chooseRanks(const RankStudy &study, double energy,
                       const RankChoice &given = {});

/// What has become of a layer.
struct FactoredLayer {
  std::string name;
  int64_t rank = 0, rows = 0, columns = 0;
  /// Multiply-accumulates of the operations before and after.
  int64_t macsBefore = 0, macsAfter = 0;
  /// The share of the variance of its result that stays, on samples.
  double energy = 0;

  int64_t countWeightsBefore() const { return rows * columns; }
  int64_t countWeightsAfter() const { return rank * (rows + columns); }
};

/// Makes two layers of each that is given a rank with which there are fewer
/// weights; what is new is called like the layer, with "/factor" behind. Later
/// ones make up for what earlier ones lose, by least squares. Fails, with a
/// diagnostic, if the function cannot be executed.
llvm::FailureOr<std::vector<FactoredLayer>>
factorLayers(mlir::func::FuncOp func, SampleList samples,
             const RankChoice &ranks);

} // namespace edgecc::pruning

#endif // EDGECC_PRUNING_FACTORLAYERS_H
