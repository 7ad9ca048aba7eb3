//===- hash.cpp -----------------------------------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// Runs every kernel with an integer contract over shapes.inc, on data that is
// the same everywhere, and prints a hash of each output. run.sh compares the
// lines of all cores. Needs no operating system and no C++ library.
#include <cstdint>

#include "conv2d.h"
#include "data_movement.h"
#include "depthwise_conv2d.h"
#include "elementwise.h"
#include "fully_connected.h"
#include "pool2d.h"
#include "quantize.h"
#include "softmax.h"

#include "cases.h"
#include "dsp.h"
#include "platform.h"

using namespace edgecc::kernels;

namespace {

constexpr int kElements = 8192, kChannels = 64;
std::int8_t in[kElements], other[kElements], out[kElements];
std::int32_t bias[kChannels], multiplier[256];
float reals[kElements];
// Parameters that the compiler cannot fold into the kernels.
volatile int inZero = -17, otherZero = 101, outZero = 5, shift = 2, lo = -120,
             hi = 125;

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
    reals[i] = static_cast<float>(integer(-70000, 70000)) / 3000.0f;
  }
  for (std::int32_t &b : bias)
    b = integer(-9000, 9000);
  for (std::int32_t &m : multiplier)
    m = integer(4000000, 8000000) / root;
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

template <class C> void conv(const char *name) {
  static_assert(C::In::size <= kElements && C::Out::size <= kElements &&
                    C::kProducts * C::Out::dim(3) <= kElements &&
                    C::Out::dim(3) <= kChannels,
                "the buffers are large enough");
  prepare(C::kProducts);
  conv2d_s8<typename C::In, typename C::Out, typename C::Win, C::kGroups>(
      in, other, bias, multiplier, out, inZero, shift, outZero, lo, hi);
  report("Conv2dS8", name, out, C::Out::size);
  if constexpr (C::kGroups == 1 && C::Out::dim(1) * C::Out::dim(2) >= 3) {
    prepare(C::kProducts);
    convDsp<C, -128, 127>(in, other, bias, multiplier, out);
    report("Conv2dS8Dsp", name, out, C::Out::size);
  }
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
  using W = typename C::Win;
  if constexpr (C::In::dim(3) == C::Out::dim(3) && C::kKernel == 9 &&
                W::kernelH == 3 && W::strideH == W::strideW &&
                W::strideH <= 2 && W::dilationH * W::dilationW == 1) {
    prepare(C::kProducts);
    depthwiseDsp3x3<C, C::In::dim(3) == 6 ? -100 : -128, 127>(in, other, bias,
                                                              multiplier, out);
    report("DepthwiseConv2dS8Dsp", name, out, C::Out::size);
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
  for (int i = 0; i < C::kKernel; ++i)
    multiplier[i] = 600000000 / (i + 1);
  avg_pool2d_s8<In, Out, typename C::Win, false>(in, multiplier, out, inZero,
                                                 shift, outZero, lo, hi);
  report("AvgPool2dS8", name, out, Out::size);
  avg_pool2d_s8<In, Out, typename C::Win, true>(in, multiplier, out, inZero,
                                                shift, outZero, lo, hi);
  report("AvgPool2dS8CountPad", name, out, Out::size);
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
  if constexpr (kDepth % 4 == 0) {
    prepare(kDepth);
    fullyConnectedDsp<In, Out, -128, 127>(in, other, bias, multiplier, out);
    report("FullyConnectedS8Dsp", name, out, Out::size);
  }
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
}

template <class S, int Axis> void softmax(const char *name) {
  static_assert(S::size <= kElements, "the buffers are large enough");
  prepare(1);
  // Falls from 2^23 as the table of a real layer does.
  std::int32_t e = 1 << 23;
  for (std::int32_t &entry : multiplier) {
    entry = e;
    e -= e / 20;
  }
  softmax_s8<S, Axis>(in, multiplier, out);
  report("SoftmaxS8", name, out, S::size);
}

void conversions() {
  using All = Shape<kElements>;
  prepare(1);
  const float scale = 0.1337f;
  quantize_s8<All>(reals, out, scale, outZero);
  report("QuantizeS8", "All", out, kElements);
  dequantize_s8<All>(out, reals, scale, otherZero);
  report("DequantizeS8", "All", reals, kElements * 4);
  requantize_s8<All>(in, out, inZero, 900000000, shift, outZero);
  report("RequantizeS8", "All", out, kElements);
  table_s8<All>(in, other, out);
  report("TableS8", "All", out, kElements);
  transpose<Shape<8, 16, 64>, Shape<2, 0, 1>>(in, out);
  report("Transpose", "Bytes", out, kElements);
}

} // namespace

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
#define EDGECC_SOFTMAX(Name, In, Axis) softmax<EDGECC_SHAPE_OF In, Axis>(#Name);
#include "shapes.inc"
  conversions();
  return 0;
}
