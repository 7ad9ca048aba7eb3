//===- ChannelScaling.h - Scaling channels between layers -------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What computes a channel may give it divided by a factor if what takes it
// multiplies its weights by that factor: the network computes the same, but its
// tensors and weights take ranges that quantize better.
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_PASSES_QUANTIZATION_CHANNELSCALING_H
#define EDGECC_PASSES_QUANTIZATION_CHANNELSCALING_H

#include "edgecc/Dialect/Edge/Edge.h"
#include "edgecc/Quant/Repair.h"

namespace edgecc::quantization {

/// One number per channel, the last axis of a value.
using ChannelValues = std::vector<double>;

/// The weighted layers that take a value, perhaps pooled, padded with zeros or
/// reshaped on the way with its channels in place. Nothing if it is used in any
/// other way.
std::optional<llvm::SmallVector<edge::WeightedOpInterface>>
getScalableConsumers(mlir::Value value);

/// The largest weight that each input channel meets in the layers. `relative`:
/// as a fraction of the largest in the same row, because rows have scales of
/// their own.
ChannelValues
getConsumerRanges(llvm::ArrayRef<edge::WeightedOpInterface> layers,
                  bool relative);

/// Whether no row of weights takes more than one channel, so that the scales of
/// the rows make up for any factors.
bool areDepthwise(llvm::ArrayRef<edge::WeightedOpInterface> layers);

/// Factors that move `strength` of the differences between `values` into
/// `weights`: values[c]^strength / weights[c]^(1 - strength), with a geometric
/// mean of 1. Channels that are dead or hardly alive get moderate ones.
ChannelValues chooseFactors(llvm::ArrayRef<double> values,
                            llvm::ArrayRef<double> weights, double strength);

/// Multiplies the weights by the factor of the input channel that they meet.
void scaleInputs(edge::WeightedOpInterface layer,
                 llvm::ArrayRef<double> factors);
/// Divides output channels, weights and bias.
void divideOutputs(edge::WeightedOpInterface layer,
                   llvm::ArrayRef<double> factors);

/// The largest magnitude that each channel of the values takes on samples.
llvm::FailureOr<llvm::DenseMap<mlir::Value, ChannelValues>>
measureChannels(mlir::func::FuncOp func, SampleList samples,
                llvm::ArrayRef<mlir::Value> values);

/// Removes the range of a value that has changed, and of what is pooled or
/// moved from it.
void forgetRanges(mlir::Value value);

} // namespace edgecc::quantization

#endif // EDGECC_PASSES_QUANTIZATION_CHANNELSCALING_H
