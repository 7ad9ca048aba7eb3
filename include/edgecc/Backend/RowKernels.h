//===- RowKernels.h - Calls that loops over rows consist of -----*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The kernels of row_stream.h. Of images that are computed row by row, a buffer
// keeps a few rows, the newest last.
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_BACKEND_ROWKERNELS_H
#define EDGECC_BACKEND_ROWKERNELS_H

#include "edgecc/Backend/KernelRegistry.h"

namespace edgecc {

/// Adds the values of a row [1, 1, W, C] to `sums` [C], i32.
void addRowSums(mlir::Value row, mlir::Value sums, KernelCallBuilder &call);

/// Stores the mean that a pooling of int8 over a whole image computes, from the
/// sums of its rows.
llvm::LogicalResult addMeanOfSums(edge::AvgPoolOp op, mlir::Value sums,
                                  KernelCallBuilder &call);

} // namespace edgecc

#endif // EDGECC_BACKEND_ROWKERNELS_H
