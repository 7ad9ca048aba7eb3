//===- QuantizeMovement.cpp - Operations that keep values -----------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Dialect/Edge/Edge.h"
#include "edgecc/Quant/IntegerParams.h"
#include "edgecc/Quant/Palette.h"
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
#undef EDGE_MOVES_INPUT

SmallVector<Value> GatherOp::getSameTypeOperands() { return {getInput()}; }

/// The table in integers, with the few values of a palette.
static Value makePaletteTable(GatherOp op, quant::UniformQuantizedType type,
                              OpBuilder &builder) {
  PaletteMap palette = choosePalette(op, type);
  reference::Tensor stored(
      cast<RankedTensorType>(withElementType(op.getInput().getType(), type)));
  for (auto [to, from] :
       llvm::zip_equal(stored.getData<int8_t>(), getStoredTable(op, type)))
    to = palette[size_t(from + 128)];
  builder.setInsertionPoint(op);
  return builder.create<ConstantOp>(op.getLoc(), stored.getType(),
                                    stored.toAttr());
}

/// Of a table of four bits, the kernel stores which value of the palette each
/// is.
LogicalResult GatherOp::quantize(Quantizer &quantizer) {
  quant::UniformQuantizedType type = quantizer.getType(getResult());
  // The quantizer's precision is that of activations.
  if (getPrecision(*this, Precision::S8) != Precision::S8W4 ||
      !isTableLookup(*this) || integer::isWide(type))
    return quantizeMovement(*this, quantizer);
  Value table = makePaletteTable(*this, type, quantizer.getBuilder());
  quantizer.replaceWithQuantized(*this, {table, getIndices()}, type);
  return success();
}

SmallVector<Value> ConcatOp::getSameTypeOperands() {
  return llvm::to_vector(getInputs());
}

LogicalResult ConcatOp::quantize(Quantizer &quantizer) {
  return quantizeMovement(*this, quantizer);
}

//===----------------------------------------------------------------------===//
// Reduction
//===----------------------------------------------------------------------===//

/// Sums and means have a type of their own, as averages over windows have.
static LogicalResult quantizeSum(ReduceOp op, Quantizer &quantizer) {
  quant::UniformQuantizedType output = quantizer.getType(op.getResult());
  integer::Requantization factor = integer::getSumRequantization(
      quantizer.getType(op.getInput()), output, op.getDivisor());
  bool fits =
      factor.shift <= 16 && op.getCount() <= (INT32_MAX >> (factor.shift + 8));
  if (!integer::isWide(output) && !fits)
    return keepFloat(op, "its sums would overflow 32 bits");
  quantizer.replaceWithQuantized(op, quantizer.quantize(op.getInput()), output);
  return success();
}

SmallVector<Value> ReduceOp::getSameTypeOperands() {
  if (getKind() == ReduceKind::Max || getKind() == ReduceKind::Min)
    return {getInput()};
  return {};
}

LogicalResult ReduceOp::quantize(Quantizer &quantizer) {
  if (!getSameTypeOperands().empty())
    return quantizeMovement(*this, quantizer);
  if (getKind() != ReduceKind::Sum && getKind() != ReduceKind::Mean)
    return keepFloat(*this, "no integer form of a reduction by '" +
                                stringifyReduceKind(getKind()) + "'");
  return quantizeSum(*this, quantizer);
}
