//===- SplitAccuracy.cpp - What all parts together compute ----------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Split.h"

#include "Stages.h"
#include "command/Diagnostics.h"

#include <cmath>

using namespace edgecc;
using namespace edgecc::driver;
using namespace edgecc::partition;
using namespace llvm;

reference::Tensor driver::sendOver(const NetworkTensor &tensor, Wire wire,
                                   const reference::Tensor &values) {
  if (wire == Wire::Float || !tensor.isFloat())
    return values;
  auto [scale, zero] = getWireScale(tensor, wire);
  double most = wire == Wire::Int8 ? 255 : 15;
  reference::Tensor sent = values;
  for (float &value : sent.getData<float>()) {
    double stored = std::nearbyint(double(value) / scale) + zero;
    value = float((std::clamp(stored, 0.0, most) - zero) * scale);
  }
  return sent;
}

namespace {
/// Runs samples through the parts.
class PartsRunner {
public:
  static Expected<PartsRunner> create(Session &session,
                                      const SplitResult &split);

  /// The model's outputs.
  Expected<Sample> run(const Sample &inputs);

private:
  using Tensors = StringMap<reference::Tensor>;

  PartsRunner(Session &session, const SplitResult &split,
              reference::Interpreter interpreter)
      : session(session), split(split), interpreter(std::move(interpreter)) {}

  Error runDevice(const Sample &inputs, Tensors &known);
  void send(unsigned link, const Tensors &made, Tensors &known) const;
  Expected<Tensors> runRest(const Sample &inputs, const Tensors &known);

  Session &session;
  const SplitResult &split;
  reference::Interpreter interpreter;
  std::optional<ReferenceRunner> device;
  /// By result of the exposed model.
  DenseMap<mlir::Value, std::string> names;
};
} // namespace

Expected<PartsRunner> PartsRunner::create(Session &session,
                                          const SplitResult &split) {
  mlir::func::FuncOp function = getModelFunction(*split.model.exposed);
  auto interpreter = reference::Interpreter::create(function);
  if (failed(interpreter))
    return alreadyReported(InternalError);
  PartsRunner runner(session, split, std::move(*interpreter));
  for (auto [name, value] : zip(split.model.exposedNames,
                                function.back().getTerminator()->getOperands()))
    runner.names[value] = name;
  if (!split.devicePart)
    return std::move(runner);
  auto device = ReferenceRunner::create(
      getModelFunction(*split.devicePart->edge), split.devicePart->layout);
  if (!device)
    return device.takeError();
  runner.device = std::move(*device);
  return std::move(runner);
}

/// What the device's compiled part makes.
Error PartsRunner::runDevice(const Sample &inputs, Tensors &made) {
  mlir::func::FuncOp function = getModelFunction(*session.imported);
  for (unsigned i = 0; i != inputs.size(); ++i)
    made[getInputName(function, i)] = inputs[i];
  if (!device)
    return Error::success();
  const SplitPart &part = split.parts.front();
  Sample taken;
  for (const split::OnnxValue &input : part.inputs)
    taken.push_back(made[input.name]);
  Expected<SampleSet> outputs = device->run({taken});
  if (!outputs)
    return outputs.takeError();
  for (auto [output, tensor] : zip(part.outputs, outputs->front()))
    made[output.name] = tensor;
  return Error::success();
}

/// What is beyond the link knows of what was made before it.
void PartsRunner::send(unsigned link, const Tensors &made,
                       Tensors &known) const {
  const Assignment &assignment = split.result.best->assignment;
  for (auto [edge, tensor] : enumerate(split.model.network.tensors)) {
    auto found = made.find(tensor.name);
    if (found == made.end())
      continue;
    if (crosses(split.problem, assignment, unsigned(edge), link)) {
      auto before = known.find(tensor.name);
      known[tensor.name] =
          sendOver(tensor, assignment.wires[edge][link],
                   before == known.end() ? found->second : before->second);
    } else if (tensor.isOutput &&
               assignment.tiers[split.problem.edges[edge].producer] == link) {
      known[tensor.name] = found->second;
    }
  }
}

Expected<PartsRunner::Tensors> PartsRunner::runRest(const Sample &inputs,
                                                    const Tensors &known) {
  mlir::func::FuncOp function = getModelFunction(*session.imported);
  Sample replaced = inputs;
  for (unsigned i = 0; i != inputs.size(); ++i)
    if (auto found = known.find(getInputName(function, i));
        found != known.end())
      replaced[i] = found->second;
  auto results = interpreter.run(
      replaced, {}, [&](mlir::Value value) -> const reference::Tensor * {
        auto name = names.find(value);
        if (name == names.end())
          return nullptr;
        auto found = known.find(name->second);
        return found == known.end() ? nullptr : &found->second;
      });
  if (failed(results))
    return alreadyReported(InternalError);
  Tensors made;
  for (auto [name, tensor] : zip(split.model.exposedNames, *results))
    made[name] = tensor;
  for (unsigned i = 0; i != inputs.size(); ++i)
    made[getInputName(function, i)] = replaced[i];
  return std::move(made);
}

Expected<Sample> PartsRunner::run(const Sample &inputs) {
  Tensors made, known;
  if (Error error = runDevice(inputs, made))
    return error;
  for (unsigned link = 0; link != split.problem.getNumLinks(); ++link) {
    send(link, made, known);
    Expected<Tensors> more = runRest(inputs, known);
    if (!more)
      return more.takeError();
    made = std::move(*more);
  }
  Sample outputs;
  for (const std::string &name : split.model.onnx.getOutputs())
    outputs.push_back(made[name]);
  return outputs;
}

Error driver::measureSplitAccuracy(Session &session, SplitResult &split) {
  if (Error error = prepareJudge(session))
    return error;
  if (!session.judge)
    return Error::success();
  const Judge &judge = *session.judge;
  Expected<PartsRunner> runner = PartsRunner::create(session, split);
  if (!runner)
    return runner.takeError();
  SampleSet outputs;
  for (const Sample &sample : judge.getSamples()) {
    Expected<Sample> output = runner->run(sample);
    if (!output)
      return output.takeError();
    outputs.push_back(std::move(*output));
  }
  Expected<double> value = judge.getValue(outputs);
  if (!value)
    return value.takeError();
  report::Accuracy &accuracy = split.accuracy.emplace();
  accuracy.metric = reference::getName(judge.getMetric()).str();
  accuracy.floatValue = judge.getFloatValue();
  accuracy.compiledValue = *value;
  accuracy.drop = judge.getDrop(*value);
  accuracy.samples = judge.getSamples().size();
  accuracy.heldOut = session.heldOut;
  return Error::success();
}
