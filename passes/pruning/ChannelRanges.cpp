//===- ChannelRanges.cpp - What stored integers channels can take ---------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Interval arithmetic by the rules of docs/spec/integers.md, which the names in
// brackets refer to. What the rules make of the bounds is computed by the
// operations themselves wherever they are monotonic.
//
//===----------------------------------------------------------------------===//

#include "Channels.h"

#include "edgecc/Quant/IntegerParams.h"

#include "kernels/fixed_point.h"

#include <algorithm>
#include <limits>

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;
using namespace edgecc::pruning;
using reference::Tensor;

ChannelRanges edge::getFullRanges(Value value) {
  quant::UniformQuantizedType type = getUniformType(value.getType());
  StoredRange full{int32_t(type.getStorageTypeMin()),
                   int32_t(type.getStorageTypeMax())};
  return ChannelRanges(countChannels(value), full);
}

static void include(StoredRange &range, int32_t value) {
  range.lo = std::min(range.lo, value);
  range.hi = std::max(range.hi, value);
}

//===----------------------------------------------------------------------===//
// Elementwise operations
//===----------------------------------------------------------------------===//

/// A row of channels that holds the lower or the upper bounds.
static Tensor makeBounds(Type type, const ChannelRanges &ranges, bool upper) {
  Tensor tensor(RankedTensorType::get({int64_t(ranges.size())},
                                      getElementTypeOrSelf(type)));
  for (auto [out, range] : llvm::zip_equal(tensor.getData<int8_t>(), ranges))
    out = int8_t(upper ? range.hi : range.lo);
  return tensor;
}

/// The extremes of an elementwise operation that is monotonic, rising or
/// falling, in each operand: they lie at the corners of the operands' box.
static ChannelRanges evaluateCorners(EvaluableOpInterface op,
                                     ArrayRef<ChannelRanges> operands) {
  Value value = op->getResult(0);
  ChannelRanges ranges(countChannels(value),
                       {std::numeric_limits<int32_t>::max(),
                        std::numeric_limits<int32_t>::min()});
  for (unsigned corner = 0; corner != 1u << operands.size(); ++corner) {
    SmallVector<Tensor> bounds;
    for (auto [index, operand] : llvm::enumerate(operands))
      bounds.push_back(makeBounds(op->getOperand(index).getType(), operand,
                                  (corner >> index) & 1));
    Tensor result(RankedTensorType::get({int64_t(ranges.size())},
                                        getElementTypeOrSelf(value.getType())));
    if (failed(op.evaluate(bounds, result)))
      return getFullRanges(value);
    for (auto [range, q] :
         llvm::zip_equal(ranges, std::as_const(result).getData<int8_t>()))
      include(range, q);
  }
  return ranges;
}

ChannelRanges AddOp::inferChannelRanges(ArrayRef<ChannelRanges> operands) {
  return evaluateCorners(*this, operands);
}

ChannelRanges SubOp::inferChannelRanges(ArrayRef<ChannelRanges> operands) {
  return evaluateCorners(*this, operands);
}

ChannelRanges MaximumOp::inferChannelRanges(ArrayRef<ChannelRanges> operands) {
  return evaluateCorners(*this, operands);
}

ChannelRanges MinimumOp::inferChannelRanges(ArrayRef<ChannelRanges> operands) {
  return evaluateCorners(*this, operands);
}

/// A quotient has a pole, a rectifier a bend between the corners.
ChannelRanges DivOp::inferChannelRanges(ArrayRef<ChannelRanges>) {
  return getFullRanges(getResult());
}

ChannelRanges PReluOp::inferChannelRanges(ArrayRef<ChannelRanges>) {
  return getFullRanges(getResult());
}

/// A product is linear in each of its factors.
ChannelRanges MulOp::inferChannelRanges(ArrayRef<ChannelRanges> operands) {
  return evaluateCorners(*this, operands);
}

ChannelRanges
RequantizeOp::inferChannelRanges(ArrayRef<ChannelRanges> operands) {
  return evaluateCorners(*this, operands);
}

ChannelRanges TableOp::inferChannelRanges(ArrayRef<ChannelRanges> operands) {
  std::optional<Tensor> table = getConstantTensor(getTable());
  if (!table)
    return getFullRanges(getResult());
  ArrayRef<int8_t> values = table->getData<int8_t>();
  ChannelRanges ranges;
  for (StoredRange input : operands[0]) {
    auto part = values.slice(input.lo + 128, input.hi - input.lo + 1);
    ranges.push_back({*llvm::min_element(part), *llvm::max_element(part)});
  }
  return ranges;
}

//===----------------------------------------------------------------------===//
// Sums of products [O1]
//===----------------------------------------------------------------------===//

namespace {
/// Bounds of an accumulator.
struct SumRange {
  int64_t lo = 0, hi = 0;

  void addProduct(int64_t weight, int64_t least, int64_t greatest) {
    lo += weight * (weight < 0 ? greatest : least);
    hi += weight * (weight < 0 ? least : greatest);
  }
};
} // namespace

static int32_t saturate(int64_t value) {
  return int32_t(std::clamp<int64_t>(value, INT32_MIN, INT32_MAX));
}

/// The accumulator of output channel `channel`, without its bias.
static SumRange boundSum(ArrayRef<int8_t> row, ArrayRef<StoredRange> input,
                         int32_t zero, bool padded) {
  SumRange sum;
  for (auto [index, weight] : llvm::enumerate(row)) {
    StoredRange range = input[index % input.size()];
    // A tap outside of the image counts as the zero point.
    if (padded)
      include(range, zero);
    sum.addProduct(weight, range.lo - zero, range.hi - zero);
  }
  return sum;
}

static ChannelRanges inferWeighted(WeightedOpInterface op,
                                   const ChannelRanges &input) {
  Value result = op->getResult(0);
  std::optional<Tensor> weights =
      getConstantTensor(op.getWeightsOperand().get());
  std::optional<Tensor> bias = getConstantTensor(op.getBiasOperand().get());
  if (!weights || !bias)
    return getFullRanges(result);
  Value data = op.getDataOperand().get();
  auto clampable = cast<ClampableOpInterface>(op.getOperation());
  quant::UniformQuantizedType type = getUniformType(result.getType());
  integer::Requantization factors = integer::getWeightedRequantization(
      cast<RankedTensorType>(data.getType()), weights->getType(),
      cast<RankedTensorType>(result.getType()));
  integer::ClampRange clamp = integer::getClampRange(
      type, clampable.getClampMin(), clampable.getClampMax());
  auto zero = int32_t(getUniformType(data.getType()).getZeroPoint());

  int64_t outputs = weights->getDim(0);
  int64_t perRow = weights->getNumElements() / outputs;
  int64_t taken = weights->getShape().back(); // input channels per group
  int64_t perGroup = outputs / op.getWeightGroups();
  ChannelRanges ranges;
  for (int64_t channel = 0; channel != outputs; ++channel) {
    ArrayRef<StoredRange> inputs =
        ArrayRef<StoredRange>(input).slice(channel / perGroup * taken, taken);
    SumRange sum =
        boundSum(weights->getData<int8_t>().slice(channel * perRow, perRow),
                 inputs, zero, op.padsWithZeros());
    int32_t offset = bias->getData<int32_t>()[channel];
    auto finish = [&](int64_t accumulator) {
      return kernels::requantize(
          saturate(accumulator + offset), factors.multipliers[channel],
          factors.shift, int32_t(type.getZeroPoint()), clamp.lo, clamp.hi);
    };
    ranges.push_back({finish(sum.lo), finish(sum.hi)});
  }
  return ranges;
}

ChannelRanges ConvOp::inferChannelRanges(ArrayRef<ChannelRanges> operands) {
  return inferWeighted(*this, operands[0]);
}

ChannelRanges
FullyConnectedOp::inferChannelRanges(ArrayRef<ChannelRanges> operands) {
  return inferWeighted(*this, operands[0]);
}

//===----------------------------------------------------------------------===//
// Pools
//===----------------------------------------------------------------------===//

ChannelRanges MaxPoolOp::inferChannelRanges(ArrayRef<ChannelRanges> operands) {
  return operands[0];
}

/// [O6]: a window has from one tap to all of them; where nothing is padded, it
/// has all.
ChannelRanges AvgPoolOp::inferChannelRanges(ArrayRef<ChannelRanges> operands) {
  quant::UniformQuantizedType inType = getUniformType(getInput().getType());
  quant::UniformQuantizedType outType = getUniformType(getType());
  int64_t taps = 1;
  for (int64_t size : getKernel())
    taps *= size;
  bool padded = getCeilMode() ||
                llvm::any_of(getPads(), [](int64_t pad) { return pad != 0; });
  integer::Requantization factors =
      integer::getAvgPoolRequantization(inType, outType, taps);
  integer::ClampRange clamp =
      integer::getClampRange(outType, getClampMin(), getClampMax());
  auto finish = [&](int64_t sum, int64_t count) {
    return kernels::requantize(saturate(sum), factors.multipliers[count - 1],
                               factors.shift, int32_t(outType.getZeroPoint()),
                               clamp.lo, clamp.hi);
  };
  ChannelRanges ranges;
  for (StoredRange input : operands[0]) {
    int64_t lo = input.lo - inType.getZeroPoint();
    int64_t hi = input.hi - inType.getZeroPoint();
    StoredRange range{finish(lo * taps, taps), finish(hi * taps, taps)};
    for (int64_t count = padded ? 1 : taps; count != taps; ++count) {
      include(range, finish(lo * count, count));
      include(range, finish(hi * count, count));
    }
    // Taps in the padding count, but add nothing; or all taps lie there.
    if (padded)
      include(range, finish(0, 1));
    ranges.push_back(range);
  }
  return ranges;
}

//===----------------------------------------------------------------------===//
// Data movement
//===----------------------------------------------------------------------===//

ChannelRanges ReshapeOp::inferChannelRanges(ArrayRef<ChannelRanges> operands) {
  SmallVector<int64_t> sources = getChannelSources(0);
  if (sources.empty())
    return getFullRanges(getResult());
  return llvm::map_to_vector<6>(
      sources, [&](int64_t source) { return operands[0][source]; });
}

ChannelRanges PadOp::inferChannelRanges(ArrayRef<ChannelRanges> operands) {
  if (getChannelSources(0).empty())
    return getFullRanges(getResult());
  int32_t value = integer::getStoredValue(float(getValue().convertToDouble()),
                                          getUniformType(getType()));
  ChannelRanges ranges = operands[0];
  for (StoredRange &range : ranges)
    include(range, value);
  return ranges;
}

ChannelRanges ConcatOp::inferChannelRanges(ArrayRef<ChannelRanges> operands) {
  int64_t rank = cast<RankedTensorType>(getType()).getRank();
  ChannelRanges ranges;
  if (int64_t(getAxis()) == rank - 1) {
    for (const ChannelRanges &operand : operands)
      llvm::append_range(ranges, operand);
    return ranges;
  }
  ranges = operands[0];
  for (const ChannelRanges &operand : operands)
    for (auto [range, other] : llvm::zip_equal(ranges, operand)) {
      include(range, other.lo);
      include(range, other.hi);
    }
  return ranges;
}
