//===- Tune.cpp - Loops cut as measured -----------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Each compilation measures one way for every layer at once: layer by layer, in
// time where this machine runs the code, else in instructions. What seems best
// is measured once more beside what the cost models choose, since the least of
// many measurements is in part luck.
//
//===----------------------------------------------------------------------===//

#include "Tune.h"

#include "Stages.h"
#include "command/Diagnostics.h"
#include "command/Progress.h"

#include "edgecc/Backend/Tuning.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/TargetParser/Host.h"

#include <cmath>

using namespace edgecc;
using namespace edgecc::driver;
using namespace llvm;

//===----------------------------------------------------------------------===//
// --tuned
//===----------------------------------------------------------------------===//

static bool isCompiledFor(const Session &session, StringRef name) {
  return session.target.name == name ||
         any_of(session.dispatch,
                [&](const Target &target) { return target.name == name; });
}

Error driver::loadTunings(Session &session) {
  for (const std::string &file : session.options.tunedFiles) {
    Expected<Tuning> tuning = readTuning(file);
    if (!tuning)
      return tuning.takeError();
    if (!isCompiledFor(session, tuning->target))
      return createStringError("--tuned: " + file +
                               " was measured for target "
                               "'" +
                               tuning->target + "'; --target is '" +
                               session.target.name + "'");
    session.tunings.push_back(std::move(*tuning));
  }
  return Error::success();
}

Error driver::applyTunings(const Session &session, const Target &target,
                           mlir::ModuleOp copy) {
  // Precisions that a search tries are others than were measured.
  bool lenient = session.repairEffort != RepairEffort::All;
  for (const Tuning &tuning : session.tunings) {
    if (tuning.target != target.name)
      continue;
    if (Error error =
            applyTuning(getModelFunction(copy), target.getFeatureSet(),
                        tuning.layers, lenient))
      return createStringError("--tuned: " + tuning.file + ": " +
                               toString(std::move(error)) +
                               "; measure again with --tune FILE");
  }
  return Error::success();
}

//===----------------------------------------------------------------------===//
// --tune
//===----------------------------------------------------------------------===//

namespace {
class Tuner {
public:
  explicit Tuner(Session &session) : session(session) {}

  Error run();

private:
  /// A layer, with what each of its ways has been measured to cost.
  struct Entry {
    TunedLayer layer;
    SmallVector<kern::TilingAttr> tilings;
    std::vector<double> costs;
    size_t best = 0;
  };
  /// The number of a way for each layer.
  using Choice = std::vector<size_t>;

  Error collect();
  Error measure(const Choice &choice, std::vector<double> &costs);
  Error tryAll();
  Error confirm();
  Choice getBest() const;
  std::vector<TunedLayer> getLayers(const Choice &choice) const;

  Session &session;
  std::vector<Entry> entries;
  Tuning tuning;
};
} // namespace

/// From a session whose code has been made, by names of ONNX nodes.
static StringMap<size_t> numberNodes(const report::Report &report) {
  StringMap<size_t> numbers;
  for (auto [number, layer] : enumerate(report.layers))
    for (const std::string &node : layer.onnxNodes)
      numbers.try_emplace(node, number);
  return numbers;
}

Error Tuner::collect() {
  Expected<mlir::OwningOpRef<mlir::ModuleOp>> edge = pruneForLowering(session);
  if (!edge)
    return edge.takeError();
  if (Error error = specialize(session, session.target, **edge))
    return error;
  for (TunableLayer &layer : findTunableLayers(getModelFunction(**edge),
                                               session.target.getFeatureSet()))
    if (layer.tilings.size() > 1) {
      Entry entry;
      entry.layer.name = layer.name;
      entry.layer.shape = layer.shape;
      entry.tilings = std::move(layer.tilings);
      entries.push_back(std::move(entry));
    }
  if (entries.empty())
    return createStringError("--tune: target '" + session.target.name +
                             "' has no kernels with several ways to compute a "
                             "layer of this model; targets with AVX2 or NEON "
                             "have, for convolutions and fully connected "
                             "layers");
  return Error::success();
}

std::vector<TunedLayer> Tuner::getLayers(const Choice &choice) const {
  std::vector<TunedLayer> layers;
  for (auto [entry, number] : zip_equal(entries, choice)) {
    TunedLayer layer = entry.layer;
    kern::TilingAttr tiling = entry.tilings[number];
    layer.method = tiling.getMethod().str();
    layer.unit = tiling.getUnit();
    layer.pixels = tiling.getPixels();
    layer.blocks = tiling.getBlocks();
    layer.band = tiling.getBand();
    layers.push_back(std::move(layer));
  }
  return layers;
}

/// Compiles and measures; `costs` are those of the layers.
Error Tuner::measure(const Choice &choice, std::vector<double> &costs) {
  tuning.layers = getLayers(choice);
  session.tunings = {tuning};
  for (auto stage : {lower, describeLayers, emit})
    if (Error error = stage(session))
      return error;
  Expected<execute::LayerCosts> measured = costLayers(session);
  if (!measured)
    return measured.takeError();
  tuning.measuredIn = measured->unit;
  StringMap<size_t> numbers = numberNodes(session.report);
  costs.assign(entries.size(), INFINITY);
  for (auto [entry, cost] : zip_equal(entries, costs))
    if (auto number = numbers.find(entry.layer.name);
        number != numbers.end() && number->second < measured->values.size())
      cost = measured->values[number->second];
  return Error::success();
}

Tuner::Choice Tuner::getBest() const {
  Choice choice;
  for (const Entry &entry : entries)
    choice.push_back(entry.best);
  return choice;
}

Error Tuner::tryAll() {
  // Less than that is noise.
  constexpr double kGain = 0.98;
  size_t rounds = 0;
  for (const Entry &entry : entries)
    rounds = std::max(rounds, entry.tilings.size());
  Progress progress("tuning: trial");
  for (size_t round = 0; round != rounds; ++round) {
    progress.update(round + 1, rounds);
    Choice choice;
    for (const Entry &entry : entries)
      choice.push_back(round < entry.tilings.size() ? round : entry.best);
    std::vector<double> costs;
    if (Error error = measure(choice, costs))
      return error;
    for (auto [entry, number, cost] : zip_equal(entries, choice, costs)) {
      if (round >= entry.tilings.size())
        continue;
      entry.costs.push_back(cost);
      double limit = entry.costs[entry.best] * (entry.best == 0 ? kGain : 1);
      if (cost < limit)
        entry.best = number;
    }
  }
  return Error::success();
}

/// What does not prove itself a second time goes back to the cost models.
Error Tuner::confirm() {
  constexpr double kGain = 0.99;
  std::vector<double> before, after;
  if (Error error = measure(Choice(entries.size(), 0), before))
    return error;
  if (Error error = measure(getBest(), after))
    return error;
  for (auto [entry, old, now] : zip_equal(entries, before, after)) {
    if (now > old * kGain)
      entry.best = 0;
    entry.layer.before = old;
    entry.layer.after = entry.best == 0 ? old : now;
  }
  return Error::success();
}

static report::Tuning describe(const Tuning &tuning, StringRef file) {
  report::Tuning result;
  result.file = file.str();
  result.unit = tuning.measuredIn;
  result.layers = tuning.layers.size();
  for (const TunedLayer &layer : tuning.layers) {
    result.changed += layer.after < layer.before;
    result.before += layer.before;
    result.after += layer.after;
  }
  return result;
}

Error Tuner::run() {
  const Target &target = session.target;
  tuning.file = session.options.tuneFile;
  tuning.target = target.name;
  tuning.machine = sys::getHostCPUName().str();
  tuning.compiler = target.compiler.command + " " +
                    join(target.compiler.flags, " ") + " " +
                    target.compiler.optimization;
  if (Error error = collect())
    return error;
  if (Error error = tryAll())
    return error;
  if (Error error = confirm())
    return error;
  tuning.layers = getLayers(getBest());
  session.tunings = {tuning};
  session.report.tuning = describe(tuning, tuning.file);
  return Error::success();
}

Error driver::tune(Session &session) {
  if (session.options.tuneFile.empty())
    return Error::success();
  return Tuner(session).run();
}
