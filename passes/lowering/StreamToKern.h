//===- StreamToKern.h - The loop over the rows of layers --------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_PASSES_LOWERING_STREAMTOKERN_H
#define EDGECC_PASSES_LOWERING_STREAMTOKERN_H

#include "ProgramBuilder.h"

namespace edgecc::lowering {

/// Emits a `kern.stream` that computes `ops`, a group of edge-stream-rows, row
/// by row: each by the kernel that is best for a single row. Fails, with a
/// diagnostic, if there is none, or if they are no such group.
llvm::LogicalResult lowerStream(llvm::ArrayRef<mlir::Operation *> ops,
                                const llvm::StringSet<> &features,
                                ProgramBuilder &builder);

} // namespace edgecc::lowering

#endif // EDGECC_PASSES_LOWERING_STREAMTOKERN_H
