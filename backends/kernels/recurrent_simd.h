// GRU and LSTM in float with vectors, of one sequence. What they
// compute is defined in recurrent.h; activations are Sigmoid, Tanh or Relu.
//
//   weights     [D, G * P, I] as in simd_tiles.h, P being H in whole vectors as
//               below; in blocks of two vectors, or of eight if there is only
//               one step
//   recurrence  [D, G * P, H] in blocks of eight vectors; those of a GRU's gate
//   n
//               begin a block
//   bias        [D, G, P]  of input and recurrence together; of a GRU with
//               LinearBeforeReset, of gate n that of the input
//   last_bias   [D, P]     of such a GRU: the recurrence's bias of gate n
//   scratch     SimdGates::kScratch bytes
//
// The inputs' part of the sums is computed for several steps at a time, so that
// weights are loaded once for these.
//
// States that fade away become zero at 2^-100 (dropTiny of the arithmetics), as
// denormal numbers, which they would be for some steps, take x86 a hundred
// times as long.
#ifndef EDGECC_KERNELS_RECURRENT_SIMD_H
#define EDGECC_KERNELS_RECURRENT_SIMD_H

#include <cmath>
#include <cstdint>
#include <cstring>

#ifndef EDGECC_KERNELS_SIMD_FINISH_H
#include "simd_finish.h"
#endif
#ifndef EDGECC_KERNELS_SIMD_MATH_H
#include "simd_math.h"
#endif
#ifndef EDGECC_KERNELS_RECURRENT_LOOP_H
#include "recurrent_loop.h"
#endif

namespace edgecc {
namespace kernels {
namespace {

/// out = bias + matrix * in for each of Rows rows of Columns inputs; `bias` is
/// one row. The matrix comes in blocks of so many vectors.
template <class Isa, int Rows, int Columns, int Outputs, int Blocks>
inline void multiplyRows(const float *in, const float *matrix,
                         const float *bias, float *out) {
  using Win = Window<1, 1, 1, 1, 1, 1, 0, 0, 0, 0>;
  constexpr int kVectors = Outputs / Isa::kLanes;
  using Plan =
      TilePlan<Isa, Shape<1, 1, Rows, Columns>, Shape<1, 1, Rows, Outputs>, Win,
               Rows, (kVectors < Blocks ? kVectors : Blocks), Rows>;
  tiledConvolution<Plan>(in, matrix, bias,
                         SimdF32Finish{out, -HUGE_VALF, HUGE_VALF}, nullptr,
                         0.0f);
}

/// The sizes of a layer with Gates gates, and where its buffers lie.
template <class Arithmetic, class In, int Hidden, Direction Way, int Gates>
struct SimdGates {
  using Isa = Arithmetic;
  using Vec = typename Isa::Vec;
  static_assert(In::dim(1) == 1, "one sequence");
  static constexpr int kSteps = In::dim(0), kInputs = In::dim(2);
  static constexpr int kHidden = Hidden, kGates = Gates;
  static constexpr int kPadded =
      (Hidden + Isa::kLanes - 1) / Isa::kLanes * Isa::kLanes;
  static constexpr int kAll = Gates * kPadded;
  static constexpr int kDirections = Way == Direction::Bidirectional ? 2 : 1;
  /// Steps whose inputs are taken together, rather a few more or fewer than
  /// that some are left over, each of which takes all weights for itself. As in
  /// VectorRecurrentKernels.cpp.
  static constexpr int chooseTogether() {
    constexpr int kUsual = Isa::kDepthTile / 2;
    for (int steps = kUsual * 5 / 4; steps > kUsual / 2; --steps)
      if (kSteps % steps == 0)
        return steps;
    return kSteps < kUsual ? kSteps : kUsual;
  }
  static constexpr int kTogether = chooseTogether();
  static constexpr int kInputBlocks = kTogether > 1 ? 2 : 8;
  static constexpr int kFloats = (kTogether + 1) * kAll + 3 * kPadded;
  static constexpr int kScratch = kFloats * static_cast<int>(sizeof(float));

  const float *weights, *recurrence, *bias;
  float clip;
  float *inputSums, *sums, *state, *cells, *part;

  SimdGates(const float *theWeights, const float *theRecurrence,
            const float *theBias, float theClip, std::int8_t *scratch)
      : weights(theWeights), recurrence(theRecurrence), bias(theBias),
        clip(theClip), inputSums(reinterpret_cast<float *>(scratch)),
        sums(inputSums + kTogether * kAll), state(sums + kAll),
        cells(state + kPadded), part(cells + kPadded) {}

  static constexpr bool isReverse(int d) {
    return Way == Direction::Reverse || d == 1;
  }

  template <Activation Kind> Vec gate(Vec x) const {
    return simdActivate<Isa, Kind>(
        Isa::clamp(x, Isa::set(-clip), Isa::set(clip)));
  }

  /// The recurrence of gates from `First` on, from `in`, added to `start`,
  /// which is theirs.
  template <int First, int Count>
  void multiplyState(int d, const float *in, const float *start,
                     float *to) const {
    multiplyRows<Isa, 1, kHidden, Count * kPadded, 8>(
        in, recurrence + (d * kGates + First) * kPadded * kHidden, start,
        to + First * kPadded);
  }

  static void copyIn(const float *from, float *to) {
    std::memset(to, 0, kPadded * sizeof(float));
    std::memcpy(to, from, kHidden * sizeof(float));
  }
  static void copyOut(const float *from, float *to) {
    std::memcpy(to, from, kHidden * sizeof(float));
  }

  /// All steps of direction `d`; `step` takes `state` through one of them.
  template <bool KeepsStates, class Step>
  void run(int d, const float *in, int length, float *y,
           const Step &step) const {
    length = length < 0 ? 0 : length > kSteps ? kSteps : length;
    const float *matrix = weights + d * kAll * kInputs;
    for (int i = 0; i < length;) {
      const int count = length - i >= kTogether ? kTogether : 1;
      const int first = isReverse(d) ? length - i - count : i;
      const float *rows = in + first * kInputs;
      if (count == kTogether)
        multiplyRows<Isa, kTogether, kInputs, kAll, kInputBlocks>(
            rows, matrix, bias + d * kAll, inputSums);
      else
        multiplyRows<Isa, 1, kInputs, kAll, kInputBlocks>(
            rows, matrix, bias + d * kAll, inputSums);
      for (int k = 0; k < count; ++k) {
        const int at = isReverse(d) ? count - 1 - k : k;
        step(inputSums + at * kAll);
        if constexpr (KeepsStates)
          copyOut(state, y + ((first + at) * kDirections + d) * kHidden);
      }
      i += count;
    }
    if constexpr (KeepsStates)
      for (int i = length; i < kSteps; ++i)
        std::memset(y + (i * kDirections + d) * kHidden, 0,
                    kHidden * sizeof(float));
  }
};

template <class Isa, class In, int Hidden, Direction Way, bool KeepsStates,
          bool LinearBeforeReset, Activation... Functions>
void gru_f32_simd(const float *in, const float *weights,
                  const float *recurrence, const float *bias,
                  [[maybe_unused]] const float *last_bias,
                  const std::int32_t *lengths, const float *h0, float *y,
                  float *h, std::int8_t *scratch, float clip) {
  using Gates = SimdGates<Isa, In, Hidden, Way, 3>;
  using Vec = typename Isa::Vec;
  constexpr Activation kAll[] = {Functions...};
  constexpr int kPadded = Gates::kPadded;
  const Gates gates(weights, recurrence, bias, clip, scratch);
  float *z = gates.sums, *r = z + kPadded, *n = r + kPadded;
  float *state = gates.state;
  const auto runDirection = [&](auto direction) {
    constexpr int d = decltype(direction)::rank; // Shape<> or Shape<1>.
    Gates::copyIn(h0 + d * Hidden, state);
    gates.template run<KeepsStates>(d, in, lengths[0], y, [&](const float *x) {
      gates.template multiplyState<0, 2>(d, state, x, gates.sums);
      for (int i = 0; i < 2 * kPadded; i += Isa::kLanes)
        Isa::store(z + i, gates.template gate<kAll[2 * d]>(Isa::load(z + i)));
      if constexpr (LinearBeforeReset) {
        gates.template multiplyState<2, 1>(d, state, last_bias + d * kPadded,
                                           gates.sums);
        for (int i = 0; i < kPadded; i += Isa::kLanes)
          Isa::store(n + i, Isa::dot(Isa::load(x + 2 * kPadded + i),
                                     Isa::load(r + i), Isa::load(n + i)));
      } else {
        for (int i = 0; i < kPadded; i += Isa::kLanes)
          Isa::store(gates.part + i,
                     Isa::dropTiny(Isa::multiply(Isa::load(r + i),
                                                 Isa::load(state + i))));
        gates.template multiplyState<2, 1>(d, gates.part, x + 2 * kPadded,
                                           gates.sums);
      }
      for (int i = 0; i < kPadded; i += Isa::kLanes) {
        const Vec next = gates.template gate<kAll[2 * d + 1]>(Isa::load(n + i));
        Isa::store(state + i, Isa::dropTiny(Isa::dot(
                                  next, Isa::load(z + i),
                                  Isa::subtract(Isa::load(state + i), next))));
      }
    });
    Gates::copyOut(state, h + d * Hidden);
  };
  runDirection(Shape<>());
  if constexpr (Gates::kDirections > 1)
    runDirection(Shape<1>());
}

template <class Isa, class In, int Hidden, Direction Way, bool KeepsStates,
          Activation... Functions>
void lstm_f32_simd(const float *in, const float *weights,
                   const float *recurrence, const float *bias,
                   const std::int32_t *lengths, const float *h0,
                   const float *c0, float *y, float *h, float *c,
                   std::int8_t *scratch, float clip) {
  using Gates = SimdGates<Isa, In, Hidden, Way, 4>;
  using Vec = typename Isa::Vec;
  constexpr Activation kAll[] = {Functions...};
  constexpr int kPadded = Gates::kPadded;
  const Gates gates(weights, recurrence, bias, clip, scratch);
  const auto runDirection = [&](auto direction) {
    constexpr int d = decltype(direction)::rank;
    Gates::copyIn(h0 + d * Hidden, gates.state);
    Gates::copyIn(c0 + d * Hidden, gates.cells);
    gates.template run<KeepsStates>(d, in, lengths[0], y, [&](const float *x) {
      gates.template multiplyState<0, 4>(d, gates.state, x, gates.sums);
      for (int i = 0; i < kPadded; i += Isa::kLanes) {
        const auto gate = [&](int index) {
          return gates.template gate<kAll[3 * d]>(
              Isa::load(gates.sums + index * kPadded + i));
        };
        const Vec input = gate(0), output = gate(1), forget = gate(2);
        const Vec next = gates.template gate<kAll[3 * d + 1]>(
            Isa::load(gates.sums + 3 * kPadded + i));
        const Vec cell = Isa::dropTiny(Isa::dot(
            Isa::multiply(forget, Isa::load(gates.cells + i)), input, next));
        Isa::store(gates.cells + i, cell);
        Isa::store(gates.state + i,
                   Isa::dropTiny(Isa::multiply(
                       output, simdActivate<Isa, kAll[3 * d + 2]>(cell))));
      }
    });
    Gates::copyOut(gates.state, h + d * Hidden);
    Gates::copyOut(gates.cells, c + d * Hidden);
  };
  runDirection(Shape<>());
  if constexpr (Gates::kDirections > 1)
    runDirection(Shape<1>());
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_KERNELS_RECURRENT_SIMD_H
