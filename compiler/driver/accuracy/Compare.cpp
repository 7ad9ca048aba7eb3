//===- Compare.cpp - Generated code against the interpreter ---------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Compare.h"

#include "command/Diagnostics.h"

#include "edgecc/Dialect/Edge/Edge.h"

#include "llvm/Support/raw_ostream.h"

#include <cmath>

using namespace edgecc;
using namespace edgecc::driver;
using namespace llvm;
using edgecc::reference::Tensor;

/// The elements as they are stored, for comparison and messages.
static std::vector<double> getStored(const Tensor &tensor) {
  mlir::Type type = edge::getStorageType(tensor.getElementType());
  auto read = [](auto values) {
    return std::vector<double>(values.begin(), values.end());
  };
  if (type.isF32())
    return read(tensor.getData<float>());
  if (type.isF64())
    return read(tensor.getData<double>());
  switch (reference::getElementBytes(type)) {
  case 8:
    return read(tensor.getData<int64_t>());
  case 4:
    return read(tensor.getData<int32_t>());
  case 2:
    return read(tensor.getData<int16_t>());
  default:
    return read(tensor.getData<int8_t>());
  }
}

/// The largest magnitude, which differences are measured against.
static double getScale(ArrayRef<double> values) {
  double scale = 0;
  for (double value : values)
    if (std::isfinite(value))
      scale = std::max(scale, std::fabs(value));
  return scale > 0 ? scale : 1;
}

static double getDifference(double expected, double actual, double scale) {
  if (expected == actual || (std::isnan(expected) && std::isnan(actual)))
    return 0;
  double difference = std::fabs(expected - actual) / scale;
  return std::isnan(difference) ? HUGE_VAL : difference;
}

/// "[0, 3, 1]" of an element's position in row-major order.
static std::string describeIndex(size_t flat, ArrayRef<int64_t> shape) {
  SmallVector<int64_t> indices(shape.size());
  for (size_t axis = shape.size(); axis-- > 0;) {
    indices[axis] = int64_t(flat) % shape[axis];
    flat /= size_t(shape[axis]);
  }
  std::string text;
  raw_string_ostream os(text);
  os << '[';
  interleaveComma(indices, os);
  os << ']';
  return text;
}

Error OutputComparison::compare(const Sample &expected, const Sample &actual,
                                size_t sampleIndex) {
  for (auto [output, tensor] : enumerate(expected)) {
    std::vector<double> wanted = getStored(tensor);
    std::vector<double> found = getStored(actual[output]);
    double scale = getScale(wanted);
    double tolerance = getTolerance(exactness[output]);
    for (size_t i = 0; i < wanted.size(); ++i) {
      double difference = getDifference(wanted[i], found[i], scale);
      largest = std::max(largest, difference);
      if (difference <= tolerance)
        continue;
      std::string message;
      raw_string_ostream(message)
          << "--verify: output '" << getOutputName(function, unsigned(output))
          << "' " << describeIndex(i, tensor.getShape()) << " of sample "
          << sampleIndex << " is " << found[i]
          << ", but the reference interpreter computes " << wanted[i];
      return makeError(InternalError, message);
    }
  }
  return Error::success();
}

bool OutputComparison::isExact() const {
  return all_of(exactness,
                [](Exactness each) { return each == Exactness::Bits; });
}
