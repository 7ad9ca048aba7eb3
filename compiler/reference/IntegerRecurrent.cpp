//===- IntegerRecurrent.cpp - Recurrent layers in integers ----------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "IntegerRecurrent.h"

#include "edgecc/Quant/RecurrentParams.h"

#include "kernels/recurrent_fixed.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;
using namespace edgecc::reference;

namespace {

using Integers = std::vector<int32_t>;
using FunctionPtr = int32_t (*)(int32_t x, const int32_t *parameters);

/// `findFloatOnlyFunction` has excluded all others.
FunctionPtr getFunction(ActivationKind kind) {
  using kernels::activateFixed, kernels::Activation;
  switch (kind) {
  case ActivationKind::HardSigmoid:
    return activateFixed<Activation::HardSigmoid>;
  case ActivationKind::Relu:
    return activateFixed<Activation::Relu>;
  case ActivationKind::Sigmoid:
    return activateFixed<Activation::Sigmoid>;
  default:
    return activateFixed<Activation::Tanh>;
  }
}

/// The state of one sequence in one direction.
struct State {
  std::vector<int16_t> h, c;
};

/// What the kinds of layers have in common: everything but the cell.
class IntegerLayer {
public:
  IntegerLayer(RecurrentOpInterface op, ArrayRef<Tensor> operands)
      : op(op), operands(operands), params(integer::getRecurrentParams(op)) {
    const Tensor &input = *find(op.getInput());
    const Tensor &states = *find(op.getInitialH());
    steps = input.getDim(0);
    batch = input.getDim(1);
    inputs = input.getDim(2);
    directions = states.getDim(0);
    hidden = states.getDim(2);
    rows = op.getNumGates() * hidden;
  }

  /// The value of an operand; null where an optional one is not given.
  const Tensor *find(Value operand) const {
    for (OpOperand &use : op->getOpOperands())
      if (use.get() == operand)
        return &operands[use.getOperandNumber()];
    return nullptr;
  }

  int32_t constant(int64_t direction, int64_t index) const {
    return params.constants[direction * kernels::kRecurrentConstants + index];
  }
  kernels::Factor factor(int64_t direction, int64_t index) const {
    return kernels::Factor(
        &params.constants[direction * kernels::kRecurrentConstants + index]);
  }

  /// scale(bias + recurrence * h) of one row (L2, L3).
  int32_t multiplyState(int64_t direction, int64_t row,
                        ArrayRef<int16_t> h) const {
    ArrayRef<int8_t> weights =
        find(op.getRecurrence())
            ->getData<int8_t>()
            .slice((direction * rows + row) * hidden, hidden);
    return scaleSum(direction, row, 1, kernels::kRecurrenceShift,
                    multiply(weights, h));
  }

  /// Function number `index` of a direction.
  int32_t apply(int64_t direction, int64_t index, int32_t x) const {
    auto name = cast<StringAttr>(
        op.getActivations()[direction * op.getNumActivations() + index]);
    FunctionPtr function =
        getFunction(*symbolizeActivationKind(name.getValue()));
    return function(x,
                    &params.constants[direction * kernels::kRecurrentConstants +
                                      kernels::kFunctions + 3 * index]);
  }
  /// The same for a gate, whose argument is clipped (L4).
  int32_t gate(int64_t direction, int64_t index, int32_t x) const {
    int32_t clip = constant(direction, index == 0 ? kernels::kGateClip
                                                  : kernels::kNextClip);
    return apply(direction, index, std::clamp(x, -clip, clip));
  }

  /// Goes through all sequences. `cell(direction, arguments, state)` makes a
  /// step; `arguments` are the input's part of those of all gates.
  template <typename CellFn>
  LogicalResult run(const Tensor *initialC, MutableArrayRef<Tensor> results,
                    CellFn cell) {
    fillZeros(results[0]);
    for (int64_t direction = 0; direction != directions; ++direction)
      for (int64_t sequence = 0; sequence != batch; ++sequence) {
        int64_t row = direction * batch + sequence;
        State state{getState(*find(op.getInitialH()), row), {}};
        if (initialC)
          state.c = getState(*initialC, row);
        runSequence(direction, sequence, state, results[0], cell);
        setState(results[1], row, state.h);
        if (initialC)
          setState(results[2], row, state.c);
      }
    if (overflow)
      return op->emitOpError("accumulates ")
             << *overflow << ", which does not fit 32 bits";
    return success();
  }

  int64_t hidden;

private:
  template <typename T>
  static int64_t multiply(ArrayRef<int8_t> weights, ArrayRef<T> values) {
    int64_t sum = 0;
    for (auto [weight, value] : llvm::zip_equal(weights, values))
      sum += int32_t(weight) * int32_t(value);
    return sum;
  }

  /// `part` is 0 for the input, 1 for the recurrence.
  int32_t scaleSum(int64_t direction, int64_t row, int64_t part, int shiftIndex,
                   int64_t sum) const {
    int64_t at = (2 * direction + part) * rows + row;
    sum += find(op.getBias())->getData<int32_t>()[at];
    if (sum < INT32_MIN || sum > INT32_MAX)
      overflow = sum;
    return kernels::scale(int32_t(sum),
                          kernels::Factor(params.multipliers[at],
                                          constant(direction, shiftIndex)));
  }

  /// The input's part of all arguments of one step.
  Integers multiplyInput(int64_t direction, ArrayRef<int32_t> x) const {
    ArrayRef<int8_t> weights = find(op.getWeights())->getData<int8_t>();
    Integers arguments;
    for (int64_t row = 0; row != rows; ++row)
      arguments.push_back(scaleSum(
          direction, row, 0, kernels::kWeightShift,
          multiply(weights.slice((direction * rows + row) * inputs, inputs),
                   x)));
    return arguments;
  }

  /// The input of one step, less its zero point.
  Integers getInput(int64_t step, int64_t sequence) const {
    const Tensor &input = *find(op.getInput());
    int64_t first = (step * batch + sequence) * inputs;
    int32_t zero = constant(0, kernels::kInputZero);
    Integers x(inputs);
    for (int64_t i = 0; i != inputs; ++i)
      x[i] = isWide(input) ? input.getData<int16_t>()[first + i]
                           : input.getData<int8_t>()[first + i] - zero;
    return x;
  }

  int64_t getLength(int64_t sequence) const {
    const Tensor *lengths = find(op.getSequenceLens());
    if (!lengths)
      return steps;
    return std::clamp<int64_t>(lengths->getData<int32_t>()[sequence], 0, steps);
  }

  template <typename CellFn>
  void runSequence(int64_t direction, int64_t sequence, State &state, Tensor &y,
                   CellFn cell) {
    bool isReverse =
        direction == 1 || op.getDirection() == RecurrentDirection::Reverse;
    int64_t length = getLength(sequence);
    for (int64_t i = 0; i != length; ++i) {
      int64_t step = isReverse ? length - 1 - i : i;
      cell(direction, multiplyInput(direction, getInput(step, sequence)),
           state);
      setResult(y, (step * directions + direction) * batch + sequence, state.h);
    }
  }

  static bool isWide(const Tensor &tensor) {
    return getUniformType(tensor.getElementType())
        .getStorageType()
        .isInteger(16);
  }
  std::vector<int16_t> getState(const Tensor &tensor, int64_t row) const {
    ArrayRef<int16_t> data = tensor.getData<int16_t>();
    return data.slice(row * hidden, hidden).vec();
  }
  void setState(Tensor &tensor, int64_t row, ArrayRef<int16_t> state) const {
    llvm::copy(state, tensor.getData<int16_t>().begin() + row * hidden);
  }
  /// A state in the type of y: as it is, or requantized (L9).
  void setResult(Tensor &y, int64_t row, ArrayRef<int16_t> state) const {
    if (y.getElementType() == getElementTypeOrSelf(op.getYH()))
      return setState(y, row, state);
    auto convert = [&](auto out) {
      using T = std::remove_reference_t<decltype(out[0])>;
      for (auto [i, h] : llvm::enumerate(state))
        out[row * hidden + i] = kernels::toResult<T>(
            h, factor(0, kernels::kResult), constant(0, kernels::kResultZero));
    };
    if (isWide(y))
      convert(y.getData<int16_t>());
    else
      convert(y.getData<int8_t>());
  }
  void fillZeros(Tensor &y) const {
    auto fill = [](auto out, int32_t zero) {
      std::fill(out.begin(), out.end(), zero);
    };
    if (isWide(y))
      fill(y.getData<int16_t>(), 0);
    else
      fill(y.getData<int8_t>(), constant(0, kernels::kResultZero));
  }

  mutable RecurrentOpInterface op; // accessors of operations are not const
  ArrayRef<Tensor> operands;
  integer::RecurrentParams params;
  int64_t steps, batch, inputs, directions, rows;
  mutable std::optional<int64_t> overflow;
};

} // namespace

static LogicalResult runRNN(RNNOp op, ArrayRef<Tensor> operands,
                            MutableArrayRef<Tensor> results) {
  IntegerLayer layer(op, operands);
  return layer.run(
      nullptr, results, [&](int64_t d, const Integers &sums, State &state) {
        std::vector<int16_t> old = state.h;
        for (int64_t i = 0; i != layer.hidden; ++i)
          state.h[i] = kernels::toState(
              layer.gate(d, 0, sums[i] + layer.multiplyState(d, i, old)),
              layer.factor(d, kernels::kNext));
      });
}

static LogicalResult runGRU(GRUOp op, ArrayRef<Tensor> operands,
                            MutableArrayRef<Tensor> results) {
  IntegerLayer layer(op, operands);
  int64_t hidden = layer.hidden;
  bool linear = op.getLinearBeforeReset();
  return layer.run(
      nullptr, results, [&](int64_t d, const Integers &sums, State &state) {
        std::vector<int16_t> old = state.h, reset = state.h;
        auto gate = [&](int64_t row) {
          return layer.gate(d, 0, sums[row] + layer.multiplyState(d, row, old));
        };
        for (int64_t i = 0; i != hidden; ++i)
          reset[i] = int16_t(kernels::gated(gate(hidden + i), old[i]));
        for (int64_t i = 0; i != hidden; ++i) {
          int64_t row = 2 * hidden + i;
          int32_t part = layer.multiplyState(d, row, linear ? old : reset);
          if (linear)
            part = int32_t(kernels::gated(gate(hidden + i), part));
          int16_t next = kernels::toState(layer.gate(d, 1, sums[row] + part),
                                          layer.factor(d, kernels::kNext));
          state.h[i] = kernels::blend(gate(i), old[i], next);
        }
      });
}

static LogicalResult runLSTM(LSTMOp op, ArrayRef<Tensor> operands,
                             MutableArrayRef<Tensor> results) {
  IntegerLayer layer(op, operands);
  int64_t hidden = layer.hidden;
  const Tensor *peephole = layer.find(op.getPeephole());
  bool coupled = op.getInputForget();
  return layer.run(
      layer.find(op.getInitialC()), results,
      [&](int64_t d, const Integers &sums, State &state) {
        std::vector<int16_t> old = state.h;
        auto argument = [&](int64_t gate, int64_t i) {
          int64_t row = gate * hidden + i;
          return sums[row] + layer.multiplyState(d, row, old);
        };
        // Gates and peephole weights both stand in the order i, o, f.
        auto gate = [&](int64_t number, int64_t i, int16_t c) {
          int32_t hole =
              peephole
                  ? peephole->getData<int16_t>()[(d * 3 + number) * hidden + i]
                  : 0;
          kernels::Factor factor = layer.factor(d, kernels::kHole);
          int32_t seen = peephole ? kernels::scale(hole * c, factor) : 0;
          return layer.gate(d, 0, argument(number, i) + seen);
        };
        for (int64_t i = 0; i != hidden; ++i) {
          int16_t c = state.c[i];
          int32_t in = gate(0, i, c);
          int32_t forget = coupled ? kernels::kGateOne - in : gate(2, i, c);
          c = kernels::nextCell(forget, c, in, layer.gate(d, 1, argument(3, i)),
                                layer.factor(d, kernels::kNext));
          state.c[i] = c;
          int32_t value = layer.apply(
              d, 2, kernels::scale(c, layer.factor(d, kernels::kCell)));
          state.h[i] = kernels::toState(gate(1, i, c) * value,
                                        layer.factor(d, kernels::kOut));
        }
      });
}

LogicalResult reference::evaluateInteger(RecurrentOpInterface op,
                                         ArrayRef<Tensor> operands,
                                         MutableArrayRef<Tensor> results) {
  return llvm::TypeSwitch<Operation *, LogicalResult>(op)
      .Case([&](RNNOp rnn) { return runRNN(rnn, operands, results); })
      .Case([&](GRUOp gru) { return runGRU(gru, operands, results); })
      .Case([&](LSTMOp lstm) { return runLSTM(lstm, operands, results); });
}
