//===- Json.cpp - report.json ---------------------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Report/Report.h"

#include <cmath>

using namespace edgecc::report;
using namespace llvm;

/// JSON has no infinity and no NaN; both mean here that nothing was measured.
static json::Value orNullIfInfinite(double value) {
  return std::isfinite(value) ? json::Value(value) : json::Value(nullptr);
}

static json::Value orNull(std::optional<uint64_t> value) {
  return value ? json::Value(*value) : json::Value(nullptr);
}

static json::Value orNull(std::optional<double> value) {
  return value ? orNullIfInfinite(*value) : json::Value(nullptr);
}

static json::Value orNull(StringRef text) {
  return text.empty() ? json::Value(nullptr) : json::Value(text.str());
}

static json::Value toJson(const Budget &budget) {
  return json::Object{{"ram", orNull(budget.ram)},
                      {"flash", orNull(budget.flash)},
                      {"latency", orNull(budget.latency)},
                      {"energy", orNull(budget.energy)},
                      {"max_drop", orNull(budget.maxDrop)}};
}

static json::Value toJson(const Ram &ram) {
  return json::Object{{"arena", ram.arena},
                      {"state", ram.state},
                      {"stack", orNull(ram.stack)},
                      {"io", ram.io},
                      {"total", ram.getTotal()}};
}

static json::Value toJson(const Flash &flash) {
  return json::Object{{"weights", flash.weights},
                      {"code", orNull(flash.code)},
                      {"total", orNull(flash.total)},
                      {"source", orNull(flash.source)}};
}

static json::Value toJson(const Latency &latency) {
  json::Object classes;
  for (const auto &[name, count] : latency.classes)
    classes[name] = count;
  return json::Object{{"instructions", orNull(latency.instructions)},
                      {"classes", std::move(classes)},
                      {"cycles", orNull(latency.cycles)},
                      {"ms", orNull(latency.milliseconds)},
                      {"source", orNull(latency.source)}};
}

static json::Value toJson(const Energy &energy) {
  return json::Object{{"uJ", orNull(energy.microjoules)},
                      {"source", orNull(energy.source)}};
}

static json::Value toJson(const Accuracy &accuracy) {
  json::Array outputs;
  for (const Accuracy::Output &output : accuracy.outputs)
    outputs.push_back(json::Object{{"name", output.name},
                                   {"value", orNullIfInfinite(output.value)}});
  return json::Object{{"metric", accuracy.metric},
                      {"float", orNullIfInfinite(accuracy.floatValue)},
                      {"compiled", orNullIfInfinite(accuracy.compiledValue)},
                      {"drop", orNullIfInfinite(accuracy.drop)},
                      {"samples", accuracy.samples},
                      {"held_out", accuracy.heldOut},
                      {"outputs", std::move(outputs)}};
}

static json::Value toJson(const Verification &verification) {
  return json::Object{
      {"samples", verification.samples},
      {"exact", verification.exact},
      {"largest_difference", orNullIfInfinite(verification.largestDifference)}};
}

static json::Value toJson(const Layer &layer) {
  return json::Object{{"name", layer.name},
                      {"onnx_nodes", json::Array(layer.onnxNodes)},
                      {"op", layer.op},
                      {"kernel", layer.kernel},
                      {"precision", orNull(layer.precision)},
                      {"macs", layer.macs},
                      {"inputs", layer.inputs},
                      {"outputs", layer.outputs},
                      {"channels", layer.channels},
                      {"cycles", orNull(layer.cycles)},
                      {"predicted_cycles", orNull(layer.predictedCycles)},
                      {"us", orNull(layer.microseconds)},
                      {"weight_bytes", layer.weightBytes},
                      {"coding", orNull(layer.coding)},
                      {"threads", layer.parts},
                      {"live_bytes", layer.liveBytes},
                      {"sqnr_db", orNull(layer.sqnr)},
                      {"own_sqnr_db", orNull(layer.ownSqnr)},
                      {"output_sqnr_db", orNull(layer.outputSqnr)},
                      {"metric_drop", orNull(layer.metricDrop)},
                      {"pruned", layer.pruned}};
}

static json::Value toJson(const Sensitivity &entry) {
  return json::Object{{"layer", entry.layer},
                      {"precision", entry.precision},
                      {"own_sqnr_db", orNullIfInfinite(entry.ownSqnr)},
                      {"output_sqnr_db", orNullIfInfinite(entry.outputSqnr)},
                      {"metric_drop", orNull(entry.metricDrop)},
                      {"drop_with_s16x8", orNull(entry.dropWithS16)},
                      {"drop_with_f32", orNull(entry.dropWithFloat)},
                      {"weights", entry.weights},
                      {"macs", entry.macs}};
}

static json::Value toJson(const Buffer &buffer) {
  return json::Object{{"offset", buffer.offset},
                      {"bytes", buffer.bytes},
                      {"first", buffer.first},
                      {"last", buffer.last}};
}

static json::Value toJson(const PrecisionSearch::Tried &tried) {
  return json::Object{{"label", tried.label},
                      {"weight_bytes", tried.weightBytes},
                      {"value", orNullIfInfinite(tried.value)},
                      {"drop", orNullIfInfinite(tried.drop)},
                      {"chosen", tried.chosen}};
}

static json::Value toJson(const PrecisionSearch::Choice &choice) {
  return json::Object{{"layer", choice.layer},
                      {"precision", choice.precision},
                      {"reason", choice.reason}};
}

static json::Value toJson(const Pruning::Group &group) {
  return json::Object{{"layers", json::Array(group.layers)},
                      {"channels", group.channels},
                      {"kept", group.kept}};
}

static json::Value toJson(const LowRank::Layer &layer) {
  return json::Object{{"layer", layer.name},
                      {"rank", layer.rank},
                      {"rows", layer.rows},
                      {"columns", layer.columns},
                      {"macs_before", layer.macsBefore},
                      {"macs_after", layer.macsAfter},
                      {"weights_before", layer.weightsBefore},
                      {"weights_after", layer.weightsAfter},
                      {"energy", layer.energy}};
}

static json::Value toJson(const DispatchTarget &entry) {
  return json::Object{{"target", entry.target}, {"arena", entry.arena}};
}

template <typename T>
static json::Array toArray(const std::vector<T> &entries) {
  json::Array array;
  for (const T &entry : entries)
    array.push_back(::toJson(entry));
  return array;
}

static json::Value toJson(const PrecisionSearch &search) {
  return json::Object{{"metric", search.metric},
                      {"max_drop", search.maxDrop},
                      {"limit", orNullIfInfinite(search.limit)},
                      {"label", search.label},
                      {"tried", toArray(search.tried)},
                      {"layers", toArray(search.layers)}};
}

static json::Value toJson(const Pruning &pruning) {
  return json::Object{{"macs_before", pruning.macsBefore},
                      {"macs_after", pruning.macsAfter},
                      {"weights_before", pruning.weightsBefore},
                      {"weights_after", pruning.weightsAfter},
                      {"groups", toArray(pruning.groups)}};
}

static json::Value toJson(const Tuning &tuning) {
  return json::Object{{"file", tuning.file},     {"unit", tuning.unit},
                      {"layers", tuning.layers}, {"changed", tuning.changed},
                      {"before", tuning.before}, {"after", tuning.after}};
}

static json::Value toJson(const LowRank &lowRank) {
  return json::Object{{"macs_before", lowRank.macsBefore},
                      {"macs_after", lowRank.macsAfter},
                      {"weights_before", lowRank.weightsBefore},
                      {"weights_after", lowRank.weightsAfter},
                      {"layers", toArray(lowRank.layers)}};
}

template <typename T> static json::Value orNull(const std::optional<T> &part) {
  return part ? ::toJson(*part) : json::Value(nullptr);
}

json::Value edgecc::report::toJson(const Report &report) {
  return json::Object{{"tool", report.tool},
                      {"command", report.command},
                      {"model", report.model},
                      {"model_sha256", report.modelSha256},
                      {"target", report.target},
                      {"dispatch", toArray(report.dispatch)},
                      {"device", orNull(report.device)},
                      {"budget", ::toJson(report.budget)},
                      {"met", report.met},
                      {"nearest_budgets", json::Array(report.nearestBudgets)},
                      {"ram", ::toJson(report.ram)},
                      {"flash", ::toJson(report.flash)},
                      {"latency", ::toJson(report.latency)},
                      {"energy", ::toJson(report.energy)},
                      {"accuracy", orNull(report.accuracy)},
                      {"verify", orNull(report.verification)},
                      {"layers", toArray(report.layers)},
                      {"sensitivity", toArray(report.sensitivity)},
                      {"sensitivity_samples", report.sensitivitySamples},
                      {"precision_search", orNull(report.precisionSearch)},
                      {"pruning", orNull(report.pruning)},
                      {"low_rank", orNull(report.lowRank)},
                      {"tuning", orNull(report.tuning)},
                      {"buffers", toArray(report.buffers)}};
}
