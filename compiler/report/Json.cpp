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
  return json::Object{{"instructions", orNull(latency.instructions)},
                      {"cycles", orNull(latency.cycles)},
                      {"ms", orNull(latency.milliseconds)},
                      {"source", orNull(latency.source)}};
}

static json::Value toJson(const Energy &energy) {
  return json::Object{{"uJ", orNull(energy.microjoules)},
                      {"source", orNull(energy.source)}};
}

static json::Value toJson(const Accuracy &accuracy) {
  return json::Object{{"metric", accuracy.metric},
                      {"float", orNullIfInfinite(accuracy.floatValue)},
                      {"compiled", orNullIfInfinite(accuracy.compiledValue)},
                      {"drop", orNullIfInfinite(accuracy.drop)},
                      {"samples", accuracy.samples},
                      {"held_out", accuracy.heldOut}};
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
                      {"cycles", orNull(layer.cycles)},
                      {"weight_bytes", layer.weightBytes},
                      {"live_bytes", layer.liveBytes},
                      {"sqnr_db", orNull(layer.sqnr)},
                      {"pruned", layer.pruned}};
}

template <typename T> static json::Value orNull(const std::optional<T> &part) {
  return part ? ::toJson(*part) : json::Value(nullptr);
}

json::Value edgecc::report::toJson(const Report &report) {
  json::Array layers;
  for (const Layer &layer : report.layers)
    layers.push_back(::toJson(layer));
  return json::Object{{"tool", report.tool},
                      {"command", report.command},
                      {"model", report.model},
                      {"model_sha256", report.modelSha256},
                      {"target", report.target},
                      {"budget", ::toJson(report.budget)},
                      {"met", report.met},
                      {"ram", ::toJson(report.ram)},
                      {"flash", ::toJson(report.flash)},
                      {"latency", ::toJson(report.latency)},
                      {"energy", ::toJson(report.energy)},
                      {"accuracy", orNull(report.accuracy)},
                      {"verify", orNull(report.verification)},
                      {"layers", std::move(layers)}};
}
