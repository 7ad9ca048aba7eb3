//===- Repair.h - Quantization that loses less ------------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Repairs change a float function before `edge-quantize` so that rounding costs
// less, from calibration samples only: forward passes and linear algebra. What
// each does, and the paper it comes from, stands with its pass in
// edgecc/Passes/Repair.td; what each is worth in
// docs/rationale/quantization.md.
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_QUANT_REPAIR_H
#define EDGECC_QUANT_REPAIR_H

#include "edgecc/Quant/RepairOptions.h"
#include "edgecc/Reference/Tensor.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace edgecc::quantization {

/// On a weighted layer whose weights are integers times scales: the scale of
/// each output channel (f64 array). edge-quantize takes these integers.
inline constexpr llvm::StringLiteral kWeightScalesAttr = "edge.weight_scales";
/// On a repaired layer: its weights and bias before any repair.
inline constexpr llvm::StringLiteral kFloatWeightsAttr = "edge.float_weights";
inline constexpr llvm::StringLiteral kFloatBiasAttr = "edge.float_bias";

using SampleList = llvm::ArrayRef<std::vector<reference::Tensor>>;

//===----------------------------------------------------------------------===//
// Before calibration: the same function, with channels that are scaled
//===----------------------------------------------------------------------===//

/// Scales the channels between two weighted layers. `Activations` needs
/// samples.
llvm::LogicalResult equalizeLayers(mlir::func::FuncOp func, SampleList samples,
                                   const EqualizeOptions &options = {});

/// Moves the scale of channels that a normalisation computes into the weights
/// of the layers behind it.
llvm::LogicalResult migrateScales(mlir::func::FuncOp func, SampleList samples,
                                  double strength = 0.5);

//===----------------------------------------------------------------------===//
// After calibration: weights that stand on their grid
//===----------------------------------------------------------------------===//

llvm::LogicalResult reconstructWeights(mlir::func::FuncOp func,
                                       SampleList samples,
                                       const ReconstructOptions &options = {});

/// Fits each channel's scale and bias by least squares.
llvm::LogicalResult refitWeights(mlir::func::FuncOp func, SampleList samples,
                                 const RepairOptions &options = {});

/// Makes each channel's mean what it is in float.
llvm::LogicalResult correctBias(mlir::func::FuncOp func, SampleList samples,
                                const RepairOptions &options = {});

//===----------------------------------------------------------------------===//
// Several
//===----------------------------------------------------------------------===//

/// Does those of the methods that come before calibration.
llvm::LogicalResult prepareChannels(mlir::func::FuncOp func, SampleList samples,
                                    llvm::ArrayRef<RepairMethod> methods);

/// Does those of the methods that come after calibration, in the order in which
/// each works on what the one before leaves: weights, scales, biases.
llvm::LogicalResult repairWeights(mlir::func::FuncOp func, SampleList samples,
                                  llvm::ArrayRef<RepairMethod> methods,
                                  const RepairOptions &options = {});

} // namespace edgecc::quantization

#endif // EDGECC_QUANT_REPAIR_H
