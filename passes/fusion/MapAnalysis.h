//===- MapAnalysis.h - What the body of a map computes ----------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_PASSES_FUSION_MAPANALYSIS_H
#define EDGECC_PASSES_FUSION_MAPANALYSIS_H

#include "edgecc/Dialect/Edge/Edge.h"

#include <limits>

namespace edgecc {

/// min(max(x, low), high), with low <= high.
struct Clamp {
  float low = -std::numeric_limits<float>::infinity();
  float high = std::numeric_limits<float>::infinity();

  /// This clamp, then `next`.
  Clamp then(const Clamp &next) const;
  /// The bounds as attributes of a ClampableOpInterface; null where infinite.
  mlir::FloatAttr getLowAttr(mlir::Builder &builder) const;
  mlir::FloatAttr getHighAttr(mlir::Builder &builder) const;
};

/// The clamp that a map of one f32 operand is, if it is one: maximum and
/// minimum with constants, or comparison and selection, in any nesting.
std::optional<Clamp> matchClamp(edge::MapOp map);

/// A per-channel function x * scale[c] + offset[c] of one f32 operand.
struct ChannelAffine {
  /// Which operand is x.
  unsigned operand = 0;
  llvm::SmallVector<double> scale, offset;
};

/// The affine function of operand `operand` that a map is, if it is one:
/// additions, subtractions, multiplications and divisions in any association.
/// The other operands are constants that vary along the last axis only.
std::optional<ChannelAffine> matchChannelAffine(edge::MapOp map,
                                                unsigned operand);

} // namespace edgecc

#endif // EDGECC_PASSES_FUSION_MAPANALYSIS_H
