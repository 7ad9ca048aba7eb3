//===- RecurrentTest.cpp --------------------------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// recurrent.h against plain loops, activation.h against its definitions.
#include "recurrent.h"
#include "naive_recurrent.h"
#include "reference.h"

#include <cmath>

using namespace edgecc::kernels;
using edgecc::testing::NaiveRecurrent;

namespace {

double sigmoid(double x) { return 1.0 / (1.0 + std::exp(-x)); }
double hyperbolic(double x) { return std::tanh(x); }

constexpr auto kS = Activation::Sigmoid, kT = Activation::Tanh;
constexpr float kUnbounded = std::numeric_limits<float>::infinity();

/// A layer with random numbers, and room for the kernel's results.
template <class In, int Hidden, Direction Way> struct Case {
  static constexpr int kDirections = Way == Direction::Bidirectional ? 2 : 1;

  explicit Case(NaiveRecurrent::Kind kind) {
    const int gates = static_cast<int>(kind);
    layer.kind = kind;
    layer.steps = In::dim(0);
    layer.batch = In::dim(1);
    layer.inputs = In::dim(2);
    layer.hidden = Hidden;
    layer.directions = kDirections;
    layer.firstIsReverse = Way == Direction::Reverse;
    layer.functions = {sigmoid, hyperbolic, hyperbolic};
    const int states = kDirections * layer.batch * Hidden;
    layer.x = random.reals(In::size);
    layer.w = random.reals(kDirections * gates * Hidden * layer.inputs);
    layer.r = random.reals(kDirections * gates * Hidden * Hidden);
    layer.bias = random.reals(kDirections * 2 * gates * Hidden);
    layer.h0 = random.reals(states);
    layer.c0 = random.reals(states);
    for (int b = 0; b < layer.batch; ++b)
      layer.lengths.push_back(layer.steps - b);
    lengths.assign(layer.lengths.begin(), layer.lengths.end());
    y = buffer<float>(layer.steps * states);
    h = buffer<float>(states);
    c = buffer<float>(states);
    scratch = std::vector<float>(4 * Hidden);
  }

  std::int8_t *getScratch() {
    return reinterpret_cast<std::int8_t *>(scratch.data());
  }

  static void compare(const std::vector<float> &actual,
                      const std::vector<double> &expected) {
    ASSERT_EQ(actual.size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i)
      ASSERT_NEAR(static_cast<double>(actual[i]), expected[i], 1e-5) << i;
  }
  void check() {
    layer.run();
    compare(y, layer.y);
    compare(h, layer.h);
    if (layer.kind == NaiveRecurrent::LSTM)
      compare(c, layer.c);
  }

  Random random;
  NaiveRecurrent layer;
  std::vector<std::int32_t> lengths;
  std::vector<float> y, h, c, scratch;
  const std::vector<float> parameters = std::vector<float>(12, 0.0f);
};

template <class In, int Hidden, Direction Way, Activation... Functions>
void testRnn() {
  Case<In, Hidden, Way> t(NaiveRecurrent::RNN);
  t.layer.functions = {hyperbolic};
  rnn_f32<In, Hidden, Way, true, Functions...>(
      t.layer.x.data(), t.layer.w.data(), t.layer.r.data(), t.layer.bias.data(),
      t.parameters.data(), t.lengths.data(), t.layer.h0.data(), t.y.data(),
      t.h.data(), t.getScratch(), kUnbounded);
  t.check();
}

template <class In, int Hidden, Direction Way, bool Linear,
          Activation... Functions>
void testGru() {
  Case<In, Hidden, Way> t(NaiveRecurrent::GRU);
  t.layer.linearBeforeReset = Linear;
  t.layer.clip = 0.75;
  gru_f32<In, Hidden, Way, true, Linear, Functions...>(
      t.layer.x.data(), t.layer.w.data(), t.layer.r.data(), t.layer.bias.data(),
      t.parameters.data(), t.lengths.data(), t.layer.h0.data(), t.y.data(),
      t.h.data(), t.getScratch(), 0.75f);
  t.check();
}

template <class In, int Hidden, Direction Way, bool Forget,
          Activation... Functions>
void testLstm() {
  Case<In, Hidden, Way> t(NaiveRecurrent::LSTM);
  t.layer.inputForget = Forget;
  lstm_f32<In, Hidden, Way, true, Forget, Functions...>(
      t.layer.x.data(), t.layer.w.data(), t.layer.r.data(), t.layer.bias.data(),
      t.parameters.data(), t.lengths.data(), t.layer.h0.data(),
      t.layer.c0.data(), t.y.data(), t.h.data(), t.c.data(), t.getScratch(),
      kUnbounded);
  t.check();
  Case<In, Hidden, Way> p(NaiveRecurrent::LSTM);
  p.layer.peephole =
      p.random.reals(Case<In, Hidden, Way>::kDirections * 3 * Hidden);
  p.layer.inputForget = Forget;
  lstm_peephole_f32<In, Hidden, Way, true, Forget, Functions...>(
      p.layer.x.data(), p.layer.w.data(), p.layer.r.data(), p.layer.bias.data(),
      p.parameters.data(), p.lengths.data(), p.layer.h0.data(),
      p.layer.c0.data(), p.layer.peephole.data(), p.y.data(), p.h.data(),
      p.c.data(), p.getScratch(), kUnbounded);
  p.check();
}

TEST(Recurrent, Rnn) {
  testRnn<Shape<4, 2, 3>, 5, Direction::Forward, kT>();
  testRnn<Shape<3, 3, 1>, 4, Direction::Reverse, kT>();
  testRnn<Shape<4, 2, 5>, 1, Direction::Bidirectional, kT, kT>();
}

TEST(Recurrent, Gru) {
  testGru<Shape<4, 2, 3>, 5, Direction::Forward, false, kS, kT>();
  testGru<Shape<3, 1, 6>, 4, Direction::Forward, true, kS, kT>();
  testGru<Shape<3, 3, 1>, 4, Direction::Reverse, true, kS, kT>();
  testGru<Shape<4, 2, 5>, 3, Direction::Bidirectional, false, kS, kT, kS, kT>();
  testGru<Shape<4, 2, 5>, 3, Direction::Bidirectional, true, kS, kT, kS, kT>();
}

TEST(Recurrent, Lstm) {
  testLstm<Shape<4, 2, 3>, 5, Direction::Forward, false, kS, kT, kT>();
  testLstm<Shape<3, 1, 6>, 4, Direction::Forward, true, kS, kT, kT>();
  testLstm<Shape<3, 3, 1>, 4, Direction::Reverse, true, kS, kT, kT>();
  testLstm<Shape<4, 2, 5>, 3, Direction::Bidirectional, false, kS, kT, kT, kS,
           kT, kT>();
}

// Without KeepsStates, y may be anything: it is not touched.
TEST(Recurrent, LastStateOnly) {
  Case<Shape<3, 1, 2>, 4, Direction::Forward> t(NaiveRecurrent::GRU);
  gru_f32<Shape<3, 1, 2>, 4, Direction::Forward, false, false, kS, kT>(
      t.layer.x.data(), t.layer.w.data(), t.layer.r.data(), t.layer.bias.data(),
      t.parameters.data(), t.lengths.data(), t.layer.h0.data(), nullptr,
      t.h.data(), t.getScratch(), kUnbounded);
  t.layer.run();
  t.compare(t.h, t.layer.h);
}

TEST(Activation, Functions) {
  for (const float v : {-3.0f, -0.6f, 0.0f, 0.4f, 2.5f}) {
    const double x = static_cast<double>(v);
    auto expect = [&](float actual, double expected) {
      EXPECT_NEAR(static_cast<double>(actual), expected, 1e-6) << v;
    };
    expect(activate<Activation::Affine>(v, 2.0f, 0.5f), 2.0 * x + 0.5);
    expect(activate<Activation::Elu>(v, 2.0f, 0.0f),
           x < 0 ? 2.0 * (std::exp(x) - 1.0) : x);
    expect(activate<Activation::HardSigmoid>(v, 0.25f, 0.5f),
           std::clamp(0.25 * x + 0.5, 0.0, 1.0));
    expect(activate<Activation::LeakyRelu>(v, 0.125f, 0.0f),
           x < 0 ? 0.125 * x : x);
    expect(activate<Activation::Relu>(v, 0.0f, 0.0f), std::max(x, 0.0));
    expect(activate<Activation::ScaledTanh>(v, 2.0f, 0.5f),
           2.0 * std::tanh(0.5 * x));
    expect(activate<Activation::Sigmoid>(v, 0.0f, 0.0f), sigmoid(x));
    expect(activate<Activation::Softplus>(v, 0.0f, 0.0f),
           std::log(1.0 + std::exp(x)));
    expect(activate<Activation::Softsign>(v, 0.0f, 0.0f),
           x / (1.0 + std::fabs(x)));
    expect(activate<Activation::Tanh>(v, 0.0f, 0.0f), std::tanh(x));
    expect(activate<Activation::ThresholdedRelu>(v, 0.5f, 0.0f),
           x > 0.5 ? x : 0.0);
  }
}

// Large arguments do not overflow.
TEST(Activation, Limits) {
  EXPECT_EQ(activate<Activation::Sigmoid>(-200.0f, 0.0f, 0.0f), 0.0f);
  EXPECT_EQ(activate<Activation::Softplus>(200.0f, 0.0f, 0.0f), 200.0f);
}

} // namespace
