//===- LowRank.cpp - Two thin layers in place of one ----------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Stages.h"
#include "command/Diagnostics.h"
#include "command/LayerNames.h"
#include "command/Progress.h"

#include "edgecc/Dialect/Edge/Edge.h"
#include "edgecc/Pruning/FactorLayers.h"

#include "llvm/Support/FormatVariadic.h"

#include <cmath>

using namespace edgecc;
using namespace edgecc::driver;
using namespace edgecc::pruning;
using namespace llvm;
using mlir::func::FuncOp;

//===----------------------------------------------------------------------===//
// --low-rank-layer
//===----------------------------------------------------------------------===//

static Error refuseName(StringRef name, ArrayRef<FactorableLayer> layers) {
  std::vector<StringRef> names;
  for (const FactorableLayer &layer : layers)
    names.push_back(layer.name);
  return makeError(InputError,
                   "--low-rank-layer: there is no fully connected or recurrent "
                   "layer, and no table, '" +
                       name.str() + "'" +
                       (names.empty() ? std::string()
                                      : "; the nearest names are " +
                                            listNearMatches(name, names)));
}

static Error refuseRank(const FactorableLayer &layer, int64_t rank) {
  int64_t most = layer.getMostRank();
  std::string weights =
      std::to_string(layer.rows) + " x " + std::to_string(layer.columns);
  return makeError(InputError,
                   "--low-rank-layer: '" + layer.name + "' has " + weights +
                       " weights, and no fewer with rank " +
                       std::to_string(rank) + "; " +
                       (most ? "at most " + std::to_string(most) + " saves any"
                             : "no rank saves any"));
}

/// What --low-rank-layer says, by number.
static Expected<RankChoice> readRanks(const Options &options,
                                      ArrayRef<FactorableLayer> layers) {
  RankChoice ranks;
  for (const LayerRank &wish : options.layerRanks) {
    bool found = false;
    for (auto [number, layer] : enumerate(layers)) {
      if (!comesFrom(layer.op, wish.layer))
        continue;
      if (wish.rank > layer.getMostRank())
        return refuseRank(layer, wish.rank);
      ranks[number] = wish.rank;
      found = true;
    }
    if (!found)
      return refuseName(wish.layer, layers);
  }
  return ranks;
}

//===----------------------------------------------------------------------===//
// What has become of it
//===----------------------------------------------------------------------===//

static void countSize(FuncOp function, uint64_t &macs, uint64_t &weights) {
  for (const quantization::Layer &layer :
       quantization::collectLayers(function)) {
    macs += uint64_t(layer.macs);
    weights += uint64_t(layer.weights);
  }
}

static report::LowRank::Layer describe(const FactoredLayer &layer) {
  report::LowRank::Layer entry;
  entry.name = layer.name;
  entry.rank = uint64_t(layer.rank);
  entry.rows = uint64_t(layer.rows);
  entry.columns = uint64_t(layer.columns);
  entry.macsBefore = uint64_t(layer.macsBefore);
  entry.macsAfter = uint64_t(layer.macsAfter);
  entry.weightsBefore = uint64_t(layer.countWeightsBefore());
  entry.weightsAfter = uint64_t(layer.countWeightsAfter());
  entry.energy = layer.energy;
  return entry;
}

//===----------------------------------------------------------------------===//
// Ranks
//===----------------------------------------------------------------------===//

/// No layer gets smaller, though that was asked for.
static Error refuse(double energy, const RankStudy &study) {
  double least = HUGE_VAL;
  StringRef name;
  for (const LayerStudy &layer : study)
    for (const LayerStudy::Level &level : layer.levels)
      if (level.noise < least) {
        least = level.noise;
        name = layer.name;
      }
  if (least > 1.0)
    return makeError(InputError,
                     "--low-rank: this model has no fully connected or "
                     "recurrent layer, and no table, whose weights two thinner "
                     "layers could take the place of; use --prune RATIO or "
                     "--precision s8w4");
  double most = std::min(std::floor((1 - least) * 1000) / 1000, 0.999);
  return makeError(
      InputError,
      formatv("--low-rank: no layer gets fewer weights where {0:F3} of the "
              "variance of the outputs is to stay; with {1:F3} '{2}' would",
              energy, most, name)
          .str());
}

static FailureOr<RankStudy> study(Session &session, FuncOp function) {
  Progress progress("low rank: number of ranks");
  auto update = [&](size_t done, size_t total) {
    progress.update(done, total);
  };
  StudyOptions options;
  // What kernels take for their fast loops.
  options.multiple = 4;
  // Another layer takes code, and constants for each of its values.
  options.leastSaved = 256;
  options.progress = update;
  return studyRanks(function, session.calibration, options);
}

/// Adds ranks with which as much of the outputs stays as is asked for.
static Error addRanks(Session &session, FuncOp function, RankChoice &ranks) {
  const Options &options = session.options;
  // A search asks for one share after the other of the same model.
  std::optional<RankStudy> &studied = session.rankStudy;
  if (!studied || !options.searchesLowRank) {
    auto result = study(session, function);
    if (failed(result))
      return alreadyReported(InternalError);
    studied = std::move(*result);
  }
  RankChoice chosen = chooseRanks(*studied, *options.lowRankEnergy, ranks);
  // What a search asks for without success stays as it is, and what is to stay.
  if (chosen.empty() && ranks.empty() && !options.searchesLowRank)
    return refuse(*options.lowRankEnergy, *studied);
  ranks.merge(chosen);
  return Error::success();
}

Error driver::factorModel(Session &session) {
  const Options &options = session.options;
  FuncOp function = getModelFunction(*session.edge);
  auto ranks = readRanks(options, findFactorableLayers(function));
  if (!ranks)
    return ranks.takeError();
  if (options.lowRankEnergy)
    if (Error error = addRanks(session, function, *ranks))
      return error;
  report::LowRank lowRank;
  countSize(function, lowRank.macsBefore, lowRank.weightsBefore);
  auto layers = factorLayers(function, session.calibration, *ranks);
  if (failed(layers))
    return alreadyReported(InternalError);
  countSize(function, lowRank.macsAfter, lowRank.weightsAfter);
  for (const FactoredLayer &layer : *layers)
    lowRank.layers.push_back(describe(layer));
  session.report.lowRank.reset();
  if (!lowRank.layers.empty())
    session.report.lowRank = std::move(lowRank);
  return Error::success();
}
