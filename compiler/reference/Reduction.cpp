//===- Reduction.cpp - Reference semantics of edge.reduce -----------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Quant/IntegerParams.h"

#include "StoredTypes.h"
#include "StridedAccess.h"

#include "kernels/arithmetic.h"
#include "kernels/fixed_point.h"

#include <limits>

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;
using namespace edgecc::reference;

/// What nothing reduces to; the ends of the range are those of the elements.
template <typename T, typename Acc> static Acc getStart(ReduceKind kind) {
  using Limits = std::numeric_limits<T>;
  switch (kind) {
  case ReduceKind::Max:
    return Limits::has_infinity ? -Limits::infinity() : Limits::lowest();
  case ReduceKind::Min:
    return Limits::has_infinity ? Limits::infinity() : Limits::max();
  case ReduceKind::Prod:
    return Acc(1);
  case ReduceKind::Sum:
  case ReduceKind::Mean:
    return Acc(0);
  }
  llvm_unreachable("all kinds are handled");
}

/// Integers wrap around, as in generated code.
template <typename Acc> static Acc add(Acc a, Acc b) {
  if constexpr (std::is_floating_point_v<Acc>)
    return a + b;
  else
    return kernels::wrappingAdd(a, b);
}
template <typename Acc> static Acc multiply(Acc a, Acc b) {
  if constexpr (std::is_floating_point_v<Acc>)
    return a * b;
  else
    return kernels::wrappingMul(a, b);
}

template <typename Acc> static Acc combine(ReduceKind kind, Acc acc, Acc x) {
  switch (kind) {
  case ReduceKind::Max:
    return x > acc ? x : acc;
  case ReduceKind::Min:
    return x < acc ? x : acc;
  case ReduceKind::Prod:
    return multiply(acc, x);
  case ReduceKind::Sum:
  case ReduceKind::Mean:
    return add(acc, x);
  }
  llvm_unreachable("all kinds are handled");
}

/// Reduces with sums and products in a type that is wider than T.
template <typename T, typename Acc>
static void reduce(ReduceKind kind, const Tensor &input, Tensor &result) {
  std::vector<Acc> sums(result.getNumElements(), getStart<T, Acc>(kind));
  // Read as if the result had the input's shape, several elements of the input
  // meet in one of the result.
  SmallVector<int64_t> strides =
      getBroadcastStrides(result.getShape(), input.getShape());
  int64_t count = input.getShape().empty() ? 1 : input.getShape().back();
  int64_t step = strides.empty() ? 1 : strides.back();
  const T *in = input.getData<T>().data();
  forEachRow(input.getShape(), strides, [&](int64_t offset) {
    for (int64_t i = 0; i != count; ++i) {
      Acc &sum = sums[offset + i * step];
      sum = combine<Acc>(kind, sum, Acc(*in++));
    }
  });
  Acc divisor = 1;
  if (kind == ReduceKind::Mean && !sums.empty())
    divisor = Acc(input.getNumElements() / result.getNumElements());
  MutableArrayRef<T> out = result.getData<T>();
  for (size_t i = 0; i != sums.size(); ++i)
    out[i] = T(divisor == 0 ? sums[i] : sums[i] / divisor);
}

/// The sums of stored elements less their zero point, as i64.
static Tensor sumCentered(const Tensor &input, RankedTensorType resultType) {
  auto type = getUniformType(input.getElementType());
  auto i64 = IntegerType::get(resultType.getContext(), 64);
  Tensor centered(withElementType(input.getType(), i64));
  dispatchInteger(input, [&](auto stored) {
    for (auto [q, d] : llvm::zip_equal(input.getData<decltype(stored)>(),
                                       centered.getData<int64_t>()))
      d = q - type.getZeroPoint();
  });
  Tensor sums(withElementType(resultType, i64));
  reduce<int64_t, int64_t>(ReduceKind::Sum, centered, sums);
  return sums;
}

/// Sums and means of quantized elements, requantized.
static LogicalResult sumIntegers(ReduceOp op, const Tensor &input,
                                 Tensor &result) {
  if (failed(checkIntegers(op, {input, result})))
    return failure();
  auto type = getUniformType(input.getElementType());
  auto output = getUniformType(result.getElementType());
  const Tensor sums = sumCentered(input, result.getType());
  if (isWide(result)) {
    integer::WideRequantization factor = integer::getWideSumRequantization(
        type, output, op.getCount(), op.getDivisor());
    for (auto [sum, out] :
         llvm::zip_equal(sums.getData<int64_t>(), result.getData<int16_t>()))
      out = int16_t(kernels::requantizeWide(
          sum, factor.multipliers[0], factor.shift, 0, INT16_MIN, INT16_MAX));
    return success();
  }
  integer::Requantization factor =
      integer::getSumRequantization(type, output, op.getDivisor());
  for (auto [sum, out] :
       llvm::zip_equal(sums.getData<int64_t>(), result.getData<int8_t>()))
    out = int8_t(
        kernels::requantize(int32_t(sum), factor.multipliers[0], factor.shift,
                            int32_t(output.getZeroPoint()), -128, 127));
  return success();
}

LogicalResult ReduceOp::evaluate(ArrayRef<Tensor> operands,
                                 MutableArrayRef<Tensor> results) {
  Type type = operands[0].getElementType();
  bool picks = getKind() == ReduceKind::Max || getKind() == ReduceKind::Min;
  if (getQuantizedType(type)) {
    if (getKind() == ReduceKind::Sum || getKind() == ReduceKind::Mean)
      return sumIntegers(*this, operands[0], results[0]);
    if (!picks || type != results[0].getElementType())
      return emitOpError("is evaluated on quantized elements for sum and mean, "
                         "and for max and min with the input's type, only");
  }
  return dispatchStored(*this, type, [&](auto zero) {
    using T = decltype(zero);
    if constexpr (std::is_floating_point_v<T>)
      reduce<T, double>(getKind(), operands[0], results[0]);
    else
      reduce<T, std::conditional_t<std::is_signed_v<T>, int64_t, uint64_t>>(
          getKind(), operands[0], results[0]);
    return success();
  });
}
