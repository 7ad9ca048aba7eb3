//===- WeightedRows.h - What weighted layers multiply -----------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_REFERENCE_WEIGHTEDROWS_H
#define EDGECC_REFERENCE_WEIGHTEDROWS_H

#include "edgecc/Reference/Tensor.h"

#include "mlir/IR/Operation.h"

#include <optional>

namespace edgecc::reference {

class WindowTaps;

/// A convolution or fully connected layer as products of rows: output pixel `p`
/// of group `g` is the product of the group's weights [outputs, depth] with row
/// `p` of the input's taps (im2col). A fully connected layer has one group, and
/// a pixel for every row of its input.
class WeightedRows {
public:
  /// Nothing for operations that are neither.
  static std::optional<WeightedRows> create(mlir::Operation *op);
  WeightedRows(WeightedRows &&);
  ~WeightedRows();

  int64_t getGroups() const { return groups; }
  /// Output channels of each group.
  int64_t getOutputs() const { return outputs; }
  /// Weights of each output channel.
  int64_t getDepth() const { return depth; }
  /// Output pixels of one input tensor.
  int64_t getNumPixels() const { return pixels; }

  /// Fills `rows`, row-major [chosen.size(), groups * depth], with the taps of
  /// the pixels `chosen`; 0 outside the image. `input` is f32 and has the
  /// operand's shape.
  void gather(const Tensor &input, llvm::ArrayRef<int64_t> chosen,
              std::vector<float> &rows) const;

private:
  WeightedRows();

  int64_t groups = 1, outputs = 0, depth = 0, pixels = 0;
  /// Of a convolution: channels per group, and pixels of one image.
  int64_t channels = 0, inputPixels = 0, outputPixels = 0;
  std::unique_ptr<WindowTaps> window;
};

} // namespace edgecc::reference

#endif // EDGECC_REFERENCE_WEIGHTEDROWS_H
