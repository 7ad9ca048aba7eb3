//===- BudgetSearch.cpp - Precisions with which the budget holds ----------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A budget is met by choices that cost nothing in accuracy, kernels and
// schedule (MakeCode.cpp), or else by the precisions of layers: each layer's
// noise is measured alone, its cost is known, a knapsack finds the mix with the
// least noise within the limits, and what comes out of it is compiled and
// measured. Where measurement and sum differ, the limits are corrected, and it
// goes on.
//
//===----------------------------------------------------------------------===//

#include "BudgetSearch.h"
#include "BudgetPruning.h"
#include "Stages.h"
#include "command/Diagnostics.h"

#include "llvm/Support/SaveAndRestore.h"

#include <cmath>

using namespace edgecc;
using namespace edgecc::driver;
using namespace edgecc::quantization;
using namespace llvm;
using report::Budget;

/// Whether it takes too much time, some of it for decoding.
static bool isDecodingTooSlow(const report::Report &report,
                              const Budget &limits) {
  Budget time;
  time.latency = limits.latency;
  time.energy = limits.energy;
  return !holds(report, time) &&
         llvm::any_of(report.layers, [](const report::Layer &layer) {
           return !layer.coding.empty();
         });
}

/// Compiles and measures a mix, with kernels, schedule and coding for the
/// limits of RAM and flash.
Expected<const Trial *> BudgetSearch::fit(const PrecisionMix &mix,
                                          const Budget &limits, Coding coding) {
  TrialChoice choice{mix, limits};
  choice.coding = coding;
  choice.mayBeDraft = true;
  Expected<const Trial *> trial = trials.run(choice);
  if (!trial || session.options.coding != Coding::Auto ||
      !isDecodingTooSlow((*trial)->report, limits))
    return trial;
  choice.coding = Coding::None;
  return trials.run(choice);
}

//===----------------------------------------------------------------------===//
// Which mixes
//===----------------------------------------------------------------------===//

/// Relative to int8; of floats, on cores without vector units for them.
static double getWork(Precision precision) {
  switch (precision) {
  case Precision::S8:
    return 1.0;
  case Precision::S8W4:
    return 1.5;
  case Precision::S16x8:
    return 1.5;
  case Precision::F32:
    return 5.0;
  }
  llvm_unreachable("all precisions are handled");
}

double BudgetSearch::getCycles(unsigned layer, Precision precision) const {
  return instructions[layer] * getWork(precision);
}

/// The precision with the smallest weights for each layer.
PrecisionMix BudgetSearch::getCheapest() const {
  PrecisionMix mix;
  for (unsigned i = 0, e = layers.size(); i != e; ++i) {
    const auto &layer = layers[i];
    const auto &known = effects[i];
    auto best = llvm::min_element(known, [&](const auto &a, const auto &b) {
      return layer.getWeightBytes(a.first) < layer.getWeightBytes(b.first);
    });
    // Where nothing is stored, int8 takes least of all else.
    bool isSame =
        known.count(Precision::S8) && layer.getWeightBytes(Precision::S8) <=
                                          layer.getWeightBytes(best->first);
    mix.push_back(isSame ? Precision::S8 : best->first);
  }
  return mix;
}

/// The cheapest mix that keeps the drop, or nothing.
Expected<std::optional<PrecisionMix>>
BudgetSearch::findExact(const Budget &limits) {
  auto [entry, isNew] =
      exact.try_emplace(limits.maxDrop.value_or(HUGE_VAL), std::nullopt);
  if (!isNew)
    return entry->second;
  SaveAndRestore searching(session.repairEffort, RepairEffort::Some);
  SaveAndRestore limited(session.options.budget, limits);
  auto mix = findCheapestMix(session, effects);
  if (mix)
    entry->second = *mix;
  return mix;
}

/// What each layer may compute in. `needsMore`: not even int8 keeps the drop.
MixKnapsack BudgetSearch::makeKnapsack(bool needsMore) const {
  MixKnapsack knapsack;
  for (unsigned i = 0; i != layers.size(); ++i) {
    knapsack.addLayer();
    for (auto [precision, decibels] : effects[i]) {
      // Better than int8 is of use only where int8 does not do.
      if (!needsMore && effects[i].count(Precision::S8) &&
          decibels > effects[i].at(Precision::S8))
        continue;
      knapsack.addOption(precision, decibels,
                         layers[i].getWeightBytes(precision),
                         int64_t(getCycles(i, precision)));
    }
  }
  return knapsack;
}

/// Bytes of weights and instructions that layers may take within the limits, if
/// everything else takes what it takes in a trial. `slack`: a part to leave.
std::array<int64_t, 2> BudgetSearch::getBounds(const Trial &trial,
                                               const Budget &limits,
                                               double slack) const {
  std::array<int64_t, 2> bounds{MixKnapsack::kUnlimited,
                                MixKnapsack::kUnlimited};
  double bytes = 0, cycles = 0;
  for (auto [i, precision] : llvm::enumerate(trial.choice.mix)) {
    bytes += double(layers[i].getWeightBytes(precision));
    cycles += getCycles(i, precision);
  }
  const report::Report &report = trial.report;
  if (limits.flash) {
    double rest =
        double(report.flash.total.value_or(report.flash.weights)) - bytes;
    bounds[0] = int64_t((double(*limits.flash) - rest) * (1 - slack));
  }
  if (limits.latency && report.latency.instructions &&
      report.latency.milliseconds) {
    double perSecond = double(*report.latency.instructions) /
                       (*report.latency.milliseconds * 1e-3);
    double rest = double(*report.latency.instructions) - cycles;
    bounds[1] = int64_t((*limits.latency * perSecond - rest) * (1 - slack));
  }
  return bounds;
}

/// Mixes with the least noise within the limits, corrected by what the ones
/// before took.
Expected<const Trial *> BudgetSearch::solveByKnapsack(const Budget &limits,
                                                      Coding coding) {
  constexpr int kRounds = 6;
  Expected<const Trial *> start = fit(base, limits, coding);
  if (!start)
    return start;
  const bool needsMore = limits.maxDrop && (*start)->report.accuracy &&
                         (*start)->report.accuracy->drop > *limits.maxDrop;
  const MixKnapsack knapsack = makeKnapsack(needsMore);
  const Trial *last = *start;
  double slack = 0;
  for (int round = 0; round != kRounds; ++round) {
    auto mix = knapsack.solve(getBounds(*last, limits, slack));
    if (!mix)
      return nullptr;
    Expected<const Trial *> trial = fit(*mix, limits, coding);
    if (!trial)
      return trial.takeError();
    if (holds((*trial)->report, limits))
      return trial;
    Budget resources = limits;
    resources.maxDrop.reset();
    // No other mix within these limits has less noise.
    if (holds((*trial)->report, resources))
      return nullptr;
    // The same again: the sums are too small.
    if (*mix == last->choice.mix)
      slack += 0.03;
    last = *trial;
  }
  return nullptr;
}

/// Smaller weights in some layers. If those alone lose accuracy that can be
/// measured, constants are coded as well, so that fewer layers need them.
Expected<const Trial *> BudgetSearch::solveByMixes(const Budget &limits) {
  auto getDrop = [](const Trial &trial) {
    return trial.report.accuracy ? trial.report.accuracy->drop : 0.0;
  };
  if (session.options.coding != Coding::Auto)
    return solveByKnapsack(limits, Coding::Auto);
  Expected<const Trial *> whole = fit(base, limits);
  if (!whole)
    return whole;
  Expected<const Trial *> plain = solveByKnapsack(limits, Coding::None);
  if (!plain || (*plain && getDrop(**plain) <= getDrop(**whole)))
    return plain;
  Expected<const Trial *> coded = solveByKnapsack(limits, Coding::Auto);
  if (!coded || !*plain)
    return coded;
  bool isBetter = *coded && getDrop(**coded) < getDrop(**plain);
  return isBetter ? *coded : *plain;
}

/// A trial that holds, or null. What costs least accuracy comes first.
Expected<const Trial *> BudgetSearch::solve(const Budget &limits) {
  Expected<const Trial *> first = fit(base, limits);
  if (!first || holds((*first)->report, limits))
    return first;
  const report::Report &report = (*first)->report;
  Budget rest = limits;
  rest.ram.reset();
  // Smaller weights do not make the arena smaller.
  if (holds(report, rest) || !mayChoosePrecisions())
    return nullptr;
  if (Error error = prepare())
    return std::move(error);
  Budget resources = limits;
  resources.maxDrop.reset();
  if (limits.maxDrop && report.accuracy &&
      report.accuracy->drop > *limits.maxDrop) {
    auto mix = findExact(limits);
    if (!mix)
      return mix.takeError();
    if (*mix) {
      Expected<const Trial *> trial = fit(**mix, limits);
      if (!trial || holds((*trial)->report, limits))
        return trial;
    }
  }
  if (!holds(report, resources)) {
    Expected<const Trial *> trial = solveByMixes(limits);
    if (!trial || *trial)
      return trial;
  }
  Expected<const Trial *> last = fit(getCheapest(), limits);
  if (!last || holds((*last)->report, limits))
    return last;
  return nullptr;
}

//===----------------------------------------------------------------------===//
// The whole
//===----------------------------------------------------------------------===//

/// Instructions of a layer, wherever they were counted.
static double findInstructions(const Layer &layer,
                               const report::Report &report) {
  double sum = 0.0;
  for (const report::Layer &measured : report.layers)
    if (is_contained(measured.onnxNodes, layer.name))
      sum += double(measured.cycles.value_or(
          measured.predictedCycles.value_or(measured.macs)));
  return sum;
}

/// Whether not all of them have been asked for.
bool BudgetSearch::mayChoosePrecisions() const {
  return !base.empty() &&
         (!session.options.precision || session.options.searchesPrecision);
}

/// Studies the layers, once.
Error BudgetSearch::prepare() {
  if (!layers.empty())
    return Error::success();
  layers = collectLayers(getModelFunction(*session.calibrated));
  auto forced = getForcedPrecisions(session, layers);
  if (!forced)
    return forced.takeError();
  auto measured = measureEffects(session, layers, *forced);
  if (!measured)
    return measured.takeError();
  effects = std::move(*measured);
  for (const Layer &layer : layers)
    instructions.push_back(findInstructions(layer, *firstReport));
  return Error::success();
}

Expected<bool> BudgetSearch::find() {
  base = session.mix;
  firstReport = session.report;
  Expected<const Trial *> found = solve(budget);
  if (!found)
    return found.takeError();
  if (!*found)
    return false;
  if (Error error = trials.publish((*found)->choice))
    return std::move(error);
  return true;
}

Error driver::searchBudget(Session &session) {
  const Budget &budget = session.options.budget;
  if (budget.isEmpty() || holds(session.report, budget))
    return Error::success();
  // A model that came quantized, or computes in float, stays as it is.
  if (!session.calibrated)
    return Error::success();
  BudgetSearch search(session);
  Expected<bool> found = search.find();
  if (!found || *found)
    return found.takeError();
  found = findSmallerModel(
      session, [](Session &smaller) { return BudgetSearch(smaller).find(); });
  if (!found || *found)
    return found.takeError();
  return search.refuse();
}
