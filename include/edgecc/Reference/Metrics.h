//===- Metrics.h - How good outputs are -------------------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_REFERENCE_METRICS_H
#define EDGECC_REFERENCE_METRICS_H

#include "edgecc/Reference/Samples.h"
#include "edgecc/Reference/Tensor.h"

#include "llvm/Support/Error.h"

#include <optional>

namespace edgecc::reference {

/// What accuracy is measured in; the values are in the metric's points.
enum class Metric {
  /// Per cent of the samples whose largest output is the labelled class; with
  /// one output, whose output is on the label's side of 0.5, or which is the
  /// label if the output is an integer. With labels for each place of an output
  /// (pixels, tokens), per cent of the places. Integers without labels: per
  /// cent of elements that are equal to the reference outputs.
  Top1,
  /// 100 times the area under the ROC curve for labels 0 and 1. The score is
  /// the output; with an output of the input's size (an autoencoder), the mean
  /// squared error between the two; with two outputs, the second one less the
  /// first.
  AUC,
  /// Mean squared error against reference outputs.
  MSE,
  /// Peak signal to noise ratio against reference outputs in dB: the mean over
  /// the samples, as is customary for images. The peak is the range of all
  /// references together. At most 200.
  PSNR,
  /// 100 times the mean cosine between outputs and reference outputs.
  Cosine,
  /// Ratio of the power of the reference outputs to that of the difference from
  /// them, over all samples together, in dB. At most 200.
  SNR,
};

/// The metric named as on the command line: top1, auc, mse, psnr, cosine,
/// snr.
std::optional<Metric> parseMetric(llvm::StringRef name);
llvm::StringRef getName(Metric metric);
/// Whether more is better (all but the squared error).
bool isHigherBetter(Metric metric);
/// Whether the metric compares with labels; the others compare with reference
/// outputs.
bool needsLabels(Metric metric);

/// What outputs are measured against, all with one entry per sample.
struct MetricInputs {
  /// The model's output, in f32 (Top1: or integers).
  llvm::ArrayRef<Tensor> outputs;
  /// The model's input, in f32. Only the metric of an autoencoder needs them.
  llvm::ArrayRef<Tensor> inputs;
  llvm::ArrayRef<int64_t> labels;
  /// The float model's outputs.
  llvm::ArrayRef<Tensor> references;
  /// The axes of a sample's labels, as in `Labels`; none for one label.
  llvm::ArrayRef<int64_t> labelShape = {};
};

/// Labels as class numbers: those that are one-hot vectors (an array of the
/// shape of the output, zeros but for one 1 along an axis of classes) become
/// the place of the 1. Others, like those of several classes that a sample may
/// have at once, stay as they are.
Labels takeClasses(Labels labels, llvm::ArrayRef<int64_t> output);

/// Computes a metric. The error says which of the inputs is missing or does not
/// fit.
llvm::Expected<double> computeMetric(Metric metric, const MetricInputs &inputs);

} // namespace edgecc::reference

#endif // EDGECC_REFERENCE_METRICS_H
