//===- BudgetPruning.cpp - Smaller models for a budget --------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BudgetPruning.h"

#include "BudgetItems.h"
#include "Stages.h"

#include "edgecc/Pruning/FactorLayers.h"

#include <cmath>

using namespace edgecc;
using namespace edgecc::driver;
using namespace edgecc::quantization;
using namespace llvm;
using report::Budget;

namespace {

/// Compiles a session's model in smaller forms, and can bring the whole one
/// back.
class SmallerModels {
public:
  SmallerModels(Session &session, FindPrecisions findPrecisions)
      : session(session), findPrecisions(findPrecisions),
        whole(session.calibrated->clone()), report(session.report),
        mix(session.mix) {}

  enum class Outcome { Holds, LosesTooMuch, IsTooLarge };
  /// Compiles what the options ask for now.
  Expected<Outcome> make();
  void restore();

private:
  bool mayFit() const;

  Session &session;
  FindPrecisions findPrecisions;
  mlir::OwningOpRef<mlir::ModuleOp> whole;
  const report::Report report;
  const PrecisionMix mix;
};

} // namespace

//===----------------------------------------------------------------------===//
// One model
//===----------------------------------------------------------------------===//

static int64_t countBytes(ArrayRef<Layer> layers, Precision precision) {
  int64_t bytes = 0;
  for (const Layer &layer : layers)
    bytes += layer.getWeightBytes(precision);
  return bytes;
}

/// Whether weights of four bits, all of them and coded, might do: else
/// precisions need not be looked for.
bool SmallerModels::mayFit() const {
  const std::optional<uint64_t> &limit = session.options.budget.flash,
                                &flash = session.report.flash.total;
  if (!limit || !flash || session.options.precision)
    return true;
  constexpr double kMostCoded = 0.25;
  auto layers = collectLayers(getModelFunction(*session.calibrated));
  double saved = double(countBytes(layers, Precision::S8)) -
                 double(countBytes(layers, Precision::S8W4)) * (1 - kMostCoded);
  return double(*flash) - saved <= double(*limit);
}

Expected<SmallerModels::Outcome> SmallerModels::make() {
  const Budget &budget = session.options.budget;
  Budget dropOnly;
  dropOnly.maxDrop = budget.maxDrop;
  // What was given up for a larger model may not be needed.
  session.target.compiler.optimization = session.optimization;
  session.extraBytes = session.options.optimizesSize ? 0 : -1;
  session.arenaLimit.reset();
  session.coding = Session::CodingLimits(session.options.coding);
  session.report.budget = budget;
  for (auto stage : {runTensorPasses, measureAccuracy, makeCodeWithinBudget})
    if (Error error = stage(session))
      return std::move(error);
  if (holds(session.report, budget))
    return Outcome::Holds;
  if (!holds(session.report, dropOnly))
    return Outcome::LosesTooMuch;
  if (!mayFit())
    return Outcome::IsTooLarge;
  Expected<bool> found = findPrecisions(session);
  if (!found)
    return found.takeError();
  return *found ? Outcome::Holds : Outcome::IsTooLarge;
}

void SmallerModels::restore() {
  session.prunedNodes.clear();
  session.calibrated = whole->clone();
  session.report = report;
  session.mix = mix;
}

//===----------------------------------------------------------------------===//
// Weights of low rank
//===----------------------------------------------------------------------===//

/// Whether accuracy may be lost and that would help: time or flash is short.
static bool mayShrink(const Session &session) {
  Budget rest = session.options.budget;
  bool mayLose = rest.maxDrop.has_value();
  rest.ram.reset();
  rest.maxDrop.reset();
  return mayLose && !holds(session.report, rest);
}

/// Whether most of the weights are in layers that can be factored.
static bool mayFactor(Session &session) {
  if (!session.options.searchesLowRank || !mayShrink(session))
    return false;
  mlir::func::FuncOp function = getModelFunction(*session.calibrated);
  int64_t all = 0, factorable = 0;
  for (const Layer &layer : collectLayers(function))
    all += layer.weights;
  for (const pruning::FactorableLayer &layer :
       pruning::findFactorableLayers(function))
    if (layer.getMostRank() > 0)
      factorable += layer.rows * layer.columns;
  return 2 * factorable > all;
}

/// Less and less of the variance of layers' results stays, as long as accuracy
/// allows it, until the budget holds.
static Expected<bool> findFactored(Session &session,
                                   FindPrecisions findPrecisions) {
  // Where neighbours are not enough and too much, nothing between them differs
  // by more than a rank or two.
  constexpr double kEnergies[] = {0.99, 0.97, 0.95, 0.9, 0.85, 0.8, 0.7, 0.6};
  SmallerModels models(session, findPrecisions);
  for (double energy : kEnergies) {
    session.options.lowRankEnergy = energy;
    auto outcome = models.make();
    if (!outcome)
      return outcome.takeError();
    if (*outcome == SmallerModels::Outcome::Holds && session.report.lowRank)
      return true;
    if (*outcome == SmallerModels::Outcome::LosesTooMuch)
      break;
  }
  session.options.lowRankEnergy.reset();
  models.restore();
  return false;
}

//===----------------------------------------------------------------------===//
// Fewer channels
//===----------------------------------------------------------------------===//

/// Takes more and more of the multiplications away, as long as accuracy allows
/// it, until the budget holds; between a share that is not enough and one that
/// costs too much, by halves.
static Expected<bool> findPruned(Session &session,
                                 FindPrecisions findPrecisions) {
  constexpr double kStep = 0.1, kMost = 0.5;
  constexpr int kTrials = 8;
  SmallerModels models(session, findPrecisions);
  double enough = 0, tooMuch = HUGE_VAL;
  for (int trial = 0; trial != kTrials; ++trial) {
    double share = tooMuch < kMost ? (enough + tooMuch) / 2 : enough + kStep;
    if (share > kMost + 1e-9 || tooMuch - enough < 0.02)
      break;
    session.options.pruneRatio = share;
    session.report.pruning.reset();
    auto outcome = models.make();
    if (!outcome)
      return outcome.takeError();
    if (!session.report.pruning)
      break;
    if (*outcome == SmallerModels::Outcome::Holds)
      return true;
    (*outcome == SmallerModels::Outcome::LosesTooMuch ? tooMuch : enough) =
        share;
  }
  session.options.pruneRatio.reset();
  models.restore();
  return false;
}

Expected<bool> driver::findSmallerModel(Session &session,
                                        FindPrecisions findPrecisions) {
  if (mayFactor(session)) {
    Expected<bool> found = findFactored(session, findPrecisions);
    if (!found || *found)
      return found;
  }
  if (!session.options.searchesPruning || !mayShrink(session))
    return false;
  return findPruned(session, findPrecisions);
}
