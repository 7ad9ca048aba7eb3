//===- Samples.h - Samples and labels of a model's inputs -------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_REFERENCE_SAMPLES_H
#define EDGECC_REFERENCE_SAMPLES_H

#include "edgecc/Reference/Tensor.h"

#include "llvm/Support/Error.h"

#include <vector>

namespace edgecc::reference {

/// Reads the samples of the input `inputName` from a .npy file. The first axis
/// counts samples; the rest is the input's shape, with or without its leading
/// 1. Floats of 64 bits are taken for an input of 32 bits. No samples, another
/// shape or type, and NaN or infinity are errors that say what was found and
/// what is needed.
llvm::Expected<std::vector<Tensor>>
loadSamples(llvm::StringRef path, mlir::RankedTensorType inputType,
            llvm::StringRef inputName);

/// Reads one class number per sample from a .npy file of integers, or of floats
/// that are whole numbers; axes of size 1 do not matter.
llvm::Expected<std::vector<int64_t>> loadLabels(llvm::StringRef path);

} // namespace edgecc::reference

#endif // EDGECC_REFERENCE_SAMPLES_H
