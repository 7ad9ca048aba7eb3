//===- ReferenceRecurrentTest.cpp - Recurrent layers against plain loops --===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ReferenceTesting.h"

#include "../kernels/naive_recurrent.h"

using namespace edgecc;
using namespace edgecc::testing;

namespace {
class ReferenceRecurrent : public ReferenceTest {
protected:
  bool flip() { return generator() % 2 != 0; }
  int pick(int lo, int hi) { return lo + int(generator() % (hi - lo + 1)); }

  std::vector<float> reals(int64_t count) {
    std::vector<float> values(count);
    for (float &value : values)
      value = std::uniform_real_distribution<float>(-1, 1)(generator);
    return values;
  }

  /// A layer of random sizes, options and numbers.
  NaiveRecurrent makeLayer(NaiveRecurrent::Kind kind) {
    NaiveRecurrent layer;
    layer.kind = kind;
    layer.steps = pick(1, 5);
    layer.batch = pick(1, 3);
    layer.inputs = pick(1, 4);
    layer.hidden = pick(1, 5);
    layer.directions = pick(1, 2);
    layer.firstIsReverse = layer.directions == 1 && flip();
    layer.linearBeforeReset = flip();
    layer.inputForget = flip();
    if (flip())
      layer.clip = 0.5;
    int64_t d = layer.directions, h = layer.hidden;
    layer.x = reals(layer.steps * layer.batch * layer.inputs);
    layer.w = reals(d * kind * h * layer.inputs);
    layer.r = reals(d * kind * h * h);
    layer.bias = reals(d * 2 * kind * h);
    layer.h0 = reals(d * layer.batch * h);
    layer.c0 = reals(d * layer.batch * h);
    layer.lengths.assign(layer.batch, layer.steps);
    return layer;
  }

  /// Runs the layer; `more` are further operands, as "lengths(%l)", with their
  /// tensors.
  void check(NaiveRecurrent &layer, StringRef name, StringRef activations,
             StringRef flags);

  struct Operand {
    StringRef clause;
    Tensor value;
  };
  SmallVector<Operand> getOperands(const NaiveRecurrent &layer);

  bool hasLengths = false;
};
} // namespace

SmallVector<ReferenceRecurrent::Operand>
ReferenceRecurrent::getOperands(const NaiveRecurrent &layer) {
  int64_t d = layer.directions, h = layer.hidden, rows = layer.kind * h;
  auto f32 = [&](Sizes shape, ArrayRef<float> values) {
    return tensor<float>(toText(shape, "x") + "xf32", values);
  };
  Sizes state{d, layer.batch, h};
  SmallVector<Operand> operands{
      {"", f32({layer.steps, layer.batch, layer.inputs}, layer.x)},
      {",", f32({d, rows, layer.inputs}, layer.w)},
      {",", f32({d, rows, h}, layer.r)},
      {",", f32({d, 2 * rows}, layer.bias)},
      {",", f32(state, layer.h0)}};
  if (layer.kind == NaiveRecurrent::LSTM)
    operands.push_back({",", f32(state, layer.c0)});
  if (hasLengths)
    operands.push_back(
        {"lengths", tensor<int32_t>(std::to_string(layer.batch) + "xi32",
                                    ArrayRef<int>(layer.lengths))});
  if (!layer.peephole.empty())
    operands.push_back({"peephole", f32({d, 3 * h}, layer.peephole)});
  return operands;
}

void ReferenceRecurrent::check(NaiveRecurrent &layer, StringRef name,
                               StringRef activations, StringRef flags) {
  layer.run();
  SmallVector<Operand> operands = getOperands(layer);
  int direction = layer.directions == 2 ? 2 : layer.firstIsReverse;
  std::string clip =
      std::isinf(layer.clip)
          ? ""
          : llvm::formatv(", clip = {0} : f32", layer.clip).str();
  std::string names = activations.str();
  std::string zeros = "0.0";
  for (size_t i = 1; i < layer.functions.size(); ++i)
    zeros += ", 0.0";
  if (layer.directions == 2) {
    names += ", " + names;
    zeros += ", " + zeros;
  }
  Sizes state{layer.directions, layer.batch, layer.hidden};
  std::string stateType = "tensor<" + toText(state, "x") + "xf32>";
  std::string yType =
      llvm::formatv("tensor<{0}x{1}xf32>", layer.steps, toText(state, "x"));

  std::string arguments, clauses, types;
  SmallVector<Tensor> values;
  for (auto [index, operand] : llvm::enumerate(operands)) {
    std::string type;
    llvm::raw_string_ostream(type) << operand.value.getType();
    std::string separator = index ? ", " : "";
    arguments += llvm::formatv("{0}%a{1}: {2}", separator, index, type);
    types += separator + type;
    bool plain = operand.clause.size() < 2;
    clauses += llvm::formatv(plain ? "{0} %a{1}" : " {0}(%a{1})",
                             operand.clause, index);
    values.push_back(operand.value);
  }
  bool isLstm = layer.kind == NaiveRecurrent::LSTM;
  std::string results = yType + ", " + stateType;
  if (isLstm)
    results += ", " + stateType;
  auto text = [&](StringRef returned, StringRef returnedType) {
    return llvm::formatv(
               "func.func @main({0}) -> {8} {{\n"
               "  %y, %h{1} = edge.{2} {3} {{direction = {4} : i32, "
               "activations = [{5}], activation_alpha = array<f32: {6}>, "
               "activation_beta = array<f32: {6}>{7}}\n"
               "    : ({9}) -> ({10})\n  return {11} : {8}\n}\n",
               arguments, isLstm ? ", %c" : "", name, clauses, direction, names,
               zeros, clip + flags.str(), returnedType, types, results,
               returned)
        .str();
  };
  auto compare = [&](StringRef returned, StringRef returnedType,
                     ArrayRef<double> expected) {
    Tensor actual = run(text(returned, returnedType), values);
    ArrayRef<float> data = std::as_const(actual).getData<float>();
    ASSERT_EQ(data.size(), expected.size());
    for (size_t i = 0; i != expected.size(); ++i)
      ASSERT_NEAR(data[i], expected[i], 1e-5) << returned.str() << " " << i;
  };
  compare("%y", yType, layer.y);
  compare("%h", stateType, layer.h);
  if (isLstm)
    compare("%c", stateType, layer.c);
}

static double sigmoid(double x) { return 1.0 / (1.0 + std::exp(-x)); }
static double relu(double x) { return std::max(x, 0.0); }
static double softsign(double x) { return x / (1.0 + std::fabs(x)); }
static double hyperbolic(double x) { return std::tanh(x); }

static constexpr int kRounds = 40;

TEST_F(ReferenceRecurrent, RNN) {
  for (int round = 0; round != kRounds; ++round) {
    NaiveRecurrent layer = makeLayer(NaiveRecurrent::RNN);
    layer.functions = {softsign};
    check(layer, "rnn", "\"Softsign\"", "");
  }
}

TEST_F(ReferenceRecurrent, GRU) {
  for (int round = 0; round != kRounds; ++round) {
    NaiveRecurrent layer = makeLayer(NaiveRecurrent::GRU);
    layer.functions = {sigmoid, relu};
    check(layer, "gru", "\"Sigmoid\", \"Relu\"",
          layer.linearBeforeReset ? ", linear_before_reset = true" : "");
  }
}

TEST_F(ReferenceRecurrent, LSTM) {
  for (int round = 0; round != kRounds; ++round) {
    NaiveRecurrent layer = makeLayer(NaiveRecurrent::LSTM);
    layer.functions = {sigmoid, hyperbolic, softsign};
    if (flip())
      layer.peephole = reals(layer.directions * 3 * layer.hidden);
    check(layer, "lstm", "\"Sigmoid\", \"Tanh\", \"Softsign\"",
          layer.inputForget ? ", input_forget = true" : "");
  }
}

// Beyond a sequence's end, results are zero and states stay.
TEST_F(ReferenceRecurrent, Lengths) {
  hasLengths = true;
  for (int round = 0; round != kRounds; ++round) {
    NaiveRecurrent layer = makeLayer(NaiveRecurrent::LSTM);
    layer.functions = {sigmoid, hyperbolic, hyperbolic};
    layer.inputForget = false;
    for (int &length : layer.lengths)
      length = pick(0, layer.steps);
    check(layer, "lstm", "\"Sigmoid\", \"Tanh\", \"Tanh\"", "");
  }
}
