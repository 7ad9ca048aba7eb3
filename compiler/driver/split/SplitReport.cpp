//===- SplitReport.cpp - What --split found out, as JSON and CSV ----------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Split.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

#include <cmath>

using namespace edgecc;
using namespace edgecc::driver;
using namespace edgecc::partition;
using namespace llvm;

/// JSON has no infinity.
static json::Value orNull(double value) {
  return std::isfinite(value) ? json::Value(value) : json::Value(nullptr);
}

static double toDecibels(double noise) {
  return noise > 0 ? -10 * std::log10(noise) : kNoBound;
}

static json::Object toJson(const Costs &costs) {
  return json::Object{{"latency_ms", costs[Latency] * 1e3},
                      {"energy_mJ", costs[Energy] * 1e3},
                      {"bytes", costs[Bytes]},
                      {"snr_db", orNull(toDecibels(costs[Noise]))},
                      {"flash_bytes", costs[Flash]}};
}

static json::Value toJson(const std::optional<Costs> &costs) {
  return costs ? json::Value(toJson(*costs)) : json::Value(nullptr);
}

//===----------------------------------------------------------------------===//
// Sections
//===----------------------------------------------------------------------===//

static json::Array makeUnits(const SplitResult &split) {
  json::Array units;
  for (auto [unit, tier] :
       zip(split.model.network.units, split.result.best->assignment.tiers))
    if (!unit.isInput)
      units.push_back(json::Object{{"name", unit.name},
                                   {"operators", json::Array(unit.nodes)},
                                   {"types", json::Array(unit.types)},
                                   {"tier", split.system.tiers[tier].name},
                                   {"macs", unit.macs},
                                   {"device_ms", unit.seconds * 1e3},
                                   {"flash_bytes", unit.flashBytes}});
  return units;
}

static json::Array makeTensors(const SplitResult &split) {
  json::Array tensors;
  for (const NetworkTensor &tensor : split.model.network.tensors) {
    json::Object snr;
    if (tensor.isFloat() && tensor.isMeasured)
      for (Wire wire : {Wire::Int8, Wire::Int4})
        snr[partition::getName(wire)] =
            orNull(toDecibels(tensor.noise[unsigned(wire)]));
    tensors.push_back(json::Object{
        {"name", tensor.name},
        {"made_by", split.model.network.units[tensor.producer].name},
        {"type", tensor.type},
        {"shape", json::Array(tensor.shape)},
        {"snr_db", std::move(snr)}});
  }
  return tensors;
}

static json::Array makeCrossings(const SplitResult &split) {
  json::Array crossings;
  const Assignment &assignment = split.result.best->assignment;
  for (unsigned link = 0; link != split.problem.getNumLinks(); ++link)
    for (auto [edge, tensor] : enumerate(split.model.network.tensors))
      if (crosses(split.problem, assignment, unsigned(edge), link)) {
        Wire wire = assignment.wires[edge][link];
        crossings.push_back(json::Object{
            {"tensor", tensor.name},
            {"link", link},
            {"wire", partition::getName(wire)},
            {"bytes", tensor.getWireBytes(wire)},
            {"snr_db", orNull(toDecibels(tensor.noise[unsigned(wire)]))}});
      }
  return crossings;
}

static json::Value getDepth(unsigned depth) {
  return depth == kNotPrivate ? json::Value(nullptr) : json::Value(depth);
}

static json::Object makePareto(const SplitResult &split) {
  json::Array points;
  for (const ParetoPoint &point : split.pareto.points) {
    json::Object object = toJson(point.cut.costs);
    object["depth"] = getDepth(point.depth);
    object["feasible"] = point.isFeasible;
    object["cut"] = partition::describe(split.problem, point.cut.assignment);
    points.push_back(std::move(object));
  }
  return json::Object{{"complete", split.pareto.isComplete},
                      {"points", std::move(points)}};
}

static json::Array makeSweeps(const SplitResult &split) {
  json::Array sweeps;
  for (const Sweep &sweep : split.sweeps) {
    json::Array segments, samples;
    for (const Segment &segment : sweep.segments)
      segments.push_back(json::Object{
          {"from", segment.from},
          {"to", segment.to},
          {"cut", segment.best ? json::Value(partition::describe(
                                     split.problem, segment.best->assignment))
                               : json::Value(nullptr)}});
    for (const Sweep::Sample &sample : sweep.samples)
      samples.push_back(json::Object{{"value", sample.value},
                                     {"best", toJson(sample.best)},
                                     {"device", toJson(sample.device)},
                                     {"server", toJson(sample.server)}});
    sweeps.push_back(json::Object{{"field", sweep.field},
                                  {"unit", sweep.unit},
                                  {"current", sweep.current},
                                  {"segments", std::move(segments)},
                                  {"samples", std::move(samples)}});
  }
  return sweeps;
}

static json::Object makeSimulation(const SplitResult &split) {
  const SimulationResult &result = split.simulation;
  const Scenario &scenario = split.scenario;
  json::Array stages, timeline;
  for (auto [stage, busy] : zip(scenario.stages, result.busy))
    stages.push_back(json::Object{{"name", stage.name}, {"busy", busy}});
  for (const TimelineEntry &entry : result.timeline)
    timeline.push_back(json::Object{{"inference", entry.inference},
                                    {"stage", entry.stage},
                                    {"begin_ms", double(entry.begin) * 1e-6},
                                    {"end_ms", double(entry.end) * 1e-6}});
  return json::Object{
      {"inferences", result.latencies.size()},
      {"seed", scenario.seed},
      {"mean_ms", result.mean * 1e3},
      {"p50_ms", result.getPercentile(50) * 1e3},
      {"p95_ms", result.getPercentile(95) * 1e3},
      {"p99_ms", result.getPercentile(99) * 1e3},
      {"deadline_ms", scenario.deadline ? json::Value(*scenario.deadline * 1e3)
                                        : json::Value(nullptr)},
      {"missed", result.missed},
      {"energy_mJ", result.energyPerInference * 1e3},
      {"battery_days", result.batteryDays ? json::Value(*result.batteryDays)
                                          : json::Value(nullptr)},
      {"stages", std::move(stages)},
      {"timeline", std::move(timeline)}};
}

static json::Value makeAccuracy(const SplitResult &split) {
  if (!split.accuracy)
    return nullptr;
  return json::Object{{"metric", split.accuracy->metric},
                      {"float", split.accuracy->floatValue},
                      {"split", orNull(split.accuracy->compiledValue)},
                      {"drop", orNull(split.accuracy->drop)},
                      {"samples", split.accuracy->samples},
                      {"held_out", split.accuracy->heldOut}};
}

static json::Object makePrivacy(const SplitResult &split) {
  json::Array reconstructions;
  for (const Reconstruction &entry : split.reconstructions)
    reconstructions.push_back(json::Object{{"input", entry.input},
                                           {"snr_db", orNull(entry.snr)},
                                           {"fitted", entry.fitted},
                                           {"tested", entry.tested}});
  return json::Object{
      {"private", json::Array(split.system.constraints.privateInputs)},
      {"reconstruction", std::move(reconstructions)},
      {"note", "a linear estimate from calibration samples: an indication, no "
               "guarantee"}};
}

json::Value driver::makeSplitReport(const Session &session,
                                    const SplitResult &split) {
  json::Array tiers;
  for (const Tier &tier : split.system.tiers)
    tiers.push_back(tier.name);
  uint8_t last = uint8_t(split.problem.numTiers - 1);
  return json::Object{
      {"tool", session.report.tool},
      {"command", session.options.command},
      {"model", session.report.model},
      {"model_sha256", session.report.modelSha256},
      {"system", split.system.name},
      {"description", split.system.description},
      {"system_file", split.system.file},
      {"target", session.target.name},
      {"tiers", std::move(tiers)},
      {"proved", split.result.proved},
      {"guessed_times", split.model.hasGuessedTimes},
      {"chosen", toJson(split.result.best->costs)},
      {"device", toJson(findExtreme(split.problem, 0).costs)},
      {"server", toJson(findExtreme(split.problem, last).costs)},
      {"crossings", makeCrossings(split)},
      {"units", makeUnits(split)},
      {"tensors", makeTensors(split)},
      {"pareto", makePareto(split)},
      {"breakpoints", makeSweeps(split)},
      {"simulation", makeSimulation(split)},
      {"accuracy", makeAccuracy(split)},
      {"privacy", makePrivacy(split)}};
}

//===----------------------------------------------------------------------===//
// Tables
//===----------------------------------------------------------------------===//

/// A text in a table: tensors' names may have commas.
static std::string quote(StringRef text) {
  std::string quoted = "\"";
  for (char c : text)
    quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + "\"";
}

std::string driver::makeParetoTable(const SplitResult &split) {
  std::string text;
  raw_string_ostream os(text);
  os << "latency_ms,energy_mJ,bytes,snr_db,depth,feasible,cut\n";
  for (const ParetoPoint &point : split.pareto.points) {
    const Costs &costs = point.cut.costs;
    os << format("%.6f,%.6f,%.0f,", costs[Latency] * 1e3, costs[Energy] * 1e3,
                 costs[Bytes]);
    if (costs[Noise] > 0)
      os << format("%.2f", toDecibels(costs[Noise]));
    os << ',';
    if (point.depth != kNotPrivate)
      os << point.depth;
    os << ',' << point.isFeasible << ','
       << quote(partition::describe(split.problem, point.cut.assignment))
       << '\n';
  }
  return text;
}

std::string driver::makeBreakpointTable(const SplitResult &split) {
  std::string text;
  raw_string_ostream os(text);
  os << "field,unit,from,to,cut\n";
  for (const Sweep &sweep : split.sweeps)
    for (const Segment &segment : sweep.segments)
      os << sweep.field << ',' << sweep.unit << ','
         << format("%.6g,%.6g,", segment.from, segment.to)
         << quote(segment.best ? partition::describe(split.problem,
                                                     segment.best->assignment)
                               : "none")
         << '\n';
  return text;
}
