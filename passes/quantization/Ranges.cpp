//===- Ranges.cpp - The values a tensor takes -----------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Quant/Ranges.h"

#include "mlir/IR/Builders.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

#include <algorithm>
#include <cmath>

using namespace mlir;
using namespace edgecc;
using namespace edgecc::quantization;

bool Range::isFinite() const {
  return std::isfinite(min) && std::isfinite(max);
}

void Range::join(Range other) {
  min = std::min(min, other.min);
  max = std::max(max, other.max);
}

void Range::intersect(Range limits) {
  min = std::clamp(min, limits.min, limits.max);
  max = std::clamp(max, limits.min, limits.max);
}

static std::optional<Range> parseRange(Attribute attr) {
  auto bounds = dyn_cast_or_null<ArrayAttr>(attr);
  if (!bounds || bounds.size() != 2)
    return std::nullopt;
  auto min = dyn_cast<FloatAttr>(bounds[0]);
  auto max = dyn_cast<FloatAttr>(bounds[1]);
  if (!min || !max)
    return std::nullopt;
  return Range{min.getValueAsDouble(), max.getValueAsDouble()};
}

/// The bounds that an attribute gives for a value: `onArgument` of an argument,
/// `onResults` of the operation that computes it.
static std::optional<Range> getBounds(Value value, StringRef onArgument,
                                      StringRef onResults) {
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    auto func =
        dyn_cast<FunctionOpInterface>(argument.getOwner()->getParentOp());
    if (!func)
      return std::nullopt;
    return parseRange(func.getArgAttr(argument.getArgNumber(), onArgument));
  }
  auto result = cast<OpResult>(value);
  auto ranges = result.getOwner()->getAttrOfType<ArrayAttr>(onResults);
  if (!ranges || ranges.size() <= result.getResultNumber())
    return std::nullopt;
  return parseRange(ranges[result.getResultNumber()]);
}

static void setBounds(Value value, Range range, StringRef onArgument,
                      StringRef onResults) {
  Builder builder(value.getContext());
  ArrayAttr bounds = builder.getF64ArrayAttr({range.min, range.max});
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    cast<FunctionOpInterface>(argument.getOwner()->getParentOp())
        .setArgAttr(argument.getArgNumber(), onArgument, bounds);
    return;
  }
  auto result = cast<OpResult>(value);
  Operation *op = result.getOwner();
  SmallVector<Attribute> ranges;
  if (auto old = op->getAttrOfType<ArrayAttr>(onResults))
    llvm::append_range(ranges, old);
  // Results that are not floats have an empty entry.
  ranges.resize(op->getNumResults(), builder.getArrayAttr({}));
  ranges[result.getResultNumber()] = bounds;
  op->setAttr(onResults, builder.getArrayAttr(ranges));
}

std::optional<Range> quantization::getRange(Value value) {
  return getBounds(value, kRangeAttr, kRangesAttr);
}

void quantization::setRange(Value value, Range range) {
  setBounds(value, range, kRangeAttr, kRangesAttr);
}

std::optional<Range> quantization::getExtent(Value value) {
  std::optional<Range> extent = getBounds(value, kExtentAttr, kExtentsAttr);
  return extent ? extent : getRange(value);
}

void quantization::setExtent(Value value, Range extent) {
  setBounds(value, extent, kExtentAttr, kExtentsAttr);
}

/// Below this, products of scales would leave the range of normal floats.
static constexpr double kMinScale = 0x1p-60;

/// The scale with which `steps` steps cover `extent`, rounded up to a float, so
/// that they still do.
static float chooseScale(double extent, double steps) {
  double exact = extent > 0.0 ? std::max(extent / steps, kMinScale) : 1.0;
  float scale = float(exact);
  return double(scale) < exact ? std::nextafter(scale, INFINITY) : scale;
}

quant::UniformQuantizedType quantization::chooseType(MLIRContext *context,
                                                     Range range,
                                                     Precision precision) {
  Builder builder(context);
  range.join({0.0, 0.0});
  if (hasWideActivations(precision))
    return quant::UniformQuantizedType::get(
        quant::QuantizationFlags::Signed, builder.getIntegerType(16),
        builder.getF32Type(),
        chooseScale(std::max(range.max, -range.min), INT16_MAX), 0, INT16_MIN,
        INT16_MAX);
  float scale = chooseScale(range.max - range.min, 255.0);
  double zero = std::round(-128.0 - range.min / scale);
  return quant::UniformQuantizedType::get(
      quant::QuantizationFlags::Signed, builder.getI8Type(),
      builder.getF32Type(), scale, int64_t(std::clamp(zero, -128.0, 127.0)),
      -128, 127);
}
