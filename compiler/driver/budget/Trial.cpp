//===- Trial.cpp - Compile, run and measure the generated code ------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Dispatch.h"
#include "Output.h"
#include "Stages.h"
#include "State.h"
#include "accuracy/Compare.h"
#include "command/Diagnostics.h"

#include "edgecc/Execute/Execute.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/SHA256.h"

using namespace edgecc;
using namespace edgecc::driver;
using namespace llvm;

/// The inputs as the generated code takes them. It has the state itself.
static execute::Bytes toBytes(const Sample &inputs, const StateCarrier &state) {
  execute::Bytes bytes;
  for (auto [index, tensor] : enumerate(inputs))
    if (!state.isInput(index))
      append_range(bytes, tensor.getRawData());
  return bytes;
}

/// The bytes of the outputs as tensors of the types of `like`, from which comes
/// the state, too: that of the code shows at the next sample only.
static Expected<Sample> fromBytes(ArrayRef<uint8_t> bytes, const Sample &like,
                                  const StateCarrier &state) {
  Sample outputs;
  for (auto [index, tensor] : enumerate(like)) {
    if (state.isOutput(index)) {
      outputs.push_back(tensor);
      continue;
    }
    reference::Tensor output(tensor.getType());
    MutableArrayRef<char> data = output.getRawData();
    if (bytes.size() < data.size())
      return makeError(InternalError, "the generated code has smaller outputs "
                                      "than the model");
    copy(bytes.take_front(data.size()), data.begin());
    bytes = bytes.drop_front(data.size());
    outputs.push_back(std::move(output));
  }
  return outputs;
}

//===----------------------------------------------------------------------===//
// --verify
//===----------------------------------------------------------------------===//

/// Real samples where there are any, since random ones may keep every unit of a
/// network off.
static SampleSet chooseSamples(Session &session, uint64_t count) {
  if (session.evaluation.empty())
    return makeSamples(getModelFunction(*session.imported), count);
  ArrayRef<Sample> samples = session.evaluation;
  samples = samples.take_front(size_t(count));
  return SampleSet(samples.begin(), samples.end());
}

static Error compareSample(OutputComparison &comparison,
                           const ReferenceRunner &runner, StateCarrier &state,
                           Sample inputs, const execute::Bytes &bytes,
                           size_t index) {
  state.fill(inputs);
  Expected<Sample> expected = runner.runAdapted(inputs);
  if (!expected)
    return expected.takeError();
  state.update(*expected);
  Expected<Sample> actual = fromBytes(bytes, *expected, state);
  if (!actual)
    return actual.takeError();
  return comparison.compare(*expected, *actual, index);
}

static Error verify(Session &session, const execute::Executable &program,
                    const ReferenceRunner &runner, ArrayRef<Sample> samples) {
  StateCarrier state(getModelFunction(*session.edge));
  std::vector<execute::Bytes> inputs;
  for (const Sample &sample : samples)
    inputs.push_back(toBytes(sample, state));
  Expected<std::vector<execute::Bytes>> outputs = program.run(inputs);
  if (!outputs)
    return makeError(InternalError,
                     "--verify: " + toString(outputs.takeError()));
  OutputComparison comparison(getModelFunction(*session.edge));
  for (auto [index, bytes] : enumerate(*outputs))
    if (Error error = compareSample(comparison, runner, state, samples[index],
                                    bytes, index))
      return error;
  session.report.verification = report::Verification{
      samples.size(), comparison.isExact(), comparison.getLargest()};
  return Error::success();
}

//===----------------------------------------------------------------------===//
// --measure
//===----------------------------------------------------------------------===//

/// What tells this code from any other that the session has measured.
static std::string getCodeKey(const Session &session) {
  SHA256 hash;
  for (StringRef part :
       {StringRef(session.code.header), StringRef(session.code.source),
        StringRef(session.target.compiler.optimization)})
    hash.update(part);
  return toHex(hash.final());
}

/// Time where it was measured, else the instructions at the target's clock.
static void fillLatency(const Target &target,
                        const execute::Measurement &measured,
                        report::Latency &latency) {
  latency.instructions = measured.instructions;
  latency.classes = measured.classes;
  if (measured.nanoseconds) {
    latency.milliseconds = *measured.nanoseconds * 1e-6;
    latency.source = "measured";
    return;
  }
  // One instruction per cycle: what in-order cores come near to.
  latency.cycles = measured.instructions;
  if (latency.cycles)
    latency.source = "model";
  if (latency.cycles && target.device.clockHz)
    latency.milliseconds =
        double(*latency.cycles) * 1e3 / double(*target.device.clockHz);
}

static void fillReport(const Target &target,
                       const execute::Measurement &measured,
                       report::Report &report) {
  report.ram.stack = measured.stackBytes;
  // Constants that the linker leaves out do not count.
  report.flash.weights = measured.flash.weights;
  report.flash.code = measured.flash.code;
  report.flash.total = measured.flash.total;
  report.flash.source = measured.flash.source;
  fillLatency(target, measured, report.latency);
}

/// Instructions where QEMU counts them, time where this machine runs the code.
static Error measureLayers(const execute::Executable &program,
                           const execute::Bytes &sample,
                           MutableArrayRef<report::Layer> layers) {
  Expected<std::vector<uint64_t>> counts = program.measureLayers(sample);
  if (!counts)
    return counts.takeError();
  if (counts->size() == layers.size())
    for (auto [layer, instructions] : zip(layers, *counts))
      layer.cycles = instructions;

  Expected<std::vector<double>> times = program.timeLayers(sample);
  if (!times)
    return times.takeError();
  if (times->size() == layers.size())
    for (auto [layer, nanoseconds] : zip(layers, *times))
      layer.microseconds = nanoseconds / 1e3;
  return Error::success();
}

static Error measure(Session &session, const execute::Executable &program,
                     const Sample &inputs) {
  StateCarrier state(getModelFunction(*session.edge));
  execute::Bytes bytes = toBytes(inputs, state);
  Expected<execute::Measurement> measured = program.measure(bytes);
  if (!measured)
    return makeError(InternalError,
                     "--measure: " + toString(measured.takeError()));
  report::Report &report = session.report;
  fillReport(session.target, *measured, report);
  session.measurements[getCodeKey(session)] = std::move(*measured);
  if (!session.measuresLayers)
    return Error::success();

  if (Error error = measureLayers(program, bytes, report.layers))
    return makeError(InternalError, "--measure: " + toString(std::move(error)));
  return Error::success();
}

/// Whether the same code has been measured before, and nothing else is asked
/// for: a search comes to it under many limits, and compilers take long.
static bool reuseMeasurement(Session &session) {
  if (session.options.verifySamples || session.measuresLayers)
    return false;
  auto known = session.measurements.find(getCodeKey(session));
  if (known == session.measurements.end())
    return false;
  fillReport(session.target, known->second, session.report);
  return true;
}

//===----------------------------------------------------------------------===//
// Both
//===----------------------------------------------------------------------===//

static Expected<TemporaryFolder> writeCode(const Session &session) {
  Expected<TemporaryFolder> folder = TemporaryFolder::create();
  if (!folder)
    return folder.takeError();
  const std::string &name = session.options.name;
  if (Error error =
          writeFiles({{folder->getFile(name + ".h"), session.code.header},
                      {folder->getFile(name + ".cpp"), session.code.source}}))
    return error;
  return folder;
}

namespace {

/// The folder with the generated code, and what it is tried on.
class CodeTrial {
public:
  static Expected<CodeTrial> create(Session &session) {
    Expected<TemporaryFolder> folder = writeCode(session);
    if (!folder)
      return folder.takeError();
    auto runner = ReferenceRunner::create(getModelFunction(*session.edge),
                                          session.layout);
    if (!runner)
      return runner.takeError();
    return CodeTrial(session, std::move(*folder), std::move(*runner));
  }

  Expected<execute::Executable>
  build(const Target &target, const execute::BuildOptions &options = {}) const {
    auto program =
        execute::build(folder.getPath(), session.options.name, target, options);
    if (program)
      return program;
    return makeError(InternalError, "the generated code does not compile: " +
                                        toString(program.takeError()));
  }

  Expected<execute::LayerCosts> costLayers() const {
    execute::BuildOptions options;
    options.onlyLayers = true;
    Expected<execute::Executable> program = build(session.target, options);
    if (!program)
      return program.takeError();
    StateCarrier state(getModelFunction(*session.edge));
    return program->costLayers(toBytes(samples.front(), state));
  }

  /// Verifies and measures, as far as it is asked for.
  Error run(const Target &target) {
    Expected<execute::Executable> program = build(target);
    if (!program)
      return program.takeError();
    if (session.options.verifySamples)
      if (Error error = verify(session, *program, runner, samples))
        return error;
    return session.measures ? measure(session, *program, samples.front())
                            : Error::success();
  }

  /// The same for code that chooses when it starts, as far as this machine runs
  /// what it chooses among. Time is measured of the first.
  Error runDispatch() {
    for (size_t i = 0; i != session.dispatch.size(); ++i) {
      Target target = getVariantTarget(session, i);
      bool isMeasured = i == 0 && session.measures;
      if (!isMeasured && !session.options.verifySamples)
        break;
      if (Error missing = execute::checkTools(target))
        warn("--verify: code for '" + target.name +
             "' is not tried: " + toString(std::move(missing)));
      else if (Error error = runVariant(target, isMeasured))
        return error;
    }
    return Error::success();
  }

private:
  CodeTrial(Session &session, TemporaryFolder folder, ReferenceRunner runner)
      : session(session), folder(std::move(folder)), runner(std::move(runner)) {
    for (const Sample &sample :
         chooseSamples(session, session.options.verifySamples.value_or(1)))
      samples.push_back(this->runner.adaptInputs(sample));
  }

  Error runVariant(const Target &target, bool isMeasured) {
    std::optional<report::Verification> others =
        std::exchange(session.report.verification, {});
    bool measures = std::exchange(session.measures, isMeasured);
    Error error = run(target);
    session.measures = measures;
    std::optional<report::Verification> &all = session.report.verification;
    if (others && all) {
      all->exact &= others->exact;
      all->largestDifference =
          std::max(all->largestDifference, others->largestDifference);
    }
    return error;
  }

  Session &session;
  TemporaryFolder folder;
  ReferenceRunner runner;
  SampleSet samples;
};

} // namespace

Expected<execute::LayerCosts> driver::costLayers(Session &session) {
  Expected<CodeTrial> trial = CodeTrial::create(session);
  if (!trial)
    return trial.takeError();
  return trial->costLayers();
}

Error driver::tryCode(Session &session) {
  if (!session.options.verifySamples && !session.measures)
    return Error::success();
  session.report.verification.reset();
  if (reuseMeasurement(session))
    return Error::success();
  Expected<CodeTrial> trial = CodeTrial::create(session);
  if (!trial)
    return trial.takeError();
  return session.dispatch.empty() ? trial->run(session.target)
                                  : trial->runDispatch();
}
