//===- RowwiseOps.cpp - Operations computed row by row --------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Dialect/Edge/Edge.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;

static RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

/// [1, H, W, C].
static bool isImage(Value value) {
  RankedTensorType type = typeOf(value);
  return type.getRank() == 4 && type.getDimSize(0) == 1;
}

/// The type of one row of an image.
static RankedTensorType getRowType(Value image) {
  SmallVector<int64_t> shape(typeOf(image).getShape());
  shape[1] = 1;
  return RankedTensorType::get(shape, typeOf(image).getElementType());
}

//===----------------------------------------------------------------------===//
// Elementwise
//===----------------------------------------------------------------------===//

std::optional<RowWindow> edge::getElementwiseRows(Operation *op,
                                                  unsigned operand) {
  Value result = op->getResult(0);
  if (!isImage(result))
    return std::nullopt;
  // What broadcasts along the rows is the same for all of them.
  auto fits = [&](Value value) {
    RankedTensorType type = typeOf(value);
    if (value.getDefiningOp<ConstantOp>())
      return isa<TableOp>(op) || type.getRank() < 3 ||
             type.getDimSize(type.getRank() - 3) == 1;
    return type.getShape() == typeOf(result).getShape();
  };
  if (op->getOperand(operand).getDefiningOp<ConstantOp>() ||
      !llvm::all_of(op->getOperands(), fits))
    return std::nullopt;
  return RowWindow{};
}

Operation *edge::cloneAsRow(OpBuilder &builder, Operation *op,
                            ValueRange operands) {
  Operation *row = builder.clone(*op);
  row->setOperands(operands);
  row->getResult(0).setType(getRowType(op->getResult(0)));
  return row;
}

//===----------------------------------------------------------------------===//
// Windows
//===----------------------------------------------------------------------===//

/// The rows under a window of two axes, whose padding has to be no larger than
/// the window.
static std::optional<RowWindow> getWindowRows(Value input, Value result,
                                              int64_t kernel, int64_t stride,
                                              int64_t dilation, int64_t pad) {
  int64_t extent = (kernel - 1) * dilation + 1;
  if (!isImage(input) || !isImage(result) || pad >= extent)
    return std::nullopt;
  return RowWindow{extent, stride, pad};
}

/// A clone whose windows are not padded above and below.
template <typename OpT>
static Operation *cloneWithoutRowPads(OpBuilder &builder, OpT op,
                                      ValueRange operands) {
  auto row = cast<OpT>(cloneAsRow(builder, op, operands));
  SmallVector<int64_t> pads(op.getPads());
  pads[0] = pads[2] = 0;
  row.setPads(pads);
  return row;
}

std::optional<RowWindow> ConvOp::getRowWindow(unsigned operand) {
  if (operand != 0 || typeOf(getFilter()).getRank() != 4)
    return std::nullopt;
  return getWindowRows(getInput(), getResult(),
                       typeOf(getFilter()).getDimSize(1), getStrides()[0],
                       getDilations()[0], getPads()[0]);
}

Operation *ConvOp::createRow(OpBuilder &builder, ValueRange operands) {
  return cloneWithoutRowPads(builder, *this, operands);
}

int64_t ConvOp::getRowPadding() {
  quant::UniformQuantizedType type = getUniformType(getInput().getType());
  return type ? type.getZeroPoint() : 0;
}

/// The lowest value of float has no byte that it consists of.
std::optional<RowWindow> MaxPoolOp::getRowWindow(unsigned) {
  quant::UniformQuantizedType type = getUniformType(getInput().getType());
  bool isInt8 = type && type.getStorageType().isInteger(8);
  if (getKernel().size() != 2 || getCeilMode() ||
      (!isInt8 && (getPads()[0] != 0 || getPads()[2] != 0)))
    return std::nullopt;
  return getWindowRows(getInput(), getResult(), getKernel()[0], getStrides()[0],
                       getDilations()[0], getPads()[0]);
}

Operation *MaxPoolOp::createRow(OpBuilder &builder, ValueRange operands) {
  return cloneWithoutRowPads(builder, *this, operands);
}

int64_t MaxPoolOp::getRowPadding() {
  quant::UniformQuantizedType type = getUniformType(getInput().getType());
  return type ? type.getStorageTypeMin() : 0;
}

/// Rows outside the image would have to be counted.
std::optional<RowWindow> AvgPoolOp::getRowWindow(unsigned) {
  if (getKernel().size() != 2 || getCeilMode() || getPads()[0] != 0 ||
      getPads()[2] != 0)
    return std::nullopt;
  if (sumsRows())
    return RowWindow{1, 1, 0};
  return getWindowRows(getInput(), getResult(), getKernel()[0], getStrides()[0],
                       getDilations()[0], 0);
}

Operation *AvgPoolOp::createRow(OpBuilder &builder, ValueRange operands) {
  return cloneAsRow(builder, *this, operands);
}

/// A mean over a whole image of int8.
bool AvgPoolOp::sumsRows() {
  quant::UniformQuantizedType type = getUniformType(getInput().getType());
  if (!type || !type.getStorageType().isInteger(8) || !isImage(getInput()))
    return false;
  ArrayRef<int64_t> in = typeOf(getInput()).getShape();
  ArrayRef<int64_t> out = typeOf(getResult()).getShape();
  auto isZero = [](int64_t pad) { return pad == 0; };
  return out[1] == 1 && out[2] == 1 && getKernel()[0] == in[1] &&
         getKernel()[1] == in[2] && llvm::all_of(getPads(), isZero);
}
