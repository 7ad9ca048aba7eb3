//===- EdgeRecurrent.cpp - edge.rnn, edge.gru, edge.lstm ------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "EdgeVerify.h"
#include "edgecc/Quant/RecurrentParams.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;

//===----------------------------------------------------------------------===//
// Shape inference
//===----------------------------------------------------------------------===//

static LogicalResult checkShape(std::optional<Location> loc, StringRef what,
                                Value value, ArrayRef<int64_t> expected) {
  if (!value || typeOf(value).getShape() == expected)
    return success();
  auto type = RankedTensorType::get(expected, typeOf(value).getElementType());
  return emitOptionalError(loc, what, " has type ", value.getType(),
                           ", but the other operands ask for ", type);
}

namespace {
/// The sizes of a layer.
struct Sizes {
  int64_t steps, batch, inputs, directions, hidden;

  SmallVector<int64_t> getStateShape() const {
    return {directions, batch, hidden};
  }
};
} // namespace

/// Checks what all kinds of layers have, and adds the shapes of y and y_h.
template <typename AdaptorT>
static FailureOr<Sizes>
inferRecurrent(std::optional<Location> loc, AdaptorT adaptor, int64_t gates,
               SmallVectorImpl<ShapedTypeComponents> &result) {
  RankedTensorType input = typeOf(adaptor.getInput());
  RankedTensorType recurrence = typeOf(adaptor.getRecurrence());
  if (input.getRank() != 3 || recurrence.getRank() != 3) {
    (void)emitOptionalError(loc, "input ", input, " and recurrence ",
                            recurrence, " need 3 axes each");
    return failure();
  }
  bool both = adaptor.getDirection() == RecurrentDirection::Bidirectional;
  Sizes sizes{input.getDimSize(0), input.getDimSize(1), input.getDimSize(2),
              both ? 2 : 1, recurrence.getDimSize(2)};
  int64_t rows = gates * sizes.hidden;
  if (failed(checkShape(loc, "recurrence", adaptor.getRecurrence(),
                        {sizes.directions, rows, sizes.hidden})) ||
      failed(checkShape(loc, "weights", adaptor.getWeights(),
                        {sizes.directions, rows, sizes.inputs})) ||
      failed(checkShape(loc, "bias", adaptor.getBias(),
                        {sizes.directions, 2 * rows})) ||
      failed(checkShape(loc, "initial_h", adaptor.getInitialH(),
                        sizes.getStateShape())) ||
      failed(checkShape(loc, "sequence_lens", adaptor.getSequenceLens(),
                        {sizes.batch})))
    return failure();
  result.emplace_back(ArrayRef<int64_t>{sizes.steps, sizes.directions,
                                        sizes.batch, sizes.hidden});
  result.emplace_back(ArrayRef<int64_t>(sizes.getStateShape()));
  return sizes;
}

LogicalResult RNNOp::inferReturnTypeComponents(
    MLIRContext *, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<ShapedTypeComponents> &result) {
  return inferRecurrent(loc, adaptor, /*gates=*/1, result);
}

LogicalResult GRUOp::inferReturnTypeComponents(
    MLIRContext *, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<ShapedTypeComponents> &result) {
  return inferRecurrent(loc, adaptor, /*gates=*/3, result);
}

LogicalResult LSTMOp::inferReturnTypeComponents(
    MLIRContext *, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<ShapedTypeComponents> &result) {
  FailureOr<Sizes> sizes = inferRecurrent(loc, adaptor, /*gates=*/4, result);
  if (failed(sizes) ||
      failed(checkShape(loc, "initial_c", adaptor.getInitialC(),
                        sizes->getStateShape())) ||
      failed(checkShape(loc, "peephole", adaptor.getPeephole(),
                        {sizes->directions, 3 * sizes->hidden})))
    return failure();
  result.emplace_back(ArrayRef<int64_t>(sizes->getStateShape()));
  return success();
}

//===----------------------------------------------------------------------===//
// Verification
//===----------------------------------------------------------------------===//

static LogicalResult verifyFloatTypes(RecurrentOpInterface op) {
  for (Value operand : op->getOperands()) {
    Type type = getElementTypeOrSelf(operand);
    bool isLengths = operand == op.getSequenceLens();
    if (!(isLengths ? type.isSignlessInteger(32) : type.isF32()))
      return op->emitOpError("computes in f32, with lengths in i32; found ")
             << operand.getType();
  }
  for (Type type : op->getResultTypes())
    if (!getElementTypeOrSelf(type).isF32())
      return op->emitOpError("computes in f32; found ") << type;
  return success();
}

static LogicalResult verifyActivations(RecurrentOpInterface op) {
  size_t directions = typeOf(op.getYH()).getDimSize(0);
  size_t count = directions * op.getNumActivations();
  if (op.getActivations().size() != count ||
      op.getActivationAlpha().size() != count ||
      op.getActivationBeta().size() != count)
    return op->emitOpError("needs ")
           << count << " activations, each with alpha and beta";
  for (Attribute name : op.getActivations())
    if (!symbolizeActivationKind(cast<StringAttr>(name).getValue()))
      return op->emitOpError("has no activation named ") << name;
  return success();
}

//===----------------------------------------------------------------------===//
// Verification of the integer form
//===----------------------------------------------------------------------===//

/// Whether all values of a type are stored in `bits` bits, with one scale.
static bool isUniform(Type type, unsigned bits) {
  quant::UniformQuantizedType quantized = getUniformType(type);
  return quantized && quantized.isSigned() &&
         quantized.getStorageType().isInteger(bits);
}

/// int16 has no zero point.
static bool isWide(Type type) {
  return isUniform(type, 16) && getUniformType(type).getZeroPoint() == 0;
}

static bool isActivation(Type type) {
  return isUniform(type, 8) || isWide(type);
}

/// Integers without zero points, with one scale or one per row.
static bool isPerRow(Type type, unsigned bits) {
  quant::QuantizedType quantized = getQuantizedType(type);
  if (!quantized || !quantized.isSigned() ||
      !quantized.getStorageType().isInteger(bits))
    return false;
  if (auto uniform = dyn_cast<quant::UniformQuantizedType>(quantized))
    return uniform.getZeroPoint() == 0;
  auto perAxis = dyn_cast<quant::UniformQuantizedPerAxisType>(quantized);
  return perAxis && perAxis.getQuantizedDimension() == 1 &&
         llvm::all_of(perAxis.getZeroPoints(),
                      [](int64_t zero) { return zero == 0; });
}

/// Fails with what was expected of `value`.
static LogicalResult expectType(RecurrentOpInterface op, bool isExpected,
                                StringRef what, Value value,
                                StringRef expected) {
  if (isExpected)
    return success();
  return op->emitOpError("has ") << what << " of type " << value.getType()
                                 << "; the integer form takes " << expected;
}

/// A state before and after all steps.
static LogicalResult verifyState(RecurrentOpInterface op, StringRef what,
                                 Value before, Value after) {
  return expectType(
      op, isWide(before.getType()) && before.getType() == after.getType(), what,
      before, "i16 with zero point 0, the same before and after the steps");
}

static LogicalResult verifyCells(LSTMOp op) {
  if (failed(verifyState(op, "initial_c", op.getInitialC(), op.getYC())))
    return failure();
  Value holes = op.getPeephole();
  return expectType(op, !holes || isWide(holes.getType()), "peephole", holes,
                    "i16 with zero point 0");
}

static LogicalResult verifyIntegerTypes(RecurrentOpInterface op) {
  Value lengths = op.getSequenceLens();
  Value y = op.getY();
  if (failed(expectType(op, isActivation(op.getInput().getType()), "input",
                        op.getInput(), "i8, or i16 with zero point 0")) ||
      failed(expectType(op, isPerRow(op.getWeights().getType(), 8), "weights",
                        op.getWeights(), "i8 with zero points 0, per row")) ||
      failed(expectType(op, isPerRow(op.getRecurrence().getType(), 8),
                        "recurrence", op.getRecurrence(),
                        "i8 with zero points 0, per row")) ||
      failed(expectType(op, isPerRow(op.getBias().getType(), 32), "bias",
                        op.getBias(), "i32 with zero points 0, per row")) ||
      failed(expectType(
          op, !lengths || getElementTypeOrSelf(lengths).isSignlessInteger(32),
          "lengths", lengths, "i32")) ||
      failed(verifyState(op, "initial_h", op.getInitialH(), op.getYH())) ||
      failed(expectType(op, isActivation(y.getType()), "y", y,
                        "i8, or i16 with zero point 0")))
    return failure();
  if (auto lstm = dyn_cast<LSTMOp>(op.getOperation()))
    if (failed(verifyCells(lstm)))
      return failure();
  if (std::optional<StringRef> name = integer::findFloatOnlyFunction(op))
    return op->emitOpError("has no integer form with the activation '")
           << *name << "' in its place";
  return success();
}

static LogicalResult verifyRecurrent(RecurrentOpInterface op) {
  if (failed(verifyActivations(op)))
    return failure();
  return integer::isIntegerRecurrent(op) ? verifyIntegerTypes(op)
                                         : verifyFloatTypes(op);
}

LogicalResult RNNOp::verify() { return verifyRecurrent(*this); }
LogicalResult GRUOp::verify() { return verifyRecurrent(*this); }
LogicalResult LSTMOp::verify() { return verifyRecurrent(*this); }

//===----------------------------------------------------------------------===//
// Cost
//===----------------------------------------------------------------------===//

/// Every step multiplies with all weights.
static int64_t countMacs(RecurrentOpInterface op) {
  RankedTensorType input = typeOf(op.getInput());
  return input.getDimSize(0) * input.getDimSize(1) *
         (typeOf(op.getWeights()).getNumElements() +
          typeOf(op.getRecurrence()).getNumElements());
}

int64_t RNNOp::getMacCount() { return countMacs(*this); }
int64_t GRUOp::getMacCount() { return countMacs(*this); }
int64_t LSTMOp::getMacCount() { return countMacs(*this); }
