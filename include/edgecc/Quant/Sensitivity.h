//===- Sensitivity.h - What quantization costs a layer -------- -*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_QUANT_SENSITIVITY_H
#define EDGECC_QUANT_SENSITIVITY_H

#include "edgecc/Reference/Tensor.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/StringMap.h"

namespace edgecc::quantization {

/// The signal-to-noise ratio of layers without any noise, in dB.
inline constexpr double kMaxSqnr = 200.0;

/// Sums of squares, from which the ratio of signal and noise comes.
struct SignalAndNoise {
  double signal = 0.0, noise = 0.0;

  /// Adds a tensor and its quantized form; both have the same shape.
  void add(const reference::Tensor &real, const reference::Tensor &quantized);
  /// Signal to noise in dB.
  double getDecibels() const;
};

/// The values of a tensor as floats, dequantized if it is quantized. The
/// elements have to be f32 or quantized per tensor.
reference::Tensor toFloat(const reference::Tensor &tensor);

/// Whether a value is what a layer computes, in float or in integers, rather
/// than a constant or a conversion that quantization has put around it.
bool isLayerResult(mlir::Value value);

/// The signal-to-quantization-noise ratio in dB of each layer: how far the last
/// result of the layer in the quantized function is from that in the float
/// function, for the same samples (one tensor per argument). Layers are matched
/// by the name that their operations carry as location; those that only one
/// function has are left out. Both functions have to take floats.
llvm::FailureOr<llvm::StringMap<double>>
measureSqnr(mlir::func::FuncOp floatFunc, mlir::func::FuncOp quantizedFunc,
            llvm::ArrayRef<std::vector<reference::Tensor>> samples);

} // namespace edgecc::quantization

#endif // EDGECC_QUANT_SENSITIVITY_H
