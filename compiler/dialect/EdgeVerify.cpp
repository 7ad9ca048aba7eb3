//===- EdgeVerify.cpp - Rules that operations share -----------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "EdgeVerify.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;

LogicalResult edge::verifySameStorage(Operation *op, TypeRange types) {
  auto getStored = [](Type type) {
    return getStorageType(getElementTypeOrSelf(type));
  };
  for (Type type : types)
    if (getStored(type) != getStored(types.front()))
      return op->emitOpError("has operands and results stored in different "
                             "types, ")
             << types.front() << " and " << type
             << ": put an edge.requantize between";
  return success();
}

LogicalResult edge::verifyWeighted(Operation *op, Value input, Value weights,
                                   Value bias, Value output) {
  auto inputType = getUniformType(input.getType());
  if (!inputType) {
    for (Value value : {input, weights, bias, output})
      if (getElementTypeOrSelf(value.getType()) !=
          getElementTypeOrSelf(input.getType()))
        return op->emitOpError("mixes element types: input ")
               << input.getType() << ", found " << value.getType();
    return success();
  }
  quant::QuantizedType weightType = getQuantizedType(weights.getType());
  quant::QuantizedType biasType = getQuantizedType(bias.getType());
  if (!weightType || !biasType || !getUniformType(output.getType()))
    return op->emitOpError("has a quantized input, so that weights, bias and "
                           "result have to be quantized");
  auto perAxis = dyn_cast<quant::UniformQuantizedPerAxisType>(weightType);
  if (perAxis && (perAxis.getQuantizedDimension() != 0 ||
                  llvm::any_of(perAxis.getZeroPoints(),
                               [](int64_t zero) { return zero != 0; })))
    return op->emitOpError("weights have to be quantized along axis 0 with "
                           "zero points of 0");
  if (!biasType.getStorageType().isInteger(32))
    return op->emitOpError("bias has to be stored in i32, found ")
           << bias.getType();
  return verifySameStorage(op, {input.getType(), output.getType()});
}

LogicalResult edge::verifySameKind(Operation *op, Type input, Type result) {
  if (bool(getQuantizedType(input)) != bool(getQuantizedType(result)))
    return op->emitOpError("input and result have to be both float or both "
                           "quantized, found ")
           << input << " and " << result;
  return verifySameStorage(op, {input, result});
}
