//===- Permute.cpp - Constants with their axes in another order -----------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Permute.h"

#include "mlir/Dialect/Utils/IndexingUtils.h"

using namespace mlir;
using namespace edgecc;

reference::Tensor importer::permute(const reference::Tensor &tensor,
                                    ArrayRef<int64_t> perm) {
  SmallVector<int64_t> shape = applyPermutation(tensor.getShape(), perm);
  reference::Tensor result(
      RankedTensorType::get(shape, tensor.getElementType()));
  SmallVector<int64_t> strides =
      applyPermutation(computeStrides(tensor.getShape()), perm);
  unsigned bytes = reference::getElementBytes(tensor.getElementType());
  ArrayRef<char> from = tensor.getRawData();
  MutableArrayRef<char> to = result.getRawData();
  // Counts through the result's indices; `source` is where each one lies.
  SmallVector<int64_t> index(shape.size(), 0);
  int64_t source = 0;
  for (int64_t target = 0, e = result.getNumElements(); target != e; ++target) {
    std::memcpy(to.data() + target * bytes, from.data() + source * bytes,
                bytes);
    for (size_t axis = shape.size(); axis-- != 0;) {
      source += strides[axis];
      if (++index[axis] != shape[axis])
        break;
      source -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return result;
}
