//===- RasterOverlap.cpp - Results that cover their input -----------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RasterOverlap.h"

#include "llvm/Support/MathExtras.h"

#include <limits>

using namespace edgecc;
using llvm::ArrayRef;

/// The first position on an axis that a window touches inside the image.
/// Windows that lie outside of it read nothing; position 0 stands for them,
/// too.
static int64_t getFirstTap(int64_t position, int64_t stride, int64_t dilation,
                           int64_t pad) {
  int64_t begin = position * stride - pad;
  return begin >= 0 ? begin
                    : begin + dilation * llvm::divideCeil(-begin, dilation);
}

namespace {
/// Counts elements.
struct Reads {
  const RasterOrder &order;

  /// The lowest element that the window of output pixel `pixel` of an image
  /// reads.
  int64_t getBegin(int64_t pixel) const {
    kern::WindowAttr window = order.window;
    int64_t y = getFirstTap(pixel / order.out[2], window.getStrides()[0],
                            window.getDilations()[0], window.getPads()[0]);
    int64_t x = getFirstTap(pixel % order.out[2], window.getStrides()[1],
                            window.getDilations()[1], window.getPads()[1]);
    return (y * order.in[2] + x) * order.in[3];
  }

  /// Behind the highest element that it reads, or a higher one.
  int64_t getEnd(int64_t pixel) const {
    kern::WindowAttr window = order.window;
    auto last = [&](int64_t position, unsigned axis, int64_t size) {
      int64_t tap =
          position * window.getStrides()[axis] - window.getPads()[axis] +
          (window.getKernel()[axis] - 1) * window.getDilations()[axis];
      return std::clamp<int64_t>(tap, 0, size - 1);
    };
    int64_t y = last(pixel / order.out[2], 0, order.in[1]);
    int64_t x = last(pixel % order.out[2], 1, order.in[2]);
    return (y * order.in[2] + x + 1) * order.in[3];
  }

  int64_t getEndOfBlock(int64_t first) const {
    int64_t end = getEnd(first);
    for (int64_t i = 1; i < order.block; ++i)
      end = std::max(end, getEnd(first + i));
    return end;
  }

  int64_t getBeginOfBlock(int64_t first) const {
    int64_t begin = getBegin(first);
    for (int64_t i = 1; i < order.block; ++i)
      begin = std::min(begin, getBegin(first + i));
    return begin;
  }
};
} // namespace

int64_t edgecc::getOverlapDistance(const RasterOrder &order) {
  ArrayRef<int64_t> in = order.in, out = order.out;
  const Reads reads{order};
  const int64_t pixels = out[1] * out[2];
  const int64_t inImage = in[1] * in[2] * in[3], outImage = pixels * out[3];
  // Behind the input, a result is not in its way at all.
  int64_t distance = -in[0] * inImage;
  // With nothing left to read, everything may be written.
  int64_t toRead = std::numeric_limits<int64_t>::max();
  for (int64_t image = in[0] - 1; image >= 0; --image)
    for (int64_t block = llvm::divideCeil(pixels, order.block) - 1; block >= 0;
         --block) {
      int64_t first = std::min(block * order.block, pixels - order.block);
      int64_t toReadLater = toRead;
      toRead = std::min(toRead, image * inImage + reads.getBeginOfBlock(first));
      int64_t written = image * outImage + (first + order.block) * out[3];
      distance = std::max(distance,
                          written - (order.readsFirst ? toReadLater : toRead));
    }
  return distance * order.elementBytes;
}

int64_t edgecc::getBackwardsDistance(const RasterOrder &order) {
  ArrayRef<int64_t> in = order.in, out = order.out;
  const Reads reads{order};
  const int64_t pixels = out[1] * out[2];
  const int64_t inImage = in[1] * in[2] * in[3], outImage = pixels * out[3];
  // Before the input, a result is not in its way at all.
  int64_t distance = -out[0] * outImage;
  // The end of what is still to be read by blocks before this one.
  int64_t toRead = std::numeric_limits<int64_t>::min() / 2;
  for (int64_t image = 0; image != in[0]; ++image)
    for (int64_t block = 0, e = llvm::divideCeil(pixels, order.block);
         block != e; ++block) {
      int64_t first = std::min(block * order.block, pixels - order.block);
      int64_t toReadLater = toRead;
      toRead = std::max(toRead, image * inImage + reads.getEndOfBlock(first));
      int64_t written = image * outImage + first * out[3];
      distance = std::max(distance,
                          (order.readsFirst ? toReadLater : toRead) - written);
    }
  return distance * order.elementBytes;
}
