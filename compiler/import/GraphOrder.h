//===- GraphOrder.h - Structure of an ONNX graph ----------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_COMPILER_IMPORT_GRAPHORDER_H
#define EDGECC_COMPILER_IMPORT_GRAPHORDER_H

#include "ModelFile.h"

#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"

#include <map>

namespace edgecc::importer {

/// Bodies and function calls may be nested so deep; a file made to exhaust the
/// stack is deeper.
constexpr unsigned kMaxDepth = 24;

/// The name of a node for messages and locations: its own, or made up from
/// operator and position.
std::string getNodeName(const onnx::GraphProto &graph, int index);

/// The graphs that are attributes of a node: the bodies of If, Loop, Scan.
llvm::SmallVector<const onnx::GraphProto *>
getBodies(const onnx::NodeProto &node);

/// A graph whose names have been checked.
struct GraphOrder {
  /// Indices of the nodes, each after those that it reads from; otherwise in
  /// the file's order.
  std::vector<int> nodes;
  llvm::StringMap<const onnx::TensorProto *> initializers;
  /// Inputs that are no initializers.
  std::vector<const onnx::ValueInfoProto *> inputs;
  /// What something reads: a node, a body within a node, an output.
  llvm::StringSet<> used;
};

/// The orders of a graph and of all bodies in it.
using GraphOrders = std::map<const onnx::GraphProto *, GraphOrder>;

/// Checks that every name is defined once and before (some order of the nodes)
/// it is used. A body reads names of the graphs around it, and defines none
/// that is defined there before its node. Emits a diagnostic otherwise, at
/// `loc` or at the node. `path` precedes the names of nodes.
mlir::LogicalResult orderGraph(const onnx::GraphProto &graph,
                               mlir::Location loc, const llvm::Twine &path,
                               GraphOrders &orders);

} // namespace edgecc::importer

#endif // EDGECC_COMPILER_IMPORT_GRAPHORDER_H
