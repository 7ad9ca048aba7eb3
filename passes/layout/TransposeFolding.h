//===- TransposeFolding.h - Transposes of what is constant ------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_PASSES_LAYOUT_TRANSPOSEFOLDING_H
#define EDGECC_PASSES_LAYOUT_TRANSPOSEFOLDING_H

#include "edgecc/Dialect/Edge/Edge.h"

#include "mlir/IR/PatternMatch.h"

namespace edgecc {

/// The constant, seen as a tensor of `shape`, with its axes permuted.
edge::ConstantOp createPermutedConstant(mlir::OpBuilder &builder,
                                        edge::ConstantOp constant,
                                        llvm::ArrayRef<int64_t> shape,
                                        llvm::ArrayRef<int64_t> perm);

/// Whether a transpose of what `flatten` reshapes can move into the weights of
/// all fully connected layers that use it. `perm` is the transpose's.
bool canFoldIntoWeights(edge::ReshapeOp flatten, llvm::ArrayRef<int64_t> perm);

/// Adds patterns that apply transposes to constants and to weights.
void populateTransposeFoldingPatterns(mlir::RewritePatternSet &patterns);

} // namespace edgecc

#endif // EDGECC_PASSES_LAYOUT_TRANSPOSEFOLDING_H
