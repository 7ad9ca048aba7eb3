//===- PruneChannels.h - Fewer channels, refitted weights -------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Pruning that costs accuracy, in three steps that a search can take apart:
//
//   ChannelGroups groups = ChannelGroups::find(function);
//   auto study = studyChannels(function, samples);       // once
//   auto kept = chooseKept(groups, *study, 0.3);         // or any other choice
//   pruneChannels(copy, samples, *study, *kept);         // for each choice
//
// `copy` is the function or a clone of it. Everything is deterministic. Methods
// and sources: docs/pruning.md.
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_PRUNING_PRUNECHANNELS_H
#define EDGECC_PRUNING_PRUNECHANNELS_H

#include "edgecc/Pruning/ChannelGroups.h"
#include "edgecc/Reference/Tensor.h"

#include "llvm/ADT/STLFunctionalExtras.h"

namespace edgecc::pruning {

/// One tensor per argument of the function, sample by sample.
using SampleList = llvm::ArrayRef<std::vector<reference::Tensor>>;

struct PruneOptions {
  /// Numbers of channels that stay are multiples of this, as kernels like them.
  int64_t multiple = 1;
  /// How many numbers of channels are tried in each group.
  int64_t levels = 8;
  /// Held against weights that move in a fit; relative to the mean of the
  /// inputs' second moments.
  double damping = 0.1;
  /// Called with what is done of `studyChannels` and of all there is to do.
  llvm::function_ref<void(size_t, size_t)> progress = nullptr;
};

/// What it costs to take channels out of one group only.
struct GroupStudy {
  struct Level {
    int64_t kept = 0;
    /// Squared error of the function's outputs on samples, relative to the
    /// outputs' squares, with the pruned function refitted; on samples that the
    /// fit has not seen, unless there are too few. Outputs behind a softmax are
    /// compared in front of it. Noise of several groups adds up, roughly.
    double noise = 0;
  };

  /// The units in the order in which they go: those without which the layers
  /// behind can be refitted with the least error first.
  std::vector<int64_t> order;
  /// From all of the units down; a single level where none can go.
  std::vector<Level> levels;
};

/// The groups of a function by number.
using ChannelStudy = std::vector<GroupStudy>;

/// Finds out which channels go first in each group, and what it costs. Fails,
/// with a diagnostic, if the function cannot be executed.
llvm::FailureOr<ChannelStudy> studyChannels(mlir::func::FuncOp function,
                                            SampleList samples,
                                            const PruneOptions &options = {});

/// The levels of all groups with which at least `ratio` of the
/// multiply-accumulates go, with little noise for what they save. Nothing if
/// there are none; `most`, if given, is the share that can go.
std::optional<KeptCounts> chooseKept(const ChannelGroups &groups,
                                     const ChannelStudy &study, double ratio,
                                     double *most = nullptr);

/// Takes channels out of the function until so many units of each group stay,
/// and fits the weights behind them to what the function computed before, layer
/// by layer. `kept` need not be levels of the study.
llvm::LogicalResult pruneChannels(mlir::func::FuncOp function,
                                  SampleList samples, const ChannelStudy &study,
                                  llvm::ArrayRef<int64_t> kept,
                                  const PruneOptions &options = {});

} // namespace edgecc::pruning

#endif // EDGECC_PRUNING_PRUNECHANNELS_H
