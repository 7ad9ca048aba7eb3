//===- State.h - State that the generated code keeps ------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_DRIVER_STATE_H
#define EDGECC_DRIVER_STATE_H

#include "accuracy/Samples.h"

namespace edgecc::driver {

/// Whether an input of a function is state (--stateful): no sample has it.
bool isStateInput(mlir::func::FuncOp function, unsigned index);

/// Carries state from one run of a model to the next, as the generated code
/// does: zero before the first, or what `--stateful` gives.
class StateCarrier {
public:
  explicit StateCarrier(mlir::func::FuncOp function);

  bool isEmpty() const { return states.empty(); }
  /// Puts the state into the places of the inputs that are state.
  void fill(Sample &inputs) const;
  /// Takes the new state from the outputs.
  void update(const Sample &outputs);

  bool isInput(size_t index) const;
  bool isOutput(size_t index) const;

private:
  struct State {
    unsigned input, output;
    reference::Tensor value;
  };
  std::vector<State> states;
};

} // namespace edgecc::driver

#endif // EDGECC_DRIVER_STATE_H
