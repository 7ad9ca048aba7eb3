//===- NarrowedTypes.cpp - Types that are read as float -------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ModelFile.h"

#include <set>

using namespace mlir;
using namespace edgecc;
using namespace edgecc::importer;
using onnx::AttributeProto;

namespace {
/// Goes over a model, bodies and functions included. Protobuf limits how deep
/// these are nested.
class TypeFinder {
public:
  void visit(const onnx::GraphProto &graph);
  void visit(const onnx::NodeProto &node);
  SmallVector<std::string> getNames() const;

private:
  void add(int32_t type) {
    if (isReadAsFloat(type))
      types.insert(type);
  }
  template <typename ValuesT> void addValues(const ValuesT &values) {
    for (const onnx::ValueInfoProto &value : values)
      add(value.type().tensor_type().elem_type());
  }

  std::set<int32_t> types;
};
} // namespace

void TypeFinder::visit(const onnx::NodeProto &node) {
  for (const AttributeProto &attribute : node.attribute()) {
    if (attribute.has_t())
      add(attribute.t().data_type());
    if (attribute.has_g())
      visit(attribute.g());
    bool isType = attribute.name() == "to" || attribute.name() == "dtype" ||
                  attribute.name() == "output_datatype";
    if (isType)
      add(int32_t(attribute.i()));
  }
}

void TypeFinder::visit(const onnx::GraphProto &graph) {
  for (const onnx::TensorProto &tensor : graph.initializer())
    add(tensor.data_type());
  addValues(graph.input());
  addValues(graph.output());
  addValues(graph.value_info());
  for (const onnx::NodeProto &node : graph.node())
    visit(node);
}

SmallVector<std::string> TypeFinder::getNames() const {
  SmallVector<std::string> names;
  for (int32_t type : types)
    names.push_back(getTypeName(type));
  return names;
}

SmallVector<std::string>
importer::findTypesReadAsFloat(const onnx::ModelProto &model) {
  TypeFinder finder;
  finder.visit(model.graph());
  for (const onnx::FunctionProto &function : model.functions())
    for (const onnx::NodeProto &node : function.node())
      finder.visit(node);
  return finder.getNames();
}
