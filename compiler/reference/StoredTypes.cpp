//===- StoredTypes.cpp - C++ types of stored elements ---------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "StoredTypes.h"

#include "edgecc/Quant/IntegerParams.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::reference;

bool reference::isInteger(const Tensor &tensor) {
  auto type = edge::getUniformType(tensor.getElementType());
  if (!type)
    return false;
  if (integer::isWide(type))
    return type.getStorageTypeMin() == INT16_MIN &&
           type.getStorageTypeMax() == INT16_MAX && type.getZeroPoint() == 0;
  return type.getStorageType().isInteger(8) &&
         type.getStorageTypeMin() == INT8_MIN &&
         type.getStorageTypeMax() == INT8_MAX;
}

bool reference::isWide(const Tensor &tensor) {
  return integer::isWide(edge::getUniformType(tensor.getElementType()));
}

LogicalResult reference::checkIntegers(Operation *op,
                                       ArrayRef<Tensor> tensors) {
  for (const Tensor &tensor : tensors)
    if (!isInteger(tensor))
      return op->emitOpError("is evaluated per tensor on all of i8, or of i16 "
                             "with a zero point of 0, not with ")
             << tensor.getType();
  return success();
}

LogicalResult reference::checkBytes(Operation *op, ArrayRef<Tensor> tensors) {
  for (const Tensor &tensor : tensors)
    if (!isInteger(tensor) || isWide(tensor))
      return op->emitOpError("is evaluated on all of i8 per tensor only, not "
                             "with ")
             << tensor.getType();
  return success();
}

LogicalResult reference::checkF32(Operation *op, ArrayRef<Tensor> tensors) {
  for (const Tensor &tensor : tensors)
    if (!tensor.getElementType().isF32())
      return op->emitOpError("is evaluated in f32 and per tensor on all of i8, "
                             "or of i16 with a zero point of 0, not with ")
             << tensor.getType();
  return success();
}
