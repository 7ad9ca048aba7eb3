//===- DspWeights.cpp - Weights as the DSP kernels read them --------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "DspWeights.h"

using namespace mlir;
using namespace edgecc;

static int32_t packBytes(int8_t a, int8_t b, int8_t c, int8_t d) {
  return int32_t(uint32_t(uint8_t(a)) | uint32_t(uint8_t(b)) << 8 |
                 uint32_t(uint8_t(c)) << 16 | uint32_t(uint8_t(d)) << 24);
}

SmallVector<int32_t> edgecc::packRows(const reference::Tensor &weights,
                                      int64_t block, int64_t columns) {
  ArrayRef<int8_t> data = weights.getData<int8_t>();
  int64_t rows = weights.getDim(0), depth = weights.getNumElements() / rows;
  auto byteAt = [&](int64_t row, int64_t k) {
    return row < rows && k < depth ? data[row * depth + k] : int8_t(0);
  };
  SmallVector<int32_t> words;
  for (int64_t first = 0; first < rows; first += block)
    for (int64_t k = 0; k < int64_t(llvm::alignTo(depth, columns)); k += 4)
      for (int64_t row = first; row != first + block; ++row)
        words.push_back(packBytes(byteAt(row, k), byteAt(row, k + 1),
                                  byteAt(row, k + 2), byteAt(row, k + 3)));
  return words;
}

SmallVector<int32_t> edgecc::packPairRows(const reference::Tensor &weights,
                                          int64_t block) {
  SmallVector<int32_t> words, bytes = packRows(weights, block);
  auto pair = [](int8_t a, int8_t b) {
    return int32_t(uint32_t(uint16_t(int16_t(a))) |
                   uint32_t(uint16_t(int16_t(b))) << 16);
  };
  for (ArrayRef<int32_t> left = bytes; !left.empty();
       left = left.drop_front(block))
    for (int shift : {0, 8})
      for (int32_t word : left.take_front(block))
        words.push_back(
            pair(int8_t(word >> shift), int8_t(word >> (shift + 16))));
  return words;
}

SmallVector<int32_t> edgecc::packWideRows(const reference::Tensor &weights,
                                          int64_t block) {
  SmallVector<int32_t> words = packRows(weights, block);
  for (int32_t &word : words)
    word = packBytes(int8_t(word), int8_t(word >> 16), int8_t(word >> 8),
                     int8_t(word >> 24));
  return words;
}

SmallVector<int32_t> edgecc::packDigitRows(const PackedWeights &weights,
                                           int64_t block) {
  SmallVector<int32_t> words;
  for (int64_t first = 0; first < weights.getRows(); first += block)
    for (int64_t k = 0; k < weights.getRowSize(); k += 4)
      for (int64_t row = first; row != first + block; row += 2) {
        auto pairAt = [&](int64_t column) {
          return int8_t(weights.getDigit(row, column) * 16 |
                        (weights.getDigit(row + 1, column) & 15));
        };
        words.push_back(
            packBytes(pairAt(k), pairAt(k + 1), pairAt(k + 2), pairAt(k + 3)));
      }
  return words;
}

reference::Tensor edgecc::packStepRows(const PackedWeights &weights,
                                       int64_t block, MLIRContext *context) {
  SmallVector<int8_t> steps;
  for (int64_t first = 0; first < weights.getRows(); first += block)
    for (int64_t group = 0; group != weights.getGroupsInRow(); ++group)
      for (int64_t row = first; row != first + block; ++row)
        steps.push_back(int8_t(weights.getStep(row, group)));
  return getBytes(context, steps);
}

/// G g Gt times four of a filter [3, 3] whose taps lie `step` apart: 16 values
/// that are at most 9 * 128.
static std::array<int16_t, 16> transformFilter(const int8_t *filter,
                                               int64_t step) {
  auto transform = [](int a, int b, int c) {
    return std::array<int, 4>{2 * a, a + b + c, a - b + c, 2 * c};
  };
  std::array<int, 4> rows[3];
  for (int64_t y = 0; y != 3; ++y, filter += 3 * step)
    rows[y] = transform(filter[0], filter[step], filter[2 * step]);
  std::array<int16_t, 16> result;
  for (int x = 0; x != 4; ++x)
    for (auto [y, value] :
         llvm::enumerate(transform(rows[0][x], rows[1][x], rows[2][x])))
      result[4 * y + x] = int16_t(value);
  return result;
}

SmallVector<int32_t> edgecc::packWinograd(const reference::Tensor &weights) {
  constexpr int kOrder[] = {1, 0, 2, 3};
  int64_t rows = weights.getDim(0), depth = weights.getDim(3);
  SmallVector<std::array<int16_t, 16>> filters;
  for (int64_t row = 0; row != rows; ++row)
    for (int64_t c = 0; c != depth; ++c)
      filters.push_back(transformFilter(
          &weights.getData<int8_t>()[row * 9 * depth + c], depth));
  SmallVector<int32_t> words;
  for (int64_t first = 0; first != rows; first += 4)
    for (int place = 0; place != 16; ++place)
      for (int64_t c = 0; c != depth; c += c % 2 ? 3 : 1)
        for (int64_t row = first; row != first + 4; ++row) {
          int at = place / 4 * 4 + kOrder[place % 4];
          words.push_back(int32_t(
              uint32_t(uint16_t(filters[row * depth + c][at])) |
              uint32_t(uint16_t(filters[row * depth + c + 2][at])) << 16));
        }
  return words;
}

SmallVector<int32_t> edgecc::packDepthwise(const reference::Tensor &weights) {
  SmallVector<int32_t> words;
  for (ArrayRef<int8_t> left = weights.getData<int8_t>(); !left.empty();
       left = left.drop_front(3))
    words.push_back(packBytes(left[0], left[1], left[1], left[2]));
  return words;
}

SmallVector<int32_t> edgecc::packColumns(const reference::Tensor &weights,
                                         kern::WindowAttr window) {
  int64_t height = window.getKernel()[0], width = window.getKernel()[1],
          dilation = window.getDilations()[0];
  bool isFlat = height == 1 && window.getDilations()[1] == 1;
  int64_t rows = (height - 1) * dilation + 1;
  SmallVector<int32_t> words;
  for (ArrayRef<int8_t> left = weights.getData<int8_t>(); !left.empty();
       left = left.drop_front(height * width)) {
    auto weightAt = [&](int64_t y, int64_t x) {
      return y < rows && y % dilation == 0 && x < width
                 ? left[y / dilation * width + x]
                 : int8_t(0);
    };
    SmallVector<std::pair<int8_t, int8_t>> pairs;
    for (int64_t y = 0; y < rows; y += 2)
      if (y % dilation == 0 || (y + 1 < rows && (y + 1) % dilation == 0))
        for (int64_t x = 0; x < width; x += isFlat ? 2 : 1)
          pairs.push_back({weightAt(y, x),
                           isFlat ? weightAt(y, x + 1) : weightAt(y + 1, x)});
    pairs.resize(llvm::alignTo(pairs.size(), 2));
    for (size_t i = 0; i != pairs.size(); i += 2)
      words.push_back(packBytes(pairs[i].first, pairs[i + 1].first,
                                pairs[i].second, pairs[i + 1].second));
  }
  return words;
}
