//===- MigrateScales.cpp - edge-migrate-scales ----------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ChannelScaling.h"
#include "SampleFiles.h"
#include "WeightedLayer.h"

#include "edgecc/Passes/Passes.h"

#include "mlir/IR/Matchers.h"

namespace edgecc {
#define GEN_PASS_DEF_MIGRATESCALES
#include "edgecc/Passes/Passes.h.inc"
} // namespace edgecc

using namespace mlir;
using namespace edgecc;
using namespace edgecc::quantization;
using edge::MapOp;

namespace {
/// Finds the constants of a map, one number per channel, that scale its result
/// if all of them are scaled.
class ScalableConstants {
public:
  explicit ScalableConstants(MapOp map)
      : map(map),
        channels(cast<RankedTensorType>(map.getType()).getShape().back()) {}

  /// The operands of the map to scale, if there are such.
  std::optional<SmallVector<unsigned>> find() {
    Value yielded =
        cast<edge::YieldOp>(map.getBody().front().getTerminator()).getValue();
    if (!visit(yielded))
      return std::nullopt;
    return operands;
  }

private:
  /// Whether the value scales with `operands`. No value may be used twice: it
  /// would be scaled for all of its users.
  bool visit(Value value) {
    if (!value.hasOneUse())
      return false;
    if (auto argument = dyn_cast<BlockArgument>(value)) {
      if (!isPerChannel(map.getInputs()[argument.getArgNumber()]))
        return false;
      operands.push_back(argument.getArgNumber());
      return true;
    }
    Operation *op = value.getDefiningOp();
    if (isa<arith::AddFOp, arith::SubFOp>(op))
      return visit(op->getOperand(0)) && visit(op->getOperand(1));
    if (isa<arith::DivFOp, arith::NegFOp>(op))
      return visit(op->getOperand(0));
    if (isa<arith::MulFOp>(op))
      return visitEither(op->getOperand(0), op->getOperand(1));
    // max(x, 0) scales with x, as factors are positive.
    if (isa<arith::MaximumFOp, arith::MaxNumFOp>(op) &&
        matchPattern(op->getOperand(1), m_AnyZeroFloat()))
      return visit(op->getOperand(0));
    return false;
  }

  bool visitEither(Value lhs, Value rhs) {
    size_t before = operands.size();
    if (visit(rhs))
      return true;
    operands.truncate(before);
    return visit(lhs);
  }

  bool isPerChannel(Value value) const {
    auto type = cast<RankedTensorType>(value.getType());
    return value.getDefiningOp<edge::ConstantOp>() &&
           type.getElementType().isF32() && type.getRank() > 0 &&
           type.getShape().back() == channels &&
           type.getNumElements() == channels;
  }

  MapOp map;
  int64_t channels;
  SmallVector<unsigned> operands;
};

struct Migration {
  MapOp map;
  SmallVector<unsigned> constants;
  SmallVector<edge::WeightedOpInterface> consumers;
};
} // namespace

static std::optional<Migration> matchMigration(MapOp map) {
  auto type = cast<RankedTensorType>(map.getType());
  if (!type.getElementType().isF32() || type.getRank() == 0)
    return std::nullopt;
  auto consumers = getScalableConsumers(map.getResult());
  if (!consumers)
    return std::nullopt;
  auto constants = ScalableConstants(map).find();
  if (!constants)
    return std::nullopt;
  return Migration{map, std::move(*constants), std::move(*consumers)};
}

static void divideConstant(OpOperand &operand, ArrayRef<double> factors) {
  reference::Tensor tensor = *edge::getConstantTensor(operand.get());
  for (auto [value, factor] : llvm::zip_equal(tensor.getData<float>(), factors))
    value = float(value / factor);
  OpBuilder builder(operand.getOwner());
  operand.set(edge::createConstant(builder, operand.get().getLoc(),
                                   tensor.getType(),
                                   std::as_const(tensor).getRawData()));
}

LogicalResult quantization::migrateScales(func::FuncOp func, SampleList samples,
                                          double strength) {
  SmallVector<Migration> migrations;
  SmallVector<Value> values;
  for (auto map : func.getOps<MapOp>())
    if (std::optional<Migration> migration = matchMigration(map)) {
      values.push_back(map.getResult());
      migrations.push_back(std::move(*migration));
    }
  if (migrations.empty())
    return success();
  auto ranges = measureChannels(func, samples, values);
  if (failed(ranges))
    return failure();
  for (Migration &migration : migrations) {
    double share = areDepthwise(migration.consumers) ? 1.0 : strength;
    ChannelValues factors = chooseFactors(
        (*ranges)[migration.map.getResult()],
        getConsumerRanges(migration.consumers, /*relative=*/true), share);
    for (unsigned index : migration.constants)
      divideConstant(migration.map->getOpOperand(index), factors);
    for (edge::WeightedOpInterface consumer : migration.consumers)
      scaleInputs(consumer, factors);
    forgetRanges(migration.map.getResult());
  }
  return success();
}

namespace {
struct MigrateScales : edgecc::impl::MigrateScalesBase<MigrateScales> {
  using MigrateScalesBase::MigrateScalesBase;

  void runOnOperation() override {
    func::FuncOp func = getOperation();
    if (func.isExternal())
      return;
    auto tensors = readSampleFiles(func, *samples);
    if (failed(tensors) || failed(migrateScales(func, *tensors, strength)))
      signalPassFailure();
  }
};
} // namespace
