//===- OnnxModel.cpp - Nodes and parts of an ONNX model -------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OnnxModel.h"

#include "../import/GraphOrder.h"
#include "../import/ModelFile.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

using namespace edgecc;
using namespace edgecc::split;
using namespace llvm;

Expected<OnnxModel> OnnxModel::load(StringRef path) {
  auto buffer = MemoryBuffer::getFile(path, /*IsText=*/false,
                                      /*RequiresNullTerminator=*/false);
  if (!buffer)
    return createStringError("cannot read '" + path +
                             "': " + buffer.getError().message());
  OnnxModel result;
  result.model = std::make_shared<onnx::ModelProto>();
  StringRef content = (*buffer)->getBuffer();
  if (!result.model->ParsePartialFromArray(content.data(), int(content.size())))
    return createStringError("'" + path + "' is not an ONNX model");
  auto types = importer::findTypesReadAsFloat(*result.model);
  if (!types.empty())
    return createStringError("--split: the model has tensors of type " +
                             join(types, ", ") +
                             ", which cannot be sent; convert it to float");
  for (const onnx::TensorProto &tensor : result.model->graph().initializer())
    if (tensor.data_location() == onnx::TensorProto::EXTERNAL)
      return createStringError(
          "--split: '" + tensor.name() +
          "' lies in another file, and parts of the model are to be files of "
          "their own; save the model as one (onnx.save with "
          "save_as_external_data=False)");
  result.folder = sys::path::parent_path(path).str();
  return result;
}

//===----------------------------------------------------------------------===//
// Nodes
//===----------------------------------------------------------------------===//

static void collectReads(const onnx::NodeProto &node, StringSet<> &reads) {
  for (const std::string &name : node.input())
    if (!name.empty())
      reads.insert(name);
  // Bodies read names of the graph around them. Names that they define
  // themselves are not among those that the graph defines.
  for (const onnx::GraphProto *body : importer::getBodies(node)) {
    for (const onnx::NodeProto &inner : body->node())
      collectReads(inner, reads);
    for (const onnx::ValueInfoProto &output : body->output())
      reads.insert(output.name());
  }
}

std::vector<std::string> OnnxModel::getInputs(const StringSet<> &frozen) const {
  StringSet<> initializers;
  for (const onnx::TensorProto &tensor : model->graph().initializer())
    initializers.insert(tensor.name());
  std::vector<std::string> inputs;
  for (const onnx::ValueInfoProto &input : model->graph().input())
    if (!initializers.contains(input.name()) && !frozen.contains(input.name()))
      inputs.push_back(input.name());
  return inputs;
}

std::vector<std::string> OnnxModel::getOutputs() const {
  std::vector<std::string> outputs;
  for (const onnx::ValueInfoProto &output : model->graph().output())
    outputs.push_back(output.name());
  return outputs;
}

/// Indices of nodes, each after those that it needs.
static std::vector<int> orderNodes(const onnx::GraphProto &graph) {
  StringMap<int> producers;
  for (auto [index, node] : enumerate(graph.node()))
    for (const std::string &name : node.output())
      producers[name] = int(index);
  std::vector<int> order;
  std::vector<bool> seen(size_t(graph.node_size()));
  std::function<void(int)> visit = [&](int index) {
    if (seen[size_t(index)])
      return;
    seen[size_t(index)] = true;
    StringSet<> reads;
    collectReads(graph.node(index), reads);
    std::vector<int> needed;
    for (const auto &name : reads.keys())
      if (auto found = producers.find(name); found != producers.end())
        needed.push_back(found->second);
    llvm::sort(needed);
    for (int producer : needed)
      visit(producer);
    order.push_back(index);
  };
  for (int index = 0; index != graph.node_size(); ++index)
    visit(index);
  return order;
}

std::vector<OnnxNode> OnnxModel::getNodes(const StringSet<> &frozen,
                                          const StringSet<> &constants) const {
  const onnx::GraphProto &graph = model->graph();
  StringSet<> varying, read;
  for (const std::string &input : getInputs(frozen))
    varying.insert(input);
  for (const onnx::ValueInfoProto &output : graph.output())
    read.insert(output.name());
  for (const onnx::NodeProto &node : graph.node())
    collectReads(node, read);
  std::vector<OnnxNode> nodes;
  for (int index : orderNodes(graph)) {
    const onnx::NodeProto &proto = graph.node(index);
    OnnxNode node{
        index, importer::getNodeName(graph, index), proto.op_type(), {}, {}};
    StringSet<> reads;
    collectReads(proto, reads);
    for (const auto &name : reads.keys())
      if (varying.contains(name))
        node.reads.push_back(name.str());
    llvm::sort(node.reads);
    for (const std::string &name : proto.output())
      if (!name.empty() && read.contains(name) && !constants.contains(name))
        node.writes.push_back(name);
    if (node.reads.empty() || node.writes.empty())
      continue;
    for (const std::string &name : node.writes)
      varying.insert(name);
    nodes.push_back(std::move(node));
  }
  return nodes;
}

//===----------------------------------------------------------------------===//
// Other models
//===----------------------------------------------------------------------===//

std::string OnnxModel::exposeOutputs(ArrayRef<std::string> tensors) const {
  onnx::ModelProto exposed = *model;
  exposed.mutable_graph()->clear_output();
  for (const std::string &name : tensors)
    exposed.mutable_graph()->add_output()->set_name(name);
  return exposed.SerializeAsString();
}

static int32_t getOnnxType(mlir::Type type) {
  for (int32_t candidate :
       {onnx::TensorProto::FLOAT, onnx::TensorProto::INT64,
        onnx::TensorProto::INT32, onnx::TensorProto::INT8,
        onnx::TensorProto::UINT8, onnx::TensorProto::BOOL,
        onnx::TensorProto::INT16, onnx::TensorProto::UINT16,
        onnx::TensorProto::UINT32, onnx::TensorProto::UINT64})
    if (importer::getElementType(type.getContext(), candidate) == type)
      return candidate;
  return onnx::TensorProto::UNDEFINED;
}

static void describe(const OnnxValue &value, onnx::ValueInfoProto *info) {
  info->set_name(value.name);
  onnx::TypeProto::Tensor *type = info->mutable_type()->mutable_tensor_type();
  type->set_elem_type(getOnnxType(value.type.getElementType()));
  onnx::TensorShapeProto *shape = type->mutable_shape();
  for (int64_t size : value.type.getShape())
    shape->add_dim()->set_dim_value(size);
}

static void fillTensor(StringRef name, const reference::Tensor &tensor,
                       onnx::TensorProto *proto) {
  proto->set_name(name.str());
  proto->set_data_type(getOnnxType(tensor.getElementType()));
  for (int64_t size : tensor.getShape())
    proto->add_dims(size);
  ArrayRef<char> data = tensor.getRawData();
  proto->set_raw_data(data.data(), data.size());
}

namespace {
/// Copies nodes and the constants that they need.
class Extractor {
public:
  Extractor(const onnx::GraphProto &from, onnx::GraphProto *to,
            const StringMap<reference::Tensor> &constants)
      : from(from), to(to), constants(constants) {
    for (auto [index, node] : enumerate(from.node()))
      for (const std::string &name : node.output())
        producers[name] = int(index);
    for (const onnx::TensorProto &tensor : from.initializer())
      initializers[tensor.name()] = &tensor;
  }

  /// What is there already: inputs of the part.
  void define(StringRef name) { defined.insert(name); }
  void addNode(int index);

private:
  void addConstant(StringRef name);

  const onnx::GraphProto &from;
  onnx::GraphProto *to;
  const StringMap<reference::Tensor> &constants;
  StringMap<int> producers;
  StringMap<const onnx::TensorProto *> initializers;
  StringSet<> defined;
  std::set<int> added;
};
} // namespace

void Extractor::addNode(int index) {
  if (!added.insert(index).second)
    return;
  const onnx::NodeProto &node = from.node(index);
  StringSet<> reads;
  collectReads(node, reads);
  std::vector<std::string> names;
  for (const auto &name : reads.keys())
    names.push_back(name.str());
  // The same model every time.
  llvm::sort(names);
  for (const std::string &name : names)
    addConstant(name);
  *to->add_node() = node;
  for (const std::string &name : node.output())
    defined.insert(name);
}

void Extractor::addConstant(StringRef name) {
  if (!defined.insert(name).second)
    return;
  if (auto constant = constants.find(name); constant != constants.end())
    fillTensor(name, constant->second, to->add_initializer());
  else if (auto tensor = initializers.find(name); tensor != initializers.end())
    *to->add_initializer() = *tensor->second;
  else if (auto node = producers.find(name); node != producers.end())
    addNode(node->second);
}

std::string OnnxModel::extract(const std::set<int> &nodes,
                               ArrayRef<OnnxValue> inputs,
                               ArrayRef<OnnxValue> outputs,
                               const StringMap<reference::Tensor> &constants,
                               StringRef name) const {
  onnx::ModelProto part;
  // Before version 4, initializers are inputs as well.
  part.set_ir_version(std::max<int64_t>(model->ir_version(), 4));
  part.set_producer_name("edgecc");
  *part.mutable_opset_import() = model->opset_import();
  *part.mutable_functions() = model->functions();
  onnx::GraphProto *graph = part.mutable_graph();
  graph->set_name(name.str());
  Extractor extractor(model->graph(), graph, constants);
  for (const OnnxValue &input : inputs) {
    describe(input, graph->add_input());
    extractor.define(input.name);
  }
  for (int index : orderNodes(model->graph()))
    if (nodes.count(index))
      extractor.addNode(index);
  for (const OnnxValue &output : outputs)
    describe(output, graph->add_output());
  return part.SerializeAsString();
}
