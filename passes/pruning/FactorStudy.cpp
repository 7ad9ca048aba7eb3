//===- FactorStudy.cpp - Which ranks, and what they cost ------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BatchExecution.h"
#include "OutputComparison.h"

#include "edgecc/Pruning/FactorLayers.h"

#include "mlir/IR/OwningOpRef.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::pruning;
using reference::Tensor;

//===----------------------------------------------------------------------===//
// What ranks cost
//===----------------------------------------------------------------------===//

/// From the largest that saves weights down, each a fifth less than the one
/// before.
static std::vector<int64_t> listRanks(const FactorableLayer &layer,
                                      const StudyOptions &options) {
  constexpr size_t kMost = 12;
  std::vector<int64_t> ranks;
  int64_t rank = layer.getMostRank();
  while (rank > 0 && ranks.size() != kMost) {
    if (rank >= options.multiple)
      rank -= rank % options.multiple;
    else if (rank != layer.getMostRank())
      break;
    if (layer.countSaved(rank) >= options.leastSaved)
      ranks.push_back(rank);
    rank = std::min(rank - 1, rank * 4 / 5);
  }
  return ranks;
}

/// The noise where only one layer has weights of low rank.
static FailureOr<double> measureRank(func::FuncOp func, SampleList samples,
                                     const OutputComparison &comparison,
                                     size_t layer, int64_t rank) {
  OwningOpRef<func::FuncOp> copy(cast<func::FuncOp>(func->clone()));
  if (failed(factorLayers(*copy, samples, {{layer, rank}})))
    return failure();
  return comparison.measure(*copy);
}

FailureOr<RankStudy> pruning::studyRanks(func::FuncOp func, SampleList samples,
                                         const StudyOptions &options) {
  // A fit of few samples looks better on these than it is.
  constexpr size_t kFewest = 12, kMostCompared = 64;
  std::vector<std::vector<Tensor>> seen, unseen;
  for (size_t i = 0; i != samples.size(); ++i)
    (i % 3 == 2 && samples.size() >= kFewest ? unseen : seen)
        .push_back(samples[i]);
  unseen = chooseSamples(func, unseen.empty() ? seen : unseen, kMostCompared);
  auto comparison =
      OutputComparison::create(func, unseen, OutputComparison::Scale::Variance);
  if (failed(comparison))
    return failure();
  auto layers = findFactorableLayers(func);
  size_t done = 0, total = 0;
  for (const FactorableLayer &layer : layers)
    total += listRanks(layer, options).size();
  RankStudy study;
  for (auto [number, layer] : llvm::enumerate(layers)) {
    LayerStudy &entry = study.emplace_back();
    entry.name = layer.name;
    entry.weights = layer.rows * layer.columns;
    entry.perRank = layer.rows + layer.columns;
    for (int64_t rank : listRanks(layer, options)) {
      auto noise = measureRank(func, seen, *comparison, number, rank);
      if (failed(noise))
        return failure();
      entry.levels.push_back({rank, *noise});
      if (options.progress)
        options.progress(++done, total);
    }
  }
  return study;
}

//===----------------------------------------------------------------------===//
// Which ranks
//===----------------------------------------------------------------------===//

namespace {
/// Goes down from whole layers, level by level, within a limit of noise.
class Descent {
public:
  explicit Descent(const RankStudy &study)
      : study(study), taken(study.size(), 0), isOpen(study.size(), true) {}

  void close(size_t layer) { isOpen[layer] = false; }
  void run(double limit);
  RankChoice getRanks() const;

private:
  struct Step {
    size_t layer, taken;
    double noise, saved;
  };
  Step makeStep(size_t layer, size_t level) const;
  std::optional<Step> findBest(double limit) const;

  const RankStudy &study;
  /// How many levels each layer has gone down.
  std::vector<size_t> taken;
  std::vector<bool> isOpen;
};
} // namespace

Descent::Step Descent::makeStep(size_t number, size_t to) const {
  const LayerStudy &layer = study[number];
  auto getNoise = [&](size_t at) {
    return at == 0 ? 0.0 : layer.levels[at - 1].noise;
  };
  auto getWeights = [&](size_t at) {
    return double(at == 0 ? layer.weights
                          : layer.levels[at - 1].rank * layer.perRank);
  };
  size_t now = taken[number];
  return {number, to, std::max(getNoise(to) - getNoise(now), 0.0),
          getWeights(now) - getWeights(to)};
}

/// The step, of as many levels at once as that is best for, that saves most
/// weights for its noise.
std::optional<Descent::Step> Descent::findBest(double limit) const {
  std::optional<Step> best;
  for (size_t layer = 0; layer != study.size(); ++layer)
    for (size_t to = taken[layer] + 1;
         isOpen[layer] && to <= study[layer].levels.size(); ++to) {
      Step step = makeStep(layer, to);
      if (step.noise <= limit && step.saved > 0 &&
          (!best || step.saved * best->noise > best->saved * step.noise))
        best = step;
    }
  return best;
}

void Descent::run(double limit) {
  while (std::optional<Step> step = findBest(limit)) {
    taken[step->layer] = step->taken;
    limit -= step->noise;
  }
}

RankChoice Descent::getRanks() const {
  RankChoice ranks;
  for (auto [number, layer] : llvm::enumerate(study))
    if (taken[number] > 0)
      ranks[number] = layer.levels[taken[number] - 1].rank;
  return ranks;
}

RankChoice pruning::chooseRanks(const RankStudy &study, double energy,
                                const RankChoice &given) {
  Descent descent(study);
  for (auto [layer, rank] : given)
    descent.close(layer);
  // What is only rounding is no loss.
  descent.run(std::max(1.0 - energy, 1e-9));
  return descent.getRanks();
}
