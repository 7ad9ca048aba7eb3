//===- QuantizeMatMul.cpp - Products of two computed tensors --------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Dialect/Edge/Edge.h"
#include "edgecc/Quant/IntegerParams.h"
#include "edgecc/Quant/Quantizer.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;
using namespace edgecc::quantization;

/// Differences of two bytes take 9 bits: with them, 32 bits hold a sum over
/// some 33000 elements, less what the factor shifts it.
static LogicalResult checkSums(MatMulOp op, quant::UniformQuantizedType lhs,
                               quant::UniformQuantizedType rhs,
                               quant::UniformQuantizedType output) {
  int64_t depth =
      cast<RankedTensorType>(op.getLhs().getType()).getShape().back();
  if (integer::isWide(output)) {
    if (depth > integer::kLargestWideDepth)
      return keepFloat(op, "its sums have more than 2^16 products of int16");
    return success();
  }
  int shift = integer::getMulRequantization(lhs, rhs, output).shift;
  if (depth * 255 * 256 > (INT32_MAX >> shift))
    return keepFloat(op, "its sums would overflow 32 bits");
  return success();
}

LogicalResult MatMulOp::quantize(Quantizer &quantizer) {
  for (Value operand : getOperands())
    if (!quantizer.getType(operand))
      return keepFloat(*this, "a constant operand is not finite");
  quant::UniformQuantizedType lhs = quantizer.getType(getLhs());
  quant::UniformQuantizedType rhs = quantizer.getType(getRhs());
  quant::UniformQuantizedType output = quantizer.getType(getResult());
  if (failed(checkSums(*this, lhs, rhs, output)))
    return failure();
  quantizer.replaceWithQuantized(
      *this, {quantizer.quantize(getLhs()), quantizer.quantize(getRhs())},
      output);
  return success();
}
