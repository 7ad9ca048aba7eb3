//===- Composer.cpp - Operators made of edge operations -------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Composer.h"

#include <cmath>

using namespace mlir;
using namespace edgecc;
using namespace edgecc::importer;

//===----------------------------------------------------------------------===//
// Elementwise
//===----------------------------------------------------------------------===//

static bool anyNull(ValueRange values) {
  return llvm::any_of(values, [](Value value) { return !value; });
}

Value Composer::map(ValueRange operands, Body body) {
  if (anyNull(operands))
    return {};
  FailureOr<Value> result = node.createMap(
      operands, [&](OpBuilder &builder, Location loc, ValueRange args) {
        ScalarBuilder s(builder, loc);
        return body(s, args);
      });
  return failed(result) ? Value() : *result;
}

Value Composer::add(Value a, Value b) {
  return map({a, b},
             [](ScalarBuilder &s, ValueRange v) { return s.add(v[0], v[1]); });
}
Value Composer::sub(Value a, Value b) {
  return map({a, b},
             [](ScalarBuilder &s, ValueRange v) { return s.sub(v[0], v[1]); });
}
Value Composer::mul(Value a, Value b) {
  return map({a, b},
             [](ScalarBuilder &s, ValueRange v) { return s.mul(v[0], v[1]); });
}
Value Composer::div(Value a, Value b) {
  return map({a, b},
             [](ScalarBuilder &s, ValueRange v) { return s.div(v[0], v[1]); });
}
Value Composer::add(Value a, double b) {
  return map(a, [&](ScalarBuilder &s, ValueRange v) {
    return s.add(v[0], s.constant(b, v[0]));
  });
}
Value Composer::mul(Value a, double b) {
  return map(a, [&](ScalarBuilder &s, ValueRange v) {
    return s.mul(v[0], s.constant(b, v[0]));
  });
}
Value Composer::sqrt(Value a) {
  return map(a, [](ScalarBuilder &s, ValueRange v) {
    return s.make<math::SqrtOp>(v[0]);
  });
}
Value Composer::inverseRoot(Value a, double epsilon) {
  return map(a, [&](ScalarBuilder &s, ValueRange v) {
    Value sum = s.add(v[0], s.constant(epsilon, v[0]));
    return s.div(s.constant(1, v[0]), s.make<math::SqrtOp>(sum));
  });
}
Value Composer::select(Value condition, Value a, Value b) {
  return map({condition, a, b}, [](ScalarBuilder &s, ValueRange v) {
    return s.select(v[0], v[1], v[2]);
  });
}
Value Composer::equal(Value a, Value b) {
  return map({a, b}, [](ScalarBuilder &s, ValueRange v) {
    return s.equal(v[0], v[1]);
  });
}
Value Composer::less(Value a, Value b) {
  return map({a, b},
             [](ScalarBuilder &s, ValueRange v) { return s.less(v[0], v[1]); });
}

Value Composer::cast(Value a, Type elementType) {
  if (!a || type(a).getElementType() == elementType)
    return a;
  FailureOr<Value> result = node.createMap(
      a,
      [&](OpBuilder &builder, Location loc, ValueRange args) {
        ScalarBuilder s(builder, loc);
        return convertElement(s, args[0], elementType);
      },
      elementType);
  return failed(result) ? Value() : *result;
}

//===----------------------------------------------------------------------===//
// Along axes
//===----------------------------------------------------------------------===//

Value Composer::reduce(Value a, edge::ReduceKind kind, Axes axes) {
  if (!a || axes.empty())
    return a;
  return create<edge::ReduceOp>(a, kind, axes);
}

Value Composer::softmax(Value a, int64_t axis) {
  return a ? create<edge::SoftmaxOp>(a, axis, /*log=*/false) : Value();
}

Value Composer::layerNorm(Value a, Axes axes, double epsilon, bool rms,
                          Value scale, Value bias) {
  if (!a)
    return {};
  if (!(epsilon >= 0) || std::isinf(epsilon)) {
    node.error() << "attribute 'epsilon' is " << epsilon
                 << "; it has to be finite and not negative";
    return {};
  }
  return create<edge::LayerNormOp>(a, scale, bias, axes,
                                   APFloat(float(epsilon)), rms);
}

Value Composer::matmul(Value a, Value b) {
  return a && b ? create<edge::MatMulOp>(a, b) : Value();
}

//===----------------------------------------------------------------------===//
// Movement
//===----------------------------------------------------------------------===//

Value Composer::reshape(Value a, Axes shape) {
  if (!a)
    return {};
  FailureOr<Value> result = node.createReshape(a, shape);
  return failed(result) ? Value() : *result;
}

Value Composer::unsqueeze(Value a, int64_t axis) {
  if (!a)
    return {};
  SmallVector<int64_t> longer(shape(a));
  longer.insert(longer.begin() + axis, 1);
  return reshape(a, longer);
}

Value Composer::transpose(Value a, Axes perm) {
  return a ? node.createTranspose(a, perm) : Value();
}

Value Composer::slice(Value a, int64_t axis, int64_t start, int64_t size,
                      int64_t step) {
  if (!a)
    return {};
  SmallVector<int64_t> starts(rank(a), 0), sizes(shape(a)), steps(rank(a), 1);
  starts[axis] = start;
  sizes[axis] = size;
  steps[axis] = step;
  return create<edge::SliceOp>(a, starts, sizes, steps);
}

Value Composer::concat(ValueRange values, int64_t axis) {
  if (anyNull(values))
    return {};
  if (values.size() == 1)
    return values.front();
  return create<edge::ConcatOp>(values, axis);
}

Value Composer::pad(Value a, Axes low, Axes high, double value) {
  auto isZero = [](int64_t size) { return size == 0; };
  if (!a || (llvm::all_of(low, isZero) && llvm::all_of(high, isZero)))
    return a;
  return create<edge::PadOp>(a, low, high, APFloat(value));
}

Value Composer::gather(Value a, Value indices, int64_t axis) {
  return a && indices ? create<edge::GatherOp>(a, indices, axis) : Value();
}

/// Neighbouring indices are a slice.
Value Composer::gather(Value a, Axes indices, int64_t axis) {
  int64_t count = indices.size();
  bool isSlice = count != 0;
  int64_t step = count > 1 ? indices[1] - indices[0] : 1;
  for (int64_t i = 1; i < count; ++i)
    isSlice &= indices[i] - indices[i - 1] == step;
  if (isSlice && step != 0)
    return slice(a, axis, indices[0], count, step);
  return gather(a, ints({count}, indices), axis);
}

Value Composer::resample(Value a, int64_t axis, int64_t positions, Axes indices,
                         ArrayRef<float> weights) {
  if (!a)
    return {};
  int64_t taps = positions ? int64_t(weights.size()) / positions : 0;
  SmallVector<int32_t> narrow(indices.begin(), indices.end());
  return create<edge::ResampleOp>(a, floats({taps, positions}, weights), axis,
                                  narrow);
}

Value Composer::expand(Value a, Axes wanted) {
  if (!a || shape(a) == wanted)
    return a;
  Type elementType = type(a).getElementType();
  Value zero = splat(wanted, elementType, 0);
  FailureOr<Value> result = node.createMap(
      {a, zero}, [](OpBuilder &, Location, ValueRange args) { return args[0]; },
      elementType);
  return failed(result) ? Value() : *result;
}

Value Composer::topK(Value a, int64_t axis, int64_t k, bool largest) {
  return a ? create<edge::TopKOp>(a, axis, k, largest) : Value();
}

Value Composer::scatter(Value data, Value indices, Value updates,
                        edge::ScatterKind kind) {
  if (!data || !indices || !updates)
    return {};
  return create<edge::ScatterOp>(data, indices, updates, kind);
}

Value Composer::gatherElements(Value data, Value indices, int64_t axis) {
  if (!data || !indices)
    return {};
  return gather(reshape(data, {type(data).getNumElements()}),
                flatIndices(indices, axis, shape(data)), 0);
}

/// Where in the flat data of `shape` the elements lie that `indices` name along
/// `axis`: at the position that the index has itself along the other axes.
Value Composer::flatIndices(Value indices, int64_t axis, Axes shape) {
  int64_t stride = 1, rank = shape.size();
  Value places;
  for (int64_t other = rank - 1; other >= 0; --other) {
    Value along = indices;
    if (other == axis)
      along = map(cast(indices, node.builder.getI64Type()),
                  [&](ScalarBuilder &s, ValueRange v) {
                    Value fromEnd = s.less(v[0], s.constant(0, v[0]));
                    Value size = s.constant(shape[axis], v[0]);
                    Value index = s.select(fromEnd, s.add(v[0], size), v[0]);
                    return s.mul(index, s.constant(stride, v[0]));
                  });
    else
      along = iota(size(indices, other), rank, other, stride);
    places = places ? add(places, along) : along;
    stride *= shape[other];
  }
  return places;
}

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

template <typename T>
static Value makeConstant(NodeImporter &node, ArrayRef<int64_t> shape,
                          Type elementType, ArrayRef<T> values) {
  reference::Tensor tensor(RankedTensorType::get(shape, elementType));
  llvm::copy(values, tensor.getData<T>().begin());
  return node.createConstant(tensor);
}

Value Composer::floats(Axes shape, ArrayRef<float> values) {
  return makeConstant(node, shape, node.builder.getF32Type(), values);
}
Value Composer::ints(Axes shape, Axes values) {
  return makeConstant(node, shape, node.builder.getI64Type(), values);
}
Value Composer::bools(Axes shape, ArrayRef<bool> values) {
  return makeConstant(node, shape, node.builder.getI1Type(), values);
}

Value Composer::iota(int64_t count, int64_t rank, int64_t axis,
                     int64_t factor) {
  SmallVector<int64_t> values, shape(rank, 1);
  for (int64_t i = 0; i != count; ++i)
    values.push_back(i * factor);
  shape[axis] = count;
  return ints(shape, values);
}

Value Composer::splat(Axes shape, Type elementType, double value) {
  if (isa<FloatType>(elementType))
    return node.createSplat(shape, FloatAttr::get(elementType, value));
  return node.createSplat(shape, IntegerAttr::get(elementType, int64_t(value)));
}
