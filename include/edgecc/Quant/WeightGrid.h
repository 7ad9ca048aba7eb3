//===- WeightGrid.h - The values that weights may take ----------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Weights of four bits are int8 weights whose values are restricted: a group of
// neighbours in a row (the weights of one output channel) are a small integer,
// the group's multiplier, times digits of four bits. Arithmetic and scales are
// those of int8, one scale per row; only what is stored becomes smaller
// (docs/spec/integers.md, P1).
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_QUANT_WEIGHTGRID_H
#define EDGECC_QUANT_WEIGHTGRID_H

#include "edgecc/Quant/Precision.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"

#include <cstdint>
#include <optional>

namespace edgecc::quantization {

/// Weights that share a multiplier, where nothing else is said.
inline constexpr int64_t kDefaultWeightGroup = 32;

/// The longest group that weights are packed in: kernels may sum digits times
/// 16, multiply the sum and stay within 32 bits (16 * 127 * 128 * 8192 < 2^31).
inline constexpr int64_t kMaxWeightGroup = 8192;

/// On a convolution or fully connected layer: its weights are on a grid of this
/// many bits, and are to be stored in as many. Only 4 means anything.
inline constexpr llvm::StringLiteral kWeightBitsAttr = "edge.weight_bits";

/// The digits of a packed weight.
inline constexpr int kLowestDigit = -8, kHighestDigit = 7;

/// The grid of one row: weight i is stored as multipliers[i / group] * digit
/// and means that times `scale`.
struct WeightGrid {
  /// Real value of a stored 1; a float's value, positive.
  double scale = 1.0;
  /// One per group, from -15 to 15, not 0. A negative one turns a group around
  /// whose largest weight needs the digit -8.
  llvm::SmallVector<int> multipliers;
  /// The bounds of digits: -127..127 for int8, -8..7 for four bits.
  int lowest = -127, highest = 127;
  /// Weights in a group; the last one may have fewer.
  int64_t group = 1;

  int getMultiplier(int64_t index) const { return multipliers[index / group]; }
};

/// The grid on which `row` has the least squared error. Rounding is to the
/// nearest point of the grid; what lies beyond is cut off where that is the
/// better choice. `group` weights share a multiplier; with 0 all of the row do.
/// S8W4 has digits of four bits; any other precision has int8 without
/// multipliers.
///
/// `importance`, if not empty, weighs the squared error of each weight: the
/// mean square of its input gives the error of the layer's output, as far as
/// inputs are independent. The scale is at least `minScale`. Weights have to be
/// finite.
WeightGrid chooseWeightGrid(llvm::ArrayRef<float> row, Precision precision,
                            int64_t group, double minScale = 0.0,
                            llvm::ArrayRef<float> importance = {});

/// What `value` is stored as at a place of the row: the nearest point.
int snap(const WeightGrid &grid, int64_t index, double value);

/// The multipliers with which stored weights are digits of four bits, one per
/// group (0: one for the row), or nothing if they are not on such a grid. It is
/// the values that say it, wherever they come from.
std::optional<llvm::SmallVector<int>>
findMultipliers(llvm::ArrayRef<int8_t> row, int64_t group);

/// Whether kernels are made for groups of this size (0: a row).
bool isWeightGroup(int64_t group);
/// These sizes, for messages.
inline constexpr llvm::StringLiteral kWeightGroups = "0, 16, 32, 64, 128, 256";

/// The largest group, of those that kernels are made for, with which all rows
/// of `weights` are on a grid of four bits; `rowSize` if a row is one group.
std::optional<int64_t> findWeightGroup(llvm::ArrayRef<int8_t> weights,
                                       int64_t rowSize);

/// Bytes that rows of packed weights take: two digits a byte, and a multiplier
/// per group.
int64_t getPackedBytes(int64_t rows, int64_t rowSize, int64_t group);

/// Whether packing is worth the code that unpacks and, if weights have yet to
/// be rounded, the accuracy: rows have at least 16 weights, and 128 bytes are
/// saved.
bool isWorthPacking(int64_t rows, int64_t rowSize, int64_t group);

} // namespace edgecc::quantization

#endif // EDGECC_QUANT_WEIGHTGRID_H
