//===- Int8Layers.cpp - Layers of int8 ------------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Int8Layers.h"

#include "ImageShapes.h"
#include "PackedWeights.h"

#include "edgecc/Quant/IntegerParams.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;

ArrayRef<int64_t> edgecc::shapeOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape();
}

integer::Requantization edgecc::getFactors(Operation *op) {
  auto type = [](Value value) {
    return cast<RankedTensorType>(value.getType());
  };
  return integer::getWeightedRequantization(
      type(op->getOperand(0)), type(op->getOperand(1)), type(op->getResult(0)));
}

int64_t edgecc::getLargestSum(Operation *op) {
  reference::Tensor bias = *getConstantTensor(op->getOperand(2)),
                    filter = *getConstantTensor(op->getOperand(1));
  ArrayRef<int8_t> weights = std::as_const(filter).getData<int8_t>();
  int64_t taps = filter.getNumElements() / filter.getDim(0), largest = 0;
  for (int32_t sum : std::as_const(bias).getData<int32_t>()) {
    int64_t bound = std::abs(int64_t(sum));
    // An input less its zero point, or the two one by one.
    for (int8_t weight : weights.take_front(taps))
      bound += 256 * std::abs(int(weight));
    largest = std::max(largest, bound);
    weights = weights.drop_front(taps);
  }
  return largest;
}

FailureOr<Int8Epilogue> edgecc::getInt8Epilogue(ClampableOpInterface op) {
  Value input = op->getOperand(0), weights = op->getOperand(1),
        bias = op->getOperand(2), result = op->getResult(0);
  Int8Epilogue epilogue;
  epilogue.inZero = getUniformType(input.getType()).getZeroPoint();
  auto outType = getUniformType(result.getType());
  epilogue.outZero = outType.getZeroPoint();
  epilogue.range =
      integer::getClampRange(outType, op.getClampMin(), op.getClampMax());
  auto folded = integer::foldInputZeroPoint(
      getConstantTensor(bias)->getData<int32_t>(),
      getConstantTensor(weights)->getData<int8_t>(), epilogue.inZero);
  if (!folded) {
    op->emitError("'") << getLayerName(op)
                       << "': bias and zero point do not fit 32 bits";
    return failure();
  }
  epilogue.bias = std::move(*folded);
  return epilogue;
}

reference::Tensor edgecc::getWords(MLIRContext *context,
                                   ArrayRef<int32_t> words) {
  reference::Tensor tensor(RankedTensorType::get(
      {int64_t(words.size())}, IntegerType::get(context, 32)));
  llvm::copy(words, tensor.getData<int32_t>().begin());
  return tensor;
}

bool edgecc::isInt8Image(ConvOp op) {
  return isInt8Op(op) && isConstant(op.getFilter()) &&
         isConstant(op.getBias()) && shapeOf(op.getInput()).size() <= 4;
}

std::optional<ResidualSum> edgecc::findResidualSum(AddOp add) {
  if (!isInt8Op(add))
    return std::nullopt;
  std::optional<ResidualSum> found;
  for (auto [value, other] : {std::pair(add.getLhs(), add.getRhs()),
                              std::pair(add.getRhs(), add.getLhs())}) {
    auto conv = value.getDefiningOp<ConvOp>();
    if (!conv || !value.hasOneUse() || !isInt8Image(conv) ||
        PackedWeights::find(conv) || shapeOf(other) != shapeOf(value) ||
        shapeOf(add.getResult()) != shapeOf(value))
      continue;
    if (!found || found->conv->isBeforeInBlock(conv))
      found = ResidualSum{conv, add, other};
  }
  return found;
}

/// What a value is a reshape of.
static Value getSource(Value value) {
  while (auto reshape = value.getDefiningOp<ReshapeOp>())
    value = reshape.getInput();
  return value;
}

static int32_t zeroOf(Value value) {
  return int32_t(getUniformType(value.getType()).getZeroPoint());
}

IntegerSum ResidualSum::getRule() const {
  AddOp sum = add; // Accessors are not const.
  quant::UniformQuantizedType type = getUniformType(sum.getType());
  integer::AddParams params =
      integer::getAddParams(getUniformType(sum.getLhs().getType()),
                            getUniformType(sum.getRhs().getType()), type);
  if (sum.getRhs() == ConvOp(conv)->getResult(0))
    std::swap(params.lhs, params.rhs);
  integer::ClampRange range =
      integer::getClampRange(type, sum.getClampMin(), sum.getClampMax());
  return {params.lhs,   zeroOf(other),           params.rhs,
          params.shift, zeroOf(sum.getResult()), {range.lo, range.hi}};
}

void ResidualSum::addTo(KernelCallBuilder &call, unsigned inputs) const {
  IntegerSum rule = getRule();
  call.addInput(other);
  call.addOutput(AddOp(add).getResult());
  if (floats) {
    for (float value : {floats->factor, floats->otherFactor, floats->start})
      call.addScalar(value);
  } else {
    call.addScalars({rule.factor, rule.otherZero, rule.otherFactor, rule.shift,
                     rule.zero, rule.outputs.lo, rule.outputs.hi});
  }
  call.addProducer(ConvOp(conv));
  // Unless windows are still to be read there.
  if (getSource(other) != getSource(ConvOp(conv)->getOperand(0)))
    call.allowInplace(inputs);
}

kern::WindowAttr edgecc::getWindowOf(ConvOp op) {
  return getWindow(op.getContext(),
                   shapeOf(op.getFilter()).drop_front().drop_back(),
                   op.getStrides(), op.getDilations(), op.getPads());
}

bool edgecc::isInt8Depthwise(ConvOp op) {
  return isInt8Image(op) && op.isDepthwise();
}

bool edgecc::isInt8Depthwise3x3(ConvOp op) {
  if (!isInt8Depthwise(op) || shapeOf(op.getFilter()).size() != 4)
    return false;
  ArrayRef<int64_t> filter = shapeOf(op.getFilter());
  ArrayRef<int64_t> strides = op.getStrides();
  return filter[1] == 3 && filter[2] == 3 && strides[0] == strides[1] &&
         strides[0] <= 2 &&
         llvm::all_of(op.getDilations(), [](int64_t d) { return d == 1; });
}

bool edgecc::isInt8FullyConnected(FullyConnectedOp op) {
  return isInt8Op(op) && isConstant(op.getWeights()) &&
         isConstant(op.getBias());
}
