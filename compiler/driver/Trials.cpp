//===- Trials.cpp - Compilations in other ways ----------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Trials.h"

#include "Stages.h"

using namespace edgecc;
using namespace edgecc::driver;
using namespace llvm;

std::string driver::getKey(const quantization::PrecisionMix &mix) {
  std::string key;
  for (quantization::Precision precision : mix)
    key += char('0' + int(precision));
  return key;
}

Trials::Trials(Session &session, const char *progress)
    : session(session), optimization(session.target.compiler.optimization),
      optimizesSize(session.options.optimizesSize), progress(progress) {}

/// Puts the model with its layers in these precisions into the session.
Error Trials::quantize(const quantization::PrecisionMix &mix) {
  auto [entry, isNew] = quantized.try_emplace(getKey(mix));
  Quantized &found = entry->second;
  if (isNew) {
    session.report.accuracy.reset();
    if (Error error = applyMix(session, mix))
      return error;
    if (Error error = measureAccuracy(session))
      return error;
    found.edge = session.edge->clone();
    found.layout = session.layout;
    found.sqnr = session.sqnr;
    found.report = session.report;
    return Error::success();
  }
  session.mix = mix;
  session.edge = found.edge->clone();
  session.layout = found.layout;
  session.sqnr = found.sqnr;
  session.report = found.report;
  return Error::success();
}

Error Trials::compile(const TrialChoice &choice) {
  if (Error error = quantize(choice.mix))
    return error;
  bool isSmall = optimizesSize || choice.optimizesSize;
  session.target.compiler.optimization = isSmall ? kSmallestCode : optimization;
  session.extraBytes = isSmall ? 0 : -1;
  session.arenaLimit.reset();
  session.coding = Session::CodingLimits(
      choice.coding == Coding::Auto ? session.options.coding : choice.coding);
  session.report.budget = choice.limits;
  return makeCodeWithinBudget(session);
}

Expected<const Trial *> Trials::run(const TrialChoice &choice) {
  std::string key = getKey(choice.mix) + ":" +
                    std::to_string(choice.limits.ram.value_or(0)) + ":" +
                    std::to_string(choice.limits.flash.value_or(0)) +
                    (choice.optimizesSize ? ":size" : "") + ":" +
                    std::to_string(int(choice.coding));
  auto [entry, isNew] = trials.try_emplace(key);
  if (!isNew)
    return &entry->second;
  progress.update(trials.size(), trials.size());
  // Of the result only it is of interest what stays in float and why.
  mlir::ScopedDiagnosticHandler quiet(
      &session.context, [](mlir::Diagnostic &diagnostic) {
        return mlir::success(diagnostic.getSeverity() !=
                             mlir::DiagnosticSeverity::Error);
      });
  auto verifySamples = std::exchange(session.options.verifySamples, {});
  session.measuresLayers = false;
  Error error = compile(choice);
  session.measuresLayers = true;
  session.options.verifySamples = verifySamples;
  if (error)
    return std::move(error);
  entry->second = {choice, session.report};
  return &entry->second;
}

Error Trials::publish(const TrialChoice &choice) { return compile(choice); }
