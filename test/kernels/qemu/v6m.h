//===- v6m.h ----------------------------------------------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// The kernels for Armv6-M behind the interface of the plain ones, with weights
// packed while the test runs. Elsewhere the plain kernels take their place, so
// that hashes of all cores can be compared.
#ifndef EDGECC_TEST_KERNELS_QEMU_V6M_H
#define EDGECC_TEST_KERNELS_QEMU_V6M_H

#include <cstdint>

#include "conv2d.h"
#include "conv2d_v6m.h"
#include "depthwise_conv2d.h"
#include "depthwise_conv2d_v6m.h"
#include "fully_connected.h"
#include "fully_connected_v6m.h"

#include "dsp.h"

namespace {

#if defined(__ARM_ARCH_6M__)
std::int8_t raised[32768];
alignas(4) std::int8_t buffer[32768];

std::int8_t raise(int weight) { return static_cast<std::int8_t>(weight + 128); }

/// As packRaisedRows in backends/cortexm/Armv6mKernels.cpp.
void packRaisedRows(const std::int8_t *weights, int rows, int depth) {
  std::int8_t *to = raised;
  for (int row = 0; row < rows; ++row)
    for (int k = 0; k < (depth + 3) / 4 * 4; ++k)
      *to++ = raise(k < depth ? weights[row * depth + k] : 0);
}

/// As packRaisedColumns there.
void packRaisedColumns(const std::int8_t *weights, int rows, int depth) {
  std::int8_t *to = raised;
  for (int first = 0; first < rows; first += 4)
    for (int k = 0; k < depth; ++k)
      for (int row = first; row < first + 4; ++row)
        *to++ = raise(row < rows ? weights[row * depth + k] : 0);
}
#endif

template <class C, int Lo, int Hi>
void convV6m(const std::int8_t *in, const std::int8_t *weights,
             const std::int32_t *bias, const std::int32_t *multiplier,
             std::int8_t *out) {
  using In = typename C::In;
  using Out = typename C::Out;
  using Win = typename C::Win;
#if defined(__ARM_ARCH_6M__)
  packRaisedRows(weights, Out::dim(3), C::kProducts);
  // Both variants have to give the same.
  if (Out::dim(3) % 2 == 0)
    edgecc::kernels::conv2d_s8_v6m<In, Out, Win, kInZero, kOutZero, Lo, Hi>(
        in, raised, bias, multiplier, out, buffer, /*backwards=*/1);
  else
    edgecc::kernels::conv2d_s8_v6m_small<In, Out, Win, kInZero, kOutZero, Lo,
                                         Hi>(in, raised, bias, multiplier, out,
                                             0);
#else
  edgecc::kernels::conv2d_s8<In, Out, Win, 1>(
      in, weights, bias, multiplier, out, kInZero, 0, kOutZero, Lo, Hi);
#endif
}

#if defined(__ARM_ARCH_6M__)
/// In bands of `Band` rows; overwrites `in` where the kernel may.
template <class C, int Band, int Lo, int Hi>
void depthwiseV6mBands(std::int8_t *in, const std::int8_t *weights,
                       const std::int32_t *bias, const std::int32_t *multiplier,
                       std::int8_t *out) {
  using In = typename C::In;
  using Out = typename C::Out;
  using Win = typename C::Win;
  constexpr bool kInplace = Out::dim(1) <= In::dim(1) &&
                            Out::dim(2) <= In::dim(2) && Win::padTop <= 1;
  std::int8_t *to = kInplace ? in : out;
  if (In::dim(3) % 2 == 0)
    edgecc::kernels::depthwise_conv2d_s8_v6m<In, Out, Win, Band, kInZero,
                                             kOutZero, Lo, Hi>(
        in, weights, bias, multiplier, to, buffer);
  else
    edgecc::kernels::depthwise_conv2d_s8_v6m_small<In, Out, Win, Band, kInZero,
                                                   kOutZero, Lo, Hi>(
        in, weights, bias, multiplier, to);
  if (kInplace)
    for (int i = 0; i < Out::size; ++i)
      out[i] = in[i];
}
#endif

/// The whole image at once and in small bands, which have to give the same.
/// Weights are [3, 3, C].
template <class C, int Lo, int Hi>
void depthwiseV6m3x3(std::int8_t *in, const std::int8_t *weights,
                     const std::int32_t *bias, const std::int32_t *multiplier,
                     std::int8_t *out) {
  using In = typename C::In;
  using Out = typename C::Out;
#if defined(__ARM_ARCH_6M__)
  static std::int8_t copy[In::size], banded[Out::size], rows[In::dim(3) * 9];
  for (int c = 0; c < In::dim(3); ++c)
    for (int i = 0; i < 9; ++i)
      rows[c * 9 + i] = weights[i * In::dim(3) + c];
  for (int i = 0; i < In::size; ++i)
    copy[i] = in[i];
  depthwiseV6mBands<C, Out::dim(1), Lo, Hi>(in, rows, bias, multiplier, out);
  depthwiseV6mBands<C, 2, Lo, Hi>(copy, rows, bias, multiplier, banded);
  for (int i = 0; i < Out::size; ++i)
    if (out[i] != banded[i])
      out[i] = static_cast<std::int8_t>(~out[i]);
#else
  edgecc::kernels::depthwise_conv2d_s8<In, Out, typename C::Win>(
      in, weights, bias, multiplier, out, kInZero, 0, kOutZero, Lo, Hi);
#endif
}

template <class In, class Out, int Lo, int Hi>
void fullyConnectedV6m(const std::int8_t *in, const std::int8_t *weights,
                       const std::int32_t *bias, const std::int32_t *multiplier,
                       std::int8_t *out) {
#if defined(__ARM_ARCH_6M__)
  packRaisedColumns(weights, Out::dim(Out::rank - 1), In::dim(In::rank - 1));
  edgecc::kernels::fully_connected_s8_v6m<In, Out, kOutZero, Lo, Hi>(
      in, raised, bias, multiplier, out);
#else
  edgecc::kernels::fully_connected_s8<In, Out>(in, weights, bias, multiplier,
                                               out, 0, kOutZero, Lo, Hi);
#endif
}

} // namespace

#endif // EDGECC_TEST_KERNELS_QEMU_V6M_H
