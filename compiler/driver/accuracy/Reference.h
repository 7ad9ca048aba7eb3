//===- Reference.h - Runs models on samples of the ONNX model ---*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_DRIVER_ACCURACY_REFERENCE_H
#define EDGECC_DRIVER_ACCURACY_REFERENCE_H

#include "Samples.h"

#include "edgecc/Reference/Interpreter.h"

namespace edgecc::driver {

/// Which inputs and outputs of a compiled model are channels-last where the
/// ONNX model's are channels-first.
struct IoLayout {
  std::vector<bool> inputs, outputs;
};

/// Where a function takes and gives its tensors: compared before and after
/// `edge-channels-last-io`, it tells what the pass has changed.
class IoLayoutProbe {
public:
  explicit IoLayoutProbe(mlir::func::FuncOp function);
  IoLayout compareWith(mlir::func::FuncOp changed) const;

private:
  std::vector<mlir::Type> inputTypes, outputTypes;
  std::vector<bool> inputTransposed, outputTransposed;
};

/// The reference execution of a model at any stage. Samples and outputs are
/// those of the ONNX model; what the stage's own inputs and outputs are like,
/// quantized or channels-last, the runner knows.
class ReferenceRunner {
public:
  using Observer = reference::Interpreter::Observer;

  static llvm::Expected<ReferenceRunner> create(mlir::func::FuncOp function,
                                                IoLayout layout = {});

  /// The sample as the function takes it.
  Sample adaptInputs(const Sample &sample) const;
  /// The function's results for `inputs` that adaptInputs made.
  llvm::Expected<Sample> runAdapted(const Sample &inputs,
                                    Observer observer = {}) const;
  /// Results in the ONNX model's types and shapes.
  Sample adaptOutputs(const Sample &outputs) const;

  /// All of it, sample by sample. State begins with zero and is carried on.
  llvm::Expected<SampleSet> run(const SampleSet &samples) const;

private:
  ReferenceRunner(reference::Interpreter interpreter, IoLayout layout)
      : interpreter(std::move(interpreter)), layout(std::move(layout)) {}

  reference::Interpreter interpreter;
  IoLayout layout;
};

} // namespace edgecc::driver

#endif // EDGECC_DRIVER_ACCURACY_REFERENCE_H
