//===- FactorLayers.cpp - edge-factor-layers ------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Pruning/FactorLayers.h"

#include "../quantization/SampleFiles.h"

#include "edgecc/Dialect/Edge/Edge.h"
#include "edgecc/Passes/Passes.h"

namespace edgecc {
#define GEN_PASS_DEF_FACTORLAYERS
#include "edgecc/Passes/Passes.h.inc"
} // namespace edgecc

using namespace mlir;
using namespace edgecc;
using namespace edgecc::pruning;

static FailureOr<RankChoice> readRanks(func::FuncOp func,
                                       ArrayRef<std::string> texts) {
  RankChoice ranks;
  for (StringRef text : texts) {
    auto [name, number] = text.rsplit('=');
    int64_t rank = 0;
    if (name.empty() || number.getAsInteger(10, rank) || rank < 1)
      return func.emitError("ranks: '")
             << text << "' is not LAYER=RANK with a rank of at least 1";
    bool found = false;
    for (auto [index, layer] : llvm::enumerate(findFactorableLayers(func)))
      if (layer.name == name) {
        ranks[index] = rank;
        found = true;
      }
    if (!found)
      return func.emitError("ranks: there is no fully connected or recurrent "
                            "layer, and no table, '")
             << name << "'";
  }
  return ranks;
}

namespace {
struct FactorLayers : edgecc::impl::FactorLayersBase<FactorLayers> {
  using FactorLayersBase::FactorLayersBase;

  LogicalResult run(func::FuncOp func) {
    if (!(energy > 0.0 && energy <= 1.0))
      return func.emitError("energy: ")
             << double(energy) << " is not a share above 0, at most 1";
    FailureOr<RankChoice> choice = readRanks(func, *ranks);
    if (failed(choice))
      return failure();
    auto tensors = quantization::readSampleFiles(func, *samples);
    if (failed(tensors))
      return failure();
    if (ranks.empty()) {
      StudyOptions studying;
      studying.multiple = multiple;
      auto study = studyRanks(func, *tensors, studying);
      if (failed(study))
        return failure();
      choice = chooseRanks(*study, energy);
    }
    return factorLayers(func, *tensors, *choice);
  }

  void runOnOperation() override {
    func::FuncOp func = getOperation();
    if (!func.isExternal() && failed(run(func)))
      signalPassFailure();
  }
};
} // namespace
