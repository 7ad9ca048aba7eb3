//===- Trials.cpp - Compilations in other ways ----------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Trials.h"

#include "BudgetItems.h"
#include "Stages.h"

#include "llvm/Support/SaveAndRestore.h"

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
      optimizesSize(session.options.optimizesSize), progress(progress) {
  // What has been quantized and measured is a trial as well.
  if (session.calibrated && session.report.accuracy)
    keep(quantized[getKey(session.mix)]);
}

/// What the session has after quantization.
void Trials::keep(Quantized &result) const {
  result.edge = session.edge->clone();
  result.layout = session.layout;
  result.sqnr = session.sqnr;
  result.report = session.report;
}

void Trials::restore(Quantized &known, const quantization::PrecisionMix &mix) {
  session.mix = mix;
  session.edge = known.edge->clone();
  session.layout = known.layout;
  session.sqnr = known.sqnr;
  session.report = known.report;
}

/// Puts the model with its layers in these precisions into the session.
Error Trials::quantize(const quantization::PrecisionMix &mix) {
  auto [entry, isNew] = quantized.try_emplace(getKey(mix));
  if (!isNew) {
    restore(entry->second, mix);
    return Error::success();
  }
  session.report.accuracy.reset();
  if (Error error = applyMix(session, mix))
    return error;
  if (Error error = measureAccuracy(session))
    return error;
  keep(entry->second);
  return Error::success();
}

/// The same without repairs and without its accuracy, which takes little time.
Error Trials::draft(const quantization::PrecisionMix &mix) {
  auto [entry, isNew] = drafts.try_emplace(getKey(mix));
  if (!isNew) {
    restore(entry->second, mix);
    return Error::success();
  }
  SaveAndRestore unrepaired(session.repairEffort, RepairEffort::None);
  session.report.accuracy.reset();
  if (Error error = applyMix(session, mix))
    return error;
  keep(entry->second);
  return Error::success();
}

/// Makes code of what has been quantized.
Error Trials::compile(const TrialChoice &choice) {
  bool isSmall = optimizesSize || choice.optimizesSize;
  session.target.compiler.optimization = isSmall ? kSmallestCode : optimization;
  session.extraBytes = isSmall ? 0 : -1;
  session.smallLayers.clear();
  session.arenaLimit.reset();
  session.coding = Session::CodingLimits(
      choice.coding == Coding::Auto ? session.options.coding : choice.coding);
  session.report.budget = choice.limits;
  return makeCodeWithinBudget(session);
}

/// Whether a draft takes more than the limits by so much that the model with
/// repairs would, too. Their weights differ: constants that are coded become
/// longer or shorter, and a channel more or less may be constant.
static bool isOver(const TrialChoice &choice, const report::Report &draft) {
  double margin = choice.coding == Coding::None ? 1.002 : 1.02;
  report::Budget wide = choice.limits;
  wide.maxDrop.reset();
  for (const BudgetItem &item : getBudgetItems())
    if (std::optional<double> limit = item.getLimit(wide))
      item.setLimit(wide, *limit * margin);
  return !holds(draft, wide);
}

/// Compiles a choice; where resources do not suffice, without repairs.
Error Trials::tryChoice(const TrialChoice &choice) {
  // Of the result only it is of interest what stays in float and why.
  mlir::ScopedDiagnosticHandler quiet(
      &session.context, [](mlir::Diagnostic &diagnostic) {
        return mlir::success(diagnostic.getSeverity() !=
                             mlir::DiagnosticSeverity::Error);
      });
  SaveAndRestore unverified(session.options.verifySamples,
                            std::optional<uint64_t>());
  SaveAndRestore whole(session.measuresLayers, false);
  SaveAndRestore searching(session.repairEffort, RepairEffort::Some);
  if (choice.mayBeDraft && quantized.count(getKey(choice.mix)) == 0) {
    if (Error error = draft(choice.mix))
      return error;
    if (Error error = compile(choice))
      return error;
    if (isOver(choice, session.report))
      return Error::success();
  }
  if (Error error = quantize(choice.mix))
    return error;
  return compile(choice);
}

Expected<const Trial *> Trials::run(const TrialChoice &choice) {
  std::string key = getKey(choice.mix) + ":" +
                    std::to_string(choice.limits.ram.value_or(0)) + ":" +
                    std::to_string(choice.limits.flash.value_or(0)) +
                    (choice.optimizesSize ? ":size" : "") + ":" +
                    std::to_string(int(choice.coding));
  auto [entry, isNew] = trials.try_emplace(key);
  Trial &known = entry->second;
  // A draft that was over one limit of time may not be over another.
  if (!isNew && (!known.isDraft || isOver(choice, known.report)))
    return &known;
  progress.update(trials.size(), trials.size());
  if (Error error = tryChoice(choice))
    return std::move(error);
  bool isDraft = quantized.count(getKey(choice.mix)) == 0;
  known = {choice, session.report, isDraft};
  return &known;
}

Error Trials::publish(const TrialChoice &choice) {
  if (Error error = quantize(choice.mix))
    return error;
  return compile(choice);
}
