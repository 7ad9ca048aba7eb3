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

#include "llvm/Support/SaveAndRestore.h"

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

  enum class Outcome { Holds, LosesTooMuch, IsTooLarge, IsWhole };
  /// Compiles what the options ask for now; `isSmaller` says whether that has
  /// made the model any smaller.
  Expected<Outcome> make(function_ref<bool(const report::Report &)> isSmaller);
  void restore();

private:
  bool mayFit() const;
  bool mayNeedPrecisions() const;

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

/// Whether weights of four bits, all of them, might do, with all else as it was
/// in the whole model: what is smaller need not be compiled otherwise. A
/// thinner model is better than constants that have to be decoded.
bool SmallerModels::mayFit() const {
  const std::optional<uint64_t> &limit = session.options.budget.flash,
                                &flash = report.flash.total;
  if (!limit || !flash || !session.calibrated)
    return true;
  double rest = double(*flash), least = 0;
  for (auto [layer, precision] :
       zip_equal(collectLayers(getModelFunction(*whole)), mix))
    rest -= double(layer.getWeightBytes(precision));
  // Constants that are coded take less.
  rest = std::max(rest, double(report.flash.code.value_or(0)));
  for (const Layer &layer :
       collectLayers(getModelFunction(*session.calibrated)))
    least += double(layer.getWeightBytes(Precision::S8W4));
  return rest + least <= double(*limit);
}

/// Whether precisions may be what is wrong: int8 takes least time of all.
bool SmallerModels::mayNeedPrecisions() const {
  Budget time = session.options.budget;
  time.ram.reset();
  time.flash.reset();
  time.maxDrop.reset();
  bool isInt8 = all_of(session.mix, [](Precision precision) {
    return precision == Precision::S8;
  });
  bool isDecoded = any_of(session.report.layers, [](const auto &layer) {
    return !layer.coding.empty();
  });
  return !isInt8 || isDecoded || holds(session.report, time);
}

Expected<SmallerModels::Outcome>
SmallerModels::make(function_ref<bool(const report::Report &)> isSmaller) {
  const Budget &budget = session.options.budget;
  Budget dropOnly;
  dropOnly.maxDrop = budget.maxDrop;
  // What was given up for a larger model may not be needed.
  session.target.compiler.optimization = session.optimization;
  session.extraBytes = session.options.optimizesSize ? 0 : -1;
  session.smallLayers.clear();
  session.arenaLimit.reset();
  session.coding = Session::CodingLimits(session.options.coding);
  session.report.budget = budget;
  SaveAndRestore searching(session.repairEffort, RepairEffort::Some);
  if (Error error = runTensorPasses(session))
    return std::move(error);
  if (!isSmaller(session.report))
    return Outcome::IsWhole;
  if (!mayFit())
    return Outcome::IsTooLarge;
  if (Error error = measureAccuracy(session))
    return std::move(error);
  if (!holds(session.report, dropOnly))
    return Outcome::LosesTooMuch;
  if (Error error = makeCodeWithinBudget(session))
    return std::move(error);
  if (holds(session.report, budget))
    return Outcome::Holds;
  if (!mayNeedPrecisions())
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

/// Less and less of the outputs' variance stays, as long as accuracy allows it,
/// until the budget holds; between a share that is not enough and one that
/// costs too much, by halves.
static Expected<bool> findFactored(Session &session,
                                   FindPrecisions findPrecisions) {
  constexpr double kLosses[] = {0.001, 0.01, 0.03, 0.05, 0.1,
                                0.15,  0.2,  0.3,  0.4,  0.5};
  SmallerModels models(session, findPrecisions);
  double enough = 0, tooMuch = HUGE_VAL;
  for (const double *next = kLosses; tooMuch - enough > 0.015;) {
    if (tooMuch == HUGE_VAL && next == std::end(kLosses))
      break;
    double loss = tooMuch == HUGE_VAL ? *next++ : (enough + tooMuch) / 2;
    session.options.lowRankEnergy = 1 - loss;
    auto outcome = models.make([](const report::Report &report) {
      return report.lowRank.has_value();
    });
    if (!outcome)
      return outcome.takeError();
    if (*outcome == SmallerModels::Outcome::Holds)
      return true;
    (*outcome == SmallerModels::Outcome::LosesTooMuch ? tooMuch : enough) =
        loss;
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
    auto outcome = models.make([](const report::Report &report) {
      return report.pruning.has_value();
    });
    if (!outcome)
      return outcome.takeError();
    if (*outcome == SmallerModels::Outcome::IsWhole)
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
