//===- Tensors.cpp - Samples, and the passes on tensors -------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Passes.h"
#include "Stages.h"
#include "State.h"
#include "accuracy/Precisions.h"
#include "accuracy/Repair.h"
#include "command/Diagnostics.h"
#include "command/Progress.h"

#include "edgecc/Dialect/Edge/Edge.h"
#include "edgecc/Passes/Passes.h"
#include "edgecc/Passes/Pipelines.h"
#include "edgecc/Quant/Calibration.h"
#include "edgecc/Quant/Sensitivity.h"

using namespace edgecc;
using namespace edgecc::driver;
using namespace llvm;

/// Whether the ONNX model itself converts to integers.
static bool isQuantizedModel(mlir::ModuleOp module) {
  return !getModelFunction(module).getOps<edge::QuantizeOp>().empty();
}

/// A model that is quantized already has its scales; a model that is not needs
/// samples to have integers at its inputs.
static Error checkPrecision(const Session &session) {
  const Options &options = session.options;
  bool isQuantized = isQuantizedModel(*session.imported);
  // It needs --calib, which is not what is wrong.
  if (isQuantized && options.factors())
    return createStringError(
        std::string(options.lowRankEnergy ? "--low-rank" : "--low-rank-layer") +
        ": the model is quantized already; give the float model");
  if (isQuantized && !options.calibration.empty())
    return createStringError(
        "--calib: the model is quantized already and keeps "
        "its own scales; leave the option out (--eval "
        "measures its accuracy)");
  if (isQuantized && !options.layerPrecisions.empty())
    return createStringError("--layer-precision: the model is quantized "
                             "already and keeps its own precisions");
  if (isQuantized && options.precision == quantization::Precision::F32)
    return createStringError("--precision f32: the model is quantized already; "
                             "leave the option out, or give the float model");
  if (isQuantized && options.pruneRatio)
    return createStringError("--prune: the model is quantized already; give "
                             "the float model, or use --prune lossless");
  if (options.precision && options.quantizes() && options.calibration.empty() &&
      !isQuantized)
    return createStringError(
        "--precision: " + quantization::stringifyPrecision(*options.precision) +
        " needs samples that show which values occur; give some hundred with "
        "--calib FILE.npy");
  if (options.quantizedIo && !isQuantized && !options.quantizes())
    return createStringError("--io: quantized inputs and outputs need "
                             "--calib FILE.npy and a precision other than "
                             "f32, or a quantized model");
  return Error::success();
}

/// Gives samples the states that the float model has before each of them, as a
/// stream that begins with the first.
static Error fillStates(const ReferenceRunner &runner, StateCarrier state,
                        SampleSet &samples) {
  for (Sample &sample : samples) {
    state.fill(sample);
    Expected<Sample> outputs = runner.runAdapted(sample);
    if (!outputs)
      return outputs.takeError();
    state.update(*outputs);
  }
  return Error::success();
}

static Error fillAllStates(Session &session) {
  mlir::func::FuncOp function = getModelFunction(*session.imported);
  StateCarrier state(function);
  if (state.isEmpty())
    return Error::success();
  auto runner = ReferenceRunner::create(function);
  if (!runner)
    return runner.takeError();
  if (Error error = fillStates(*runner, state, session.calibration))
    return error;
  return fillStates(*runner, state, session.evaluation);
}

/// Samples that the user gives; equal ones were hardly meant.
static Error readSamples(StringRef option, ArrayRef<InputFile> files,
                         mlir::func::FuncOp function, SampleSet &result) {
  auto samples = loadSampleSet(option, files, function);
  if (!samples)
    return samples.takeError();
  if (areAllEqual(*samples))
    warn("--" + option + ": all " + Twine(samples->size()) +
         " samples are equal, so they say little of what the model will see; "
         "give samples of its real inputs");
  result = std::move(*samples);
  return Error::success();
}

static Error chooseSamples(Session &session) {
  const Options &options = session.options;
  mlir::func::FuncOp function = getModelFunction(*session.imported);
  if (!options.calibration.empty())
    if (Error error = readSamples("calib", options.calibration, function,
                                  session.calibration))
      return error;
  if (!options.evaluation.empty()) {
    if (Error error = readSamples("eval", options.evaluation, function,
                                  session.evaluation))
      return error;
    session.heldOut = true;
    return Error::success();
  }
  session.evaluation = holdOut(session.calibration, !options.stateful.empty());
  session.heldOut = !session.evaluation.empty();
  // Too few to do without some: then those that calibration sees must do.
  if (!session.heldOut)
    session.evaluation = session.calibration;
  return Error::success();
}

Error driver::loadAllSamples(Session &session) {
  if (Error error = checkPrecision(session))
    return error;
  if (Error error = chooseSamples(session))
    return error;
  return fillAllStates(session);
}

/// How noisy each layer has become. A few samples suffice for a mean over all
/// elements of a tensor.
static Error measureNoise(Session &session, mlir::ModuleOp floatModel) {
  constexpr size_t kSamples = 8;
  auto samples = ArrayRef(session.evaluation).take_front(kSamples);
  auto sqnr = quantization::measureSqnr(
      getModelFunction(floatModel), getModelFunction(*session.edge), samples);
  if (failed(sqnr))
    return alreadyReported(InternalError);
  session.sqnr = std::move(*sqnr);
  return Error::success();
}

static Error calibrate(Session &session) {
  if (Error error = runPasses(*session.edge, buildCalibrationPipeline))
    return error;
  Progress progress("calibrating: sample");
  auto update = [&](size_t done) {
    progress.update(done, session.calibration.size());
  };
  quantization::CalibrationOptions options;
  options.progress = update;
  if (failed(quantization::calibrate(getModelFunction(*session.edge),
                                     session.calibration, options)))
    return alreadyReported(InputError);
  session.calibrated = session.edge->clone();
  session.repairs.clear();
  return Error::success();
}

static Error quantize(Session &session, quantization::PrecisionMix mix) {
  session.mix = std::move(mix);
  Expected<RepairedModel> model =
      quantizeRepaired(session, session.mix, session.repairEffort);
  if (!model)
    return model.takeError();
  session.edge = std::move(model->quantized);
  // Of the function whose channels are scaled in the same way.
  if (Error error = measureNoise(session, *model->calibrated))
    return error;
  return runPasses(*session.edge, [](mlir::OpPassManager &passes) {
    passes.addNestedPass<mlir::func::FuncOp>(createEdgeQuantizeState());
  });
}

static Error quantizeIo(Session &session) {
  return runPasses(*session.edge, [](mlir::OpPassManager &passes) {
    passes.addNestedPass<mlir::func::FuncOp>(createEdgeQuantizeIo());
  });
}

static Error makeChannelsLast(Session &session) {
  IoLayoutProbe probe(getModelFunction(*session.edge));
  Error error = runPasses(*session.edge, [](mlir::OpPassManager &passes) {
    passes.addNestedPass<mlir::func::FuncOp>(createChannelsLastIO());
  });
  if (!error)
    session.layout = probe.compareWith(getModelFunction(*session.edge));
  return error;
}

static Error calibrateAndQuantize(Session &session) {
  if (Error error = calibrate(session))
    return error;
  auto mix = session.options.searchesPrecision ? searchMix(session)
                                               : getRequestedMix(session);
  if (!mix)
    return mix.takeError();
  return quantize(session, std::move(*mix));
}

/// What follows when the precision of layers is settled.
static Error makeIo(Session &session) {
  const Options &options = session.options;
  if (options.quantizedIo)
    if (Error error = quantizeIo(session))
      return error;
  return options.channelsLastIo ? makeChannelsLast(session) : Error::success();
}

Error driver::applyMix(Session &session,
                       const quantization::PrecisionMix &mix) {
  if (Error error = quantize(session, mix))
    return error;
  return makeIo(session);
}

Error driver::runTensorPasses(Session &session) {
  const Options &options = session.options;
  session.edge = session.imported->clone();
  if (options.passPipeline)
    return runPipeline(*session.edge, *options.passPipeline);
  if (Error error = runPasses(*session.edge, buildSimplificationPipeline))
    return error;
  if (options.pruneRatio)
    if (Error error = pruneModel(session))
      return error;
  if (options.factors())
    if (Error error = factorModel(session))
      return error;
  if (options.quantizes() && !isQuantizedModel(*session.imported))
    if (Error error = calibrateAndQuantize(session))
      return error;
  return makeIo(session);
}
