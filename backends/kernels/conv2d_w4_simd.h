// Two-dimensional int8 convolution with weights of four bits and with vectors,
// one group; and fully connected layers of many rows.
//
//   weights     digits, then steps, of packed_weights.h: [O, KH * KW * C]
//   scratch     what conv2d_simd.h takes, in whole times 64; then the weights
//   of
//               `Blocks` vectors of channels as there; then those of one
//               channel
//
// All else is as in conv2d_simd.h. Some channels are unpacked for each band of
// rows, and then meet all pixels of it.
#ifndef EDGECC_KERNELS_CONV2D_W4_SIMD_H
#define EDGECC_KERNELS_CONV2D_W4_SIMD_H

#include <cstddef>
#include <cstdint>
#include <cstring>

#ifndef EDGECC_KERNELS_PACKED_WEIGHTS_H
#include "packed_weights.h"
#endif
#ifndef EDGECC_KERNELS_SIMD_FINISH_H
#include "simd_finish.h"
#endif

namespace edgecc {
namespace kernels {
namespace {

/// A plan whose weights are those of the channels at hand.
template <class Plan> struct UnpackedPlan : Plan {
  static constexpr int kBlockWeights = 0;
};

/// Weights of one group of `Steps` steps, of N vectors of channels.
template <class Plan, class Unpack, int N, int Steps>
EDGECC_SIMD_INLINE void unpackGroup(const std::int8_t *digits,
                                    const std::int8_t *steps,
                                    std::int8_t *block) {
  constexpr int kVector = Plan::kStepWeights;
  for (int n = 0; n < N; ++n, block += kVector) {
    const auto step = Unpack::expand(steps + n * Plan::Isa::kLanes);
    std::int8_t *to = block;
    for (int p = 0; p < Steps / 2; ++p, digits += kVector) {
      Unpack::unpackLower(digits, step, to);
      Unpack::unpackUpper(digits, step, to + N * kVector);
      to += 2 * N * kVector;
    }
    if constexpr (Steps % 2 > 0) {
      Unpack::unpackLower(digits, step, to);
      digits += kVector;
    }
  }
}

/// TileSweep of weights that are unpacked first.
template <class Plan, class Unpack, class Finish, int Group>
struct UnpackSweep {
  using Isa = typename Plan::Isa;
  using Weight = typename Isa::Weight;
  using Cell = typename Plan::Cell;
  static constexpr int kStep = Isa::kStep;
  static constexpr int kRuns = Plan::kWindowRows * Plan::kRuns;
  static constexpr int kRow = kRuns * Plan::kRun;
  using Rows = PackedRows<kRow, Group>;
  static constexpr bool kAligned =
      Plan::kRun % kStep == 0 && Group % kStep == 0;
  // Of vectors.
  static constexpr int kWholeGroups = kRow / Group;
  static constexpr int kRestSteps = kRow % Group / kStep;
  static constexpr int kGroups = kWholeGroups + (kRestSteps > 0);
  static constexpr int kGroupPairs = (Group / kStep + 1) / 2;
  static constexpr int kVectorDigits =
      (kWholeGroups * kGroupPairs + (kRestSteps + 1) / 2) * Plan::kStepWeights;
  static constexpr int kVectors = (Plan::kOut + Isa::kLanes - 1) / Isa::kLanes;
  static constexpr int kDigitBytes =
      kAligned ? kVectors * kVectorDigits : Plan::kOut * Rows::kRowBytes;

  const std::int8_t *digits, *steps;
  Weight *block;
  std::int8_t *row;
  const std::int32_t *bias;
  const Finish &finish;

  /// The weights of a channel in `row` to where tiles of N vectors read them.
  template <int N> inline void place(int channel) const {
    constexpr int kSteps = Plan::kSteps, kWhole = Plan::kRun / kStep;
    constexpr int kRest = Plan::kRun % kStep;
    constexpr int kDistance = N * Isa::kLanes * kStep;
    const std::int8_t *from = row;
    Weight *to = block + channel / Isa::kLanes * Plan::kStepWeights +
                 channel % Isa::kLanes * kStep;
    for (int run = 0; run < kRuns; ++run) {
      for (int s = 0; s < kWhole; ++s, from += kStep)
        copyStep<kStep>(to + s * kDistance, from);
      copyStep<kRest>(to + kWhole * kDistance, from);
      from += kRest;
      to += kSteps * kDistance;
    }
  }
  template <int Count>
  static inline void copyStep(Weight *to, const std::int8_t *from) {
    if constexpr (sizeof(Weight) == 1)
      std::memcpy(to, from, Count);
    else
      for (int i = 0; i < Count; ++i)
        to[i] = from[i];
  }

  /// N vectors of channels from `first` on.
  template <int N> inline void unpackVectors(int first) const {
    const int vector = first / Isa::kLanes;
    const std::int8_t *d = digits + vector * kVectorDigits;
    const std::int8_t *s = steps + vector * kGroups * Isa::kLanes;
    std::int8_t *to = block;
    for (int g = 0; g < kWholeGroups; ++g) {
      unpackGroup<Plan, Unpack, N, Group / kStep>(d, s, to);
      d += N * kGroupPairs * Plan::kStepWeights;
      s += N * Isa::kLanes;
      to += Group / kStep * N * Plan::kStepWeights;
    }
    if constexpr (kRestSteps > 0)
      unpackGroup<Plan, Unpack, N, kRestSteps>(d, s, to);
  }

  /// Of these, `Valid` are there.
  template <int N, int Valid> inline void unpackRows(int first) const {
    // Nothing else writes between the steps of a run, and behind the channels.
    if constexpr (Plan::kRun % kStep > 0 || Valid < N * Isa::kLanes)
      std::memset(block, 0,
                  static_cast<std::size_t>(N * Plan::kBlockWeights) *
                      sizeof(Weight));
    for (int o = 0; o < Valid; ++o) {
      Rows::template unpack<1>(digits + (first + o) * Rows::kRowBytes,
                               steps + (first + o) * Rows::kGroups, row);
      place<N>(o);
    }
  }

  template <int N, int Valid>
  inline void channels(const Cell *cells, int first, int pixel,
                       int count) const {
    if constexpr (kAligned)
      unpackVectors<N>(first);
    else
      unpackRows<N, Valid>(first);
    TileSweep<UnpackedPlan<Plan>, Finish>{block, bias, finish}
        .template channels<N, Valid>(cells, first, pixel, count);
  }
};

template <class Isa, class Unpack, class In, class Out, class Win, int Pixels,
          int Blocks, int Band, int Group, int TileBytes, bool Small,
          int InZero, int Shift, int OutZero, int Lo, int Hi>
void conv2d_s8w4_simd(const std::int8_t *in, const std::int8_t *weights,
                      const std::int32_t *bias, const std::int32_t *multiplier,
                      std::int8_t *out, std::int8_t *scratch) {
  using Plan = TilePlan<Isa, In, Out, Win, Pixels, Blocks, Band>;
  using Finish = SimdS8Finish<SimdScale<Isa, Shift, OutZero, Lo, Hi, Small>>;
  using Sweep = UnpackSweep<Plan, Unpack, Finish, Group>;
  const Finish finish = {multiplier, out};
  auto *block = reinterpret_cast<typename Isa::Weight *>(scratch + TileBytes);
  auto *row = reinterpret_cast<std::int8_t *>(block + Plan::kBlocks *
                                                          Plan::kBlockWeights);
  sweepBands<Plan>(
      Sweep{weights, weights + Sweep::kDigitBytes, block, row, bias, finish},
      in, scratch, Isa::toCell(InZero));
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_KERNELS_CONV2D_W4_SIMD_H
