//===- Permute.h - Constants with their axes in another order ---*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_COMPILER_IMPORT_PERMUTE_H
#define EDGECC_COMPILER_IMPORT_PERMUTE_H

#include "edgecc/Reference/Tensor.h"

namespace edgecc::importer {

/// Axis `i` of the result is axis `perm[i]` of the tensor.
reference::Tensor permute(const reference::Tensor &tensor,
                          llvm::ArrayRef<int64_t> perm);

} // namespace edgecc::importer

#endif // EDGECC_COMPILER_IMPORT_PERMUTE_H
