//===- ElementwiseForms.h - Maps that have an integer form ---- -*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_PASSES_QUANTIZATION_ELEMENTWISEFORMS_H
#define EDGECC_PASSES_QUANTIZATION_ELEMENTWISEFORMS_H

#include "edgecc/Dialect/Edge/Edge.h"

namespace edgecc::quantization {

/// How two operands combine. PRelu is lhs, or lhs * rhs where lhs < 0.
enum class BinaryKind { Add, Sub, Mul, Div, Maximum, Minimum, PRelu };

/// The body of a map that combines its two operands and clamps what comes out.
struct BinaryBody {
  BinaryKind kind;
  /// Which operands of the map.
  unsigned lhs = 0, rhs = 0;
  std::optional<float> clampMin, clampMax;
};

/// The body of a map, if it is one.
std::optional<BinaryBody> matchBinaryBody(edge::MapOp map);

/// A scalar operation that combines two f32 values.
struct BinaryScalar {
  BinaryKind kind;
  mlir::Value lhs, rhs;
};

/// What the result of `op` combines, if it does; selections by comparison may
/// be maxima, minima and PReLUs.
std::optional<BinaryScalar> matchBinaryScalar(mlir::Operation *op);

/// The operand of an operation that clamps it to a constant bound, and the
/// bounds; a null value if it is something else. Bounds in `min` and `max`
/// apply after this one.
mlir::Value peelClamp(mlir::Operation *op, std::optional<float> &min,
                      std::optional<float> &max);

/// Whether the map is a function of one tensor of the result's shape.
bool isUnaryMap(edge::MapOp map);

} // namespace edgecc::quantization

#endif // EDGECC_PASSES_QUANTIZATION_ELEMENTWISEFORMS_H
