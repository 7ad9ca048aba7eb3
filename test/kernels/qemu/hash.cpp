//===- hash.cpp -----------------------------------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// Runs every kernel with an integer contract over shapes.inc, on data that is
// the same everywhere, and prints a hash of each output. run.sh compares the
// lines of all cores. Needs no operating system and no C++ library.
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "conv2d.h"
#include "conv2d_w4.h"
#include "data_movement.h"
#include "depthwise_conv2d.h"
#include "elementwise.h"
#include "elementwise_integer.h"
#include "fully_connected.h"
#include "fully_connected_w4.h"
#include "layer_norm_integer.h"
#include "matmul.h"
#include "pool2d.h"
#include "quantize.h"
#include "reduce.h"
#include "resample.h"
#include "softmax.h"

#include "cases.h"
#include "dsp.h"
#include "helium.h"
#include "packed.h"
#include "platform.h"
#include "v6m.h"

using namespace edgecc::kernels;

namespace {

constexpr int kElements = 8192, kChannels = 64;
std::int8_t in[kElements], other[kElements], out[kElements];
// Weights of four bits: digits one by one and packed, steps, what they mean.
std::int8_t unpacked[kElements], packedDigits[kElements], steps[kElements],
    rows[kElements];
std::int16_t wideIn[kElements], wideOther[kElements], wideOut[kElements];
std::int32_t bias[kChannels], multiplier[512];
float reals[kElements];
// Parameters that the compiler cannot fold into the kernels.
volatile int inZero = -17, otherZero = 101, outZero = 5, shift = 2, lo = -120,
             hi = 125;
volatile int wideShift = 38, wideLo = -32000, wideHi = 31000;

std::uint32_t state;

/// A linear congruential generator; its upper bits are good enough.
std::uint32_t next() {
  state = state * 1664525u + 1013904223u;
  return state >> 8;
}

std::int32_t integer(std::int32_t from, std::int32_t to) {
  return from + static_cast<std::int32_t>(
                    next() % static_cast<std::uint32_t>(to - from + 1));
}

/// Fresh data for a case; the multipliers spread a sum of `products` products
/// over the int8 range.
void prepare(int products) {
  state = static_cast<std::uint32_t>(products);
  int root = 1;
  while (root * root < products)
    ++root;
  for (int i = 0; i < kElements; ++i) {
    in[i] = static_cast<std::int8_t>(integer(-128, 127));
    other[i] = static_cast<std::int8_t>(integer(-127, 127));
    out[i] = 0;
    wideIn[i] = static_cast<std::int16_t>(integer(-32768, 32767));
    wideOther[i] = static_cast<std::int16_t>(integer(-32768, 32767));
    wideOut[i] = 0;
    reals[i] = static_cast<float>(integer(-70000, 70000)) / 3000.0f;
  }
  for (std::int32_t &b : bias)
    b = integer(-9000, 9000);
  for (std::int32_t &m : multiplier)
    m = integer(4000000, 8000000) / root;
}

/// Fresh data, and something in `out` to be added to.
void prepareSum(int products, int outputs) {
  prepare(products);
  for (int i = 0; i < outputs; ++i)
    out[i] = static_cast<std::int8_t>(integer(-128, 127));
}

/// Prints "Kernel.Name hash" (FNV-1a).
void report(const char *kernel, const char *name, const void *data, int bytes) {
  std::uint32_t hash = 2166136261u;
  for (int i = 0; i < bytes; ++i)
    hash = (hash ^ static_cast<const unsigned char *>(data)[i]) * 16777619u;
  char digits[11] = " ........\n";
  for (int i = 8; i >= 1; --i, hash >>= 4)
    digits[i] = "0123456789abcdef"[hash & 15];
  writeText(kernel);
  writeText(".");
  writeText(name);
  writeText(digits);
}

/// Fresh data as well as weights [outputs, depth] of four bits.
void preparePacked(int outputs, int depth, int group) {
  prepare(depth);
  for (int i = 0; i < outputs * depth; ++i)
    unpacked[i] = static_cast<std::int8_t>(integer(-8, 7));
  for (int i = 0; i < outputs * groupsInRow(depth, group); ++i)
    steps[i] = static_cast<std::int8_t>(integer(-15, 15));
  packDigits(unpacked, outputs, depth, group, packedDigits);
  multiplySteps(unpacked, steps, outputs, depth, group, other);
}

template <class C, int Group> void convPacked(const char *name) {
  using Out = typename C::Out;
  preparePacked(Out::dim(3), C::kProducts, Group);
  conv2d_s8w4<typename C::In, Out, typename C::Win, C::kGroups, Group>(
      in, packedDigits, steps, bias, multiplier, out, rows, inZero, shift,
      outZero, lo, hi);
  report("Conv2dS8W4", name, out, Out::size);
  if constexpr (C::kGroups == 1 && Out::dim(1) * Out::dim(2) >= 3) {
    convPackedDsp<C, Group, -128, 127>(in, unpacked, steps, other, bias,
                                       multiplier, out);
    report("Conv2dS8W4Dsp", name, out, Out::size);
  }
}

template <class In, class Out, int Group>
void fullyConnectedPacked(const char *name) {
  constexpr int kOut = Out::dim(Out::rank - 1);
  constexpr int kDepth = In::dim(In::rank - 1);
  preparePacked(kOut, kDepth, Group);
  fully_connected_s8w4<In, Out, Group>(in, packedDigits, steps, bias,
                                       multiplier, out, shift, outZero, lo, hi);
  report("FullyConnectedS8W4", name, out, Out::size);
  if constexpr (kDepth % 4 == 0) {
    fullyConnectedPackedDsp<In, Out, Group, -128, 127>(
        in, unpacked, steps, other, bias, multiplier, out);
    report("FullyConnectedS8W4Dsp", name, out, Out::size);
  }
}

template <class C> constexpr bool isWinograd() {
  using Win = typename C::Win;
  return C::kGroups == 1 && C::kKernel == 9 && Win::kernelH == 3 &&
         Win::strideH == 1 && Win::strideW == 1 && Win::dilationH == 1 &&
         Win::dilationW == 1 && C::In::dim(3) % 4 == 0 &&
         C::Out::dim(3) % 4 == 0;
}

template <class C> void conv(const char *name) {
  static_assert(C::In::size <= kElements && C::Out::size <= kElements &&
                    C::kProducts * C::Out::dim(3) <= kElements &&
                    C::Out::dim(3) <= kChannels,
                "the buffers are large enough");
  prepare(C::kProducts);
  conv2d_s8<typename C::In, typename C::Out, typename C::Win, C::kGroups>(
      in, other, bias, multiplier, out, inZero, shift, outZero, lo, hi);
  report("Conv2dS8", name, out, C::Out::size);
  conv2d_s16x8<typename C::In, typename C::Out, typename C::Win, C::kGroups,
               std::int32_t>(wideIn, other, bias, multiplier, wideOut,
                             wideShift, wideLo, wideHi);
  report("Conv2dS16x8", name, wideOut, C::Out::size * 2);
  conv2d_s16x8<typename C::In, typename C::Out, typename C::Win, C::kGroups,
               std::int64_t>(wideIn, other, bias, multiplier, wideOut,
                             wideShift, wideLo, wideHi);
  report("Conv2dS16x8Sum64", name, wideOut, C::Out::size * 2);
  if constexpr (C::kGroups == 1 && C::Out::dim(1) * C::Out::dim(2) >= 3) {
    prepare(C::kProducts);
    convDsp<C, -128, 127>(in, other, bias, multiplier, out);
    report("Conv2dS8Dsp", name, out, C::Out::size);
    convDspWide<C>(wideIn, other, bias, multiplier, wideOut, wideShift, wideLo,
                   wideHi);
    report("Conv2dS16x8Dsp", name, wideOut, C::Out::size * 2);
    prepareSum(C::kProducts, C::Out::size);
    convAddDsp<C>(in, other, bias, multiplier, out);
    report("Conv2dS8AddDsp", name, out, C::Out::size);
  }
  if constexpr (isWinograd<C>()) {
    prepare(C::kProducts);
    convWinograd<C, -128, 127>(in, other, bias, multiplier, out);
    report("Conv2dS8Winograd", name, out, C::Out::size);
    convWinograd<C, -100, 90>(in, other, bias, multiplier, out);
    report("Conv2dS8WinogradClamped", name, out, C::Out::size);
    prepareSum(C::kProducts, C::Out::size);
    convAddWinograd<C>(in, other, bias, multiplier, out);
    report("Conv2dS8AddWinograd", name, out, C::Out::size);
  }
  if constexpr (C::kGroups == 1) {
    prepare(C::kProducts);
    convHelium<C, 2, -120, 125>(in, other, bias, multiplier, out);
    report("Conv2dS8Helium", name, out, C::Out::size);
    prepareSum(C::kProducts, C::Out::size);
    convAddHelium<C>(in, other, bias, multiplier, out);
    report("Conv2dS8AddHelium", name, out, C::Out::size);
    prepare(C::kProducts);
    convV6m<C, -120, 127>(in, other, bias, multiplier, out);
    report("Conv2dS8V6m", name, out, C::Out::size);
  }
  convPacked<C, groupOf(C::kProducts, 12)>(name);
  convPacked<C, C::kProducts>(name);
}

template <class C> void depthwise(const char *name) {
  static_assert(C::In::size <= kElements && C::Out::size <= kElements &&
                    C::kProducts * C::Out::dim(3) <= kElements &&
                    C::Out::dim(3) <= kChannels,
                "the buffers are large enough");
  prepare(C::kProducts);
  depthwise_conv2d_s8<typename C::In, typename C::Out, typename C::Win>(
      in, other, bias, multiplier, out, inZero, shift, outZero, lo, hi);
  report("DepthwiseConv2dS8", name, out, C::Out::size);
  depthwise_conv2d_s16x8<typename C::In, typename C::Out, typename C::Win,
                         std::int32_t>(wideIn, other, bias, multiplier, wideOut,
                                       wideShift, wideLo, wideHi);
  report("DepthwiseConv2dS16x8", name, wideOut, C::Out::size * 2);
  using W = typename C::Win;
  if constexpr (C::In::dim(3) == C::Out::dim(3) && fitsColumns<C>()) {
    prepare(C::kProducts);
    depthwiseHeliumColumns<C, C::In::dim(3) == 6 ? 1 : 0, -128, 120>(
        in, other, bias, multiplier, out);
    report("DepthwiseConv2dS8HeliumColumns", name, out, C::Out::size);
    prepare(C::kProducts);
    depthwiseDspColumns<C, C::In::dim(3) == 6 ? -100 : -128, 127>(
        in, other, bias, multiplier, out);
    report("DepthwiseConv2dS8DspColumns", name, out, C::Out::size);
  }
  if constexpr (C::In::dim(3) == C::Out::dim(3) && C::kKernel == 9 &&
                W::kernelH == 3 && W::strideH == W::strideW &&
                W::strideH <= 2 && W::dilationH * W::dilationW == 1) {
    prepare(C::kProducts);
    depthwiseDsp3x3<C, C::In::dim(3) == 6 ? -100 : -128, 127>(in, other, bias,
                                                              multiplier, out);
    report("DepthwiseConv2dS8Dsp", name, out, C::Out::size);
    prepare(C::kProducts);
    depthwiseHelium3x3<C, C::In::dim(3) == 6 ? 1 : 0, -128, 120>(
        in, other, bias, multiplier, out);
    report("DepthwiseConv2dS8Helium", name, out, C::Out::size);
    prepare(C::kProducts);
    depthwiseV6m3x3<C, -128, 110>(in, other, bias, multiplier, out);
    report("DepthwiseConv2dS8V6m", name, out, C::Out::size);
  }
}

template <class C> void pool(const char *name) {
  using In = typename C::In;
  using Out = typename C::Out;
  static_assert(In::size <= kElements && Out::size <= kElements &&
                    C::kKernel <= 256,
                "the buffers are large enough");
  prepare(1);
  max_pool2d_s8<In, Out, typename C::Win>(in, out);
  report("MaxPool2dS8", name, out, Out::size);
  max_pool2d_s16<In, Out, typename C::Win>(wideIn, wideOut);
  report("MaxPool2dS16", name, wideOut, Out::size * 2);
  for (int i = 0; i < C::kKernel; ++i)
    multiplier[i] = 600000000 / (i + 1);
  avg_pool2d_s8<In, Out, typename C::Win, false>(in, multiplier, out, inZero,
                                                 shift, outZero, lo, hi);
  report("AvgPool2dS8", name, out, Out::size);
  avg_pool2d_s8<In, Out, typename C::Win, true>(in, multiplier, out, inZero,
                                                shift, outZero, lo, hi);
  report("AvgPool2dS8CountPad", name, out, Out::size);
  avg_pool2d_s16<In, Out, typename C::Win, true>(wideIn, multiplier, wideOut,
                                                 wideShift - 9, wideLo, wideHi);
  report("AvgPool2dS16CountPad", name, wideOut, Out::size * 2);
}

template <class In, class Out> void fullyConnected(const char *name) {
  constexpr int kOut = Out::dim(Out::rank - 1);
  constexpr int kDepth = In::dim(In::rank - 1);
  static_assert(In::size <= kElements && kOut * kDepth <= kElements &&
                    kOut <= kChannels,
                "the buffers are large enough");
  prepare(kDepth);
  fully_connected_s8<In, Out>(in, other, bias, multiplier, out, shift, outZero,
                              lo, hi);
  report("FullyConnectedS8", name, out, Out::size);
  fully_connected_s16x8<In, Out, std::int32_t>(
      wideIn, other, bias, multiplier, wideOut, wideShift, wideLo, wideHi);
  report("FullyConnectedS16x8", name, wideOut, Out::size * 2);
  fully_connected_s16x8<In, Out, std::int64_t>(
      wideIn, other, bias, multiplier, wideOut, wideShift, wideLo, wideHi);
  report("FullyConnectedS16x8Sum64", name, wideOut, Out::size * 2);
  if constexpr (kDepth % 4 == 0) {
    prepare(kDepth);
    fullyConnectedDsp<In, Out, -128, 127>(in, other, bias, multiplier, out);
    report("FullyConnectedS8Dsp", name, out, Out::size);
    fullyConnectedDspWide<In, Out>(wideIn, other, bias, multiplier, wideOut,
                                   wideShift, wideLo, wideHi);
    report("FullyConnectedS16x8Dsp", name, wideOut, Out::size * 2);
    prepare(kDepth);
    fullyConnectedV6m<In, Out, -128, 127>(in, other, bias, multiplier, out);
    report("FullyConnectedS8V6m", name, out, Out::size);
  }
  prepare(kDepth);
  fullyConnectedHelium<In, Out, 1, -128, 127>(in, other, bias, multiplier, out);
  report("FullyConnectedS8Helium", name, out, Out::size);
  fullyConnectedPacked<In, Out, groupOf(kDepth, 16)>(name);
  fullyConnectedPacked<In, Out, kDepth>(name);
}

template <class Out, class A, class B> void elementwise(const char *name) {
  static_assert(Out::size <= kElements, "the buffers are large enough");
  prepare(1);
  add_s8<Out, A, B>(in, other, out, inZero, 700000, otherZero, 1300000, 21,
                    outZero, lo, hi);
  report("AddS8", name, out, Out::size);
  mul_s8<Out, A, B>(in, other, out, inZero, otherZero, multiplier[0], shift,
                    outZero, lo, hi);
  report("MulS8", name, out, Out::size);
  add_s16<Out, A, B>(wideIn, wideOther, wideOut, 21000, 32000, 15, wideLo,
                     wideHi);
  report("AddS16", name, wideOut, Out::size * 2);
  mul_s16<Out, A, B>(wideIn, wideOther, wideOut, multiplier[0], wideShift,
                     wideLo, wideHi);
  report("MulS16", name, wideOut, Out::size * 2);
  extremum_s16<Out, A, B, false>(wideIn, wideOther, wideOut, 21000, 32000, 15,
                                 wideLo, wideHi);
  report("MinimumS16", name, wideOut, Out::size * 2);
  div_s16<Out, A, B>(wideIn, wideOther, wideOut, 1 << 30, 18, wideLo, wideHi);
  report("DivS16", name, wideOut, Out::size * 2);
  prelu_s16<Out, A, B>(wideIn, wideOther, wideOut, 1 << 30, 1 << 18, 31, wideLo,
                       wideHi);
  report("PReluS16", name, wideOut, Out::size * 2);
  extremum_s8<Out, A, B, true>(in, other, out, inZero, 700000, otherZero,
                               1300000, 21, outZero, lo, hi);
  report("MaximumS8", name, out, Out::size);
  div_s8<Out, A, B>(in, other, out, inZero, otherZero, 40 << 16, 16, outZero,
                    lo, hi);
  report("DivS8", name, out, Out::size);
  if constexpr (A::size == Out::size) {
    prelu_s8<Out, A, B>(in, other, out, inZero, otherZero, 900000000, 9000000,
                        shift, outZero, lo, hi);
    report("PReluS8", name, out, Out::size);
  }
}

template <class A, class B, class Out> void matmul(const char *name) {
  static_assert(A::size <= kElements && B::size <= kElements &&
                    Out::size <= kElements,
                "the buffers are large enough");
  prepare(A::dim(A::rank - 1));
  matmul_s8<A, B, Out>(in, other, out, inZero, otherZero, multiplier[0], shift,
                       outZero);
  report("MatmulS8", name, out, Out::size);
  matmul_s16<A, B, Out>(wideIn, wideOther, wideOut, multiplier[0], wideShift);
  report("MatmulS16", name, wideOut, Out::size * 2);
  if constexpr (A::dim(A::rank - 1) >= 2) {
    matmulDspWide<A, B, Out>(wideIn, wideOther, multiplier[0], wideShift,
                             wideOut);
    report("MatmulS16Dsp", name, wideOut, Out::size * 2);
  }
  if constexpr (A::dim(A::rank - 1) >= 4) {
    prepare(A::dim(A::rank - 1));
    matmulDsp<A, B, Out>(in, other, multiplier[0], out);
    report("MatmulS8Dsp", name, out, Out::size);
  }
}

/// Along each axis of an image.
void alongAxes() {
  using Image = Shape<2, 8, 8, 16>;
  prepare(8);
  reduce_sum_s8<Image, Shape<0, 1, 1, 0>>(in, out, inZero, 30000000, shift,
                                          outZero);
  report("ReduceSumS8", "Spatial", out, 2 * 16);
  reduce_sum_s8<Image, Shape<0, 0, 0, 1>>(in, out, inZero, 90000000, shift,
                                          outZero);
  report("ReduceSumS8", "Channels", out, 2 * 8 * 8);
  reduce_sum_s16<Image, Shape<0, 1, 1, 0>>(wideIn, wideOut, 300000000, 32);
  report("ReduceSumS16", "Spatial", wideOut, 2 * 16 * 2);
  const std::int32_t indices[] = {0, 0, 3, 7, 1, 2, 4, 7};
  const std::int16_t weights[] = {16384, 12288, 8192, -300,
                                  0,     4096,  8192, 16684};
  resample_s8<Image, 2, Shape<2, 4>>(in, indices, weights, out, inZero, 100000,
                                     0, outZero);
  report("ResampleS8", "Columns", out, 2 * 8 * 4 * 16);
  resample_s16<Image, 2, Shape<2, 4>>(wideIn, indices, weights, wideOut,
                                      1900000000, 45);
  report("ResampleS16", "Columns", wideOut, 2 * 8 * 4 * 16 * 2);
  layer_norm_s8<Image, Shape<0, 1, 1, 0>, false>(in, multiplier, bias, out,
                                                 inZero, 123456, 20, outZero);
  report("LayerNormS8", "Spatial", out, Image::size);
  layer_norm_s8<Image, Shape<0, 0, 0, 1>, true>(in, multiplier, bias, out,
                                                inZero, 123456, 20, outZero);
  report("LayerNormS8", "Channels", out, Image::size);
  layer_norm_s16<Image, Shape<0, 1, 1, 0>, false>(wideIn, multiplier, bias,
                                                  wideOut, 123456, 8);
  report("LayerNormS16", "Spatial", wideOut, Image::size * 2);
  layer_norm_s16<Image, Shape<0, 0, 0, 1>, true>(wideIn, multiplier, bias,
                                                 wideOut, 123456, 8);
  report("LayerNormS16", "Channels", wideOut, Image::size * 2);
}

template <class S, int Axis> void softmax(const char *name) {
  static_assert(S::size <= kElements, "the buffers are large enough");
  prepare(1);
  // Falls from 2^23 as the tables of a real layer do.
  std::int32_t e = 1 << 23;
  for (int i = 0; i < 512; ++i) {
    if (i == 256)
      e = 1 << 23;
    multiplier[i] = e;
    e -= i < 256 ? e / 20 : e / 5000;
  }
  softmax_s8<S, Axis>(in, multiplier, out);
  report("SoftmaxS8", name, out, S::size);
  softmax_s16<S, Axis>(wideIn, multiplier, wideOut);
  report("SoftmaxS16", name, wideOut, S::size * 2);
}

void conversions() {
  using All = Shape<kElements>;
  prepare(1);
  const float scale = 0.1337f;
  // Ties, what saturates whatever the zero point is, and no number.
  const float special[] = {0.5f * scale, -1.5f * scale, 1e30f,
                           -1e30f,       HUGE_VALF,     -HUGE_VALF,
                           NAN,          -0.0f,         1e-42f};
  for (std::size_t i = 0; i < sizeof(special) / sizeof(*special); ++i)
    reals[i] = special[i];
  quantize_s8<All>(reals, out, scale, outZero);
  report("QuantizeS8", "All", out, kElements);
  dequantize_s8<All>(out, reals, scale, otherZero);
  report("DequantizeS8", "All", reals, kElements * 4);
  requantize_s8<All>(in, out, inZero, 900000000, shift, outZero);
  report("RequantizeS8", "All", out, kElements);
  table_s8<All>(in, other, out);
  report("TableS8", "All", out, kElements);
  quantize_s16<All>(reals, wideOut, scale / 300, 0);
  report("QuantizeS16", "All", wideOut, kElements * 2);
  dequantize_s16<All>(wideIn, reals, scale, 0);
  report("DequantizeS16", "All", reals, kElements * 4);
  requantize_wide<All>(in, wideOut, inZero, 900000000, 23, 0);
  report("RequantizeWide", "Widen", wideOut, kElements * 2);
  requantize_wide<All>(wideIn, out, 0, 900000000, wideShift, outZero);
  report("RequantizeWide", "Narrow", out, kElements);
  table_s16<All>(wideIn, wideOther, wideOut);
  report("TableS16", "All", wideOut, kElements * 2);
  transpose<Shape<8, 16, 64>, Shape<2, 0, 1>>(in, out);
  report("Transpose", "Bytes", out, kElements);
}

} // namespace

#include "recurrent_hashes.h"

int main() {
#define EDGECC_CONV(Name, In, O, Win, Groups)                                  \
  conv<WindowCase<EDGECC_SHAPE_OF In, O, EDGECC_WINDOW_OF Win, Groups>>(#Name);
#define EDGECC_DEPTHWISE(Name, In, Multiplier, Win)                            \
  depthwise<                                                                   \
      DepthwiseCase<EDGECC_SHAPE_OF In, Multiplier, EDGECC_WINDOW_OF Win>>(    \
      #Name);
#define EDGECC_POOL(Name, In, Win, Ceil)                                       \
  pool<PoolCase<EDGECC_SHAPE_OF In, EDGECC_WINDOW_OF Win, Ceil>>(#Name);
#define EDGECC_FULLY_CONNECTED(Name, In, Out)                                  \
  fullyConnected<EDGECC_SHAPE_OF In, EDGECC_SHAPE_OF Out>(#Name);
#define EDGECC_BROADCAST(Name, Out, A, B)                                      \
  elementwise<EDGECC_SHAPE_OF Out, EDGECC_SHAPE_OF A, EDGECC_SHAPE_OF B>(#Name);
#define EDGECC_MATMUL(Name, A, B, Out)                                         \
  matmul<EDGECC_SHAPE_OF A, EDGECC_SHAPE_OF B, EDGECC_SHAPE_OF Out>(#Name);
#define EDGECC_SOFTMAX(Name, In, Axis) softmax<EDGECC_SHAPE_OF In, Axis>(#Name);
#include "shapes.inc"
  alongAxes();
  conversions();
  recurrentLayers();
  return 0;
}
