//===- QuantizeLinear.h - Conversions of a model ----------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What QuantizeLinear and DequantizeLinear do, also for operators that take
// scales and zero points themselves.
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_COMPILER_IMPORT_QUANTIZELINEAR_H
#define EDGECC_COMPILER_IMPORT_QUANTIZELINEAR_H

#include "Quantized.h"

namespace edgecc::importer {

/// Which operands hold a quantized tensor, its scale, its zero point. -1 for
/// what the operator does not have.
struct Indices {
  int value, scale, zero;
};

/// Scale and zero point that are known at compile time.
struct Parameters {
  reference::Tensor scales;
  /// One per scale.
  llvm::SmallVector<int32_t> zeros;

  llvm::ArrayRef<float> getScales() const { return scales.getData<float>(); }
  bool isPerTensor() const { return zeros.size() == 1; }
};

/// How scales belong to elements: to all, to indices along an axis, or to
/// blocks along it.
struct Granularity {
  int64_t axis = 1, block = 0;
};

/// Whether an operand of that index is given; -1 never is.
bool isGiven(NodeImporter &node, int index);

/// Nothing where they are computed; a failure where they cannot be meant.
llvm::FailureOr<std::optional<Parameters>> readParameters(NodeImporter &node,
                                                          Indices indices);

/// The real values of a constant tensor, as a constant.
llvm::FailureOr<mlir::Value> dequantizeConstant(NodeImporter &node,
                                                const reference::Tensor &tensor,
                                                const Parameters &parameters,
                                                Granularity granularity);
/// The real values of a quantized operand.
llvm::FailureOr<mlir::Value>
dequantizeOperand(NodeImporter &node, Indices indices, Granularity granularity);
/// `value` with the scale and zero point that the node asks for;
/// `indices.value` is not read.
llvm::FailureOr<mlir::Value> quantizeResult(NodeImporter &node,
                                            mlir::Value value, Indices indices,
                                            Granularity granularity);

mlir::LogicalResult importQuantizeLinear(NodeImporter &node);
mlir::LogicalResult importDequantizeLinear(NodeImporter &node);

} // namespace edgecc::importer

#endif // EDGECC_COMPILER_IMPORT_QUANTIZELINEAR_H
