//===- Tuning.h - How loops are cut, as measured ----------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Layers that kernels compute in several ways, and what a file of --tune says
// of them (docs/tuning.md).
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_BACKEND_TUNING_H
#define EDGECC_BACKEND_TUNING_H

#include "edgecc/Backend/KernelRegistry.h"

#include "llvm/Support/Error.h"

#include <string>
#include <vector>

namespace edgecc {

/// A layer of a function in `edge` whose loops can be cut in several ways.
struct TunableLayer {
  mlir::Operation *op;
  /// The name of its ONNX node, and what tells whether measurements of a layer
  /// with this name are of the same work: "edge.conv 1x8x8x4xi8, ...".
  std::string name, shape;
  /// The ways that are worth measuring. The first is what the cost models
  /// choose: that of the kernel which has the highest benefit.
  llvm::SmallVector<kern::TilingAttr> tilings;
};

/// Those layers of `function`, in order, on a target with `features`. Of
/// several with one name none is there.
std::vector<TunableLayer> findTunableLayers(mlir::func::FuncOp function,
                                            const llvm::StringSet<> &features);

/// What a file says of a layer.
struct TunedLayer {
  std::string name, shape, method;
  int64_t unit = 1, pixels = 1, blocks = 1, band = 1;
  /// What it costs as the cost models have it, and so.
  double before = 0, after = 0;
};

/// Marks the layers of `function` (`kern.tiling`). Fails, saying of which layer
/// the file is wrong and what to do, if one of them is not there, has another
/// shape, or cannot be computed so; with `lenient` such layers stay as they
/// are.
llvm::Error applyTuning(mlir::func::FuncOp function,
                        const llvm::StringSet<> &features,
                        llvm::ArrayRef<TunedLayer> tuned, bool lenient);

} // namespace edgecc

#endif // EDGECC_BACKEND_TUNING_H
