//===- IntegerBinaryKernels.cpp - Kernels of sub, maximum, div, prelu -----===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Backend/KernelRegistry.h"
#include "edgecc/Quant/IntegerParams.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;

namespace {
/// The types of an operation on two tensors.
template <typename OpT> struct BinaryTypes {
  quant::UniformQuantizedType lhs, rhs, result;

  explicit BinaryTypes(OpT op)
      : lhs(getUniformType(op.getLhs().getType())),
        rhs(getUniformType(op.getRhs().getType())),
        result(getUniformType(op.getType())) {}
};
} // namespace

template <typename OpT>
static void addOperands(OpT op, StringRef kernel, StringRef header,
                        KernelCallBuilder &call) {
  call.begin(kernel, header);
  call.addShape(op.getResult());
  call.addShape(op.getLhs());
  call.addShape(op.getRhs());
  call.addInput(op.getLhs());
  call.addInput(op.getRhs());
  call.addOutput(op.getResult());
  // Element i is read before it is written.
  auto shape = cast<RankedTensorType>(op.getType()).getShape();
  for (auto [index, type] : llvm::enumerate(op->getOperandTypes()))
    if (cast<RankedTensorType>(type).getShape() == shape)
      call.allowInplace(index);
}

/// Zero point and bounds of the result, which all kernels take last.
template <typename OpT>
static void addResultScalars(OpT op, KernelCallBuilder &call) {
  quant::UniformQuantizedType type = getUniformType(op.getType());
  integer::ClampRange range =
      integer::getClampRange(type, op.getClampMin(), op.getClampMax());
  call.addScalars({type.getZeroPoint(), range.lo, range.hi});
}

template <typename OpT>
static void addRescaling(OpT op, integer::AddParams params,
                         KernelCallBuilder &call) {
  BinaryTypes<OpT> types(op);
  call.addScalars({types.lhs.getZeroPoint(), params.lhs,
                   types.rhs.getZeroPoint(), params.rhs, params.shift});
  addResultScalars(op, call);
}

static LogicalResult lowerSub(SubOp op, KernelCallBuilder &call) {
  BinaryTypes<SubOp> types(op);
  addOperands(op, "add_s8", "elementwise.h", call);
  addRescaling(op, integer::getSubParams(types.lhs, types.rhs, types.result),
               call);
  return success();
}

template <typename OpT>
static LogicalResult lowerExtremum(OpT op, KernelCallBuilder &call) {
  BinaryTypes<OpT> types(op);
  addOperands(op, "extremum_s8", "elementwise_integer.h", call);
  call.addBool(isa<MaximumOp>(op));
  addRescaling(op, integer::getAddParams(types.lhs, types.rhs, types.result),
               call);
  return success();
}

static LogicalResult lowerDiv(DivOp op, KernelCallBuilder &call) {
  BinaryTypes<DivOp> types(op);
  integer::DivParams params =
      integer::getDivParams(types.lhs, types.rhs, types.result);
  addOperands(op, "div_s8", "elementwise_integer.h", call);
  call.addScalars({types.lhs.getZeroPoint(), types.rhs.getZeroPoint(),
                   params.multiplier, params.shift});
  addResultScalars(op, call);
  return success();
}

static LogicalResult lowerPRelu(PReluOp op, KernelCallBuilder &call) {
  BinaryTypes<PReluOp> types(op);
  integer::Requantization factors =
      integer::getPReluRequantization(types.lhs, types.rhs, types.result);
  addOperands(op, "prelu_s8", "elementwise_integer.h", call);
  call.addScalars({types.lhs.getZeroPoint(), types.rhs.getZeroPoint(),
                   factors.multipliers[0], factors.multipliers[1],
                   factors.shift});
  addResultScalars(op, call);
  return success();
}

//===----------------------------------------------------------------------===//
// int16, without zero points
//===----------------------------------------------------------------------===//

template <typename OpT>
static void addWideScalars(OpT op, ArrayRef<int64_t> factors,
                           KernelCallBuilder &call) {
  integer::ClampRange range = integer::getClampRange(
      getUniformType(op.getType()), op.getClampMin(), op.getClampMax());
  call.addScalars(factors);
  call.addScalars({range.lo, range.hi});
}

static LogicalResult lowerSubS16(SubOp op, KernelCallBuilder &call) {
  BinaryTypes<SubOp> types(op);
  integer::AddParams params =
      integer::getSubParams(types.lhs, types.rhs, types.result);
  addOperands(op, "add_s16", "elementwise.h", call);
  addWideScalars(op, {params.lhs, params.rhs, params.shift}, call);
  return success();
}

template <typename OpT>
static LogicalResult lowerExtremumS16(OpT op, KernelCallBuilder &call) {
  BinaryTypes<OpT> types(op);
  integer::AddParams params =
      integer::getAddParams(types.lhs, types.rhs, types.result);
  addOperands(op, "extremum_s16", "elementwise_integer.h", call);
  call.addBool(isa<MaximumOp>(op));
  addWideScalars(op, {params.lhs, params.rhs, params.shift}, call);
  return success();
}

static LogicalResult lowerDivS16(DivOp op, KernelCallBuilder &call) {
  BinaryTypes<DivOp> types(op);
  integer::DivParams params =
      integer::getDivParams(types.lhs, types.rhs, types.result);
  addOperands(op, "div_s16", "elementwise_integer.h", call);
  addWideScalars(op, {params.multiplier, params.shift}, call);
  return success();
}

static LogicalResult lowerPReluS16(PReluOp op, KernelCallBuilder &call) {
  BinaryTypes<PReluOp> types(op);
  integer::WideRequantization factors =
      integer::getWidePReluRequantization(types.lhs, types.rhs, types.result);
  addOperands(op, "prelu_s16", "elementwise_integer.h", call);
  addWideScalars(
      op, {factors.multipliers[0], factors.multipliers[1], factors.shift},
      call);
  return success();
}

template <typename OpT> static bool isInt8(OpT op) { return isInt8Op(op); }
template <typename OpT> static bool isInt16(OpT op) { return isInt16Op(op); }

void edgecc::registerIntegerBinaryKernels(KernelRegistry &registry) {
  registry.add<SubOp>("sub_s8", isInt8<SubOp>, lowerSub);
  registry.add<MaximumOp>("maximum_s8", isInt8<MaximumOp>,
                          lowerExtremum<MaximumOp>);
  registry.add<MinimumOp>("minimum_s8", isInt8<MinimumOp>,
                          lowerExtremum<MinimumOp>);
  registry.add<DivOp>("div_s8", isInt8<DivOp>, lowerDiv);
  registry.add<PReluOp>("prelu_s8", isInt8<PReluOp>, lowerPRelu);
  registry.add<SubOp>("sub_s16", isInt16<SubOp>, lowerSubS16);
  registry.add<MaximumOp>("maximum_s16", isInt16<MaximumOp>,
                          lowerExtremumS16<MaximumOp>);
  registry.add<MinimumOp>("minimum_s16", isInt16<MinimumOp>,
                          lowerExtremumS16<MinimumOp>);
  registry.add<DivOp>("div_s16", isInt16<DivOp>, lowerDivS16);
  registry.add<PReluOp>("prelu_s16", isInt16<PReluOp>, lowerPReluS16);
}
