//===- Calibrate.cpp - edge-calibrate -------------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SampleFiles.h"

#include "edgecc/Passes/Passes.h"
#include "edgecc/Quant/Calibration.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace edgecc {
#define GEN_PASS_DEF_EDGECALIBRATE
#include "edgecc/Passes/Passes.h.inc"
} // namespace edgecc

using namespace mlir;
using namespace edgecc;
using namespace edgecc::quantization;

namespace {
struct EdgeCalibrate : edgecc::impl::EdgeCalibrateBase<EdgeCalibrate> {
  using EdgeCalibrateBase::EdgeCalibrateBase;

  void runOnOperation() override {
    func::FuncOp func = getOperation();
    if (func.isExternal())
      return;
    auto tensors = readSampleFiles(func, *samples);
    CalibrationOptions options;
    options.method = method;
    options.percentile = percentile;
    options.symmetric = symmetric;
    if (failed(tensors) || failed(calibrate(func, *tensors, options)))
      signalPassFailure();
  }
};
} // namespace
