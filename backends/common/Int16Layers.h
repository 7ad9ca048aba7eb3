//===- Int16Layers.h - Layers of int16 with int8 weights --------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_BACKENDS_COMMON_INT16LAYERS_H
#define EDGECC_BACKENDS_COMMON_INT16LAYERS_H

#include "edgecc/Dialect/Edge/Edge.h"
#include "edgecc/Quant/IntegerParams.h"

namespace edgecc {

/// How a convolution or fully connected layer of int16 with constant weights
/// and bias finishes (docs/spec/integers.md, W5).
struct Int16Epilogue {
  integer::WideSums sums;
  integer::WideRequantization factors;
  integer::ClampRange range;
  llvm::SmallVector<int32_t> bias;

  explicit Int16Epilogue(edge::ClampableOpInterface op);
};

} // namespace edgecc

#endif // EDGECC_BACKENDS_COMMON_INT16LAYERS_H
