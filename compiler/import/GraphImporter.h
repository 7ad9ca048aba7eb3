//===- GraphImporter.h - Nodes of graphs, one after another -----*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_COMPILER_IMPORT_GRAPHIMPORTER_H
#define EDGECC_COMPILER_IMPORT_GRAPHIMPORTER_H

#include "Functions.h"
#include "Quantized.h"
#include "Scope.h"

#include "llvm/ADT/SetVector.h"

namespace edgecc::importer {

/// Imports the nodes of the model's graph and of what is inlined into it, and
/// collects those that are not supported.
class GraphImporter {
public:
  GraphImporter(const onnx::ModelProto &model, llvm::StringRef directory,
                mlir::Location loc, mlir::OpBuilder &builder)
      : directory(directory), loc(loc), builder(builder), functions(model) {}

  /// Checks the structure of the graph and its bodies. The result lives as long
  /// as the importer; null after a diagnostic.
  const GraphOrder *order(const onnx::GraphProto &graph,
                          const llvm::Twine &path = "");

  /// Compares the nodes of a scope, of functions and of bodies in it with the
  /// table of operators; those of If only with `branches`, since one of them is
  /// not imported. Fails after a diagnostic.
  mlir::LogicalResult checkNodes(const Scope &scope, bool branches = false);

  /// Creates the operations of all nodes at the end of the builder's block,
  /// which is the entry of a function. Fails after a diagnostic.
  mlir::LogicalResult importNodes(Scope &scope);

  /// The value of a name; null where it comes from an unsupported node.
  llvm::FailureOr<mlir::Value> getValue(const Scope &scope,
                                        llvm::StringRef name);

  /// Constants stand at the begin of the function, in the order of first use.
  mlir::Value createConstant(llvm::StringRef name,
                             const reference::Tensor &tensor);

  /// Fails with a diagnostic that names all of them where there are any.
  mlir::LogicalResult reportUnsupported() const;

private:
  class Context;

  mlir::Location nodeLoc(const Scope &scope, int index) const;
  void addUnsupported(const Scope &scope, int index, const llvm::Twine &reason);
  /// Whether the table has the node; fails after a diagnostic.
  llvm::FailureOr<bool> checkOperator(const Scope &scope, int index);
  /// checkNodes for the bodies of a node, or for the function that it calls.
  mlir::LogicalResult checkHeld(const Scope &scope, int index, bool branches);
  llvm::FailureOr<Scope> enterCall(const Scope &scope, int index,
                                   const onnx::FunctionProto &function);
  mlir::LogicalResult importNode(Scope &scope, int index);
  mlir::LogicalResult
  importOperator(Scope &scope, int index,
                 llvm::MutableArrayRef<mlir::Value> operands);
  mlir::LogicalResult importCall(Scope &scope, int index,
                                 const onnx::FunctionProto &function,
                                 mlir::ValueRange operands);
  mlir::LogicalResult bindResults(Scope &scope, int index,
                                  mlir::ValueRange results,
                                  OperandAdapter &adapter);
  /// Imports a body or function; returns its outputs.
  llvm::FailureOr<llvm::SmallVector<mlir::Value>> importScope(Scope &scope);
  bool reserve(const onnx::GraphProto &graph);
  std::string describe(const Scope &scope, int index) const;

  llvm::StringRef directory;
  mlir::Location loc;
  mlir::OpBuilder &builder;
  FunctionTable functions;
  GraphOrders orders;
  ConstantEvaluator evaluator;
  mlir::Operation *lastConstant = nullptr;
  llvm::DenseMap<const onnx::TensorProto *, mlir::Value> initializers;
  /// Results of nodes without operands: one for all iterations of a loop.
  llvm::DenseMap<const onnx::NodeProto *, llvm::SmallVector<mlir::Value>>
      sources;
  int64_t checked = 0, unrolled = 0; // nodes in bodies and functions

  /// Names of nodes that the model may have but edgecc cannot import, and why.
  llvm::SetVector<std::pair<mlir::StringAttr, mlir::StringAttr>> unsupported;
};

} // namespace edgecc::importer

#endif // EDGECC_COMPILER_IMPORT_GRAPHIMPORTER_H
