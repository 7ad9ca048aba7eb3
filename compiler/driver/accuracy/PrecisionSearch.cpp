//===- PrecisionSearch.cpp - The cheapest precisions that suffice ---------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// --precision auto. Each layer is tried alone in each precision; from what that
// does to the outputs follows an order in which layers should get better
// (planPath). Along it, the cheapest mix is sought that keeps --max-drop as
// measured: all layers together, on the evaluation samples.
//
//===----------------------------------------------------------------------===//

#include "Precisions.h"
#include "Reference.h"
#include "Repair.h"
#include "Sensitivity.h"
#include "Stages.h"
#include "command/Diagnostics.h"
#include "command/Progress.h"

#include "edgecc/Quant/PrecisionPath.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

#include <cmath>
#include <map>

using namespace edgecc;
using namespace edgecc::driver;
using namespace edgecc::quantization;
using namespace llvm;

static constexpr Precision kPrecisions[] = {Precision::S8W4, Precision::S8,
                                            Precision::S16x8, Precision::F32};

static std::string formatNumber(const char *pattern, double value) {
  std::string text;
  raw_string_ostream(text) << format(pattern, value);
  return text;
}

//===----------------------------------------------------------------------===//
// What precisions cost
//===----------------------------------------------------------------------===//

/// Work of a multiplication in a precision, relative to int8.
static double getWork(Precision precision) {
  switch (precision) {
  case Precision::S8:
    return 1.0;
  case Precision::S8W4:
    return 1.2;
  case Precision::S16x8:
    return 1.5;
  case Precision::F32:
    return 3.0;
  }
  llvm_unreachable("all precisions are handled");
}

static double getActivationBytes(Precision precision) {
  return precision == Precision::F32     ? 4
         : hasWideActivations(precision) ? 2
                                         : 1;
}

namespace {
/// Costs as parts of what the model costs in int8. Weights come first, then
/// work, then memory of activations; what is budgeted weighs more.
class CostModel {
public:
  CostModel(const report::Budget &budget, ArrayRef<Layer> layers) {
    constexpr double kBudgeted = 8;
    double bytes = 1, work = 1, elements = 1;
    for (const Layer &layer : layers) {
      bytes += double(layer.weights);
      work += countWork(layer);
      elements += double(layer.getNumResultElements());
    }
    perByte = (budget.flash ? kBudgeted : 4.0) / bytes;
    perWork = (budget.latency || budget.energy ? kBudgeted : 1.0) / work;
    perActivation = (budget.ram ? kBudgeted : 0.5) / elements;
  }

  double getCost(const Layer &layer, Precision precision) const {
    return perByte * double(layer.getWeightBytes(precision)) +
           perWork * getWork(precision) * countWork(layer) +
           perActivation * getActivationBytes(precision) *
               double(layer.getNumResultElements());
  }
  double getConversionCost(double elements) const {
    return 2 * perWork * elements;
  }

private:
  static double countWork(const Layer &layer) {
    return double(layer.macs) + double(layer.getNumResultElements());
  }

  double perByte, perWork, perActivation;
};
} // namespace

//===----------------------------------------------------------------------===//
// The search
//===----------------------------------------------------------------------===//

namespace {
class Search {
public:
  Search(Session &session, SmallVector<Layer> layers,
         std::vector<std::optional<Precision>> forced, PrecisionEffects effects)
      : session(session), layers(std::move(layers)), forced(std::move(forced)),
        maxDrop(session.options.budget.maxDrop.value_or(1.0)),
        effects(std::move(effects)) {}

  /// Nothing if no mix loses little enough.
  Expected<std::optional<PrecisionMix>> run();
  Error refuse() const;

private:
  using Options = std::vector<PrecisionOption>;

  bool isPossible(unsigned layer, Precision precision) const {
    return effects[layer].count(precision) != 0;
  }
  std::vector<PrecisionMix> plan() const;
  Expected<double> measureDrop(const Judge &judge, ArrayRef<Precision> mix,
                               bool quick);
  Expected<size_t> bisect();
  Expected<size_t> confirm(size_t index);
  std::string explain(unsigned layer, Precision chosen) const;
  std::string label(ArrayRef<Precision> mix) const;
  uint64_t countWeightBytes(ArrayRef<Precision> mix) const;
  void describe(const PrecisionMix &chosen);

  Session &session;
  SmallVector<Layer> layers;
  std::vector<std::optional<Precision>> forced;
  double maxDrop;
  PrecisionEffects effects;
  std::vector<PrecisionMix> path;
  /// Some of the evaluation samples, for the search; all confirm the result.
  std::optional<Judge> quick;
  /// The drops of mixes, by their number on the path: on `quick`, on all.
  std::map<size_t, double> tried, confirmed;
};
} // namespace

Expected<PrecisionEffects>
driver::measureEffects(Session &session, ArrayRef<Layer> layers,
                       ArrayRef<std::optional<Precision>> forced) {
  if (Error error = prepareJudge(session))
    return std::move(error);
  auto isPossible = [&](unsigned layer, Precision precision) {
    if (forced[layer])
      return precision == *forced[layer];
    // What is looked up is stored as what takes it is.
    if (layers[layer].tableRows && precision == Precision::S16x8)
      return false;
    return precision != Precision::S8W4 || layers[layer].weights > 0;
  };
  std::vector<Variant> variants;
  for (Precision precision : kPrecisions)
    for (unsigned layer = 0; layer != layers.size(); ++layer) {
      if (!isPossible(layer, precision) || precision == Precision::F32)
        continue;
      Variant variant{layer, PrecisionMix(layers.size(), Precision::F32)};
      variant.mix[layer] = precision;
      variants.push_back(std::move(variant));
    }
  Expected<Judge> judge = chooseStudySamples(session, variants.size());
  if (!judge)
    return judge.takeError();
  auto results = study(session, *judge, variants);
  if (!results)
    return results.takeError();
  PrecisionEffects effects(layers.size());
  for (auto [variant, result] : zip_equal(variants, *results))
    effects[variant.layer][variant.mix[variant.layer]] = result.outputSqnr;
  for (unsigned layer = 0; layer != layers.size(); ++layer)
    if (isPossible(layer, Precision::F32))
      effects[layer][Precision::F32] = HUGE_VAL;
  return effects;
}

std::vector<PrecisionMix> Search::plan() const {
  CostModel model(session.options.budget, layers);
  std::vector<Options> options(layers.size());
  for (auto [layer, known, choices] : zip_equal(layers, effects, options))
    for (auto [precision, decibels] : known)
      choices.push_back({precision, std::pow(10.0, -decibels / 10),
                         model.getCost(layer, precision)});
  std::vector<LayerEdge> edges =
      collectEdges(getModelFunction(*session.calibrated), layers);
  for (LayerEdge &edge : edges)
    edge.conversionCost = model.getConversionCost(edge.conversionCost);
  return planPath(options, edges);
}

Expected<double> Search::measureDrop(const Judge &judge,
                                     ArrayRef<Precision> mix, bool quick) {
  // Only of the result it is of interest what stays in float and why.
  mlir::ScopedDiagnosticHandler quiet(
      &session.context, [](mlir::Diagnostic &diagnostic) {
        return mlir::success(diagnostic.getSeverity() !=
                             mlir::DiagnosticSeverity::Error);
      });
  Expected<RepairedModel> model = quantizeRepaired(
      session, mix, quick ? RepairEffort::Quick : session.repairEffort);
  if (!model)
    return model.takeError();
  auto runner = ReferenceRunner::create(getModelFunction(*model->quantized));
  if (!runner)
    return runner.takeError();
  Expected<SampleSet> outputs = runner->run(judge.getSamples());
  if (!outputs)
    return outputs.takeError();
  Expected<double> value = judge.getValue(*outputs);
  if (!value)
    return value.takeError();
  return judge.getDrop(*value);
}

//===----------------------------------------------------------------------===//
// Along the path
//===----------------------------------------------------------------------===//

/// The first mix that seems to keep the drop; its better ones should, too.
Expected<size_t> Search::bisect() {
  Progress progress("trying mixes of precisions:");
  size_t low = 0, high = path.size() - 1, done = 0;
  size_t total = size_t(std::ceil(std::log2(double(path.size())))) + 1;
  while (low < high) {
    progress.update(++done, total);
    // The cheapest of all is what most models need.
    size_t middle = done == 1 ? 0 : low + (high - low) / 2;
    Expected<double> drop = measureDrop(*quick, path[middle], /*quick=*/true);
    if (!drop)
      return drop.takeError();
    tried[middle] = *drop;
    if (*drop <= maxDrop)
      high = middle;
    else
      low = middle + 1;
  }
  return low;
}

/// From a mix on, the first one that keeps the drop on all samples.
Expected<size_t> Search::confirm(size_t index) {
  Progress progress("confirming mixes of precisions:");
  size_t stride = 1;
  while (true) {
    progress.update(confirmed.size() + 1, confirmed.size() + 1);
    Expected<double> drop =
        measureDrop(*session.judge, path[index], /*quick=*/false);
    if (!drop)
      return drop.takeError();
    tried[index] = confirmed[index] = *drop;
    if (*drop <= maxDrop || index + 1 == path.size())
      return index;
    index = std::min(index + stride, path.size() - 1);
    stride *= 2;
  }
}

Error Search::refuse() const {
  double least = confirmed.begin()->second;
  for (auto [index, drop] : confirmed)
    least = std::min(least, drop);
  printError("the budget is not met: no mix of precisions loses at most " +
             formatNumber("%g", maxDrop) + " points of " +
             reference::getName(session.judge->getMetric()));
  note("the nearest that would hold: --max-drop " +
       formatNumber("%.2f", std::ceil(least * 100) / 100));
  for (auto [layer, precision] : zip_equal(layers, forced))
    if (precision && *precision != Precision::F32)
      note("--layer-precision holds layer '" + layer.name + "' in " +
           stringifyPrecision(*precision));
  return alreadyReported(BudgetError);
}

Expected<std::optional<PrecisionMix>> Search::run() {
  path = plan();
  constexpr size_t kQuick = 200;
  std::vector<size_t> indices;
  size_t all = session.evaluation.size(), some = std::min(all, kQuick);
  // Streams are measured as they are: state goes from sample to sample.
  if (!session.options.stateful.empty())
    some = all;
  for (size_t i = 0; i < some; ++i)
    indices.push_back(i * all / some);
  Expected<Judge> part = session.judge->take(indices);
  if (!part)
    return part.takeError();
  quick = std::move(*part);
  Expected<size_t> first = bisect();
  if (!first)
    return first.takeError();
  Expected<size_t> found = confirm(*first);
  if (!found)
    return found.takeError();
  if (confirmed[*found] > maxDrop)
    return std::nullopt;
  describe(path[*found]);
  return path[*found];
}

//===----------------------------------------------------------------------===//
// For the report
//===----------------------------------------------------------------------===//

std::string Search::explain(unsigned layer, Precision chosen) const {
  if (forced[layer])
    return "asked for with --layer-precision";
  auto describe = [&](Precision precision) {
    return stringifyPrecision(precision).str() + " alone leaves " +
           formatNumber("%.1f", effects[layer].at(precision)) +
           " dB at the outputs";
  };
  std::string reason;
  for (Precision precision : kPrecisions) {
    if (precision == chosen)
      break;
    if (isPossible(layer, precision))
      reason += (reason.empty() ? "" : ", ") + describe(precision);
  }
  if (chosen == Precision::F32)
    return reason;
  return reason.empty() ? "the cheapest; " + describe(chosen)
                        : reason + "; " + describe(chosen);
}

/// "9 s8, 2 f32".
std::string Search::label(ArrayRef<Precision> mix) const {
  std::string text;
  for (Precision precision : kPrecisions)
    if (size_t number = llvm::count(mix, precision))
      text += (text.empty() ? "" : ", ") + std::to_string(number) + " " +
              stringifyPrecision(precision).str();
  return text;
}

uint64_t Search::countWeightBytes(ArrayRef<Precision> mix) const {
  uint64_t bytes = 0;
  for (auto [layer, precision] : zip_equal(layers, mix))
    bytes += uint64_t(layer.getWeightBytes(precision));
  return bytes;
}

void Search::describe(const PrecisionMix &chosen) {
  const Judge &judge = *session.judge;
  report::PrecisionSearch search;
  search.metric = reference::getName(judge.getMetric()).str();
  search.maxDrop = maxDrop;
  bool isMore = reference::isHigherBetter(judge.getMetric());
  auto getValue = [&](double drop) {
    return isMore ? judge.getFloatValue() - drop : judge.getFloatValue() + drop;
  };
  search.limit = getValue(maxDrop);
  for (auto [index, drop] : tried)
    search.tried.push_back({label(path[index]), countWeightBytes(path[index]),
                            getValue(drop), drop, path[index] == chosen});
  PrecisionMix exact(layers.size(), Precision::F32);
  if (path.back() != exact || !tried.count(path.size() - 1))
    search.tried.push_back({"all in float", countWeightBytes(exact),
                            judge.getFloatValue(), 0.0, false});
  for (unsigned layer = 0; layer != layers.size(); ++layer)
    search.layers.push_back({layers[layer].name,
                             stringifyPrecision(chosen[layer]).str(),
                             explain(layer, chosen[layer])});
  search.label = label(chosen);
  session.report.precisionSearch = std::move(search);
}

Expected<PrecisionMix> driver::searchMix(Session &session) {
  auto layers = collectLayers(getModelFunction(*session.calibrated));
  auto forced = getForcedPrecisions(session, layers);
  if (!forced)
    return forced.takeError();
  if (layers.empty())
    return PrecisionMix();
  auto effects = measureEffects(session, layers, *forced);
  if (!effects)
    return effects.takeError();
  Search search(session, std::move(layers), std::move(*forced),
                std::move(*effects));
  auto mix = search.run();
  if (!mix)
    return mix.takeError();
  if (!*mix)
    return search.refuse();
  return std::move(**mix);
}

Expected<std::optional<PrecisionMix>>
driver::findCheapestMix(Session &session, const PrecisionEffects &effects) {
  auto layers = collectLayers(getModelFunction(*session.calibrated));
  auto forced = getForcedPrecisions(session, layers);
  if (!forced)
    return forced.takeError();
  return Search(session, std::move(layers), std::move(*forced), effects).run();
}
