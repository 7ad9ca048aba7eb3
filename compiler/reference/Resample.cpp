//===- Resample.cpp - Reference semantics of edge.resample ----------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Quant/IntegerParams.h"

#include "StoredTypes.h"
#include "StridedAccess.h"

#include "kernels/fixed_point.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;
using namespace edgecc::reference;

/// Calls finish(sum) for each element of the result, with sums in `Acc` of
/// products of weights and elements less `zero`.
template <typename Acc, typename T, typename W, typename FinishFn>
static void resample(ResampleOp op, ArrayRef<Tensor> operands, Tensor &result,
                     Acc zero, FinishFn finish) {
  ArrayRef<T> in = operands[0].getData<T>();
  ArrayRef<W> weights = operands[1].getData<W>();
  int64_t taps = operands[1].getDim(0), positions = operands[1].getDim(1);
  int64_t inner = getStrides(operands[0].getShape())[op.getAxis()];
  int64_t block = inner * operands[0].getDim(op.getAxis());
  MutableArrayRef<T> out = result.getData<T>();
  for (auto [index, element] : llvm::enumerate(out)) {
    int64_t at = int64_t(index) / inner;
    int64_t position = at % positions;
    const T *entry = &in[at / positions * block + int64_t(index) % inner];
    Acc sum = 0;
    for (int64_t tap = 0; tap != taps; ++tap) {
      int64_t which = tap * positions + position;
      sum += Acc(weights[which]) *
             (Acc(entry[op.getIndices()[which] * inner]) - zero);
    }
    element = finish(sum);
  }
}

static void resampleWide(ResampleOp op, ArrayRef<Tensor> operands,
                         Tensor &result) {
  integer::WideRequantization factor = integer::getWideMulRequantization(
      getUniformType(operands[0].getElementType()),
      getUniformType(operands[1].getElementType()),
      getUniformType(result.getElementType()), operands[1].getDim(0));
  resample<int64_t, int16_t, int16_t>(
      op, operands, result, 0, [&](int64_t sum) {
        return int16_t(kernels::requantizeWide(
            sum, factor.multipliers[0], factor.shift, 0, INT16_MIN, INT16_MAX));
      });
}

static LogicalResult resampleIntegers(ResampleOp op, ArrayRef<Tensor> operands,
                                      Tensor &result) {
  auto input = getUniformType(operands[0].getElementType());
  auto output = getUniformType(result.getElementType());
  integer::Requantization factor = integer::getMulRequantization(
      input, getUniformType(operands[1].getElementType()), output);
  bool overflows = false;
  resample<int64_t, int8_t, int16_t>(
      op, operands, result, input.getZeroPoint(), [&](int64_t sum) {
        overflows |= sum != int32_t(sum);
        return int8_t(kernels::requantize(
            int32_t(sum), factor.multipliers[0], factor.shift,
            int32_t(output.getZeroPoint()), -128, 127));
      });
  if (overflows)
    return op.emitOpError("accumulates a sum that does not fit 32 bits");
  return success();
}

LogicalResult ResampleOp::evaluate(ArrayRef<Tensor> operands,
                                   MutableArrayRef<Tensor> results) {
  if (isInteger(operands[0])) {
    if (failed(checkIntegers(*this, {operands[0], results[0]})))
      return failure();
    if (!isWide(results[0]))
      return resampleIntegers(*this, operands, results[0]);
    resampleWide(*this, operands, results[0]);
    return success();
  }
  if (failed(checkF32(*this, operands)))
    return failure();
  resample<double, float, float>(*this, operands, results[0], 0.0,
                                 [](double sum) { return float(sum); });
  return success();
}
