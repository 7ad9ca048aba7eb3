//===- EdgeQuant.cpp - Casts between float and quantized ------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Dialect/Edge/Edge.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;

#define EDGE_SAME_SHAPE(Op)                                                    \
  LogicalResult Op::inferReturnTypeComponents(                                 \
      MLIRContext *, std::optional<Location>, Adaptor adaptor,                 \
      SmallVectorImpl<ShapedTypeComponents> &result) {                         \
    result.emplace_back(                                                       \
        cast<RankedTensorType>(adaptor.getInput().getType()).getShape());      \
    return success();                                                          \
  }
EDGE_SAME_SHAPE(QuantizeOp)
EDGE_SAME_SHAPE(DequantizeOp)
EDGE_SAME_SHAPE(RequantizeOp)
#undef EDGE_SAME_SHAPE

static bool isF32(Type type) { return getElementTypeOrSelf(type).isF32(); }

LogicalResult QuantizeOp::verify() {
  if (!isF32(getInput().getType()) || !getUniformType(getType()))
    return emitOpError("takes f32 to a type quantized per tensor, found ")
           << getInput().getType() << " to " << getType();
  return success();
}

LogicalResult DequantizeOp::verify() {
  if (!getUniformType(getInput().getType()) || !isF32(getType()))
    return emitOpError("takes a type quantized per tensor to f32, found ")
           << getInput().getType() << " to " << getType();
  return success();
}

LogicalResult RequantizeOp::verify() {
  if (!getUniformType(getInput().getType()) || !getUniformType(getType()))
    return emitOpError("takes types quantized per tensor, found ")
           << getInput().getType() << " to " << getType();
  return success();
}

/// quantize(dequantize(q)) of one and the same type is q, exactly.
OpFoldResult QuantizeOp::fold(FoldAdaptor) {
  auto source = getInput().getDefiningOp<DequantizeOp>();
  if (source && source.getInput().getType() == getType())
    return source.getInput();
  return {};
}

OpFoldResult DequantizeOp::fold(FoldAdaptor) { return {}; }

OpFoldResult RequantizeOp::fold(FoldAdaptor) {
  if (getInput().getType() == getType())
    return getInput();
  return {};
}
