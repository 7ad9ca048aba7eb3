//===- Interpreter.h - Executes a function of edge operations ---*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_REFERENCE_INTERPRETER_H
#define EDGECC_REFERENCE_INTERPRETER_H

#include "edgecc/Reference/Tensor.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <vector>

namespace edgecc::reference {

/// Executes a `func.func` of `edge` operations, float or quantized, with the
/// reference semantics of `EvaluableOpInterface`. It refers to the function's
/// operations: do not change the function while the interpreter is in use.
class Interpreter {
public:
  /// Sees the inputs, then every operation's results as soon as they are
  /// computed; constants are not shown.
  using Observer = llvm::function_ref<void(mlir::Value, const Tensor &)>;

  /// What is known of a value without computing it, or null.
  using Known = llvm::function_ref<const Tensor *(mlir::Value)>;

  /// Decodes the constants and finds out how long values live. Fails, with
  /// diagnostics, if the function is more than one block or has operations
  /// that cannot be evaluated; all of them are named.
  static llvm::FailureOr<Interpreter> create(mlir::func::FuncOp function);

  /// Computes the function's results. Fails, with a diagnostic, if the inputs
  /// do not have the types of the function's arguments. Operations whose
  /// results are all known are neither executed nor shown.
  llvm::FailureOr<llvm::SmallVector<Tensor>> run(llvm::ArrayRef<Tensor> inputs,
                                                 Observer observer = {},
                                                 Known known = {}) const;

  mlir::func::FuncOp getFunction() const { return function; }

private:
  /// One operation; operands and results are indices of values.
  struct Step {
    mlir::Operation *op;
    llvm::SmallVector<unsigned> operands, results;
    /// Values that nothing uses after this step.
    llvm::SmallVector<unsigned> dead;
  };

  explicit Interpreter(mlir::func::FuncOp function) : function(function) {}
  llvm::LogicalResult addStep(mlir::Operation &op);
  void findLastUses();
  llvm::LogicalResult checkInputs(llvm::ArrayRef<Tensor> inputs) const;
  static bool takeKnown(const Step &step, std::vector<Tensor> &values,
                        Known known);
  llvm::LogicalResult runStep(const Step &step, std::vector<Tensor> &values,
                              Observer observer) const;

  mlir::func::FuncOp function;
  llvm::DenseMap<mlir::Value, unsigned> indices;
  /// All values before the first step: constants have their data.
  std::vector<Tensor> initial;
  std::vector<Step> steps;
  llvm::SmallVector<unsigned> returned;
};

} // namespace edgecc::reference

#endif // EDGECC_REFERENCE_INTERPRETER_H
