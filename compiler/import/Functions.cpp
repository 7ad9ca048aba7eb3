//===- Functions.cpp - Functions that a model defines ---------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Functions.h"

#include "google/protobuf/unknown_field_set.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::importer;
using onnx::AttributeProto;

bool importer::isDefaultDomain(StringRef domain) {
  return domain.empty() || domain == "ai.onnx";
}

int64_t importer::getDefaultOpset(
    const google::protobuf::RepeatedPtrField<onnx::OperatorSetIdProto>
        &imports) {
  int64_t opset = 0;
  for (const onnx::OperatorSetIdProto &import : imports)
    if (isDefaultDomain(import.domain()))
      opset = import.version();
  return opset;
}

//===----------------------------------------------------------------------===//
// Fields that ONNX has since 1.13, and libonnx 1.12 keeps unread
//===----------------------------------------------------------------------===//

static constexpr int kFunctionDefaults = 11; // FunctionProto.attribute_proto
static constexpr int kFunctionOverload = 13; // FunctionProto.overload
static constexpr int kNodeOverload = 8;      // NodeProto.overload

/// The contents of a field of strings or messages.
static std::vector<std::string>
readUnknown(const google::protobuf::Message &message, int field) {
  const google::protobuf::UnknownFieldSet &fields =
      message.GetReflection()->GetUnknownFields(message);
  std::vector<std::string> contents;
  for (int i = 0, e = fields.field_count(); i != e; ++i)
    if (fields.field(i).number() == field &&
        fields.field(i).type() ==
            google::protobuf::UnknownField::TYPE_LENGTH_DELIMITED)
      contents.push_back(fields.field(i).length_delimited());
  return contents;
}

static std::string getOverload(const google::protobuf::Message &message,
                               int field) {
  std::vector<std::string> overload = readUnknown(message, field);
  return overload.empty() ? std::string() : overload.back();
}

static std::string makeKey(StringRef domain, StringRef name,
                           StringRef overload) {
  StringRef canonical = isDefaultDomain(domain) ? StringRef() : domain;
  return (canonical + Twine('\0') + name + Twine('\0') + overload).str();
}

//===----------------------------------------------------------------------===//
// Lookup
//===----------------------------------------------------------------------===//

FunctionTable::FunctionTable(const onnx::ModelProto &model) {
  for (const onnx::FunctionProto &function : model.functions())
    functions.try_emplace(makeKey(function.domain(), function.name(),
                                  getOverload(function, kFunctionOverload)),
                          &function);
}

const onnx::FunctionProto *
FunctionTable::lookup(const onnx::NodeProto &call) const {
  if (functions.empty())
    return nullptr;
  return functions.lookup(
      makeKey(call.domain(), call.op_type(), getOverload(call, kNodeOverload)));
}

//===----------------------------------------------------------------------===//
// Instances
//===----------------------------------------------------------------------===//

using Arguments = llvm::StringMap<AttributeProto>;

static Arguments collectArguments(const onnx::FunctionProto &function,
                                  const onnx::NodeProto &call) {
  Arguments arguments;
  for (const std::string &content : readUnknown(function, kFunctionDefaults)) {
    AttributeProto attribute;
    if (attribute.ParsePartialFromString(content))
      arguments[attribute.name()] = attribute;
  }
  for (const AttributeProto &attribute : call.attribute())
    arguments[attribute.name()] = attribute;
  return arguments;
}

static void substitute(onnx::GraphProto &graph, const Arguments &arguments);

/// Puts a call's values in place of a node's references to attributes.
static void substitute(onnx::NodeProto &node, const Arguments &arguments) {
  auto *attributes = node.mutable_attribute();
  for (int index = attributes->size(); index-- > 0;) {
    AttributeProto &attribute = *attributes->Mutable(index);
    if (attribute.has_g())
      substitute(*attribute.mutable_g(), arguments);
    if (attribute.ref_attr_name().empty())
      continue;
    auto found = arguments.find(attribute.ref_attr_name());
    if (found == arguments.end()) {
      attributes->DeleteSubrange(index, 1);
      continue;
    }
    std::string name = attribute.name();
    attribute = found->second;
    attribute.set_name(name);
  }
}

static void substitute(onnx::GraphProto &graph, const Arguments &arguments) {
  for (onnx::NodeProto &node : *graph.mutable_node())
    substitute(node, arguments);
}

const onnx::GraphProto &
FunctionTable::instantiate(const onnx::FunctionProto &function,
                           const onnx::NodeProto &call) {
  Arguments arguments = collectArguments(function, call);
  const void *key = &call;
  if (arguments.empty())
    key = &function;
  const onnx::GraphProto *&instance = known[key];
  if (instance)
    return *instance;
  onnx::GraphProto &graph = instances.emplace_back();
  graph.set_name(function.name());
  *graph.mutable_node() = function.node();
  for (const std::string &name : function.input())
    graph.add_input()->set_name(name);
  for (const std::string &name : function.output())
    graph.add_output()->set_name(name);
  substitute(graph, arguments);
  instance = &graph;
  return graph;
}
