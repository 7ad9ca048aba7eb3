//===- Sensitivity.cpp - Which layers cost accuracy -----------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Sensitivity.h"

#include "Precisions.h"
#include "Stages.h"
#include "command/Diagnostics.h"
#include "command/Progress.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

#include <cmath>
#include <map>

using namespace edgecc;
using namespace edgecc::driver;
using namespace edgecc::quantization;
using namespace llvm;

//===----------------------------------------------------------------------===//
// Running variants
//===----------------------------------------------------------------------===//

static size_t countStudySamples(const Session &session, size_t variants) {
  // Multiplications that the interpreter does in some ten seconds.
  constexpr double kWork = 8e9;
  constexpr size_t kFewest = 4, kMost = 64;
  double macs = 1;
  for (const Layer &layer :
       collectLayers(getModelFunction(*session.calibrated)))
    macs += double(layer.macs) + double(layer.getNumResultElements());
  // A variant runs from its layer on: half the model in the mean.
  double affordable = kWork / (macs * (1 + double(variants) / 2));
  size_t count = std::clamp(size_t(std::min(affordable, 1e6)), kFewest, kMost);
  return std::min(count, session.evaluation.size());
}

Expected<Judge> driver::chooseStudySamples(const Session &session,
                                           size_t variants) {
  size_t count = countStudySamples(session, variants);
  std::vector<size_t> indices;
  for (size_t i = 0; i < count; ++i)
    indices.push_back(i * session.evaluation.size() / count);
  return session.judge->take(indices);
}

Expected<std::vector<VariantResult>> driver::study(const Session &session,
                                                   const Judge &judge,
                                                   ArrayRef<Variant> variants) {
  Progress progress("trying layers one by one:");
  StudyOptions options;
  auto update = [&](size_t done, size_t total) {
    progress.update(done, total);
  };
  auto quantize = [&](mlir::ModuleOp module) {
    return mlir::success(!errorToBool(quantizeAsMarked(session, module)));
  };
  options.progress = update;
  options.quantize = quantize;
  auto results = studyVariants(getModelFunction(*session.calibrated), variants,
                               judge.getSamples(), options);
  if (failed(results))
    return alreadyReported(InternalError);
  return std::move(*results);
}

std::optional<double> driver::getDrop(const Judge &judge,
                                      const VariantResult &result) {
  Expected<double> value = judge.getValue(result.outputs);
  if (value)
    return judge.getDrop(*value);
  consumeError(value.takeError());
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// The study of a compiled model
//===----------------------------------------------------------------------===//

std::optional<double> driver::getDropLimit(const Session &session) {
  constexpr double kNoticeable = 1.0;
  if (session.options.budget.maxDrop)
    return session.options.budget.maxDrop;
  if (!session.judge)
    return std::nullopt;
  switch (session.judge->getMetric()) {
  case reference::Metric::Top1:
  case reference::Metric::AUC:
  case reference::Metric::Cosine:
    return kNoticeable;
  default:
    return std::nullopt;
  }
}

static bool losesTooMuch(const Session &session) {
  std::optional<double> limit = getDropLimit(session);
  const auto &accuracy = session.report.accuracy;
  return limit && accuracy && accuracy->drop > *limit;
}

/// Each layer on its own in the precision that the model has it in; those in
/// float have nothing to show.
static std::vector<Variant> makeVariants(ArrayRef<Precision> mix) {
  std::vector<Variant> variants;
  for (auto [layer, precision] : enumerate(mix)) {
    if (precision == Precision::F32)
      continue;
    Variant variant{unsigned(layer), PrecisionMix(mix.size(), Precision::F32)};
    variant.mix[layer] = precision;
    variants.push_back(std::move(variant));
  }
  return variants;
}

/// The metric changes in steps of a sample, and by chance; noise at the outputs
/// does not, and decides.
static std::vector<report::Sensitivity>
sortWorstFirst(const std::vector<report::Sensitivity> &entries,
               ArrayRef<LayerEdge> edges) {
  std::vector<double> outputSqnr;
  for (const report::Sensitivity &entry : entries)
    outputSqnr.push_back(entry.outputSqnr);
  std::vector<report::Sensitivity> sorted;
  for (unsigned index : rankWorstFirst(outputSqnr, edges))
    sorted.push_back(entries[index]);
  return sorted;
}

/// The edges between those layers that variants try, by the variants' numbers.
static std::vector<LayerEdge> getEdges(const Session &session,
                                       ArrayRef<Layer> layers,
                                       ArrayRef<Variant> variants) {
  std::map<unsigned, unsigned> numbers;
  for (auto [number, variant] : enumerate(variants))
    numbers[variant.layer] = unsigned(number);
  std::vector<LayerEdge> edges;
  for (LayerEdge edge :
       collectEdges(getModelFunction(*session.calibrated), layers))
    if (numbers.count(edge.from) && numbers.count(edge.to))
      edges.push_back({numbers[edge.from], numbers[edge.to], 0});
  return edges;
}

static Error measureLayers(Session &session, const Judge &judge,
                           ArrayRef<Layer> layers) {
  std::vector<Variant> variants = makeVariants(session.mix);
  auto results = study(session, judge, variants);
  if (!results)
    return results.takeError();
  for (auto [variant, result] : zip_equal(variants, *results)) {
    const Layer &layer = layers[variant.layer];
    report::Sensitivity entry;
    entry.layer = layer.name;
    entry.number = variant.layer;
    entry.precision = stringifyPrecision(session.mix[variant.layer]).str();
    entry.ownSqnr = result.ownSqnr;
    entry.outputSqnr = result.outputSqnr;
    entry.metricDrop = getDrop(judge, result);
    entry.weights = uint64_t(layer.weights);
    entry.macs = uint64_t(layer.macs);
    session.report.sensitivity.push_back(std::move(entry));
  }
  session.report.sensitivity = sortWorstFirst(
      session.report.sensitivity, getEdges(session, layers, variants));
  session.report.sensitivitySamples = judge.getSamples().size();
  return Error::success();
}

/// For the worst layers: what the model would lose with that one, and all worse
/// ones, better. What one hands on badly the next one takes badly, too: often
/// one alone does not help.
static Error measureRemedies(Session &session, const Judge &judge) {
  constexpr size_t kLayers = 3;
  auto worst = MutableArrayRef(session.report.sensitivity);
  worst = worst.take_front(std::min(worst.size(), kLayers));
  std::vector<Variant> variants;
  std::vector<std::optional<double> *> drops;
  auto add = [&](Precision precision,
                 std::optional<double> report::Sensitivity::*drop) {
    PrecisionMix mix = session.mix;
    for (report::Sensitivity &entry : worst) {
      mix[entry.number] = precision;
      variants.push_back({unsigned(entry.number), mix});
      drops.push_back(&(entry.*drop));
    }
  };
  add(Precision::S16x8, &report::Sensitivity::dropWithS16);
  add(Precision::F32, &report::Sensitivity::dropWithFloat);
  auto results = study(session, judge, variants);
  if (!results)
    return results.takeError();
  for (auto [drop, result] : zip_equal(drops, *results))
    *drop = getDrop(judge, result);
  return Error::success();
}

//===----------------------------------------------------------------------===//
// What is said about it
//===----------------------------------------------------------------------===//

static std::string formatPoints(double points) {
  std::string text;
  raw_string_ostream(text) << format("%.2f", points);
  return text;
}

static std::string describe(const report::Sensitivity &entry) {
  std::string text;
  raw_string_ostream os(text);
  os << "layer '" << entry.layer << "': alone in " << entry.precision
     << " it leaves " << format("%.1f", entry.outputSqnr)
     << " dB of signal to noise at the outputs";
  if (entry.metricDrop)
    os << " and costs " << formatPoints(*entry.metricDrop) << " points";
  return text;
}

/// As few of the worst layers as suffice, or else as help most, in a better
/// precision: what to write, and what was measured.
static void suggest(const Session &session, StringRef precision,
                    std::optional<double> report::Sensitivity::*drop,
                    std::vector<std::string> &lines) {
  double limit = getDropLimit(session).value_or(0);
  std::string options, best;
  double least = HUGE_VAL;
  for (const report::Sensitivity &entry : session.report.sensitivity) {
    if (!(entry.*drop) || least <= limit)
      break;
    options +=
        " --layer-precision '" + entry.layer + "=" + precision.str() + "'";
    if (*(entry.*drop) >= least)
      continue;
    least = *(entry.*drop);
    best = options;
  }
  if (!best.empty())
    lines.push_back("with" + best + " the drop is " + formatPoints(least) +
                    " on " + std::to_string(session.report.sensitivitySamples) +
                    " samples");
}

std::vector<std::string> driver::explainDrop(const Session &session) {
  constexpr size_t kNamed = 3;
  std::vector<std::string> lines;
  ArrayRef<report::Sensitivity> layers = session.report.sensitivity;
  for (const report::Sensitivity &entry : layers.take_front(kNamed))
    lines.push_back((lines.empty() ? "the worst is " : "then ") +
                    describe(entry));
  if (layers.empty())
    return lines;
  suggest(session, "s16x8", &report::Sensitivity::dropWithS16, lines);
  suggest(session, "f32", &report::Sensitivity::dropWithFloat, lines);
  if (!session.options.searchesPrecision)
    lines.push_back("--precision auto chooses a precision for each layer, so "
                    "that --max-drop holds");
  return lines;
}

/// A drop beyond --max-drop is an error of its own, later.
static void warnOfDrop(const Session &session) {
  const report::Accuracy &accuracy = *session.report.accuracy;
  if (session.options.budget.maxDrop)
    return;
  warn(accuracy.metric + " falls by " + formatPoints(accuracy.drop) +
       " points, from " + formatPoints(accuracy.floatValue) + " to " +
       formatPoints(accuracy.compiledValue));
  for (const std::string &line : explainDrop(session))
    note(line);
}

Error driver::studySensitivity(Session &session) {
  bool isBad = losesTooMuch(session);
  if (!session.calibrated || !session.judge ||
      !(isBad || session.options.sensitivity ||
        session.options.searchesPrecision))
    return Error::success();
  auto layers = collectLayers(getModelFunction(*session.calibrated));
  Expected<Judge> judge = chooseStudySamples(session, layers.size());
  if (!judge)
    return judge.takeError();
  if (Error error = measureLayers(session, *judge, layers))
    return error;
  if (!isBad)
    return Error::success();
  if (Error error = measureRemedies(session, *judge))
    return error;
  warnOfDrop(session);
  return Error::success();
}
