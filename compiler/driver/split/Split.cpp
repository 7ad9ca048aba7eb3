//===- Split.cpp - --split: spread a model over device and servers --------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Split.h"

#include "Stages.h"
#include "command/Diagnostics.h"

#include "edgecc/Report/Report.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"

using namespace edgecc;
using namespace edgecc::driver;
using namespace edgecc::partition;
using namespace llvm;

namespace {
/// One run of --split.
class Splitter : private SplitResult {
public:
  explicit Splitter(Session &session) : session(session) {}
  Error run();

private:
  Error loadSystem();
  Error analyse();
  Error choose();
  Error compareWithForce();
  Error failInfeasible() const;
  Error makeDevicePart();
  bool tightenMemory();
  Error simulateCut();
  Error explore();
  Error measure();
  Error write();
  void printSummary() const;
  void printCut(StringRef label, const Costs &costs) const;
  void printPlaces() const;
  void printMeasured() const;

  Session &session;
};
} // namespace

//===----------------------------------------------------------------------===//
// The choice
//===----------------------------------------------------------------------===//

/// The system says what is compiled for.
Error Splitter::loadSystem() {
  Expected<System> loaded = partition::loadSystem(session.options.splitFile);
  if (!loaded)
    return loaded.takeError();
  system = std::move(*loaded);
  Tier &device = system.tiers.front();
  Options &options = session.options;
  options.target = device.target;
  options.device = device.device;
  options.budget.ram = device.ram;
  options.budget.flash = device.flash;
  if (Error error = prepare(session))
    return error;
  // Those of the part, if it is one.
  device.ram = options.budget.ram;
  device.flash = options.budget.flash;
  TargetDevice &limits = session.target.device;
  if (device.clock)
    limits.clockHz = uint64_t(*device.clock);
  // A target has milliwatts.
  if (device.activePower)
    limits.activePower = *device.activePower * 1e3;
  else if (limits.activePower)
    device.activePower = *limits.activePower * 1e-3;
  return Error::success();
}

Error Splitter::analyse() {
  for (auto stage : {importModel, loadAllSamples})
    if (Error error = stage(session))
      return error;
  Expected<SplitModel> analysed = analyseSplit(session, system);
  if (!analysed)
    return analysed.takeError();
  model = std::move(*analysed);
  if (model.samples.empty())
    note("without --calib only floats cross links: samples show what integers "
         "cost");
  Expected<Problem> made = makeProblem(system, model.network);
  if (!made)
    return made.takeError();
  problem = std::move(*made);
  return Error::success();
}

Error Splitter::failInfeasible() const {
  std::string message =
      result.proved
          ? "no cut holds what " + system.file + " asks for"
          : "no cut was found that holds what " + system.file + " asks for";
  std::vector<std::string> nearest = findNearestFeasible(system, model.network);
  if (!nearest.empty())
    message += "; each of these alone would do:";
  for (const std::string &change : nearest)
    message += "\n  " + change;
  return makeError(BudgetError, message);
}

Error Splitter::compareWithForce() {
  if (!session.options.splitByForce)
    return Error::success();
  CutResult all = solveByForce(problem);
  outs() << "  by force  " << report::formatCount(all.steps) << " cuts"
         << (all.proved ? "" : " of more, in the time there is");
  bool isBetter =
      all.best && (!result.best ||
                   result.best->objective - all.best->objective >
                       1e-9 * std::max(1e-12, std::abs(all.best->objective)));
  outs() << (isBetter ? ": one is BETTER\n" : ": none is better\n");
  return isBetter ? makeError(InternalError, "the cut is not the best one")
                  : Error::success();
}

Error Splitter::choose() {
  result = solveCut(problem);
  if (Error error = compareWithForce())
    return error;
  return result.best ? simulateCut() : failInfeasible();
}

/// The cut's latency is that without queues and jitter. If too many inferences
/// miss their deadline in the simulation, faster cuts are tried.
Error Splitter::simulateCut() {
  constexpr unsigned kTries = 10;
  const Constraints &constraints = system.constraints;
  double least = kNoBound;
  for (unsigned attempt = 0;; ++attempt) {
    scenario =
        makeScenario(system, model.network, problem, result.best->assignment);
    simulation = simulate(scenario);
    double seen = simulation.getPercentile(constraints.percentile);
    least = std::min(least, seen);
    if (!constraints.maxLatency || seen <= *constraints.maxLatency)
      return Error::success();
    problem.bounds[Latency] =
        std::min(result.best->costs[Latency] * (1 - 1e-6),
                 result.best->costs[Latency] * *constraints.maxLatency / seen);
    CutResult faster = solveCut(problem);
    if (!faster.best || attempt == kTries)
      break;
    result = std::move(faster);
  }
  return makeError(
      BudgetError,
      formatv(
          "no cut holds what {0} asks for: with queues and jitter, {1:f1}% "
          "of the inferences take more than constraints.max_latency, {2:f3} "
          "ms; this alone would do:\n  constraints.max_latency of {3:f3} "
          "ms instead of {2:f3} ms",
          system.file, 100 - constraints.percentile,
          *constraints.maxLatency * 1e3, least * 1e3 + 5e-4)
          .str());
}

//===----------------------------------------------------------------------===//
// The parts
//===----------------------------------------------------------------------===//

/// After the device's part has turned out to be too large: bounds that it does
/// not hold. False if memory was not the reason.
bool Splitter::tightenMemory() {
  if (!devicePart)
    return false;
  const report::Report &report = devicePart->report;
  const report::Budget &budget = devicePart->options.budget;
  bool tightened = false;
  if (budget.ram && report.ram.getTotal() > *budget.ram) {
    problem.ramBound = double(getPeakRam(problem, result.best->assignment)) - 1;
    tightened = true;
  }
  uint64_t flash = report.flash.total.value_or(report.flash.weights);
  if (budget.flash && flash > *budget.flash) {
    problem.bounds[Flash] = result.best->costs[Flash] - 1;
    tightened = true;
  }
  return tightened;
}

/// What the device's memory takes is known when the code is there. Until it
/// holds, cuts that need less are tried.
Error Splitter::makeDevicePart() {
  constexpr unsigned kTries = 12;
  for (unsigned attempt = 0;; ++attempt) {
    parts = makeParts(model, problem, result.best->assignment);
    Error error = compileDevicePart(session, parts.front(), devicePart);
    if (!error)
      return error;
    if (attempt == kTries || !tightenMemory())
      return error;
    CutResult smaller = solveCut(problem);
    if (!smaller.best) {
      std::string message = toString(std::move(error));
      return makeError(BudgetError, message +
                                        "; no cut that needs less holds what " +
                                        system.file + " asks for");
    }
    note(toString(std::move(error)) + "; a cut that needs less is tried");
    result = std::move(smaller);
    if (Error tooSlow = simulateCut())
      return tooSlow;
  }
}

Error Splitter::explore() {
  pareto = findPareto(problem, model.network);
  sweeps = findBreakpoints(system, model.network);
  return Error::success();
}

Error Splitter::measure() {
  if (Error error = measureSplitAccuracy(session, *this))
    return error;
  return measureReconstruction(session, *this);
}

Error Splitter::write() {
  std::vector<OutputFile> files;
  auto getPath = [&](const Twine &name) {
    SmallString<128> path(session.options.outputFolder);
    sys::path::append(path, name);
    return path.str().str();
  };
  if (devicePart)
    files = makeOutputFiles(*devicePart, getPath("device"));
  auto add = [&](const Twine &name, std::string contents) {
    files.push_back({getPath(name), std::move(contents)});
  };
  for (const SplitPart &part : parts)
    if (!part.model.empty())
      add(system.tiers[part.tier].name + ".onnx", part.model);
  Expected<std::string> wire = makeWireHeader(session, *this);
  if (!wire)
    return wire.takeError();
  add(session.options.name + "_wire.h", std::move(*wire));
  json::Value report = makeSplitReport(session, *this);
  add("split.html", report::splitToHtml(report));
  add("split.json", formatv("{0:2}\n", report).str());
  add("manifest.json", formatv("{0:2}\n", makeManifest(session, *this)).str());
  add("pareto.csv", makeParetoTable(*this));
  add("breakpoints.csv", makeBreakpointTable(*this));
  return writeFiles(files);
}

//===----------------------------------------------------------------------===//
// The summary
//===----------------------------------------------------------------------===//

void Splitter::printCut(StringRef label, const Costs &costs) const {
  outs() << "  " << left_justify(label, 10)
         << format("%10.3f ms", costs[Latency] * 1e3)
         << right_justify(report::formatCount(uint64_t(costs[Bytes])), 12)
         << " bytes sent";
  if (system.tiers.front().activePower)
    outs() << format("%12.4f mJ", costs[Energy] * 1e3);
  outs() << '\n';
}

void Splitter::printPlaces() const {
  const Assignment &assignment = result.best->assignment;
  for (auto [index, tier] : enumerate(system.tiers)) {
    size_t nodes = 0;
    for (auto [unit, chosen] : zip(model.network.units, assignment.tiers))
      if (chosen == index)
        nodes += unit.nodes.size();
    outs() << "  " << left_justify(tier.name, 10) << nodes << " of "
           << model.nodes.size() << " operators\n";
    if (index == problem.getNumLinks())
      continue;
    for (auto [number, edge] : enumerate(problem.edges))
      if (crosses(problem, assignment, unsigned(number), unsigned(index))) {
        Wire wire = assignment.wires[number][index];
        outs() << "    sends   " << edge.name << " as "
               << partition::getName(wire) << ", "
               << report::formatCount(
                      model.network.tensors[number].getWireBytes(wire))
               << " bytes\n";
      }
  }
}

void Splitter::printSummary() const {
  outs() << session.options.model << " over ";
  for (const Tier &tier : system.tiers)
    outs() << (&tier == &system.tiers.front() ? "" : ", ") << tier.name;
  outs() << ": " << (result.proved ? "the best cut" : "the best cut found")
         << '\n';
  printPlaces();
  printCut("chosen", result.best->costs);
  printCut("device", findExtreme(problem, 0).costs);
  printCut("server", findExtreme(problem, uint8_t(problem.numTiers - 1)).costs);
  printMeasured();
  if (model.hasGuessedTimes)
    outs() << "            some kernels have no cost model: their time is that "
              "of others with as many operations\n";
}

void Splitter::printMeasured() const {
  outs() << "  simulated "
         << format("p50 %.3f, p95 %.3f, p99 %.3f ms",
                   simulation.getPercentile(50) * 1e3,
                   simulation.getPercentile(95) * 1e3,
                   simulation.getPercentile(99) * 1e3);
  if (scenario.deadline)
    outs() << ", " << simulation.missed << " of "
           << report::formatCount(simulation.latencies.size()) << " too late";
  if (scenario.activePower > 0)
    outs() << format(", %.4f mJ", simulation.energyPerInference * 1e3);
  if (simulation.batteryDays)
    outs() << format(", %.0f days of battery", *simulation.batteryDays);
  outs() << '\n';
  if (accuracy)
    outs() << "  accuracy  " << accuracy->metric
           << format(" %.4f, float %.4f", accuracy->compiledValue,
                     accuracy->floatValue)
           << " (" << report::formatCount(accuracy->samples) << " samples"
           << (accuracy->heldOut ? ", held out" : "") << ")\n";
  for (const Reconstruction &entry : reconstructions)
    outs() << "  privacy   " << entry.input
           << format(" made out with %.1f dB", entry.snr)
           << " by a linear estimate: an indication, no guarantee\n";
}

Error Splitter::run() {
  using Step = Error (Splitter::*)();
  for (Step step :
       {&Splitter::loadSystem, &Splitter::analyse, &Splitter::choose})
    if (Error error = (this->*step)())
      return error;
  // Without a folder the choice is only shown.
  if (!session.options.outputFolder.empty())
    for (Step step : {&Splitter::makeDevicePart, &Splitter::explore,
                      &Splitter::measure, &Splitter::write})
      if (Error error = (this->*step)())
        return error;
  printSummary();
  return Error::success();
}

Error driver::splitModel(Session &session) { return Splitter(session).run(); }
