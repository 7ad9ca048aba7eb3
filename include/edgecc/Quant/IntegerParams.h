//===- IntegerParams.h - Integers from quantized types ----------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What the integer kernels need and the compiler knows: multipliers, shifts,
// folded biases, tables. The reference interpreter and the lowering to kernels
// both take them from here, so that they cannot differ. The rules are those of
// docs/spec/integers.md.
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_QUANT_INTEGERPARAMS_H
#define EDGECC_QUANT_INTEGERPARAMS_H

#include "mlir/Dialect/Quant/QuantTypes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"

#include <array>
#include <cstdint>
#include <optional>

namespace edgecc::integer {

/// Multiplication by real factors in fixed point:
/// factor[i] = multipliers[i] * 2^(shift - 31).
struct Requantization {
  llvm::SmallVector<int32_t> multipliers;
  int shift = 0;
};

/// The fixed-point form of positive factors. `shift` is the smallest that
/// brings all of them below 1 after rounding, at most 31.
Requantization getRequantization(llvm::ArrayRef<double> factors);

/// The same for results in int16, by requantizeWide of kernels/fixed_point.h:
/// factor[i] = multipliers[i] * 2^-shift.
struct WideRequantization {
  llvm::SmallVector<int32_t> multipliers;
  int shift = 0;
};

/// The fixed-point form of positive factors of values whose magnitude is at
/// most `bounds[i]`. `shift` is the largest from 0 to 62 with which all
/// multipliers fit 32 bits and no product, with what is added to round it,
/// leaves 64.
WideRequantization getWideRequantization(llvm::ArrayRef<double> factors,
                                         llvm::ArrayRef<int64_t> bounds);

/// The factors of a convolution or fully connected layer, one per output
/// channel (axis 0 of `weights`): s_in * s_w[o] / s_out. The types are
/// quantized tensor types, `weights` per tensor or along axis 0.
Requantization getWeightedRequantization(mlir::RankedTensorType input,
                                         mlir::RankedTensorType weights,
                                         mlir::RankedTensorType output);

/// What the sums of a layer of int16 activations and int8 weights can reach.
struct WideSums {
  /// For each output channel, the sum of its weights' magnitudes times 32768:
  /// what products add up to, in any order and at any time.
  llvm::SmallVector<int64_t> products;
  /// The same with the bias: what is requantized.
  llvm::SmallVector<int64_t> withBias;

  /// Whether 32 bits hold the products of each channel.
  bool fitInt32() const;
};

/// `weights` are row-major with one row per element of `bias`.
WideSums getWideSums(llvm::ArrayRef<int32_t> bias,
                     llvm::ArrayRef<int8_t> weights);

/// As getWeightedRequantization, for int16 activations.
WideRequantization getWideWeightedRequantization(mlir::RankedTensorType input,
                                                 mlir::RankedTensorType weights,
                                                 mlir::RankedTensorType output,
                                                 const WideSums &sums);

/// bias[o] - inputZero * sum(weights[o, ...]): with this bias the kernels
/// multiply stored values, and taps outside the image count as `inputZero`.
/// `weights` are row-major with one row per element of `bias`. Nothing if a sum
/// does not fit 32 bits.
std::optional<llvm::SmallVector<int32_t>>
foldInputZeroPoint(llvm::ArrayRef<int32_t> bias, llvm::ArrayRef<int8_t> weights,
                   int64_t inputZero);

/// out = clamp((((a - za) * lhs + (b - zb) * rhs + 2^(shift - 1)) >> shift)
///             + z_out), with multipliers round(s / s_out * 2^shift).
struct AddParams {
  int32_t lhs = 0, rhs = 0;
  int shift = 0;
};

/// `shift` is the largest, at most 30, with which no sum leaves 32 bits.
AddParams getAddParams(mlir::quant::UniformQuantizedType lhs,
                       mlir::quant::UniformQuantizedType rhs,
                       mlir::quant::UniformQuantizedType output);

/// The same for differences: `rhs` is negative.
AddParams getSubParams(mlir::quant::UniformQuantizedType lhs,
                       mlir::quant::UniformQuantizedType rhs,
                       mlir::quant::UniformQuantizedType output);

/// kernels::divide with round(s_a / (s_b * s_out) * 2^shift) as multiplier.
struct DivParams {
  int32_t multiplier = 0;
  int shift = 0;
};

/// `shift` is the largest, at most 30, with which no numerator leaves 2^30. Of
/// int16, for kernels::divideWide, it is at most 46, and the multiplier has 31
/// bits.
DivParams getDivParams(mlir::quant::UniformQuantizedType lhs,
                       mlir::quant::UniformQuantizedType rhs,
                       mlir::quant::UniformQuantizedType output);

/// The factors of an input that is not negative, s_in / s_out, and of one that
/// is, times a slope: s_in * s_slope / s_out.
Requantization getPReluRequantization(mlir::quant::UniformQuantizedType input,
                                      mlir::quant::UniformQuantizedType slope,
                                      mlir::quant::UniformQuantizedType output);

/// The factor of a sum that `divisor` divides: s_in / (s_out * divisor).
Requantization getSumRequantization(mlir::quant::UniformQuantizedType input,
                                    mlir::quant::UniformQuantizedType output,
                                    int64_t divisor);

/// The same of int16.
WideRequantization
getWidePReluRequantization(mlir::quant::UniformQuantizedType input,
                           mlir::quant::UniformQuantizedType slope,
                           mlir::quant::UniformQuantizedType output);
/// The same of `count` int16.
WideRequantization
getWideSumRequantization(mlir::quant::UniformQuantizedType input,
                         mlir::quant::UniformQuantizedType output,
                         int64_t count, int64_t divisor);

/// What kernels/layer_norm_integer.h takes.
struct LayerNormParams {
  int64_t epsilon = 0;
  llvm::SmallVector<int32_t> multipliers, bias;
  int shift = 0;
};

/// The largest number of elements whose mean and variance fit 64 bits.
inline constexpr int64_t kLargestNormGroup = int64_t(1) << 20;
/// The same of int16; differences from the mean, times this number, fit 32.
inline constexpr int64_t kLargestWideNormGroup = int64_t(1) << 14;

/// The largest group of elements of a type.
int64_t getLargestNormGroup(mlir::quant::UniformQuantizedType type);

/// `count` elements make a group. `scale` and `bias` have one value for each of
/// `channels` positions along the last axis; empty ones mean 1 and 0. `shift`
/// is the largest, at most 30, with which all multipliers fit.
LayerNormParams getLayerNormParams(mlir::quant::UniformQuantizedType input,
                                   mlir::quant::UniformQuantizedType output,
                                   int64_t count, double epsilon,
                                   int64_t channels,
                                   llvm::ArrayRef<float> scale,
                                   llvm::ArrayRef<float> bias);

/// The factor of a product of two quantized values: s_a * s_b / s_out.
Requantization getMulRequantization(mlir::quant::UniformQuantizedType lhs,
                                    mlir::quant::UniformQuantizedType rhs,
                                    mlir::quant::UniformQuantizedType output);

/// The same for a sum of `depth` products of int16.
WideRequantization
getWideMulRequantization(mlir::quant::UniformQuantizedType lhs,
                         mlir::quant::UniformQuantizedType rhs,
                         mlir::quant::UniformQuantizedType output,
                         int64_t depth = 1);

/// The most products of int16 to a sum: multipliers then have at least 16 bits,
/// with which no result is off by half a step.
inline constexpr int64_t kLargestWideDepth = int64_t(1) << 16;

/// The factor from one quantized type to another, where one is int16:
/// s_in / s_out.
WideRequantization
getWideRequantization(mlir::quant::UniformQuantizedType input,
                      mlir::quant::UniformQuantizedType output);

/// The factor from one quantized type to another: s_in / s_out.
Requantization getRequantization(mlir::quant::UniformQuantizedType input,
                                 mlir::quant::UniformQuantizedType output);

/// The factors of an average over 1, 2, ..., `maxCount` taps, in that order:
/// s_in / (s_out * count).
Requantization
getAvgPoolRequantization(mlir::quant::UniformQuantizedType input,
                         mlir::quant::UniformQuantizedType output,
                         int64_t maxCount);

WideRequantization
getWideAvgPoolRequantization(mlir::quant::UniformQuantizedType input,
                             mlir::quant::UniformQuantizedType output,
                             int64_t maxCount);

/// round(exp(-scale * d) * 2^23) for d = 0..255.
std::array<int32_t, 256> getSoftmaxTable(double scale);
/// The two factors of exp(-scale * d) for d = 256 * i + j: first those of i,
/// then those of j, as getSoftmaxTable has them.
std::array<int32_t, 512> getWideSoftmaxTable(double scale);

/// Entries of a table for int16, and the distance between their arguments.
inline constexpr int kTableEntries = 513, kTableStep = 128;

/// Whether a type stores int16, which the rules for wide activations hold for.
bool isWide(mlir::quant::UniformQuantizedType type);

/// What a real value is stored as: quantize() of kernels/fixed_point.h, then
/// limited to the type's storage range.
int32_t getStoredValue(float value, mlir::quant::UniformQuantizedType type);

/// The same for many values of one type.
class StoredValues {
public:
  explicit StoredValues(mlir::quant::UniformQuantizedType type);
  int32_t operator()(float value) const;

private:
  float scale;
  int32_t zero, least, most;
  bool wide;
};

/// Bounds of stored results.
struct ClampRange {
  int32_t lo, hi;
};

/// The storage range of `type` within the real bounds that there are.
ClampRange getClampRange(mlir::quant::UniformQuantizedType type,
                         std::optional<llvm::APFloat> clampMin = {},
                         std::optional<llvm::APFloat> clampMax = {});

} // namespace edgecc::integer

#endif // EDGECC_QUANT_INTEGERPARAMS_H
