//===- Softmax.cpp - Reference semantics of edge.softmax ------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Quant/IntegerParams.h"

#include "StoredTypes.h"

#include <cmath>

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;
using namespace edgecc::reference;

/// Calls `line(first element)` for each line along `axis`.
static void forEachLine(ArrayRef<int64_t> shape, int64_t axis, int64_t step,
                        function_ref<void(int64_t)> line) {
  int64_t elements = 1;
  for (int64_t size : shape)
    elements *= size;
  for (int64_t outer = 0; outer < elements; outer += shape[axis] * step)
    for (int64_t inner = 0; inner != step; ++inner)
      line(outer + inner);
}

static void softmaxFloat(const float *x, float *y, int64_t count,
                         int64_t step) {
  float max = x[0];
  for (int64_t i = 1; i != count; ++i)
    max = std::max(max, x[i * step]);
  float sum = 0.0f;
  for (int64_t i = 0; i != count; ++i)
    sum += y[i * step] = std::exp(x[i * step] - max);
  for (int64_t i = 0; i != count; ++i)
    y[i * step] /= sum;
}

static void logSoftmaxFloat(const float *x, float *y, int64_t count,
                            int64_t step) {
  float max = x[0];
  for (int64_t i = 1; i != count; ++i)
    max = std::max(max, x[i * step]);
  float sum = 0.0f;
  for (int64_t i = 0; i != count; ++i)
    sum += std::exp(x[i * step] - max);
  float logarithm = std::log(sum);
  for (int64_t i = 0; i != count; ++i)
    y[i * step] = x[i * step] - max - logarithm;
}

static void softmaxInteger(ArrayRef<int32_t> table, const int8_t *q,
                           int8_t *out, int64_t count, int64_t step) {
  int32_t max = q[0];
  for (int64_t i = 1; i != count; ++i)
    max = std::max<int32_t>(max, q[i * step]);
  uint64_t sum = 0;
  for (int64_t i = 0; i != count; ++i)
    sum += uint64_t(table[max - q[i * step]]);
  for (int64_t i = 0; i != count; ++i) {
    uint64_t e = uint64_t(table[max - q[i * step]]);
    int64_t share = int64_t((e * 256 + sum / 2) / sum) - 128;
    out[i * step] = int8_t(std::min<int64_t>(share, 127));
  }
}

static void softmaxWide(ArrayRef<int32_t> table, const int16_t *q, int16_t *out,
                        int64_t count, int64_t step) {
  int32_t max = q[0];
  for (int64_t i = 1; i != count; ++i)
    max = std::max<int32_t>(max, q[i * step]);
  auto exponential = [&](int64_t i) {
    int32_t distance = max - q[i * step];
    int64_t product =
        int64_t(table[distance >> 8]) * table[256 + (distance & 255)];
    return uint64_t((product + (int64_t(1) << 29)) >> 30);
  };
  uint64_t sum = 0;
  for (int64_t i = 0; i != count; ++i)
    sum += exponential(i);
  for (int64_t i = 0; i != count; ++i) {
    uint64_t share = (exponential(i) * 32768 + sum / 2) / sum;
    out[i * step] = int16_t(std::min<uint64_t>(share, 32767));
  }
}

LogicalResult SoftmaxOp::evaluate(ArrayRef<Tensor> operands,
                                  MutableArrayRef<Tensor> results) {
  const Tensor &input = operands[0];
  int64_t axis = getAxis(), count = input.getDim(axis), step = 1;
  for (int64_t size : input.getShape().drop_front(axis + 1))
    step *= size;
  if (input.getNumElements() == 0)
    return success();
  if (isInteger(input) && isInteger(results[0]) && isWide(input)) {
    auto table = integer::getWideSoftmaxTable(
        getUniformType(input.getElementType()).getScale());
    const int16_t *in = input.getData<int16_t>().data();
    int16_t *out = results[0].getData<int16_t>().data();
    forEachLine(input.getShape(), axis, step, [&](int64_t at) {
      softmaxWide(table, in + at, out + at, count, step);
    });
    return success();
  }
  if (isInteger(input) && isInteger(results[0])) {
    auto table = integer::getSoftmaxTable(
        getUniformType(input.getElementType()).getScale());
    const int8_t *in = input.getData<int8_t>().data();
    int8_t *out = results[0].getData<int8_t>().data();
    forEachLine(input.getShape(), axis, step, [&](int64_t at) {
      softmaxInteger(table, in + at, out + at, count, step);
    });
    return success();
  }
  if (failed(checkF32(*this, {input, results[0]})))
    return failure();
  const float *in = input.getData<float>().data();
  float *out = results[0].getData<float>().data();
  auto compute = getLog() ? logSoftmaxFloat : softmaxFloat;
  forEachLine(input.getShape(), axis, step,
              [&](int64_t at) { compute(in + at, out + at, count, step); });
  return success();
}
