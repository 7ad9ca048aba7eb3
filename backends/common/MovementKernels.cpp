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

template <typename OpT> static bool always(OpT) { return true; }

void edgecc::registerMovementKernels(KernelRegistry &registry) {
  registry.add<TransposeOp>("transpose", always<TransposeOp>, lowerTranspose);
  registry.add<PadOp>("pad", always<PadOp>, lowerPad);
  registry.add<ConcatOp>("concat", always<ConcatOp>, lowerConcat);
  registry.add<SliceOp>("slice", always<SliceOp>, lowerSlice);
  registry.add<GatherOp>("gather", always<GatherOp>, lowerGather);
}
