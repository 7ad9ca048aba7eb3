//===- ImageCalls.h - Calls of kernels with a buffer ------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What the kernels for the DSP extension, for Helium and for Armv6-M share:
// where their buffers lie, and how much of an image they take at a time.
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_BACKENDS_CORTEXM_IMAGECALLS_H
#define EDGECC_BACKENDS_CORTEXM_IMAGECALLS_H

#include "edgecc/Backend/KernelRegistry.h"

namespace edgecc {

/// Larger buffers of a kernel come out of the arena, smaller ones lie on the
/// stack, so that they do not add to the arena where it is fullest.
inline constexpr int64_t kMaxStackBytes = 1024;

/// Begins the call of `kernel`, or of its variant with its buffer on the stack.
/// True if the buffer has to be added.
bool beginImageCall(edge::ConvOp op, llvm::StringRef kernel,
                    llvm::StringRef small, llvm::StringRef header,
                    int64_t bufferBytes, KernelCallBuilder &call);

/// The call of a depthwise kernel that goes through an image channel by channel
/// and band by band (backends/kernels/depthwise_plane.h). `getBytes` says what
/// a band of so many output rows takes; `addEpilogue` adds what follows the
/// number of rows. Bands are as large as fits the stack.
llvm::LogicalResult
lowerInBands(edge::ConvOp op, llvm::StringRef kernel, llvm::StringRef small,
             llvm::StringRef header, KernelCallBuilder &call,
             llvm::function_ref<int64_t(int64_t)> getBytes,
             llvm::function_ref<llvm::LogicalResult()> addEpilogue);

/// Windows of a depthwise layer that lie in a buffer column by column, as
/// backends/kernels/depthwise_columns.h has them. An image of one column is
/// taken for one of a row: some outputs of a row are computed together.
struct ColumnWindows {
  kern::WindowAttr window;
  llvm::SmallVector<int64_t> in, out;
  /// Rows of a window, and columns below a row of outputs.
  int64_t height, span;

  explicit ColumnWindows(edge::ConvOp op);

  /// The buffer moves on by rows that it has, and copies some of each.
  bool fit() const {
    return window.getStrides()[0] <= height && window.getPads()[1] < span;
  }
  /// How many outputs of a row are computed together: columnsTogether().
  int64_t getTogether() const {
    return llvm::alignTo(out[2], 3) < llvm::alignTo(out[2], 4) ? 3 : 4;
  }
  /// Elements of the buffer: `pitch` lie between columns, and windows of a row
  /// of outputs read `read`.
  int64_t getSize(int64_t pitch, int64_t read) const {
    return (out[1] - 1) * window.getStrides()[0] + std::max(span * pitch, read);
  }
};

/// The call of a kernel with such a buffer, of so many bytes.
llvm::LogicalResult
lowerInColumns(const ColumnWindows &columns, llvm::StringRef kernel,
               llvm::StringRef small, llvm::StringRef header, int64_t bytes,
               KernelCallBuilder &call,
               llvm::function_ref<llvm::LogicalResult()> addEpilogue);

} // namespace edgecc

#endif // EDGECC_BACKENDS_CORTEXM_IMAGECALLS_H
