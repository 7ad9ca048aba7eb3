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

#include <queue>

using namespace mlir;
using namespace edgecc;
using namespace edgecc::importer;

std::string importer::getNodeName(const onnx::GraphProto &graph, int index) {
  const onnx::NodeProto &node = graph.node(index);
  return node.name().empty() ? node.op_type() + "_" + std::to_string(index)
                             : node.name();
}

SmallVector<const onnx::GraphProto *>
importer::getBodies(const onnx::NodeProto &node) {
  SmallVector<const onnx::GraphProto *> bodies;
  for (const onnx::AttributeProto &attribute : node.attribute()) {
    if (attribute.has_g())
      bodies.push_back(&attribute.g());
    for (const onnx::GraphProto &body : attribute.graphs())
      bodies.push_back(&body);
  }
  return bodies;
}

namespace {
/// Looks at one graph; `outer` looks at the graph around it.
class Orderer {
public:
  Orderer(const onnx::GraphProto &graph, Location loc, std::string path,
          GraphOrders &orders)
      : graph(graph), loc(loc), path(std::move(path)), orders(orders) {}
  /// For a body of node `index` of the outer graph.
  Orderer(const onnx::GraphProto &graph, const Orderer &outer, int index)
      : graph(graph), loc(outer.nodeLoc(index)),
        path(outer.path + getNodeName(outer.graph, index) + "/"),
        orders(outer.orders), outer(&outer), outerNode(index),
        depth(outer.depth + 1) {}

  LogicalResult order();
  /// Names of the graphs around that this one reads.
  const llvm::StringSet<> &getCaptures() const { return captures; }

private:
  Location nodeLoc(int index) const {
    return NameLoc::get(
        StringAttr::get(loc.getContext(), path + getNodeName(graph, index)));
  }
  InFlightDiagnostic error() const { return emitError(loc); }
  LogicalResult indexInitializers();
  LogicalResult indexInputs();
  LogicalResult indexNodes();
  LogicalResult orderBodies(int index);
  LogicalResult readName(int index, StringRef name);
  LogicalResult collectReads();
  LogicalResult readOutputs();
  LogicalResult sort();
  LogicalResult reportCycle(const llvm::BitVector &placed) const;
  bool isDefined(StringRef name) const {
    return result.initializers.contains(name) || inputNames.contains(name) ||
           producers.contains(name);
  }
  bool isVisible(StringRef name) const {
    return isDefined(name) || (outer && outer->isVisible(name));
  }
  /// Whether the graphs around define the name before this graph's node.
  bool isTakenOutside(StringRef name) const {
    return outer && (outer->isDefinedBefore(name, outerNode) ||
                     outer->isTakenOutside(name));
  }
  bool isDefinedBefore(StringRef name, int index) const {
    auto producer = producers.find(name);
    return producer != producers.end() ? producer->second < index
                                       : isDefined(name);
  }
  LogicalResult checkNotTaken(StringRef name, Location where) const;

  const onnx::GraphProto &graph;
  Location loc;
  std::string path;
  GraphOrders &orders;
  const Orderer *outer = nullptr;
  int outerNode = 0;
  unsigned depth = 0;
  GraphOrder result;
  /// For each node, those that it waits for.
  std::vector<SmallVector<int>> sources;
  llvm::StringSet<> captures;
  llvm::StringSet<> inputNames;
  llvm::StringMap<int> producers; // value name to index of its node
};
} // namespace

LogicalResult Orderer::indexInitializers() {
  if (graph.sparse_initializer_size() != 0)
    return error() << "initializer '"
                   << graph.sparse_initializer(0).values().name()
                   << "' is sparse; edgecc reads dense ones, so export "
                      "the model without sparse initializers";
  for (const onnx::TensorProto &tensor : graph.initializer()) {
    if (tensor.name().empty())
      return error() << "an initializer has no name";
    if (!result.initializers.try_emplace(tensor.name(), &tensor).second)
      return error() << "two initializers have the name '" << tensor.name()
                     << "'";
    if (failed(checkNotTaken(tensor.name(), loc)))
      return failure();
  }
  return success();
}

LogicalResult Orderer::indexInputs() {
  for (const onnx::ValueInfoProto &input : graph.input()) {
    if (input.name().empty())
      return error() << "an input of the graph has no name";
    if (!inputNames.insert(input.name()).second)
      return error() << "two inputs of the graph have the name '"
                     << input.name() << "'";
    if (failed(checkNotTaken(input.name(), loc)))
      return failure();
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
      if (failed(checkNotTaken(output, nodeLoc(index))))
        return failure();
      producers[output] = index;
    }
  return success();
}

LogicalResult Orderer::checkNotTaken(StringRef name, Location where) const {
  if (!isTakenOutside(name))
    return success();
  return emitError(where) << "defines '" << name
                          << "', a name that the graph around it has already; "
                             "names have to differ from those that are "
                             "visible";
}

/// Looks at the bodies of a node, and takes what they capture for the node's.
LogicalResult Orderer::orderBodies(int index) {
  for (const onnx::GraphProto *body : getBodies(graph.node(index))) {
    if (depth == kMaxDepth)
      return emitError(nodeLoc(index))
             << "bodies of nodes are nested more than " << kMaxDepth
             << " deep; edgecc reads no deeper ones";
    Orderer inner(*body, *this, index);
    if (failed(inner.order()))
      return failure();
    for (const auto &name : inner.getCaptures())
      if (failed(readName(index, name.getKey())))
        return failure();
  }
  return success();
}

LogicalResult Orderer::readName(int index, StringRef name) {
  if (!isVisible(name))
    return emitError(nodeLoc(index))
           << graph.node(index).op_type() << ": uses '" << name
           << "', but the model has no input, initializer or node output "
              "of that name; were its weights left out?";
  result.used.insert(name);
  auto producer = producers.find(name);
  if (producer != producers.end())
    sources[index].push_back(producer->second);
  else if (!isDefined(name))
    captures.insert(name);
  return success();
}

LogicalResult Orderer::collectReads() {
  sources.resize(graph.node_size());
  for (auto [index, node] : llvm::enumerate(graph.node())) {
    for (const std::string &input : node.input())
      if (!input.empty() && failed(readName(index, input)))
        return failure();
    if (failed(orderBodies(index)))
      return failure();
  }
  return success();
}

LogicalResult Orderer::readOutputs() {
  if (graph.output().empty())
    return error() << "the graph has no outputs";
  for (const onnx::ValueInfoProto &output : graph.output()) {
    if (!isVisible(output.name()))
      return error() << "no node computes '" << output.name()
                     << "', which the graph has as an output";
    result.used.insert(output.name());
    if (!isDefined(output.name()))
      captures.insert(output.name());
  }
  return success();
}

/// Names one cycle among the nodes that no order reaches: each of them waits
/// for another, so that going back from any one ends in a cycle.
LogicalResult Orderer::reportCycle(const llvm::BitVector &placed) const {
  auto waitsFor = [&](int index) {
    auto unplaced =
        llvm::find_if(sources[index], [&](int s) { return !placed[s]; });
    return unplaced == sources[index].end() ? index : *unplaced;
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
    for (int source : sources[index]) {
      ++missing[index];
      readers[source].push_back(index);
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

LogicalResult Orderer::order() {
  if (graph.node_size() == 0 && !outer)
    return error() << "the graph is empty: it has no nodes";
  if (failed(indexInitializers()) || failed(indexInputs()) ||
      failed(indexNodes()) || failed(readOutputs()) || failed(collectReads()) ||
      failed(sort()))
    return failure();
  orders[&graph] = std::move(result);
  return success();
}

LogicalResult importer::orderGraph(const onnx::GraphProto &graph, Location loc,
                                   const Twine &path, GraphOrders &orders) {
  return Orderer(graph, loc, path.str(), orders).order();
}
