//===- RasterOverlap.h - Results that cover their input ---------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A kernel that computes the pixels of an image in row-major order has read the
// beginning of its input for the last time long before it reads the end. If the
// result begins far enough before the input, both may share memory.
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_BACKENDS_COMMON_RASTEROVERLAP_H
#define EDGECC_BACKENDS_COMMON_RASTEROVERLAP_H

#include "edgecc/Dialect/Kern/Kern.h"

namespace edgecc {

/// An image operation as its kernel goes through it.
struct RasterOrder {
  /// [N, H, W, C].
  llvm::ArrayRef<int64_t> in, out;
  kern::WindowAttr window;
  /// Output pixels of an image that are computed together. Where blocks do not
  /// divide an image, the last one begins earlier and computes some pixels
  /// again.
  int64_t block = 1;
  /// Whether all windows of a block are read before any of its pixels is
  /// written. Otherwise they may be read until the last pixel is.
  bool readsFirst = false;
  /// Bytes of an element of both images.
  int64_t elementBytes = 1;
};

/// The least number of bytes that the result has to begin before the input so
/// that nothing is overwritten that is still to be read; negative if it may
/// even begin behind it. Counted block by block: the end of what a block
/// writes, less the beginning of what is read after that.
int64_t getOverlapDistance(const RasterOrder &order);

/// The same for a kernel that takes the blocks in the opposite order: the least
/// number of bytes that the result has to begin behind the input.
int64_t getBackwardsDistance(const RasterOrder &order);

} // namespace edgecc

#endif // EDGECC_BACKENDS_COMMON_RASTEROVERLAP_H
