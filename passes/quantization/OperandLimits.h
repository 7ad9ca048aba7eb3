//===- OperandLimits.h - What of an operand counts --------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_PASSES_QUANTIZATION_OPERANDLIMITS_H
#define EDGECC_PASSES_QUANTIZATION_OPERANDLIMITS_H

#include "edgecc/Quant/Ranges.h"

namespace edgecc::quantization {

/// The range of a constant: its least and largest elements, which may be
/// infinite. Null if it is no constant, is empty, or has an element that is not
/// a number.
std::optional<Range> getConstantRange(mlir::Value value);

/// What the type of a value is to cover: the range of a constant, else what
/// calibration recorded; of int16 (`wide`) its extent with headroom. Null if
/// that is not known.
std::optional<Range> getCoveredRange(mlir::Value value, bool wide);

/// The values beyond which it makes no difference what a tensor is: those that
/// read it are sums, and their results, which are as wide as calibration says,
/// saturate whatever the other operand is. A mask of attention is the case that
/// matters: of scores between -8 and 8 plus 0 or -1e9, the mask counts down to
/// -16, and a type for that has steps where they are wanted.
///
/// `wide` as above. Bounds are infinite where everything counts.
Range getOperandLimits(mlir::Value value, bool wide);

} // namespace edgecc::quantization

#endif // EDGECC_PASSES_QUANTIZATION_OPERANDLIMITS_H
