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

namespace edgecc::importer {

/// The name of a node for messages and locations: its own, or made up from
/// operator and position.
std::string getNodeName(const onnx::GraphProto &graph, int index);

/// A graph whose names have been checked.
struct GraphOrder {
  /// Indices of the nodes, each after those that it reads from; otherwise in
  /// the file's order.
  std::vector<int> nodes;
  llvm::StringMap<const onnx::TensorProto *> initializers;
  /// Inputs that are no initializers.
  std::vector<const onnx::ValueInfoProto *> inputs;
};

/// Checks that every name is defined once and before (some order of the nodes)
/// it is used. Emits a diagnostic otherwise, at `loc` or at the node.
llvm::FailureOr<GraphOrder> orderGraph(const onnx::GraphProto &graph,
                                       mlir::Location loc);

} // namespace edgecc::importer

#endif // EDGECC_COMPILER_IMPORT_GRAPHORDER_H
