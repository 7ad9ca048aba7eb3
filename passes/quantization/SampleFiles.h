//===- SampleFiles.h - Samples that passes read -----------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_PASSES_QUANTIZATION_SAMPLEFILES_H
#define EDGECC_PASSES_QUANTIZATION_SAMPLEFILES_H

#include "edgecc/Reference/Tensor.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace edgecc::quantization {

/// The samples of all inputs, sample by sample, one tensor per argument. Each
/// entry of `given` is NAME=FILE.npy, or FILE.npy by position; a file's first
/// axis counts samples. On failure, a diagnostic at the function says what is
/// missing.
llvm::FailureOr<std::vector<std::vector<reference::Tensor>>>
readSampleFiles(mlir::func::FuncOp func, llvm::ArrayRef<std::string> given);

/// Fails, with a diagnostic, if no operation has a range.
llvm::LogicalResult checkCalibrated(mlir::func::FuncOp func);

} // namespace edgecc::quantization

#endif // EDGECC_PASSES_QUANTIZATION_SAMPLEFILES_H
