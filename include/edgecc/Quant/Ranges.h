//===- Ranges.h - The values a tensor takes ------------------- -*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_QUANT_RANGES_H
#define EDGECC_QUANT_RANGES_H

#include "edgecc/Quant/Precision.h"

#include "mlir/Dialect/Quant/QuantTypes.h"
#include "mlir/IR/Value.h"

#include <optional>

namespace edgecc::quantization {

/// Names of the attributes that carry ranges through the IR.
inline constexpr llvm::StringLiteral kRangesAttr = "edge.ranges"; // per result
inline constexpr llvm::StringLiteral kRangeAttr =
    "edge.range"; // of an argument
/// All that was seen, where the range does not cover it. int16 cuts nothing.
inline constexpr llvm::StringLiteral kExtentsAttr = "edge.extents";
inline constexpr llvm::StringLiteral kExtentAttr = "edge.extent";

/// Types of int16 cover so many times what was seen: a bit of sixteen, which is
/// not missed, against clipping of what samples did not show.
inline constexpr double kWideHeadroom = 2.0;

/// The real values that a tensor is expected to take.
struct Range {
  double min = 0.0, max = 0.0;

  bool isFinite() const;
  void join(Range other);
  /// Limits both bounds to those of `limits`, which are not in reverse order.
  void intersect(Range limits);
};

/// Which of the values that a tensor took its range covers.
enum class RangeMethod {
  MinMax,     ///< everything that was seen
  Percentile, ///< all but the most extreme values
  Mse,        ///< what quantizes with the least squared error
  Entropy,    ///< what keeps the distribution of values (Kullback-Leibler)
  Output,     ///< of the above, what costs the outputs of its consumers least
};

/// The range that calibration recorded for a value: `edge.ranges` of the
/// operation that computes it, `edge.range` of a function's argument.
std::optional<Range> getRange(mlir::Value value);
void setRange(mlir::Value value, Range range);

/// All that calibration has seen of a value: `edge.extents` or `edge.extent`,
/// or else its range.
std::optional<Range> getExtent(mlir::Value value);
void setExtent(mlir::Value value, Range extent);

/// The type of activations that covers a range, which is first extended to
/// include zero: padding and ReLU need an exact zero. int8 is asymmetric, with
/// a rounded zero point; int16, for precisions with wide activations, is
/// symmetric. The scale is a float, because that is what generated code
/// computes with. A range of zeros only gives scale 1. The range has to be
/// finite.
mlir::quant::UniformQuantizedType
chooseType(mlir::MLIRContext *context, Range range,
           Precision precision = Precision::S8);

} // namespace edgecc::quantization

#endif // EDGECC_QUANT_RANGES_H
