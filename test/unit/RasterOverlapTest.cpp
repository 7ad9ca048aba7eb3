//===- RasterOverlapTest.cpp - Results that cover their input -------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "common/RasterOverlap.h"

#include "gtest/gtest.h"

#include <random>

using namespace edgecc;

namespace {

/// Goes through an image as a kernel does and looks whether any byte is read
/// after it was overwritten.
class Simulation {
public:
  Simulation(const RasterOrder &order) : order(order) {}

  bool isSafe(int64_t distance) const {
    int64_t written = INT64_MIN; // the end, relative to the input
    for (int64_t n = 0; n != order.in[0]; ++n)
      for (int64_t at = 0; at < getPixels(); at += order.block) {
        int64_t first = std::min(at, getPixels() - order.block);
        int64_t end = ((n * getPixels() + first + order.block) * order.out[3]) *
                          order.elementBytes -
                      distance;
        int64_t before = written;
        written = std::max(written, end);
        if (getFirstRead(n, first) < (order.readsFirst ? before : written))
          return false;
      }
    return true;
  }

  /// The same from the last block to the first, with a result that begins
  /// `distance` behind the input.
  bool isSafeBackwards(int64_t distance) const {
    int64_t written = INT64_MAX; // the beginning, relative to the input
    int64_t blocks = (getPixels() + order.block - 1) / order.block;
    for (int64_t n = order.in[0] - 1; n >= 0; --n)
      for (int64_t block = blocks - 1; block >= 0; --block) {
        int64_t first =
            std::min(block * order.block, getPixels() - order.block);
        int64_t begin =
            (n * getPixels() + first) * order.out[3] * order.elementBytes +
            distance;
        int64_t before = written;
        written = std::min(written, begin);
        if (getLastRead(n, first) > (order.readsFirst ? before : written))
          return false;
      }
    return true;
  }

private:
  int64_t getPixels() const { return order.out[1] * order.out[2]; }

  int64_t getFirstRead(int64_t n, int64_t first) const {
    return getReads(n, first).first;
  }
  /// Behind the last byte.
  int64_t getLastRead(int64_t n, int64_t first) const {
    return getReads(n, first).second;
  }

  std::pair<int64_t, int64_t> getReads(int64_t n, int64_t first) const {
    int64_t begin = INT64_MAX, end = INT64_MIN;
    for (int64_t pixel = first; pixel != first + order.block; ++pixel)
      for (int64_t ky = 0; ky != order.window.getKernel()[0]; ++ky)
        for (int64_t kx = 0; kx != order.window.getKernel()[1]; ++kx) {
          int64_t y = getTap(pixel / order.out[2], ky, 0);
          int64_t x = getTap(pixel % order.out[2], kx, 1);
          if (y < 0 || y >= order.in[1] || x < 0 || x >= order.in[2])
            continue;
          int64_t pixelBytes = order.in[3] * order.elementBytes;
          int64_t at = ((n * order.in[1] + y) * order.in[2] + x) * pixelBytes;
          begin = std::min(begin, at);
          end = std::max(end, at + pixelBytes);
        }
    return {begin, end};
  }

  int64_t getTap(int64_t position, int64_t tap, unsigned axis) const {
    return position * order.window.getStrides()[axis] -
           order.window.getPads()[axis] +
           tap * order.window.getDilations()[axis];
  }

  const RasterOrder &order;
};

class RasterOverlap : public ::testing::Test {
protected:
  RasterOverlap() { context.loadDialect<kern::KernDialect>(); }

  static int64_t getSize(int64_t in, int64_t kernel, int64_t stride,
                         int64_t dilation, int64_t pads) {
    return (in + pads - (kernel - 1) * dilation - 1) / stride + 1;
  }

  mlir::MLIRContext context;
};

} // namespace

TEST_F(RasterOverlap, PointwiseKeepsABlockApart) {
  auto window =
      kern::WindowAttr::get(&context, {1, 1}, {1, 1}, {1, 1}, {0, 0, 0, 0});
  int64_t shape[] = {1, 5, 5, 8};
  // 25 pixels in blocks of three: the last one begins two pixels early.
  EXPECT_EQ(getOverlapDistance({shape, shape, window, 1, false, 1}), 8);
  EXPECT_EQ(getOverlapDistance({shape, shape, window, 3, false, 1}), 24);
  EXPECT_EQ(getOverlapDistance({shape, shape, window, 3, true, 1}), 16);
  EXPECT_EQ(getOverlapDistance({shape, shape, window, 1, false, 4}), 32);
}

TEST_F(RasterOverlap, LargerResultsEndTogetherWithTheirInput) {
  auto window =
      kern::WindowAttr::get(&context, {1, 1}, {1, 1}, {1, 1}, {0, 0, 0, 0});
  int64_t in[] = {1, 10, 1, 4}, out[] = {1, 10, 1, 12};
  EXPECT_EQ(getOverlapDistance({in, out, window, 1, false, 1}), 120 - 36);
}

TEST_F(RasterOverlap, SmallerResultsBeginTogetherBackwards) {
  auto window =
      kern::WindowAttr::get(&context, {1, 1}, {1, 1}, {1, 1}, {0, 0, 0, 0});
  int64_t in[] = {1, 10, 1, 12}, out[] = {1, 10, 1, 4};
  // The last pixel is written behind all that the others are read from.
  EXPECT_EQ(getBackwardsDistance({in, out, window, 1, true, 1}), 9 * (12 - 4));
  EXPECT_EQ(getBackwardsDistance({in, out, window, 1, false, 1}), 120 - 36);
}

/// Safe, and nothing less is.
TEST_F(RasterOverlap, IsTheLeastSafeDistance) {
  std::minstd_rand random(5);
  auto draw = [&](int64_t low, int64_t high) {
    return low + int64_t(random() % uint64_t(high - low + 1));
  };
  for (int trial = 0; trial != 400; ++trial) {
    int64_t kernel[] = {draw(1, 4), draw(1, 4)};
    int64_t strides[] = {draw(1, 3), draw(1, 3)};
    int64_t dilations[] = {draw(1, 2), draw(1, 2)};
    // As frameworks pad: no window lies outside the image.
    int64_t pads[] = {draw(0, kernel[0] - 1), draw(0, kernel[1] - 1),
                      draw(0, kernel[0] - 1), draw(0, kernel[1] - 1)};
    int64_t in[] = {draw(1, 2), draw(7, 10), draw(7, 10), draw(1, 6)};
    int64_t out[] = {
        in[0],
        getSize(in[1], kernel[0], strides[0], dilations[0], pads[0] + pads[2]),
        getSize(in[2], kernel[1], strides[1], dilations[1], pads[1] + pads[3]),
        draw(1, 12)};
    auto window =
        kern::WindowAttr::get(&context, kernel, strides, dilations, pads);
    RasterOrder order{in,
                      out,
                      window,
                      std::min<int64_t>(draw(1, 3), out[1] * out[2]),
                      draw(0, 1) != 0,
                      draw(0, 1) ? 4 : 1};
    int64_t distance = getOverlapDistance(order);
    Simulation simulation(order);
    EXPECT_TRUE(simulation.isSafe(distance)) << trial;
    int64_t bytes = in[0] * in[1] * in[2] * in[3] * order.elementBytes;
    EXPECT_TRUE(simulation.isSafeBackwards(getBackwardsDistance(order)))
        << trial;
    bool isBehind = distance == -bytes;
    EXPECT_TRUE(isBehind || !simulation.isSafe(distance - 1)) << trial;
  }
}
