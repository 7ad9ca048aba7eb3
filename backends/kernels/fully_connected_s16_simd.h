// Fully connected layers of int16 with int8 weights with vectors, for layers
// whose sums 32 bits hold, bias included, and factors with a shift of at
// least 32.
//
//   in          [1, 1, Rows, K]
//   weights     as in simd_tiles.h
//   bias        of whole vectors of outputs
//   multiplier  of whole vectors of outputs
//   out         [1, 1, Rows, O]
//   scratch     cells of a band, where the arithmetic copies inputs
#ifndef EDGECC_KERNELS_FULLY_CONNECTED_S16_SIMD_H
#define EDGECC_KERNELS_FULLY_CONNECTED_S16_SIMD_H

#include <cstddef>
#include <cstdint>

#ifndef EDGECC_KERNELS_SIMD_TILES_H
#include "simd_tiles.h"
#endif

namespace edgecc {
namespace kernels {
namespace {

/// Sums as outputs of int16.
template <int Shift, int Lo, int Hi> struct SimdS16Finish {
  const std::int32_t *multiplier;
  std::int16_t *out;

  template <class Plan, int M, int N, int Valid>
  EDGECC_SIMD_INLINE void store(typename Plan::Isa::Vec (&sums)[M][N],
                                int channel, std::ptrdiff_t place) const {
    using Isa = typename Plan::Isa;
    using Vec = typename Isa::Vec;
    EDGECC_SIMD_UNROLL
    for (int n = 0; n < N; ++n) {
      const Vec factor = Isa::load(multiplier + channel + n * Isa::kLanes);
      std::int16_t *to = out + place + n * Isa::kLanes;
      EDGECC_SIMD_UNROLL
      for (int m = 0; m < M; ++m, to += Plan::kOut) {
        Vec q = Isa::template scaleSums<Shift>(sums[m][n], factor);
        if constexpr (Lo > -32768)
          q = Isa::max(q, Isa::set(Lo));
        if constexpr (Hi < 32767)
          q = Isa::min(q, Isa::set(Hi));
        const int left = Valid - n * Isa::kLanes;
        if (left >= Isa::kLanes)
          Isa::storeHalves16(to, q);
        else
          Isa::storeSome16(to, q, left);
      }
    }
  }
};

template <class Isa, class In, class Out, class Win, int Pixels, int Blocks,
          int Band, int Shift, int Lo, int Hi>
void fully_connected_s16x8_simd(const std::int16_t *in,
                                const std::int8_t *weights,
                                const std::int32_t *bias,
                                const std::int32_t *multiplier,
                                std::int16_t *out, std::int8_t *scratch) {
  using Plan = TilePlan<Isa, In, Out, Win, Pixels, Blocks, Band>;
  tiledConvolution<Plan>(in, weights, bias,
                         SimdS16Finish<Shift, Lo, Hi>{multiplier, out}, scratch,
                         std::int16_t{0});
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_KERNELS_FULLY_CONNECTED_S16_SIMD_H
