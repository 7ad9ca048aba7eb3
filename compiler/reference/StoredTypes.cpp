//===- StoredTypes.cpp - C++ types of stored elements ---------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "StoredTypes.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::reference;

bool reference::isInteger(const Tensor &tensor) {
  auto type = edge::getUniformType(tensor.getElementType());
  return type && type.getStorageType().isInteger(8) &&
         type.getStorageTypeMin() == INT8_MIN &&
         type.getStorageTypeMax() == INT8_MAX;
}

LogicalResult reference::checkIntegers(Operation *op,
                                       ArrayRef<Tensor> tensors) {
  for (const Tensor &tensor : tensors)
    if (!isInteger(tensor))
      return op->emitOpError("is evaluated on all of i8 per tensor only, not "
                             "with ")
             << tensor.getType();
  return success();
}

LogicalResult reference::checkF32(Operation *op, ArrayRef<Tensor> tensors) {
  for (const Tensor &tensor : tensors)
    if (!tensor.getElementType().isF32())
      return op->emitOpError("is evaluated in f32 and on all of i8 per "
                             "tensor only, not with ")
             << tensor.getType();
  return success();
}
