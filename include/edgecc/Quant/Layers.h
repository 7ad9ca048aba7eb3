//===- Layers.h - What precision is chosen for ----------------- -*- C++
//-*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_QUANT_LAYERS_H
#define EDGECC_QUANT_LAYERS_H

#include "edgecc/Quant/Precision.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <string>

namespace edgecc::quantization {

/// An operation of a float function whose precision may be chosen.
struct Layer {
  mlir::Operation *op = nullptr;
  /// The name of the ONNX node, as locations carry it.
  std::string name;
  /// Elements of weights, without biases, and multiply-accumulates of one run.
  int64_t weights = 0, macs = 0;
  /// Of a table that is looked up, its rows.
  int64_t tableRows = 0;

  int64_t getNumResultElements() const;
  /// Bytes of the weights in a precision; the scales of groups of four-bit
  /// weights counted.
  int64_t getWeightBytes(Precision precision) const;
};

/// A precision for each of a function's layers.
using PrecisionMix = llvm::SmallVector<Precision>;

/// The layers of a function in program order: what can be quantized and
/// computes new values, or, as concatenation does, brings several tensors to
/// one type. Operations that only move one tensor's values are no layers.
llvm::SmallVector<Layer> collectLayers(mlir::func::FuncOp function);

/// Writes the precisions of layers into the function (`edge.precision`), and
/// gives what moves their results the precision of the values that are moved.
void setPrecisions(mlir::func::FuncOp function, llvm::ArrayRef<Layer> layers,
                   llvm::ArrayRef<Precision> mix);

} // namespace edgecc::quantization

#endif // EDGECC_QUANT_LAYERS_H
