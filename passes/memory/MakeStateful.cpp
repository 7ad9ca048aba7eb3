//===- MakeStateful.cpp - Marks pairs of inputs and outputs as state ------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Dialect/Edge/Edge.h"
#include "edgecc/Passes/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace edgecc {
#define GEN_PASS_DEF_MAKESTATEFUL
#include "edgecc/Passes/Passes.h.inc"
} // namespace edgecc

using namespace mlir;
using namespace edgecc;

/// The name in an argument's or result's attributes.
static StringRef getTensorName(DictionaryAttr attributes) {
  auto name = attributes ? attributes.getAs<StringAttr>("edge.name") : nullptr;
  return name ? name.getValue() : StringRef();
}

/// Names as ONNX has them, for messages.
static std::string listNames(ArrayRef<StringRef> names) {
  std::string list;
  for (StringRef name : names)
    list += (list.empty() ? "'" : ", '") + name.str() + "'";
  return list.empty() ? "none" : list;
}

namespace {
struct MakeStateful : edgecc::impl::MakeStatefulBase<MakeStateful> {
  using Base::Base;

  void runOnOperation() override {
    func::FuncOp func = getOperation();
    if (func.isExternal() || func.isPrivate())
      return;
    SmallVector<StringRef> inputs, outputs;
    for (unsigned i = 0, e = func.getNumArguments(); i != e; ++i)
      inputs.push_back(getTensorName(func.getArgAttrDict(i)));
    for (unsigned i = 0, e = func.getNumResults(); i != e; ++i)
      outputs.push_back(getTensorName(func.getResultAttrDict(i)));
    for (auto [number, pair] : llvm::enumerate(pairs))
      if (failed(mark(func, pair, inputs, outputs, number)))
        return signalPassFailure();
    if (!pairs.empty() && failed(checkRest(func)))
      signalPassFailure();
  }

  /// The position of IN and OUT in "IN=OUT". Names may contain "=", so that
  /// every place to split at is tried.
  static FailureOr<std::pair<unsigned, unsigned>>
  findPair(func::FuncOp func, StringRef pair, ArrayRef<StringRef> inputs,
           ArrayRef<StringRef> outputs) {
    for (size_t at = pair.find('='); at != StringRef::npos;
         at = pair.find('=', at + 1)) {
      auto input = llvm::find(inputs, pair.take_front(at));
      auto output = llvm::find(outputs, pair.drop_front(at + 1));
      if (input != inputs.end() && output != outputs.end())
        return std::pair<unsigned, unsigned>(input - inputs.begin(),
                                             output - outputs.begin());
    }
    auto [input, output] = pair.split('=');
    if (!llvm::is_contained(inputs, input))
      return func.emitError("--stateful ")
             << pair << ": the model has no input '" << input
             << "'; its inputs are " << listNames(inputs);
    return func.emitError("--stateful ")
           << pair << ": the model has no output '" << output
           << "'; its outputs are " << listNames(outputs);
  }

  static LogicalResult mark(func::FuncOp func, StringRef pair,
                            ArrayRef<StringRef> inputs,
                            ArrayRef<StringRef> outputs, int64_t number) {
    auto found = findPair(func, pair, inputs, outputs);
    if (failed(found))
      return failure();
    auto [input, output] = *found;
    if (func.getArgAttr(input, edge::kStateAttr) ||
        func.getResultAttr(output, edge::kStateAttr))
      return func.emitError("--stateful ")
             << pair << ": an input or output is in two pairs";
    Type before = func.getArgumentTypes()[input];
    Type after = func.getResultTypes()[output];
    if (before != after)
      return func.emitError("--stateful ")
             << pair << ": '" << inputs[input] << "' has type " << before
             << ", but '" << outputs[output] << "' has " << after;
    auto attr =
        IntegerAttr::get(IntegerType::get(func.getContext(), 64), number);
    func.setArgAttr(input, edge::kStateAttr, attr);
    func.setResultAttr(output, edge::kStateAttr, attr);
    return success();
  }

  /// Something has to come in and to go out.
  LogicalResult checkRest(func::FuncOp func) {
    if (pairs.size() < func.getNumArguments() &&
        pairs.size() < func.getNumResults())
      return success();
    return func.emitError("--stateful: all inputs or all outputs would be "
                          "state; one of each has to be left");
  }
};
} // namespace
