//===- GraphOrder.cpp - Structure of an ONNX graph ------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "GraphOrder.h"

#include "mlir/IR/Location.h"
#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"

#include <queue>

using namespace mlir;
using namespace edgecc;
using namespace edgecc::importer;

std::string importer::getNodeName(const onnx::GraphProto &graph, int index) {
  const onnx::NodeProto &node = graph.node(index);
  return node.name().empty() ? node.op_type() + "_" + std::to_string(index)
                             : node.name();
}

namespace {
class Orderer {
public:
  Orderer(const onnx::GraphProto &graph, Location loc)
      : graph(graph), loc(loc) {}

  FailureOr<GraphOrder> order();

private:
  Location nodeLoc(int index) const {
    return NameLoc::get(
        StringAttr::get(loc.getContext(), getNodeName(graph, index)));
  }
  LogicalResult indexInitializers();
  LogicalResult indexInputs();
  LogicalResult indexNodes();
  LogicalResult checkUses() const;
  LogicalResult checkOutputs() const;
  LogicalResult sort();
  LogicalResult reportCycle(const llvm::BitVector &placed) const;
  bool isDefined(StringRef name) const {
    return result.initializers.contains(name) || inputNames.contains(name) ||
           producers.contains(name);
  }

  const onnx::GraphProto &graph;
  Location loc;
  GraphOrder result;
  llvm::StringSet<> inputNames;
  llvm::StringMap<int> producers; // value name to index of its node
};
} // namespace

LogicalResult Orderer::indexInitializers() {
  if (graph.sparse_initializer_size() != 0)
    return emitError(loc) << "initializer '"
                          << graph.sparse_initializer(0).values().name()
                          << "' is sparse; edgecc reads dense ones, so export "
                             "the model without sparse initializers";
  for (const onnx::TensorProto &tensor : graph.initializer()) {
    if (tensor.name().empty())
      return emitError(loc) << "an initializer has no name";
    if (!result.initializers.try_emplace(tensor.name(), &tensor).second)
      return emitError(loc)
             << "two initializers have the name '" << tensor.name() << "'";
  }
  return success();
}

LogicalResult Orderer::indexInputs() {
  for (const onnx::ValueInfoProto &input : graph.input()) {
    if (input.name().empty())
      return emitError(loc) << "an input of the graph has no name";
    if (!inputNames.insert(input.name()).second)
      return emitError(loc) << "two inputs of the graph have the name '"
                            << input.name() << "'";
    // Up to IR version 3, initializers were listed among the inputs.
    if (!result.initializers.contains(input.name()))
      result.inputs.push_back(&input);
  }
  return success();
}

LogicalResult Orderer::indexNodes() {
  for (auto [index, node] : llvm::enumerate(graph.node()))
    for (const std::string &output : node.output()) {
      if (output.empty())
        continue;
      if (isDefined(output)) {
        InFlightDiagnostic diag = emitError(nodeLoc(index));
        diag << node.op_type() << ": computes '" << output
             << "', a name that is already taken by ";
        auto other = producers.find(output);
        if (other != producers.end())
          return diag << "the output of node '"
                      << getNodeName(graph, other->second) << "'";
        return diag << "an input or initializer of the graph";
      }
      producers[output] = index;
    }
  return success();
}

LogicalResult Orderer::checkUses() const {
  for (auto [index, node] : llvm::enumerate(graph.node()))
    for (const std::string &input : node.input())
      if (!input.empty() && !isDefined(input))
        return emitError(nodeLoc(index))
               << node.op_type() << ": uses '" << input
               << "', but the model has no input, initializer or node output "
                  "of that name; were its weights left out?";
  return success();
}

LogicalResult Orderer::checkOutputs() const {
  if (graph.output().empty())
    return emitError(loc) << "the graph has no outputs";
  for (const onnx::ValueInfoProto &output : graph.output())
    if (!isDefined(output.name()))
      return emitError(loc) << "no node computes '" << output.name()
                            << "', which the graph has as an output";
  return success();
}

/// Names one cycle among the nodes that no order reaches: each of them waits
/// for another, so that going back from any one ends in a cycle.
LogicalResult Orderer::reportCycle(const llvm::BitVector &placed) const {
  auto waitsFor = [&](int index) {
    for (const std::string &input : graph.node(index).input()) {
      auto producer = producers.find(input);
      if (producer != producers.end() && !placed[producer->second])
        return producer->second;
    }
    return index;
  };
  std::vector<int> path;
  llvm::BitVector seen(graph.node_size());
  int current = placed.find_first_unset();
  for (; !seen[current]; current = waitsFor(current)) {
    seen.set(current);
    path.push_back(current);
  }
  path.erase(path.begin(), llvm::find(path, current));
  InFlightDiagnostic diag = emitError(nodeLoc(current));
  diag << graph.node(current).op_type()
       << ": depends on its own result; the cycle of nodes is ";
  constexpr size_t kShown = 8;
  for (size_t i = 0, e = std::min(path.size(), kShown); i != e; ++i)
    diag << (i ? ", '" : "'") << getNodeName(graph, path[i]) << "'";
  if (path.size() > kShown)
    diag << " and " << path.size() - kShown << " more";
  return diag;
}

LogicalResult Orderer::sort() {
  int count = graph.node_size();
  std::vector<int> missing(count, 0);
  std::vector<std::vector<int>> readers(count);
  for (int index = 0; index != count; ++index)
    for (const std::string &input : graph.node(index).input()) {
      auto producer = producers.find(input);
      if (producer == producers.end())
        continue;
      ++missing[index];
      readers[producer->second].push_back(index);
    }
  // The file's order wherever there is a choice.
  std::priority_queue<int, std::vector<int>, std::greater<int>> ready;
  for (int index = 0; index != count; ++index)
    if (missing[index] == 0)
      ready.push(index);
  llvm::BitVector placed(count);
  while (!ready.empty()) {
    int index = ready.top();
    ready.pop();
    placed.set(index);
    result.nodes.push_back(index);
    for (int reader : readers[index])
      if (--missing[reader] == 0)
        ready.push(reader);
  }
  return placed.all() ? success() : reportCycle(placed);
}

FailureOr<GraphOrder> Orderer::order() {
  if (graph.node_size() == 0)
    return emitError(loc) << "the graph is empty: it has no nodes";
  if (failed(indexInitializers()) || failed(indexInputs()) ||
      failed(indexNodes()) || failed(checkOutputs()) || failed(checkUses()) ||
      failed(sort()))
    return failure();
  return std::move(result);
}

FailureOr<GraphOrder> importer::orderGraph(const onnx::GraphProto &graph,
                                           Location loc) {
  return Orderer(graph, loc).order();
}
