//===- Repair.cpp - Quantization with repairs -----------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Repair.h"

#include "Precisions.h"
#include "Session.h"
#include "command/Diagnostics.h"
#include "command/Progress.h"

#include "edgecc/Quant/Calibration.h"
#include "edgecc/Quant/Repair.h"
#include "edgecc/Quant/Sensitivity.h"
#include "edgecc/Reference/Interpreter.h"

using namespace edgecc;
using namespace edgecc::driver;
using namespace edgecc::quantization;
using namespace llvm;
using mlir::func::FuncOp;

namespace {
/// Makes models with one repair or another and measures their noise.
class RepairTrial {
public:
  RepairTrial(const Session &session, ArrayRef<Precision> mix)
      : session(session), mix(mix), original(*session.calibrated),
        seen(session.calibration),
        unseen(holdOut(seen, !session.options.stateful.empty())) {
    // Too few to do without some.
    if (unseen.empty())
      unseen = seen;
    constexpr size_t kMostChecked = 32;
    if (unseen.size() > kMostChecked)
      unseen.resize(kMostChecked);
  }

  /// The model with these repairs, or nothing if they would change nothing.
  Expected<std::optional<RepairedModel>> make(ArrayRef<RepairMethod> methods);

private:
  Expected<bool> prepare(RepairedModel &model);
  Error repair(FuncOp function, ArrayRef<RepairMethod> methods);
  Error measure(RepairedModel &model);

  const Session &session;
  ArrayRef<Precision> mix;
  mlir::ModuleOp original;
  SampleSet seen, unseen;
};
} // namespace

static size_t countRanges(FuncOp function) {
  return size_t(count_if(function.getOps(), [](mlir::Operation &op) {
    return op.hasAttr(kRangesAttr);
  }));
}

/// Scales channels and chooses ranges; what changes is calibrated again. False
/// if channels should be scaled and none is.
Expected<bool> RepairTrial::prepare(RepairedModel &model) {
  model.calibrated = original.clone();
  bool scales = is_contained(model.methods, RepairMethod::Equalize) ||
                is_contained(model.methods, RepairMethod::Migrate);
  bool ranges = is_contained(model.methods, RepairMethod::Ranges);
  FuncOp function = getModelFunction(*model.calibrated);
  if (scales) {
    size_t before = countRanges(function);
    if (failed(prepareChannels(function, seen, model.methods)))
      return alreadyReported(InternalError);
    if (countRanges(function) == before)
      return false;
  }
  CalibrationOptions options;
  if (ranges)
    options.method = RangeMethod::Output;
  if ((scales || ranges) &&
      failed(calibrate(function, session.calibration, options)))
    return alreadyReported(InternalError);
  return true;
}

Error RepairTrial::repair(FuncOp function, ArrayRef<RepairMethod> methods) {
  if (methods.empty())
    return Error::success();
  Progress progress("repairing: operation");
  auto update = [&](size_t done, size_t total) {
    progress.update(done, total);
  };
  RepairOptions options;
  options.weightGroup = session.options.weightGroup;
  options.progress = update;
  if (failed(repairWeights(function, seen, methods, options)))
    return alreadyReported(InternalError);
  return Error::success();
}

Error RepairTrial::measure(RepairedModel &model) {
  auto exact = reference::Interpreter::create(getModelFunction(original));
  auto rounded =
      reference::Interpreter::create(getModelFunction(*model.quantized));
  if (failed(exact) || failed(rounded))
    return alreadyReported(InternalError);
  std::vector<SignalAndNoise> sums(getModelFunction(original).getNumResults());
  for (const Sample &sample : unseen) {
    auto expected = exact->run(sample), found = rounded->run(sample);
    if (failed(expected) || failed(found))
      return alreadyReported(InternalError);
    for (auto [sum, real, other] : zip_equal(sums, *expected, *found))
      if (real.getElementType().isF32())
        sum.add(real, other);
  }
  model.sqnr = kMaxSqnr;
  for (const SignalAndNoise &sum : sums)
    model.sqnr = std::min(model.sqnr, sum.getDecibels());
  return Error::success();
}

Expected<std::optional<RepairedModel>>
RepairTrial::make(ArrayRef<RepairMethod> methods) {
  RepairedModel model;
  model.methods = methods.vec();
  Expected<bool> changes = prepare(model);
  if (!changes)
    return changes.takeError();
  if (!*changes)
    return std::nullopt;
  auto quantized =
      quantizeMix(session, *model.calibrated, mix,
                  [&](FuncOp function) { return repair(function, methods); });
  if (!quantized)
    return quantized.takeError();
  model.quantized = std::move(*quantized);
  if (Error error = measure(model))
    return std::move(error);
  return std::move(model);
}

namespace {
/// Keeps back what is reported of models until it is known which one counts.
class HeldDiagnostics {
public:
  explicit HeldDiagnostics(mlir::MLIRContext &context) : context(context) {}
  ~HeldDiagnostics() {
    for (mlir::Diagnostic &diagnostic : kept)
      context.getDiagEngine().emit(std::move(diagnostic));
  }

  template <typename Fn> auto hold(Fn make) {
    latest.clear();
    mlir::ScopedDiagnosticHandler handler(
        &context, [&](mlir::Diagnostic &diagnostic) {
          latest.push_back(std::move(diagnostic));
          return mlir::success();
        });
    return make();
  }
  /// What was reported of the model made last counts.
  void keep() { kept = std::move(latest); }

private:
  mlir::MLIRContext &context;
  std::vector<mlir::Diagnostic> latest, kept;
};
} // namespace

using Recipe = std::vector<RepairMethod>;

static const Recipe kUseful = {RepairMethod::Gptq, RepairMethod::Bias};

/// What is worth a try: docs/rationale/quantization.md.
static std::vector<Recipe> getRecipes(const Session &session,
                                      RepairEffort effort) {
  if (effort == RepairEffort::None)
    return {{}};
  if (session.options.repairs)
    return {*session.options.repairs};
  if (effort == RepairEffort::Quick)
    return {kUseful};
  if (effort == RepairEffort::Some && session.bestRepairs) {
    if (*session.bestRepairs == kUseful)
      return {kUseful};
    return {kUseful, *session.bestRepairs};
  }
  Recipe descent = {RepairMethod::Reconstruct, RepairMethod::Bias};
  Recipe scales = {RepairMethod::Equalize, RepairMethod::Migrate,
                   RepairMethod::Bias};
  Recipe all = {RepairMethod::Equalize, RepairMethod::Migrate,
                RepairMethod::Gptq, RepairMethod::Bias};
  return {{}, kUseful, descent, scales, all};
}

/// The best of some recipes; nothing if none changes anything.
static Expected<std::optional<RepairedModel>>
chooseRecipe(const Session &session, RepairTrial &trial, RepairEffort effort) {
  HeldDiagnostics diagnostics(session.context);
  std::optional<RepairedModel> best;
  auto consider = [&](ArrayRef<RepairMethod> methods) -> Error {
    auto model = diagnostics.hold([&] { return trial.make(methods); });
    if (!model) {
      diagnostics.keep();
      return model.takeError();
    }
    if (*model && (!best || (*model)->sqnr > best->sqnr)) {
      best = std::move(**model);
      diagnostics.keep();
    }
    return Error::success();
  };
  std::vector<Recipe> recipes = getRecipes(session, effort);
  for (const Recipe &methods : recipes)
    if (Error error = consider(methods))
      return std::move(error);
  // Ranges are independent of the rest, and dear: with the best only.
  bool triesRanges = effort == RepairEffort::All && !session.options.repairs;
  if (best && triesRanges) {
    Recipe methods = best->methods;
    methods.push_back(RepairMethod::Ranges);
    if (Error error = consider(methods))
      return std::move(error);
  }
  return std::move(best);
}

Expected<RepairedModel> driver::quantizeRepaired(Session &session,
                                                 ArrayRef<Precision> mix,
                                                 RepairEffort effort) {
  RepairTrial trial(session, mix);
  auto make = [&](ArrayRef<RepairMethod> methods) -> Expected<RepairedModel> {
    auto model = trial.make(methods);
    if (!model)
      return model.takeError();
    return std::move(**model);
  };
  const PrecisionMix key(mix);
  bool isQuick = effort < RepairEffort::Some;
  if (auto known = session.repairs.find(key);
      known != session.repairs.end() && !isQuick)
    return make(known->second);
  auto best = chooseRecipe(session, trial, effort);
  if (!best)
    return best.takeError();
  // The one list that was asked for may change nothing.
  Expected<RepairedModel> model =
      *best ? Expected<RepairedModel>(std::move(**best)) : make({});
  if (model && !isQuick) {
    session.repairs[key] = model->methods;
    if (!session.bestRepairs)
      session.bestRepairs = model->methods;
  }
  return model;
}
