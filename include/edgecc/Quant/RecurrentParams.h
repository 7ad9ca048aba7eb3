//===- RecurrentParams.h - Integers of recurrent layers ---------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What kernels and the reference interpreter need to compute recurrent layers
// in integers: rules L1 and on of docs/spec/integers.md.
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_QUANT_RECURRENTPARAMS_H
#define EDGECC_QUANT_RECURRENTPARAMS_H

#include "edgecc/Dialect/Edge/Edge.h"

#include "llvm/ADT/SmallVector.h"

#include <optional>

namespace edgecc::integer {

/// Whether an operation has the types of the integer form: those of its input.
bool isIntegerRecurrent(edge::RecurrentOpInterface op);

/// The first activation function that has no integer form where it stands.
/// Gates have to lie in [0, 1].
std::optional<llvm::StringRef>
findFloatOnlyFunction(edge::RecurrentOpInterface op);

/// The magnitude from which on cells all look the same, because the function
/// that shows them is constant there; infinite if it is not. Cells that only
/// grow, as those of open gates do, would otherwise leave no resolution.
double getCellBound(edge::LSTMOp op);

/// multiplier * 2^-shift, the nearest to a real factor with `shift` from 1 to
/// 62 and a multiplier that fits 32 bits.
struct ScaleFactor {
  int32_t multiplier = 0;
  int32_t shift = 1;
};
ScaleFactor getScaleFactor(double factor);

/// The real number that 1 stands for where a function takes its argument, given
/// the function's number in its direction: 2^-15, or the state's scale for Relu
/// (L3).
double getArgumentUnit(edge::RecurrentOpInterface op, int64_t direction,
                       int64_t function);

/// As backends/kernels/recurrent_s16.h takes them.
struct RecurrentParams {
  llvm::SmallVector<int32_t> multipliers; ///< [D, 2, G*H]
  llvm::SmallVector<int32_t> constants;   ///< [D, kRecurrentConstants]
};

/// The operation has the types of the integer form.
RecurrentParams getRecurrentParams(edge::RecurrentOpInterface op);

} // namespace edgecc::integer

#endif // EDGECC_QUANT_RECURRENTPARAMS_H
