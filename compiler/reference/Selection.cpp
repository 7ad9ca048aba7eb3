//===- Selection.cpp - Reference semantics of scatter and top_k -----------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "StoredTypes.h"

#include "StridedAccess.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;
using namespace edgecc::reference;

//===----------------------------------------------------------------------===//
// ScatterOp
//===----------------------------------------------------------------------===//

template <typename T> static T combine(ScatterKind kind, T old, T update) {
  // Wide unsigned arithmetic wraps around where T would overflow.
  using Acc = std::conditional_t<std::is_floating_point_v<T>, T, uint64_t>;
  switch (kind) {
  case ScatterKind::Replace:
    return update;
  case ScatterKind::Add:
    return T(Acc(old) + Acc(update));
  case ScatterKind::Mul:
    return T(Acc(old) * Acc(update));
  case ScatterKind::Max:
    return std::max(old, update);
  case ScatterKind::Min:
    return std::min(old, update);
  }
  llvm_unreachable("all kinds are handled");
}

static int64_t getIndex(const Tensor &indices, int64_t at) {
  if (indices.getElementType().isInteger(32))
    return indices.getData<int32_t>()[at];
  return indices.getData<int64_t>()[at];
}

LogicalResult ScatterOp::evaluate(ArrayRef<Tensor> operands,
                                  MutableArrayRef<Tensor> results) {
  const Tensor &indices = operands[1];
  Tensor &result = results[0];
  result = operands[0].withType(result.getType());
  int64_t size = result.getDim(0);
  int64_t inner = size == 0 ? 0 : result.getNumElements() / size;
  auto run = [&](auto zero) {
    using T = decltype(zero);
    ArrayRef<T> updates = operands[2].getData<T>();
    MutableArrayRef<T> out = result.getData<T>();
    for (int64_t i = 0, e = indices.getNumElements(); i != e; ++i) {
      int64_t index = getIndex(indices, i);
      if (index < 0)
        index += size;
      if (index < 0 || index >= size)
        continue;
      for (int64_t j = 0; j != inner; ++j) {
        T &place = out[index * inner + j];
        place = combine(getKind(), place, updates[i * inner + j]);
      }
    }
    return success();
  };
  if (getKind() == ScatterKind::Replace && result.getElementType().isInteger(1))
    return run(uint8_t());
  return dispatchStored(*this, result.getElementType(), run);
}

//===----------------------------------------------------------------------===//
// TopKOp
//===----------------------------------------------------------------------===//

/// The positions along the axis, best first.
template <typename T>
static void sortPositions(ArrayRef<T> in, int64_t start, int64_t stride,
                          bool largest, MutableArrayRef<int64_t> positions) {
  llvm::copy(llvm::seq<int64_t>(0, positions.size()), positions.begin());
  llvm::stable_sort(positions, [&](int64_t a, int64_t b) {
    T x = in[start + a * stride], y = in[start + b * stride];
    return largest ? x > y : x < y;
  });
}

LogicalResult TopKOp::evaluate(ArrayRef<Tensor> operands,
                               MutableArrayRef<Tensor> results) {
  const Tensor &input = operands[0];
  int64_t size = input.getDim(getAxis()), k = getK();
  int64_t stride = getStrides(input.getShape())[getAxis()];
  MutableArrayRef<int64_t> out = results[0].getData<int64_t>();
  return dispatchStored(*this, input.getElementType(), [&](auto zero) {
    using T = decltype(zero);
    ArrayRef<T> in = input.getData<T>();
    std::vector<int64_t> positions(size);
    int64_t lanes = size == 0 ? 0 : input.getNumElements() / size;
    for (int64_t lane = 0; lane != lanes; ++lane) {
      int64_t outer = lane / stride, inner = lane % stride;
      sortPositions(in, outer * size * stride + inner, stride, getLargest(),
                    positions);
      for (int64_t i = 0; i != k; ++i)
        out[(outer * k + i) * stride + inner] = positions[i];
    }
    return success();
  });
}
