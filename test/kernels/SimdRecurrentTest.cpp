//===- SimdRecurrentTest.cpp ----------------------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// Integer recurrent layers with vectors against the portable ones, which
// RecurrentS16Test.cpp holds against double: bit for bit.
#include "fenced.h"
#include "recurrent_s16.h"
#include "recurrent_s16_simd.h"
#include "reference.h"
#include "simd_types.h"

using namespace edgecc::kernels;

namespace {

constexpr auto kS = Activation::Sigmoid, kT = Activation::Tanh,
               kR = Activation::Relu, kHS = Activation::HardSigmoid;

/// How a matrix is packed.
struct Packing {
  int lanes, step, blocks;
  bool isBalanced, columnsFirst;
};

/// Appends [rows, columns], whose rows are whole vectors.
void packMatrix(const std::vector<std::int8_t> &rows, int columns,
                Packing packing, std::vector<std::int8_t> &packed) {
  const int count = static_cast<int>(rows.size()) / columns;
  if (count == 0)
    return;
  int vectors = count / packing.lanes, blocks = packing.blocks;
  if (packing.isBalanced) {
    const int groups = (vectors + blocks - 1) / blocks;
    blocks = (vectors + groups - 1) / groups;
  }
  for (int first = 0; first < vectors; first += blocks)
    for (int k = 0; k < columns; k += packing.step)
      for (int v = first; v < std::min(first + blocks, vectors); ++v)
        for (int i = 0; i < packing.lanes * packing.step; ++i) {
          const int row =
              v * packing.lanes +
              (packing.columnsFirst ? i % packing.lanes : i / packing.step);
          const int column =
              k + (packing.columnsFirst ? i / packing.lanes : i % packing.step);
          packed.push_back(column < columns ? at(rows, row * columns + column)
                                            : std::int8_t{0});
        }
}

/// Numbers of a layer with `Gates` gates, as the portable kernels take them and
/// packed.
template <int Gates, class In, int Hidden, Direction Way, class X,
          Activation... Functions>
struct Case {
  using Layer = SimdIntegerLayer<State, S8, X, Gates, true, In, Hidden, Way,
                                 Functions...>;
  static constexpr int kDirections = Layer::Sizes::directions;
  static constexpr int kRows = Gates * Hidden, kPadded = Layer::padded;
  static constexpr int kStates = kDirections * In::dim(1) * Hidden;
  static constexpr int kInputs = In::dim(2);

  Random random;
  std::vector<std::int8_t> w, r;
  std::vector<std::int32_t> bias, multipliers, constants, lengths;
  std::vector<std::int16_t> h0, c0, holes;
  std::vector<X> x;

  /// Arguments are `times` what they usually are.
  Case(double times, std::int32_t clip) {
    w = makeWeights(kDirections * kRows * kInputs);
    r = makeWeights(kDirections * kRows * Hidden);
    for (int i = 0; i < In::size; ++i)
      x.push_back(static_cast<X>(sizeof(X) == 1
                                     ? random.integer(-128, 127)
                                     : random.integer(-32768, 32767)));
    h0 = random.words(kStates);
    c0 = random.words(kStates);
    holes = random.words(kDirections * 3 * Hidden);
    for (int b = 0; b < In::dim(1); ++b)
      lengths.push_back(In::dim(0) - b);
    for (int d = 0; d < kDirections; ++d) {
      addConstants(clip);
      addRows(kWeightShift, sizeof(X) == 1 ? 90 : 19000, kInputs, times);
      addRows(kRecurrenceShift, 19000, Hidden, times);
    }
  }

  std::vector<std::int8_t> makeWeights(int count) {
    std::vector<std::int8_t> weights = random.bytes(count, kLeastWeight);
    for (int i = 0; i < std::min(count, 7); ++i)
      weights[static_cast<std::size_t>(i)] = kLeastWeight;
    return weights;
  }

  /// Sums whose arguments are usually between -4 and 4 most of the time, and
  /// the shift of their multipliers.
  void addRows(int shiftIndex, double reach, int columns, double times) {
    const double deviation = reach * 74.0 * std::sqrt(columns);
    const double most = times * 2.0 * 65536.0 / deviation;
    int shift = 1;
    while (std::ldexp(most, shift + 1) < 2147483647.0)
      ++shift;
    constants[constants.size() - kRecurrentConstants +
              static_cast<std::size_t>(shiftIndex)] = shift;
    for (int i = 0; i < kRows; ++i) {
      const auto start = static_cast<int>(deviation);
      bias.push_back(random.integer(-start, start));
      multipliers.push_back(static_cast<std::int32_t>(std::ldexp(
          most * static_cast<double>(random.real(0.15f, 0.95f)), shift)));
    }
  }
  void addConstants(std::int32_t clip) {
    std::vector<std::int32_t> row(kRecurrentConstants, 0);
    const auto set = [&](int index, std::int32_t m, int by) {
      row[static_cast<std::size_t>(index)] = m;
      row[static_cast<std::size_t>(index + 1)] = by;
    };
    row[kInputZero] = sizeof(X) == 1 ? -9 : 0;
    // Candidates may saturate, new cells not do so more than 32 bits hold.
    if (Gates == 4)
      set(kNext, (1 << 30) - (1 << 16), 30);
    else
      set(kNext, 1300000000, 30);
    set(kCell, 1100000000, 28);
    set(kOut, 1200000000, 45);
    set(kHole, 1200000000, 45);
    set(kResult, 1500000000, 38);
    row[kResultZero] = 5;
    row[kGateClip] = row[kNextClip] = clip;
    for (int f = 0; f < 3; ++f) {
      set(kFunctions + 3 * f, 1 << 29, 31);
      row[static_cast<std::size_t>(kFunctions + 3 * f + 2)] = kGateOne / 2;
    }
    constants.insert(constants.end(), row.begin(), row.end());
  }

  /// [D, rows, columns] with gates in whole vectors.
  std::vector<std::int8_t> fillUp(const std::vector<std::int8_t> &matrix, int d,
                                  int first, int last, int columns) const {
    std::vector<std::int8_t> rows;
    for (int g = first; g < last; ++g)
      for (int i = 0; i < kPadded; ++i)
        for (int k = 0; k < columns; ++k)
          rows.push_back(
              i < Hidden
                  ? at(matrix, ((d * Gates + g) * Hidden + i) * columns + k)
                  : std::int8_t{0});
    return rows;
  }
  Fenced<std::int8_t> packWeights() const {
    std::vector<std::int8_t> packed;
    for (int d = 0; d < kDirections; ++d)
      packMatrix(fillUp(w, d, 0, Gates, kInputs), kInputs,
                 sizeof(X) == 1 ? Packing{S8::kLanes, S8::kStep,
                                          Layer::kInputBlocks, false, false}
                                : getStatePacking(),
                 packed);
    return Fenced<std::int8_t>(packed);
  }
  Fenced<std::int8_t> packRecurrence() const {
    constexpr int kApart = Gates == 3 ? 2 : Gates;
    std::vector<std::int8_t> packed;
    for (int d = 0; d < kDirections; ++d) {
      packMatrix(fillUp(r, d, 0, kApart, Hidden), Hidden, getStatePacking(),
                 packed);
      packMatrix(fillUp(r, d, kApart, Gates, Hidden), Hidden, getStatePacking(),
                 packed);
    }
    return Fenced<std::int8_t>(packed);
  }
  static Packing getStatePacking() {
    return {State::kRows, State::kStep, State::kBlocks, true,
            State::kColumnsFirst};
  }

  /// Values [D, 2, G, H] in whole vectors.
  std::vector<std::int32_t>
  fillUp(const std::vector<std::int32_t> &values) const {
    std::vector<std::int32_t> padded;
    for (int g = 0; g < kDirections * 2 * Gates; ++g)
      for (int i = 0; i < kPadded; ++i)
        padded.push_back(i < Hidden ? at(values, g * Hidden + i) : 0);
    return padded;
  }
  Fenced<std::int32_t> packBias() const {
    std::vector<std::int32_t> folded = bias;
    for (int i = 0; i < static_cast<int>(bias.size()); ++i) {
      const int d = i / (2 * kRows), row = d * kRows + i % kRows;
      const bool isState = i / kRows % 2 == 1;
      const std::vector<std::int8_t> &matrix = isState ? r : w;
      const int columns = isState ? Hidden : kInputs;
      const int offset = isState || sizeof(X) == 2
                             ? State::kOffset
                             : -kOffset - at(constants, kInputZero);
      std::uint32_t sum = 0;
      for (int k = 0; k < columns; ++k)
        sum += static_cast<std::uint32_t>(at(matrix, row * columns + k));
      auto &value = folded[static_cast<std::size_t>(i)];
      value =
          static_cast<std::int32_t>(static_cast<std::uint32_t>(value) +
                                    static_cast<std::uint32_t>(offset) * sum);
    }
    return Fenced<std::int32_t>(fillUp(folded));
  }

  /// Calls `portable` and `simd`: with inputs up to the lengths, then the
  /// initial states, y, h and c, and scratch.
  template <class Y, class Portable, class Simd>
  void compare(const Portable &portable, const Simd &simd) const {
    const Fenced<X> in(x);
    const Fenced<std::int16_t> start(h0), cells(c0);
    std::vector<Y> y(static_cast<std::size_t>(In::dim(0) * kStates));
    std::vector<std::int16_t> h(kStates), c(kStates);
    std::vector<std::int32_t> scratch(5 * Hidden + kInputs + 8);
    portable(in.data(), w.data(), r.data(), bias.data(), multipliers.data(),
             constants.data(), lengths.data(), start.data(), cells.data(),
             y.data(), h.data(), c.data(),
             reinterpret_cast<std::int8_t *>(scratch.data()));
    const Fenced<Y> simdY(static_cast<int>(y.size()));
    const Fenced<std::int16_t> simdH(kStates), simdC(kStates);
    const Fenced<std::int8_t> room(wholeTimes(Layer::kScratch, 4));
    const Fenced<std::int32_t> factors(fillUp(multipliers));
    simd(in.data(), packWeights().data(), packRecurrence().data(),
         packBias().data(), factors.data(), constants.data(), lengths.data(),
         start.data(), cells.data(), simdY.data(), simdH.data(), simdC.data(),
         room.data());
    expectSame(simdY.copy(), y, "y");
    expectSame(simdH.copy(), h, "h");
    if (Gates == 4)
      expectSame(simdC.copy(), c, "c");
  }
  template <class T>
  static void expectSame(const std::vector<T> &actual,
                         const std::vector<T> &expected, const char *what) {
    for (std::size_t i = 0; i < expected.size(); ++i)
      ASSERT_EQ(int{actual[i]}, int{expected[i]})
          << what << "[" << i << "] of " << expected.size() << ", Hidden "
          << Hidden << ", In " << In::dim(0) << "x" << In::dim(1) << "x"
          << kInputs;
  }
};

/// Calls `test` with arguments that are usual and that `scale` limits; of the
/// former also those kernels that know it.
template <class Test> void forEachSize(const Test &test) {
  test(std::false_type(), 1.0);
  test(std::true_type(), 1.0);
  test(std::true_type(), 16384.0);
}

template <class In, int Hidden, Direction Way, bool Vectors, class X, class Y,
          Activation... Functions>
void testRnn() {
  forEachSize([&](auto limits, double times) {
    using Limits = decltype(limits);
    Case<1, In, Hidden, Way, X, Functions...>(times, INT32_MAX)
        .template compare<Y>(
            [](auto *in, auto *w, auto *r, auto *b, auto *m, auto *k, auto *n,
               auto *h0, auto *, auto *y, auto *h, auto *, auto *s) {
              rnn_s16<In, Hidden, Way, true, Functions...>(in, w, r, b, m, k, n,
                                                           h0, y, h, s);
            },
            [](auto *in, auto *w, auto *r, auto *b, auto *m, auto *k, auto *n,
               auto *h0, auto *, auto *y, auto *h, auto *, auto *s) {
              rnn_s16_simd<State, S8, In, Hidden, Way, true, Vectors,
                           Limits::value, Functions...>(in, w, r, b, m, k, n,
                                                        h0, y, h, s);
            });
  });
}

template <class In, int Hidden, Direction Way, bool Vectors, bool Linear,
          class X, class Y, Activation... Functions>
void testGru(std::int32_t clip = INT32_MAX) {
  forEachSize([&](auto limits, double times) {
    using Limits = decltype(limits);
    Case<3, In, Hidden, Way, X, Functions...>(times, clip)
        .template compare<Y>(
            [](auto *in, auto *w, auto *r, auto *b, auto *m, auto *k, auto *n,
               auto *h0, auto *, auto *y, auto *h, auto *, auto *s) {
              gru_s16<In, Hidden, Way, true, Linear, Functions...>(
                  in, w, r, b, m, k, n, h0, y, h, s);
            },
            [](auto *in, auto *w, auto *r, auto *b, auto *m, auto *k, auto *n,
               auto *h0, auto *, auto *y, auto *h, auto *, auto *s) {
              gru_s16_simd<State, S8, In, Hidden, Way, true, Vectors,
                           Limits::value, Linear, Functions...>(
                  in, w, r, b, m, k, n, h0, y, h, s);
            });
  });
}

template <class In, int Hidden, Direction Way, bool Vectors, bool Forget,
          class X, class Y, Activation... Functions>
void testLstm() {
  forEachSize([](auto limits, double times) {
    using Limits = decltype(limits);
    Case<4, In, Hidden, Way, X, Functions...> t(times, INT32_MAX);
    t.template compare<Y>(
        [](auto *in, auto *w, auto *r, auto *b, auto *m, auto *k, auto *n,
           auto *h0, auto *c0, auto *y, auto *h, auto *c, auto *s) {
          lstm_s16<In, Hidden, Way, true, Forget, Functions...>(
              in, w, r, b, m, k, n, h0, c0, y, h, c, s);
        },
        [](auto *in, auto *w, auto *r, auto *b, auto *m, auto *k, auto *n,
           auto *h0, auto *c0, auto *y, auto *h, auto *c, auto *s) {
          lstm_s16_simd<State, S8, In, Hidden, Way, true, Vectors,
                        Limits::value, Forget, Functions...>(
              in, w, r, b, m, k, n, h0, c0, y, h, c, s);
        });
    t.template compare<Y>(
        [&](auto *in, auto *w, auto *r, auto *b, auto *m, auto *k, auto *n,
            auto *h0, auto *c0, auto *y, auto *h, auto *c, auto *s) {
          lstm_peephole_s16<In, Hidden, Way, true, Forget, Functions...>(
              in, w, r, b, m, k, n, h0, c0, t.holes.data(), y, h, c, s);
        },
        [&](auto *in, auto *w, auto *r, auto *b, auto *m, auto *k, auto *n,
            auto *h0, auto *c0, auto *y, auto *h, auto *c, auto *s) {
          lstm_peephole_s16_simd<State, S8, In, Hidden, Way, true, false,
                                 Limits::value, Forget, Functions...>(
              in, w, r, b, m, k, n, h0, c0, t.holes.data(), y, h, c, s);
        });
  });
}

using Byte = std::int8_t;
using Word = std::int16_t;
constexpr auto kForward = Direction::Forward, kReverse = Direction::Reverse,
               kBoth = Direction::Bidirectional;

TEST(SimdRecurrent, Rnn) {
  testRnn<Shape<4, 2, 3>, 5, kForward, true, Byte, Word, kT>();
  testRnn<Shape<11, 1, 9>, 17, kReverse, true, Byte, Byte, kR>();
  testRnn<Shape<3, 1, 33>, 40, kBoth, true, Word, Byte, kS, kT>();
  testRnn<Shape<3, 2, 6>, 9, kForward, false, Byte, Word, kHS>();
}

TEST(SimdRecurrent, Gru) {
  testGru<Shape<19, 1, 24>, 24, kForward, true, false, Byte, Byte, kS, kR>();
  testGru<Shape<4, 2, 3>, 5, kForward, true, false, Byte, Word, kS, kT>();
  testGru<Shape<1, 1, 90>, 48, kForward, true, true, Byte, Word, kS, kT>();
  testGru<Shape<9, 1, 7>, 16, kReverse, true, true, Word, Word, kS, kT>(30000);
  testGru<Shape<10, 1, 5>, 3, kBoth, true, false, Byte, Byte, kS, kT, kS, kR>(
      20000);
  testGru<Shape<2, 1, 31>, 96, kForward, true, true, Byte, Byte, kS, kT>();
  testGru<Shape<5, 1, 8>, 33, kForward, false, true, Byte, Word, kHS, kT>();
  testGru<Shape<3, 1, 4>, 12, kForward, false, false, Word, Byte, kS, kT>();
}

TEST(SimdRecurrent, Lstm) {
  testLstm<Shape<10, 1, 12>, 16, kForward, true, false, Byte, Word, kS, kT,
           kT>();
  testLstm<Shape<4, 2, 3>, 5, kForward, true, true, Byte, Byte, kS, kT, kT>();
  testLstm<Shape<1, 1, 65>, 40, kForward, true, false, Word, Word, kS, kT,
           kT>();
  testLstm<Shape<3, 1, 20>, 10, kBoth, true, false, Byte, Byte, kS, kT, kR, kS,
           kR, kT>();
  testLstm<Shape<3, 1, 2>, 7, kReverse, false, false, Byte, Word, kHS, kT,
           kT>();
}

// Every argument at which functions are not constant, and the largest ones.
TEST(SimdRecurrent, FunctionsAreExact) {
  constexpr int kLanes = State::kLanes;
  std::vector<std::int32_t> x;
  for (std::int32_t i = -(17 << 15); i <= 17 << 15; i += 5)
    x.push_back(i);
  for (const std::int32_t i : {1 << 29, 3 << 28, (1 << 30) - 1, 1 << 18,
                               (1 << 18) - 1, (1 << 19) - 1, 1 << 19, 0, 1})
    x.insert(x.end(), {i, -i});
  x.resize(x.size() / kLanes * kLanes);
  for (std::size_t i = 0; i < x.size(); i += kLanes) {
    std::int32_t sigmoid[kLanes], tanh[kLanes];
    const auto v = State::load(x.data() + i);
    State::store(sigmoid, simdActivateFixed<State, kS>(v));
    State::store(tanh, simdActivateFixed<State, kT>(v));
    for (std::size_t k = 0; k < kLanes; ++k) {
      ASSERT_EQ(sigmoid[k], sigmoidFixed(x[i + k])) << x[i + k];
      ASSERT_EQ(tanh[k], tanhFixed(x[i + k])) << x[i + k];
    }
  }
}

// Products of up to `bits` bits.
template <bool Limits> void testScaling(int shift, int bits) {
  constexpr int kLanes = State::kLanes;
  const int most = std::min(bits, 31), rest = std::min(bits - most, 31);
  const auto mostM = static_cast<int>((std::int64_t{1} << most) - 1),
             mostX = static_cast<int>((std::int64_t{1} << rest) - 1);
  Random random;
  for (int i = 0; i < 100; ++i) {
    std::int32_t x[kLanes], m[kLanes], scaled[kLanes];
    for (int k = 0; k < kLanes; ++k) {
      m[k] = random.integer(mostM / 2, mostM);
      x[k] = random.integer(-mostX, mostX);
    }
    const SimdMultiplier<State> factor(State::load(m));
    State::store(scaled, State::template scaleBy<Limits>(
                             State::load(x), factor.even, factor.odd,
                             State::Shift(shift)));
    for (int k = 0; k < kLanes; ++k)
      ASSERT_EQ(scaled[k], Limits ? scale(x[k], Factor(m[k], shift))
                                  : scaleWide(x[k], Factor(m[k], shift)))
          << x[k] << " * " << m[k] << " >> " << shift;
  }
}

TEST(SimdRecurrent, ScalingIsExact) {
  for (int shift = 1; shift <= 62; ++shift) {
    testScaling<false>(shift, std::min(shift + 30, 62));
    testScaling<true>(shift, std::min(shift + 30, 62));
    testScaling<true>(shift, 62);
  }
}

} // namespace
