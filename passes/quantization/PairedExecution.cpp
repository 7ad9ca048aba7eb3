//===- PairedExecution.cpp - Exact and rounded values at once -------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PairedExecution.h"

#include "WeightedLayer.h"

#include "edgecc/Passes/Passes.h"
#include "edgecc/Quant/IntegerParams.h"
#include "edgecc/Quant/Palette.h"
#include "edgecc/Quant/Sensitivity.h"

#include "mlir/Pass/PassManager.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::quantization;
using reference::Tensor;

//===----------------------------------------------------------------------===//
// What is rounded
//===----------------------------------------------------------------------===//

/// Number of the operation that a copy is made from.
static constexpr StringLiteral kNumberAttr = "edge.trial";

llvm::DenseSet<Operation *> quantization::findFloatOps(func::FuncOp func,
                                                       Precision precision) {
  OwningOpRef<func::FuncOp> copy(cast<func::FuncOp>(func->clone()));
  Builder builder(func.getContext());
  SmallVector<Operation *> originals;
  for (auto [original, copied] :
       llvm::zip_equal(func.getBody().front().without_terminator(),
                       copy->getBody().front().without_terminator())) {
    copied.setAttr(kNumberAttr, builder.getI64IntegerAttr(originals.size()));
    originals.push_back(&original);
  }
  // Whatever there is to say, the real conversion will say.
  ScopedDiagnosticHandler silent(func.getContext(),
                                 [](Diagnostic &) { return success(); });
  PassManager passes(func.getContext(), func::FuncOp::getOperationName());
  // What weights of four bits are stored as makes no difference to types.
  passes.addPass(createEdgeQuantize(
      {precision == Precision::S8W4 ? Precision::S8 : precision}));
  llvm::DenseSet<Operation *> floatOps;
  if (failed(passes.run(*copy))) {
    floatOps.insert(originals.begin(), originals.end());
    return floatOps;
  }
  for (Operation &op : copy->getBody().front()) {
    auto number = op.getAttrOfType<IntegerAttr>(kNumberAttr);
    if (number && llvm::any_of(op.getResultTypes(), [](Type type) {
          return getElementTypeOrSelf(type).isF32();
        }))
      floatOps.insert(originals[size_t(number.getInt())]);
  }
  return floatOps;
}

Tensor quantization::roundToType(const Tensor &tensor,
                                 quant::UniformQuantizedType type) {
  Tensor rounded(tensor.getType());
  auto scale = float(type.getScale());
  auto zero = int32_t(type.getZeroPoint());
  const integer::StoredValues store(type);
  for (auto [to, from] :
       llvm::zip_equal(rounded.getData<float>(), tensor.getData<float>()))
    to = float(store(from) - zero) * scale;
  return rounded;
}

/// What a table of four bits has in the place of values of eight.
static void roundToPalette(edge::GatherOp lookup,
                           quant::UniformQuantizedType type,
                           std::vector<Tensor> &tensors) {
  PaletteMap palette = choosePalette(lookup, type);
  auto scale = float(type.getScale());
  auto zero = int32_t(type.getZeroPoint());
  for (Tensor &tensor : tensors)
    for (float &value : tensor.getData<float>())
      value =
          float(palette[size_t(integer::getStoredValue(value, type) + 128)] -
                zero) *
          scale;
}

/// The type of what an operation computes in integers, or of what is converted
/// for one; null for other values.
quant::UniformQuantizedType PairedExecution::getType(Value value) const {
  if (value.getDefiningOp<edge::ConstantOp>())
    return {};
  if (Operation *op = value.getDefiningOp(); op && !floatOps.contains(op))
    return types.lookup(value, types.getPrecision(op));
  for (Operation *user : value.getUsers())
    if (isa<edge::QuantizableOpInterface>(user) && !floatOps.contains(user))
      return types.lookup(value, types.getPrecision(user));
  return {};
}

void PairedExecution::round(Value value, std::vector<Tensor> &tensors) const {
  quant::UniformQuantizedType type = getType(value);
  if (!type)
    return;
  for (Tensor &tensor : tensors)
    tensor = roundToType(tensor, type);
  Operation *op = value.getDefiningOp();
  if (op && isTableLookup(op) && !integer::isWide(type) &&
      getPrecision(op, Precision::S8) == Precision::S8W4)
    roundToPalette(cast<edge::GatherOp>(op), type, tensors);
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

void PairedExecution::findUses() {
  llvm::DenseSet<Value> seen;
  for (Operation &op : llvm::reverse(func.getBody().front())) {
    for (Value value : op.getOperands())
      if (seen.insert(value).second)
        lastUses[&op].push_back(value);
    for (Value value : op.getResults())
      if (seen.insert(value).second)
        lastUses[&op].push_back(value);
  }
}

static size_t getBytes(Value value) {
  auto type = cast<RankedTensorType>(value.getType());
  return size_t(type.getNumElements()) *
         reference::getElementBytes(type.getElementType());
}

/// Of all values that one sample has at a time, both forms.
size_t PairedExecution::getPeakBytes() const {
  size_t live = 0, peak = 1;
  for (Value argument : func::FuncOp(func).getArguments())
    live += getBytes(argument);
  for (Operation &op : func::FuncOp(func).getBody().front()) {
    if (isa<edge::ConstantOp>(op))
      continue;
    for (Value result : op.getResults())
      live += getBytes(result);
    peak = std::max(peak, live);
    auto dead = lastUses.find(&op);
    if (dead == lastUses.end())
      continue;
    for (Value value : dead->second)
      if (!value.getDefiningOp<edge::ConstantOp>())
        live -= getBytes(value);
  }
  return 2 * peak;
}

void PairedExecution::chooseSamples(ArrayRef<std::vector<Tensor>> all,
                                    size_t memory) {
  size_t count = std::clamp<size_t>(memory / getPeakBytes(), 1,
                                    std::max<size_t>(1, all.size()));
  for (size_t i = 0; i != std::min(count, all.size()); ++i)
    samples.push_back(all[i * all.size() / count]);
}

PairedExecution::PairedExecution(func::FuncOp func,
                                 ArrayRef<std::vector<Tensor>> all,
                                 const RepairOptions &options, size_t memory)
    : func(func), options(options),
      types(TypeAssignment::compute(func, options.precision)),
      floatOps(findFloatOps(func, options.precision)) {
  findUses();
  chooseSamples(all, memory);
}

//===----------------------------------------------------------------------===//
// Execution
//===----------------------------------------------------------------------===//

void PairedExecution::loadArguments() {
  for (BlockArgument argument : func.getArguments()) {
    PairedValue &value = values[argument];
    for (const std::vector<Tensor> &sample : samples)
      value.exact.push_back(sample[argument.getArgNumber()]);
    value.rounded = value.exact;
    round(argument, value.rounded);
  }
}

static LogicalResult evaluate(Operation *op, ArrayRef<Tensor> operands,
                              SmallVector<Tensor> &results) {
  results.clear();
  for (Type type : op->getResultTypes())
    results.emplace_back(cast<RankedTensorType>(type));
  return cast<edge::EvaluableOpInterface>(op).evaluate(operands, results);
}

/// Weights and bias of a weighted layer by operand: the original ones and those
/// that integers will have.
PairedExecution::OperandPairs
PairedExecution::getParameters(Operation *op) const {
  auto layer = dyn_cast<edge::WeightedOpInterface>(op);
  if (!layer || !hasConstantWeights(layer))
    return OperandPairs();
  LayerParameters exact = getOriginalParameters(layer), rounded = exact;
  if (!floatOps.contains(op))
    rounded = roundParameters(layer, options);
  return {
      {layer.getWeightsOperand().getOperandNumber(),
       {exact.weights, rounded.weights}},
      {layer.getBiasOperand().getOperandNumber(), {exact.bias, rounded.bias}}};
}

LogicalResult PairedExecution::runOp(Operation *op) {
  SmallVector<Tensor> exact, rounded, results;
  if (isa<edge::ConstantOp>(op)) {
    if (failed(evaluate(op, {}, results)))
      return failure();
    // One tensor for all samples: copies share their data.
    std::vector<Tensor> column(samples.size(), results.front());
    values[op->getResult(0)] = {column, column};
    return success();
  }
  OperandPairs constants = getParameters(op);
  std::vector<PairedValue> computed(op->getNumResults());
  for (size_t sample = 0; sample != samples.size(); ++sample) {
    exact.clear();
    rounded.clear();
    for (OpOperand &operand : op->getOpOperands()) {
      auto constant = constants.find(operand.getOperandNumber());
      bool isConstant = constant != constants.end();
      const PairedValue *value =
          isConstant ? nullptr : &values.find(operand.get())->second;
      exact.push_back(value ? value->exact[sample] : constant->second.first);
      rounded.push_back(value ? value->rounded[sample]
                              : constant->second.second);
    }
    if (failed(evaluate(op, exact, results)))
      return failure();
    for (auto [value, result] : llvm::zip_equal(computed, results))
      value.exact.push_back(result);
    if (failed(evaluate(op, rounded, results)))
      return failure();
    for (auto [value, result] : llvm::zip_equal(computed, results))
      value.rounded.push_back(result);
  }
  for (auto [result, value] : llvm::zip_equal(op->getResults(), computed)) {
    round(result, value.rounded);
    values[result] = std::move(value);
  }
  return success();
}

void PairedExecution::release(Operation *op) {
  auto dead = lastUses.find(op);
  if (dead == lastUses.end())
    return;
  for (Value value : dead->second)
    values.erase(value);
}

LogicalResult PairedExecution::run(Visitor visit) {
  loadArguments();
  size_t done = 0, total = func.getBody().front().getOperations().size();
  for (Operation &op : llvm::make_early_inc_range(
           func.getBody().front().without_terminator())) {
    auto layer = dyn_cast<edge::WeightedOpInterface>(op);
    if (layer && hasConstantWeights(layer) && !floatOps.contains(&op))
      if (failed(visit(layer, values[layer.getDataOperand().get()])))
        return failure();
    if (failed(runOp(&op)))
      return failure();
    release(&op);
    if (options.progress)
      options.progress(++done, total);
  }
  values.clear();
  return success();
}
