//===- Scope.h - The names of a graph while it is imported ------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_COMPILER_IMPORT_SCOPE_H
#define EDGECC_COMPILER_IMPORT_SCOPE_H

#include "GraphOrder.h"

#include "mlir/IR/Value.h"

#include <optional>

namespace edgecc::importer {

/// One time that a graph is imported: the model's own, a body (once per
/// iteration of a loop that is unrolled), or the nodes of a function at a call.
struct Scope {
  Scope(const onnx::GraphProto &graph, const GraphOrder &order, int64_t opset)
      : graph(graph), order(order), opset(opset) {}
  /// For what node `index` of `caller` holds. Names of the caller are seen from
  /// a body, not from a function.
  Scope(const onnx::GraphProto &graph, const GraphOrder &order, int64_t opset,
        const Scope &caller, int index, std::optional<int64_t> iteration)
      : graph(graph), order(order), opset(opset), caller(&caller),
        depth(caller.depth + 1) {
    std::string name = getNodeName(caller.graph, index);
    plainPath = caller.plainPath + name + "/";
    if (iteration)
      name += "[" + std::to_string(*iteration) + "]";
    path = caller.path + name + "/";
  }

  /// The scope whose value or initializer a name is, or null.
  const Scope *find(llvm::StringRef name) const {
    for (const Scope *scope = this; scope;
         scope = scope->function ? nullptr : scope->caller)
      if (scope->values.contains(name) ||
          scope->order.initializers.contains(name))
        return scope;
    return nullptr;
  }
  /// Whether a name is an input of a function that the call leaves out.
  bool isLeftOut(llvm::StringRef name) const {
    const Scope *scope = this;
    while (scope && !scope->function)
      scope = scope->caller;
    return scope && scope->leftOut.contains(name);
  }
  /// Whether a call of a function is in progress.
  bool isInside(const onnx::FunctionProto *callee) const {
    for (const Scope *scope = this; scope; scope = scope->caller)
      if (scope->function == callee)
        return true;
    return false;
  }

  const onnx::GraphProto &graph;
  const GraphOrder &order;
  const int64_t opset;
  /// The function that this is a call of, or null.
  const onnx::FunctionProto *function = nullptr;
  const Scope *caller = nullptr;
  unsigned depth = 0;
  /// Of the nodes around, for names of nodes: "loop[2]/", and "loop/".
  std::string path, plainPath;
  /// Null where a value comes from an unsupported node.
  llvm::StringMap<mlir::Value> values;
  llvm::StringSet<> leftOut;
};

} // namespace edgecc::importer

#endif // EDGECC_COMPILER_IMPORT_SCOPE_H
