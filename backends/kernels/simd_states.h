// What integer recurrent layers compute in vectors: matrices of int8 times
// int16 states, and the functions of recurrent_fixed.h. Functions are exact if
// what they scale stays within +-2^30, which the compiler proves.
//
//   matrix   [rows, columns] in blocks of whole vectors of rows (kBlocks at
//            most, all of about the same size); in a block, for each kStep
//            columns, for each vector, kStep weights of each row; or, with
//            kColumnsFirst, of each column the weights of all rows
//   bias     with kOffset * sum(weights) of each row in it
//
// An arithmetic (*_state_vectors.h) has words in vectors Vec of kLanes, and
//   kRows    rows of a vector of weights, whose sums are one or more Vec
//   kStep, kChunk  columns of a step, steps whose inputs one load brings
//   kSplits  whether Cells are bytes of states: the lower ones, and kRoom
//   behind
//            them the upper ones; else they are the states
//   kTogether, kTileBlocks, kRowBlocks  steps of a sequence of int8 that are
//            multiplied by the weights of the input together, in tiles of so
//            many vectors; vectors of a tile of one step
#ifndef EDGECC_KERNELS_SIMD_STATES_H
#define EDGECC_KERNELS_SIMD_STATES_H

#include <cstddef>
#include <cstdint>

#ifndef EDGECC_KERNELS_SIMD_BASICS_H
#include "simd_basics.h"
#endif
#ifndef EDGECC_KERNELS_RECURRENT_FIXED_H
#include "recurrent_fixed.h"
#endif

namespace edgecc {
namespace kernels {
namespace {

/// Rounds up.
[[maybe_unused]] constexpr int wholeTimes(int size, int unit) {
  return (size + unit - 1) / unit * unit;
}

//===----------------------------------------------------------------------===//
// Factors
//===----------------------------------------------------------------------===//

/// Multipliers of a vector of words.
template <class Isa> struct SimdMultiplier {
  typename Isa::Vec even, odd;
  EDGECC_SIMD_INLINE explicit SimdMultiplier(typename Isa::Vec m)
      : even(m), odd(Isa::oddLanes(m)) {}
};

/// scaleWide with one factor for all.
template <class Isa> struct SimdFactor {
  using Vec = typename Isa::Vec;
  SimdMultiplier<Isa> multiplier;
  typename Isa::Shift shift;

  EDGECC_SIMD_INLINE explicit SimdFactor(Factor factor)
      : multiplier(Isa::set(factor.multiplier)), shift(factor.shift) {}
  EDGECC_SIMD_INLINE Vec operator()(Vec x) const {
    return Isa::template scaleBy<false>(x, multiplier.even, multiplier.odd,
                                        shift);
  }
};

template <class Isa>
EDGECC_SIMD_INLINE typename Isa::Vec
simdClamp(typename Isa::Vec x, std::int32_t lo, std::int32_t hi) {
  return Isa::min(Isa::max(x, Isa::set(lo)), Isa::set(hi));
}

template <class Isa>
EDGECC_SIMD_INLINE typename Isa::Vec simdSaturate16(typename Isa::Vec x) {
  return simdClamp<Isa>(x, -32768, 32767);
}

/// x * 2^-15, rounded.
template <class Isa>
EDGECC_SIMD_INLINE typename Isa::Vec fromGateUnits(typename Isa::Vec x) {
  return Isa::template right<kGateBits>(Isa::add(x, Isa::set(kGateOne / 2)));
}

//===----------------------------------------------------------------------===//
// Functions
//===----------------------------------------------------------------------===//

/// tanhOfPositive. From entry 189 on the table is constant: larger arguments
/// count as one of these.
template <class Isa, int Halvings>
EDGECC_SIMD_INLINE typename Isa::Vec simdTanhOfPositive(typename Isa::Vec x) {
  using Vec = typename Isa::Vec;
  constexpr int kBits = 10 + Halvings, kShift = kBits + Halvings;
  static_assert(kTanhTable[189] == kGateOne, "the largest value");
  x = Isa::min(x, Isa::set((191 << kBits) - 1));
  const Vec pair = Isa::lookUp(kTanhTable, Isa::template right<kBits>(x));
  const Vec rest = Isa::bitAnd(x, Isa::set((1 << kBits) - 1));
  const Vec low = Isa::bitAnd(pair, Isa::set(0xFFFF));
  const Vec rise = Isa::subtract(Isa::template unsignedRight<16>(pair), low);
  const Vec value = Isa::add(
      Isa::add(Isa::template left<kBits>(low), Isa::set(1 << (kShift - 1))),
      Isa::multiplySmall(rise, rest));
  return Isa::template right<kShift>(value);
}

/// With the sign of `of`.
template <class Isa>
EDGECC_SIMD_INLINE typename Isa::Vec copySign(typename Isa::Vec x,
                                              typename Isa::Vec of) {
  const typename Isa::Vec sign = Isa::template right<31>(of);
  return Isa::subtract(Isa::bitXor(x, sign), sign);
}

template <Activation Kind> constexpr bool hasSimdFixed() {
  return Kind == Activation::Sigmoid || Kind == Activation::Tanh ||
         Kind == Activation::Relu;
}

/// activateFixed.
template <class Isa, Activation Kind>
EDGECC_SIMD_INLINE typename Isa::Vec simdActivateFixed(typename Isa::Vec x) {
  static_assert(hasSimdFixed<Kind>(), "others have no vector form");
  if constexpr (Kind == Activation::Sigmoid)
    return Isa::add(Isa::set(kGateOne / 2),
                    copySign<Isa>(simdTanhOfPositive<Isa, 1>(Isa::abs(x)), x));
  else if constexpr (Kind == Activation::Tanh)
    return copySign<Isa>(simdTanhOfPositive<Isa, 0>(Isa::abs(x)), x);
  else
    return simdClamp<Isa>(x, 0, 32767);
}

/// blend; only the whole sum has to fit 32 bits.
template <class Isa>
EDGECC_SIMD_INLINE typename Isa::Vec
simdBlend(typename Isa::Vec z, typename Isa::Vec h, typename Isa::Vec next) {
  return fromGateUnits<Isa>(Isa::add(Isa::template left<kGateBits>(next),
                                     Isa::multiply(z, Isa::subtract(h, next))));
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

/// out = scale(bias + matrix * cells), plus `start` if it `Adds`. Without
/// `Limits` it has to be known that `scale` limits nothing.
struct StateProduct {
  const std::int8_t *matrix;
  const std::int32_t *bias, *multipliers, *start;
  std::int32_t *out;
  int shift;
};

/// Steps `At` to `Count` of a chunk, whose weights begin at `weights`.
template <class Isa, int Room, int N, int At, int Count>
EDGECC_SIMD_INLINE void sumStateSteps(typename Isa::Sums (&sums)[N],
                                      typename Isa::Inputs x,
                                      const std::int8_t *weights) {
  if constexpr (At < Count) {
    const auto factor = Isa::template factor<At, Room>(x);
    EDGECC_SIMD_UNROLL
    for (int n = 0; n < N; ++n)
      sums[n] = Isa::template dotStep<At>(
          sums[n], factor, weights + (At * N + n) * Isa::kRows * Isa::kStep);
    sumStateSteps<Isa, Room, N, At + 1, Count>(sums, x, weights);
  }
}

/// N vectors of rows from `row` on.
template <class Isa, int Columns, int Room, bool Limits, bool Adds, int N>
EDGECC_SIMD_APART void multiplyStateRows(const StateProduct &product, int row,
                                         const typename Isa::Cell *cells) {
  using Vec = typename Isa::Vec;
  constexpr int kSteps = (Columns + Isa::kStep - 1) / Isa::kStep;
  constexpr int kStepWeights = N * Isa::kRows * Isa::kStep;
  const StateProduct local = product;
  typename Isa::Sums sums[N];
  EDGECC_SIMD_UNROLL
  for (int n = 0; n < N; ++n)
    sums[n] = Isa::start(local.bias + row + n * Isa::kRows);
  const std::int8_t *weights = local.matrix + row * (kSteps * Isa::kStep);
  for (int c = 0; c < kSteps / Isa::kChunk; ++c) {
    sumStateSteps<Isa, Room, N, 0, Isa::kChunk>(
        sums, Isa::template loadInputs<Room>(cells), weights);
    cells += Isa::kChunk * Isa::kStep;
    weights += Isa::kChunk * kStepWeights;
  }
  constexpr int kRest = kSteps % Isa::kChunk;
  if constexpr (kRest > 0)
    sumStateSteps<Isa, Room, N, 0, kRest>(
        sums, Isa::template loadInputs<Room>(cells), weights);
  const typename Isa::Shift shift(local.shift);
  EDGECC_SIMD_UNROLL
  for (int n = 0; n < N; ++n)
    Isa::finishSums(sums[n], [&](int at, Vec sum) {
      const int r = row + n * Isa::kRows + at;
      const SimdMultiplier<Isa> m(Isa::load(local.multipliers + r));
      Vec scaled = Isa::template scaleBy<Limits>(sum, m.even, m.odd, shift);
      if constexpr (Adds)
        scaled = Isa::add(scaled, Isa::load(local.start + r));
      Isa::store(local.out + r, scaled);
    });
}

/// All `Rows`, which are whole vectors, in blocks of about the same size.
template <class Isa, int Rows, int Columns, int Room, bool Limits, bool Adds>
inline void multiplyStates(const StateProduct &product,
                           const typename Isa::Cell *cells) {
  constexpr int kVectors = Rows / Isa::kRows;
  constexpr int kBlocks = (kVectors + Isa::kBlocks - 1) / Isa::kBlocks;
  constexpr int N = (kVectors + kBlocks - 1) / kBlocks, kRest = kVectors % N;
  int row = 0;
  for (; row + N * Isa::kRows <= Rows; row += N * Isa::kRows)
    multiplyStateRows<Isa, Columns, Room, Limits, Adds, N>(product, row, cells);
  if constexpr (kRest > 0)
    multiplyStateRows<Isa, Columns, Room, Limits, Adds, kRest>(product, row,
                                                               cells);
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_KERNELS_SIMD_STATES_H
