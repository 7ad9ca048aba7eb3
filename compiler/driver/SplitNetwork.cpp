//===- SplitNetwork.cpp - What a model's operators cost, and its tensors --===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Split.h"

#include "../import/ModelFile.h"
#include "Diagnostics.h"
#include "Stages.h"

#include "edgecc/Dialect/Edge/Edge.h"

#include "mlir/IR/Matchers.h"
#include "llvm/Support/MemoryBuffer.h"

#include <cmath>

using namespace edgecc;
using namespace edgecc::driver;
using namespace edgecc::partition;
using namespace llvm;

namespace {
class Analysis {
public:
  Analysis(Session &session, const System &system)
      : session(session), system(system) {}

  Expected<SplitModel> run();

private:
  Error expose();
  void findConstants();
  Error checkOutputs() const;
  void addUnits();
  void mergeUnits();
  void countMacs();
  void addTensors();
  Error measureTensors();
  Error compileWhole();
  Error shareCosts();
  void compareArena();
  Expected<double> getClock() const;
  std::optional<double> getCyclesPerOperation();

  std::optional<unsigned> findNode(StringRef location) const;
  SmallVector<unsigned> findNodes(const report::Layer &layer) const;

  Session &session;
  const System &system;
  SplitModel model;
  StringSet<> frozen;
  /// By node: its number, unit, and multiply-accumulates.
  StringMap<unsigned> nodeNumbers;
  std::vector<unsigned> nodeUnits;
  std::vector<uint64_t> nodeMacs;
  std::vector<report::Layer> layers;
  uint64_t arenaBytes = 0;
};
} // namespace

//===----------------------------------------------------------------------===//
// The graph
//===----------------------------------------------------------------------===//

/// Imports the model once more, with every tensor as an output.
Error Analysis::expose() {
  for (const InputFile &input : session.options.frozenInputs)
    frozen.insert(input.input);
  Expected<split::OnnxModel> onnx =
      split::OnnxModel::load(session.options.model);
  if (!onnx)
    return onnx.takeError();
  model.onnx = std::move(*onnx);
  for (const split::OnnxNode &node : model.onnx.getNodes(frozen, {}))
    append_range(model.exposedNames, node.writes);
  std::string text = model.onnx.exposeOutputs(model.exposedNames);
  // Its warnings have been printed.
  mlir::ScopedDiagnosticHandler silence(
      &session.context, [](mlir::Diagnostic &diagnostic) {
        return mlir::success(diagnostic.getSeverity() ==
                             mlir::DiagnosticSeverity::Warning);
      });
  model.exposed =
      importOnnx(MemoryBufferRef(text, session.options.model), session.context,
                 getImportOptions(session.options));
  return model.exposed ? Error::success() : alreadyReported(InternalError);
}

/// Shapes and what is computed of them are known.
void Analysis::findConstants() {
  mlir::func::FuncOp function = getModelFunction(*model.exposed);
  for (mlir::BlockArgument argument : function.getArguments())
    model.types[getInputName(function, argument.getArgNumber())] =
        cast<mlir::RankedTensorType>(argument.getType());
  mlir::Operation *results = function.back().getTerminator();
  StringSet<> constants;
  for (auto [name, value] : zip(model.exposedNames, results->getOperands())) {
    auto type = cast<mlir::RankedTensorType>(value.getType());
    mlir::ElementsAttr attr;
    if (!mlir::matchPattern(value, mlir::m_Constant(&attr))) {
      model.types[name] = type;
      continue;
    }
    if (auto tensor = reference::Tensor::fromAttr(attr, type);
        succeeded(tensor)) {
      model.constants[name] = *tensor;
      constants.insert(name);
    }
  }
  model.nodes = model.onnx.getNodes(frozen, constants);
}

/// Parts have what depends on inputs.
Error Analysis::checkOutputs() const {
  for (const std::string &output : model.onnx.getOutputs())
    if (!model.types.contains(output))
      return createStringError(
          "--split: the output '" + output +
          "' is the same whatever the inputs, so that no part computes it; "
          "take it out of the model");
  return Error::success();
}

static bool isMovement(StringRef type) {
  static const StringSet<> types = {
      "Cast",    "Concat",    "DepthToSpace", "Dropout", "Expand",
      "Flatten", "Gather",    "Identity",     "Pad",     "Reshape",
      "Slice",   "Split",     "SpaceToDepth", "Squeeze", "Tile",
      "Shape",   "Unsqueeze", "Transpose"};
  return types.contains(type);
}

void Analysis::addUnits() {
  for (const std::string &input : model.onnx.getInputs(frozen)) {
    NetworkUnit unit;
    unit.name = input;
    unit.isInput = unit.isMovement = true;
    model.network.units.push_back(std::move(unit));
    model.unitNodes.emplace_back();
  }
  for (auto [index, node] : enumerate(model.nodes))
    nodeNumbers[node.name] = unsigned(index);
}

/// The node that a location in the model belongs to: itself, or what called the
/// function or has the body where it is.
std::optional<unsigned> Analysis::findNode(StringRef location) const {
  while (!location.empty()) {
    if (auto found = nodeNumbers.find(location); found != nodeNumbers.end())
      return found->second;
    location = location.rsplit('/').first.size() == location.size()
                   ? StringRef()
                   : location.rsplit('/').first;
  }
  return std::nullopt;
}

SmallVector<unsigned> Analysis::findNodes(const report::Layer &layer) const {
  SmallVector<unsigned> found;
  for (const std::string &name : layer.onnxNodes)
    if (std::optional<unsigned> node = findNode(name))
      if (!is_contained(found, *node))
        found.push_back(*node);
  return found;
}

/// What one kernel computes stays together, if nothing else reads what is
/// between its operators: then it makes no circle.
void Analysis::mergeUnits() {
  std::vector<std::set<size_t>> nodeLayers(model.nodes.size());
  for (auto [number, layer] : enumerate(layers))
    for (unsigned node : findNodes(layer))
      nodeLayers[node].insert(number);
  StringMap<SmallVector<unsigned>> readers;
  for (auto [index, node] : enumerate(model.nodes))
    for (const std::string &name : node.reads)
      readers[name].push_back(unsigned(index));
  std::vector<std::string> outputs = model.onnx.getOutputs();
  // The node that a node is merged into; later ones are known first.
  std::vector<unsigned> into(model.nodes.size());
  for (size_t index = model.nodes.size(); index-- > 0;) {
    into[index] = unsigned(index);
    std::optional<unsigned> only;
    bool merges = true;
    for (const std::string &name : model.nodes[index].writes)
      for (unsigned reader : readers[name]) {
        merges &= !only || *only == reader;
        only = reader;
      }
    for (const std::string &name : model.nodes[index].writes)
      merges &= !is_contained(outputs, name);
    if (only && merges && any_of(nodeLayers[index], [&](size_t layer) {
          return nodeLayers[*only].count(layer) != 0;
        }))
      into[index] = into[*only];
  }
  std::vector<unsigned> units(model.nodes.size());
  for (size_t index = 0; index != model.nodes.size(); ++index)
    if (into[index] == index) {
      units[index] = unsigned(model.network.units.size());
      model.network.units.emplace_back();
      model.unitNodes.emplace_back();
    }
  for (size_t index = 0; index != model.nodes.size(); ++index) {
    nodeUnits.push_back(units[into[index]]);
    model.unitNodes[nodeUnits.back()].push_back(unsigned(index));
  }
}

void Analysis::countMacs() {
  nodeMacs.resize(model.nodes.size());
  getModelFunction(*model.exposed)->walk([&](mlir::Operation *op) {
    auto counted = dyn_cast<edge::MacCountOpInterface>(op);
    auto name = dyn_cast<mlir::NameLoc>(op->getLoc());
    if (!counted || !name)
      return;
    if (std::optional<unsigned> node = findNode(name.getName()))
      nodeMacs[*node] += uint64_t(counted.getMacCount());
  });
  for (auto [unit, nodes] : zip(model.network.units, model.unitNodes)) {
    if (unit.isInput)
      continue;
    unit.isMovement = true;
    for (unsigned number : nodes) {
      const split::OnnxNode &node = model.nodes[number];
      unit.nodes.push_back(node.name);
      unit.types.push_back(node.type);
      unit.isMovement &= isMovement(node.type);
      unit.macs += nodeMacs[number];
      for (const std::string &name : node.writes)
        unit.elements += uint64_t(model.types[name].getNumElements());
    }
    // The one that works most gives the name.
    unsigned most = nodes.front();
    for (unsigned number : nodes)
      if (nodeMacs[number] > nodeMacs[most])
        most = number;
    unit.name = model.nodes[most].name;
  }
}

void Analysis::addTensors() {
  std::vector<std::string> outputs = model.onnx.getOutputs();
  bool isInteger = session.options.quantizes();
  auto add = [&](StringRef name, unsigned producer) {
    NetworkTensor tensor;
    tensor.name = name.str();
    tensor.producer = producer;
    for (auto [index, node] : enumerate(model.nodes)) {
      unsigned unit = nodeUnits[index];
      if (is_contained(node.reads, name) && unit != producer &&
          !is_contained(tensor.consumers, unit))
        tensor.consumers.push_back(unit);
    }
    tensor.isOutput = is_contained(outputs, name);
    if (tensor.consumers.empty() && !tensor.isOutput)
      return;
    mlir::RankedTensorType type = model.types[name];
    tensor.shape.assign(type.getShape().begin(), type.getShape().end());
    tensor.type = importer::getTypeName(type.getElementType());
    tensor.elements = uint64_t(type.getNumElements());
    tensor.elementBytes = reference::getElementBytes(type.getElementType());
    tensor.deviceBytes =
        tensor.elements *
        (isInteger && tensor.isFloat() ? 1 : tensor.elementBytes);
    model.network.tensors.push_back(std::move(tensor));
  };
  for (auto [index, unit] : enumerate(model.network.units))
    if (unit.isInput)
      add(unit.name, unsigned(index));
  for (auto [index, node] : enumerate(model.nodes))
    for (const std::string &name : node.writes)
      add(name, nodeUnits[index]);
}

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

Error Analysis::measureTensors() {
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
Error Analysis::compileWhole() {
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

Expected<double> Analysis::getClock() const {
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
std::optional<double> Analysis::getCyclesPerOperation() {
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

Error Analysis::shareCosts() {
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
void Analysis::compareArena() {
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

Expected<SplitModel> Analysis::run() {
  if (Error error = expose())
    return error;
  findConstants();
  if (Error error = checkOutputs())
    return error;
  if (model.nodes.empty())
    return createStringError("--split: the model computes nothing from its "
                             "inputs");
  addUnits();
  if (Error error = compileWhole())
    return error;
  mergeUnits();
  countMacs();
  addTensors();
  if (Error error = measureTensors())
    return error;
  if (Error error = shareCosts())
    return error;
  compareArena();
  return std::move(model);
}

Expected<SplitModel> driver::analyseSplit(Session &session,
                                          const System &system) {
  return Analysis(session, system).run();
}
