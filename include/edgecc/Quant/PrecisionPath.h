//===- PrecisionPath.h - From cheap to exact, step by step ----- -*- C++
//-*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_QUANT_PRECISIONPATH_H
#define EDGECC_QUANT_PRECISIONPATH_H

#include "edgecc/Quant/Layers.h"

#include <vector>

namespace edgecc::quantization {

/// A precision that a layer may have.
struct PrecisionOption {
  Precision precision = Precision::S8;
  /// Noise power at the model's outputs, relative to the signal, if this layer
  /// alone has the precision. Noise of different layers is taken to add up.
  double noise = 0;
  /// Without conversions, in any unit.
  double cost = 0;
};

/// A layer's result that another layer takes, possibly moved on the way.
struct LayerEdge {
  unsigned from = 0, to = 0;
  /// Cost of a conversion, where the two compute in different types.
  double conversionCost = 0;
};

/// The edges between layers (as collectLayers numbers them), with the number of
/// elements as cost.
std::vector<LayerEdge> collectEdges(mlir::func::FuncOp function,
                                    llvm::ArrayRef<Layer> layers);

/// Mixes from the cheapest to the one with the least noise. Each gives one
/// layer a better precision than the mix before it has, the one that takes away
/// most noise for what it costs, conversions between neighbours counted;
/// neighbours of a better layer therefore become cheaper to better, too.
/// `options` holds at least one option for each layer.
std::vector<PrecisionMix>
planPath(llvm::ArrayRef<std::vector<PrecisionOption>> options,
         llvm::ArrayRef<LayerEdge> edges);

} // namespace edgecc::quantization

#endif // EDGECC_QUANT_PRECISIONPATH_H
