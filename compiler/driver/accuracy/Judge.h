//===- Judge.h - How good a model's outputs are -----------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_DRIVER_ACCURACY_JUDGE_H
#define EDGECC_DRIVER_ACCURACY_JUDGE_H

#include "Samples.h"

#include "edgecc/Reference/Metrics.h"
#include "edgecc/Reference/Samples.h"

namespace edgecc::driver {

struct Session;

/// Measures outputs of the model, at any stage of compilation, by the metric
/// that the options ask for, and compares with the float model. Labels and
/// targets belong to the first output; where outputs are compared with the
/// float model's, the worst of them counts. State (--stateful) is no output.
class Judge {
public:
  /// Reads labels and runs the imported model on the evaluation samples.
  static llvm::Expected<Judge> create(const Session &session);

  /// The same on some of the samples.
  llvm::Expected<Judge> take(llvm::ArrayRef<size_t> indices) const;

  reference::Metric getMetric() const { return metric; }
  const SampleSet &getSamples() const { return samples; }
  /// What the float model reaches.
  double getFloatValue() const { return floatValue; }
  /// What a model with these outputs, one entry per sample, reaches.
  llvm::Expected<double> getValue(const SampleSet &outputs) const;
  /// The same for each of the outputs that count, by number.
  llvm::Expected<std::vector<std::pair<size_t, double>>>
  getOutputValues(const SampleSet &outputs) const;
  /// How much worse than the float model's a value is, in points.
  double getDrop(double value) const;

private:
  explicit Judge(reference::Metric metric) : metric(metric) {}
  llvm::Error readLabels(const Session &session);
  llvm::Error measureFloat();
  llvm::Expected<double> getOutputValue(const SampleSet &outputs,
                                        size_t index) const;

  reference::Metric metric;
  reference::Labels labels;
  /// What the first output should be, from a file.
  std::vector<reference::Tensor> targets;
  SampleSet samples, floatOutputs;
  /// The outputs that count.
  std::vector<size_t> judged;
  double floatValue = 0;
};

} // namespace edgecc::driver

#endif // EDGECC_DRIVER_ACCURACY_JUDGE_H
