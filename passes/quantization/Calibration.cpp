//===- Calibration.cpp - Ranges from samples ------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Quant/Calibration.h"

#include "edgecc/Dialect/Edge/Edge.h"
#include "edgecc/Quant/Histogram.h"
#include "edgecc/Reference/Interpreter.h"

#include "llvm/ADT/MapVector.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::quantization;

static Range chooseRange(const Histogram &histogram,
                         const CalibrationOptions &options) {
  switch (options.method) {
  case RangeMethod::MinMax:
    return histogram.getRange();
  case RangeMethod::Percentile:
    return histogram.getPercentileRange(options.percentile);
  case RangeMethod::Mse:
    return histogram.getMseRange();
  }
  llvm_unreachable("all methods are handled");
}

/// Constants need no statistics: their values are known.
static bool isObserved(Value value) {
  return getElementTypeOrSelf(value.getType()).isF32() &&
         !value.getDefiningOp<edge::ConstantOp>();
}

static Location getLocation(Value value) {
  return isa<BlockArgument>(value) ? value.getParentRegion()->getLoc()
                                   : value.getLoc();
}

LogicalResult
quantization::calibrate(func::FuncOp func,
                        ArrayRef<std::vector<reference::Tensor>> samples,
                        const CalibrationOptions &options) {
  if (samples.empty())
    return func.emitError("calibration needs at least one sample");
  FailureOr<reference::Interpreter> interpreter =
      reference::Interpreter::create(func);
  if (failed(interpreter))
    return failure();

  llvm::MapVector<Value, Histogram> histograms;
  auto observe = [&](Value value, const reference::Tensor &tensor) {
    if (isObserved(value))
      histograms[value].add(tensor.getData<float>());
  };
  for (auto [index, sample] : llvm::enumerate(samples)) {
    for (auto [argument, tensor] : llvm::zip(func.getArguments(), sample))
      observe(argument, tensor);
    if (failed(interpreter->run(sample, observe)))
      return failure();
    if (options.progress)
      options.progress(index + 1);
  }

  for (auto &[value, histogram] : histograms) {
    if (histogram.getNumNonFinite() != 0)
      emitWarning(getLocation(value))
          << "calibration met " << histogram.getNumNonFinite()
          << " values that are infinite or not a number; they are ignored";
    if (!histogram.empty())
      setRange(value, chooseRange(histogram, options));
  }
  return success();
}
