//===- ChannelOps.cpp - Operations with channels taken out ----------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Channels.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;
using namespace edgecc::pruning;
using reference::Tensor;

int64_t pruning::countChannels(Value value) {
  ArrayRef<int64_t> shape = cast<RankedTensorType>(value.getType()).getShape();
  return shape.empty() ? 1 : shape.back();
}

bool pruning::isInt8(Type type) {
  quant::UniformQuantizedType quantized = getUniformType(type);
  return quantized && quantized.isSigned() &&
         quantized.getStorageTypeIntegralWidth() == 8;
}

bool pruning::isFloat(Type type) { return getElementTypeOrSelf(type).isF32(); }

static SmallVector<int64_t> makeIdentity(int64_t size) {
  return llvm::to_vector(llvm::seq<int64_t>(0, size));
}

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

Value pruning::createConstant(OpBuilder &builder, Location loc,
                              const Tensor &tensor) {
  return builder.create<ConstantOp>(loc, tensor.getType(), tensor.toAttr());
}

/// The element type after channels have gone from `axis`.
static Type sliceElementType(Type type, unsigned axis, ArrayRef<int64_t> kept) {
  auto perAxis = dyn_cast<quant::UniformQuantizedPerAxisType>(type);
  if (!perAxis || perAxis.getQuantizedDimension() != int32_t(axis))
    return type;
  SmallVector<double> scales;
  SmallVector<int64_t> zeros;
  for (int64_t index : kept) {
    scales.push_back(perAxis.getScales()[index]);
    zeros.push_back(perAxis.getZeroPoints()[index]);
  }
  return quant::UniformQuantizedPerAxisType::get(
      perAxis.getFlags(), perAxis.getStorageType(), perAxis.getExpressedType(),
      scales, zeros, perAxis.getQuantizedDimension(),
      perAxis.getStorageTypeMin(), perAxis.getStorageTypeMax());
}

Value pruning::sliceConstant(OpBuilder &builder, Value constant, unsigned axis,
                             ArrayRef<int64_t> kept) {
  Tensor whole = *getConstantTensor(constant);
  SmallVector<int64_t> shape(whole.getShape());
  ArrayRef<char> data = whole.getRawData();
  int64_t inner = reference::getElementBytes(whole.getElementType()), outer = 1;
  for (int64_t size : ArrayRef<int64_t>(shape).drop_front(axis + 1))
    inner *= size;
  for (int64_t size : ArrayRef<int64_t>(shape).take_front(axis))
    outer *= size;
  shape[axis] = int64_t(kept.size());
  Tensor sliced(RankedTensorType::get(
      shape, sliceElementType(whole.getElementType(), axis, kept)));
  char *out = sliced.getRawData().data();
  for (int64_t block = 0; block != outer; ++block)
    for (int64_t index : kept)
      out = llvm::copy(
          data.slice((block * whole.getDim(axis) + index) * inner, inner), out);
  return pruning::createConstant(builder, constant.getLoc(), sliced);
}

//===----------------------------------------------------------------------===//
// Operations whose channels correspond
//===----------------------------------------------------------------------===//

SmallVector<int64_t> edge::getEqualChannels(Operation *op, unsigned operand) {
  int64_t channels = countChannels(op->getResult(0));
  if (countChannels(op->getOperand(operand)) != channels)
    return {};
  return makeIdentity(channels);
}

/// The table is no tensor of channels, however many entries it has.
SmallVector<int64_t> TableOp::getChannelSources(unsigned operand) {
  return operand == 0 ? makeIdentity(countChannels(getResult()))
                      : SmallVector<int64_t>();
}

/// The channels of an operand that those in `kept` of the result come from.
static SmallVector<int64_t> getKeptOfOperand(ChannelOpInterface op,
                                             unsigned operand,
                                             ArrayRef<int64_t> kept) {
  SmallVector<int64_t> sources = op.getChannelSources(operand), result;
  for (int64_t channel : kept)
    if (int64_t source = sources[channel]; source != -1)
      result.push_back(source);
  return result;
}

Operation *edge::cloneWithChannels(OpBuilder &builder, Operation *op,
                                   ValueRange operands,
                                   ArrayRef<int64_t> kept) {
  auto channelOp = cast<ChannelOpInterface>(op);
  SmallVector<Value> taken(operands);
  for (auto [index, operand] : llvm::enumerate(taken)) {
    if (!operand.getDefiningOp<ConstantOp>() ||
        channelOp.getChannelSources(index).empty())
      continue;
    auto type = cast<RankedTensorType>(operand.getType());
    operand = sliceConstant(builder, operand, type.getRank() - 1,
                            getKeptOfOperand(channelOp, index, kept));
  }
  Operation *clone = builder.clone(*op);
  clone->setOperands(taken);
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  SmallVector<int64_t> shape(type.getShape());
  shape.back() = int64_t(kept.size());
  clone->getResult(0).setType(type.clone(shape));
  return clone;
}

//===----------------------------------------------------------------------===//
// Sums of products
//===----------------------------------------------------------------------===//

/// Only depthwise convolutions keep channels apart.
SmallVector<int64_t> ConvOp::getChannelSources(unsigned operand) {
  int64_t groups = getGroups();
  if (operand != 0 || groups != countChannels(getInput()))
    return {};
  int64_t perGroup = countChannels(getResult()) / groups;
  SmallVector<int64_t> sources;
  for (int64_t channel = 0; channel != groups * perGroup; ++channel)
    sources.push_back(channel / perGroup);
  // With one channel of input, a convolution is depthwise and full at once.
  return groups == 1 ? SmallVector<int64_t>() : sources;
}

SmallVector<int64_t> FullyConnectedOp::getChannelSources(unsigned) {
  return {};
}

/// Weights and bias lose the channels of the result; those of the input are
/// gone already.
static Operation *createWeighted(OpBuilder &builder, WeightedOpInterface op,
                                 ValueRange operands, ArrayRef<int64_t> kept) {
  Operation *clone = builder.clone(*op.getOperation());
  SmallVector<Value> taken(operands);
  for (OpOperand *operand : {&op.getWeightsOperand(), &op.getBiasOperand()}) {
    Value &value = taken[operand->getOperandNumber()];
    value = sliceConstant(builder, value, /*axis=*/0, kept);
    value.getDefiningOp()->moveBefore(clone);
  }
  clone->setOperands(taken);
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  SmallVector<int64_t> shape(type.getShape());
  shape.back() = int64_t(kept.size());
  clone->getResult(0).setType(type.clone(shape));
  return clone;
}

Operation *ConvOp::createWithChannels(OpBuilder &builder, ValueRange operands,
                                      ArrayRef<int64_t> kept) {
  auto conv = cast<ConvOp>(createWeighted(
      builder, cast<WeightedOpInterface>(getOperation()), operands, kept));
  if (!getChannelSources(0).empty())
    conv.setGroups(countChannels(operands.front()));
  return conv;
}

Operation *FullyConnectedOp::createWithChannels(OpBuilder &builder,
                                                ValueRange operands,
                                                ArrayRef<int64_t> kept) {
  return createWeighted(builder, cast<WeightedOpInterface>(getOperation()),
                        operands, kept);
}

//===----------------------------------------------------------------------===//
// Data movement
//===----------------------------------------------------------------------===//

/// A reshape keeps channels apart where it only joins the last axis with those
/// before it, as for a fully connected layer, or leaves it as it is.
SmallVector<int64_t> ReshapeOp::getChannelSources(unsigned) {
  int64_t from = countChannels(getInput()), to = countChannels(getResult());
  if (from == 0 || to % from != 0)
    return {};
  SmallVector<int64_t> sources;
  for (int64_t channel = 0; channel != to; ++channel)
    sources.push_back(channel % from);
  return sources;
}

SmallVector<int64_t> PadOp::getChannelSources(unsigned) {
  if (getLow().empty() || getLow().back() != 0 || getHigh().back() != 0)
    return {};
  return makeIdentity(countChannels(getResult()));
}

SmallVector<int64_t> ConcatOp::getChannelSources(unsigned operand) {
  int64_t channels = countChannels(getResult());
  if (int64_t(getAxis()) + 1 != cast<RankedTensorType>(getType()).getRank())
    return makeIdentity(channels);
  // A constant that would lose all of its channels could not stay an operand.
  if (getOperand(operand).getDefiningOp<ConstantOp>())
    return {};
  SmallVector<int64_t> sources(channels, -1);
  int64_t begin = 0;
  for (Value input : getInputs().take_front(operand))
    begin += countChannels(input);
  for (int64_t i = 0, e = countChannels(getOperand(operand)); i != e; ++i)
    sources[begin + i] = i;
  return sources;
}

/// Channels stay apart where other axes than the last are combined.
SmallVector<int64_t> ReduceOp::getChannelSources(unsigned) {
  int64_t last = cast<RankedTensorType>(getType()).getRank() - 1;
  if (llvm::is_contained(getAxes(), last))
    return {};
  return makeIdentity(countChannels(getResult()));
}

SmallVector<int64_t> SliceOp::getChannelSources(unsigned) {
  int64_t channels = countChannels(getResult());
  if (getSteps().empty() || getSteps().back() != 1 ||
      countChannels(getInput()) != channels)
    return {};
  return makeIdentity(channels);
}

Operation *SliceOp::createWithChannels(OpBuilder &builder, ValueRange operands,
                                       ArrayRef<int64_t> kept) {
  auto slice = cast<SliceOp>(cloneWithChannels(builder, *this, operands, kept));
  SmallVector<int64_t> sizes(getSizes());
  sizes.back() = int64_t(kept.size());
  slice.setSizes(sizes);
  return slice;
}

SmallVector<int64_t> ResampleOp::getChannelSources(unsigned operand) {
  int64_t last = cast<RankedTensorType>(getType()).getRank() - 1;
  if (operand != 0 || int64_t(getAxis()) == last)
    return {};
  return makeIdentity(countChannels(getResult()));
}
