//===- VectorRecurrentKernels.cpp - GRU and LSTM with vectors -------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "VectorLayers.h"

#include "edgecc/Quant/RecurrentParams.h"

#include <limits>

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;

static RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

/// Float, of one sequence, with activations that have a vector form.
static bool isVectorRecurrent(RecurrentOpInterface op) {
  return !integer::isIntegerRecurrent(op) &&
         typeOf(op.getInput()).getDimSize(1) == 1 &&
         isConstant(op.getWeights()) && isConstant(op.getRecurrence()) &&
         isConstant(op.getBias()) &&
         llvm::all_of(op.getActivations(), [](Attribute name) {
           StringRef text = cast<StringAttr>(name).getValue();
           return text == "Sigmoid" || text == "Tanh" || text == "Relu";
         });
}

namespace {
/// The constants of a layer in whole vectors of units.
struct SimdRecurrent {
  int64_t directions, gates, hidden, padded;
  const VectorArithmetic &isa;

  SimdRecurrent(RecurrentOpInterface op, int64_t gates,
                const VectorArithmetic &isa)
      : directions(typeOf(op.getWeights()).getDimSize(0)), gates(gates),
        hidden(typeOf(op.getInitialH()).getDimSize(2)),
        padded(int64_t(llvm::alignTo(hidden, isa.lanes))), isa(isa) {}

  /// [D, G * H, columns] as tiles of `blocks` vectors read it. The gates from
  /// `apart` on are a matrix of their own.
  reference::Tensor packMatrix(Value value, int64_t blocks,
                               int64_t apart) const {
    reference::Tensor matrix = *getConstantTensor(value);
    int64_t columns = matrix.getDim(2), at = 0;
    reference::Tensor packed =
        makeFloats(value, directions * gates * padded * columns);
    for (int64_t d = 0; d != directions; ++d)
      for (auto [first, last] :
           {std::pair(int64_t(0), apart), std::pair(apart, gates)})
        for (int64_t row = first * padded; row < last * padded;
             row += blocks * isa.lanes)
          for (int64_t k = 0; k != columns; ++k)
            for (int64_t i = row;
                 i < std::min(row + blocks * isa.lanes, last * padded); ++i)
              packed.getData<float>()[at++] =
                  getWeight(matrix, d, i / padded, i % padded, k);
    return packed;
  }

  /// Both biases of [D, 2 * G * H] added for the first `whole` gates, that of
  /// the input for the others.
  reference::Tensor packBias(Value value, int64_t whole) const {
    reference::Tensor bias = *getConstantTensor(value);
    reference::Tensor packed = makeFloats(value, directions * gates * padded);
    ArrayRef<float> from = std::as_const(bias).getData<float>();
    for (int64_t row = 0; row != directions * gates * hidden; ++row) {
      int64_t gate = row / hidden % gates;
      int64_t own =
          row / (gates * hidden) * 2 * gates * hidden + row % (gates * hidden);
      packed.getData<float>()[row / hidden * padded + row % hidden] =
          gate < whole ? from[own] + from[own + gates * hidden] : from[own];
    }
    return packed;
  }

  /// The recurrence's bias of the last gate.
  reference::Tensor packLastBias(Value value) const {
    reference::Tensor bias = *getConstantTensor(value);
    reference::Tensor packed = makeFloats(value, directions * padded);
    ArrayRef<float> from = std::as_const(bias).getData<float>();
    for (int64_t d = 0; d != directions; ++d)
      for (int64_t i = 0; i != hidden; ++i)
        packed.getData<float>()[d * padded + i] =
            from[(2 * (d + 1) * gates - 1) * hidden + i];
    return packed;
  }

  /// Vectors in a block of the inputs' matrix: as the kernel's kInputBlocks.
  static int64_t getInputBlocks(RecurrentOpInterface op) {
    return typeOf(op.getInput()).getDimSize(0) > 1 ? 2 : 8;
  }

private:
  float getWeight(const reference::Tensor &matrix, int64_t d, int64_t gate,
                  int64_t unit, int64_t column) const {
    if (unit >= hidden)
      return 0.0f;
    int64_t row = (d * gates + gate) * hidden + unit;
    return matrix.getData<float>()[row * matrix.getDim(2) + column];
  }

  static reference::Tensor makeFloats(Value value, int64_t count) {
    return reference::Tensor(
        RankedTensorType::get({count}, Float32Type::get(value.getContext())));
  }
};
} // namespace

static void begin(RecurrentOpInterface op, StringRef kernel,
                  const VectorArithmetic &isa, KernelCallBuilder &call) {
  call.begin(kernel, "recurrent_simd.h");
  call.addHeader(isa.header);
  call.addName(isa.name);
  call.addShape(op.getInput());
  call.addInt(typeOf(op.getInitialH()).getDimSize(2));
  call.addName("Direction::" +
               stringifyRecurrentDirection(op.getDirection()).str());
  call.addBool(!op.getY().use_empty());
}

static void addActivations(RecurrentOpInterface op, KernelCallBuilder &call) {
  for (Attribute name : op.getActivations())
    call.addName("Activation::" + cast<StringAttr>(name).getValue().str());
}

static void addLengths(RecurrentOpInterface op, KernelCallBuilder &call) {
  if (Value lengths = op.getSequenceLens())
    return call.addInput(lengths);
  reference::Tensor full(
      RankedTensorType::get({1}, IntegerType::get(op->getContext(), 32)));
  full.getData<int32_t>()[0] = int32_t(typeOf(op.getInput()).getDimSize(0));
  call.addData("lengths", full);
}

/// As in the kernel's SimdGates.
static int64_t chooseTogether(int64_t steps, const VectorArithmetic &isa) {
  int64_t usual = isa.depthTile / 2;
  for (int64_t together = usual * 5 / 4; together > usual / 2; --together)
    if (steps % together == 0)
      return together;
  return std::min(steps, usual);
}

/// The states as outputs; those that nobody wants take no room. Then scratch
/// and the clip.
static void addRest(RecurrentOpInterface op, const SimdRecurrent &layer,
                    Value cells, KernelCallBuilder &call) {
  call.addOutput(op.getY().use_empty() ? op.getYH() : op.getY());
  call.addOutput(op.getYH());
  if (cells)
    call.addOutput(cells);
  // As in the kernel's SimdGates.
  int64_t together =
      chooseTogether(typeOf(op.getInput()).getDimSize(0), layer.isa);
  int64_t floats =
      (together + 1) * layer.gates * layer.padded + 3 * layer.padded;
  call.addScratch(floats * int64_t(sizeof(float)));
  std::optional<APFloat> clip = op.getClip();
  call.addScalar(clip ? clip->convertToFloat()
                      : std::numeric_limits<float>::infinity());
}

template <const VectorArithmetic &isa>
static LogicalResult lowerGru(GRUOp op, KernelCallBuilder &call) {
  SimdRecurrent layer(op, /*gates=*/3, isa);
  begin(op, "gru_f32_simd", isa, call);
  call.addBool(op.getLinearBeforeReset());
  addActivations(op, call);
  call.addInput(op.getInput());
  call.addData(
      "weights",
      layer.packMatrix(op.getWeights(), layer.getInputBlocks(op), layer.gates));
  call.addData("recurrence",
               layer.packMatrix(op.getRecurrence(), /*blocks=*/8, /*apart=*/2));
  call.addData("bias",
               layer.packBias(op.getBias(), op.getLinearBeforeReset() ? 2 : 3));
  call.addData("last_bias", layer.packLastBias(op.getBias()));
  addLengths(op, call);
  call.addInput(op.getInitialH());
  addRest(op, layer, /*cells=*/Value(), call);
  return success();
}

template <const VectorArithmetic &isa>
static LogicalResult lowerLstm(LSTMOp op, KernelCallBuilder &call) {
  SimdRecurrent layer(op, /*gates=*/4, isa);
  begin(op, "lstm_f32_simd", isa, call);
  addActivations(op, call);
  call.addInput(op.getInput());
  call.addData(
      "weights",
      layer.packMatrix(op.getWeights(), layer.getInputBlocks(op), layer.gates));
  call.addData("recurrence",
               layer.packMatrix(op.getRecurrence(), /*blocks=*/8, /*apart=*/4));
  call.addData("bias", layer.packBias(op.getBias(), 4));
  addLengths(op, call);
  call.addInput(op.getInitialH());
  call.addInput(op.getInitialC());
  addRest(op, layer, op.getYC(), call);
  return success();
}

static bool isVectorGru(GRUOp op) { return isVectorRecurrent(op); }

static bool isVectorLstm(LSTMOp op) {
  return isVectorRecurrent(op) && !op.getPeephole() && !op.getInputForget();
}

template <const VectorArithmetic &isa>
static void addKernels(KernelRegistry &registry) {
  registry.add<GRUOp>("gru_f32_" + isa.suffix, isVectorGru, lowerGru<isa>,
                      isa.benefit, isa.features);
  registry.add<LSTMOp>("lstm_f32_" + isa.suffix, isVectorLstm, lowerLstm<isa>,
                       isa.benefit, isa.features);
}

void edgecc::registerVectorRecurrentKernels(KernelRegistry &registry) {
  addKernels<f32Avx512>(registry);
  addKernels<f32Avx2>(registry);
  addKernels<f32Neon>(registry);
}
