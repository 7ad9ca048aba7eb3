//===- Calibration.cpp - Ranges from samples ------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Quant/Calibration.h"

#include "MaskedScores.h"
#include "StateExtents.h"

#include "edgecc/Dialect/Edge/Edge.h"
#include "edgecc/Quant/Histogram.h"
#include "edgecc/Reference/Interpreter.h"

#include "llvm/ADT/MapVector.h"

#include <cmath>

using namespace mlir;
using namespace edgecc;
using namespace edgecc::quantization;

static Range chooseRange(const Histogram &histogram, RangeMethod method,
                         double percentile) {
  switch (method) {
  case RangeMethod::MinMax:
    return histogram.getRange();
  case RangeMethod::Percentile:
    return histogram.getPercentileRange(percentile);
  case RangeMethod::Mse:
    return histogram.getMseRange();
  case RangeMethod::Entropy:
    return histogram.getEntropyRange();
  case RangeMethod::Output:
    break;
  }
  llvm_unreachable("what chooses between methods has no range of its own");
}

/// The range of the same zero point whatever the values are: 0.
static Range makeSymmetric(Range range) {
  double bound = std::max(std::abs(range.min), std::abs(range.max));
  return {-bound * 128.0 / 127.0, bound};
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

static RangeCandidates collectCandidates(const Histograms &histograms,
                                         const CalibrationOptions &options) {
  RangeCandidates candidates;
  for (const auto &[value, histogram] : histograms) {
    if (histogram.empty())
      continue;
    for (RangeMethod method : {RangeMethod::Mse, RangeMethod::MinMax,
                               RangeMethod::Percentile, RangeMethod::Entropy}) {
      Range range = chooseRange(histogram, method, options.percentile);
      if (options.symmetric)
        range = makeSymmetric(range);
      auto isSame = [&](Range other) {
        return other.min == range.min && other.max == range.max;
      };
      if (llvm::none_of(candidates[value], isSame))
        candidates[value].push_back(range);
    }
  }
  return candidates;
}

static LogicalResult setRanges(func::FuncOp func,
                               ArrayRef<std::vector<reference::Tensor>> samples,
                               const Histograms &histograms,
                               const CalibrationOptions &options) {
  if (options.method == RangeMethod::Output) {
    auto chosen = chooseRangesByOutput(func, samples,
                                       collectCandidates(histograms, options));
    if (failed(chosen))
      return failure();
    for (auto [value, range] : *chosen)
      setRange(value, range);
    return success();
  }
  for (const auto &[value, histogram] : histograms) {
    if (histogram.empty())
      continue;
    Range range = chooseRange(histogram, options.method, options.percentile);
    setRange(value, options.symmetric ? makeSymmetric(range) : range);
  }
  return success();
}

/// All that was seen, of values whose range leaves some of it out.
static void setExtents(func::FuncOp func, const Histograms &histograms) {
  for (Operation &op : func.getBody().front())
    op.removeAttr(kExtentsAttr);
  for (BlockArgument argument : func.getArguments())
    func.removeArgAttr(argument.getArgNumber(), kExtentAttr);
  for (const auto &[value, histogram] : histograms) {
    std::optional<Range> range = getRange(value);
    if (histogram.empty() || !range)
      continue;
    Range extent = histogram.getRange();
    if (extent.min < range->min || extent.max > range->max)
      setExtent(value, extent);
  }
}

namespace {
/// What all values have been, for int8 (ranges) and for int16 (extents).
class ValueObserver {
public:
  explicit ValueObserver(func::FuncOp func) : scores(func) {}

  void observe(Value value, const reference::Tensor &tensor) {
    if (!isObserved(value))
      return;
    Value read = scores.find(value);
    if (!read)
      return histograms[value].add(tensor.getData<float>());
    // What is moved to softmax has the range of what softmax reads.
    if (read != value) {
      moved[value] = read;
      return;
    }
    histograms[value].add(scores.raise(value, tensor, Precision::S8));
    wide[value].add(scores.raise(value, tensor, Precision::S16x8));
  }

  const Histograms &getHistograms() const { return histograms; }

  /// The histograms of all values but those that are moved.
  Histograms getExtents() const {
    Histograms extents = histograms;
    for (const auto &[value, histogram] : wide)
      extents[value] = histogram;
    return extents;
  }

  void setMoved() const {
    for (auto [value, read] : moved) {
      if (std::optional<Range> range = getRange(read))
        setRange(value, *range);
      if (std::optional<Range> extent = getExtent(read))
        setExtent(value, *extent);
    }
  }

private:
  MaskedScores scores;
  Histograms histograms, wide;
  llvm::MapVector<Value, Value> moved;
};
} // namespace

static void warnOfNonFinite(const Histograms &histograms) {
  for (const auto &[value, histogram] : histograms)
    if (histogram.getNumNonFinite() != 0)
      emitWarning(getLocation(value))
          << "calibration met " << histogram.getNumNonFinite()
          << " values that are infinite or not a number; they are ignored";
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

  ValueObserver values(func);
  CellObserver cells(func);
  auto observe = [&](Value value, const reference::Tensor &tensor) {
    values.observe(value, tensor);
    cells.observe(value, tensor);
  };
  for (auto [index, sample] : llvm::enumerate(samples)) {
    for (auto [argument, tensor] : llvm::zip(func.getArguments(), sample))
      observe(argument, tensor);
    if (failed(interpreter->run(sample, observe)))
      return failure();
    if (options.progress)
      options.progress(index + 1);
  }

  const Histograms &histograms = values.getHistograms();
  warnOfNonFinite(histograms);
  if (failed(setRanges(func, samples, histograms, options)))
    return failure();
  setExtents(func, values.getExtents());
  setStateExtents(func, histograms, cells);
  values.setMoved();
  return success();
}
