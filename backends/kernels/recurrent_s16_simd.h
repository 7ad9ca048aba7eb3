// Integer recurrent layers with vectors: the bits of recurrent_s16.h. `P` is H
// in whole vectors of rows (kRows of the arithmetic); what is filled up is
// zero.
//
//   weights      [D, G * P, I]: of int8 inputs as in simd_tiles.h, of int16 as
//                in simd_states.h
//   recurrence   [D, G * P, H] as in simd_states.h; the last gate of a GRU is a
//                matrix of its own
//   bias         [D, 2, G * P], with what zero points and the arithmetics'
//                offsets add to sums
//   multipliers  [D, 2, G * P]
//   scratch      SimdIntegerLayer::kScratch bytes
//
// All else is as there. The products are always vectors. The functions are if
// `VectorFunctions`: then they have to be Sigmoid, Tanh or Relu, and no product
// with a factor may leave +-2^30. Without `Limits` no argument may be one that
// `scale` limits.
#ifndef EDGECC_KERNELS_RECURRENT_S16_SIMD_H
#define EDGECC_KERNELS_RECURRENT_S16_SIMD_H

#include <cstdint>
#include <cstring>
#include <type_traits>

#ifndef EDGECC_KERNELS_SIMD_STATES_H
#include "simd_states.h"
#endif
#ifndef EDGECC_KERNELS_SIMD_TILES_H
#include "simd_tiles.h"
#endif
#ifndef EDGECC_KERNELS_RECURRENT_S16_H
#include "recurrent_s16.h"
#endif

namespace edgecc {
namespace kernels {
namespace {

/// Stores sums of the input as arguments.
template <class Isa, bool Limits> struct SimdArgumentFinish {
  const std::int32_t *multipliers;
  std::int32_t *out;
  int shift;

  template <class Plan, int M, int N, int Valid>
  EDGECC_SIMD_INLINE void store(typename Plan::Isa::Vec (&sums)[M][N],
                                int channel, std::ptrdiff_t place) const {
    const typename Isa::Shift by(shift);
    EDGECC_SIMD_UNROLL
    for (int n = 0; n < N; ++n) {
      const SimdMultiplier<Isa> factor(
          Isa::load(multipliers + channel + n * Isa::kLanes));
      EDGECC_SIMD_UNROLL
      for (int m = 0; m < M; ++m)
        Isa::store(out + place + m * Plan::kOut + n * Isa::kLanes,
                   Isa::template scaleBy<Limits>(sums[m][n], factor.even,
                                                 factor.odd, by));
    }
  }
};

/// The sizes of a layer with Gates gates and inputs X, multiplied by `Bytes` if
/// they are int8; and where its buffers lie.
template <class Arithmetic, class Bytes, class X, int Gates, bool Limits,
          class In, int Hidden, Direction Way, Activation... Functions>
struct SimdIntegerLayer
    : IntegerLayer<In, Hidden, Way, wholeTimes(Hidden, Arithmetic::kRows),
                   Functions...> {
  using Isa = Arithmetic;
  using Vec = typename Isa::Vec;
  using Cell = typename Isa::Cell;
  using Base = IntegerLayer<In, Hidden, Way, wholeTimes(Hidden, Isa::kRows),
                            Functions...>;
  using Sizes = typename Base::Sizes;
  using Base::inputs, Base::padded, Base::sums;
  static constexpr int kAll = Gates * padded;
  static constexpr bool kHasBytes = sizeof(X) == 1;
  /// Steps whose inputs are multiplied together. As in
  /// VectorRecurrentS16Kernels.cpp.
  static constexpr int kTogether = !kHasBytes || Sizes::batch > 1 ? 1
                                   : Sizes::steps < Isa::kTogether
                                       ? Sizes::steps
                                       : Isa::kTogether;
  static constexpr int kInputBlocks =
      kTogether > 1 ? Isa::kTileBlocks : Isa::kRowBlocks;
  /// States that are loaded at once, and some behind them.
  static constexpr int kRoom =
      wholeTimes(padded > inputs ? padded : inputs, 32);
  static constexpr int kTileBytes = 2 * (kTogether * inputs + 32);
  static constexpr int kScratch =
      4 * (4 * padded + kTogether * kAll) + 2 * 5 * kRoom + kTileBytes;

  std::int32_t *inputSums;    // [kTogether, G * P]
  std::int16_t *state, *cell; // [kRoom]
  std::int8_t *bytes, *tile;

  SimdIntegerLayer(const std::int8_t *w, const std::int8_t *r,
                   const std::int32_t *b, const std::int32_t *m,
                   const std::int32_t *c, std::int8_t *scratch)
      : Base(w, r, b, m, c, scratch), inputSums(sums + 4 * padded),
        state(reinterpret_cast<std::int16_t *>(inputSums + kTogether * kAll)),
        cell(state + kRoom) {
    this->reset = cell + kRoom;
    this->input = this->reset + kRoom;
    bytes = reinterpret_cast<std::int8_t *>(this->input + kRoom);
    tile = bytes + 2 * kRoom;
    std::memset(state, 0, 2 * 5 * kRoom);
  }

  static void copyIn(const std::int16_t *from, std::int16_t *to) {
    std::memcpy(to, from, Hidden * sizeof(std::int16_t));
  }

  /// States in the form that they are multiplied in.
  template <int Columns> const Cell *toCells(const std::int16_t *from) const {
    if constexpr (Isa::kSplits) {
      Cell *to = reinterpret_cast<Cell *>(bytes);
      for (int i = 0; i < Columns; i += Isa::kSplit)
        Isa::split(from + i, to + i, to + kRoom + i);
      return to;
    } else {
      return from;
    }
  }

  //===--- The input ------------------------------------------------------===//

  /// The arguments' parts of kTogether steps or of one.
  template <int D> void prepare(const std::int8_t *in, bool isTogether) const {
    if (isTogether)
      multiplyBytes<D, kTogether>(in);
    else
      multiplyBytes<D, 1>(in);
  }
  template <int D, int Count> void multiplyBytes(const std::int8_t *in) const {
    constexpr int kVectors = kAll / Bytes::kLanes;
    using Plan =
        TilePlan<Bytes, Shape<1, 1, Count, inputs>, Shape<1, 1, Count, kAll>,
                 Window<1, 1, 1, 1, 1, 1, 0, 0, 0, 0>, Count,
                 (kVectors < kInputBlocks ? kVectors : kInputBlocks), Count>;
    constexpr int kMatrix = kAll * wholeTimes(inputs, Bytes::kStep);
    tiledConvolution<Plan>(in, this->weights + D * kMatrix,
                           this->bias + 2 * D * kAll,
                           SimdArgumentFinish<Isa, Limits>{
                               this->multipliers + 2 * D * kAll, inputSums,
                               this->template constant<D>(kWeightShift)},
                           tile, typename Bytes::Cell{0});
  }
  template <int D>
  void prepare(const std::int16_t *in, bool /*isTogether*/) const {
    std::memcpy(this->input, in, inputs * sizeof(std::int16_t));
    constexpr int kMatrix = kAll * wholeTimes(inputs, Isa::kStep);
    multiplyStates<Isa, kAll, inputs, kRoom, Limits, false>(
        {this->weights + D * kMatrix, this->bias + 2 * D * kAll,
         this->multipliers + 2 * D * kAll, nullptr, inputSums,
         this->template constant<D>(kWeightShift)},
        toCells<inputs>(this->input));
  }

  /// For the cells of recurrent_s16.h: these parts are there already.
  template <int D, int /*Gates*/>
  void startSums(const std::int32_t *prepared) const {
    std::memcpy(sums, prepared, kAll * sizeof(std::int32_t));
  }

  //===--- The state ------------------------------------------------------===//

  /// The recurrence's part of `Count` gates from `First` on, from `h`, with
  /// `Adds` added to `start`.
  template <int D, int First, int Count, bool Adds>
  void multiplyGates(const std::int16_t *h, const std::int32_t *start,
                     std::int32_t *out) const {
    constexpr int kRow = (D * Gates + First) * padded;
    constexpr int kOwn = ((2 * D + 1) * Gates + First) * padded;
    multiplyStates<Isa, Count * padded, Hidden, kRoom, Limits, Adds>(
        {this->recurrence + kRow * wholeTimes(Hidden, Isa::kStep),
         this->bias + kOwn, this->multipliers + kOwn, start, out,
         this->template constant<D>(kRecurrenceShift)},
        toCells<Hidden>(h));
  }
  /// For the cells of recurrent_s16.h.
  template <int D, int /*Gates*/, int First, int Count, bool Adds>
  void multiplyState(const std::int16_t *h, std::int32_t *out) const {
    multiplyGates<D, First, Count, Adds>(h, out, out);
  }

  //===--- Functions ------------------------------------------------------===//

  template <int D, int Index> static EDGECC_SIMD_INLINE Vec activate(Vec x) {
    constexpr Activation kFunctionsOf[] = {Functions...};
    return simdActivateFixed<Isa, kFunctionsOf[D * Sizes::functions + Index]>(
        x);
  }
  /// Of gates, which are clipped.
  template <int D, int Index> EDGECC_SIMD_INLINE Vec vectorGate(Vec x) const {
    const std::int32_t clip =
        this->template constant<D>(Index == 0 ? kGateClip : kNextClip);
    return activate<D, Index>(simdClamp<Isa>(x, -clip, clip));
  }
  template <int D> SimdFactor<Isa> vectorFactor(int index) const {
    return SimdFactor<Isa>(this->template factor<D>(index));
  }

  /// The result of a step.
  template <int D, bool VectorFunctions, class Y> void keepState(Y *y) const {
    const Factor result = this->template factor<D>(kResult);
    if (!VectorFunctions || result.multiplier == 0) {
      this->template keep<D>(state, y);
      return;
    }
    const SimdFactor<Isa> factor(result);
    const Vec zero = Isa::set(this->template constant<D>(kResultZero));
    Y all[padded];
    for (int i = 0; i < padded; i += Isa::kLanes)
      Isa::storeNarrow(all + i,
                       Isa::add(factor(Isa::loadStates(state + i)), zero));
    std::memcpy(y, all, Hidden * sizeof(Y));
  }
};

//===----------------------------------------------------------------------===//
// Cells: `step` takes the parts of the input that are prepared
//===----------------------------------------------------------------------===//

/// Those of recurrent_s16.h.
template <class Cell> struct ScalarCell : Cell {
  using Layer = typename Cell::Layer;
  static constexpr bool kVectors = false;
  template <int D> void step(const std::int32_t *prepared, int row) const {
    Cell::template step<D>(prepared, this->layer.state, row);
  }
  void begin(int /*row*/) const {}
  void end(int /*row*/) const {}
};

template <class LayerT> struct SimdIntegerRnnCell {
  using Layer = LayerT;
  using Isa = typename Layer::Isa;
  static constexpr bool kVectors = true;
  Layer layer;

  void begin(int /*row*/) const {}
  void end(int /*row*/) const {}
  template <int D> void step(const std::int32_t *prepared, int /*row*/) const {
    std::int32_t *sums = layer.sums;
    layer.template multiplyGates<D, 0, 1, true>(layer.state, prepared, sums);
    const SimdFactor<Isa> next = layer.template vectorFactor<D>(kNext);
    for (int i = 0; i < Layer::padded; i += Isa::kLanes)
      Isa::storeNarrow(layer.state + i, next(layer.template vectorGate<D, 0>(
                                            Isa::load(sums + i))));
  }
};

template <class LayerT, bool LinearBeforeReset> struct SimdIntegerGruCell {
  using Layer = LayerT;
  using Isa = typename Layer::Isa;
  using Vec = typename Isa::Vec;
  static constexpr bool kVectors = true;
  static constexpr int kPadded = Layer::padded;
  Layer layer;

  void begin(int /*row*/) const {}
  void end(int /*row*/) const {}
  template <int D> void step(const std::int32_t *prepared, int /*row*/) const {
    const std::int32_t *z = layer.sums, *n = z + 2 * kPadded;
    layer.template multiplyGates<D, 0, 2, true>(layer.state, prepared,
                                                layer.sums);
    if constexpr (LinearBeforeReset)
      addGated<D>(prepared + 2 * kPadded, layer.sums + 2 * kPadded);
    else
      multiplyGated<D>(prepared + 2 * kPadded, layer.sums + 2 * kPadded);
    const SimdFactor<Isa> factor = layer.template vectorFactor<D>(kNext);
    for (int i = 0; i < kPadded; i += Isa::kLanes) {
      const Vec next = simdSaturate16<Isa>(
          factor(layer.template vectorGate<D, 1>(Isa::load(n + i))));
      Isa::storeNarrow(
          layer.state + i,
          simdBlend<Isa>(layer.template vectorGate<D, 0>(Isa::load(z + i)),
                         Isa::loadStates(layer.state + i), next));
    }
  }

private:
  template <int D> EDGECC_SIMD_INLINE Vec resetGate(int i) const {
    return layer.template vectorGate<D, 0>(Isa::load(layer.sums + kPadded + i));
  }
  /// The candidate's argument from what the gate leaves of the scaled sums.
  template <int D>
  void addGated(const std::int32_t *prepared, std::int32_t *n) const {
    layer.template multiplyGates<D, 2, 1, false>(layer.state, nullptr, n);
    const typename Isa::Shift shift(kGateBits);
    for (int i = 0; i < kPadded; i += Isa::kLanes) {
      const SimdMultiplier<Isa> r(resetGate<D>(i));
      Isa::store(n + i, Isa::add(Isa::load(prepared + i),
                                 Isa::template scaleBy<false>(
                                     Isa::load(n + i), r.even, r.odd, shift)));
    }
  }
  /// From what it leaves of the states.
  template <int D>
  void multiplyGated(const std::int32_t *prepared, std::int32_t *n) const {
    for (int i = 0; i < kPadded; i += Isa::kLanes)
      Isa::storeNarrow(layer.reset + i,
                       fromGateUnits<Isa>(Isa::multiply(
                           resetGate<D>(i), Isa::loadStates(layer.state + i))));
    layer.template multiplyGates<D, 2, 1, true>(layer.reset, prepared, n);
  }
};

template <class LayerT, bool InputForget> struct SimdIntegerLstmCell {
  using Layer = LayerT;
  using Isa = typename Layer::Isa;
  using Vec = typename Isa::Vec;
  static constexpr bool kVectors = true;
  static constexpr int kPadded = Layer::padded;
  Layer layer;
  std::int16_t *cells;

  void begin(int row) const {
    Layer::copyIn(cells + row * Layer::hidden, layer.cell);
  }
  void end(int row) const {
    Layer::copyIn(layer.cell, cells + row * Layer::hidden);
  }
  template <int D> void step(const std::int32_t *prepared, int /*row*/) const {
    layer.template multiplyGates<D, 0, 4, true>(layer.state, prepared,
                                                layer.sums);
    const SimdFactor<Isa> toCell = layer.template vectorFactor<D>(kNext),
                          ofCell = layer.template vectorFactor<D>(kCell),
                          toState = layer.template vectorFactor<D>(kOut);
    for (int i = 0; i < kPadded; i += Isa::kLanes) {
      const auto argument = [&](int index) {
        return Isa::load(layer.sums + index * kPadded + i);
      };
      const Vec in = layer.template vectorGate<D, 0>(argument(0));
      const Vec forget = InputForget
                             ? Isa::subtract(Isa::set(kGateOne), in)
                             : layer.template vectorGate<D, 0>(argument(2));
      const Vec next = layer.template vectorGate<D, 1>(argument(3));
      const Vec c = simdSaturate16<Isa>(fromGateUnits<Isa>(
          Isa::add(Isa::multiply(forget, Isa::loadStates(layer.cell + i)),
                   toCell(Isa::multiply(in, next)))));
      Isa::storeNarrow(layer.cell + i, c);
      const Vec out = layer.template vectorGate<D, 0>(argument(1));
      const Vec value = layer.template activate<D, 2>(ofCell(c));
      Isa::storeNarrow(layer.state + i, toState(Isa::multiply(out, value)));
    }
  }
};

//===----------------------------------------------------------------------===//
// Layers
//===----------------------------------------------------------------------===//

/// The steps of one sequence in direction `D`.
template <int D, bool KeepsStates, class Cell, class X, class Y>
inline void runSimdSequence(const Cell &cell, const X *in, int sequence,
                            int length, std::int16_t *h, Y *y) {
  using Layer = typename Cell::Layer;
  using Sizes = typename Layer::Sizes;
  constexpr int kHidden = Sizes::hidden, kBatch = Sizes::batch,
                kInputs = Sizes::inputs, kTogether = Layer::kTogether;
  const int row = D * kBatch + sequence;
  const auto yAt = [&](int step) {
    return y + ((step * Sizes::directions + D) * kBatch + sequence) * kHidden;
  };
  length = length < 0 ? 0 : length > Sizes::steps ? Sizes::steps : length;
  Layer::copyIn(h + row * kHidden, cell.layer.state);
  cell.begin(row);
  for (int i = 0; i < length;) {
    const int count = length - i >= kTogether ? kTogether : 1;
    const int first = Sizes::isReverse(D) ? length - i - count : i;
    cell.layer.template prepare<D>(in + (first * kBatch + sequence) * kInputs,
                                   count == kTogether);
    for (int k = 0; k < count; ++k) {
      const int at = Sizes::isReverse(D) ? count - 1 - k : k;
      cell.template step<D>(cell.layer.inputSums + at * Layer::kAll, row);
      if constexpr (KeepsStates)
        cell.layer.template keepState<D, Cell::kVectors>(yAt(first + at));
    }
    i += count;
  }
  cell.end(row);
  Layer::copyIn(cell.layer.state, h + row * kHidden);
  if constexpr (KeepsStates)
    for (int step = length; step < Sizes::steps; ++step)
      for (int i = 0; i < kHidden; ++i)
        yAt(step)[i] = cell.layer.template zero<D>();
}

template <int D, bool KeepsStates, class Cell, class X, class Y>
inline void runSimdDirections(const Cell &cell, const X *in,
                              const std::int32_t *lengths, std::int16_t *h,
                              Y *y) {
  using Sizes = typename Cell::Layer::Sizes;
  for (int sequence = 0; sequence < Sizes::batch; ++sequence)
    runSimdSequence<D, KeepsStates>(cell, in, sequence, lengths[sequence], h,
                                    y);
  if constexpr (D + 1 < Sizes::directions)
    runSimdDirections<D + 1, KeepsStates>(cell, in, lengths, h, y);
}

template <class Isa, class Bytes, class In, int Hidden, Direction Way,
          bool KeepsStates, bool VectorFunctions, bool Limits,
          Activation... Functions, class X, class Y>
void rnn_s16_simd(const X *in, const std::int8_t *weights,
                  const std::int8_t *recurrence, const std::int32_t *bias,
                  const std::int32_t *multipliers,
                  const std::int32_t *constants, const std::int32_t *lengths,
                  const std::int16_t *h0, Y *y, std::int16_t *h,
                  std::int8_t *scratch) {
  using Layer =
      SimdIntegerLayer<Isa, Bytes, X, 1, Limits, In, Hidden, Way, Functions...>;
  using Sizes = typename Layer::Sizes;
  copyStates(h0, Sizes::directions * Sizes::batch * Hidden, h);
  const Layer layer(weights, recurrence, bias, multipliers, constants, scratch);
  using Cell = std::conditional_t<VectorFunctions, SimdIntegerRnnCell<Layer>,
                                  ScalarCell<IntegerRnnCell<Layer>>>;
  runSimdDirections<0, KeepsStates>(Cell{{layer}}, in, lengths, h, y);
}

template <class Isa, class Bytes, class In, int Hidden, Direction Way,
          bool KeepsStates, bool VectorFunctions, bool Limits,
          bool LinearBeforeReset, Activation... Functions, class X, class Y>
void gru_s16_simd(const X *in, const std::int8_t *weights,
                  const std::int8_t *recurrence, const std::int32_t *bias,
                  const std::int32_t *multipliers,
                  const std::int32_t *constants, const std::int32_t *lengths,
                  const std::int16_t *h0, Y *y, std::int16_t *h,
                  std::int8_t *scratch) {
  using Layer =
      SimdIntegerLayer<Isa, Bytes, X, 3, Limits, In, Hidden, Way, Functions...>;
  using Sizes = typename Layer::Sizes;
  copyStates(h0, Sizes::directions * Sizes::batch * Hidden, h);
  const Layer layer(weights, recurrence, bias, multipliers, constants, scratch);
  using Cell =
      std::conditional_t<VectorFunctions,
                         SimdIntegerGruCell<Layer, LinearBeforeReset>,
                         ScalarCell<IntegerGruCell<Layer, LinearBeforeReset>>>;
  runSimdDirections<0, KeepsStates>(Cell{{layer}}, in, lengths, h, y);
}

/// `peephole` is null where there is none; with one, functions are scalar.
template <class Isa, class Bytes, class In, int Hidden, Direction Way,
          bool KeepsStates, bool VectorFunctions, bool Limits, bool InputForget,
          bool HasPeephole, Activation... Functions, class X, class Y>
inline void
runSimdLstm(const X *in, const std::int8_t *weights,
            const std::int8_t *recurrence, const std::int32_t *bias,
            const std::int32_t *multipliers, const std::int32_t *constants,
            const std::int32_t *lengths, const std::int16_t *h0,
            const std::int16_t *c0, const std::int16_t *peephole, Y *y,
            std::int16_t *h, std::int16_t *c, std::int8_t *scratch) {
  using Layer =
      SimdIntegerLayer<Isa, Bytes, X, 4, Limits, In, Hidden, Way, Functions...>;
  using Sizes = typename Layer::Sizes;
  constexpr int kStates = Sizes::directions * Sizes::batch * Hidden;
  copyStates(h0, kStates, h);
  copyStates(c0, kStates, c);
  const Layer layer(weights, recurrence, bias, multipliers, constants, scratch);
  if constexpr (VectorFunctions && !HasPeephole)
    runSimdDirections<0, KeepsStates>(
        SimdIntegerLstmCell<Layer, InputForget>{layer, c}, in, lengths, h, y);
  else
    runSimdDirections<0, KeepsStates>(
        ScalarCell<IntegerLstmCell<Layer, InputForget, HasPeephole>>{
            {layer, c, peephole}},
        in, lengths, h, y);
}

template <class Isa, class Bytes, class In, int Hidden, Direction Way,
          bool KeepsStates, bool VectorFunctions, bool Limits, bool InputForget,
          Activation... Functions, class X, class Y>
void lstm_s16_simd(const X *in, const std::int8_t *weights,
                   const std::int8_t *recurrence, const std::int32_t *bias,
                   const std::int32_t *multipliers,
                   const std::int32_t *constants, const std::int32_t *lengths,
                   const std::int16_t *h0, const std::int16_t *c0, Y *y,
                   std::int16_t *h, std::int16_t *c, std::int8_t *scratch) {
  runSimdLstm<Isa, Bytes, In, Hidden, Way, KeepsStates, VectorFunctions, Limits,
              InputForget, false, Functions...>(
      in, weights, recurrence, bias, multipliers, constants, lengths, h0, c0,
      nullptr, y, h, c, scratch);
}

template <class Isa, class Bytes, class In, int Hidden, Direction Way,
          bool KeepsStates, bool VectorFunctions, bool Limits, bool InputForget,
          Activation... Functions, class X, class Y>
void lstm_peephole_s16_simd(const X *in, const std::int8_t *weights,
                            const std::int8_t *recurrence,
                            const std::int32_t *bias,
                            const std::int32_t *multipliers,
                            const std::int32_t *constants,
                            const std::int32_t *lengths, const std::int16_t *h0,
                            const std::int16_t *c0,
                            const std::int16_t *peephole, Y *y, std::int16_t *h,
                            std::int16_t *c, std::int8_t *scratch) {
  runSimdLstm<Isa, Bytes, In, Hidden, Way, KeepsStates, VectorFunctions, Limits,
              InputForget, true, Functions...>(
      in, weights, recurrence, bias, multipliers, constants, lengths, h0, c0,
      peephole, y, h, c, scratch);
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_KERNELS_RECURRENT_S16_SIMD_H
