//===- PoolingKernels.h - Calls of kernels that pool ------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// For kernels that take what those of pool2d.h take, after the name of a type
// of vectors if that is not empty.
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_BACKENDS_COMMON_POOLINGKERNELS_H
#define EDGECC_BACKENDS_COMMON_POOLINGKERNELS_H

#include "edgecc/Backend/KernelRegistry.h"

namespace edgecc {

/// A type that is the first template argument, and the header that defines it.
struct SimdType {
  llvm::StringRef header, name;
};

llvm::LogicalResult lowerMaxPoolAs(edge::MaxPoolOp op, llvm::StringRef kernel,
                                   llvm::StringRef header, SimdType vector,
                                   KernelCallBuilder &call);
llvm::LogicalResult lowerAvgPoolF32As(edge::AvgPoolOp op,
                                      llvm::StringRef kernel,
                                      llvm::StringRef header, SimdType vector,
                                      KernelCallBuilder &call);
llvm::LogicalResult lowerAvgPoolS8As(edge::AvgPoolOp op, llvm::StringRef kernel,
                                     llvm::StringRef header, SimdType vector,
                                     KernelCallBuilder &call);

} // namespace edgecc

#endif // EDGECC_BACKENDS_COMMON_POOLINGKERNELS_H
