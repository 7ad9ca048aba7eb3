//===- helium.h -------------------------------------------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// The kernels for Arm's Helium behind the interface of the plain ones, with
// weights packed while the test runs. Elsewhere the plain kernels take their
// place, so that hashes of all cores can be compared.
#ifndef EDGECC_TEST_KERNELS_QEMU_HELIUM_H
#define EDGECC_TEST_KERNELS_QEMU_HELIUM_H

#include <cstdint>

#include "conv2d.h"
#include "conv2d_mve.h"
#include "depthwise_columns_mve.h"
#include "depthwise_conv2d.h"
#include "depthwise_conv2d_mve.h"
#include "fully_connected.h"
#include "fully_connected_mve.h"

#include "dsp.h"

namespace {

#if defined(__ARM_FEATURE_MVE)
alignas(4) std::int8_t vectorRows[65536];

/// As packVectorRows in backends/cortexm/HeliumKernels.cpp.
void packVectorRows(const std::int8_t *weights, int rows, int depth) {
  std::int8_t *to = vectorRows;
  for (int first = 0; first < rows; first += 4)
    for (int k = 0; k < depth; k += 16)
      for (int row = first; row < first + 4; ++row)
        for (int i = k; i < k + 16; ++i)
          *to++ = row < rows && i < depth ? weights[row * depth + i]
                                          : std::int8_t{0};
}
#endif

template <class C, int Shift, int Lo, int Hi>
void convHelium(const std::int8_t *in, const std::int8_t *weights,
                const std::int32_t *bias, const std::int32_t *multiplier,
                std::int8_t *out) {
  using In = typename C::In;
  using Out = typename C::Out;
  using Win = typename C::Win;
#if defined(__ARM_FEATURE_MVE)
  packVectorRows(weights, Out::dim(3), C::kProducts);
  // Both variants have to give the same.
  if (Out::dim(3) % 2 == 0)
    edgecc::kernels::conv2d_s8_mve<In, Out, Win, kInZero, Shift, kOutZero, Lo,
                                   Hi>(in, vectorRows, bias, multiplier, out,
                                       scratch, /*backwards=*/1);
  else
    edgecc::kernels::conv2d_s8_mve_small<In, Out, Win, kInZero, Shift, kOutZero,
                                         Lo, Hi>(in, vectorRows, bias,
                                                 multiplier, out, 0);
#else
  edgecc::kernels::conv2d_s8<In, Out, Win, 1>(
      in, weights, bias, multiplier, out, kInZero, Shift, kOutZero, Lo, Hi);
#endif
}

/// With a sum that overwrites the other operand.
template <class C>
void convAddHelium(const std::int8_t *in, const std::int8_t *weights,
                   const std::int32_t *bias, const std::int32_t *multiplier,
                   std::int8_t *out) {
#if defined(__ARM_FEATURE_MVE)
  packVectorRows(weights, C::Out::dim(3), C::kProducts);
  edgecc::kernels::conv2d_s8_add_mve_small<typename C::In, typename C::Out,
                                           typename C::Win, kInZero, 1,
                                           kOutZero, -120, 125>(
      in, vectorRows, bias, multiplier, out, out, kMul, kOtherZero, kOtherMul,
      kSumShift, kSumZero, kSumLo, kSumHi);
#else
  convThenAdd<C>(in, weights, bias, multiplier, out, 1);
#endif
}

#if defined(__ARM_FEATURE_MVE)
/// In bands of `Band` rows; overwrites `in` where the kernel may.
template <class C, int Band, int Shift, int Lo, int Hi>
void depthwiseHeliumBands(std::int8_t *in, const std::int8_t *weights,
                          const std::int32_t *bias,
                          const std::int32_t *multiplier, std::int8_t *out) {
  using In = typename C::In;
  using Out = typename C::Out;
  using Win = typename C::Win;
  constexpr bool kInplace = Out::dim(1) <= In::dim(1) &&
                            Out::dim(2) <= In::dim(2) && Win::padTop <= 1;
  std::int8_t *to = kInplace ? in : out;
  if (In::dim(3) % 2 == 0)
    edgecc::kernels::depthwise_conv2d_s8_mve<In, Out, Win, Band, kInZero, Shift,
                                             kOutZero, Lo, Hi>(
        in, weights, bias, multiplier, to, scratch);
  else
    edgecc::kernels::depthwise_conv2d_s8_mve_small<In, Out, Win, Band, kInZero,
                                                   Shift, kOutZero, Lo, Hi>(
        in, weights, bias, multiplier, to);
  if (kInplace)
    for (int i = 0; i < Out::size; ++i)
      out[i] = in[i];
}
#endif

/// The whole image at once and in small bands, which have to give the same.
/// Weights are [3, 3, C].
template <class C, int Shift, int Lo, int Hi>
void depthwiseHelium3x3(std::int8_t *in, const std::int8_t *weights,
                        const std::int32_t *bias,
                        const std::int32_t *multiplier, std::int8_t *out) {
  using In = typename C::In;
  using Out = typename C::Out;
#if defined(__ARM_FEATURE_MVE)
  static std::int8_t copy[In::size], banded[Out::size], rows[In::dim(3) * 9];
  for (int c = 0; c < In::dim(3); ++c)
    for (int i = 0; i < 9; ++i)
      rows[c * 9 + i] = weights[i * In::dim(3) + c];
  for (int i = 0; i < In::size; ++i)
    copy[i] = in[i];
  depthwiseHeliumBands<C, Out::dim(1), Shift, Lo, Hi>(in, rows, bias,
                                                      multiplier, out);
  depthwiseHeliumBands<C, 2, Shift, Lo, Hi>(copy, rows, bias, multiplier,
                                            banded);
  for (int i = 0; i < Out::size; ++i)
    if (out[i] != banded[i])
      out[i] = static_cast<std::int8_t>(~out[i]);
#else
  edgecc::kernels::depthwise_conv2d_s8<In, Out, typename C::Win>(
      in, weights, bias, multiplier, out, kInZero, Shift, kOutZero, Lo, Hi);
#endif
}

/// Windows of any size; overwrites `in` where the kernel may. Weights are
/// [KH, KW, C].
template <class C, int Shift, int Lo, int Hi>
void depthwiseHeliumColumns(std::int8_t *in, const std::int8_t *weights,
                            const std::int32_t *bias,
                            const std::int32_t *multiplier, std::int8_t *out) {
  using In = typename C::In;
  using Out = typename C::Out;
  using Win = typename C::Win;
#if defined(__ARM_FEATURE_MVE)
  static std::int8_t rows[In::dim(3) * C::kKernel];
  for (int c = 0; c < In::dim(3); ++c)
    for (int i = 0; i < C::kKernel; ++i)
      rows[c * C::kKernel + i] = weights[i * In::dim(3) + c];
  std::int8_t *to = overwritesInput<C>() ? in : out;
  if (In::dim(3) % 2 == 0)
    edgecc::kernels::depthwise_conv2d_s8_columns_mve<In, Out, Win, kInZero,
                                                     Shift, kOutZero, Lo, Hi>(
        in, rows, bias, multiplier, to, scratch);
  else
    edgecc::kernels::depthwise_conv2d_s8_columns_mve_small<
        In, Out, Win, kInZero, Shift, kOutZero, Lo, Hi>(in, rows, bias,
                                                        multiplier, to);
  if (to == in)
    for (int i = 0; i < Out::size; ++i)
      out[i] = in[i];
#else
  edgecc::kernels::depthwise_conv2d_s8<In, Out, Win>(
      in, weights, bias, multiplier, out, kInZero, Shift, kOutZero, Lo, Hi);
#endif
}

template <class In, class Out, int Shift, int Lo, int Hi>
void fullyConnectedHelium(const std::int8_t *in, const std::int8_t *weights,
                          const std::int32_t *bias,
                          const std::int32_t *multiplier, std::int8_t *out) {
#if defined(__ARM_FEATURE_MVE)
  packVectorRows(weights, Out::dim(Out::rank - 1), In::dim(In::rank - 1));
  edgecc::kernels::fully_connected_s8_mve<In, Out, Shift, kOutZero, Lo, Hi>(
      in, vectorRows, bias, multiplier, out);
#else
  edgecc::kernels::fully_connected_s8<In, Out>(in, weights, bias, multiplier,
                                               out, Shift, kOutZero, Lo, Hi);
#endif
}

} // namespace

#endif // EDGECC_TEST_KERNELS_QEMU_HELIUM_H
