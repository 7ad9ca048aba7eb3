//===- MaskedScores.cpp - What softmax is to leave out --------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MaskedScores.h"

#include "edgecc/Dialect/Edge/Edge.h"

#include <cmath>

using namespace mlir;
using namespace edgecc;
using namespace edgecc::quantization;

/// So far below the largest, scores are masks: exp(-64) is 1e-28, which no
/// network has learnt to tell from nothing.
static constexpr float kMaskDepth = 64.0f;

/// The axis of the softmax that is the only reader of scores.
static std::optional<int64_t> findAxis(Value value) {
  if (!value.hasOneUse())
    return std::nullopt;
  auto softmax = dyn_cast<edge::SoftmaxOp>(*value.user_begin());
  // The logarithm tells small probabilities from smaller ones.
  if (!softmax || softmax.getLog())
    return std::nullopt;
  return int64_t(softmax.getAxis());
}

MaskedScores::MaskedScores(func::FuncOp func) {
  auto add = [&](Value value) {
    if (std::optional<int64_t> axis = findAxis(value))
      axes[value] = *axis;
  };
  llvm::for_each(func.getArguments(), add);
  for (Operation &op : func.getBody().front())
    llvm::for_each(op.getResults(), add);
}

Value MaskedScores::find(Value value) const {
  while (value.hasOneUse() && !axes.contains(value)) {
    Operation *user = *value.user_begin();
    if (!isa<edge::ReshapeOp, edge::TransposeOp>(user))
      return {};
    value = user->getResult(0);
  }
  return axes.contains(value) ? value : Value();
}

/// How far below the largest of `count` scores all the others weigh less than
/// a step, together.
static float getDepth(int64_t count, Precision precision) {
  double steps = precision == Precision::S16x8 ? 32768.0 : 256.0;
  return float(std::log(steps * double(count)));
}

/// Appends a row of scores. Where even the largest is so low that a float keeps
/// no score beside it, all of the row is masked, and none counts.
static void appendRaised(const float *row, int64_t count, int64_t stride,
                         float depth, std::vector<float> &raised) {
  float largest = -INFINITY;
  for (int64_t i = 0; i != count; ++i)
    largest = std::fmax(largest, row[i * stride]);
  if (largest < kMask)
    return;
  for (int64_t i = 0; i != count; ++i) {
    float score = row[i * stride];
    raised.push_back(score < largest - kMaskDepth ? largest - depth : score);
  }
}

std::vector<float> MaskedScores::raise(Value scores,
                                       const reference::Tensor &tensor,
                                       Precision precision) const {
  ArrayRef<float> data = tensor.getData<float>();
  ArrayRef<int64_t> shape = tensor.getShape();
  const int64_t axis = axes.lookup(scores), count = shape[axis];
  int64_t stride = 1;
  for (int64_t size : shape.drop_front(axis + 1))
    stride *= size;
  const float depth = getDepth(count, precision);
  std::vector<float> raised;
  raised.reserve(data.size());
  for (int64_t start = 0; start < int64_t(data.size()); start += count * stride)
    for (int64_t i = 0; i != stride; ++i)
      appendRaised(&data[start + i], count, stride, depth, raised);
  return raised;
}
