//===- Precision.h - What a layer computes in -------------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_QUANT_PRECISION_H
#define EDGECC_QUANT_PRECISION_H

#include "llvm/ADT/StringRef.h"

#include <optional>

namespace mlir {
class Operation;
} // namespace mlir

namespace edgecc::quantization {

/// On an operation: the precision that it is to be quantized to, a string.
inline constexpr llvm::StringLiteral kPrecisionAttr = "edge.precision";

/// What a layer computes in.
enum class Precision {
  F32,   ///< float
  S8,    ///< int8 activations and weights
  S16x8, ///< int16 activations, int8 weights
  S8W4,  ///< int8 activations, weights on a grid of four bits
};

/// The names of all, as a text of choices: "f32, s8, ...".
inline constexpr llvm::StringLiteral kPrecisionNames = "f32, s8, s16x8, s8w4";

llvm::StringRef stringifyPrecision(Precision precision);
/// The precision of that name, or nothing.
std::optional<Precision> parsePrecision(llvm::StringRef name);

/// What `edge.precision` of an operation says, or `otherwise` where it has no
/// such attribute.
Precision getPrecision(mlir::Operation *op, Precision otherwise);

/// Whether activations are stored in int16 rather than int8.
inline bool hasWideActivations(Precision precision) {
  return precision == Precision::S16x8;
}

} // namespace edgecc::quantization

#endif // EDGECC_QUANT_PRECISION_H
