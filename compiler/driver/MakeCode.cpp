//===- MakeCode.cpp - From tensors to code that was tried -----------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Kernels, schedule and plan of memory for a model whose precisions are
// settled, under the budgets of RAM and flash.
//
//===----------------------------------------------------------------------===//

#include "Dispatch.h"
#include "Passes.h"
#include "Stages.h"
#include "Tune.h"
#include "command/Diagnostics.h"

#include "edgecc/Backend/KernelRegistry.h"
#include "edgecc/Passes/Passes.h"
#include "edgecc/Passes/Pipelines.h"

using namespace edgecc;
using namespace edgecc::driver;
using namespace llvm;

//===----------------------------------------------------------------------===//
// edge -> kern -> C++
//===----------------------------------------------------------------------===//

/// Marks the layers that do without memory for speed.
static void markSmallLayers(const Session &session, mlir::ModuleOp edge) {
  if (session.smallLayers.empty())
    return;
  for (mlir::Operation &op : getModelFunction(edge).front())
    if (session.smallLayers.contains(edge::getLayerName(&op)))
      op.setAttr(kSmallLayer, mlir::UnitAttr::get(op.getContext()));
}

Error driver::specialize(const Session &session, const Target &target,
                         mlir::ModuleOp copy) {
  markSmallLayers(session, copy);
  return runPasses(copy, [&](mlir::OpPassManager &passes) {
    passes.addNestedPass<mlir::func::FuncOp>(
        createSplitGroups({target.features}));
  });
}

/// Lowers a copy of `edge`, with layers computed row by row where it seems to
/// need more than `arena` bytes, if that is given.
static Expected<mlir::OwningOpRef<mlir::ModuleOp>>
lowerCopy(const Session &session, const Target &target, mlir::ModuleOp edge,
          std::optional<int64_t> arena) {
  LoweringOptions lowering;
  lowering.features = target.features;
  lowering.extraBytes = session.extraBytes;
  lowering.codingSaves = session.coding.saves;
  lowering.codingArena = session.coding.arena;
  lowering.threads = int64_t(session.options.threads);
  lowering.inputsInArena = session.options.inputsInArena;
  lowering.alignment = int64_t(target.bufferAlignment);
  mlir::OwningOpRef<mlir::ModuleOp> kern = edge.clone();
  if (Error error = specialize(session, target, *kern))
    return error;
  if (Error error = applyTunings(session, target, *kern))
    return error;
  Error error = runPasses(*kern, [&](mlir::OpPassManager &passes) {
    if (arena)
      passes.addNestedPass<mlir::func::FuncOp>(
          createStreamRows({*arena, int64_t(target.bufferAlignment)}));
    buildLoweringPipeline(passes, lowering);
  });
  if (error)
    return error;
  return kern;
}

static int64_t getArenaBytes(mlir::ModuleOp kern) {
  return getProgramMemory(kern).arena;
}

/// The pass that chooses what is computed row by row goes by an estimate; it is
/// asked for less until the plan fits.
static Expected<mlir::OwningOpRef<mlir::ModuleOp>>
lowerWithinLimit(const Session &session, const Target &target,
                 mlir::ModuleOp edge) {
  if (!session.arenaLimit)
    return lowerCopy(session, target, edge, std::nullopt);
  constexpr int kTrials = 12;
  int64_t limit = *session.arenaLimit, estimate = limit;
  mlir::OwningOpRef<mlir::ModuleOp> best;
  for (int i = 0; i != kTrials && estimate > 0; ++i) {
    auto kern = lowerCopy(session, target, edge, estimate);
    if (!kern)
      return kern;
    int64_t bytes = getArenaBytes(**kern);
    if (!best || bytes < getArenaBytes(*best))
      best = std::move(*kern);
    if (bytes <= limit)
      break;
    estimate -= std::max<int64_t>(bytes - limit, limit / 32);
  }
  return best;
}

/// For the targets that code falls back to. Programs then share constants.
static Error lowerFallbacks(Session &session, mlir::ModuleOp edge) {
  session.fallbacks.clear();
  if (session.dispatch.empty())
    return Error::success();
  for (const Target &target : drop_begin(session.dispatch)) {
    auto kern = lowerWithinLimit(session, target, edge);
    if (!kern)
      return kern.takeError();
    session.fallbacks.push_back(std::move(*kern));
  }
  return failed(shareConstants(getPrograms(session)))
             ? alreadyReported(InternalError)
             : Error::success();
}

Expected<mlir::OwningOpRef<mlir::ModuleOp>>
driver::pruneForLowering(Session &session) {
  // The interpreter keeps all channels: --verify shows that none is missed.
  mlir::OwningOpRef<mlir::ModuleOp> edge = session.edge->clone();
  if (session.options.prunes)
    if (Error error = pruneLossless(session, *edge))
      return error;
  return edge;
}

Error driver::lower(Session &session) {
  if (failed(checkKernels(getModelFunction(*session.edge),
                          session.target.getFeatureSet())))
    return alreadyReported(InputError);
  auto edge = pruneForLowering(session);
  if (!edge)
    return edge.takeError();
  auto kern = lowerWithinLimit(session, session.target, **edge);
  if (!kern)
    return kern.takeError();
  session.kern = std::move(*kern);
  return lowerFallbacks(session, **edge);
}

Error driver::emit(Session &session) {
  EmitOptions options;
  options.name = session.options.name;
  options.resourceDir = session.resourceDir;
  options.version = EDGECC_VERSION;
  options.commandLine = session.options.command;
  options.modelSha256 = session.report.modelSha256;
  options.target = describeTargets(session);
  options.alignment = session.target.bufferAlignment;
  for (const Target &target : session.dispatch)
    options.alignment = std::max(options.alignment, target.bufferAlignment);
  FailureOr<GeneratedCode> code =
      session.dispatch.empty() ? emitCode(*session.kern, options)
                               : emitDispatch(getVariants(session), options);
  if (failed(code))
    return alreadyReported(InternalError);
  session.code = std::move(*code);
  return Error::success();
}

//===----------------------------------------------------------------------===//
// Within the budget
//===----------------------------------------------------------------------===//

static Error makeCode(Session &session) {
  using Stage = Error (*)(Session &);
  for (Stage stage : {lower, describeLayers, emit, tryCode})
    if (Error error = stage(session))
      return error;
  // Milliwatts times milliseconds.
  const std::optional<double> &power = session.target.device.activePower;
  const report::Latency &latency = session.report.latency;
  session.report.energy = {};
  if (power && latency.milliseconds)
    session.report.energy = {*power * *latency.milliseconds,
                             "active power times time (" + latency.source +
                                 ")"};
  return Error::success();
}

/// An attribute of the program; 0 if it has none.
static int64_t getProgramBytes(const Session &session, StringRef attribute) {
  mlir::ModuleOp module = session.kern.get();
  auto bytes = module.lookupSymbol<mlir::func::FuncOp>("run")
                   ->getAttrOfType<mlir::IntegerAttr>(attribute);
  return bytes ? bytes.getInt() : 0;
}

/// What kernels take for speed.
static int64_t getExtraBytes(const Session &session) {
  return getProgramBytes(session, kern::kExtraBytes);
}

/// What coded constants save.
static int64_t getCodingSaves(const Session &session) {
  return getProgramBytes(session, kern::kCodingSaves);
}

/// Leaves more constants as they are, so that what is decoded takes less RAM;
/// `arena` is what it may be.
static bool decodeInLess(Session &session, int64_t arena, int64_t excess) {
  int64_t &limit = session.coding.arena;
  if (getCodingSaves(session) == 0 || limit == 0)
    return false;
  // The sum of what lives at a time is no more than a bound of the plan.
  int64_t less = limit - std::max(excess, arena / 8);
  limit = limit < 0 || limit > arena ? arena : less < arena / 2 ? 0 : less;
  return true;
}

/// Names of convolutions that may have been cut into their groups.
static SmallVector<std::string> getGroupedLayers(const Session &session) {
  SmallVector<std::string> names;
  for (auto conv : getModelFunction(*session.edge).getOps<edge::ConvOp>())
    if (std::string name = edge::getLayerName(conv);
        conv.getGroups() > 1 && !conv.isDepthwise() &&
        !session.smallLayers.contains(name))
      names.push_back(name);
  return names;
}

/// Has convolutions of several groups computed by one call each.
static bool keepGroupsTogether(Session &session) {
  SmallVector<std::string> names = getGroupedLayers(session);
  session.smallLayers.insert(names.begin(), names.end());
  return !names.empty();
}

/// Has layers do without memory for speed where more than `arena` bytes are
/// alive. Returns whether there is another such layer.
static bool addSmallLayers(Session &session, int64_t arena) {
  bool isNew = false;
  for (const report::Layer &layer : session.report.layers)
    if (int64_t(layer.liveBytes) > arena)
      // A part of a layer has that layer's name as well.
      for (const std::string &name : layer.onnxNodes)
        isNew |= session.smallLayers.insert(name).second;
  return isNew;
}

/// Kernels with smaller buffers in as few layers as it takes, if that is
/// enough.
static bool takeSmallerBuffers(Session &session, int64_t arena) {
  if (getExtraBytes(session) == 0 && getGroupedLayers(session).empty())
    return false;
  llvm::StringSet<> before = session.smallLayers;
  while (addSmallLayers(session, arena)) {
    Error error = lower(session);
    if (!error)
      error = describeLayers(session);
    // What cannot be lowered now is said when code is made.
    if (errorToBool(std::move(error)))
      break;
    if (getArenaBytes(*session.kern) <= arena)
      return true;
  }
  session.smallLayers = std::move(before);
  return false;
}

/// Fewer constants that are decoded, smaller buffers where the arena is full,
/// layers row by row, and then kernels with smaller buffers everywhere, if RAM
/// does not suffice.
static bool giveUpSpeedForRam(Session &session) {
  const report::Report &report = session.report;
  if (!report.budget.ram || report.ram.getTotal() <= *report.budget.ram)
    return false;
  int64_t excess = int64_t(report.ram.getTotal() - *report.budget.ram);
  // Where even no arena at all would not do, the least possible.
  int64_t limit = std::max<int64_t>(int64_t(report.ram.arena) - excess, 1);
  bool isDecodedFreely =
      session.coding.arena < 0 || session.coding.arena > limit;
  if (isDecodedFreely && decodeInLess(session, limit, excess))
    return true;
  if (!session.arenaLimit && takeSmallerBuffers(session, limit))
    return true;
  // What the plan does not reach, it will not reach with less.
  bool tried =
      session.arenaLimit && int64_t(report.ram.arena) > *session.arenaLimit;
  session.arenaLimit = limit;
  if (!tried)
    return true;
  if (decodeInLess(session, limit, excess))
    return true;
  if (getExtraBytes(session) == 0 || session.extraBytes == 0)
    return false;
  session.extraBytes = 0;
  return true;
}

/// Codes as many constants as it takes to save `excess` bytes more, in the RAM
/// that the budget leaves.
static bool codeConstants(Session &session, int64_t excess) {
  Session::CodingLimits &coding = session.coding;
  if (!coding.isFree)
    return false;
  int64_t saved = getCodingSaves(session);
  // There are no more.
  if (coding.saves > saved)
    return false;
  const report::Ram &ram = session.report.ram;
  if (const auto &limit = session.report.budget.ram; limit && saved == 0)
    coding.arena = std::max<int64_t>(
        int64_t(*limit) - int64_t(ram.getTotal() - ram.arena), 0);
  coding.saves = saved + excess;
  return true;
}

/// Kernels with smaller constants, fewer calls, then smaller code, and then
/// constants in fewer bits, if flash does not suffice.
static bool giveUpSpeedForFlash(Session &session) {
  const report::Report &report = session.report;
  uint64_t flash = report.flash.total.value_or(report.flash.weights);
  if (!report.budget.flash || flash <= *report.budget.flash)
    return false;
  int64_t excess = int64_t(flash - *report.budget.flash);
  if (int64_t taken = getExtraBytes(session)) {
    session.extraBytes = std::max<int64_t>(taken - excess, 0);
    return true;
  }
  if (keepGroupsTogether(session))
    return true;
  std::string &optimization = session.target.compiler.optimization;
  if (!report.flash.total || optimization == kSmallestCode)
    return codeConstants(session, excess);
  optimization = kSmallestCode;
  return true;
}

/// Gives up speed for memory, if the budget asks for it and there is some left
/// to give up.
static bool giveUpSpeed(Session &session) {
  return giveUpSpeedForRam(session) || giveUpSpeedForFlash(session);
}

/// Measures under the limits of memory until they hold, or there is no more
/// speed to give up. What only the result is asked for, its bits and its
/// instructions layer by layer, waits.
static Error giveUpSpeedWhereNeeded(Session &session) {
  auto verifySamples = std::exchange(session.options.verifySamples, {});
  bool measuresLayers = std::exchange(session.measuresLayers, false);
  Error error = makeCode(session);
  while (!error && giveUpSpeed(session))
    error = makeCode(session);
  session.options.verifySamples = verifySamples;
  session.measuresLayers = measuresLayers;
  return error;
}

/// Speed is bought with memory as long as there is some.
Error driver::makeCodeWithinBudget(Session &session) {
  const report::Budget &budget = session.report.budget;
  if (!budget.ram && !budget.flash)
    return makeCode(session);
  if (Error error = giveUpSpeedWhereNeeded(session))
    return error;
  bool isComplete = !session.options.verifySamples && !session.measuresLayers;
  return isComplete ? Error::success() : tryCode(session);
}
