//===- Palette.cpp - Few values for many ----------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Quant/Palette.h"

#include "edgecc/Quant/IntegerParams.h"

#include <cmath>
#include <vector>

using namespace mlir;
using namespace edgecc;
using namespace edgecc::quantization;

namespace {

/// Sums over the values that occur, in ascending order, from the first on.
class Clusters {
public:
  explicit Clusters(ArrayRef<int64_t> counts) {
    number.push_back(0);
    sum.push_back(0);
    squares.push_back(0);
    for (int value = -128; value != 128; ++value) {
      auto count = double(counts[size_t(value + 128)]);
      if (count == 0)
        continue;
      values.push_back(value);
      number.push_back(number.back() + count);
      sum.push_back(sum.back() + count * value);
      squares.push_back(squares.back() + count * value * value);
    }
  }

  size_t size() const { return values.size(); }
  int getValue(size_t index) const { return values[index]; }

  /// The integer that stands for the values [first, last) with least error: the
  /// error is a parabola around the mean.
  int getCenter(size_t first, size_t last) const {
    return int(
        std::lround((sum[last] - sum[first]) / (number[last] - number[first])));
  }
  double getError(size_t first, size_t last) const {
    double center = getCenter(first, last);
    return squares[last] - squares[first] -
           2 * center * (sum[last] - sum[first]) +
           center * center * (number[last] - number[first]);
  }

private:
  std::vector<int> values;
  std::vector<double> number, sum, squares;
};

} // namespace

PaletteMap quantization::choosePalette(ArrayRef<int64_t> counts) {
  const Clusters clusters(counts);
  const size_t size = clusters.size();
  // By clusters and values: the least error, and where the last cluster begins.
  std::vector<std::vector<double>> error(
      kPaletteSize + 1, std::vector<double>(size + 1, HUGE_VAL));
  std::vector<std::vector<size_t>> begin(kPaletteSize + 1,
                                         std::vector<size_t>(size + 1, 0));
  error[0][0] = 0;
  for (size_t k = 1; k <= kPaletteSize; ++k)
    for (size_t last = 0; last <= size; ++last) {
      // Fewer clusters will do as well.
      error[k][last] = error[k - 1][last];
      begin[k][last] = last;
      for (size_t first = 0; first != last; ++first) {
        double whole = error[k - 1][first] + clusters.getError(first, last);
        if (whole < error[k][last]) {
          error[k][last] = whole;
          begin[k][last] = first;
        }
      }
    }
  PaletteMap map{};
  size_t last = size;
  for (size_t k = kPaletteSize; k > 0; --k) {
    size_t first = begin[k][last];
    if (first == last)
      continue;
    int center = clusters.getCenter(first, last);
    for (size_t i = first; i != last; ++i)
      map[size_t(clusters.getValue(i) + 128)] = int8_t(center);
    last = first;
  }
  return map;
}

/// The constant that a table is, or that it is dequantized from, or null.
static edge::ConstantOp findTable(edge::GatherOp lookup) {
  Operation *op = lookup.getInput().getDefiningOp();
  if (auto dequantize = dyn_cast_or_null<edge::DequantizeOp>(op))
    op = dequantize.getInput().getDefiningOp();
  return dyn_cast_or_null<edge::ConstantOp>(op);
}

bool quantization::isTableLookup(Operation *op) {
  auto lookup = dyn_cast<edge::GatherOp>(op);
  edge::ConstantOp table = lookup ? findTable(lookup) : edge::ConstantOp();
  if (!table || lookup.getAxis() != 0 ||
      cast<RankedTensorType>(lookup.getInput().getType()).getRank() < 2)
    return false;
  quant::UniformQuantizedType type = edge::getUniformType(table.getType());
  return getElementTypeOrSelf(table.getType()).isF32() ||
         (type && type.getStorageType().isInteger(8));
}

SmallVector<int8_t>
quantization::getStoredTable(edge::GatherOp lookup,
                             quant::UniformQuantizedType type) {
  Value constant = findTable(lookup);
  const reference::Tensor table = *edge::getConstantTensor(constant);
  SmallVector<int8_t> stored;
  quant::UniformQuantizedType from = edge::getUniformType(constant.getType());
  if (!from) {
    for (float value : table.getData<float>())
      stored.push_back(int8_t(integer::getStoredValue(value, type)));
    return stored;
  }
  auto scale = float(from.getScale());
  for (int8_t value : table.getData<int8_t>())
    stored.push_back(int8_t(integer::getStoredValue(
        float(value - from.getZeroPoint()) * scale, type)));
  return stored;
}

PaletteMap quantization::choosePalette(edge::GatherOp lookup,
                                       quant::UniformQuantizedType type) {
  std::array<int64_t, 256> counts{};
  for (int8_t value : getStoredTable(lookup, type))
    ++counts[size_t(value + 128)];
  return choosePalette(counts);
}
