//===- EdgeResample.cpp - Interpolation along an axis ---------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "EdgeVerify.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;

LogicalResult ResampleOp::inferReturnTypeComponents(
    MLIRContext *, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<ShapedTypeComponents> &result) {
  auto input = cast<RankedTensorType>(adaptor.getInput().getType());
  auto weights = cast<RankedTensorType>(adaptor.getWeights().getType());
  int64_t axis = adaptor.getAxis();
  if (axis < 0 || axis >= input.getRank())
    return emitOptionalError(loc, "axis ", axis, " is not in 0..",
                             input.getRank() - 1);
  if (weights.getRank() != 2 ||
      weights.getNumElements() != int64_t(adaptor.getIndices().size()))
    return emitOptionalError(loc, "weights of type ", weights,
                             " are not [taps, positions] of the ",
                             adaptor.getIndices().size(), " indices");
  SmallVector<int64_t> shape(input.getShape());
  shape[axis] = weights.getDimSize(1);
  result.emplace_back(shape);
  return success();
}

LogicalResult ResampleOp::verify() {
  int64_t size = getInput().getType().getDimSize(getAxis());
  for (int32_t index : getIndices())
    if (index < 0 || index >= size)
      return emitOpError("index ") << index << " is not in 0.." << size - 1
                                   << " along axis " << getAxis();
  Type input = getInput().getType(), weights = getWeights().getType();
  if (getElementTypeOrSelf(input).isF32() &&
      getElementTypeOrSelf(weights).isF32() &&
      getElementTypeOrSelf(getType()).isF32())
    return success();
  quant::UniformQuantizedType type = getUniformType(weights);
  if (!getUniformType(input) || !getUniformType(getType()) || !type ||
      !type.getStorageType().isInteger(16) || type.getZeroPoint() != 0)
    return emitOpError("needs f32 throughout, or input and result quantized "
                       "per tensor and weights in i16 with a zero point of 0, "
                       "found ")
           << input << ", " << weights << " and " << getType();
  return verifySameStorage(*this, {input, getType()});
}
