//===- WeightScales.h - Scales of rows of weights --------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_PASSES_QUANTIZATION_WEIGHTSCALES_H
#define EDGECC_PASSES_QUANTIZATION_WEIGHTSCALES_H

#include "llvm/ADT/ArrayRef.h"

#include <optional>

namespace edgecc::quantization {

bool isFinite(llvm::ArrayRef<float> values);

/// The smallest float that is not below `value`.
float roundUp(double value);

/// The largest magnitude.
float getLargest(llvm::ArrayRef<float> weights);

/// The scale with which weights of a channel are integers from -127 to 127, as
/// those of a quantized model are, whatever their largest one is; nothing if
/// there is none. The weights themselves say it, so that no pass that moves,
/// scales or folds them has to hand on where they come from.
std::optional<float> findGrid(llvm::ArrayRef<float> weights, float largest);

/// The finest scale that the weights of a channel need: that of their grid, or
/// 1/127 of the largest. 0 if all are 0.
double getFinestScale(llvm::ArrayRef<float> weights);

} // namespace edgecc::quantization

#endif // EDGECC_PASSES_QUANTIZATION_WEIGHTSCALES_H
