//===- Channels.h - Taking channels out of tensors --------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_PASSES_PRUNING_CHANNELS_H
#define EDGECC_PASSES_PRUNING_CHANNELS_H

#include "edgecc/Dialect/Edge/Edge.h"

namespace edgecc::pruning {

/// The size of the last axis; 1 for a scalar.
int64_t countChannels(mlir::Value value);

/// Whether values are int8 with one scale and zero point.
bool isInt8(mlir::Type type);

/// All values that the stored type allows, for every channel.
edge::ChannelRanges getFullRanges(mlir::Value value);

/// An edge.constant, in the text where it is small.
mlir::Value createConstant(mlir::OpBuilder &builder, mlir::Location loc,
                           const reference::Tensor &tensor);

/// The constant with the indices `kept` of an axis. Scales per index of that
/// axis go along. `constant` has to be an edge.constant.
mlir::Value sliceConstant(mlir::OpBuilder &builder, mlir::Value constant,
                          unsigned axis, llvm::ArrayRef<int64_t> kept);

} // namespace edgecc::pruning

#endif // EDGECC_PASSES_PRUNING_CHANNELS_H
