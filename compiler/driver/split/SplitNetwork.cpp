//===- SplitNetwork.cpp - What a model's operators cost, and its tensors --===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SplitAnalysis.h"

#include "../../import/ModelFile.h"
#include "Stages.h"
#include "command/Diagnostics.h"

#include "edgecc/Dialect/Edge/Edge.h"

#include "mlir/IR/Matchers.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace edgecc;
using namespace edgecc::driver;
using namespace edgecc::partition;
using namespace llvm;

//===----------------------------------------------------------------------===//
// The graph
//===----------------------------------------------------------------------===//

/// Imports the model once more, with every tensor as an output.
Error SplitAnalysis::expose() {
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
void SplitAnalysis::findConstants() {
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
Error SplitAnalysis::checkOutputs() const {
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

void SplitAnalysis::addUnits() {
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
std::optional<unsigned> SplitAnalysis::findNode(StringRef location) const {
  while (!location.empty()) {
    if (auto found = nodeNumbers.find(location); found != nodeNumbers.end())
      return found->second;
    location = location.rsplit('/').first.size() == location.size()
                   ? StringRef()
                   : location.rsplit('/').first;
  }
  return std::nullopt;
}

SmallVector<unsigned>
SplitAnalysis::findNodes(const report::Layer &layer) const {
  SmallVector<unsigned> found;
  for (const std::string &name : layer.onnxNodes)
    if (std::optional<unsigned> node = findNode(name))
      if (!is_contained(found, *node))
        found.push_back(*node);
  return found;
}

/// What one kernel computes stays together, if nothing else reads what is
/// between its operators: then it makes no circle.
void SplitAnalysis::mergeUnits() {
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

void SplitAnalysis::countMacs() {
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

void SplitAnalysis::addTensors() {
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

Expected<SplitModel> SplitAnalysis::run() {
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
  return SplitAnalysis(session, system).run();
}
