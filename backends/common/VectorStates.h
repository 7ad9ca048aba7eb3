//===- VectorStates.h - Integer recurrent layers with vectors ---*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_BACKENDS_COMMON_VECTORSTATES_H
#define EDGECC_BACKENDS_COMMON_VECTORSTATES_H

#include "VectorLayers.h"

namespace edgecc {

/// What the header of an arithmetic for int16 states says of it
/// (backends/kernels/simd_states.h).
struct StateArithmetic {
  /// Multiplies int8 inputs.
  const VectorArithmetic &bytes;
  llvm::StringRef name, header;
  int64_t rows, step, blocks;
  int64_t together, tileBlocks, rowBlocks;
  /// What biases have times the sum of the weights.
  int64_t offset;
  bool columnsFirst;
};
/// backends/avx, backends/neon. For targets without dot products there is one
/// for each way to multiply bytes.
extern const StateArithmetic stateVnni, stateAvx2, stateNeonDot, stateNeonMlal,
    stateNeonMull;

/// [rows, columns] of int8, whose rows are whole vectors, as the products of
/// states read it.
void packForStates(llvm::ArrayRef<int8_t> rows, int64_t columns,
                   const StateArithmetic &isa,
                   llvm::SmallVectorImpl<int8_t> &packed);

} // namespace edgecc

#endif // EDGECC_BACKENDS_COMMON_VECTORSTATES_H
