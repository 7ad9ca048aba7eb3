// Int8 fully connected layers with weights of four bits and with vectors, for
// few rows: weights are unpacked in registers, each time they are used.
//
//   in          [..., K]
//   weights     digits, then steps. In blocks of whole vectors of kRows outputs
//               (kBlocks at most, all of about the same size), and in these for
//               each group of `Group` inputs:
//     digits    for each pair of steps of kDigitStep inputs, for each vector, a
//               byte for each input of a step of each output: that of the first
//               step in the lower half, that of the second in the upper half;
//               plus kDigitOffset
//     steps     for each vector, that of each output
//   bias        of whole vectors; with -in_zero * sum(weights) in it, and what
//               the arithmetic's cells need
//   multiplier  of whole vectors; times four if Small
//   out         [..., O]
//   scratch     K cells, and 8 that a load may touch behind them
//
// An arithmetic (*_digit_vectors.h) has, beside what simd_finish.h takes,
//   kDigitStep, kMostPairs  inputs of a step; pairs of steps whose products fit
//               its Sums
//   kVectors    vectors of words that kRows totals are
#ifndef EDGECC_KERNELS_FULLY_CONNECTED_W4_SIMD_H
#define EDGECC_KERNELS_FULLY_CONNECTED_W4_SIMD_H

#include <cstdint>

#ifndef EDGECC_KERNELS_SHAPE_H
#include "shape.h"
#endif
#ifndef EDGECC_KERNELS_SIMD_FINISH_H
#include "simd_finish.h"
#endif

namespace edgecc {
namespace kernels {
namespace {

template <class Arithmetic, class In, class Out, int Group> struct DigitPlan {
  using Isa = Arithmetic;
  static constexpr int kDepth = In::dim(In::rank - 1);
  static constexpr int kOut = Out::dim(Out::rank - 1);
  static constexpr int kImages = Out::product(0, Out::rank - 1);

  static constexpr int kWholeGroups = kDepth / Group;
  static constexpr int kRestInputs = kDepth % Group;
  static constexpr int kGroups = kWholeGroups + (kRestInputs > 0);
  /// Inputs of a pair of steps, pairs of a group.
  static constexpr int kPair = 2 * Isa::kDigitStep;
  static constexpr int pairsOf(int inputs) {
    return (inputs + kPair - 1) / kPair;
  }
  static constexpr int kPairBytes = Isa::kRows * Isa::kDigitStep;
  static constexpr int kRowPairs =
      kWholeGroups * pairsOf(Group) + pairsOf(kRestInputs);

  static constexpr int kAllVectors = (kOut + Isa::kRows - 1) / Isa::kRows;
  static constexpr int kSplits =
      (kAllVectors + Isa::kBlocks - 1) / Isa::kBlocks;
  static constexpr int kBlocks = (kAllVectors + kSplits - 1) / kSplits;
  static constexpr int kDigitBytes = kAllVectors * kRowPairs * kPairBytes;
};

/// Adds the products of Count pairs of N vectors.
template <class Plan, int N, int Count>
EDGECC_SIMD_INLINE void
addPairs(typename Plan::Isa::Vec (&totals)[N][Plan::Isa::kVectors],
         const typename Plan::Isa::Cell *cells, const std::int8_t *digits,
         const std::int8_t *steps) {
  using Isa = typename Plan::Isa;
  typename Isa::Sums sums[N];
  EDGECC_SIMD_UNROLL
  for (int n = 0; n < N; ++n)
    sums[n] = Isa::noSums();
  EDGECC_SIMD_UNROLL
  for (int p = 0; p < Count; ++p) {
    const auto first = Isa::broadcast(cells + p * Plan::kPair);
    const auto second =
        Isa::broadcast(cells + p * Plan::kPair + Isa::kDigitStep);
    EDGECC_SIMD_UNROLL
    for (int n = 0; n < N; ++n) {
      const auto both =
          Isa::loadDigits(digits + (p * N + n) * Plan::kPairBytes);
      sums[n] = Isa::addProducts(sums[n], first, Isa::lower(both));
      sums[n] = Isa::addProducts(sums[n], second, Isa::upper(both));
    }
  }
  EDGECC_SIMD_UNROLL
  for (int n = 0; n < N; ++n)
    Isa::addScaled(totals[n], sums[n], steps + n * Isa::kRows);
}

/// Adds the products of a group of Count inputs.
template <class Plan, int N, int Count>
EDGECC_SIMD_INLINE void
addGroup(typename Plan::Isa::Vec (&totals)[N][Plan::Isa::kVectors],
         const typename Plan::Isa::Cell *cells, const std::int8_t *digits,
         const std::int8_t *steps) {
  constexpr int kPairs = Plan::pairsOf(Count), kMost = Plan::Isa::kMostPairs;
  for (int i = 0; i < kPairs / kMost; ++i) {
    addPairs<Plan, N, kMost>(totals, cells, digits, steps);
    cells += kMost * Plan::kPair;
    digits += kMost * N * Plan::kPairBytes;
  }
  if constexpr (kPairs % kMost > 0)
    addPairs<Plan, N, kPairs % kMost>(totals, cells, digits, steps);
}

/// N vectors of outputs, of which `Valid` are there, of one row.
template <class Plan, class Finish, int Group, int N, int Valid>
EDGECC_SIMD_APART void
multiplyDigits(const typename Plan::Isa::Cell *cells, const std::int8_t *digits,
               const std::int8_t *steps, const std::int32_t *bias,
               const Finish &finish, int channel, int place) {
  using Isa = typename Plan::Isa;
  constexpr int kVectors = Isa::kVectors;
  typename Isa::Vec totals[N][kVectors];
  EDGECC_SIMD_UNROLL
  for (int i = 0; i < N * kVectors; ++i)
    totals[i / kVectors][i % kVectors] =
        Isa::load(bias + channel + i * Isa::kLanes);
  for (int g = 0; g < Plan::kWholeGroups; ++g) {
    addGroup<Plan, N, Group>(totals, cells, digits, steps);
    cells += Group;
    digits += Plan::pairsOf(Group) * N * Plan::kPairBytes;
    steps += N * Isa::kRows;
  }
  if constexpr (Plan::kRestInputs > 0)
    addGroup<Plan, N, Plan::kRestInputs>(totals, cells, digits, steps);
  constexpr int kUsed = (Valid + Isa::kLanes - 1) / Isa::kLanes;
  typename Isa::Vec sums[1][kUsed];
  EDGECC_SIMD_UNROLL
  for (int i = 0; i < kUsed; ++i)
    sums[0][i] = totals[i / kVectors][i % kVectors];
  finish.template store<Plan, 1, kUsed, Valid>(sums, channel, place);
}

/// All outputs of one row, the first of which is at `place`.
template <class Plan, int Group, class Finish>
inline void multiplyDigitRow(const typename Plan::Isa::Cell *cells,
                             const std::int8_t *weights,
                             const std::int32_t *bias, const Finish &finish,
                             int place) {
  using Isa = typename Plan::Isa;
  constexpr int N = Plan::kBlocks, kOutputs = N * Isa::kRows;
  constexpr int kRest = Plan::kOut % kOutputs;
  const std::int8_t *digits = weights, *steps = weights + Plan::kDigitBytes;
  int channel = 0;
  for (; channel + kOutputs <= Plan::kOut; channel += kOutputs) {
    multiplyDigits<Plan, Finish, Group, N, kOutputs>(
        cells, digits, steps, bias, finish, channel, place + channel);
    digits += N * Plan::kRowPairs * Plan::kPairBytes;
    steps += N * Plan::kGroups * Isa::kRows;
  }
  if constexpr (kRest > 0)
    multiplyDigits<Plan, Finish, Group, (kRest + Isa::kRows - 1) / Isa::kRows,
                   kRest>(cells, digits, steps, bias, finish, channel,
                          place + channel);
}

template <class Isa, class In, class Out, int Group, bool Small, int InZero,
          int Shift, int OutZero, int Lo, int Hi>
void fully_connected_s8w4_simd(const std::int8_t *in,
                               const std::int8_t *weights,
                               const std::int32_t *bias,
                               const std::int32_t *multiplier, std::int8_t *out,
                               std::int8_t *scratch) {
  using Plan = DigitPlan<Isa, In, Out, Group>;
  const SimdS8Finish<SimdScale<Isa, Shift, OutZero, Lo, Hi, Small>> finish = {
      multiplier, out};
  auto *cells = reinterpret_cast<typename Isa::Cell *>(scratch);
  for (int i = 0; i < Plan::kImages; ++i) {
    toCells<Isa, Plan::kDepth>(cells, in + i * Plan::kDepth);
    multiplyDigitRow<Plan, Group>(cells, weights, bias, finish, i * Plan::kOut);
  }
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_KERNELS_FULLY_CONNECTED_W4_SIMD_H
