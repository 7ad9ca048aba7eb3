//===- Int16Layers.cpp - Layers of int16 with int8 weights ----------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Int16Layers.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;

static RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

Int16Epilogue::Int16Epilogue(ClampableOpInterface op) {
  Value input = op->getOperand(0), weights = op->getOperand(1),
        result = op->getResult(0);
  const reference::Tensor values = *getConstantTensor(weights),
                          start = *getConstantTensor(op->getOperand(2));
  llvm::append_range(bias, start.getData<int32_t>());
  sums = integer::getWideSums(bias, values.getData<int8_t>());
  factors = integer::getWideWeightedRequantization(
      typeOf(input), typeOf(weights), typeOf(result), sums);
  range = integer::getClampRange(getUniformType(result.getType()),
                                 op.getClampMin(), op.getClampMax());
}
