//===- Movement.cpp - Reference semantics of data movement ----------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Dialect/Edge/Edge.h"
#include "edgecc/Quant/IntegerParams.h"

#include "StoredTypes.h"
#include "StridedAccess.h"

#include <cmath>
#include <cstring>
#include <limits>

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;
using namespace edgecc::reference;

static unsigned getBytes(const Tensor &tensor) {
  return getElementBytes(tensor.getElementType());
}

static int64_t product(ArrayRef<int64_t> sizes) {
  int64_t result = 1;
  for (int64_t size : sizes)
    result *= size;
  return result;
}

LogicalResult ConstantOp::evaluate(ArrayRef<Tensor>,
                                   MutableArrayRef<Tensor> results) {
  FailureOr<Tensor> value =
      Tensor::fromAttr(getValue(), cast<RankedTensorType>(getType()));
  if (failed(value))
    return emitOpError("has no data");
  results[0] = std::move(*value);
  return success();
}

LogicalResult ReshapeOp::evaluate(ArrayRef<Tensor> operands,
                                  MutableArrayRef<Tensor> results) {
  results[0] = operands[0].withType(results[0].getType());
  return success();
}

LogicalResult TransposeOp::evaluate(ArrayRef<Tensor> operands,
                                    MutableArrayRef<Tensor> results) {
  const Tensor &input = operands[0];
  SmallVector<int64_t> from = getStrides(input.getShape()), strides;
  for (int64_t axis : getPerm())
    strides.push_back(from[axis]);
  copyStrided(input.getRawData().data(), results[0].getShape(), strides,
              getBytes(input), results[0].getRawData().data());
  return success();
}

LogicalResult SliceOp::evaluate(ArrayRef<Tensor> operands,
                                MutableArrayRef<Tensor> results) {
  const Tensor &input = operands[0];
  SmallVector<int64_t> strides = getStrides(input.getShape());
  int64_t first = 0;
  for (size_t axis = 0; axis != strides.size(); ++axis) {
    first += getStarts()[axis] * strides[axis];
    strides[axis] *= getSteps()[axis];
  }
  copyStrided(input.getRawData().data() + first * getBytes(input), getSizes(),
              strides, getBytes(input), results[0].getRawData().data());
  return success();
}

LogicalResult ConcatOp::evaluate(ArrayRef<Tensor> operands,
                                 MutableArrayRef<Tensor> results) {
  Tensor &result = results[0];
  ArrayRef<int64_t> shape = result.getShape();
  int64_t outer = product(shape.take_front(getAxis()));
  size_t inner = product(shape.drop_front(getAxis() + 1)) * getBytes(result);
  size_t row = shape[getAxis()] * inner, begin = 0;
  char *out = result.getRawData().data();
  for (const Tensor &operand : operands) {
    size_t bytes = operand.getDim(getAxis()) * inner;
    const char *in = operand.getRawData().data();
    for (int64_t i = 0; i != outer && bytes != 0; ++i)
      std::memcpy(out + i * row + begin, in + i * bytes, bytes);
    begin += bytes;
  }
  return success();
}

//===----------------------------------------------------------------------===//
// PadOp
//===----------------------------------------------------------------------===//

template <typename T> static void fillElements(Tensor &tensor, T value) {
  MutableArrayRef<T> elements = tensor.getData<T>();
  std::fill(elements.begin(), elements.end(), value);
}

/// `value` as T: truncated and saturated for integers, where NaN gives 0.
template <typename T> static T convertTo(double value) {
  if constexpr (std::is_integral_v<T>) {
    using Limits = std::numeric_limits<T>;
    if (std::isnan(value))
      return 0;
    if (value >= double(Limits::max()))
      return Limits::max();
    if (value <= double(Limits::lowest()))
      return Limits::lowest();
  }
  return T(value);
}

/// Sets every element to the stored form of `value`.
static LogicalResult fillWith(PadOp op, double value, Tensor &result) {
  Type type = result.getElementType();
  if (isInteger(result)) {
    int32_t stored =
        integer::getStoredValue(float(value), getUniformType(type));
    dispatchInteger(result, [&](auto zero) {
      using T = decltype(zero);
      fillElements<T>(result, T(stored));
    });
    return success();
  }
  if (type.isInteger(1)) {
    fillElements<uint8_t>(result, value != 0.0);
    return success();
  }
  if (getQuantizedType(type))
    return checkIntegers(op, result);
  return dispatchStored(op, type, [&](auto zero) {
    using T = decltype(zero);
    fillElements<T>(result, convertTo<T>(value));
    return success();
  });
}

LogicalResult PadOp::evaluate(ArrayRef<Tensor> operands,
                              MutableArrayRef<Tensor> results) {
  const Tensor &input = operands[0];
  Tensor &result = results[0];
  if (failed(fillWith(*this, getValue().convertToDouble(), result)))
    return failure();
  // The part of the input that stays: negative pads cut off.
  SmallVector<int64_t> from = getStrides(input.getShape());
  SmallVector<int64_t> to = getStrides(result.getShape());
  SmallVector<int64_t> kept;
  int64_t source = 0, target = 0;
  for (size_t axis = 0; axis != from.size(); ++axis) {
    int64_t low = getLow()[axis], high = getHigh()[axis];
    kept.push_back(input.getDim(axis) + std::min<int64_t>(low, 0) +
                   std::min<int64_t>(high, 0));
    source += std::max<int64_t>(-low, 0) * from[axis];
    target += std::max<int64_t>(low, 0) * to[axis];
  }
  if (llvm::any_of(kept, [](int64_t size) { return size <= 0; }))
    return success();
  size_t bytes = getBytes(input);
  size_t row = (kept.empty() ? 1 : kept.back()) * bytes;
  // Rows of the kept box come in one order from both tensors.
  SmallVector<const char *> rows;
  forEachRow(kept, from, [&](int64_t offset) {
    rows.push_back(input.getRawData().data() + (source + offset) * bytes);
  });
  const char *const *next = rows.begin();
  char *out = result.getRawData().data() + target * bytes;
  forEachRow(kept, to, [&](int64_t offset) {
    std::memcpy(out + offset * bytes, *next++, row);
  });
  return success();
}

//===----------------------------------------------------------------------===//
// GatherOp
//===----------------------------------------------------------------------===//

/// The indices, counted from the begin of an axis of `size` elements.
static FailureOr<SmallVector<int64_t>>
getIndices(GatherOp op, const Tensor &tensor, int64_t size) {
  SmallVector<int64_t> indices;
  if (tensor.getElementType().isInteger(32))
    llvm::append_range(indices, tensor.getData<int32_t>());
  else
    llvm::append_range(indices, tensor.getData<int64_t>());
  for (int64_t &index : indices) {
    int64_t given = index;
    if (index < 0)
      index += size;
    if (index < 0 || index >= size)
      return op.emitOpError("index ")
             << given << " is outside of an axis of " << size;
  }
  return indices;
}

LogicalResult GatherOp::evaluate(ArrayRef<Tensor> operands,
                                 MutableArrayRef<Tensor> results) {
  const Tensor &input = operands[0];
  ArrayRef<int64_t> shape = input.getShape();
  auto indices = ::getIndices(*this, operands[1], shape[getAxis()]);
  if (failed(indices))
    return failure();
  int64_t outer = product(shape.take_front(getAxis()));
  size_t inner = product(shape.drop_front(getAxis() + 1)) * getBytes(input);
  const char *in = input.getRawData().data();
  char *out = results[0].getRawData().data();
  for (int64_t i = 0; i != outer && inner != 0;
       ++i, in += shape[getAxis()] * inner)
    for (int64_t index : *indices) {
      std::memcpy(out, in + index * inner, inner);
      out += inner;
    }
  return success();
}
