//===- Pooling.cpp - Reference semantics of pooling -----------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Quant/IntegerParams.h"

#include "StoredTypes.h"
#include "Weighted.h"
#include "WindowTaps.h"

#include "kernels/fixed_point.h"

#include <limits>

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;
using namespace edgecc::reference;

static ArrayRef<int64_t> spatial(const Tensor &tensor) {
  return tensor.getShape().drop_front().drop_back();
}

template <typename OpT>
static WindowTaps getTaps(OpT op, const Tensor &input, const Tensor &output) {
  return WindowTaps(
      spatial(input), spatial(output), op.getKernel(), op.getStrides(),
      op.getPads().take_front(op.getKernel().size()), op.getDilations());
}

/// The taps inside the padded image: what `count_include_pad` divides by.
static WindowTaps getPaddedTaps(AvgPoolOp op, const Tensor &input,
                                const Tensor &output) {
  size_t axes = op.getKernel().size();
  SmallVector<int64_t> sizes(spatial(input)), zeros(axes, 0);
  for (size_t axis = 0; axis != axes; ++axis)
    sizes[axis] += op.getPads()[axis] + op.getPads()[axes + axis];
  return WindowTaps(sizes, spatial(output), op.getKernel(), op.getStrides(),
                    zeros, op.getDilations());
}

/// Calls `body(image, pixel, output)` for every output pixel; `image` and
/// `output` are numbers of the first element.
template <typename Body>
static void forEachWindow(const Tensor &input, const Tensor &output,
                          Body body) {
  int64_t batch = input.getDim(0), channels = input.getShape().back();
  if (batch * channels == 0)
    return;
  int64_t image = input.getNumElements() / batch;
  int64_t pixels = output.getNumElements() / (batch * channels);
  for (int64_t n = 0; n != batch; ++n)
    for (int64_t pixel = 0; pixel != pixels; ++pixel)
      body(n * image, pixel, (n * pixels + pixel) * channels);
}

//===----------------------------------------------------------------------===//
// MaxPoolOp
//===----------------------------------------------------------------------===//

LogicalResult MaxPoolOp::evaluate(ArrayRef<Tensor> operands,
                                  MutableArrayRef<Tensor> results) {
  const Tensor &input = operands[0];
  return dispatchStored(*this, input.getElementType(), [&](auto zero) {
    using T = decltype(zero);
    using Limits = std::numeric_limits<T>;
    constexpr T kLowest =
        Limits::has_infinity ? T(-Limits::infinity()) : Limits::lowest();
    WindowTaps taps = getTaps(*this, input, results[0]);
    ArrayRef<T> in = input.getData<T>();
    MutableArrayRef<T> out = results[0].getData<T>();
    int64_t channels = input.getShape().back();
    std::fill(out.begin(), out.end(), kLowest);
    forEachWindow(input, results[0],
                  [&](int64_t image, int64_t pixel, int64_t output) {
                    for (int64_t source : taps.at(pixel)) {
                      if (source < 0)
                        continue;
                      const T *x = in.data() + image + source * channels;
                      T *best = out.data() + output;
                      for (int64_t c = 0; c != channels; ++c)
                        best[c] = x[c] > best[c] ? x[c] : best[c];
                    }
                  });
    return success();
  });
}

//===----------------------------------------------------------------------===//
// AvgPoolOp
//===----------------------------------------------------------------------===//

namespace {
/// The sums of an average pool over stored elements of type T, and what they
/// are divided by.
template <typename T, typename Sum> class AveragePool {
public:
  AveragePool(AvgPoolOp op, const Tensor &input, const Tensor &output)
      : input(input), output(output), taps(getTaps(op, input, output)) {
    if (op.getCountIncludePad())
      paddedTaps = getPaddedTaps(op, input, output);
  }

  /// Calls `finish(output, sums, taps inside the image, divisor)` for every
  /// window.
  template <typename Finish> void run(Finish finish) {
    int64_t channels = input.getShape().back();
    std::vector<Sum> sums(channels);
    ArrayRef<T> in = input.getData<T>();
    forEachWindow(input, output, [&](int64_t image, int64_t pixel, int64_t at) {
      std::fill(sums.begin(), sums.end(), Sum(0));
      int64_t inside = 0;
      for (int64_t source : taps.at(pixel)) {
        if (source < 0)
          continue;
        ++inside;
        const T *x = in.data() + image + source * channels;
        for (int64_t c = 0; c != channels; ++c)
          sums[c] += x[c];
      }
      int64_t divisor = paddedTaps ? paddedTaps->countInside(pixel) : inside;
      finish(at, ArrayRef<Sum>(sums), inside, divisor);
    });
  }

private:
  const Tensor &input, &output;
  WindowTaps taps;
  std::optional<WindowTaps> paddedTaps;
};
} // namespace

static void evaluateFloat(AvgPoolOp op, const Tensor &input, Tensor &result) {
  auto [lo, hi] = getFloatBounds(op);
  MutableArrayRef<float> out = result.getData<float>();
  AveragePool<float, float>(op, input, result)
      .run([&, lo = lo, hi = hi](int64_t at, ArrayRef<float> sums,
                                 int64_t inside, int64_t divisor) {
        for (float sum : sums)
          out[at++] =
              kernels::clamp(divisor > 0 ? sum / float(divisor) : 0.0f, lo, hi);
      });
}

static int64_t getMaxCount(AvgPoolOp op) {
  int64_t count = 1;
  for (int64_t size : op.getKernel())
    count *= size;
  return count;
}

static void evaluateWide(AvgPoolOp op, const Tensor &input, Tensor &result) {
  auto outType = getUniformType(result.getElementType());
  integer::WideRequantization factors = integer::getWideAvgPoolRequantization(
      getUniformType(input.getElementType()), outType, getMaxCount(op));
  integer::ClampRange range =
      integer::getClampRange(outType, op.getClampMin(), op.getClampMax());
  MutableArrayRef<int16_t> out = result.getData<int16_t>();
  AveragePool<int16_t, int64_t>(op, input, result)
      .run([&](int64_t at, ArrayRef<int64_t> sums, int64_t, int64_t divisor) {
        int32_t factor = divisor > 0 ? factors.multipliers[divisor - 1] : 0;
        for (int64_t sum : sums)
          out[at++] = int16_t(kernels::requantizeWide(
              sum, factor, factors.shift, 0, range.lo, range.hi));
      });
}

static void evaluateInteger(AvgPoolOp op, const Tensor &input, Tensor &result) {
  auto inType = getUniformType(input.getElementType());
  auto outType = getUniformType(result.getElementType());
  integer::Requantization factors =
      integer::getAvgPoolRequantization(inType, outType, getMaxCount(op));
  integer::ClampRange range =
      integer::getClampRange(outType, op.getClampMin(), op.getClampMax());
  MutableArrayRef<int8_t> out = result.getData<int8_t>();
  AveragePool<int8_t, int32_t>(op, input, result)
      .run([&](int64_t at, ArrayRef<int32_t> sums, int64_t inside,
               int64_t divisor) {
        int32_t offset = int32_t(inside * inType.getZeroPoint());
        int32_t factor = divisor > 0 ? factors.multipliers[divisor - 1] : 0;
        for (int32_t sum : sums)
          out[at++] = int8_t(kernels::requantize(
              sum - offset, factor, factors.shift,
              int32_t(outType.getZeroPoint()), range.lo, range.hi));
      });
}

LogicalResult AvgPoolOp::evaluate(ArrayRef<Tensor> operands,
                                  MutableArrayRef<Tensor> results) {
  if (isInteger(operands[0]) && isInteger(results[0])) {
    if (isWide(results[0]))
      evaluateWide(*this, operands[0], results[0]);
    else
      evaluateInteger(*this, operands[0], results[0]);
    return success();
  }
  if (failed(checkF32(*this, {operands[0], results[0]})))
    return failure();
  evaluateFloat(*this, operands[0], results[0]);
  return success();
}
