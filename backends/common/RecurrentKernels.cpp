//===- RecurrentKernels.cpp - Kernels of RNN, GRU and LSTM ----------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Backend/KernelRegistry.h"
#include "edgecc/Quant/RecurrentParams.h"

#include <limits>

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;

static RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

static int64_t getHidden(RecurrentOpInterface op) {
  return typeOf(op.getInitialH()).getDimSize(2);
}

/// Alpha and beta of all activations.
static reference::Tensor packParameters(RecurrentOpInterface op) {
  ArrayRef<float> alpha = op.getActivationAlpha();
  ArrayRef<float> beta = op.getActivationBeta();
  reference::Tensor packed(RankedTensorType::get(
      {int64_t(alpha.size()), 2}, Float32Type::get(op->getContext())));
  MutableArrayRef<float> out = packed.getData<float>();
  for (size_t i = 0; i != alpha.size(); ++i) {
    out[2 * i] = alpha[i];
    out[2 * i + 1] = beta[i];
  }
  return packed;
}

/// Lengths as given; without them, all sequences have all steps.
static void addLengths(RecurrentOpInterface op, KernelCallBuilder &call) {
  if (Value lengths = op.getSequenceLens())
    return call.addInput(lengths);
  RankedTensorType input = typeOf(op.getInput());
  reference::Tensor full(RankedTensorType::get(
      {input.getDimSize(1)}, IntegerType::get(op->getContext(), 32)));
  for (int32_t &length : full.getData<int32_t>())
    length = int32_t(input.getDimSize(0));
  call.addData("lengths", full);
}

/// Starts the call with sizes, and whether all states are wanted.
static void begin(RecurrentOpInterface op, StringRef floatKernel,
                  StringRef integerKernel, KernelCallBuilder &call) {
  bool isInteger = integer::isIntegerRecurrent(op);
  call.begin(isInteger ? integerKernel : floatKernel,
             isInteger ? "recurrent_s16.h" : "recurrent.h");
  call.addShape(op.getInput());
  call.addInt(getHidden(op));
  call.addName("Direction::" +
               stringifyRecurrentDirection(op.getDirection()).str());
  call.addBool(!op.getY().use_empty());
}

/// What the integer form takes in the place of parameters.
static void addIntegerParams(RecurrentOpInterface op, KernelCallBuilder &call) {
  integer::RecurrentParams params = integer::getRecurrentParams(op);
  for (auto [purpose, values] :
       {std::pair("multipliers", ArrayRef(params.multipliers)),
        std::pair("constants", ArrayRef(params.constants))}) {
    reference::Tensor packed(RankedTensorType::get(
        {int64_t(values.size())}, IntegerType::get(op->getContext(), 32)));
    llvm::copy(values, packed.getData<int32_t>().begin());
    call.addData(purpose, packed);
  }
}

/// Adds the activations, and the inputs up to the initial state.
static void addOperands(RecurrentOpInterface op, KernelCallBuilder &call) {
  for (Attribute name : op.getActivations())
    call.addName("Activation::" + cast<StringAttr>(name).getValue().str());
  call.addInput(op.getInput());
  call.addInput(op.getWeights());
  call.addInput(op.getRecurrence());
  call.addInput(op.getBias());
  if (integer::isIntegerRecurrent(op))
    addIntegerParams(op, call);
  else
    call.addData("parameters", packParameters(op));
  addLengths(op, call);
  call.addInput(op.getInitialH());
}

/// Adds the states as outputs. States that nobody wants take no room: the
/// kernel does not write them, whatever it gets.
static void addStates(RecurrentOpInterface op, KernelCallBuilder &call) {
  call.addOutput(op.getY().use_empty() ? op.getYH() : op.getY());
  call.addOutput(op.getYH());
}

/// Scratch for `gates` vectors of the hidden size; in float, the clip.
static void addRest(RecurrentOpInterface op, int64_t gates,
                    KernelCallBuilder &call) {
  if (integer::isIntegerRecurrent(op)) {
    int64_t words = 4 * getHidden(op);
    int64_t halves = getHidden(op) + typeOf(op.getInput()).getDimSize(2);
    return call.addScratch(words * int64_t(sizeof(int32_t)) +
                           halves * int64_t(sizeof(int16_t)));
  }
  call.addScratch(gates * getHidden(op) * int64_t(sizeof(float)));
  std::optional<APFloat> clip = op.getClip();
  call.addScalar(clip ? clip->convertToFloat()
                      : std::numeric_limits<float>::infinity());
}

static LogicalResult lowerRNN(RNNOp op, KernelCallBuilder &call) {
  begin(op, "rnn_f32", "rnn_s16", call);
  addOperands(op, call);
  addStates(op, call);
  addRest(op, /*gates=*/1, call);
  return success();
}

static LogicalResult lowerGRU(GRUOp op, KernelCallBuilder &call) {
  begin(op, "gru_f32", "gru_s16", call);
  call.addBool(op.getLinearBeforeReset());
  addOperands(op, call);
  addStates(op, call);
  addRest(op, /*gates=*/4, call);
  return success();
}

static LogicalResult lowerLSTM(LSTMOp op, KernelCallBuilder &call) {
  if (op.getPeephole())
    begin(op, "lstm_peephole_f32", "lstm_peephole_s16", call);
  else
    begin(op, "lstm_f32", "lstm_s16", call);
  call.addBool(op.getInputForget());
  addOperands(op, call);
  call.addInput(op.getInitialC());
  if (op.getPeephole())
    call.addInput(op.getPeephole());
  addStates(op, call);
  call.addOutput(op.getYC());
  addRest(op, /*gates=*/4, call);
  return success();
}

template <typename OpT> static bool isInteger(OpT op) {
  return integer::isIntegerRecurrent(op);
}
template <typename OpT> static bool isFloat(OpT op) {
  return !integer::isIntegerRecurrent(op);
}

void edgecc::registerRecurrentKernels(KernelRegistry &registry) {
  registry.add<RNNOp>("rnn_f32", isFloat<RNNOp>, lowerRNN);
  registry.add<GRUOp>("gru_f32", isFloat<GRUOp>, lowerGRU);
  registry.add<LSTMOp>("lstm_f32", isFloat<LSTMOp>, lowerLSTM);
  registry.add<RNNOp>("rnn_s16", isInteger<RNNOp>, lowerRNN);
  registry.add<GRUOp>("gru_s16", isInteger<GRUOp>, lowerGRU);
  registry.add<LSTMOp>("lstm_s16", isInteger<LSTMOp>, lowerLSTM);
}
