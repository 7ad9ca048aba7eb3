//===- PruneChannels.cpp - edge-prune-channels ----------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Pruning/PruneChannels.h"

#include "../quantization/SampleFiles.h"

#include "edgecc/Dialect/Edge/Edge.h"
#include "edgecc/Passes/Passes.h"

#include "llvm/Support/FormatVariadic.h"

#include <cmath>

namespace edgecc {
#define GEN_PASS_DEF_PRUNECHANNELS
#include "edgecc/Passes/Passes.h.inc"
} // namespace edgecc

using namespace mlir;
using namespace edgecc;
using namespace edgecc::pruning;

/// A share that may go: not all, and not less than nothing.
static bool isShare(double value) { return value >= 0.0 && value < 1.0; }

/// The names of all layers that a share can be given for.
static std::string listGroups(const ChannelGroups &groups) {
  std::string names;
  for (const ChannelGroup &group : groups.getGroups())
    names += (names.empty() ? "" : ", ") + group.name;
  return names.empty() ? "none" : names;
}

/// Numbers of channels from LAYER=SHARE; layers that are not named keep all.
static FailureOr<KeptCounts> readShares(func::FuncOp func,
                                        const ChannelGroups &groups,
                                        ArrayRef<std::string> texts) {
  KeptCounts kept = groups.getAll();
  for (StringRef text : texts) {
    auto [layer, number] = text.rsplit('=');
    double share = 0;
    if (layer.empty() || number.getAsDouble(share) || !isShare(share))
      return func.emitError("groups: '")
             << text << "' is not LAYER=SHARE with a share from 0 to below 1";
    std::optional<size_t> group = groups.findGroup(layer);
    if (!group)
      return func.emitError("groups: no channels of '")
             << layer
             << "' can go; those of these layers can: " << listGroups(groups);
    int64_t channels = groups.getGroups()[*group].channels;
    auto gone = int64_t(std::llround(share * double(channels)));
    kept[*group] = std::max<int64_t>(1, channels - gone);
  }
  return kept;
}

static FailureOr<KeptCounts> reachRatio(func::FuncOp func,
                                        const ChannelGroups &groups,
                                        const ChannelStudy &study,
                                        double ratio) {
  double most = 0;
  std::optional<KeptCounts> kept = chooseKept(groups, study, ratio, &most);
  if (kept)
    return *kept;
  return func.emitError("ratio: at most ")
         << llvm::formatv("{0:F3}", most).str()
         << " of the multiplications can go, not "
         << llvm::formatv("{0:F3}", ratio).str();
}

namespace {
struct PruneChannels : edgecc::impl::PruneChannelsBase<PruneChannels> {
  using PruneChannelsBase::PruneChannelsBase;

  LogicalResult run(func::FuncOp func) {
    if (!isShare(ratio))
      return func.emitError("ratio: ")
             << llvm::formatv("{0}", double(ratio)).str()
             << " is not a share from 0 to below 1";
    auto tensors = quantization::readSampleFiles(func, *samples);
    if (failed(tensors))
      return failure();
    ChannelGroups found = ChannelGroups::find(func);
    PruneOptions pruning;
    pruning.multiple = multiple;
    pruning.levels = levels;
    pruning.damping = damping;
    FailureOr<KeptCounts> kept = readShares(func, found, *groups);
    if (failed(kept))
      return failure();
    FailureOr<ChannelStudy> study = studyChannels(func, *tensors, pruning);
    if (failed(study))
      return failure();
    if (groups.empty())
      kept = reachRatio(func, found, *study, ratio);
    if (failed(kept))
      return failure();
    return pruneChannels(func, *tensors, *study, *kept, pruning);
  }

  void runOnOperation() override {
    func::FuncOp func = getOperation();
    if (!func.isExternal() && failed(run(func)))
      signalPassFailure();
  }
};
} // namespace
