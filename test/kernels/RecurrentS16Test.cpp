//===- RecurrentS16Test.cpp -----------------------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// recurrent_fixed.h against the functions that it approximates; recurrent_s16.h
// against recurrent layers in double that have the same weights. What both give
// differs by rounding only.
#include "naive_recurrent.h"
#include "recurrent_s16.h"
#include "reference.h"

#include <cmath>

using namespace edgecc::kernels;
using edgecc::testing::NaiveRecurrent;

namespace {

constexpr auto kS = Activation::Sigmoid, kT = Activation::Tanh,
               kR = Activation::Relu, kHS = Activation::HardSigmoid;

double sigmoid(double x) { return 1.0 / (1.0 + std::exp(-x)); }

/// The nearest multiplier with 30 bits, and its shift.
std::pair<std::int32_t, int> toFactor(double real) {
  int shift = 1;
  while (shift < 62 && std::ldexp(real, shift + 1) < 2147483647.0)
    ++shift;
  return {static_cast<std::int32_t>(std::llround(std::ldexp(real, shift))),
          shift};
}

template <Activation Kind> double inDouble(double x) {
  if (Kind == kS)
    return sigmoid(x);
  if (Kind == kT)
    return std::tanh(x);
  if (Kind == kHS)
    return std::clamp(0.25 * x + 0.5, 0.0, 1.0);
  return std::max(x, 0.0);
}

/// Scales as calibration would choose them.
struct Scales {
  double input = 1.0 / 64, weights = 1.0 / 96, recurrence = 1.0 / 200,
         state = 1.0 / 32768, cell = 1.0 / 8192, hole = 1.0 / 20000;
};

constexpr double kUnit = 1.0 / 32768;

/// A layer in integers, and the same in double.
template <class In, int Hidden, Direction Way, class X, Activation... Functions>
struct Case {
  static constexpr int kDirections = Way == Direction::Bidirectional ? 2 : 1;
  static constexpr int kStates = kDirections * In::dim(1) * Hidden;
  static constexpr Activation kAll[] = {Functions...};
  static constexpr int kFunctionsEach =
      static_cast<int>(sizeof...(Functions)) / kDirections;

  Random random;
  Scales scales;
  NaiveRecurrent layer;
  int gates, inputZero;
  std::vector<X> x;
  std::vector<std::int8_t> w, r;
  std::vector<std::int32_t> bias, multipliers, constants, lengths;
  std::vector<std::int16_t> h0, c0, holes;
  std::vector<std::int16_t> y = buffer<std::int16_t>(In::dim(0) * kStates);
  std::vector<std::int8_t> y8 = buffer<std::int8_t>(In::dim(0) * kStates);
  std::vector<std::int16_t> h = buffer<std::int16_t>(kStates), c = h;
  std::vector<std::int32_t> scratch =
      buffer<std::int32_t>(5 * Hidden + In::dim(2) + 1);

  explicit Case(NaiveRecurrent::Kind kind)
      : gates(static_cast<int>(kind)), inputZero(sizeof(X) == 1 ? -9 : 0) {
    layer.kind = kind;
    layer.steps = In::dim(0);
    layer.batch = In::dim(1);
    layer.inputs = In::dim(2);
    layer.hidden = Hidden;
    layer.directions = kDirections;
    layer.firstIsReverse = Way == Direction::Reverse;
    layer.functions = {Function(inDouble<Functions>)...};
    layer.functions.resize(kFunctionsEach);
    if (kAll[kFunctionsEach > 1 ? 1 : 0] == kR)
      scales.state = scales.cell = 1.0 / 4096;
    if (sizeof(X) == 2)
      scales.input /= 256;
    fill();
  }
  using Function = NaiveRecurrent::Function;

  template <class T>
  static std::vector<float> toReal(const std::vector<T> &values, double scale,
                                   int zero = 0) {
    std::vector<float> real;
    for (T value : values)
      real.push_back(static_cast<float>((double(value) - zero) * scale));
    return real;
  }
  std::vector<std::int16_t> words(int count, int reach) {
    std::vector<std::int16_t> values;
    for (int i = 0; i < count; ++i)
      values.push_back(
          static_cast<std::int16_t>(random.integer(-reach, reach)));
    return values;
  }
  int rows() const { return gates * Hidden; }

  void fill() {
    for (int i = 0; i < In::size; ++i)
      x.push_back(static_cast<X>(sizeof(X) == 1
                                     ? random.integer(-128, 127)
                                     : random.integer(-32768, 32767)));
    w = random.bytes(kDirections * rows() * In::dim(2), -127, 127);
    r = random.bytes(kDirections * rows() * Hidden, -127, 127);
    h0 = words(kStates, 16000);
    c0 = words(kStates, 16000);
    layer.x = toReal(x, scales.input, inputZero);
    layer.w = toReal(w, scales.weights);
    layer.r = toReal(r, scales.recurrence);
    layer.h0 = toReal(h0, scales.state);
    layer.c0 = toReal(c0, scales.cell);
    for (int b = 0; b < In::dim(1); ++b)
      lengths.push_back(In::dim(0) - b);
    layer.lengths.assign(lengths.begin(), lengths.end());
    for (int d = 0; d < kDirections; ++d)
      fillBias();
  }
  void fillBias() {
    for (double scale :
         {scales.input * scales.weights, scales.state * scales.recurrence})
      for (int i = 0; i < rows(); ++i) {
        const auto reach = static_cast<int>(0.5 / scale);
        bias.push_back(random.integer(-reach, reach));
        layer.bias.push_back(static_cast<float>(bias.back() * scale));
      }
  }

  /// The unit of what a gate's function takes.
  double unit(int gate) const {
    const bool isNext = gate == gates - 1;
    const Activation kind = kAll[isNext && gates > 1 ? 1 : 0];
    return kind != kR                           ? kUnit
           : layer.kind == NaiveRecurrent::LSTM ? scales.cell
                                                : scales.state;
  }

  /// Fills multipliers and constants from the scales.
  void derive() {
    const double cellUnit =
        kAll[kFunctionsEach - 1] == kR ? scales.cell : kUnit;
    for (int d = 0; d < kDirections; ++d) {
      std::vector<std::int32_t> row(kRecurrentConstants, 0);
      row[kInputZero] = inputZero;
      // Units are at least 2^-15 or so: one shift serves all rows.
      row[kWeightShift] = row[kRecurrenceShift] = 24;
      for (double scale :
           {scales.input * scales.weights, scales.state * scales.recurrence})
        for (int i = 0; i < rows(); ++i)
          multipliers.push_back(static_cast<std::int32_t>(
              std::llround(std::ldexp(scale / unit(i / Hidden), 24))));
      const bool isLstm = layer.kind == NaiveRecurrent::LSTM;
      const double state = isLstm ? scales.cell : scales.state;
      set(row, kNext, unit(gates - 1) / state);
      set(row, kCell, scales.cell / cellUnit);
      set(row, kOut, kUnit * cellUnit / scales.state);
      set(row, kHole, scales.hole * scales.cell / kUnit);
      row[kGateClip] = bound(unit(0));
      row[kNextClip] = bound(unit(gates - 1));
      for (int f = 0; f < kFunctionsEach; ++f) {
        set(row, kFunctions + 3 * f, 0.25);
        row[static_cast<std::size_t>(kFunctions + 3 * f + 2)] = kGateOne / 2;
      }
      constants.insert(constants.end(), row.begin(), row.end());
    }
  }
  std::int32_t bound(double unit) const {
    return std::isinf(layer.clip)
               ? INT32_MAX
               : static_cast<std::int32_t>(std::llround(layer.clip / unit));
  }
  static void set(std::vector<std::int32_t> &row, int index, double factor) {
    const auto at = static_cast<std::size_t>(index);
    std::tie(row[at], row[at + 1]) = toFactor(factor);
  }

  std::int8_t *getScratch() {
    return reinterpret_cast<std::int8_t *>(scratch.data());
  }

  static void compare(const std::vector<std::int16_t> &actual, double scale,
                      const std::vector<double> &expected) {
    ASSERT_EQ(actual.size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i)
      ASSERT_NEAR(actual[i] * scale, expected[i], 1.5e-3) << i;
  }
  void check() {
    layer.run();
    compare(y, scales.state, layer.y);
    compare(h, scales.state, layer.h);
    if (layer.kind == NaiveRecurrent::LSTM)
      compare(c, scales.cell, layer.c);
  }
};

template <class In, int Hidden, Direction Way, class X, Activation... Functions>
void testRnn() {
  Case<In, Hidden, Way, X, Functions...> t(NaiveRecurrent::RNN);
  t.derive();
  rnn_s16<In, Hidden, Way, true, Functions...>(
      t.x.data(), t.w.data(), t.r.data(), t.bias.data(), t.multipliers.data(),
      t.constants.data(), t.lengths.data(), t.h0.data(), t.y.data(), t.h.data(),
      t.getScratch());
  t.check();
}

template <class In, int Hidden, Direction Way, bool Linear, class X,
          Activation... Functions>
void testGru(double clip) {
  Case<In, Hidden, Way, X, Functions...> t(NaiveRecurrent::GRU);
  t.layer.linearBeforeReset = Linear;
  t.layer.clip = clip;
  t.derive();
  gru_s16<In, Hidden, Way, true, Linear, Functions...>(
      t.x.data(), t.w.data(), t.r.data(), t.bias.data(), t.multipliers.data(),
      t.constants.data(), t.lengths.data(), t.h0.data(), t.y.data(), t.h.data(),
      t.getScratch());
  t.check();
}

template <class In, int Hidden, Direction Way, bool Forget, class X,
          Activation... Functions>
void testLstm(bool hasPeephole) {
  Case<In, Hidden, Way, X, Functions...> t(NaiveRecurrent::LSTM);
  t.layer.inputForget = Forget;
  t.derive();
  if (hasPeephole) {
    t.holes = t.words(t.kDirections * 3 * Hidden, 32767);
    t.layer.peephole = t.toReal(t.holes, t.scales.hole);
    lstm_peephole_s16<In, Hidden, Way, true, Forget, Functions...>(
        t.x.data(), t.w.data(), t.r.data(), t.bias.data(), t.multipliers.data(),
        t.constants.data(), t.lengths.data(), t.h0.data(), t.c0.data(),
        t.holes.data(), t.y.data(), t.h.data(), t.c.data(), t.getScratch());
  } else {
    lstm_s16<In, Hidden, Way, true, Forget, Functions...>(
        t.x.data(), t.w.data(), t.r.data(), t.bias.data(), t.multipliers.data(),
        t.constants.data(), t.lengths.data(), t.h0.data(), t.c0.data(),
        t.y.data(), t.h.data(), t.c.data(), t.getScratch());
  }
  t.check();
}

using Byte = std::int8_t;
using Word = std::int16_t;

TEST(RecurrentS16, Rnn) {
  testRnn<Shape<4, 2, 3>, 5, Direction::Forward, Byte, kT>();
  testRnn<Shape<3, 3, 1>, 4, Direction::Reverse, Word, kT>();
  testRnn<Shape<4, 2, 5>, 1, Direction::Bidirectional, Byte, kS, kS>();
  testRnn<Shape<2, 1, 6>, 9, Direction::Forward, Word, kR>();
}

TEST(RecurrentS16, Gru) {
  testGru<Shape<4, 2, 3>, 5, Direction::Forward, false, Byte, kS, kT>(9.0);
  testGru<Shape<3, 1, 6>, 4, Direction::Forward, true, Word, kS, kT>(0.75);
  testGru<Shape<3, 3, 1>, 4, Direction::Reverse, true, Byte, kHS, kR>(0.75);
  testGru<Shape<4, 2, 5>, 3, Direction::Bidirectional, false, Word, kS, kT, kS,
          kT>(std::numeric_limits<double>::infinity());
  testGru<Shape<4, 2, 5>, 3, Direction::Bidirectional, true, Byte, kS, kT, kS,
          kT>(std::numeric_limits<double>::infinity());
}

TEST(RecurrentS16, Lstm) {
  for (bool hasPeephole : {false, true}) {
    testLstm<Shape<4, 2, 3>, 5, Direction::Forward, false, Byte, kS, kT, kT>(
        hasPeephole);
    testLstm<Shape<3, 1, 6>, 4, Direction::Forward, true, Word, kS, kT, kT>(
        hasPeephole);
    testLstm<Shape<3, 3, 1>, 4, Direction::Reverse, false, Byte, kHS, kR, kR>(
        hasPeephole);
    testLstm<Shape<4, 2, 5>, 3, Direction::Bidirectional, false, Word, kS, kT,
             kT, kS, kT, kT>(hasPeephole);
  }
}

// A result of another type is the state, requantized; beyond a sequence's end
// it is its zero point.
TEST(RecurrentS16, ResultOfAnotherType) {
  using In = Shape<4, 2, 3>;
  Case<In, 5, Direction::Forward, Byte, kS, kT> t(NaiveRecurrent::GRU);
  t.derive();
  std::vector<Word> wide(t.y.size());
  auto run = [&](auto *y) {
    gru_s16<In, 5, Direction::Forward, true, false, kS, kT>(
        t.x.data(), t.w.data(), t.r.data(), t.bias.data(), t.multipliers.data(),
        t.constants.data(), t.lengths.data(), t.h0.data(), y, t.h.data(),
        t.getScratch());
  };
  run(t.y.data());
  t.constants[kResult] = 1;
  t.constants[kResult + 1] = 8;
  run(wide.data());
  t.constants[kResultZero] = 5;
  run(t.y8.data());
  for (std::size_t i = 0; i < t.y.size(); ++i) {
    EXPECT_EQ(wide[i], naiveRequantize(t.y[i], 1 << 23, 0, 0, -32768, 32767))
        << i;
    EXPECT_EQ(t.y8[i], naiveRequantize(t.y[i], 1 << 23, 0, 5, -128, 127)) << i;
  }
  EXPECT_EQ(t.y8.back(), 5);
}

// Without KeepsStates, y may be anything: it is not touched.
TEST(RecurrentS16, LastStateOnly) {
  using In = Shape<3, 1, 2>;
  Case<In, 4, Direction::Forward, Byte, kS, kT> t(NaiveRecurrent::GRU);
  t.derive();
  gru_s16<In, 4, Direction::Forward, false, false, kS, kT>(
      t.x.data(), t.w.data(), t.r.data(), t.bias.data(), t.multipliers.data(),
      t.constants.data(), t.lengths.data(), t.h0.data(),
      static_cast<Word *>(nullptr), t.h.data(), t.getScratch());
  t.layer.run();
  t.compare(t.h, t.scales.state, t.layer.h);
}

//===----------------------------------------------------------------------===//
// Scalar functions
//===----------------------------------------------------------------------===//

TEST(RecurrentFixed, TableIsTanh) {
  for (int i = 0; i <= 256; ++i)
    EXPECT_EQ(kTanhTable[i], std::lround(std::tanh(i / 32.0) * kGateOne)) << i;
}

// Every argument up to where both functions are constant.
TEST(RecurrentFixed, FunctionsAreClose) {
  std::int32_t lastTanh = -kGateOne, lastSigmoid = 0;
  for (std::int32_t x = -(17 << 15); x <= 17 << 15; ++x) {
    const std::int32_t t = tanhFixed(x), s = sigmoidFixed(x);
    ASSERT_NEAR(t, std::tanh(x * kUnit) * kGateOne, 4.0) << x;
    ASSERT_NEAR(s, sigmoid(x * kUnit) * kGateOne, 2.5) << x;
    ASSERT_GE(t, lastTanh) << x;
    ASSERT_GE(s, lastSigmoid) << x;
    ASSERT_EQ(tanhFixed(-x), -t) << x;
    ASSERT_EQ(sigmoidFixed(-x), kGateOne - s) << x;
    lastTanh = t;
    lastSigmoid = s;
  }
}

TEST(RecurrentFixed, ExtremesAreExact) {
  for (const std::int32_t x : {kMaxArgument, 3 * kMaxArgument, INT32_MAX}) {
    EXPECT_EQ(tanhFixed(x), kGateOne);
    EXPECT_EQ(tanhFixed(-x), -kGateOne);
    EXPECT_EQ(sigmoidFixed(x), kGateOne);
    EXPECT_EQ(sigmoidFixed(-x), 0);
  }
}

TEST(RecurrentFixed, ScalingRoundsHalvesUpAndLimits) {
  EXPECT_EQ(scale(5, Factor(1, 1)), 3);
  EXPECT_EQ(scale(-5, Factor(1, 1)), -2);
  EXPECT_EQ(scale(INT32_MIN, Factor(INT32_MAX, 1)), -kMaxArgument);
  EXPECT_EQ(scale(INT32_MAX, Factor(INT32_MAX, 1)), kMaxArgument);
  EXPECT_EQ(scale(INT32_MAX, Factor(INT32_MAX, 62)), 1);
}

// Gates of 0 and 1, states at their ends.
TEST(RecurrentFixed, StatesSaturate) {
  EXPECT_EQ(blend(kGateOne, -32768, 32767), -32768);
  EXPECT_EQ(blend(0, -32768, 32767), 32767);
  EXPECT_EQ(blend(kGateOne / 2, 32767, 32766), 32767);
  const Factor same(1 << 30, 30);
  EXPECT_EQ(nextCell(kGateOne, 32767, kGateOne, 32767, same), 32767);
  EXPECT_EQ(nextCell(kGateOne, -32768, kGateOne, -32768, same), -32768);
  EXPECT_EQ(nextCell(kGateOne, -32768, kGateOne, 32767, same), -1);
}

} // namespace
