//===- onnx-as.cpp - Assembler for ONNX models in text --------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Makes a binary ONNX model from ONNX's text syntax, so that tests can show
// their models. README.md describes the syntax and what is added to it.
//
//===----------------------------------------------------------------------===//

#include "Directives.h"
#include "FillWeights.h"

#include "onnx/defs/parser.h"

#include <cstdio>
#include <fstream>
#include <set>
#include <sstream>

using namespace onnxas;
using namespace ONNX_NAMESPACE;

namespace {
struct Options {
  std::string input, output;
  bool fill = true;
  long truncate = -1; // keep that many bytes of the result
};
} // namespace

static const char usage[] =
    "usage: onnx-as IN.onnxtxt -o OUT.onnx [--no-fill] [--truncate BYTES]\n"
    "  IN '-' is standard input. --no-fill leaves initializers without values\n"
    "  out, --truncate cuts the file short: both for tests of error "
    "messages.\n";

static Options readCommandLine(int argc, char **argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    std::string arg = argv[i];
    if (arg == "--no-fill")
      options.fill = false;
    else if (arg == "-o" && i + 1 < argc)
      options.output = argv[++i];
    else if (arg == "--truncate" && i + 1 < argc)
      options.truncate = std::stol(argv[++i]);
    else if (options.input.empty() && (arg == "-" || arg[0] != '-'))
      options.input = arg;
    else
      throw std::runtime_error("unexpected '" + arg + "'\n" + usage);
  }
  if (options.input.empty() || options.output.empty())
    throw std::runtime_error(std::string("needs IN and -o OUT\n") + usage);
  return options;
}

static std::string readAll(const std::string &path) {
  std::ostringstream text;
  if (path == "-") {
    text << std::cin.rdbuf();
    return text.str();
  }
  std::ifstream file(path, std::ios::binary);
  if (!file)
    throw std::runtime_error("cannot read it");
  text << file.rdbuf();
  return text.str();
}

/// The text syntax of ONNX 1.12 has no node names. Exporters name all nodes,
/// and edgecc's messages lean on it.
static void nameNodes(GraphProto &graph, const Directives &directives) {
  for (int i = 0; i < graph.node_size(); ++i) {
    NodeProto &node = *graph.mutable_node(i);
    if (node.name().empty())
      node.set_name(node.op_type() + "_" + std::to_string(i));
    for (const std::string &output : node.output()) {
      auto asked = directives.nodeNames.find(output);
      if (asked != directives.nodeNames.end())
        node.set_name(asked->second);
    }
  }
}

/// Moves an initializer's values into a file that is not written: the model
/// then lacks it, or the test provides it.
static void makeExternal(GraphProto &graph, const Directives &directives) {
  for (TensorProto &tensor : *graph.mutable_initializer()) {
    auto asked = directives.external.find(tensor.name());
    if (asked == directives.external.end())
      continue;
    tensor.clear_raw_data();
    tensor.clear_float_data();
    tensor.clear_int32_data();
    tensor.clear_int64_data();
    tensor.set_data_location(TensorProto::EXTERNAL);
    auto *location = tensor.add_external_data();
    location->set_key("location");
    location->set_value(asked->second);
  }
}

/// Stores integers two per byte, the low half first.
static void packNibbles(GraphProto &graph, const Directives &directives) {
  constexpr int32_t uint4 = 21, int4 = 22; // not in ONNX 1.12
  for (TensorProto &tensor : *graph.mutable_initializer()) {
    auto asked = directives.nibbles.find(tensor.name());
    if (asked == directives.nibbles.end())
      continue;
    std::string bytes;
    for (int i = 0; i < tensor.int32_data_size(); ++i) {
      int half = tensor.int32_data(i) & 15;
      if (i % 2 == 0)
        bytes.push_back(static_cast<char>(half));
      else
        bytes.back() = static_cast<char>(bytes.back() | half << 4);
    }
    tensor.clear_int32_data();
    tensor.set_raw_data(bytes);
    tensor.set_data_type(asked->second == "uint4" ? uint4 : int4);
  }
}

/// Until IR version 3, initializers were default values of inputs.
static void listInitializersAsInputs(GraphProto &graph) {
  std::set<std::string> inputs;
  for (const ValueInfoProto &input : graph.input())
    inputs.insert(input.name());
  for (const TensorProto &tensor : graph.initializer()) {
    if (inputs.count(tensor.name()))
      continue;
    ValueInfoProto &input = *graph.add_input();
    input.set_name(tensor.name());
    auto *type = input.mutable_type()->mutable_tensor_type();
    type->set_elem_type(tensor.data_type());
    auto *shape = type->mutable_shape();
    for (int64_t dim : tensor.dims())
      shape->add_dim()->set_dim_value(dim);
  }
}

static void renameValues(GraphProto &graph, const Directives &directives) {
  auto rename = [&](std::string *name) {
    auto asked = directives.renames.find(*name);
    if (asked != directives.renames.end())
      *name = asked->second;
  };
  for (NodeProto &node : *graph.mutable_node()) {
    for (std::string &input : *node.mutable_input())
      rename(&input);
    for (std::string &output : *node.mutable_output())
      rename(&output);
  }
  for (auto *list : {graph.mutable_input(), graph.mutable_output(),
                     graph.mutable_value_info()})
    for (ValueInfoProto &value : *list)
      rename(value.mutable_name());
  for (TensorProto &tensor : *graph.mutable_initializer())
    rename(tensor.mutable_name());
}

static ModelProto assemble(const std::string &text, const Options &options) {
  Directives directives = readDirectives(text);
  ModelProto model;
  auto status = OnnxParser::Parse(model, text.c_str());
  if (!status.IsOK())
    throw std::runtime_error(status.ErrorMessage());
  GraphProto &graph = *model.mutable_graph();
  nameNodes(graph, directives);
  if (options.fill)
    fillWeights(graph, directives);
  packNibbles(graph, directives);
  makeExternal(graph, directives);
  if (model.ir_version() < 4)
    listInitializersAsInputs(graph);
  renameValues(graph, directives);
  if (model.producer_name().empty())
    model.set_producer_name("onnx-as");
  return model;
}

static void writeModel(const ModelProto &model, const Options &options) {
  std::string bytes = model.SerializeAsString();
  if (options.truncate >= 0)
    bytes.resize(std::min(bytes.size(), static_cast<size_t>(options.truncate)));
  std::ofstream file(options.output, std::ios::binary);
  file << bytes;
  file.close();
  if (!file)
    throw std::runtime_error("cannot write '" + options.output + "'");
}

int main(int argc, char **argv) {
  Options options;
  try {
    options = readCommandLine(argc, argv);
    writeModel(assemble(readAll(options.input), options), options);
  } catch (const std::exception &error) {
    std::fprintf(stderr, "onnx-as: %s%s%s\n", options.input.c_str(),
                 options.input.empty() ? "" : ": ", error.what());
    return 1;
  }
  return 0;
}
