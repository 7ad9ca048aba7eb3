//===- QuantizeMovement.cpp - Operations that keep values -----------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Dialect/Edge/Edge.h"
#include "edgecc/Quant/Quantizer.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;
using namespace edgecc::quantization;

/// Operations whose result holds some of the operands' values unchanged work on
/// the stored integers: operands and result have one type.
static LogicalResult quantizeMovement(QuantizableOpInterface op,
                                      Quantizer &quantizer) {
  quant::UniformQuantizedType type = quantizer.getType(op->getResult(0));
  SmallVector<Value> moved = op.getSameTypeOperands();
  SmallVector<Value> operands(op->getOperands());
  for (Value &operand : operands)
    if (llvm::is_contained(moved, operand))
      operand = quantizer.quantizeAs(operand, type);
  quantizer.replaceWithQuantized(op, operands, type);
  return success();
}

#define EDGE_MOVES_INPUT(Op)                                                   \
  SmallVector<Value> Op::getSameTypeOperands() { return {getInput()}; }        \
  LogicalResult Op::quantize(Quantizer &quantizer) {                           \
    return quantizeMovement(*this, quantizer);                                 \
  }
EDGE_MOVES_INPUT(MaxPoolOp)
EDGE_MOVES_INPUT(TransposeOp)
EDGE_MOVES_INPUT(ReshapeOp)
EDGE_MOVES_INPUT(PadOp)
EDGE_MOVES_INPUT(SliceOp)
EDGE_MOVES_INPUT(GatherOp)
#undef EDGE_MOVES_INPUT

SmallVector<Value> ConcatOp::getSameTypeOperands() {
  return llvm::to_vector(getInputs());
}

LogicalResult ConcatOp::quantize(Quantizer &quantizer) {
  return quantizeMovement(*this, quantizer);
}

SmallVector<Value> ReduceOp::getSameTypeOperands() {
  if (getKind() == ReduceKind::Max || getKind() == ReduceKind::Min)
    return {getInput()};
  return {};
}

LogicalResult ReduceOp::quantize(Quantizer &quantizer) {
  if (getSameTypeOperands().empty())
    return keepFloat(*this, "no integer form of a reduction by '" +
                                stringifyReduceKind(getKind()) + "'");
  return quantizeMovement(*this, quantizer);
}
