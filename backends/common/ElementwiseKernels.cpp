//===- ElementwiseKernels.cpp - Kernels of maps, tables, quantization -----===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Backend/KernelRegistry.h"
#include "edgecc/Quant/IntegerParams.h"

#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;

/// An elementwise result may overwrite each operand that has its shape and
/// element size: element i is read before it is written.
static void allowElementwiseInplace(Value output, ValueRange inputs,
                                    KernelCallBuilder &call) {
  auto bytes = [](Type type) {
    return reference::getElementBytes(getElementTypeOrSelf(type));
  };
  auto result = cast<RankedTensorType>(output.getType());
  for (auto [index, type] : llvm::enumerate(inputs.getTypes()))
    if (cast<RankedTensorType>(type).getShape() == result.getShape() &&
        bytes(type) == bytes(result))
      call.allowInplace(index);
}

/// Whether its scalar function calls some of exponential.h.
static bool usesExponential(MapOp op) {
  return op
      ->walk([](Operation *inner) {
        return isa<math::ErfOp, math::ExpOp, math::TanhOp>(inner)
                   ? WalkResult::interrupt()
                   : WalkResult::advance();
      })
      .wasInterrupted();
}

static LogicalResult lowerMap(MapOp op, KernelCallBuilder &call) {
  call.begin("map", "elementwise.h");
  if (usesExponential(op))
    call.addHeader("exponential.h");
  call.setFunction(op);
  call.addShape(op.getResult());
  // Operands that only widen the shape are not read.
  SmallVector<Value> read;
  for (auto [input, argument] :
       llvm::zip_equal(op.getInputs(), op.getBody().getArguments()))
    if (!argument.use_empty())
      read.push_back(input);
  for (Value input : read) {
    call.addShape(input);
    call.addInput(input);
  }
  call.addOutput(op.getResult());
  allowElementwiseInplace(op.getResult(), read, call);
  return success();
}

static int32_t zeroOf(Value value) {
  return getUniformType(value.getType()).getZeroPoint();
}

template <typename OpT>
static void addBinary(OpT op, StringRef kernel, KernelCallBuilder &call) {
  call.begin(kernel, "elementwise.h");
  call.addShape(op.getResult());
  call.addShape(op.getLhs());
  call.addShape(op.getRhs());
  call.addInput(op.getLhs());
  call.addInput(op.getRhs());
  call.addOutput(op.getResult());
  allowElementwiseInplace(op->getResult(0), op->getOperands(), call);
}

static LogicalResult lowerAdd(AddOp op, KernelCallBuilder &call) {
  quant::UniformQuantizedType output = getUniformType(op.getType());
  integer::AddParams params =
      integer::getAddParams(getUniformType(op.getLhs().getType()),
                            getUniformType(op.getRhs().getType()), output);
  integer::ClampRange range =
      integer::getClampRange(output, op.getClampMin(), op.getClampMax());
  addBinary(op, "add_s8", call);
  call.addScalars({zeroOf(op.getLhs()), params.lhs, zeroOf(op.getRhs()),
                   params.rhs, params.shift, zeroOf(op.getResult()), range.lo,
                   range.hi});
  return success();
}

static LogicalResult lowerAddS16(AddOp op, KernelCallBuilder &call) {
  quant::UniformQuantizedType output = getUniformType(op.getType());
  integer::AddParams params =
      integer::getAddParams(getUniformType(op.getLhs().getType()),
                            getUniformType(op.getRhs().getType()), output);
  integer::ClampRange range =
      integer::getClampRange(output, op.getClampMin(), op.getClampMax());
  addBinary(op, "add_s16", call);
  call.addScalars({params.lhs, params.rhs, params.shift, range.lo, range.hi});
  return success();
}

static LogicalResult lowerMulS16(MulOp op, KernelCallBuilder &call) {
  quant::UniformQuantizedType output = getUniformType(op.getType());
  integer::WideRequantization factor = integer::getWideMulRequantization(
      getUniformType(op.getLhs().getType()),
      getUniformType(op.getRhs().getType()), output);
  integer::ClampRange range =
      integer::getClampRange(output, op.getClampMin(), op.getClampMax());
  addBinary(op, "mul_s16", call);
  call.addScalars(
      {factor.multipliers.front(), factor.shift, range.lo, range.hi});
  return success();
}

static LogicalResult lowerMul(MulOp op, KernelCallBuilder &call) {
  quant::UniformQuantizedType output = getUniformType(op.getType());
  integer::Requantization factor = integer::getMulRequantization(
      getUniformType(op.getLhs().getType()),
      getUniformType(op.getRhs().getType()), output);
  integer::ClampRange range =
      integer::getClampRange(output, op.getClampMin(), op.getClampMax());
  addBinary(op, "mul_s8", call);
  call.addScalars({zeroOf(op.getLhs()), zeroOf(op.getRhs()),
                   factor.multipliers.front(), factor.shift,
                   zeroOf(op.getResult()), range.lo, range.hi});
  return success();
}

static LogicalResult lowerTable(TableOp op, KernelCallBuilder &call) {
  auto table = call.getConstant(op, op.getTable(), "table");
  if (failed(table))
    return failure();
  call.begin(isInt16Op(op) ? "table_s16" : "table_s8", "elementwise.h");
  call.addShape(op.getInput());
  call.addInput(op.getInput());
  call.addData("table", *table);
  call.addOutput(op.getResult());
  call.allowInplace(0);
  return success();
}

static LogicalResult lowerQuantize(QuantizeOp op, KernelCallBuilder &call) {
  quant::UniformQuantizedType type = getUniformType(op.getType());
  bool isWide = integer::isWide(type);
  call.begin(isWide ? "quantize_s16" : "quantize_s8", "quantize.h");
  call.addShape(op.getInput());
  call.addInput(op.getInput());
  call.addOutput(op.getResult());
  call.addScalar(float(type.getScale()));
  call.addScalar(int32_t(type.getZeroPoint()));
  call.allowInplace(0);
  return success();
}

static LogicalResult lowerDequantize(DequantizeOp op, KernelCallBuilder &call) {
  quant::UniformQuantizedType type = getUniformType(op.getInput().getType());
  bool isWide = integer::isWide(type);
  call.begin(isWide ? "dequantize_s16" : "dequantize_s8", "quantize.h");
  call.addShape(op.getInput());
  call.addInput(op.getInput());
  call.addOutput(op.getResult());
  call.addScalar(float(type.getScale()));
  call.addScalar(int32_t(type.getZeroPoint()));
  return success();
}

static LogicalResult lowerRequantize(RequantizeOp op, KernelCallBuilder &call) {
  integer::Requantization factor = integer::getRequantization(
      getUniformType(op.getInput().getType()), getUniformType(op.getType()));
  call.begin("requantize_s8", "quantize.h");
  call.addShape(op.getInput());
  call.addInput(op.getInput());
  call.addOutput(op.getResult());
  call.addScalars({zeroOf(op.getInput()), factor.multipliers.front(),
                   factor.shift, zeroOf(op.getResult())});
  call.allowInplace(0);
  return success();
}

/// Between float and i8 only.
static LogicalResult lowerRequantizeWide(RequantizeOp op,
                                         KernelCallBuilder &call) {
  integer::WideRequantization factor = integer::getWideRequantization(
      getUniformType(op.getInput().getType()), getUniformType(op.getType()));
  call.begin("requantize_wide", "quantize.h");
  call.addShape(op.getInput());
  call.addInput(op.getInput());
  call.addOutput(op.getResult());
  call.addScalars({zeroOf(op.getInput()), factor.multipliers.front(),
                   factor.shift, zeroOf(op.getResult())});
  allowElementwiseInplace(op->getResult(0), op->getOperands(), call);
  return success();
}

/// Whether what is quantized of a conversion's operand and result is stored in
/// a number of bits.
template <int Bits, typename OpT> static bool isCastOf(OpT op) {
  auto fits = [](Type type) {
    auto quantized = getUniformType(type);
    return !quantized || quantized.getStorageType().isInteger(Bits);
  };
  return fits(op.getInput().getType()) && fits(op.getType());
}

/// Between two integer types that are not both int8.
static bool isWideCast(RequantizeOp op) {
  auto isKnown = [](Type type) {
    Type stored = getUniformType(type).getStorageType();
    return stored.isInteger(8) || stored.isInteger(16);
  };
  return isKnown(op.getInput().getType()) && isKnown(op.getType()) &&
         !isCastOf<8>(op);
}

void edgecc::registerElementwiseKernels(KernelRegistry &registry) {
  registry.add<MapOp>("map", [](MapOp) { return true; }, lowerMap);
  registry.add<AddOp>(
      "add_s8", [](AddOp op) { return isInt8Op(op); }, lowerAdd);
  registry.add<AddOp>(
      "add_s16", [](AddOp op) { return isInt16Op(op); }, lowerAddS16);
  registry.add<MulOp>(
      "mul_s8", [](MulOp op) { return isInt8Op(op); }, lowerMul);
  registry.add<MulOp>(
      "mul_s16", [](MulOp op) { return isInt16Op(op); }, lowerMulS16);
  registry.add<TableOp>(
      "table_s8", [](TableOp op) { return isInt8Op(op); }, lowerTable);
  registry.add<TableOp>(
      "table_s16", [](TableOp op) { return isInt16Op(op); }, lowerTable);
  registry.add<QuantizeOp>("quantize_s8", isCastOf<8, QuantizeOp>,
                           lowerQuantize);
  registry.add<QuantizeOp>("quantize_s16", isCastOf<16, QuantizeOp>,
                           lowerQuantize);
  registry.add<DequantizeOp>("dequantize_s8", isCastOf<8, DequantizeOp>,
                             lowerDequantize);
  registry.add<DequantizeOp>("dequantize_s16", isCastOf<16, DequantizeOp>,
                             lowerDequantize);
  registry.add<RequantizeOp>("requantize_s8", isCastOf<8, RequantizeOp>,
                             lowerRequantize);
  registry.add<RequantizeOp>("requantize_wide", isWideCast,
                             lowerRequantizeWide);
}
