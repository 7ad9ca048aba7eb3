//===- Prune.cpp - Channels that cost accuracy ----------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Passes.h"
#include "Stages.h"
#include "command/Diagnostics.h"
#include "command/Progress.h"

#include "edgecc/Dialect/Edge/Edge.h"
#include "edgecc/Passes/Passes.h"
#include "edgecc/Pruning/PruneChannels.h"

#include "llvm/Support/FormatVariadic.h"

#include <cmath>

using namespace edgecc;
using namespace edgecc::driver;
using namespace edgecc::pruning;
using namespace llvm;
using mlir::func::FuncOp;

//===----------------------------------------------------------------------===//
// What has become smaller
//===----------------------------------------------------------------------===//

static SmallVector<mlir::Operation *> getComputations(FuncOp function) {
  SmallVector<mlir::Operation *> operations;
  for (mlir::Operation &op : function.getBody().front())
    if (!isa<edge::ConstantOp>(op))
      operations.push_back(&op);
  return operations;
}

/// The ONNX nodes whose operations take or give smaller tensors than before.
static StringSet<> findPrunedNodes(FuncOp before, FuncOp after) {
  StringSet<> nodes;
  auto olds = getComputations(before), news = getComputations(after);
  for (auto [older, newer] : zip(olds, news)) {
    if (older->getResultTypes() == newer->getResultTypes() &&
        equal(older->getOperandTypes(), newer->getOperandTypes()))
      continue;
    newer->getLoc()->walk([&](mlir::Location part) {
      if (auto named = dyn_cast<mlir::NameLoc>(part))
        nodes.insert(named.getName());
      return mlir::WalkResult::advance();
    });
  }
  return nodes;
}

static report::Pruning describe(const ChannelGroups &groups,
                                ArrayRef<int64_t> kept) {
  report::Pruning pruning;
  KeptCounts all = groups.getAll();
  pruning.macsBefore = uint64_t(groups.countMacs(all));
  pruning.macsAfter = uint64_t(groups.countMacs(kept));
  pruning.weightsBefore = uint64_t(groups.countWeights(all));
  pruning.weightsAfter = uint64_t(groups.countWeights(kept));
  for (auto [group, count] : zip_equal(groups.getGroups(), kept))
    pruning.groups.push_back(
        {group.layers, uint64_t(group.channels), uint64_t(count)});
  return pruning;
}

/// What has gone without costing anything.
static report::Pruning describe(FuncOp before, FuncOp after) {
  report::Pruning pruning;
  auto count = [](FuncOp function, uint64_t &macs, uint64_t &weights) {
    function.walk([&](mlir::Operation *op) {
      if (auto counted = dyn_cast<edge::MacCountOpInterface>(op))
        macs += uint64_t(counted.getMacCount());
      auto layer = dyn_cast<edge::WeightedOpInterface>(op);
      if (!layer)
        return;
      for (mlir::OpOperand *operand :
           {&layer.getWeightsOperand(), &layer.getBiasOperand()})
        weights += uint64_t(
            cast<mlir::ShapedType>(operand->get().getType()).getNumElements());
    });
  };
  count(before, pruning.macsBefore, pruning.weightsBefore);
  count(after, pruning.macsAfter, pruning.weightsAfter);
  return pruning;
}

//===----------------------------------------------------------------------===//
// Pruning
//===----------------------------------------------------------------------===//

/// Channels of a vector of sums, where it matters that vectors are full.
static int64_t getVectorChannels(const Target &target) {
  return target.hasFeature("avx512vnni") ? 16 : 1;
}

Error driver::pruneLossless(Session &session, mlir::ModuleOp copy) {
  if (Error error = runPasses(copy, [&](mlir::OpPassManager &passes) {
        passes.addNestedPass<FuncOp>(createFlushTinyWeights());
        passes.addNestedPass<FuncOp>(
            createPruneConstantChannels({getVectorChannels(session.target)}));
      }))
    return error;
  FuncOp before = getModelFunction(*session.edge);
  FuncOp after = getModelFunction(copy);
  session.losslessNodes = findPrunedNodes(before, after);
  // What a ratio has taken out is more to tell.
  std::optional<report::Pruning> &pruning = session.report.pruning;
  if (pruning && !pruning->groups.empty())
    return Error::success();
  pruning = describe(before, after);
  if (pruning->macsBefore == pruning->macsAfter &&
      pruning->weightsBefore == pruning->weightsAfter)
    pruning.reset();
  return Error::success();
}

static FailureOr<ChannelStudy> study(Session &session, FuncOp function,
                                     PruneOptions options) {
  Progress progress("pruning: number of channels");
  auto update = [&](size_t done, size_t total) {
    progress.update(done, total);
  };
  options.progress = update;
  return studyChannels(function, session.calibration, options);
}

static Error refuse(const Session &session, double most) {
  double ratio = *session.options.pruneRatio;
  if (most <= 0)
    return makeError(InputError,
                     "--prune: no channel of this model can go: each is an "
                     "input or output, or reaches an operation that mixes "
                     "channels; use --prune lossless");
  return makeError(InputError,
                   "--prune: at most " +
                       formatv("{0:F3}", std::floor(most * 1000) / 1000).str() +
                       " of the multiplications can go with their channels, " +
                       formatv("{0:F3}", ratio).str() + " is asked for");
}

Error driver::pruneModel(Session &session) {
  FuncOp function = getModelFunction(*session.edge);
  ChannelGroups groups = ChannelGroups::find(function);
  PruneOptions options;
  // What kernels take for their fast loops.
  options.multiple = 4;
  // A search asks for one share after the other of the same model.
  std::optional<ChannelStudy> &studied = session.channelStudy;
  if (!studied) {
    auto result = study(session, function, options);
    if (failed(result))
      return alreadyReported(InternalError);
    studied = std::move(*result);
  }
  double most = 0;
  std::optional<KeptCounts> kept =
      chooseKept(groups, *studied, *session.options.pruneRatio, &most);
  // What a search asks for without success stays as it is.
  if (!kept && session.options.searchesPruning)
    return Error::success();
  if (!kept)
    return refuse(session, most);
  session.report.pruning = describe(groups, *kept);
  mlir::OwningOpRef<mlir::ModuleOp> whole = session.edge->clone();
  if (failed(pruneChannels(function, session.calibration, *studied, *kept,
                           options)))
    return alreadyReported(InternalError);
  session.prunedNodes = findPrunedNodes(getModelFunction(*whole), function);
  return Error::success();
}
