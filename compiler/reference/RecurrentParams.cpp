//===- RecurrentParams.cpp - Integers of recurrent layers -----------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Quant/RecurrentParams.h"

#include "kernels/recurrent_fixed.h"

#include <cmath>

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;
using namespace edgecc::integer;
using quant::UniformQuantizedPerAxisType;

static constexpr double kGateUnit = 1.0 / kernels::kGateOne;

static double getScale(Value value) {
  return getUniformType(value.getType()).getScale();
}

//===----------------------------------------------------------------------===//
// Functions
//===----------------------------------------------------------------------===//

static ActivationKind getFunction(RecurrentOpInterface op, int64_t direction,
                                  int64_t function) {
  auto name = cast<StringAttr>(
      op.getActivations()[direction * op.getNumActivations() + function]);
  return *symbolizeActivationKind(name.getValue());
}

bool integer::isIntegerRecurrent(RecurrentOpInterface op) {
  return getQuantizedType(op.getInput().getType()) != nullptr;
}

std::optional<StringRef>
integer::findFloatOnlyFunction(RecurrentOpInterface op) {
  int64_t each = op.getNumActivations();
  for (auto [index, attr] : llvm::enumerate(op.getActivations())) {
    StringRef name = cast<StringAttr>(attr).getValue();
    ActivationKind kind = *symbolizeActivationKind(name);
    bool isGate = each > 1 && int64_t(index) % each == 0;
    bool isUnit =
        kind == ActivationKind::Sigmoid || kind == ActivationKind::HardSigmoid;
    if (!isUnit && (isGate || (kind != ActivationKind::Tanh &&
                               kind != ActivationKind::Relu)))
      return name;
  }
  return std::nullopt;
}

double integer::getCellBound(LSTMOp op) {
  // tanh is 1 from 9 on, in float. The rest is for forget gates just below 1,
  // which bring a cell back step by step.
  constexpr double kSaturated = 32.0;
  int64_t directions =
      cast<RankedTensorType>(op.getInitialC().getType()).getDimSize(0);
  for (int64_t direction = 0; direction != directions; ++direction) {
    ActivationKind kind = getFunction(op, direction, 2);
    if (kind != ActivationKind::Tanh && kind != ActivationKind::Sigmoid)
      return INFINITY;
  }
  return kSaturated;
}

double integer::getArgumentUnit(RecurrentOpInterface op, int64_t direction,
                                int64_t function) {
  if (getFunction(op, direction, function) != ActivationKind::Relu)
    return kGateUnit;
  if (auto lstm = dyn_cast<LSTMOp>(op.getOperation()))
    return getScale(lstm.getInitialC());
  return getScale(op.getInitialH());
}

//===----------------------------------------------------------------------===//
// Factors
//===----------------------------------------------------------------------===//

static constexpr int kMaxShift = 62;

/// The largest shift with which `factor` is at most 2^31 - 1.
static int getShift(double factor) {
  int shift = 1;
  while (shift < kMaxShift &&
         std::round(std::ldexp(factor, shift + 1)) <= double(INT32_MAX))
    ++shift;
  return shift;
}

static int32_t toMultiplier(double factor, int shift) {
  double value = std::round(std::ldexp(factor, shift));
  return int32_t(std::clamp(value, -double(INT32_MAX), double(INT32_MAX)));
}

ScaleFactor integer::getScaleFactor(double factor) {
  int shift = getShift(std::abs(factor));
  return {toMultiplier(factor, shift), shift};
}

/// The scale of each row of weights; both directions have the same.
static SmallVector<double> getRowScales(Value weights) {
  auto type = cast<RankedTensorType>(weights.getType());
  if (auto perAxis =
          dyn_cast<UniformQuantizedPerAxisType>(type.getElementType()))
    return SmallVector<double>(perAxis.getScales());
  return SmallVector<double>(type.getDimSize(1), getScale(weights));
}

//===----------------------------------------------------------------------===//
// All numbers of a layer
//===----------------------------------------------------------------------===//

namespace {
/// Collects the numbers of one direction.
class DirectionParams {
public:
  DirectionParams(RecurrentOpInterface op, int64_t direction)
      : op(op), direction(direction),
        constants(kernels::kRecurrentConstants, 0) {}

  void compute(RecurrentParams &params) {
    addMultipliers(op.getWeights(), getScale(op.getInput()),
                   kernels::kWeightShift, params.multipliers);
    addMultipliers(op.getRecurrence(), getScale(op.getInitialH()),
                   kernels::kRecurrenceShift, params.multipliers);
    constants[kernels::kInputZero] =
        int32_t(getUniformType(op.getInput().getType()).getZeroPoint());
    setState();
    setResult();
    setClip();
    setFunctions();
    llvm::append_range(params.constants, constants);
  }

private:
  /// The number of the function that makes the candidate.
  int64_t getNext() const { return op.getNumActivations() > 1 ? 1 : 0; }
  double unitOf(int64_t function) const {
    return getArgumentUnit(op, direction, function);
  }
  void setFactor(int index, double factor) {
    ScaleFactor scaled = getScaleFactor(factor);
    constants[index] = scaled.multiplier;
    constants[index + 1] = scaled.shift;
  }

  /// From sums of a row to what the function of its gate takes. The candidate
  /// is the last gate.
  void addMultipliers(Value weights, double inputScale, int shiftIndex,
                      SmallVectorImpl<int32_t> &multipliers) {
    SmallVector<double> factors = getRowScales(weights);
    size_t hidden = factors.size() / op.getNumGates();
    for (auto [row, factor] : llvm::enumerate(factors)) {
      bool isNext = int64_t(row / hidden) == op.getNumGates() - 1;
      factor *= inputScale / unitOf(isNext ? getNext() : 0);
    }
    int shift = getShift(*llvm::max_element(factors));
    constants[shiftIndex] = shift;
    for (double factor : factors)
      multipliers.push_back(toMultiplier(factor, shift));
  }

  /// Functions give what their argument's unit is.
  void setState() {
    double next = unitOf(getNext()), state = getScale(op.getInitialH());
    auto lstm = dyn_cast<LSTMOp>(op.getOperation());
    if (!lstm) {
      setFactor(kernels::kNext, next / state);
      return;
    }
    double cell = getScale(lstm.getInitialC()), value = unitOf(2);
    setFactor(kernels::kNext, next / cell);
    setFactor(kernels::kCell, cell / value);
    setFactor(kernels::kOut, kGateUnit * value / state);
    if (lstm.getPeephole())
      setFactor(kernels::kHole,
                getScale(lstm.getPeephole()) * cell / kGateUnit);
  }

  void setResult() {
    quant::UniformQuantizedType type = getUniformType(op.getY().getType());
    if (type == getUniformType(op.getYH().getType()))
      return;
    setFactor(kernels::kResult, getScale(op.getYH()) / type.getScale());
    constants[kernels::kResultZero] = int32_t(type.getZeroPoint());
  }

  void setClip() {
    auto bound = [&](int64_t function) {
      std::optional<APFloat> clip = op.getClip();
      double units =
          clip ? double(clip->convertToFloat()) / unitOf(function) : INFINITY;
      return units < double(INT32_MAX) ? int32_t(std::round(units)) : INT32_MAX;
    };
    constants[kernels::kGateClip] = bound(0);
    constants[kernels::kNextClip] = bound(getNext());
  }

  void setFunctions() {
    for (int64_t i = 0; i != op.getNumActivations(); ++i) {
      int64_t at = direction * op.getNumActivations() + i;
      if (getFunction(op, direction, i) != ActivationKind::HardSigmoid)
        continue;
      int index = int(kernels::kFunctions + 3 * i);
      setFactor(index, op.getActivationAlpha()[at]);
      constants[index + 2] = int32_t(std::clamp(
          std::round(double(op.getActivationBeta()[at]) * kernels::kGateOne),
          -double(kernels::kMaxArgument), double(kernels::kMaxArgument)));
    }
  }

  mutable RecurrentOpInterface op; // accessors of operations are not const
  int64_t direction;
  SmallVector<int32_t> constants;
};
} // namespace

RecurrentParams integer::getRecurrentParams(RecurrentOpInterface op) {
  RecurrentParams params;
  int64_t directions =
      cast<RankedTensorType>(op.getInitialH().getType()).getDimSize(0);
  for (int64_t direction = 0; direction != directions; ++direction)
    DirectionParams(op, direction).compute(params);
  return params;
}
