//===- StridedAccess.h - Rows of a tensor walked with strides ---*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_COMPILER_REFERENCE_STRIDEDACCESS_H
#define EDGECC_COMPILER_REFERENCE_STRIDEDACCESS_H

#include "edgecc/Reference/Tensor.h"

namespace edgecc::reference {

/// Row-major strides of a shape, in elements.
llvm::SmallVector<int64_t> getStrides(llvm::ArrayRef<int64_t> shape);

/// Strides that read a tensor of shape `from` as if it had the shape `to`, to
/// which it broadcasts as in numpy: 0 along axes that repeat.
llvm::SmallVector<int64_t> getBroadcastStrides(llvm::ArrayRef<int64_t> from,
                                               llvm::ArrayRef<int64_t> to);

/// Calls `row` with the offset of each row (the last axis) of `shape`, in
/// row-major order, where an index moves `strides` elements along its axis.
void forEachRow(llvm::ArrayRef<int64_t> shape, llvm::ArrayRef<int64_t> strides,
                llvm::function_ref<void(int64_t offset)> row);

/// Fills `to`, row-major of `shape`, with the elements at `from` that `strides`
/// lead to.
void copyStrided(const char *from, llvm::ArrayRef<int64_t> shape,
                 llvm::ArrayRef<int64_t> strides, unsigned elementBytes,
                 char *to);

/// The tensor repeated to `shape`; itself if it has this shape.
Tensor broadcastTo(const Tensor &tensor, llvm::ArrayRef<int64_t> shape);

} // namespace edgecc::reference

#endif // EDGECC_COMPILER_REFERENCE_STRIDEDACCESS_H
