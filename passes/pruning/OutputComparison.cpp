//===- OutputComparison.cpp - What outputs lose ---------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OutputComparison.h"

#include "edgecc/Dialect/Edge/Edge.h"
#include "edgecc/Reference/Interpreter.h"

#include <cmath>

using namespace mlir;
using namespace edgecc;
using namespace edgecc::pruning;
using reference::Tensor;

/// What outputs are compared by: themselves, or what a softmax at the end
/// makes them from.
static SmallVector<Value> getComparedValues(func::FuncOp function) {
  SmallVector<Value> values;
  for (Value value :
       function.getBody().front().getTerminator()->getOperands()) {
    if (auto softmax = value.getDefiningOp<edge::SoftmaxOp>())
      value = softmax.getInput();
    if (getElementTypeOrSelf(value.getType()).isF32())
      values.push_back(value);
  }
  return values;
}

FailureOr<OutputComparison::Outputs>
OutputComparison::run(func::FuncOp function) const {
  auto interpreter = reference::Interpreter::create(function);
  if (failed(interpreter))
    return failure();
  SmallVector<Value> compared = getComparedValues(function);
  Outputs found;
  for (const std::vector<Tensor> &sample : samples) {
    llvm::DenseMap<Value, Tensor> seen;
    auto outputs = interpreter->run(sample, [&](Value value, const Tensor &x) {
      if (llvm::is_contained(compared, value))
        seen[value] = x;
    });
    if (failed(outputs))
      return failure();
    std::vector<Tensor> &tensors = found.emplace_back();
    for (Value value : compared)
      tensors.push_back(seen[value]);
  }
  return found;
}

/// The sum of squares over all samples, or of what is left of them without each
/// element's mean.
static double getSignal(ArrayRef<std::vector<Tensor>> outputs, size_t output,
                        bool isCentred) {
  std::vector<double> sums;
  double squares = 0;
  for (const std::vector<Tensor> &sample : outputs) {
    // A value that is a constant is never seen.
    if (sample[output].getRawData().empty())
      return 0;
    ArrayRef<float> values = sample[output].getData<float>();
    sums.resize(values.size());
    for (auto [sum, value] : llvm::zip_equal(sums, values)) {
      sum += double(value);
      squares += double(value) * double(value);
    }
  }
  double means = 0;
  for (double sum : sums)
    means += sum * sum / double(outputs.size());
  // Of one sample, and of what is constant, nothing would be left.
  bool isConstant = squares - means <= 1e-9 * squares;
  return isCentred && !isConstant ? squares - means : squares;
}

FailureOr<OutputComparison> OutputComparison::create(func::FuncOp function,
                                                     SampleList samples,
                                                     Scale scale) {
  OutputComparison comparison(samples);
  auto expected = comparison.run(function);
  if (failed(expected))
    return failure();
  comparison.expected = std::move(*expected);
  size_t outputs = getComparedValues(function).size();
  for (size_t output = 0; !samples.empty() && output != outputs; ++output)
    comparison.signals.push_back(
        getSignal(comparison.expected, output, scale == Scale::Variance));
  return comparison;
}

FailureOr<double> OutputComparison::measure(func::FuncOp other) const {
  auto found = run(other);
  if (failed(found))
    return failure();
  double noise = 0;
  for (auto [output, signal] : llvm::enumerate(signals)) {
    if (!(signal > 0.0))
      continue;
    double error = 0;
    for (auto [exact, rough] : llvm::zip_equal(expected, *found))
      for (auto [a, b] :
           llvm::zip_equal(exact[output].getData<float>(),
                           std::as_const(rough[output]).getData<float>()))
        error += double(a - b) * double(a - b);
    noise += error / signal;
  }
  // What is no number is as bad as can be.
  return std::isfinite(noise) ? noise : HUGE_VAL;
}
