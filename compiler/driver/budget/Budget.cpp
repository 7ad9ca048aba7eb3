//===- Budget.cpp - Whether the budget holds, and what binds --------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Layers.h"
#include "Stages.h"
#include "accuracy/Sensitivity.h"
#include "command/Diagnostics.h"

#include "edgecc/Dialect/Kern/Kern.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

using namespace edgecc;
using namespace edgecc::driver;
using namespace llvm;
using edgecc::report::formatCount;
using edgecc::report::Layer;

namespace {
/// One budget that does not hold: what to say, and what causes it.
struct Excess {
  std::string message;
  std::vector<std::string> causes;
};
} // namespace

/// How many causes are worth naming.
static constexpr size_t kCauses = 5;

static std::string describe(const Layer &layer) {
  return "layer '" + layer.name + "' (" + layer.kernel + ")";
}

/// The layers with the largest `key`, largest first; those with 0 do not count.
template <typename Key>
static std::vector<const Layer *> getLargest(ArrayRef<Layer> layers, Key key) {
  std::vector<const Layer *> sorted;
  for (const Layer &layer : layers)
    if (key(layer) > 0)
      sorted.push_back(&layer);
  llvm::stable_sort(sorted, [&](const Layer *a, const Layer *b) {
    return key(*a) > key(*b);
  });
  if (sorted.size() > kCauses)
    sorted.resize(kCauses);
  return sorted;
}

//===----------------------------------------------------------------------===//
// One function for each budget
//===----------------------------------------------------------------------===//

/// The buffers that live where the arena is fullest.
static std::vector<std::string> explainArena(const Session &session) {
  ArrayRef<Layer> layers = session.report.layers;
  if (layers.empty())
    return {};
  auto peak = llvm::max_element(layers, [](const Layer &a, const Layer &b) {
    return a.liveBytes < b.liveBytes;
  });
  unsigned call = unsigned(peak - layers.begin());
  std::vector<std::string> causes = {
      "the arena is fullest in " + describe(*peak) + ", where " +
      formatCount(peak->liveBytes) + " bytes are alive:"};
  std::vector<LiveBuffer> buffers = findLiveBuffers(*session.kern);
  llvm::stable_sort(buffers, [](const LiveBuffer &a, const LiveBuffer &b) {
    return a.bytes > b.bytes;
  });
  for (const LiveBuffer &buffer : buffers)
    if (buffer.isLive(call))
      causes.push_back("  " + formatCount(buffer.bytes) +
                       " bytes, written by layer '" +
                       layers[buffer.writer].name + "', needed until '" +
                       layers[buffer.reader].name + "'");
  return causes;
}

static std::optional<Excess> checkRam(const Session &session) {
  const report::Report &report = session.report;
  uint64_t total = report.ram.getTotal();
  if (!report.budget.ram || total <= *report.budget.ram)
    return std::nullopt;
  Excess excess{"RAM: " + formatCount(total) + " bytes (arena " +
                    formatCount(report.ram.arena) + ", state " +
                    formatCount(report.ram.state) + ", stack " +
                    formatCount(report.ram.stack.value_or(0)) +
                    "), allowed are " + formatCount(*report.budget.ram),
                explainArena(session)};
  return excess;
}

static std::optional<Excess> checkFlash(const Session &session) {
  const report::Report &report = session.report;
  uint64_t total = report.flash.total.value_or(report.flash.weights);
  if (!report.budget.flash || total <= *report.budget.flash)
    return std::nullopt;
  Excess excess{"flash: " + formatCount(total) + " bytes (weights " +
                    formatCount(report.flash.weights) + ", code " +
                    formatCount(report.flash.code.value_or(0)) +
                    "), allowed are " + formatCount(*report.budget.flash),
                {"the largest weights:"}};
  auto key = [](const Layer &layer) { return double(layer.weightBytes); };
  for (const Layer *layer : getLargest(report.layers, key))
    excess.causes.push_back("  " + formatCount(layer->weightBytes) +
                            " bytes of " + describe(*layer));
  return excess;
}

/// What a layer takes of the latency. Where nothing is measured,
/// multiplications tell.
static std::string describeCost(const Layer &layer) {
  if (layer.microseconds)
    return formatv("{0:F2} us", *layer.microseconds).str();
  if (layer.cycles)
    return formatCount(*layer.cycles) + " instructions";
  return formatCount(layer.macs) + " MACs";
}

static std::optional<Excess> checkLatency(const Session &session) {
  const report::Report &report = session.report;
  if (!report.budget.latency || !report.latency.milliseconds ||
      *report.latency.milliseconds <= *report.budget.latency * 1e3)
    return std::nullopt;
  Excess excess;
  raw_string_ostream(excess.message)
      << "latency: " << format("%.3f", *report.latency.milliseconds) << " ms ("
      << report.latency.source << "), allowed are "
      << format("%.3f", *report.budget.latency * 1e3) << " ms";
  excess.causes = {"the slowest layers:"};
  auto key = [](const Layer &layer) {
    return layer.microseconds.value_or(
        double(layer.cycles.value_or(layer.macs)));
  };
  for (const Layer *layer : getLargest(report.layers, key))
    excess.causes.push_back("  " + describeCost(*layer) + " in " +
                            describe(*layer));
  return excess;
}

static std::optional<Excess> checkEnergy(const Session &session) {
  const report::Report &report = session.report;
  if (!report.budget.energy || !report.energy.microjoules ||
      *report.energy.microjoules <= *report.budget.energy * 1e6)
    return std::nullopt;
  Excess excess;
  raw_string_ostream(excess.message)
      << "energy: " << format("%.1f", *report.energy.microjoules) << " uJ ("
      << report.energy.source << "), allowed are "
      << format("%.1f", *report.budget.energy * 1e6) << " uJ";
  excess.causes = {"it is as much as the time is; --latency names the layers "
                   "that take most of it"};
  return excess;
}

static std::optional<Excess> checkDrop(const Session &session) {
  const report::Report &report = session.report;
  if (!report.budget.maxDrop || !report.accuracy ||
      report.accuracy->drop <= *report.budget.maxDrop)
    return std::nullopt;
  const report::Accuracy &accuracy = *report.accuracy;
  Excess excess;
  raw_string_ostream(excess.message)
      << "accuracy: " << accuracy.metric << " falls by "
      << format("%.4g", accuracy.drop) << " (from "
      << format("%.4f", accuracy.floatValue) << " to "
      << format("%.4f", accuracy.compiledValue) << " on "
      << formatCount(accuracy.samples) << " samples), allowed are "
      << format("%.4g", *report.budget.maxDrop);
  excess.causes = explainDrop(session);
  if (!excess.causes.empty())
    return excess;
  excess.causes = {"the noisiest layers:"};
  // The less signal to noise, the larger the key; 200 dB is no noise at all.
  auto key = [](const Layer &layer) { return 200 - layer.sqnr.value_or(200); };
  for (const Layer *layer : getLargest(report.layers, key)) {
    std::string cause;
    raw_string_ostream(cause) << "  " << format("%.1f", *layer->sqnr)
                              << " dB in " << describe(*layer);
    excess.causes.push_back(cause);
  }
  return excess;
}

Error driver::checkBudget(Session &session) {
  bool met = true;
  using Check = std::optional<Excess> (*)(const Session &);
  for (Check check :
       {checkRam, checkFlash, checkLatency, checkEnergy, checkDrop}) {
    std::optional<Excess> excess = check(session);
    if (!excess)
      continue;
    met = false;
    printError("the budget is not met: " + excess->message);
    for (const std::string &cause : excess->causes)
      note(cause);
  }
  for (const std::string &limits : session.report.nearestBudgets)
    note("the nearest that would hold: " + limits);
  session.report.met = met;
  return met ? Error::success() : alreadyReported(BudgetError);
}
