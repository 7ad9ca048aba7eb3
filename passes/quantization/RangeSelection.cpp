//===- RangeSelection.cpp - Ranges by what consumers make of them ---------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PairedExecution.h"

#include "edgecc/Quant/Calibration.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::quantization;
using reference::Tensor;

namespace {
/// Runs a function on samples one by one and looks, at each operation, what
/// rounding one of its operands does to its results.
class RangeTrial {
public:
  RangeTrial(func::FuncOp func, const RangeCandidates &candidates)
      : func(func), candidates(candidates) {
    for (const auto &[value, ranges] : candidates)
      errors[value].resize(ranges.size(), 0.0);
  }

  LogicalResult addSample(ArrayRef<Tensor> sample);
  /// The range with the least error for each value.
  llvm::DenseMap<Value, Range> choose() const;

private:
  LogicalResult runOp(Operation &op);
  LogicalResult tryOperand(Operation &op, ArrayRef<Tensor> operands,
                           ArrayRef<Tensor> results, Value value);
  void tryResult(Value value);

  func::FuncOp func;
  const RangeCandidates &candidates;
  llvm::DenseMap<Value, SmallVector<double>> errors;
  llvm::DenseMap<Value, Tensor> values;
};
} // namespace

static LogicalResult evaluate(Operation &op, ArrayRef<Tensor> operands,
                              SmallVector<Tensor> &results) {
  results.clear();
  for (Type type : op.getResultTypes())
    results.emplace_back(cast<RankedTensorType>(type));
  return cast<edge::EvaluableOpInterface>(op).evaluate(operands, results);
}

/// The squared difference of float tensors, relative to the first.
static double getRelativeError(const Tensor &exact, const Tensor &found) {
  if (!exact.getElementType().isF32())
    return 0.0;
  double signal = 0.0, noise = 0.0;
  for (auto [a, b] :
       llvm::zip_equal(exact.getData<float>(), found.getData<float>())) {
    double difference = double(a) - b;
    signal += double(a) * a;
    noise += difference * difference;
  }
  double error = signal > 0.0 ? noise / signal : noise;
  return std::isfinite(error) ? error : 0.0;
}

/// Rounds all operands that are `value` to each of its types in turn.
LogicalResult RangeTrial::tryOperand(Operation &op, ArrayRef<Tensor> operands,
                                     ArrayRef<Tensor> results, Value value) {
  auto found = candidates.find(value);
  if (found == candidates.end() || found->second.size() < 2)
    return success();
  SmallVector<Tensor> rounded(operands), changed;
  for (auto [index, range] : llvm::enumerate(found->second)) {
    Tensor tensor =
        roundToType(values[value], chooseType(op.getContext(), range));
    for (OpOperand &operand : op.getOpOperands())
      if (operand.get() == value)
        rounded[operand.getOperandNumber()] = tensor;
    if (failed(evaluate(op, rounded, changed)))
      return failure();
    for (auto [exact, other] : llvm::zip_equal(results, changed))
      errors[value][index] += getRelativeError(exact, other);
  }
  return success();
}

/// What leaves the function is its own consumer.
void RangeTrial::tryResult(Value value) {
  auto found = candidates.find(value);
  if (found == candidates.end())
    return;
  for (auto [index, range] : llvm::enumerate(found->second))
    errors[value][index] += getRelativeError(
        values[value],
        roundToType(values[value], chooseType(func.getContext(), range)));
}

LogicalResult RangeTrial::runOp(Operation &op) {
  if (op.hasTrait<OpTrait::IsTerminator>()) {
    for (Value value : op.getOperands())
      tryResult(value);
    return success();
  }
  SmallVector<Tensor> operands, results;
  for (Value operand : op.getOperands())
    operands.push_back(values[operand]);
  if (failed(evaluate(op, operands, results)))
    return failure();
  llvm::SmallSetVector<Value, 4> tried;
  for (Value operand : op.getOperands())
    if (tried.insert(operand) &&
        failed(tryOperand(op, operands, results, operand)))
      return failure();
  for (auto [value, result] : llvm::zip_equal(op.getResults(), results))
    values[value] = result;
  return success();
}

LogicalResult RangeTrial::addSample(ArrayRef<Tensor> sample) {
  values.clear();
  for (BlockArgument argument : func.getArguments())
    values[argument] = sample[argument.getArgNumber()];
  for (Operation &op : func.getBody().front())
    if (failed(runOp(op)))
      return failure();
  return success();
}

/// The range that what is moved from a value has, if it is only moved.
static std::optional<Range>
getMovedRange(Value value, const llvm::DenseMap<Value, Range> &chosen) {
  std::optional<Range> moved;
  for (Operation *user : value.getUsers()) {
    auto mover = dyn_cast<edge::QuantizableOpInterface>(user);
    auto range = user->getNumResults() == 1 ? chosen.find(user->getResult(0))
                                            : chosen.end();
    if (!mover || mover.getSameTypeOperands().size() != 1 ||
        mover.getSameTypeOperands().front() != value || range == chosen.end())
      return std::nullopt;
    if (moved)
      moved->join(range->second);
    else
      moved = range->second;
  }
  return moved;
}

llvm::DenseMap<Value, Range> RangeTrial::choose() const {
  llvm::DenseMap<Value, Range> chosen;
  for (const auto &[value, ranges] : llvm::reverse(candidates)) {
    ArrayRef<double> error = errors.find(value)->second;
    size_t best = size_t(llvm::min_element(error) - error.begin());
    chosen[value] = ranges[best];
    // Values and what is moved from them share a type.
    if (std::optional<Range> moved = getMovedRange(value, chosen))
      chosen[value] = *moved;
  }
  return chosen;
}

FailureOr<llvm::DenseMap<Value, Range>>
quantization::chooseRangesByOutput(func::FuncOp func,
                                   ArrayRef<std::vector<Tensor>> samples,
                                   const RangeCandidates &candidates) {
  constexpr size_t kSamples = 16;
  RangeTrial trial(func, candidates);
  size_t count = std::min(kSamples, samples.size());
  for (size_t i = 0; i != count; ++i)
    if (failed(trial.addSample(samples[i * samples.size() / count])))
      return failure();
  return trial.choose();
}
