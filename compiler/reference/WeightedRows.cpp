//===- WeightedRows.cpp - What weighted layers multiply -------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Reference/WeightedRows.h"

#include "WindowTaps.h"

#include "edgecc/Dialect/Edge/Edge.h"

#include <numeric>

using namespace mlir;
using namespace edgecc;
using namespace edgecc::reference;

WeightedRows::WeightedRows() = default;
WeightedRows::WeightedRows(WeightedRows &&) = default;
WeightedRows::~WeightedRows() = default;

static ArrayRef<int64_t> getShape(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape();
}

static ArrayRef<int64_t> getSpatial(ArrayRef<int64_t> shape) {
  return shape.drop_front().drop_back();
}

static int64_t multiply(ArrayRef<int64_t> sizes) {
  return std::accumulate(sizes.begin(), sizes.end(), int64_t(1),
                         std::multiplies<>());
}

std::optional<WeightedRows> WeightedRows::create(Operation *op) {
  WeightedRows rows;
  if (auto connected = dyn_cast<edge::FullyConnectedOp>(op)) {
    ArrayRef<int64_t> weights = getShape(connected.getWeights());
    rows.outputs = weights[0];
    rows.depth = weights[1];
    rows.pixels = multiply(getShape(connected.getInput()).drop_back());
    return rows;
  }
  auto conv = dyn_cast<edge::ConvOp>(op);
  if (!conv)
    return std::nullopt;
  ArrayRef<int64_t> filter = getShape(conv.getFilter()),
                    input = getShape(conv.getInput()),
                    output = getShape(conv.getResult());
  rows.groups = conv.getGroups();
  rows.outputs = filter.front() / rows.groups;
  rows.channels = filter.back();
  rows.depth = multiply(filter.drop_front());
  rows.inputPixels = multiply(getSpatial(input));
  rows.outputPixels = multiply(getSpatial(output));
  rows.pixels = input.front() * rows.outputPixels;
  rows.window = std::make_unique<WindowTaps>(
      getSpatial(input), getSpatial(output), getSpatial(filter),
      conv.getStrides(), conv.getPads().take_front(filter.size() - 2),
      conv.getDilations());
  return rows;
}

void WeightedRows::gather(const Tensor &input, ArrayRef<int64_t> chosen,
                          std::vector<float> &rows) const {
  int64_t width = groups * depth;
  const float *data = input.getData<float>().data();
  rows.assign(chosen.size() * width, 0.0f);
  float *row = rows.data();
  for (int64_t pixel : chosen) {
    if (!window) {
      std::copy_n(data + pixel * depth, depth, row);
      row += width;
      continue;
    }
    const float *image =
        data + pixel / outputPixels * inputPixels * groups * channels;
    float *tap = row;
    for (int64_t source : window->at(pixel % outputPixels)) {
      for (int64_t group = 0; source >= 0 && group != groups; ++group)
        std::copy_n(image + (source * groups + group) * channels, channels,
                    tap + group * depth);
      tap += channels;
    }
    row += width;
  }
}
