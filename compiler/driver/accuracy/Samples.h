//===- Samples.h - Samples of all inputs together ---------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_DRIVER_ACCURACY_SAMPLES_H
#define EDGECC_DRIVER_ACCURACY_SAMPLES_H

#include "command/Options.h"

#include "edgecc/Reference/Tensor.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/Support/Error.h"

#include <vector>

namespace edgecc::driver {

/// One tensor for each input of the model.
using Sample = std::vector<reference::Tensor>;
using SampleSet = std::vector<Sample>;

/// The ONNX name of an input or a result.
std::string getInputName(mlir::func::FuncOp function, unsigned index);
std::string getOutputName(mlir::func::FuncOp function, unsigned index);

/// Reads the files that `option` (for messages) gave for the inputs of
/// `function`. Fails unless every input has samples, the same number of them.
/// Inputs that are state have none: their tensors are empty.
llvm::Expected<SampleSet> loadSampleSet(llvm::StringRef option,
                                        llvm::ArrayRef<InputFile> files,
                                        mlir::func::FuncOp function);

/// Whether there are several samples, and all are the same.
bool areAllEqual(llvm::ArrayRef<Sample> samples);

/// Takes every fifth sample, at most 64, out of `samples`; of a stream the end,
/// so that what follows each other stays together. Takes none of so few that
/// the rest would show too little.
SampleSet holdOut(SampleSet &samples, bool isStream);

/// Samples of pseudo-random numbers, the same every time: floats in [-1, 1],
/// integers 0 or 1, which are valid wherever an integer is an index.
SampleSet makeSamples(mlir::func::FuncOp function, uint64_t count);

} // namespace edgecc::driver

#endif // EDGECC_DRIVER_ACCURACY_SAMPLES_H
