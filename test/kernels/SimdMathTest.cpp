//===- SimdMathTest.cpp
//----------------------------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// Vector functions against libm, GRU and LSTM against recurrent.h.
#include "exponential.h"
#include "fenced.h"
#include "recurrent.h"
#include "recurrent_simd.h"
#include "reference.h"
#include "simd_types.h"
#include "softmax.h"

using namespace edgecc::kernels;

namespace {

template <Activation Kind> float apply(float x) {
  float values[F32::kLanes];
  F32::store(values, simdActivate<F32, Kind>(F32::set(x)));
  return values[F32::kLanes - 1];
}

/// Over all magnitudes, both signs.
template <class Body> void forManyFloats(const Body &body) {
  for (int exponent = -40; exponent <= 6; ++exponent)
    for (int i = 0; i < 500; ++i)
      for (float sign : {-1.0f, 1.0f})
        body(sign *
             std::ldexp(1.0f + static_cast<float>(i) / 500.0f, exponent));
}

TEST(SimdMath, SigmoidIsClose) {
  forManyFloats([](float x) {
    const double want = 1.0 / (1.0 + std::exp(-static_cast<double>(x)));
    EXPECT_NEAR(static_cast<double>(apply<Activation::Sigmoid>(x)), want,
                1e-6 * want + 1e-37)
        << x;
  });
}

TEST(SimdMath, TanhIsClose) {
  forManyFloats([](float x) {
    const double want = std::tanh(static_cast<double>(x));
    EXPECT_NEAR(static_cast<double>(apply<Activation::Tanh>(x)), want,
                1e-6 * std::fabs(want))
        << x;
  });
}

TEST(SimdMath, ExpIsClose) {
  for (int i = -8600; i <= 8800; ++i) {
    const float x = static_cast<float>(i) / 100.0f;
    float values[F32::kLanes];
    F32::store(values, simdExp<F32>(F32::set(x)));
    const double want = std::exp(static_cast<double>(x));
    EXPECT_NEAR(static_cast<double>(values[0]), want, 1e-6 * want) << x;
  }
}

TEST(SimdMath, Extremes) {
  EXPECT_EQ(apply<Activation::Sigmoid>(HUGE_VALF), 1.0f);
  EXPECT_LT(apply<Activation::Sigmoid>(-HUGE_VALF), 1e-37f);
  EXPECT_EQ(apply<Activation::Tanh>(HUGE_VALF), 1.0f);
  EXPECT_EQ(apply<Activation::Tanh>(-HUGE_VALF), -1.0f);
  EXPECT_EQ(apply<Activation::Tanh>(0.0f), 0.0f);
  EXPECT_EQ(apply<Activation::Relu>(-3.0f), 0.0f);
  EXPECT_EQ(apply<Activation::Relu>(3.0f), 3.0f);
  EXPECT_TRUE(std::isnan(apply<Activation::Sigmoid>(NAN)));
  EXPECT_TRUE(std::isnan(apply<Activation::Tanh>(NAN)));
}

// The same for code that compilers make vectors of. Results below the least
// normal float are zero.
constexpr double kLeastFloat = 0x1p-126;

TEST(VectorizedMath, IsClose) {
  forManyFloats([](float x) {
    const double tangent = std::tanh(static_cast<double>(x));
    EXPECT_NEAR(static_cast<double>(vectorTangent(x)), tangent,
                1e-6 * std::fabs(tangent))
        << x;
    const double power = std::exp(static_cast<double>(x));
    if (power < 3.4e38) {
      EXPECT_NEAR(static_cast<double>(vectorExponential(x)), power,
                  1e-6 * power + kLeastFloat)
          << x;
    }
    const double error = std::erf(static_cast<double>(x));
    EXPECT_NEAR(static_cast<double>(vectorErrorFunction(x)), error,
                1e-6 * std::fabs(error))
        << x;
  });
}

TEST(VectorizedMath, Extremes) {
  for (float x : {89.0f, 1e9f, 3.4e38f, HUGE_VALF}) {
    EXPECT_EQ(vectorExponential(x), HUGE_VALF);
    EXPECT_EQ(vectorTangent(x), 1.0f);
    EXPECT_EQ(vectorExponential(-x), 0.0f);
    EXPECT_EQ(vectorTangent(-x), -1.0f);
    EXPECT_EQ(vectorErrorFunction(x), 1.0f);
    EXPECT_EQ(vectorErrorFunction(-x), -1.0f);
  }
  EXPECT_EQ(vectorExponential(0.0f), 1.0f);
  EXPECT_EQ(vectorTangent(0.0f), 0.0f);
  EXPECT_EQ(vectorErrorFunction(0.0f), 0.0f);
  EXPECT_GE(vectorExponential(-87.3365f), 0x1p-126f);
  EXPECT_TRUE(std::isnan(vectorExponential(-NAN)));
  EXPECT_TRUE(std::isnan(vectorErrorFunction(NAN)));
  EXPECT_TRUE(std::isnan(vectorExponential(NAN)));
  EXPECT_TRUE(std::isnan(vectorTangent(-NAN)));
}

// Lines long enough for reductions in vectors, with a rest; masked, with
// numbers of both signs, and with one that is not a number.
TEST(VectorizedMath, Softmax) {
  using Lines = Shape<3, 41>;
  Random random;
  auto in = random.reals(Lines::size);
  int place = 0;
  for (float &x : in)
    x = place++ % 41 < 35 ? 30.0f * x - 20.0f : -HUGE_VALF;
  in[2 * 41 + 17] = NAN;
  auto out = buffer<float>(Lines::size);
  softmax_f32<Lines, 1>(in.data(), out.data());
  for (int i = 0; i < 2 * 41; ++i) {
    double sum = 0.0;
    for (int j = i / 41 * 41; j < i / 41 * 41 + 41; ++j)
      sum += std::exp(static_cast<double>(at(in, j)));
    EXPECT_NEAR(static_cast<double>(at(out, i)),
                std::exp(static_cast<double>(at(in, i))) / sum, 1e-6)
        << i;
  }
  for (int i = 2 * 41; i < Lines::size; ++i)
    EXPECT_TRUE(std::isnan(at(out, i))) << i;
}

/// Weights of one sort of layer, and what recurrent_simd.h makes of them.
template <class In, int Hidden, Direction Way, int Gates> struct Layer {
  using Sizes = SimdGates<F32, In, Hidden, Way, Gates>;
  static constexpr int kDirections = Sizes::kDirections, kGates = Gates;
  static constexpr int kInputs = In::dim(2), kPadded = Sizes::kPadded;
  static constexpr int kRows = kDirections * Gates * Hidden;
  static constexpr int kStates = kDirections * Hidden;
  static constexpr int kOutputs = In::dim(0) * kStates;

  std::vector<float> in, weights, recurrence, bias, h0, c0;

  explicit Layer(Random &random)
      : in(random.reals(In::size)), weights(random.reals(kRows * kInputs)),
        recurrence(random.reals(kRows * Hidden)), bias(random.reals(2 * kRows)),
        h0(random.reals(kStates)), c0(random.reals(kStates)) {
    for (float &x : weights)
      x /= static_cast<float>(kInputs);
    for (float &x : recurrence)
      x /= static_cast<float>(Hidden);
  }

  /// Gates from `Apart` on are a matrix of their own.
  static Fenced<float> packMatrix(const std::vector<float> &matrix, int columns,
                                  int blocks, int apart) {
    std::vector<float> packed;
    const auto add = [&](int d, int begin, int end) {
      const int step = blocks * F32::kLanes;
      for (int row = begin * kPadded; row < end * kPadded; row += step)
        for (int k = 0; k < columns; ++k)
          for (int i = row; i < std::min(row + step, end * kPadded); ++i) {
            const int unit = i % kPadded;
            const int from = (d * Gates + i / kPadded) * Hidden + unit;
            packed.push_back(unit < Hidden ? at(matrix, from * columns + k)
                                           : 0.0f);
          }
    };
    for (int d = 0; d < kDirections; ++d) {
      add(d, 0, apart);
      add(d, apart, Gates);
    }
    return Fenced<float>(packed);
  }
  Fenced<float> packWeights() const {
    return packMatrix(weights, kInputs, Sizes::kInputBlocks, Gates);
  }
  /// Biases of input and recurrence, both for the first `whole` gates.
  Fenced<float> packBias(int whole) const {
    std::vector<float> packed;
    for (int d = 0; d < kDirections; ++d)
      for (int i = 0; i < Gates * kPadded; ++i) {
        const int gate = i / kPadded, unit = i % kPadded;
        const int own = (2 * d * Gates + gate) * Hidden + unit;
        packed.push_back(unit >= Hidden ? 0.0f
                         : gate < whole
                             ? at(bias, own) + at(bias, own + Gates * Hidden)
                             : at(bias, own));
      }
    return Fenced<float>(packed);
  }
  Fenced<float> packLastBias() const {
    std::vector<float> packed;
    for (int d = 0; d < kDirections; ++d)
      for (int i = 0; i < kPadded; ++i)
        packed.push_back(i < Hidden
                             ? at(bias, (2 * (d + 1) * Gates - 1) * Hidden + i)
                             : 0.0f);
    return Fenced<float>(packed);
  }
};

void expectAllClose(const Fenced<float> &got, const std::vector<float> &want) {
  const std::vector<float> values = got.copy();
  for (std::size_t i = 0; i < want.size(); ++i)
    EXPECT_NEAR(static_cast<double>(values[i]), static_cast<double>(want[i]),
                2e-6)
        << "element " << i;
}

/// `check` gets the states of all steps.
template <class In, int Hidden, Direction Way, bool LinearBeforeReset,
          Activation... Functions, class L, class Check>
void testGruLayer(const L &layer, int length, const Check &check) {
  const std::vector<float> parameters(2 * sizeof...(Functions));
  auto y = buffer<float>(L::kOutputs), h = buffer<float>(L::kStates);
  std::vector<float> sums(4 * Hidden);
  gru_f32<In, Hidden, Way, true, LinearBeforeReset, Functions...>(
      layer.in.data(), layer.weights.data(), layer.recurrence.data(),
      layer.bias.data(), parameters.data(), &length, layer.h0.data(), y.data(),
      h.data(), reinterpret_cast<std::int8_t *>(sums.data()), 2.0f);
  const Fenced<float> in(layer.in), h0(layer.h0), ours(L::kOutputs),
      last(L::kStates);
  const Fenced<float> scratch(L::Sizes::kScratch / 4);
  gru_f32_simd<F32, In, Hidden, Way, true, LinearBeforeReset, Functions...>(
      in.data(), layer.packWeights().data(),
      L::packMatrix(layer.recurrence, Hidden, 8, 2).data(),
      layer.packBias(LinearBeforeReset ? 2 : 3).data(),
      layer.packLastBias().data(), &length, h0.data(), ours.data(), last.data(),
      reinterpret_cast<std::int8_t *>(scratch.data()), 2.0f);
  expectAllClose(ours, y);
  expectAllClose(last, h);
  check(ours.copy());
}

template <class In, int Hidden, Direction Way, bool LinearBeforeReset,
          Activation... Functions>
void testGru(int length) {
  Random random;
  testGruLayer<In, Hidden, Way, LinearBeforeReset, Functions...>(
      Layer<In, Hidden, Way, 3>(random), length, [](const auto &) {});
}

template <class In, int Hidden, Direction Way, Activation... Functions, class L,
          class Check>
void testLstmLayer(const L &layer, int length, const Check &check) {
  const std::vector<float> parameters(2 * sizeof...(Functions));
  auto y = buffer<float>(L::kOutputs), h = buffer<float>(L::kStates), c = h;
  std::vector<float> sums(4 * Hidden);
  lstm_f32<In, Hidden, Way, true, false, Functions...>(
      layer.in.data(), layer.weights.data(), layer.recurrence.data(),
      layer.bias.data(), parameters.data(), &length, layer.h0.data(),
      layer.c0.data(), y.data(), h.data(), c.data(),
      reinterpret_cast<std::int8_t *>(sums.data()), HUGE_VALF);
  const Fenced<float> in(layer.in), h0(layer.h0), c0(layer.c0),
      ours(L::kOutputs), lastH(L::kStates), lastC(L::kStates);
  const Fenced<float> scratch(L::Sizes::kScratch / 4);
  lstm_f32_simd<F32, In, Hidden, Way, true, Functions...>(
      in.data(), layer.packWeights().data(),
      L::packMatrix(layer.recurrence, Hidden, 8, 4).data(),
      layer.packBias(4).data(), &length, h0.data(), c0.data(), ours.data(),
      lastH.data(), lastC.data(),
      reinterpret_cast<std::int8_t *>(scratch.data()), HUGE_VALF);
  expectAllClose(ours, y);
  expectAllClose(lastH, h);
  expectAllClose(lastC, c);
  check(ours.copy());
}

template <class In, int Hidden, Direction Way, Activation... Functions>
void testLstm(int length) {
  Random random;
  testLstmLayer<In, Hidden, Way, Functions...>(
      Layer<In, Hidden, Way, 4>(random), length, [](const auto &) {});
}

constexpr Activation kSigmoid = Activation::Sigmoid, kTanh = Activation::Tanh;

TEST(SimdRecurrent, Gru) {
  testGru<Shape<21, 1, 13>, 24, Direction::Forward, false, kSigmoid, kTanh>(21);
  // In groups of ten, or of five.
  testGru<Shape<20, 1, 9>, 12, Direction::Forward, false, kSigmoid, kTanh>(17);
  testGru<Shape<1, 1, 5>, 150, Direction::Forward, true, kSigmoid, kTanh>(1);
  testGru<Shape<9, 1, 33>, 7, Direction::Reverse, true, kSigmoid, kTanh>(6);
}

TEST(SimdRecurrent, GruOfBothDirections) {
  testGru<Shape<10, 1, 8>, 20, Direction::Bidirectional, false, kSigmoid, kTanh,
          kSigmoid, Activation::Relu>(9);
  testGru<Shape<10, 1, 8>, 32, Direction::Bidirectional, true, kSigmoid, kTanh,
          kTanh, Activation::Relu>(10);
}

/// A layer without weights, which keeps a part of each state at every step.
template <class L> L makeFading(float keptPart) {
  Random random;
  L layer(random);
  for (auto *values : {&layer.weights, &layer.recurrence, &layer.bias})
    std::fill(values->begin(), values->end(), 0.0f);
  // Gate z of a GRU, the forget gate of an LSTM: their logits.
  const int hidden = L::kPadded, gate = L::kGates == 3 ? 0 : 2;
  std::fill_n(layer.bias.begin() + gate * hidden, hidden,
              std::log(keptPart / (1.0f - keptPart)));
  return layer;
}

/// No denormal numbers, on processors that take long for them.
void expectFade(const std::vector<float> &states, int hidden) {
  EXPECT_NE(at(states, 10 * hidden), 0.0f);
#if defined(__AVX2__)
  const int steps = static_cast<int>(states.size()) / hidden;
  for (int i = 0; i < steps * hidden; ++i)
    EXPECT_NE(std::fpclassify(at(states, i)), FP_SUBNORMAL) << i;
  EXPECT_EQ(at(states, (steps - 1) * hidden), 0.0f);
#endif
}

// States that fade away: by 0.1 at each step, they are denormal at step 38.
TEST(SimdRecurrent, FadingStates) {
  constexpr int kHidden = 16;
  using In = Shape<42, 1, 3>;
  testGruLayer<In, kHidden, Direction::Forward, false, kSigmoid,
               Activation::Relu>(
      makeFading<Layer<In, kHidden, Direction::Forward, 3>>(0.1f), 42,
      [](const std::vector<float> &y) { expectFade(y, kHidden); });
  testLstmLayer<In, kHidden, Direction::Forward, kSigmoid, kTanh, kTanh>(
      makeFading<Layer<In, kHidden, Direction::Forward, 4>>(0.1f), 42,
      [](const std::vector<float> &y) { expectFade(y, kHidden); });
}

TEST(SimdRecurrent, Lstm) {
  testLstm<Shape<11, 1, 10>, 40, Direction::Forward, kSigmoid, kTanh, kTanh>(
      11);
  testLstm<Shape<1, 1, 100>, 130, Direction::Forward, kSigmoid, kTanh, kTanh>(
      1);
  testLstm<Shape<12, 1, 6>, 5, Direction::Bidirectional, kSigmoid, kTanh, kTanh,
           kSigmoid, Activation::Relu, kTanh>(7);
}

} // namespace
