//===- Exactness.h - How equal two executions must be -----------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_DRIVER_ACCURACY_EXACTNESS_H
#define EDGECC_DRIVER_ACCURACY_EXACTNESS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <vector>

namespace edgecc::driver {

/// How far the generated code may be from the interpreter.
enum class Exactness {
  /// Only integers and single roundings: the same bits on every machine.
  Bits,
  /// Sums of floats, which every machine may order in its own way: 1e-4 of the
  /// output's range.
  Float,
  /// Float values that are quantized again: a last bit of difference may become
  /// a step of the quantized type, hence 2e-2 of the output's range.
  QuantizedFloat,
};

/// The largest difference that is allowed, as a part of the output's range.
double getTolerance(Exactness exactness);

/// For each result of a function of `edge` operations.
std::vector<Exactness> getExactness(mlir::func::FuncOp function);

} // namespace edgecc::driver

#endif // EDGECC_DRIVER_ACCURACY_EXACTNESS_H
