//===- Summary.cpp - The table at the end of a compilation ----------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Report/Report.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

using namespace edgecc::report;
using namespace llvm;

uint64_t Report::getMacs() const {
  uint64_t macs = 0;
  for (const Layer &layer : layers)
    macs += layer.macs;
  return macs;
}

std::string edgecc::report::formatCount(uint64_t count) {
  std::string digits = std::to_string(count);
  for (int64_t at = int64_t(digits.size()) - 3; at > 0; at -= 3)
    digits.insert(size_t(at), ",");
  return digits;
}

/// Starts a line of the table.
static raw_ostream &row(raw_ostream &os, StringRef name) {
  return os << "  " << left_justify(name, 10);
}

static std::string formatDecimal(double value, int digits) {
  std::string text;
  raw_string_ostream(text) << format("%.*f", digits, value);
  return text;
}

static void printAccuracy(raw_ostream &os, const Accuracy &accuracy) {
  int digits = accuracy.metric == "top1" ? 2 : 4;
  row(os, "accuracy") << accuracy.metric << ' '
                      << formatDecimal(accuracy.compiledValue, digits)
                      << ", float "
                      << formatDecimal(accuracy.floatValue, digits) << " (drop "
                      << formatDecimal(accuracy.drop, digits) << ", "
                      << formatCount(accuracy.samples) << " samples"
                      << (accuracy.heldOut ? ", held out" : "") << ")\n";
}

/// Which layers have another precision than most, and why.
static void printPrecisions(raw_ostream &os, const PrecisionSearch &search) {
  constexpr size_t kMost = 12;
  row(os, "precision") << "auto: " << search.label << ", at most "
                       << formatDecimal(search.maxDrop, 2) << " points lost\n";
  StringMap<size_t> counts;
  for (const PrecisionSearch::Choice &choice : search.layers)
    ++counts[choice.precision];
  size_t printed = 0;
  for (const PrecisionSearch::Choice &choice : search.layers) {
    if (2 * counts[choice.precision] > search.layers.size())
      continue;
    if (printed++ == kMost) {
      row(os, "") << "... and more; the report has all\n";
      return;
    }
    row(os, "") << choice.layer << ": " << choice.precision << " ("
                << choice.reason << ")\n";
  }
}

/// What has gone, and from where.
static void printPruning(raw_ostream &os, const Pruning &pruning) {
  constexpr size_t kMost = 12;
  double gone = pruning.macsBefore ? 1.0 - double(pruning.macsAfter) /
                                               double(pruning.macsBefore)
                                   : 0.0;
  row(os, "pruned") << formatCount(pruning.macsBefore) << " MACs to "
                    << formatCount(pruning.macsAfter) << " ("
                    << formatDecimal(100 * gone, 1) << "% gone), "
                    << formatCount(pruning.weightsBefore) << " weights to "
                    << formatCount(pruning.weightsAfter) << '\n';
  size_t printed = 0;
  for (const Pruning::Group &group : pruning.groups) {
    if (group.kept == group.channels)
      continue;
    if (printed++ == kMost) {
      row(os, "") << "... and more; the report has all\n";
      return;
    }
    row(os, "") << group.layers.front() << ": " << group.channels
                << " channels to " << group.kept;
    if (group.layers.size() > 1)
      os << ", with " << group.layers.size() - 1
         << (group.layers.size() == 2 ? " layer" : " layers")
         << " that they are bound to";
    os << '\n';
  }
}

/// What has become thinner, and by how much.
static void printLowRank(raw_ostream &os, const LowRank &lowRank) {
  constexpr size_t kMost = 12;
  row(os, "low rank") << formatCount(lowRank.macsBefore) << " MACs to "
                      << formatCount(lowRank.macsAfter) << ", "
                      << formatCount(lowRank.weightsBefore) << " weights to "
                      << formatCount(lowRank.weightsAfter) << '\n';
  for (auto [index, layer] : enumerate(lowRank.layers)) {
    if (index == kMost) {
      row(os, "") << "... and more; the report has all\n";
      return;
    }
    row(os, "") << layer.name << ": rank " << layer.rank << " of "
                << std::min(layer.rows, layer.columns) << ", "
                << formatDecimal(100 * layer.energy, 1)
                << "% of the variance\n";
  }
}

static void printRam(raw_ostream &os, const Report &report) {
  const Ram &ram = report.ram;
  row(os, "ram") << formatCount(ram.getTotal()) << " bytes (arena "
                 << formatCount(ram.arena);
  if (ram.state)
    os << ", state " << formatCount(ram.state);
  if (ram.stack)
    os << ", stack " << formatCount(*ram.stack);
  else
    os << ", stack not measured";
  os << ")";
  if (report.budget.ram)
    os << " of " << formatCount(*report.budget.ram);
  os << '\n';
}

static void printFlash(raw_ostream &os, const Report &report) {
  const Flash &flash = report.flash;
  if (!flash.total) {
    row(os, "flash") << formatCount(flash.weights)
                     << " bytes of weights (--measure links the whole)\n";
    return;
  }
  row(os, "flash") << formatCount(*flash.total) << " bytes (weights "
                   << formatCount(flash.weights);
  if (flash.code)
    os << ", code " << formatCount(*flash.code);
  os << ")";
  if (report.budget.flash)
    os << " of " << formatCount(*report.budget.flash);
  os << '\n';
}

static void printLatency(raw_ostream &os, const Report &report) {
  const Latency &latency = report.latency;
  if (!latency.instructions && !latency.milliseconds && !latency.cycles) {
    row(os, "latency") << formatCount(report.getMacs())
                       << " MACs (--measure counts instructions)\n";
    return;
  }
  row(os, "latency");
  if (latency.instructions)
    os << formatCount(*latency.instructions) << " instructions";
  else if (latency.cycles)
    os << formatCount(*latency.cycles) << " cycles";
  if (latency.milliseconds)
    os << (latency.instructions || latency.cycles ? ", " : "")
       << formatDecimal(*latency.milliseconds, 3) << " ms (" << latency.source
       << ")";
  if (report.budget.latency)
    os << " of " << formatDecimal(*report.budget.latency * 1e3, 3) << " ms";
  os << '\n';
}

static void printEnergy(raw_ostream &os, const Report &report) {
  if (!report.energy.microjoules)
    return;
  row(os, "energy") << formatDecimal(*report.energy.microjoules, 1) << " uJ";
  if (report.budget.energy)
    os << " of " << formatDecimal(*report.budget.energy * 1e6, 1) << " uJ";
  os << '\n';
}

static void printVerification(raw_ostream &os, const Verification &verified) {
  row(os, "verified") << formatCount(verified.samples)
                      << (verified.samples == 1 ? " sample, " : " samples, ");
  if (verified.exact)
    os << "equal bit for bit to the reference interpreter\n";
  else
    os << "at most " << format("%.1e", verified.largestDifference)
       << " of the range from the reference interpreter\n";
}

/// What the code chooses among. Figures of time are of the first.
static void printDispatch(raw_ostream &os, const Report &report) {
  row(os, "dispatch");
  ListSeparator comma;
  for (const DispatchTarget &entry : report.dispatch)
    os << comma << entry.target << " (arena " << formatCount(entry.arena)
       << ")";
  os << '\n';
}

static void printTuning(raw_ostream &os, const Tuning &tuning) {
  row(os, "tuned") << tuning.changed << " of " << tuning.layers << " layers, "
                   << formatCount(uint64_t(tuning.before)) << " to "
                   << formatCount(uint64_t(tuning.after)) << " " << tuning.unit
                   << " (" << tuning.file << ")\n";
}

void edgecc::report::printSummary(raw_ostream &os, const Report &report) {
  os << report.model << " for " << report.target << ": " << report.layers.size()
     << " layers, " << formatCount(report.getMacs()) << " MACs\n";
  if (!report.dispatch.empty())
    printDispatch(os, report);
  if (report.accuracy)
    printAccuracy(os, *report.accuracy);
  if (report.precisionSearch)
    printPrecisions(os, *report.precisionSearch);
  if (report.pruning)
    printPruning(os, *report.pruning);
  if (report.lowRank)
    printLowRank(os, *report.lowRank);
  if (report.tuning)
    printTuning(os, *report.tuning);
  printRam(os, report);
  printFlash(os, report);
  printLatency(os, report);
  printEnergy(os, report);
  if (report.verification)
    printVerification(os, *report.verification);
}
