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
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace edgecc::quantization {

struct CalibrationOptions {
  RangeMethod method = RangeMethod::Mse;
  /// Of the values, in percent, that `Percentile` keeps.
  double percentile = 99.99;
  /// Whether int8 types get the zero point 0.
  bool symmetric = false;
  /// Called after each sample with the number of samples done.
  llvm::function_ref<void(size_t)> progress = nullptr;
};

/// Runs the function on samples (sample by sample, one tensor per argument) and
/// records at every argument and result of f32 which range it takes.
llvm::LogicalResult
calibrate(mlir::func::FuncOp func,
          llvm::ArrayRef<std::vector<reference::Tensor>> samples,
          const CalibrationOptions &options = {});

/// The ranges to choose from for values, without duplicates.
using RangeCandidates =
    llvm::MapVector<mlir::Value, llvm::SmallVector<Range, 4>>;

/// For each value the candidate with which int8 disturbs the results of the
/// operations that take it least, relative to their size, on some of the
/// samples. What is only moved takes the range of where it goes.
llvm::FailureOr<llvm::DenseMap<mlir::Value, Range>>
chooseRangesByOutput(mlir::func::FuncOp func,
                     llvm::ArrayRef<std::vector<reference::Tensor>> samples,
                     const RangeCandidates &candidates);

} // namespace edgecc::quantization

#endif // EDGECC_QUANT_CALIBRATION_H
