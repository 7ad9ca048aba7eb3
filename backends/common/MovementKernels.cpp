//===- MovementKernels.cpp - Kernels that move data -----------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Backend/KernelRegistry.h"
#include "edgecc/Quant/IntegerParams.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;

static constexpr StringLiteral kHeader = "data_movement.h";

static ArrayRef<int64_t> shapeOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape();
}

static int64_t product(ArrayRef<int64_t> dims) {
  int64_t result = 1;
  for (int64_t dim : dims)
    result *= dim;
  return result;
}

static LogicalResult lowerTranspose(TransposeOp op, KernelCallBuilder &call) {
  call.begin("transpose", kHeader);
  call.addShape(op.getInput());
  call.addShape(op.getPerm());
  call.addInput(op.getInput());
  call.addOutput(op.getResult());
  return success();
}

/// A real value as a scalar of the stored element type.
static TypedAttr getStoredScalar(double value, Type elementType) {
  if (auto quantized = dyn_cast<quant::UniformQuantizedType>(elementType))
    return IntegerAttr::get(quantized.getStorageType(),
                            integer::getStoredValue(value, quantized));
  if (isa<FloatType>(elementType))
    return FloatAttr::get(elementType, value);
  return IntegerAttr::get(elementType, int64_t(value));
}

static LogicalResult lowerPad(PadOp op, KernelCallBuilder &call) {
  call.begin("pad", kHeader);
  call.addShape(op.getInput());
  call.addShape(op.getResult());
  call.addShape(op.getLow());
  call.addElementType(op.getInput());
  call.addInput(op.getInput());
  call.addOutput(op.getResult());
  call.addScalar(getStoredScalar(op.getValue().convertToDouble(),
                                 getElementTypeOrSelf(op.getType())));
  return success();
}

/// One copy per operand, each into its place.
static LogicalResult lowerConcat(ConcatOp op, KernelCallBuilder &call) {
  uint64_t axis = op.getAxis();
  int64_t outer = product(shapeOf(op.getResult()).take_front(axis));
  int64_t total = product(shapeOf(op.getResult()).drop_front(axis));
  int64_t offset = 0;
  for (Value input : op.getInputs()) {
    int64_t inner = product(shapeOf(input).drop_front(axis));
    call.begin("copy_slab", kHeader);
    call.addElementType(input);
    for (int64_t argument : {outer, inner, total, offset})
      call.addInt(argument);
    call.addInput(input);
    call.addOutput(op.getResult());
    offset += inner;
  }
  return success();
}

static LogicalResult lowerSlice(SliceOp op, KernelCallBuilder &call) {
  call.begin("slice", kHeader);
  call.addShape(op.getInput());
  call.addShape(op.getResult());
  call.addShape(op.getStarts());
  call.addShape(op.getSteps());
  call.addInput(op.getInput());
  call.addOutput(op.getResult());
  return success();
}

static LogicalResult lowerGather(GatherOp op, KernelCallBuilder &call) {
  call.begin("gather", kHeader);
  call.addShape(op.getInput());
  call.addShape(op.getIndices());
  call.addInt(op.getAxis());
  call.addInput(op.getInput());
  call.addInput(op.getIndices());
  call.addOutput(op.getResult());
  return success();
}

/// The values that a constant table of int8 consists of, ascending, or nothing
/// if there are more than 16.
static std::optional<SmallVector<int8_t>> findPalette(GatherOp op) {
  if (!isInt8Op(op) || op.getAxis() != 0 || !isConstant(op.getInput()))
    return std::nullopt;
  constexpr size_t kMost = 16;
  SmallVector<int8_t> palette;
  const reference::Tensor table = *getConstantTensor(op.getInput());
  for (int8_t value : table.getData<int8_t>()) {
    auto place = llvm::lower_bound(palette, value);
    if (place != palette.end() && *place == value)
      continue;
    if (palette.size() == kMost)
      return std::nullopt;
    palette.insert(place, value);
  }
  return palette;
}

/// Bytes of a row of numbers of four bits.
static int64_t getPaletteRowBytes(RankedTensorType table) {
  return (table.getNumElements() / table.getDimSize(0) + 1) / 2;
}

/// Whether the table becomes smaller, with the palette and what takes it apart.
static bool hasPalette(GatherOp op) {
  constexpr int64_t kPaletteBytes = 16, kLeastGain = 128;
  auto type = cast<RankedTensorType>(op.getInput().getType());
  return type.getRank() >= 2 &&
         type.getDimSize(0) * getPaletteRowBytes(type) + kPaletteBytes +
                 kLeastGain <=
             type.getNumElements() &&
         findPalette(op).has_value();
}

static LogicalResult lowerPaletteGather(GatherOp op, KernelCallBuilder &call) {
  SmallVector<int8_t> palette = *findPalette(op);
  const reference::Tensor table = *getConstantTensor(op.getInput());
  const int64_t rows = table.getDim(0), inner = table.getNumElements() / rows;
  const int64_t rowBytes = getPaletteRowBytes(table.getType());
  MLIRContext *context = op.getContext();
  reference::Tensor numbers(RankedTensorType::get(
      {rows * rowBytes}, IntegerType::get(context, 8, IntegerType::Unsigned)));
  MutableArrayRef<uint8_t> packed = numbers.getData<uint8_t>();
  std::fill(packed.begin(), packed.end(), uint8_t(0));
  ArrayRef<int8_t> values = table.getData<int8_t>();
  for (int64_t row = 0; row != rows; ++row)
    for (int64_t c = 0; c != inner; ++c) {
      auto number = size_t(llvm::lower_bound(palette, values[row * inner + c]) -
                           palette.begin());
      packed[row * rowBytes + c / 2] |= uint8_t(number << (c % 2 * 4));
    }
  palette.resize(16);
  reference::Tensor colors(
      RankedTensorType::get({16}, IntegerType::get(context, 8)));
  llvm::copy(palette, colors.getData<int8_t>().begin());
  call.begin("gather_palette_s8", kHeader);
  call.setPrecision("s8w4");
  call.addShape(op.getInput());
  call.addShape(op.getIndices());
  call.addData("numbers", numbers);
  call.addData("palette", colors);
  call.addInput(op.getIndices());
  call.addOutput(op.getResult());
  return success();
}

template <typename OpT> static bool always(OpT) { return true; }

void edgecc::registerMovementKernels(KernelRegistry &registry) {
  registry.add<TransposeOp>("transpose", always<TransposeOp>, lowerTranspose);
  registry.add<PadOp>("pad", always<PadOp>, lowerPad);
  registry.add<ConcatOp>("concat", always<ConcatOp>, lowerConcat);
  registry.add<SliceOp>("slice", always<SliceOp>, lowerSlice);
  registry.add<GatherOp>("gather", always<GatherOp>, lowerGather);
  registry.add<GatherOp>("gather_palette_s8", hasPalette, lowerPaletteGather,
                         /*benefit=*/1);
}
