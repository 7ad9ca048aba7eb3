//===- dsp.h ----------------------------------------------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// The kernels for Arm's DSP extension behind the interface of the plain ones,
// with weights packed while the test runs. Elsewhere the plain kernels take
// their place, so that hashes of all cores can be compared.
#ifndef EDGECC_TEST_KERNELS_QEMU_DSP_H
#define EDGECC_TEST_KERNELS_QEMU_DSP_H

#include <cstdint>

#include "conv2d.h"
#include "conv2d_dsp.h"
#include "conv2d_w4_dsp.h"
#include "conv2d_winograd_dsp.h"
#include "depthwise_columns_dsp.h"
#include "depthwise_conv2d.h"
#include "depthwise_conv2d_dsp.h"
#include "elementwise.h"
#include "fully_connected.h"
#include "fully_connected_dsp.h"
#include "fully_connected_w4_dsp.h"
#include "matmul.h"
#include "matmul_dsp.h"

#include "packed.h"

namespace {

/// What is a template argument of these kernels.
constexpr int kInZero = -17, kOutZero = 5;

/// Whether a depthwise kernel that goes through the image channel by channel
/// may write where it reads: canOverwriteInput() of backends/cortexm.
template <class C> constexpr bool overwritesInput() {
  using Win = typename C::Win;
  return C::Out::dim(1) <= C::In::dim(1) && C::Out::dim(2) <= C::In::dim(2) &&
         Win::padTop <= (Win::kernelH - 1) * Win::dilationH;
}

/// What the kernels with a buffer of columns take: ColumnWindows in
/// backends/cortexm.
template <class C> constexpr bool fitsColumns() {
  using Win = typename C::Win;
  return Win::strideH <= (Win::kernelH - 1) * Win::dilationH + 1 &&
         Win::padLeft <= (C::Out::dim(2) - 1) * Win::strideW +
                             (Win::kernelW - 1) * Win::dilationW;
}

#if defined(__ARM_FEATURE_DSP)
constexpr int kWords = 8192;
std::int32_t packed[kWords], doubled[256];
std::int8_t packedSteps[kWords];
alignas(16) std::int8_t scratch[16384];

void doubleMultipliers(const std::int32_t *multiplier) {
  for (int i = 0; i < 256; ++i)
    doubled[i] = 2 * multiplier[i];
}

/// As packRows in backends/cortexm/DspKernels.cpp.
void packRows(const std::int8_t *weights, int rows, int depth, int block,
              int columns = 4) {
  std::int8_t *to = reinterpret_cast<std::int8_t *>(packed);
  for (int first = 0; first < rows; first += block)
    for (int k = 0; k < (depth + columns - 1) / columns * columns; k += 4)
      for (int row = first; row < first + block; ++row)
        for (int i = k; i < k + 4; ++i)
          *to++ = row < rows && i < depth ? weights[row * depth + i]
                                          : std::int8_t{0};
}

/// As packPairRows in backends/cortexm/DspKernels.cpp, from what packRows made.
void widenRows(int block) {
  static std::int32_t bytes[kWords / 2];
  for (int i = 0; i < kWords / 2; ++i)
    bytes[i] = packed[i];
  for (int i = 0; i < kWords / 2; ++i) {
    const int first = i / block * block * 2 + i % block;
    packed[first] = edgecc::kernels::evenBytes(bytes[i]);
    packed[first + block] = edgecc::kernels::oddBytes(bytes[i]);
  }
}

/// For int16: the middle bytes of each word change places.
void exchangeMiddleBytes() {
  for (std::int32_t &word : packed) {
    const auto bits = static_cast<std::uint32_t>(word);
    word = static_cast<std::int32_t>(
        (bits & 0xFF0000FFu) | (bits & 0xFF00u) << 8 | (bits >> 8 & 0xFF00u));
  }
}

/// As packDigitRows in backends/cortexm/DspKernels.cpp.
void packDigitRows(const std::int8_t *digits, const std::int8_t *steps,
                   int rows, int depth, int group, int block) {
  auto digitAt = [&](int row, int k) {
    return row < rows && k < depth ? digits[row * depth + k] & 15 : 0;
  };
  std::int8_t *to = reinterpret_cast<std::int8_t *>(packed);
  std::int8_t *toSteps = packedSteps;
  const int groups = groupsInRow(depth, group);
  for (int first = 0; first < rows; first += block) {
    for (int k = 0; k < depth; k += 4)
      for (int row = first; row < first + block; row += 2)
        for (int i = k; i < k + 4; ++i)
          *to++ = static_cast<std::int8_t>(digitAt(row, i) << 4 |
                                           digitAt(row + 1, i));
    for (int g = 0; g < groups; ++g)
      for (int row = first; row < first + block; ++row)
        *toSteps++ = row < rows ? steps[row * groups + g] : std::int8_t{1};
  }
}

/// As packWinograd in backends/cortexm/DspKernels.cpp, from [O, 3, 3, C]: by
/// the definition U = (2 G) g (2 G)t.
void packWinograd(const std::int8_t *weights, int rows, int depth) {
  constexpr int kTwiceG[4][3] = {{2, 0, 0}, {1, 1, 1}, {1, -1, 1}, {0, 0, 2}};
  constexpr int kOrder[4] = {1, 0, 2, 3};
  auto *to = reinterpret_cast<std::int16_t *>(packed);
  for (int first = 0; first < rows; first += 4)
    for (int place = 0; place < 16; ++place)
      for (int pair = 0; pair < depth / 2; ++pair)
        for (int row = first; row < first + 4; ++row)
          for (int half = 0; half < 2; ++half, ++to) {
            const int c = pair / 2 * 4 + pair % 2 + 2 * half;
            int sum = 0;
            for (int ky = 0; ky < 3; ++ky)
              for (int kx = 0; kx < 3; ++kx)
                sum += kTwiceG[place / 4][ky] * kTwiceG[kOrder[place % 4]][kx] *
                       weights[((row * 3 + ky) * 3 + kx) * depth + c];
            *to = static_cast<std::int16_t>(sum);
          }
}

/// From [3, 3, C].
void packDepthwise(const std::int8_t *weights, int channels) {
  std::int8_t *to = reinterpret_cast<std::int8_t *>(packed);
  for (int c = 0; c < channels; ++c)
    for (int row = 0; row < 3; ++row)
      for (int i = 0, tap = 0; i < 4; ++i, tap = (i + 1) / 2)
        *to++ = weights[(row * 3 + tap) * channels + c];
}
#endif

template <class C, int Lo, int Hi>
void convDsp(const std::int8_t *in, const std::int8_t *weights,
             const std::int32_t *bias, const std::int32_t *multiplier,
             std::int8_t *out) {
  using In = typename C::In;
  using Out = typename C::Out;
  using Win = typename C::Win;
#if defined(__ARM_FEATURE_DSP)
  constexpr int kOut = Out::dim(3);
  static_assert((kOut + 1) / 2 * 2 * ((C::kProducts + 7) / 8 * 2) <= kWords);
  packRows(weights, kOut, C::kProducts, 2, 8);
  doubleMultipliers(multiplier);
  // Both variants have to give the same.
  if (kOut % 2 == 0)
    edgecc::kernels::conv2d_s8_dsp<In, Out, Win, kInZero, kOutZero, Lo, Hi>(
        in, packed, bias, doubled, out, scratch, /*backwards=*/1);
  else
    edgecc::kernels::conv2d_s8_dsp_small<In, Out, Win, kInZero, kOutZero, Lo,
                                         Hi>(in, packed, bias, doubled, out, 0);
#else
  edgecc::kernels::conv2d_s8<In, Out, Win, 1>(
      in, weights, bias, multiplier, out, kInZero, 0, kOutZero, Lo, Hi);
#endif
}

/// For 3x3 windows that move by one, and channels in fours.
template <class C, int Lo, int Hi>
void convWinograd(const std::int8_t *in, const std::int8_t *weights,
                  const std::int32_t *bias, const std::int32_t *multiplier,
                  std::int8_t *out) {
  using In = typename C::In;
  using Out = typename C::Out;
  using Win = typename C::Win;
#if defined(__ARM_FEATURE_DSP)
  static_assert(Out::dim(3) * In::dim(3) * 8 <= kWords);
  packWinograd(weights, Out::dim(3), In::dim(3));
  doubleMultipliers(multiplier);
  // Both variants have to give the same.
  if (Out::dim(3) % 8 == 0)
    edgecc::kernels::conv2d_s8_winograd_dsp<In, Out, Win, kInZero, kOutZero, Lo,
                                            Hi>(in, packed, bias, doubled, out,
                                                scratch);
  else
    edgecc::kernels::conv2d_s8_winograd_dsp_small<In, Out, Win, kInZero,
                                                  kOutZero, Lo, Hi>(
        in, packed, bias, doubled, out);
#else
  edgecc::kernels::conv2d_s8<In, Out, Win, 1>(
      in, weights, bias, multiplier, out, kInZero, 0, kOutZero, Lo, Hi);
#endif
}

/// What is added to a convolution's outputs in the tests.
constexpr int kMul = 9001, kOtherZero = 23, kOtherMul = 7003, kSumShift = 14,
              kSumZero = -9, kSumLo = -110, kSumHi = 127;

/// A convolution and a sum, which overwrites the other operand.
template <class C>
void convThenAdd(const std::int8_t *in, const std::int8_t *weights,
                 const std::int32_t *bias, const std::int32_t *multiplier,
                 std::int8_t *out, int shift) {
  using Out = typename C::Out;
  static std::int8_t block[Out::size];
  edgecc::kernels::conv2d_s8<typename C::In, Out, typename C::Win, 1>(
      in, weights, bias, multiplier, block, kInZero, shift, kOutZero, -120,
      125);
  edgecc::kernels::add_s8<Out, Out, Out>(block, out, out, kOutZero, kMul,
                                         kOtherZero, kOtherMul, kSumShift,
                                         kSumZero, kSumLo, kSumHi);
}

/// The same in one kernel.
template <class C>
void convAddDsp(const std::int8_t *in, const std::int8_t *weights,
                const std::int32_t *bias, const std::int32_t *multiplier,
                std::int8_t *out) {
#if defined(__ARM_FEATURE_DSP)
  packRows(weights, C::Out::dim(3), C::kProducts, 2, 8);
  doubleMultipliers(multiplier);
  edgecc::kernels::conv2d_s8_add_dsp_small<typename C::In, typename C::Out,
                                           typename C::Win, kInZero, kOutZero,
                                           -120, 125>(
      in, packed, bias, doubled, out, out, kMul, kOtherZero, kOtherMul,
      kSumShift, kSumZero, kSumLo, kSumHi);
#else
  convThenAdd<C>(in, weights, bias, multiplier, out, 0);
#endif
}

template <class C>
void convAddWinograd(const std::int8_t *in, const std::int8_t *weights,
                     const std::int32_t *bias, const std::int32_t *multiplier,
                     std::int8_t *out) {
#if defined(__ARM_FEATURE_DSP)
  packWinograd(weights, C::Out::dim(3), C::In::dim(3));
  doubleMultipliers(multiplier);
  edgecc::kernels::conv2d_s8_winograd_add_dsp<typename C::In, typename C::Out,
                                              typename C::Win, kInZero,
                                              kOutZero, -120, 125>(
      in, packed, bias, doubled, out, out, scratch, kMul, kOtherZero, kOtherMul,
      kSumShift, kSumZero, kSumLo, kSumHi);
#else
  convThenAdd<C>(in, weights, bias, multiplier, out, 0);
#endif
}

template <class C>
void convDspWide(const std::int16_t *in, const std::int8_t *weights,
                 const std::int32_t *bias, const std::int32_t *multiplier,
                 std::int16_t *out, int shift, int lo, int hi) {
  using In = typename C::In;
  using Out = typename C::Out;
  using Win = typename C::Win;
#if defined(__ARM_FEATURE_DSP)
  packRows(weights, Out::dim(3), C::kProducts, 2);
  exchangeMiddleBytes();
  if (Out::dim(3) % 2 == 0)
    edgecc::kernels::conv2d_s16x8_dsp<In, Out, Win>(
        in, packed, bias, multiplier, out, scratch, shift, lo, hi);
  else
    edgecc::kernels::conv2d_s16x8_dsp_small<In, Out, Win>(
        in, packed, bias, multiplier, out, shift, lo, hi);
#else
  edgecc::kernels::conv2d_s16x8<In, Out, Win, 1, std::int32_t>(
      in, weights, bias, multiplier, out, shift, lo, hi);
#endif
}

template <class C, int Group, int Lo, int Hi>
void convPackedDsp(const std::int8_t *in, const std::int8_t *digits,
                   const std::int8_t *steps, const std::int8_t *weights,
                   const std::int32_t *bias, const std::int32_t *multiplier,
                   std::int8_t *out) {
  using In = typename C::In;
  using Out = typename C::Out;
  using Win = typename C::Win;
#if defined(__ARM_FEATURE_DSP)
  constexpr int kOut = Out::dim(3);
  packDigitRows(digits, steps, kOut, C::kProducts, Group, 2);
  doubleMultipliers(multiplier);
  // Both variants have to give the same.
  if (kOut % 2 == 0)
    edgecc::kernels::conv2d_s8w4_dsp<In, Out, Win, Group, kInZero, kOutZero, Lo,
                                     Hi>(in, packed, packedSteps, bias, doubled,
                                         out, scratch);
  else
    edgecc::kernels::conv2d_s8w4_dsp_small<In, Out, Win, Group, kInZero,
                                           kOutZero, Lo, Hi>(
        in, packed, packedSteps, bias, doubled, out);
  (void)weights;
#else
  edgecc::kernels::conv2d_s8<In, Out, Win, 1>(
      in, weights, bias, multiplier, out, kInZero, 0, kOutZero, Lo, Hi);
  (void)digits;
  (void)steps;
#endif
}

#if defined(__ARM_FEATURE_DSP)
/// In bands of `Band` rows; overwrites `in` where the kernel may.
template <class C, int Band, int Lo, int Hi>
void depthwiseBands(std::int8_t *in, const std::int32_t *bias,
                    std::int8_t *out) {
  using In = typename C::In;
  using Out = typename C::Out;
  using Win = typename C::Win;
  constexpr bool kInplace = Out::dim(1) <= In::dim(1) &&
                            Out::dim(2) <= In::dim(2) && Win::padTop <= 1;
  std::int8_t *to = kInplace ? in : out;
  if (In::dim(3) % 2 == 0)
    edgecc::kernels::depthwise_conv2d_s8_dsp<In, Out, Win, Band, kInZero,
                                             kOutZero, Lo, Hi>(
        in, packed, bias, doubled, to, scratch);
  else
    edgecc::kernels::depthwise_conv2d_s8_dsp_small<In, Out, Win, Band, kInZero,
                                                   kOutZero, Lo, Hi>(
        in, packed, bias, doubled, to);
  if (kInplace)
    for (int i = 0; i < Out::size; ++i)
      out[i] = in[i];
}
#endif

/// The whole image at once and in small bands, which have to give the same.
template <class C, int Lo, int Hi>
void depthwiseDsp3x3(std::int8_t *in, const std::int8_t *weights,
                     const std::int32_t *bias, const std::int32_t *multiplier,
                     std::int8_t *out) {
  using In = typename C::In;
  using Out = typename C::Out;
#if defined(__ARM_FEATURE_DSP)
  static std::int8_t copy[In::size], banded[Out::size];
  packDepthwise(weights, In::dim(3));
  doubleMultipliers(multiplier);
  for (int i = 0; i < In::size; ++i)
    copy[i] = in[i];
  depthwiseBands<C, Out::dim(1), Lo, Hi>(in, bias, out);
  depthwiseBands<C, 2, Lo, Hi>(copy, bias, banded);
  for (int i = 0; i < Out::size; ++i)
    if (out[i] != banded[i])
      out[i] = static_cast<std::int8_t>(~out[i]);
#else
  edgecc::kernels::depthwise_conv2d_s8<In, Out, typename C::Win>(
      in, weights, bias, multiplier, out, kInZero, 0, kOutZero, Lo, Hi);
#endif
}

#if defined(__ARM_FEATURE_DSP)
/// As packColumns in backends/cortexm/DspKernels.cpp, from [KH, KW, C].
template <class Win>
void packColumns(const std::int8_t *weights, int channels) {
  constexpr bool kFlat = Win::kernelH == 1 && Win::dilationW == 1;
  constexpr int kHeight = (Win::kernelH - 1) * Win::dilationH + 1;
  std::int8_t *to = reinterpret_cast<std::int8_t *>(packed);
  for (int c = 0; c < channels; ++c) {
    static std::int8_t pairs[2 * kHeight * Win::kernelW + 8];
    int count = 0;
    auto add = [&](int y, int x) {
      const bool inside =
          y % Win::dilationH == 0 && y < kHeight && x < Win::kernelW;
      pairs[count++] =
          inside
              ? weights[(y / Win::dilationH * Win::kernelW + x) * channels + c]
              : std::int8_t{0};
    };
    for (int y = 0; y < kHeight; y += 2)
      for (int x = 0; x < Win::kernelW; x += kFlat ? 2 : 1) {
        const bool counts = y % Win::dilationH == 0 ||
                            ((y + 1) % Win::dilationH == 0 && y + 1 < kHeight);
        if (!counts)
          continue;
        add(y, x);
        add(kFlat ? y : y + 1, kFlat ? x + 1 : x);
      }
    while (count % 4 != 0)
      pairs[count++] = 0;
    for (int i = 0; i < count; i += 4)
      for (int k = 0; k < 4; ++k)
        *to++ = pairs[i + (k % 2) * 2 + k / 2];
  }
}
#endif

/// Windows of any size; overwrites `in` where the kernel may. Weights are
/// [KH, KW, C].
template <class C, int Lo, int Hi>
void depthwiseDspColumns(std::int8_t *in, const std::int8_t *weights,
                         const std::int32_t *bias,
                         const std::int32_t *multiplier, std::int8_t *out) {
  using In = typename C::In;
  using Out = typename C::Out;
  using Win = typename C::Win;
#if defined(__ARM_FEATURE_DSP)
  packColumns<Win>(weights, In::dim(3));
  doubleMultipliers(multiplier);
  std::int8_t *to = overwritesInput<C>() ? in : out;
  if (In::dim(3) % 2 == 0)
    edgecc::kernels::depthwise_conv2d_s8_columns_dsp<In, Out, Win, kInZero,
                                                     kOutZero, Lo, Hi>(
        in, packed, bias, doubled, to, scratch);
  else
    edgecc::kernels::depthwise_conv2d_s8_columns_dsp_small<
        In, Out, Win, kInZero, kOutZero, Lo, Hi>(in, packed, bias, doubled, to);
  if (to == in)
    for (int i = 0; i < Out::size; ++i)
      out[i] = in[i];
#else
  edgecc::kernels::depthwise_conv2d_s8<In, Out, Win>(
      in, weights, bias, multiplier, out, kInZero, 0, kOutZero, Lo, Hi);
#endif
}

template <class In, class Out, int Lo, int Hi>
void fullyConnectedDsp(const std::int8_t *in, const std::int8_t *weights,
                       const std::int32_t *bias, const std::int32_t *multiplier,
                       std::int8_t *out) {
#if defined(__ARM_FEATURE_DSP)
  packRows(weights, Out::dim(Out::rank - 1), In::dim(In::rank - 1), 4);
  doubleMultipliers(multiplier);
  edgecc::kernels::fully_connected_s8_dsp<In, Out, kOutZero, Lo, Hi>(
      in, packed, bias, doubled, out);
  // Weights of int16 have to give the same.
  static std::int8_t again[Out::size];
  widenRows(4);
  edgecc::kernels::fully_connected_s8_pairs_dsp<In, Out, kOutZero, Lo, Hi>(
      in, packed, bias, doubled, again);
  for (int i = 0; i < Out::size; ++i)
    if (out[i] != again[i])
      out[i] = static_cast<std::int8_t>(~out[i]);
#else
  edgecc::kernels::fully_connected_s8<In, Out>(in, weights, bias, multiplier,
                                               out, 0, kOutZero, Lo, Hi);
#endif
}

template <class A, class B, class Out>
void matmulDsp(const std::int8_t *a, const std::int8_t *b,
               std::int32_t multiplier, std::int8_t *out) {
#if defined(__ARM_FEATURE_DSP)
  edgecc::kernels::matmul_s8_dsp<A, B, Out>(
      a, b, out, reinterpret_cast<std::int8_t *>(packed), kInZero, -7,
      2 * multiplier, kOutZero);
#else
  edgecc::kernels::matmul_s8<A, B, Out>(a, b, out, kInZero, -7, multiplier, 0,
                                        kOutZero);
#endif
}

template <class A, class B, class Out>
void matmulDspWide(const std::int16_t *a, const std::int16_t *b,
                   std::int32_t multiplier, int shift, std::int16_t *out) {
#if defined(__ARM_FEATURE_DSP)
  edgecc::kernels::matmul_s16_dsp<A, B, Out>(
      a, b, out, reinterpret_cast<std::int8_t *>(packed), multiplier, shift);
#else
  edgecc::kernels::matmul_s16<A, B, Out>(a, b, out, multiplier, shift);
#endif
}

template <class In, class Out>
void fullyConnectedDspWide(const std::int16_t *in, const std::int8_t *weights,
                           const std::int32_t *bias,
                           const std::int32_t *multiplier, std::int16_t *out,
                           int shift, int lo, int hi) {
#if defined(__ARM_FEATURE_DSP)
  packRows(weights, Out::dim(Out::rank - 1), In::dim(In::rank - 1), 4);
  exchangeMiddleBytes();
  edgecc::kernels::fully_connected_s16x8_dsp<In, Out>(
      in, packed, bias, multiplier, out, shift, lo, hi);
#else
  edgecc::kernels::fully_connected_s16x8<In, Out, std::int32_t>(
      in, weights, bias, multiplier, out, shift, lo, hi);
#endif
}

template <class In, class Out, int Group, int Lo, int Hi>
void fullyConnectedPackedDsp(const std::int8_t *in, const std::int8_t *digits,
                             const std::int8_t *steps,
                             const std::int8_t *weights,
                             const std::int32_t *bias,
                             const std::int32_t *multiplier, std::int8_t *out) {
#if defined(__ARM_FEATURE_DSP)
  packDigitRows(digits, steps, Out::dim(Out::rank - 1), In::dim(In::rank - 1),
                Group, 4);
  doubleMultipliers(multiplier);
  edgecc::kernels::fully_connected_s8w4_dsp<In, Out, Group, kOutZero, Lo, Hi>(
      in, packed, packedSteps, bias, doubled, out);
  (void)weights;
#else
  edgecc::kernels::fully_connected_s8<In, Out>(in, weights, bias, multiplier,
                                               out, 0, kOutZero, Lo, Hi);
  (void)digits;
  (void)steps;
#endif
}

} // namespace

#endif // EDGECC_TEST_KERNELS_QEMU_DSP_H
