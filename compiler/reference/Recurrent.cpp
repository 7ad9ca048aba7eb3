//===- Recurrent.cpp - Reference semantics of recurrent layers ------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "IntegerRecurrent.h"
#include "StoredTypes.h"

#include "edgecc/Quant/RecurrentParams.h"

#include "kernels/activation.h"

#include <Eigen/Core>

#include <limits>

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;
using namespace edgecc::reference;
using Eigen::ArrayXf;

namespace {

using Matrix =
    Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using ConstMatrix = Eigen::Map<const Matrix>;

using ActivationFn = float (*)(float x, float alpha, float beta);

ActivationFn getFunction(ActivationKind kind) {
  using namespace kernels;
  switch (kind) {
  case ActivationKind::Affine:
    return activate<Activation::Affine>;
  case ActivationKind::Elu:
    return activate<Activation::Elu>;
  case ActivationKind::HardSigmoid:
    return activate<Activation::HardSigmoid>;
  case ActivationKind::LeakyRelu:
    return activate<Activation::LeakyRelu>;
  case ActivationKind::Relu:
    return activate<Activation::Relu>;
  case ActivationKind::ScaledTanh:
    return activate<Activation::ScaledTanh>;
  case ActivationKind::Sigmoid:
    return activate<Activation::Sigmoid>;
  case ActivationKind::Softplus:
    return activate<Activation::Softplus>;
  case ActivationKind::Softsign:
    return activate<Activation::Softsign>;
  case ActivationKind::Tanh:
    return activate<Activation::Tanh>;
  case ActivationKind::ThresholdedRelu:
    return activate<Activation::ThresholdedRelu>;
  }
  llvm_unreachable("all kinds are listed");
}

/// The state of one sequence in one direction; `c` is empty without cells.
struct State {
  ArrayXf h, c;
};

/// What the kinds of layers have in common: everything but the cell.
class RecurrentLayer {
public:
  RecurrentLayer(RecurrentOpInterface op, ArrayRef<Tensor> operands)
      : op(op), operands(operands) {
    const Tensor &input = *find(op.getInput());
    const Tensor &states = *find(op.getInitialH());
    steps = input.getDim(0);
    batch = input.getDim(1);
    inputs = input.getDim(2);
    directions = states.getDim(0);
    hidden = states.getDim(2);
    rows = op.getNumGates() * hidden;
    if (std::optional<APFloat> bound = op.getClip())
      clip = bound->convertToFloat();
  }

  /// The value of an operand; null where an optional one is not given.
  const Tensor *find(Value operand) const {
    for (OpOperand &use : op->getOpOperands())
      if (use.get() == operand)
        return &operands[use.getOperandNumber()];
    return nullptr;
  }

  /// Row `row` of [..., size], as a vector.
  static ArrayXf getRow(const Tensor &tensor, int64_t row, int64_t size) {
    return Eigen::Map<const ArrayXf>(
        tensor.getData<float>().data() + row * size, size);
  }

  /// Gates `first`, ... of the recurrence's part: R * h, without bias.
  ArrayXf multiplyRecurrence(int64_t direction, int64_t first, int64_t count,
                             const ArrayXf &h) const {
    const float *data = find(op.getRecurrence())->getData<float>().data();
    ConstMatrix matrix(data + (direction * rows + first * hidden) * hidden,
                       count * hidden, hidden);
    return (matrix * h.matrix()).array();
  }
  ArrayXf getRecurrentBias(int64_t direction) const {
    return getRow(*find(op.getBias()), 2 * direction + 1, rows);
  }

  /// Activation function number `index` of a direction.
  ArrayXf activate(int64_t direction, int64_t index, const ArrayXf &x) const {
    int64_t i = direction * op.getNumActivations() + index;
    ActivationFn function = getFunction(*symbolizeActivationKind(
        cast<StringAttr>(op.getActivations()[i]).getValue()));
    float alpha = op.getActivationAlpha()[i], beta = op.getActivationBeta()[i];
    return x.unaryExpr([&](float v) { return function(v, alpha, beta); });
  }
  /// The same for a gate, whose argument is clipped.
  ArrayXf gate(int64_t direction, int64_t index, const ArrayXf &x) const {
    return activate(direction, index, x.max(-clip).min(clip));
  }

  /// Gate number `index` of `sums`.
  auto part(const ArrayXf &sums, int64_t index) const {
    return sums.segment(index * hidden, hidden);
  }

  /// Goes through all sequences. `cell(direction, sums, state)` makes a step;
  /// `sums` are W * x + Wb of all gates. `initialC` is null without cells.
  template <typename CellFn>
  void run(const Tensor *initialC, MutableArrayRef<Tensor> results,
           CellFn cell) {
    for (int64_t direction = 0; direction != directions; ++direction) {
      Matrix sums = multiplyInputs(direction);
      for (int64_t sequence = 0; sequence != batch; ++sequence) {
        int64_t row = direction * batch + sequence;
        State state{getRow(*find(op.getInitialH()), row, hidden), {}};
        if (initialC)
          state.c = getRow(*initialC, row, hidden);
        runSequence(direction, sequence, sums, state, results[0], cell);
        setRow(results[1], row, state.h);
        if (initialC)
          setRow(results[2], row, state.c);
      }
    }
  }

  int64_t hidden;
  /// Where to keep the cells of all steps, as y keeps states.
  Tensor *cells = nullptr;

private:
  Matrix multiplyInputs(int64_t direction) const {
    ConstMatrix x(find(op.getInput())->getData<float>().data(), steps * batch,
                  inputs);
    ConstMatrix weights(find(op.getWeights())->getData<float>().data() +
                            direction * rows * inputs,
                        rows, inputs);
    Matrix sums = x * weights.transpose();
    sums.rowwise() +=
        getRow(*find(op.getBias()), 2 * direction, rows).matrix().transpose();
    return sums;
  }

  int64_t getLength(int64_t sequence) const {
    const Tensor *lengths = find(op.getSequenceLens());
    if (!lengths)
      return steps;
    return std::clamp<int64_t>(lengths->getData<int32_t>()[sequence], 0, steps);
  }

  template <typename CellFn>
  void runSequence(int64_t direction, int64_t sequence, const Matrix &sums,
                   State &state, Tensor &y, CellFn cell) {
    bool isReverse =
        direction == 1 || op.getDirection() == RecurrentDirection::Reverse;
    int64_t length = getLength(sequence);
    for (int64_t i = 0; i != length; ++i) {
      int64_t step = isReverse ? length - 1 - i : i;
      ArrayXf row = sums.row(step * batch + sequence).transpose();
      cell(direction, row, state);
      int64_t at = (step * directions + direction) * batch + sequence;
      setRow(y, at, state.h);
      if (cells)
        setRow(*cells, at, state.c);
    }
  }

  static void setRow(Tensor &tensor, int64_t row, const ArrayXf &values) {
    Eigen::Map<ArrayXf>(tensor.getData<float>().data() + row * values.size(),
                        values.size()) = values;
  }

  mutable RecurrentOpInterface op; // accessors of operations are not const
  ArrayRef<Tensor> operands;
  int64_t steps, batch, inputs, directions, rows;
  float clip = std::numeric_limits<float>::infinity();
};

} // namespace

LogicalResult RNNOp::evaluate(ArrayRef<Tensor> operands,
                              MutableArrayRef<Tensor> results) {
  if (integer::isIntegerRecurrent(*this))
    return evaluateInteger(*this, operands, results);
  RecurrentLayer layer(*this, operands);
  layer.run(nullptr, results,
            [&](int64_t d, const ArrayXf &sums, State &state) {
              ArrayXf all = sums + layer.multiplyRecurrence(d, 0, 1, state.h) +
                            layer.getRecurrentBias(d);
              state.h = layer.gate(d, 0, all);
            });
  return success();
}

LogicalResult GRUOp::evaluate(ArrayRef<Tensor> operands,
                              MutableArrayRef<Tensor> results) {
  if (integer::isIntegerRecurrent(*this))
    return evaluateInteger(*this, operands, results);
  RecurrentLayer layer(*this, operands);
  int64_t hidden = layer.hidden;
  bool linear = getLinearBeforeReset();
  layer.run(
      nullptr, results, [&](int64_t d, const ArrayXf &sums, State &state) {
        ArrayXf bias = layer.getRecurrentBias(d);
        ArrayXf zr = layer.gate(d, 0,
                                sums.head(2 * hidden) + bias.head(2 * hidden) +
                                    layer.multiplyRecurrence(d, 0, 2, state.h));
        ArrayXf z = layer.part(zr, 0), r = layer.part(zr, 1);
        ArrayXf n = layer.part(sums, 2);
        if (linear)
          n += r * (layer.multiplyRecurrence(d, 2, 1, state.h) +
                    layer.part(bias, 2));
        else
          n += layer.multiplyRecurrence(d, 2, 1, r * state.h) +
               layer.part(bias, 2);
        n = layer.gate(d, 1, n);
        state.h = (1.0f - z) * n + z * state.h;
      });
  return success();
}

/// `cells` may be null.
static void runLSTM(LSTMOp op, ArrayRef<Tensor> operands,
                    MutableArrayRef<Tensor> results, Tensor *cells) {
  RecurrentLayer layer(op, operands);
  layer.cells = cells;
  int64_t hidden = layer.hidden;
  const Tensor *peephole = layer.find(op.getPeephole());
  bool coupled = op.getInputForget();
  layer.run(layer.find(op.getInitialC()), results,
            [&](int64_t d, const ArrayXf &sums, State &state) {
              ArrayXf all = sums + layer.multiplyRecurrence(d, 0, 4, state.h) +
                            layer.getRecurrentBias(d);
              ArrayXf in = layer.part(all, 0), out = layer.part(all, 1),
                      forget = layer.part(all, 2);
              // Peephole weights stand in the order i, o, f.
              ArrayXf holes = ArrayXf::Zero(3 * hidden);
              if (peephole)
                holes = RecurrentLayer::getRow(*peephole, d, 3 * hidden);
              in = layer.gate(d, 0, in + layer.part(holes, 0) * state.c);
              forget =
                  layer.gate(d, 0, forget + layer.part(holes, 2) * state.c);
              if (coupled)
                forget = 1.0f - in;
              ArrayXf cell = layer.gate(d, 1, layer.part(all, 3));
              state.c = forget * state.c + in * cell;
              out = layer.gate(d, 0, out + layer.part(holes, 1) * state.c);
              state.h = out * layer.activate(d, 2, state.c);
            });
}

LogicalResult LSTMOp::evaluate(ArrayRef<Tensor> operands,
                               MutableArrayRef<Tensor> results) {
  if (integer::isIntegerRecurrent(*this))
    return evaluateInteger(*this, operands, results);
  runLSTM(*this, operands, results, nullptr);
  return success();
}

Tensor LSTMOp::evaluateCells(ArrayRef<Tensor> operands) {
  SmallVector<Tensor> results;
  for (Value result : getResults())
    results.emplace_back(cast<RankedTensorType>(result.getType()));
  Tensor cells(cast<RankedTensorType>(getY().getType()));
  runLSTM(*this, operands, results, &cells);
  return cells;
}
