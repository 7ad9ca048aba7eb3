//===- SplitCosts.cpp - What operators take, and what integers lose -------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SplitAnalysis.h"

#include "Stages.h"
#include "command/Diagnostics.h"

using namespace edgecc;
using namespace edgecc::driver;
using namespace edgecc::partition;
using namespace llvm;

//===----------------------------------------------------------------------===//
// What integers do to tensors
//===----------------------------------------------------------------------===//

namespace {
/// The values of one tensor in all samples.
struct Values {
  std::vector<reference::Tensor> samples;

  template <typename Visit> void forEach(Visit visit) const {
    for (const reference::Tensor &sample : samples)
      for (float value : sample.getData<float>())
        visit(double(value));
  }
};
} // namespace

/// How much of a tensor is lost on its way, as power of the error to that of
/// the values.
static double measureNoise(const Values &values, const NetworkTensor &tensor,
                           Wire wire) {
  double signal = 0, noise = 0;
  for (const reference::Tensor &sample : values.samples) {
    reference::Tensor sent = sendOver(tensor, wire, sample);
    for (auto [before, after] :
         zip(sample.getData<float>(), sent.getData<float>())) {
      double error = double(before) - double(after);
      signal += double(before) * double(before);
      noise += error * error;
    }
  }
  return signal > 0 ? noise / signal : 0;
}

/// As many samples as fit into some memory; a few tell the noise.
static size_t countSamples(const SplitModel &model, size_t available) {
  constexpr uint64_t kElements = uint64_t(1) << 25;
  uint64_t each = 1;
  for (const NetworkTensor &tensor : model.network.tensors)
    each += tensor.elements;
  uint64_t fit = std::clamp<uint64_t>(kElements / each, 2, 16);
  return size_t(std::min<uint64_t>(fit, available));
}

Error SplitAnalysis::measureTensors() {
  const SampleSet &all = session.calibration;
  if (all.empty())
    return Error::success();
  size_t count = countSamples(model, all.size());
  for (size_t i = 0; i != count; ++i)
    model.samples.push_back(all[i * all.size() / count]);
  auto interpreter =
      reference::Interpreter::create(getModelFunction(*model.exposed));
  if (failed(interpreter))
    return alreadyReported(InternalError);
  StringMap<Values> values;
  std::vector<std::string> inputs = model.onnx.getInputs(frozen);
  for (const Sample &sample : model.samples) {
    auto results = interpreter->run(sample);
    if (failed(results))
      return alreadyReported(InternalError);
    for (auto [name, tensor] : zip(model.exposedNames, *results))
      values[name].samples.push_back(std::move(tensor));
    for (auto [name, tensor] : zip(inputs, sample))
      values[name].samples.push_back(tensor);
  }
  for (NetworkTensor &tensor : model.network.tensors) {
    if (!tensor.isFloat())
      continue;
    const Values &seen = values[tensor.name];
    seen.forEach([&](double value) {
      tensor.least = std::min(tensor.least, value);
      tensor.most = std::max(tensor.most, value);
    });
    tensor.noise = {0, measureNoise(seen, tensor, Wire::Int8),
                    measureNoise(seen, tensor, Wire::Int4)};
    tensor.isMeasured = true;
  }
  return Error::success();
}

//===----------------------------------------------------------------------===//
// What operators take on the device
//===----------------------------------------------------------------------===//

/// Compiles the whole model for the device, only for its kernels.
Error SplitAnalysis::compileWhole() {
  constexpr size_t kSamples = 8;
  Session whole(session.options, session.context);
  whole.options.repairs.emplace();
  if (whole.options.searchesPrecision)
    whole.options.searchesPrecision = false;
  whole.resourceDir = session.resourceDir;
  whole.target = session.target;
  whole.imported = session.imported->clone();
  auto some = [](const SampleSet &samples, size_t count) {
    auto taken = ArrayRef(samples).take_front(count);
    return SampleSet(taken.begin(), taken.end());
  };
  whole.calibration = some(session.calibration, kSamples);
  whole.evaluation = some(session.calibration, 1);
  using Stage = Error (*)(Session &);
  for (Stage stage : {runTensorPasses, lower, describeLayers})
    if (Error error = stage(whole))
      return error;
  layers = std::move(whole.report.layers);
  arenaBytes = whole.report.ram.arena;
  // Where that is too much, layers that are computed row by row may do.
  const std::optional<uint64_t> &ram = system.tiers.front().ram;
  if (!ram || arenaBytes <= *ram)
    return Error::success();
  whole.arenaLimit = int64_t(*ram);
  if (Error error = lower(whole))
    return error;
  arenaBytes = uint64_t(getProgramMemory(*whole.kern).arena);
  return Error::success();
}

Expected<double> SplitAnalysis::getClock() const {
  if (std::optional<double> clock = system.tiers.front().clock)
    return *clock;
  if (session.target.device.clockHz)
    return double(*session.target.device.clockHz);
  return createStringError(
      system.file +
      ": field 'tiers[0].clock_mhz' is missing; needed: the "
      "device's clock, since the target '" +
      session.target.name + "' has none");
}

/// What an operation takes in kernels that the cost model does not have.
std::optional<double> SplitAnalysis::getCyclesPerOperation() {
  double cycles = 0, operations = 0;
  for (const report::Layer &layer : layers)
    if (layer.predictedCycles) {
      cycles += double(*layer.predictedCycles);
      operations += double(layer.macs + layer.outputs);
    } else {
      model.hasGuessedTimes = true;
    }
  if (std::optional<double> given = system.tiers.front().cyclesPerMac)
    return given;
  if (operations == 0)
    return std::nullopt;
  return cycles / operations;
}

Error SplitAnalysis::shareCosts() {
  Expected<double> clock = getClock();
  if (!clock)
    return clock.takeError();
  std::optional<double> perOperation = getCyclesPerOperation();
  if (!perOperation)
    return createStringError(
        system.file +
        ": field 'tiers[0].cycles_per_mac' is missing; needed: "
        "what a multiply-accumulate takes, since there is no "
        "cost model for the target '" +
        session.target.name + "' and this model's kernels");
  for (const report::Layer &layer : layers) {
    double cycles = layer.predictedCycles
                        ? double(*layer.predictedCycles)
                        : double(layer.macs + layer.outputs) * *perOperation;
    // What quantizes inputs belongs to no node: the first one needs it.
    SmallVector<unsigned> nodes = findNodes(layer);
    if (nodes.empty())
      nodes.push_back(0);
    uint64_t macs = 0;
    for (unsigned node : nodes)
      macs += nodeMacs[node];
    for (unsigned node : nodes) {
      double share = macs ? double(nodeMacs[node]) / double(macs)
                          : 1.0 / double(nodes.size());
      NetworkUnit &unit = model.network.units[nodeUnits[node]];
      unit.seconds += share * cycles / *clock;
      unit.flashBytes += uint64_t(share * double(layer.weightBytes));
    }
  }
  return Error::success();
}

/// Kernels that compute in place need less than what is alive together, those
/// that need space of their own need more: in the whole model, so much in all.
void SplitAnalysis::compareArena() {
  Expected<Problem> problem = makeProblem(system, model.network);
  if (!problem)
    return consumeError(problem.takeError());
  Assignment all = makeUniform(*problem, 0);
  all.tiers.assign(all.tiers.size(), 0);
  double estimate = double(getPeakRam(*problem, all));
  if (estimate <= 0 || arenaBytes == 0)
    return;
  double ratio = std::clamp(double(arenaBytes) / estimate, 0.05, 2.0);
  for (NetworkTensor &tensor : model.network.tensors)
    tensor.deviceBytes = uint64_t(double(tensor.deviceBytes) * ratio);
}
