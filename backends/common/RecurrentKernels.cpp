//===- RecurrentKernels.cpp - Kernels of RNN, GRU and LSTM ----------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Backend/KernelRegistry.h"

#include <limits>

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;

static constexpr StringLiteral kHeader = "recurrent.h";

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
static void begin(RecurrentOpInterface op, StringRef kernel,
                  KernelCallBuilder &call) {
  call.begin(kernel, kHeader);
  call.addShape(op.getInput());
  call.addInt(getHidden(op));
  call.addName("Direction::" +
               stringifyRecurrentDirection(op.getDirection()).str());
  call.addBool(!op.getY().use_empty());
}

/// Adds the activations, and the inputs up to the initial state.
static void addOperands(RecurrentOpInterface op, KernelCallBuilder &call) {
  for (Attribute name : op.getActivations())
    call.addName("Activation::" + cast<StringAttr>(name).getValue().str());
  call.addInput(op.getInput());
  call.addInput(op.getWeights());
  call.addInput(op.getRecurrence());
  call.addInput(op.getBias());
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

/// Scratch for `gates` vectors of the hidden size, and the clip.
static void addRest(RecurrentOpInterface op, int64_t gates,
                    KernelCallBuilder &call) {
  call.addScratch(gates * getHidden(op) * int64_t(sizeof(float)));
  std::optional<APFloat> clip = op.getClip();
  call.addScalar(clip ? clip->convertToFloat()
                      : std::numeric_limits<float>::infinity());
}

static LogicalResult lowerRNN(RNNOp op, KernelCallBuilder &call) {
  begin(op, "rnn_f32", call);
  addOperands(op, call);
  addStates(op, call);
  addRest(op, /*gates=*/1, call);
  return success();
}

static LogicalResult lowerGRU(GRUOp op, KernelCallBuilder &call) {
  begin(op, "gru_f32", call);
  call.addBool(op.getLinearBeforeReset());
  addOperands(op, call);
  addStates(op, call);
  addRest(op, /*gates=*/4, call);
  return success();
}

static LogicalResult lowerLSTM(LSTMOp op, KernelCallBuilder &call) {
  begin(op, op.getPeephole() ? "lstm_peephole_f32" : "lstm_f32", call);
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

template <typename OpT> static bool always(OpT) { return true; }

void edgecc::registerRecurrentKernels(KernelRegistry &registry) {
  registry.add<RNNOp>("rnn_f32", always<RNNOp>, lowerRNN);
  registry.add<GRUOp>("gru_f32", always<GRUOp>, lowerGRU);
  registry.add<LSTMOp>("lstm_f32", always<LSTMOp>, lowerLSTM);
}
