//===- StridedAccess.cpp - Rows of a tensor walked with strides -----------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "StridedAccess.h"

#include <cstring>

using namespace mlir;
using namespace edgecc;
using namespace edgecc::reference;

SmallVector<int64_t> reference::getStrides(ArrayRef<int64_t> shape) {
  SmallVector<int64_t> strides(shape.size());
  int64_t stride = 1;
  for (size_t axis = shape.size(); axis-- > 0; stride *= shape[axis])
    strides[axis] = stride;
  return strides;
}

SmallVector<int64_t> reference::getBroadcastStrides(ArrayRef<int64_t> from,
                                                    ArrayRef<int64_t> to) {
  SmallVector<int64_t> own = getStrides(from);
  SmallVector<int64_t> strides(to.size(), 0);
  size_t added = to.size() - from.size();
  for (size_t axis = 0; axis != from.size(); ++axis)
    if (from[axis] != 1)
      strides[added + axis] = own[axis];
  return strides;
}

void reference::forEachRow(ArrayRef<int64_t> shape, ArrayRef<int64_t> strides,
                           function_ref<void(int64_t)> row) {
  if (llvm::is_contained(shape, 0))
    return;
  size_t outer = shape.empty() ? 0 : shape.size() - 1;
  SmallVector<int64_t> index(outer, 0);
  int64_t offset = 0;
  while (true) {
    row(offset);
    size_t axis = outer;
    for (; axis-- > 0;) {
      offset += strides[axis];
      if (++index[axis] != shape[axis])
        break;
      offset -= shape[axis] * strides[axis];
      index[axis] = 0;
    }
    if (axis == size_t(-1))
      return;
  }
}

template <typename T>
static void copyRow(const T *from, int64_t count, int64_t stride, T *to) {
  if (stride == 1) {
    std::memcpy(to, from, count * sizeof(T));
    return;
  }
  if (stride == 0) {
    std::fill_n(to, count, *from);
    return;
  }
  for (int64_t i = 0; i != count; ++i)
    to[i] = from[i * stride];
}

template <typename T>
static void copyRows(const char *from, ArrayRef<int64_t> shape,
                     ArrayRef<int64_t> strides, char *to) {
  int64_t count = shape.empty() ? 1 : shape.back();
  int64_t stride = strides.empty() ? 1 : strides.back();
  const T *source = reinterpret_cast<const T *>(from);
  T *target = reinterpret_cast<T *>(to);
  forEachRow(shape, strides, [&](int64_t offset) {
    copyRow(source + offset, count, stride, target);
    target += count;
  });
}

void reference::copyStrided(const char *from, ArrayRef<int64_t> shape,
                            ArrayRef<int64_t> strides, unsigned elementBytes,
                            char *to) {
  switch (elementBytes) {
  case 1:
    return copyRows<uint8_t>(from, shape, strides, to);
  case 2:
    return copyRows<uint16_t>(from, shape, strides, to);
  case 4:
    return copyRows<uint32_t>(from, shape, strides, to);
  default:
    return copyRows<uint64_t>(from, shape, strides, to);
  }
}

Tensor reference::broadcastTo(const Tensor &tensor, ArrayRef<int64_t> shape) {
  if (tensor.getShape() == shape)
    return tensor;
  Tensor result(RankedTensorType::get(shape, tensor.getElementType()));
  copyStrided(tensor.getRawData().data(), shape,
              getBroadcastStrides(tensor.getShape(), shape),
              getElementBytes(tensor.getElementType()),
              result.getRawData().data());
  return result;
}
