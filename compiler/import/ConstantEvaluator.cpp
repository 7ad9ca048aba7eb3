//===- ConstantEvaluator.cpp - Values known at import ---------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "NodeImporter.h"

#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::importer;

/// Elements that are evaluated in one import. More are no shape arithmetic and
/// no weights for a small device, but a file made to exhaust memory.
static constexpr int64_t kMaxEvaluated = int64_t(1) << 28;

bool ConstantEvaluator::evaluateOperation(Operation *op) {
  auto evaluable = cast<edge::EvaluableOpInterface>(op);
  SmallVector<reference::Tensor> operands, results;
  for (Value operand : op->getOperands())
    operands.push_back(known.find(operand)->second);
  for (Value result : op->getResults())
    results.emplace_back(typeOf(result));
  // What cannot be evaluated is not constant; that is no error by itself.
  ScopedDiagnosticHandler silence(op->getContext(),
                                  [](Diagnostic &) { return success(); });
  if (failed(evaluable.evaluate(operands, results)))
    return false;
  for (auto [value, tensor] : llvm::zip_equal(op->getResults(), results))
    known.try_emplace(value, std::move(tensor));
  return true;
}

/// The operations that `value` follows from and that are not evaluated yet, or
/// nothing where one of them depends on an input. A worklist, because chains
/// in a file can be longer than the stack.
static std::optional<llvm::SetVector<Operation *>>
collectSources(Value value,
               const llvm::DenseMap<Value, reference::Tensor> &known,
               int64_t &budget) {
  llvm::SetVector<Operation *> sources;
  SmallVector<Value> worklist{value};
  while (!worklist.empty()) {
    Value next = worklist.pop_back_val();
    if (known.contains(next))
      continue;
    Operation *op = next.getDefiningOp();
    std::optional<int64_t> count = countElements(typeOf(next).getShape());
    if (!isa_and_nonnull<edge::EvaluableOpInterface>(op) || !count ||
        *count > budget)
      return std::nullopt;
    if (!sources.insert(op))
      continue;
    budget -= *count;
    llvm::append_range(worklist, op->getOperands());
  }
  return sources;
}

std::optional<reference::Tensor> ConstantEvaluator::evaluate(Value value) {
  int64_t rest = kMaxEvaluated - evaluated;
  auto sources = collectSources(value, known, rest);
  if (!sources)
    return std::nullopt;
  evaluated = kMaxEvaluated - rest;
  SmallVector<Operation *> order = sources->takeVector();
  llvm::sort(order,
             [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });
  for (Operation *op : order) {
    if (isa<edge::ConstantOp>(op)) {
      std::optional<reference::Tensor> tensor =
          edge::getConstantTensor(op->getResult(0));
      if (!tensor)
        return std::nullopt;
      known.try_emplace(op->getResult(0), std::move(*tensor));
    } else if (!evaluateOperation(op)) {
      return std::nullopt;
    }
  }
  return known.find(value)->second;
}
