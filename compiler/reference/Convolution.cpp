//===- Convolution.cpp - Reference semantics of edge.conv -----------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Weighted.h"
#include "WindowTaps.h"

#include <cstring>

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;
using namespace edgecc::reference;

namespace {
/// The loops of a convolution over elements of type T, channels last.
template <typename T> class Convolution {
public:
  Convolution(ConvOp op, const T *input, const T *filter, T *output)
      : input(input), filter(filter), output(output),
        inputShape(cast<RankedTensorType>(op.getInput().getType()).getShape()),
        outputShape(cast<RankedTensorType>(op.getType()).getShape()),
        filterShape(
            cast<RankedTensorType>(op.getFilter().getType()).getShape()),
        groups(op.getGroups()),
        window(spatial(inputShape), spatial(outputShape), spatial(filterShape),
               op.getStrides(), op.getPads().take_front(filterShape.size() - 2),
               op.getDilations()) {
    batch = inputShape.front();
    channels = inputShape.back();
    outputs = filterShape.front();
    depth = filterShape.back();
    inputPixels = product(spatial(inputShape));
    outputPixels = product(spatial(outputShape));
    taps = product(spatial(filterShape));
    isPointwise = taps == 1 && inputPixels == outputPixels && groups == 1 &&
                  llvm::all_of(op.getPads(), [](int64_t v) { return v == 0; });
  }

  void run() {
    if (isPointwise)
      return multiplyByTransposed(input, filter, output, batch * outputPixels,
                                  outputs, depth, outputs);
    if (depth == 1 && outputs == channels)
      return depthwise();
    for (int64_t image = 0; image != batch; ++image)
      for (int64_t begin = 0; begin < outputPixels; begin += blockPixels())
        block(image, begin, std::min(blockPixels(), outputPixels - begin));
  }

private:
  static ArrayRef<int64_t> spatial(ArrayRef<int64_t> shape) {
    return shape.drop_front().drop_back();
  }
  static int64_t product(ArrayRef<int64_t> sizes) {
    int64_t result = 1;
    for (int64_t size : sizes)
      result *= size;
    return result;
  }

  /// Output pixels whose taps, side by side, stay in the second-level cache.
  int64_t blockPixels() const {
    return std::max<int64_t>(16, 65536 / std::max<int64_t>(1, taps * depth));
  }

  /// Some output pixels of an image: the taps of each pixel become a row, and
  /// the rows are multiplied by the filter of each group.
  void block(int64_t image, int64_t begin, int64_t count) {
    pixels.clear();
    for (int64_t pixel = begin; pixel != begin + count; ++pixel)
      llvm::append_range(pixels, window.at(pixel));
    rows.resize(count * taps * depth);
    int64_t groupOutputs = outputs / groups;
    T *out = output + (image * outputPixels + begin) * outputs;
    for (int64_t group = 0; group != groups; ++group) {
      fillRows(input + image * inputPixels * channels + group * depth);
      multiplyByTransposed(rows.data(),
                           filter + group * groupOutputs * taps * depth,
                           out + group * groupOutputs, count, groupOutputs,
                           taps * depth, outputs);
    }
  }

  void fillRows(const T *image) {
    T *row = rows.data();
    for (size_t i = 0, e = pixels.size(); i != e;) {
      int64_t pixel = pixels[i], run = 1;
      // Pixels side by side with all their channels are copied at once.
      if (depth == channels && pixel >= 0)
        while (i + size_t(run) != e && pixels[i + size_t(run)] == pixel + run)
          ++run;
      if (pixel < 0)
        std::fill_n(row, depth, T(0));
      else
        std::memcpy(row, image + pixel * channels,
                    size_t(run * depth) * sizeof(T));
      row += run * depth;
      i += size_t(run);
    }
  }

  /// One filter per channel: the channels are the inner loop.
  void depthwise() {
    std::vector<T> byTap(taps * channels);
    for (int64_t channel = 0; channel != channels; ++channel)
      for (int64_t tap = 0; tap != taps; ++tap)
        byTap[tap * channels + channel] = filter[channel * taps + tap];
    T *out = output;
    for (int64_t image = 0; image != batch; ++image)
      for (int64_t pixel = 0; pixel != outputPixels; ++pixel, out += channels) {
        std::fill_n(out, channels, T(0));
        const T *weights = byTap.data();
        for (int64_t source : window.at(pixel)) {
          if (source >= 0)
            addProducts(input + (image * inputPixels + source) * channels,
                        weights, out);
          weights += channels;
        }
      }
  }

  void addProducts(const T *a, const T *b, T *__restrict out) const {
    for (int64_t channel = 0; channel != channels; ++channel)
      out[channel] += a[channel] * b[channel];
  }

  const T *input, *filter;
  T *output;
  ArrayRef<int64_t> inputShape, outputShape, filterShape;
  int64_t groups, batch, channels, outputs, depth;
  int64_t inputPixels, outputPixels, taps;
  bool isPointwise;
  WindowTaps window;
  /// Of the block at hand: the pixel under each tap, and its channels.
  std::vector<int64_t> pixels;
  std::vector<T> rows;
};
} // namespace

LogicalResult ConvOp::evaluate(ArrayRef<Tensor> operands,
                               MutableArrayRef<Tensor> results) {
  return evaluateWeighted(
      *this, operands, results[0],
      [&](const auto *input, const auto *filter, auto *output) {
        Convolution(*this, input, filter, output).run();
      });
}
