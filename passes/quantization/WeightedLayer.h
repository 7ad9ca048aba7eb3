//===- WeightedLayer.h - Weights while they are repaired --------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Repairs work on float weights. Once a layer's weights are chosen, they stand
// on the grid of integers times the scale of their channel, and the scales are
// in `edge.weight_scales`, from which edge-quantize takes them. What the layer
// computed before any repair stays in `edge.float_weights` and
// `edge.float_bias`, so that every repair is measured against it.
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_PASSES_QUANTIZATION_WEIGHTEDLAYER_H
#define EDGECC_PASSES_QUANTIZATION_WEIGHTEDLAYER_H

#include "edgecc/Dialect/Edge/Edge.h"
#include "edgecc/Quant/RepairOptions.h"
#include "edgecc/Reference/Tensor.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace edgecc::quantization {

/// [O, ..., I] and [O].
struct LayerParameters {
  reference::Tensor weights, bias;
};

/// Whether weights and bias are finite float constants.
bool hasConstantWeights(edge::WeightedOpInterface layer);

/// Weights and bias as they are, and as they were before any repair.
LayerParameters getParameters(edge::WeightedOpInterface layer);
LayerParameters getOriginalParameters(edge::WeightedOpInterface layer);

/// Layers whose weights others have, too: one filter that a network applies to
/// several inputs. They take flash once, as long as they stay equal.
llvm::DenseSet<mlir::Operation *> findSharedWeights(mlir::func::FuncOp func);

/// Sets weights that stand on the grid of `scales`, one per output channel.
void setParameters(edge::WeightedOpInterface layer,
                   const LayerParameters &parameters,
                   llvm::ArrayRef<double> scales);

/// The nearest value of the grid at a place of the row.
inline double snapToGrid(const WeightGrid &grid, int64_t index, double value) {
  return snap(grid, index, value) * grid.scale;
}

/// What the weights of a layer are rounded to: int8 instead of four bits where
/// packing would gain nothing (depthwise convolutions, short rows).
Precision getWeightPrecision(edge::WeightedOpInterface layer,
                             const RepairOptions &options);

/// The scales that repairs have chosen, or none.
llvm::ArrayRef<double> getWeightScales(mlir::Operation *layer);

/// Weights and bias that integers will have: those on the grid if repairs have
/// chosen it, else the nearest on the grid of each channel, whose scales go to
/// `scales`.
LayerParameters
roundParameters(edge::WeightedOpInterface layer, const RepairOptions &options,
                llvm::SmallVectorImpl<double> *scales = nullptr);

} // namespace edgecc::quantization

#endif // EDGECC_PASSES_QUANTIZATION_WEIGHTEDLAYER_H
