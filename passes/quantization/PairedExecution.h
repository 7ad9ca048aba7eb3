//===- PairedExecution.h - Exact and rounded values at once -----*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_PASSES_QUANTIZATION_PAIREDEXECUTION_H
#define EDGECC_PASSES_QUANTIZATION_PAIREDEXECUTION_H

#include "edgecc/Dialect/Edge/Edge.h"
#include "edgecc/Quant/RepairOptions.h"
#include "edgecc/Quant/TypeAssignment.h"
#include "edgecc/Reference/Tensor.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/DenseSet.h"

namespace edgecc::quantization {

/// A value for all samples, twice: as the float network computes it, and as it
/// comes out of predecessors that are quantized already.
struct PairedValue {
  std::vector<reference::Tensor> exact, rounded;
};

/// Runs a calibrated float function on all samples operation by operation, with
/// exact values next to values that are rounded to the types that quantization
/// will assign. A visitor may repair each weighted layer before its rounded
/// result is computed, so that what follows sees the repaired layer: each layer
/// is reached once, whatever the depth of the network.
class PairedExecution {
public:
  /// Sees a weighted layer with constant weights and its input; may change the
  /// layer's weights and bias.
  using Visitor = llvm::function_ref<llvm::LogicalResult(
      edge::WeightedOpInterface, const PairedValue &)>;

  /// Keeps as many samples, evenly spaced, as fit `memory` bytes.
  PairedExecution(mlir::func::FuncOp func,
                  llvm::ArrayRef<std::vector<reference::Tensor>> samples,
                  const RepairOptions &options,
                  size_t memory = size_t(768) << 20);

  llvm::LogicalResult run(Visitor visit);

private:
  void findUses();
  void chooseSamples(llvm::ArrayRef<std::vector<reference::Tensor>> samples,
                     size_t memory);
  size_t getPeakBytes() const;
  void loadArguments();
  using OperandPairs =
      llvm::DenseMap<unsigned, std::pair<reference::Tensor, reference::Tensor>>;
  OperandPairs getParameters(mlir::Operation *op) const;
  llvm::LogicalResult runOp(mlir::Operation *op);
  void release(mlir::Operation *op);
  mlir::quant::UniformQuantizedType getType(mlir::Value value) const;
  void round(mlir::Value value, std::vector<reference::Tensor> &tensors) const;

  mlir::func::FuncOp func;
  RepairOptions options;
  TypeAssignment types;
  /// Operations that quantization will leave in float.
  llvm::DenseSet<mlir::Operation *> floatOps;
  std::vector<std::vector<reference::Tensor>> samples;
  llvm::DenseMap<mlir::Operation *, llvm::SmallVector<mlir::Value>> lastUses;
  llvm::DenseMap<mlir::Value, PairedValue> values;
};

/// The nearest values of a quantized type, as floats.
reference::Tensor roundToType(const reference::Tensor &tensor,
                              mlir::quant::UniformQuantizedType type);

/// The operations of a calibrated function that `edge-quantize` will leave in
/// float, found by trying.
llvm::DenseSet<mlir::Operation *> findFloatOps(mlir::func::FuncOp func,
                                               Precision precision);

} // namespace edgecc::quantization

#endif // EDGECC_PASSES_QUANTIZATION_PAIREDEXECUTION_H
