//===- Calibration.h - Ranges from samples -------------------- -*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_QUANT_CALIBRATION_H
#define EDGECC_QUANT_CALIBRATION_H

#include "edgecc/Quant/Ranges.h"
#include "edgecc/Reference/Tensor.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace edgecc::quantization {

struct CalibrationOptions {
  RangeMethod method = RangeMethod::Mse;
  /// Of the values, in percent, that `Percentile` keeps.
  double percentile = 99.99;
  /// Called after each sample with the number of samples done.
  llvm::function_ref<void(size_t)> progress = nullptr;
};

/// Runs the function on samples (sample by sample, one tensor per argument) and
/// records at every argument and result of f32 which range it takes.
llvm::LogicalResult
calibrate(mlir::func::FuncOp func,
          llvm::ArrayRef<std::vector<reference::Tensor>> samples,
          const CalibrationOptions &options = {});

} // namespace edgecc::quantization

#endif // EDGECC_QUANT_CALIBRATION_H
