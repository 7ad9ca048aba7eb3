//===- VectorKernels.h - Calls of kernels of vectors ------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What direct and Winograd's convolutions share.
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_BACKENDS_COMMON_VECTORKERNELS_H
#define EDGECC_BACKENDS_COMMON_VECTORKERNELS_H

#include "VectorLayers.h"

#include "Int8Layers.h"

namespace edgecc {

/// A convolution of floats of one or two dimensions with constant weights.
bool isFloatImage(edge::ConvOp op);

/// The arithmetic without limits of outputs that are infinite in this layer.
VectorArithmetic withLimitsOf(edge::ClampableOpInterface op,
                              const VectorArithmetic &isa);

/// A bias of whole vectors, once for each pixel of a unit.
reference::Tensor packBias(mlir::Value value, int64_t unit,
                           const VectorArithmetic &isa);

/// Whether an arithmetic multiplies all these weights of int8, constants,
/// right.
bool multiplies(const VectorArithmetic &isa, mlir::Value weights);

/// Makes multipliers four times as large, if all of them stay below 2^31 and
/// nothing is shifted: what kernels call `Small`.
bool makeSmall(integer::Requantization &factors);

/// What follows the shapes of a call of int8: the rest of the template
/// arguments, inputs and outputs.
llvm::LogicalResult
addInt8Epilogue(edge::ClampableOpInterface op, const reference::Tensor &weights,
                const reference::Tensor &packed, const VectorArithmetic &isa,
                KernelCallBuilder &call, const ResidualSum *sum = nullptr,
                int64_t unit = 1);

} // namespace edgecc

#endif // EDGECC_BACKENDS_COMMON_VECTORKERNELS_H
