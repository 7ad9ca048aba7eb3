// Recurrent layers in integers: RNN, GRU and LSTM with int8 weights and int16
// states (docs/spec/integers.md, rules L1 and on).
//
//   in           [S, B, I]           int8 or int16
//   weights      [D, G * H, I]       D directions, G gates of H units
//   recurrence   [D, G * H, H]
//   bias         [D, 2, G * H]       of the input, then of the recurrence
//   multipliers  [D, 2, G * H]       from their sums to the functions' units
//   constants    [D, kRecurrentConstants]
//   lengths      [B]                 steps that a sequence has
//   h0, c0       [D, B, H]           states before the first step
//   y            [S, D, B, H]        states after each step, int8 or int16;
//   with
//                                    KeepsStates only
//   h, c         [D, B, H]           states after the last step
//   scratch      4 * H int32, then H int16, then I int16
#ifndef EDGECC_KERNELS_RECURRENT_S16_H
#define EDGECC_KERNELS_RECURRENT_S16_H

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#ifndef EDGECC_KERNELS_ARM_DSP_H
#include "arm_dsp.h"
#endif
#ifndef EDGECC_KERNELS_DOT_PRODUCT_H
#include "dot_product.h"
#endif
#ifndef EDGECC_KERNELS_RECURRENT_LOOP_H
#include "recurrent_loop.h"
#endif
#ifndef EDGECC_KERNELS_RECURRENT_FIXED_H
#include "recurrent_fixed.h"
#endif

namespace edgecc {
namespace kernels {
namespace {

[[maybe_unused]] inline void copyStates(const std::int16_t *from, int count,
                                        std::int16_t *to) {
  std::memcpy(to, from, static_cast<std::size_t>(count) * sizeof(std::int16_t));
}

/// Adds the dot products of in[First..Columns) with `Lanes` rows of int8.
template <int Lanes, int First, int Columns>
inline void accumulateColumns(Accumulators<std::int32_t> &acc,
                              const std::int16_t *in, const std::int8_t *rows) {
  Accumulators<std::int32_t> sum = acc;
  for (int i = First; i < Columns; ++i) {
    const std::int32_t x = in[i];
    sum.a0 += x * rows[i];
    if constexpr (Lanes == 4) {
      sum.a1 += x * rows[Columns + i];
      sum.a2 += x * rows[2 * Columns + i];
      sum.a3 += x * rows[3 * Columns + i];
    }
  }
  acc = sum;
}

#if defined(__ARM_FEATURE_DSP)

/// Adds the products of four weights; `even` are inputs 0 and 2, `odd` 1 and 3.
inline void accumulateFour(std::int32_t &sum, std::int32_t even,
                           std::int32_t odd, const std::int8_t *weights) {
  const std::int32_t word = loadWord(weights);
  sum = multiplyPairs(even, evenBytes(word), sum);
  sum = multiplyPairs(odd, oddBytes(word), sum);
}

/// All columns, four at a time.
template <int Lanes, int Columns>
inline void accumulateRows(Accumulators<std::int32_t> &acc,
                           const std::int16_t *in, const std::int8_t *rows) {
  constexpr int kWhole = Columns / 4 * 4;
  Accumulators<std::int32_t> sum = acc;
  for (int i = 0; i < kWhole; i += 4) {
    const auto low = static_cast<std::uint32_t>(loadWord(in + i));
    const auto high = static_cast<std::uint32_t>(loadWord(in + i + 2));
    const auto even = static_cast<std::int32_t>((low & 0xFFFFu) | (high << 16));
    const auto odd =
        static_cast<std::int32_t>((low >> 16) | (high & 0xFFFF0000u));
    accumulateFour(sum.a0, even, odd, rows + i);
    if constexpr (Lanes == 4) {
      accumulateFour(sum.a1, even, odd, rows + Columns + i);
      accumulateFour(sum.a2, even, odd, rows + 2 * Columns + i);
      accumulateFour(sum.a3, even, odd, rows + 3 * Columns + i);
    }
  }
  acc = sum;
  accumulateColumns<Lanes, kWhole, Columns>(acc, in, rows);
}

#else

template <int Lanes, int Columns>
inline void accumulateRows(Accumulators<std::int32_t> &acc,
                           const std::int16_t *in, const std::int8_t *rows) {
  accumulateColumns<Lanes, 0, Columns>(acc, in, rows);
}

#endif // __ARM_FEATURE_DSP

/// How sums become arguments of functions: scaled, then stored or added.
template <bool Adds> struct FinishArgument {
  const std::int32_t *multipliers;
  const std::int32_t *earlier;
  int shift;

  std::int32_t operator()(std::int32_t sum, int row) const {
    const std::int32_t scaled = scale(sum, Factor(multipliers[row], shift));
    if constexpr (Adds)
      return earlier[row] + scaled;
    else
      return scaled;
  }
};

/// out[r] = (Adds ? out[r] : 0) + scale(bias[r] + matrix[r] * in)
template <int Rows, int Columns, bool Adds>
inline void multiplyScaled(const std::int8_t *matrix, const std::int16_t *in,
                           const std::int32_t *bias,
                           const std::int32_t *multipliers, int shift,
                           std::int32_t *out) {
  const FinishArgument<Adds> finish{multipliers, out, shift};
  int r = 0;
  for (; r < Rows / 4 * 4; r += 4) {
    Accumulators<std::int32_t> sum = load<4>(bias + r);
    accumulateRows<4, Columns>(sum, in, matrix + r * Columns);
    store<4>(sum, out, r, finish);
  }
  for (; r < Rows; ++r) {
    Accumulators<std::int32_t> sum = load<1>(bias + r);
    accumulateRows<1, Columns>(sum, in, matrix + r * Columns);
    store<1>(sum, out, r, finish);
  }
}

/// What the cells have in common: sizes, weights, constants, functions. A gate
/// has `Padded` sums, of which those from Hidden on are there to fill up.
template <class In, int Hidden, Direction Way, int Padded,
          Activation... Functions>
struct IntegerLayer {
  using Sizes = RecurrentSizes<In, Hidden, Way, Functions...>;
  static constexpr int inputs = Sizes::inputs, hidden = Hidden, padded = Padded;

  const std::int8_t *weights, *recurrence;
  const std::int32_t *bias, *multipliers, *constants;
  std::int32_t *sums;  // [4 * Padded]
  std::int16_t *reset; // [H]
  std::int16_t *input; // [I]

  IntegerLayer(const std::int8_t *w, const std::int8_t *r,
               const std::int32_t *b, const std::int32_t *m,
               const std::int32_t *c, std::int8_t *scratch)
      : weights(w), recurrence(r), bias(b), multipliers(m), constants(c),
        sums(reinterpret_cast<std::int32_t *>(scratch)),
        reset(reinterpret_cast<std::int16_t *>(sums + 4 * Padded)),
        input(reset + Hidden) {}

  template <int D> std::int32_t constant(int index) const {
    return constants[D * kRecurrentConstants + index];
  }
  template <int D> Factor factor(int index) const {
    return Factor(constants + D * kRecurrentConstants + index);
  }

  /// The input of a step without its zero point; int16 has none.
  template <int D> const std::int16_t *center(const std::int16_t *in) const {
    return in;
  }
  template <int D> const std::int16_t *center(const std::int8_t *in) const {
    const std::int32_t zero = constant<D>(kInputZero);
    for (int i = 0; i < inputs; ++i)
      input[i] = static_cast<std::int16_t>(in[i] - zero);
    return input;
  }

  /// Sets the arguments of all gates to the input's part.
  template <int D, int Gates, class X> void startSums(const X *in) const {
    constexpr int kRows = Gates * Hidden;
    multiplyScaled<kRows, inputs, false>(
        weights + D * kRows * inputs, center<D>(in), bias + 2 * D * kRows,
        multipliers + 2 * D * kRows, constant<D>(kWeightShift), sums);
  }
  /// Adds the recurrence's part of `Count` gates from `First` on to `out`, or
  /// sets `out` to it.
  template <int D, int Gates, int First, int Count, bool Adds>
  void multiplyState(const std::int16_t *h, std::int32_t *out) const {
    constexpr int kRow = (D * Gates + First) * Hidden;
    constexpr int kBias = ((2 * D + 1) * Gates + First) * Hidden;
    multiplyScaled<Count * Hidden, Hidden, Adds>(
        recurrence + kRow * Hidden, h, bias + kBias, multipliers + kBias,
        constant<D>(kRecurrenceShift), out);
  }

  template <int D, int Index> std::int32_t apply(std::int32_t x) const {
    constexpr Activation kAll[] = {Functions...};
    return activateFixed<kAll[D * Sizes::functions + Index]>(
        x, constants + D * kRecurrentConstants + kFunctions + 3 * Index);
  }
  /// The same for gates, which are clipped.
  template <int D, int Index> std::int32_t gate(std::int32_t x) const {
    const std::int32_t clip = constant<D>(Index == 0 ? kGateClip : kNextClip);
    return apply<D, Index>(clamp(x, -clip, clip));
  }

  /// A result in the state's own type has no factor.
  template <int D, class Y> void keep(const std::int16_t *h, Y *y) const {
    const Factor result = factor<D>(kResult);
    const std::int32_t zero = constant<D>(kResultZero);
    for (int i = 0; i < Hidden; ++i)
      y[i] = result.multiplier == 0 ? static_cast<Y>(h[i])
                                    : toResult<Y>(h[i], result, zero);
  }
  template <int D> std::int8_t zero() const {
    return static_cast<std::int8_t>(constant<D>(kResultZero));
  }
};

//===----------------------------------------------------------------------===//
// Cells: one step of one sequence
//===----------------------------------------------------------------------===//

template <class LayerT> struct IntegerRnnCell {
  using Layer = LayerT;
  Layer layer;

  template <int D, class X>
  void step(const X *in, std::int16_t *h, int /*row*/) const {
    layer.template startSums<D, 1>(in);
    layer.template multiplyState<D, 1, 0, 1, true>(h, layer.sums);
    const Factor next = layer.template factor<D>(kNext);
    for (int i = 0; i < Layer::hidden; ++i)
      h[i] = toState(layer.template gate<D, 0>(layer.sums[i]), next);
  }
};

template <class LayerT, bool LinearBeforeReset> struct IntegerGruCell {
  using Layer = LayerT;
  static constexpr int kHidden = Layer::hidden, kPadded = Layer::padded;
  Layer layer;

  template <int D, class X>
  void step(const X *in, std::int16_t *h, int /*row*/) const {
    std::int32_t *sums = layer.sums, *z = sums, *n = sums + 2 * kPadded;
    layer.template startSums<D, 3>(in);
    layer.template multiplyState<D, 3, 0, 2, true>(h, sums);
    for (int i = 0; i < kPadded + kHidden; ++i)
      sums[i] = layer.template gate<D, 0>(sums[i]);
    addCandidate<D>(h, n);
    const Factor next = layer.template factor<D>(kNext);
    for (int i = 0; i < kHidden; ++i)
      h[i] = blend(z[i], h[i], toState(layer.template gate<D, 1>(n[i]), next));
  }

  /// Adds the recurrence's part of the candidate.
  template <int D>
  void addCandidate(const std::int16_t *h, std::int32_t *n) const {
    const std::int32_t *r = layer.sums + kPadded;
    if constexpr (LinearBeforeReset) {
      std::int32_t *part = n + kPadded;
      layer.template multiplyState<D, 3, 2, 1, false>(h, part);
      for (int i = 0; i < kHidden; ++i)
        n[i] += static_cast<std::int32_t>(gated(r[i], part[i]));
    } else {
      for (int i = 0; i < kHidden; ++i)
        layer.reset[i] = static_cast<std::int16_t>(gated(r[i], h[i]));
      layer.template multiplyState<D, 3, 2, 1, true>(layer.reset, n);
    }
  }
};

template <class LayerT, bool InputForget, bool HasPeephole>
struct IntegerLstmCell {
  using Layer = LayerT;
  static constexpr int kHidden = Layer::hidden, kPadded = Layer::padded;
  Layer layer;
  std::int16_t *cells;
  const std::int16_t *peephole; // [D, 3 * H]: i, o, f

  template <int D, class X>
  void step(const X *in, std::int16_t *h, int row) const {
    layer.template startSums<D, 4>(in);
    layer.template multiplyState<D, 4, 0, 4, true>(h, layer.sums);
    std::int16_t *c = cells + row * kHidden;
    for (int i = 0; i < kHidden; ++i)
      h[i] = update<D>(i, c[i]);
  }

  /// The argument of gate `Index`, which is its peephole's number, too.
  template <int D, int Index>
  std::int32_t argument(int i, std::int32_t c) const {
    const std::int32_t sum = layer.sums[Index * kPadded + i];
    if constexpr (HasPeephole) {
      return sum + scale(peephole[(D * 3 + Index) * kHidden + i] * c,
                         layer.template factor<D>(kHole));
    } else {
      return sum;
    }
  }

  template <int D> std::int16_t update(int i, std::int16_t &c) const {
    const std::int32_t in = layer.template gate<D, 0>(argument<D, 0>(i, c));
    const std::int32_t forget =
        InputForget ? kGateOne - in
                    : layer.template gate<D, 0>(argument<D, 2>(i, c));
    const std::int32_t next =
        layer.template gate<D, 1>(layer.sums[3 * kPadded + i]);
    c = nextCell(forget, c, in, next, layer.template factor<D>(kNext));
    const std::int32_t out = layer.template gate<D, 0>(argument<D, 1>(i, c));
    const std::int32_t value =
        layer.template apply<D, 2>(scale(c, layer.template factor<D>(kCell)));
    return toState(out * value, layer.template factor<D>(kOut));
  }
};

//===----------------------------------------------------------------------===//
// Layers
//===----------------------------------------------------------------------===//

template <class In, int Hidden, Direction Way, bool KeepsStates,
          Activation... Functions, class X, class Y>
void rnn_s16(const X *in, const std::int8_t *weights,
             const std::int8_t *recurrence, const std::int32_t *bias,
             const std::int32_t *multipliers, const std::int32_t *constants,
             const std::int32_t *lengths, const std::int16_t *h0, Y *y,
             std::int16_t *h, std::int8_t *scratch) {
  using Layer = IntegerLayer<In, Hidden, Way, Hidden, Functions...>;
  using Sizes = typename Layer::Sizes;
  copyStates(h0, Sizes::directions * Sizes::batch * Hidden, h);
  runDirections<0, KeepsStates>(
      IntegerRnnCell<Layer>{
          {weights, recurrence, bias, multipliers, constants, scratch}},
      in, lengths, y, h);
}

template <class In, int Hidden, Direction Way, bool KeepsStates,
          bool LinearBeforeReset, Activation... Functions, class X, class Y>
void gru_s16(const X *in, const std::int8_t *weights,
             const std::int8_t *recurrence, const std::int32_t *bias,
             const std::int32_t *multipliers, const std::int32_t *constants,
             const std::int32_t *lengths, const std::int16_t *h0, Y *y,
             std::int16_t *h, std::int8_t *scratch) {
  using Layer = IntegerLayer<In, Hidden, Way, Hidden, Functions...>;
  using Sizes = typename Layer::Sizes;
  copyStates(h0, Sizes::directions * Sizes::batch * Hidden, h);
  runDirections<0, KeepsStates>(
      IntegerGruCell<Layer, LinearBeforeReset>{
          {weights, recurrence, bias, multipliers, constants, scratch}},
      in, lengths, y, h);
}

/// `peephole` is null where there is none.
template <class In, int Hidden, Direction Way, bool KeepsStates,
          bool InputForget, bool HasPeephole, Activation... Functions, class X,
          class Y>
inline void runLstm(const X *in, const std::int8_t *weights,
                    const std::int8_t *recurrence, const std::int32_t *bias,
                    const std::int32_t *multipliers,
                    const std::int32_t *constants, const std::int32_t *lengths,
                    const std::int16_t *h0, const std::int16_t *c0,
                    const std::int16_t *peephole, Y *y, std::int16_t *h,
                    std::int16_t *c, std::int8_t *scratch) {
  using Layer = IntegerLayer<In, Hidden, Way, Hidden, Functions...>;
  using Sizes = typename Layer::Sizes;
  constexpr int kStates = Sizes::directions * Sizes::batch * Hidden;
  copyStates(h0, kStates, h);
  copyStates(c0, kStates, c);
  runDirections<0, KeepsStates>(
      IntegerLstmCell<Layer, InputForget, HasPeephole>{
          {weights, recurrence, bias, multipliers, constants, scratch},
          c,
          peephole},
      in, lengths, y, h);
}

template <class In, int Hidden, Direction Way, bool KeepsStates,
          bool InputForget, Activation... Functions, class X, class Y>
void lstm_s16(const X *in, const std::int8_t *weights,
              const std::int8_t *recurrence, const std::int32_t *bias,
              const std::int32_t *multipliers, const std::int32_t *constants,
              const std::int32_t *lengths, const std::int16_t *h0,
              const std::int16_t *c0, Y *y, std::int16_t *h, std::int16_t *c,
              std::int8_t *scratch) {
  runLstm<In, Hidden, Way, KeepsStates, InputForget, false, Functions...>(
      in, weights, recurrence, bias, multipliers, constants, lengths, h0, c0,
      nullptr, y, h, c, scratch);
}

template <class In, int Hidden, Direction Way, bool KeepsStates,
          bool InputForget, Activation... Functions, class X, class Y>
void lstm_peephole_s16(const X *in, const std::int8_t *weights,
                       const std::int8_t *recurrence, const std::int32_t *bias,
                       const std::int32_t *multipliers,
                       const std::int32_t *constants,
                       const std::int32_t *lengths, const std::int16_t *h0,
                       const std::int16_t *c0, const std::int16_t *peephole,
                       Y *y, std::int16_t *h, std::int16_t *c,
                       std::int8_t *scratch) {
  runLstm<In, Hidden, Way, KeepsStates, InputForget, true, Functions...>(
      in, weights, recurrence, bias, multipliers, constants, lengths, h0, c0,
      peephole, y, h, c, scratch);
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_KERNELS_RECURRENT_S16_H
