//===- Interpreter.cpp - Executes a function of edge operations -----------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Reference/Interpreter.h"

#include "edgecc/Dialect/Edge/Edge.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::reference;

//===----------------------------------------------------------------------===//
// Preparation
//===----------------------------------------------------------------------===//

LogicalResult Interpreter::addStep(Operation &op) {
  if (auto ret = dyn_cast<func::ReturnOp>(op)) {
    for (Value value : ret.getOperands())
      returned.push_back(indices.lookup(value));
    return success();
  }
  if (!isa<edge::EvaluableOpInterface>(op))
    return op.emitOpError("cannot be interpreted: only edge operations have "
                          "reference semantics");
  Step step{&op, {}, {}, {}};
  for (Value operand : op.getOperands())
    step.operands.push_back(indices.lookup(operand));
  for (Value result : op.getResults()) {
    indices[result] = initial.size();
    step.results.push_back(initial.size());
    initial.emplace_back();
  }
  auto constant = dyn_cast<edge::ConstantOp>(op);
  if (!constant) {
    steps.push_back(std::move(step));
    return success();
  }
  return constant.evaluate({}, initial.back());
}

/// Values die after the step that uses them last; unused results at once.
void Interpreter::findLastUses() {
  std::vector<bool> used(initial.size(), false);
  for (unsigned value : returned)
    used[value] = true;
  for (Step &step : llvm::reverse(steps))
    for (unsigned value :
         llvm::concat<const unsigned>(step.operands, step.results)) {
      if (!used[value])
        step.dead.push_back(value);
      used[value] = true;
    }
}

FailureOr<Interpreter> Interpreter::create(func::FuncOp function) {
  if (!function.getBody().hasOneBlock())
    return function.emitOpError("cannot be interpreted: its body is not one "
                                "block");
  Interpreter interpreter(function);
  for (BlockArgument argument : function.getArguments()) {
    if (!isa<RankedTensorType>(argument.getType()))
      return function.emitOpError("cannot be interpreted: argument ")
             << argument.getArgNumber() << " is no tensor";
    interpreter.indices[argument] = interpreter.initial.size();
    interpreter.initial.emplace_back();
  }
  bool failedAny = false;
  for (Operation &op : function.getBody().front())
    failedAny |= failed(interpreter.addStep(op));
  if (failedAny)
    return failure();
  interpreter.findLastUses();
  return interpreter;
}

//===----------------------------------------------------------------------===//
// Execution
//===----------------------------------------------------------------------===//

LogicalResult Interpreter::checkInputs(ArrayRef<Tensor> inputs) const {
  func::FuncOp func = function;
  if (inputs.size() != func.getNumArguments())
    return func.emitOpError("takes ")
           << func.getNumArguments() << " inputs, not " << inputs.size();
  for (auto [input, argument] : llvm::zip_equal(inputs, func.getArguments()))
    if (input.getType() != argument.getType())
      return func.emitOpError("takes ")
             << argument.getType() << " as input " << argument.getArgNumber()
             << ", not " << input.getType();
  return success();
}

LogicalResult Interpreter::runStep(const Step &step,
                                   std::vector<Tensor> &values,
                                   Observer observer) const {
  SmallVector<Tensor> operands, results;
  for (unsigned operand : step.operands)
    operands.push_back(values[operand]);
  for (Value result : step.op->getResults())
    results.emplace_back(cast<RankedTensorType>(result.getType()));
  if (failed(cast<edge::EvaluableOpInterface>(step.op).evaluate(operands,
                                                                results)))
    return failure();
  for (auto [index, result] : llvm::enumerate(results)) {
    if (observer)
      observer(step.op->getResult(index), result);
    values[step.results[index]] = std::move(result);
  }
  for (unsigned value : step.dead)
    values[value] = Tensor();
  return success();
}

/// Takes the results of a step over, if all of them are known.
bool Interpreter::takeKnown(const Step &step, std::vector<Tensor> &values,
                            Known known) {
  SmallVector<const Tensor *> results;
  for (Value result : step.op->getResults())
    results.push_back(known ? known(result) : nullptr);
  if (results.empty() || llvm::is_contained(results, nullptr))
    return false;
  for (auto [index, result] : llvm::zip_equal(step.results, results))
    values[index] = *result;
  return true;
}

FailureOr<SmallVector<Tensor>> Interpreter::run(ArrayRef<Tensor> inputs,
                                                Observer observer,
                                                Known known) const {
  if (failed(checkInputs(inputs)))
    return failure();
  std::vector<Tensor> values = initial;
  llvm::copy(inputs, values.begin());
  for (BlockArgument argument : func::FuncOp(function).getArguments())
    if (observer)
      observer(argument, inputs[argument.getArgNumber()]);
  for (const Step &step : steps)
    if (!takeKnown(step, values, known) &&
        failed(runStep(step, values, observer)))
      return failure();
  SmallVector<Tensor> outputs;
  for (unsigned value : returned)
    outputs.push_back(values[value]);
  return outputs;
}
