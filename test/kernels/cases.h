//===- cases.h --------------------------------------------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// From the entries of shapes.inc to types. Also used without a C++ library
// under QEMU.
#ifndef EDGECC_TEST_KERNELS_CASES_H
#define EDGECC_TEST_KERNELS_CASES_H

#include "shape.h"

namespace edgecc {
namespace kernels {
namespace {

/// Take a parenthesized list of shapes.inc: EDGECC_SHAPE_OF (2, 3).
#define EDGECC_SHAPE_OF(...) edgecc::kernels::Shape<__VA_ARGS__>
#define EDGECC_WINDOW_OF(...) edgecc::kernels::Window<__VA_ARGS__>

/// Output extent as ONNX defines it for explicit pads.
constexpr int windowOutputs(int size, int kernel, int stride, int dilation,
                            int pads, bool ceil) {
  const int room = size + pads - (dilation * (kernel - 1) + 1);
  return (room + (ceil ? stride - 1 : 0)) / stride + 1;
}

/// One entry about a window. `Channels` is the number of output channels.
template <class InShape, int Channels, class WinShape, int NumGroups = 1,
          bool Ceil = false>
struct WindowCase {
  using In = InShape;
  using Win = WinShape;
  using Out =
      Shape<In::dim(0),
            windowOutputs(In::dim(1), Win::kernelH, Win::strideH,
                          Win::dilationH, Win::padTop + Win::padBottom, Ceil),
            windowOutputs(In::dim(2), Win::kernelW, Win::strideW,
                          Win::dilationW, Win::padLeft + Win::padRight, Ceil),
            Channels>;
  static constexpr int kGroups = NumGroups;
  static constexpr int kKernel = Win::kernelH * Win::kernelW;
  static constexpr int kDepth = In::dim(3) / NumGroups;
  /// Products that one output of a convolution sums up.
  static constexpr int kProducts = kKernel * kDepth;
};

template <class In, int Multiplier, class Win>
using DepthwiseCase = WindowCase<In, In::dim(3) * Multiplier, Win, In::dim(3)>;

template <class In, class Win, bool Ceil>
using PoolCase = WindowCase<In, In::dim(3), Win, 1, Ceil>;

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_TEST_KERNELS_CASES_H
