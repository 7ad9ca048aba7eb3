//===- LayerNorm.cpp - Reference semantics of edge.layer_norm -------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Quant/IntegerParams.h"

#include "StoredTypes.h"
#include "StridedAccess.h"

#include "kernels/fixed_point.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;
using namespace edgecc::reference;

namespace {
/// An input whose elements fall into groups, each with a mean of its own.
class Groups {
public:
  Groups(const Tensor &input, ArrayRef<int64_t> axes)
      : input(input), shape(input.getShape()), kept(shape) {
    for (int64_t axis : axes)
      kept[axis] = 1;
    strides = getBroadcastStrides(kept, shape);
  }

  int64_t size() const { return ShapedType::getNumElements(kept); }

  /// Calls `visit(element, group, position along the last axis)`.
  void forEach(function_ref<void(int64_t, int64_t, int64_t)> visit) const {
    int64_t element = 0;
    forEachRow(shape, strides, [&](int64_t offset) {
      for (int64_t i = 0; i != shape.back(); ++i)
        visit(element++, offset + i * strides.back(), i);
    });
  }

  /// The mean of `function(element, group)` in each group.
  std::vector<double>
  getMeans(function_ref<double(double, int64_t)> function) const {
    std::vector<double> means(ShapedType::getNumElements(kept), 0.0);
    ArrayRef<float> in = input.getData<float>();
    forEach([&](int64_t element, int64_t group, int64_t) {
      means[group] += function(in[element], group);
    });
    double count = double(input.getNumElements()) / double(means.size());
    for (double &mean : means)
      mean /= count;
    return means;
  }

private:
  const Tensor &input;
  ArrayRef<int64_t> shape;
  SmallVector<int64_t> kept, strides;
};
} // namespace

/// The data of operand `index`, which may be absent.
static ArrayRef<float> getParameter(Value value, ArrayRef<Tensor> operands,
                                    size_t index) {
  return value ? operands[index].getData<float>() : ArrayRef<float>();
}

template <typename T>
static void normalizeGroups(LayerNormOp op, const Tensor &input,
                            const integer::LayerNormParams &params,
                            Tensor &result) {
  auto type = getUniformType(input.getElementType());
  auto output = getUniformType(result.getElementType());
  int64_t count = op.getGroupSize();
  Groups groups(input, op.getAxes());
  ArrayRef<T> in = input.getData<T>();
  auto getDistance = [&](int64_t element) {
    return int64_t(in[element]) - type.getZeroPoint();
  };
  std::vector<int64_t> sums(groups.size(), 0), squares(groups.size(), 0);
  groups.forEach([&](int64_t element, int64_t group, int64_t) {
    int64_t distance = getDistance(element);
    sums[group] += op.getRms() ? 0 : distance;
    squares[group] += distance * distance;
  });
  MutableArrayRef<T> out = result.getData<T>();
  groups.forEach([&](int64_t element, int64_t group, int64_t position) {
    int64_t variance = count * squares[group] - sums[group] * sums[group];
    int32_t y = kernels::standardize<T>(
        int32_t(count * getDistance(element) - sums[group]),
        kernels::reciprocalRoot(uint64_t(variance + params.epsilon)));
    int64_t steps = kernels::normalize<T>(y, params.multipliers[position],
                                          params.shift, params.bias[position]);
    out[element] = T(std::clamp<int64_t>(steps + output.getZeroPoint(),
                                         std::numeric_limits<T>::min(),
                                         std::numeric_limits<T>::max()));
  });
}

static LogicalResult
normalizeIntegers(LayerNormOp op, ArrayRef<Tensor> operands, Tensor &result) {
  const Tensor &input = operands[0];
  if (failed(checkIntegers(op, {input, result})))
    return failure();
  auto type = getUniformType(input.getElementType());
  int64_t count = op.getGroupSize();
  if (count > integer::getLargestNormGroup(type))
    return op.emitOpError("has groups of ")
           << count << " elements, expected at most "
           << integer::getLargestNormGroup(type);
  integer::LayerNormParams params = integer::getLayerNormParams(
      type, getUniformType(result.getElementType()), count,
      op.getEpsilon().convertToFloat(), input.getShape().back(),
      getParameter(op.getScale(), operands, 1),
      getParameter(op.getBias(), operands, 2));
  dispatchInteger(input, [&](auto zero) {
    normalizeGroups<decltype(zero)>(op, input, params, result);
  });
  return success();
}

LogicalResult LayerNormOp::evaluate(ArrayRef<Tensor> operands,
                                    MutableArrayRef<Tensor> results) {
  const Tensor &input = operands[0];
  if (isInteger(input) && input.getNumElements() != 0)
    return normalizeIntegers(*this, operands, results[0]);
  if (failed(checkF32(*this, operands)) || failed(checkF32(*this, results)))
    return failure();
  if (input.getNumElements() == 0)
    return success();
  Groups groups(input, getAxes());
  std::vector<double> means =
      groups.getMeans([&](double x, int64_t) { return getRms() ? 0.0 : x; });
  std::vector<double> variances = groups.getMeans([&](double x, int64_t group) {
    return (x - means[group]) * (x - means[group]);
  });
  ArrayRef<float> in = input.getData<float>(), scale, bias;
  if (getScale())
    scale = operands[1].getData<float>();
  if (getBias())
    bias = operands[2].getData<float>();
  MutableArrayRef<float> out = results[0].getData<float>();
  double epsilon = getEpsilon().convertToFloat();
  groups.forEach([&](int64_t element, int64_t group, int64_t position) {
    double y =
        (in[element] - means[group]) / std::sqrt(variances[group] + epsilon);
    if (!scale.empty())
      y *= scale[position];
    if (!bias.empty())
      y += bias[position];
    out[element] = float(y);
  });
  return success();
}
