//===- Channels.h - Taking channels out of tensors --------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_PASSES_PRUNING_CHANNELS_H
#define EDGECC_PASSES_PRUNING_CHANNELS_H

#include "edgecc/Dialect/Edge/Edge.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace edgecc::pruning {

/// The size of the last axis; 1 for a scalar.
int64_t countChannels(mlir::Value value);

/// Whether values are int8 with one scale and zero point.
bool isInt8(mlir::Type type);

/// Whether elements are single precision floating point.
bool isFloat(mlir::Type type);

/// An edge.constant, in the text where it is small.
mlir::Value createConstant(mlir::OpBuilder &builder, mlir::Location loc,
                           const reference::Tensor &tensor);

/// The constant with the indices `kept` of an axis. Scales per index of that
/// axis go along. `constant` has to be an edge.constant.
mlir::Value sliceConstant(mlir::OpBuilder &builder, mlir::Value constant,
                          unsigned axis, llvm::ArrayRef<int64_t> kept);

/// Whether an operation is a layer of constant weights and bias from which
/// channels can be taken.
bool isWeightedLayer(mlir::Operation *op);

/// Whether the use is the input of a layer that sums over all channels.
bool isSummedOver(mlir::OpOperand &use);

/// What each channel of a value is for all elements and inputs, if anything.
using ChannelConstants = llvm::SmallVector<std::optional<double>>;

/// The channels of the result of a floating-point operation with
/// ChannelOpInterface that are constant for all finite inputs. `getConstants`
/// is asked for operands that are computed.
ChannelConstants inferFloatConstants(
    mlir::Operation &op,
    llvm::function_ref<ChannelConstants(mlir::Value)> getConstants);

/// The channels that stay of a value; all for values that lose none.
using KeptFn = llvm::function_ref<llvm::SmallVector<int64_t>(mlir::Value)>;
/// The bias of a layer that sums over channels of which some go.
using BiasFn = llvm::function_ref<mlir::Value(mlir::OpBuilder &,
                                              edge::WeightedOpInterface)>;

/// Takes channels out of all operations of a function that compute them or take
/// part in them. What loses channels has to come from operations with
/// ChannelOpInterface and go to such ones only, which lose the channels that
/// correspond.
void removeChannels(mlir::func::FuncOp func, KeptFn getKept, BiasFn getBias);

} // namespace edgecc::pruning

#endif // EDGECC_PASSES_PRUNING_CHANNELS_H
