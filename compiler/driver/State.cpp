//===- State.cpp - State that the generated code keeps --------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "State.h"

#include "edgecc/Dialect/Edge/State.h"

using namespace edgecc;
using namespace edgecc::driver;
using namespace llvm;

bool driver::isStateInput(mlir::func::FuncOp function, unsigned index) {
  return bool(function.getArgAttr(index, edge::kStateAttr));
}

StateCarrier::StateCarrier(mlir::func::FuncOp function) {
  DenseMap<mlir::Attribute, unsigned> outputs;
  for (unsigned i = 0, e = function.getNumResults(); i != e; ++i)
    if (mlir::Attribute state = function.getResultAttr(i, edge::kStateAttr))
      outputs[state] = i;
  for (auto [index, type] : enumerate(function.getArgumentTypes()))
    if (mlir::Attribute state = function.getArgAttr(index, edge::kStateAttr)) {
      reference::Tensor zero(cast<mlir::RankedTensorType>(type));
      states.push_back({unsigned(index), outputs.lookup(state),
                        edge::getInitialState(function, index).value_or(zero)});
    }
}

void StateCarrier::fill(Sample &inputs) const {
  for (const State &state : states)
    inputs[state.input] = state.value;
}

void StateCarrier::update(const Sample &outputs) {
  for (State &state : states)
    state.value = outputs[state.output];
}

bool StateCarrier::isInput(size_t index) const {
  return any_of(states,
                [&](const State &state) { return state.input == index; });
}

bool StateCarrier::isOutput(size_t index) const {
  return any_of(states,
                [&](const State &state) { return state.output == index; });
}
