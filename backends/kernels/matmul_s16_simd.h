// Matrix product of two activations of int16 with vectors; operands and results
// as in matmul.h, for factors with a shift of at least 32.
//
// The right matrix is packed as in matmul_simd.h, but in digits of eight bits,
//   b = 256 * high + low    with -128 <= low <= 127 and -128 <= high <= 128,
// a vector of columns' high digits before that of their low ones. Sums of up to
// 511 products of each then fit 32 bits, and 64 bits hold what they make up.
//
//   scratch   MatmulS16Scratch<...>: weights, a bias of zeros, cells of a band
#ifndef EDGECC_KERNELS_MATMUL_S16_SIMD_H
#define EDGECC_KERNELS_MATMUL_S16_SIMD_H

#include <cstddef>
#include <cstdint>

#ifndef EDGECC_KERNELS_MATMUL_H
#include "matmul.h"
#endif
#ifndef EDGECC_KERNELS_SIMD_TILES_H
#include "simd_tiles.h"
#endif

namespace edgecc {
namespace kernels {
namespace {

/// One matrix as a layer with two outputs for each column, in whole vectors.
template <class Isa, class A, class B, int Pixels, int Blocks, int Band>
using MatmulS16Plan =
    TilePlan<Isa, Shape<1, 1, A::dim(A::rank - 2), A::dim(A::rank - 1)>,
             Shape<1, 1, A::dim(A::rank - 2),
                   (B::dim(B::rank - 1) + Isa::kLanes - 1) / Isa::kLanes *
                       Isa::kLanes * 2>,
             Window<1, 1, 1, 1, 1, 1, 0, 0, 0, 0>, Pixels, Blocks, Band>;

template <class Plan> struct MatmulS16Scratch {
  using Isa = typename Plan::Isa;
  static constexpr int kVectors = Plan::kOut / Isa::kLanes;
  static constexpr int fill(std::size_t bytes) {
    return static_cast<int>((bytes + 63) / 64 * 64);
  }
  static constexpr int kBias =
      fill(sizeof(std::int16_t) * kVectors * Plan::kBlockWeights);
  static constexpr int kCells = kBias + fill(sizeof(std::int32_t) * Plan::kOut);
};

/// One step of a vector of columns, of which `columns` are there, and of `rows`
/// rows: high digits, and kStep * kLanes further low ones.
template <class Isa>
inline void packDigits16(const std::int16_t *b, int stride, int rows,
                         int columns, std::int16_t *to) {
  constexpr int kStep = Isa::kStep, kLanes = Isa::kLanes;
  const auto put = [to](int at, int x) {
    const int high = (x + 128) >> 8;
    to[at] = static_cast<std::int16_t>(high);
    to[at + kStep * kLanes] = static_cast<std::int16_t>(x - 256 * high);
  };
  if (rows >= kStep && columns >= kLanes) {
    for (int lane = 0; lane < kLanes; ++lane)
      for (int i = 0; i < kStep; ++i)
        put(lane * kStep + i, b[i * stride + lane]);
  } else {
    for (int lane = 0; lane < kLanes; ++lane)
      for (int i = 0; i < kStep; ++i)
        put(lane * kStep + i,
            i < rows && lane < columns ? b[i * stride + lane] : 0);
  }
}

/// The columns of a matrix [K, Columns] as weights.
template <class Plan, int Columns>
inline void packColumnDigits(const std::int16_t *b, std::int16_t *to) {
  using Isa = typename Plan::Isa;
  static_assert(Plan::kBlocks % 2 == 0, "digits come in pairs");
  constexpr int kLanes = Isa::kLanes, kGroup = Plan::kBlocks / 2 * kLanes;
  for (int group = 0; group < Columns; group += kGroup)
    for (int k = 0; k < Plan::kDepth; k += Isa::kStep)
      for (int n = group; n < group + kGroup && n < Columns; n += kLanes) {
        packDigits16<Isa>(b + k * Columns + n, Columns, Plan::kDepth - k,
                          Columns - n, to);
        to += 2 * Isa::kStep * kLanes;
      }
}

/// Digits of `Columns` columns as outputs.
template <int Columns, int Multiplier, int Shift> struct SimdDigitFinish {
  std::int16_t *out;

  template <class Plan, int M, int N, int Valid>
  EDGECC_SIMD_INLINE void store(typename Plan::Isa::Vec (&sums)[M][N],
                                int channel, std::ptrdiff_t place) const {
    using Isa = typename Plan::Isa;
    static_assert(N % 2 == 0, "digits come in pairs");
    const int column = channel / 2;
    std::int16_t *to = out + place / Plan::kOut * Columns + column;
    const typename Isa::Vec m = Isa::set(Multiplier);
    EDGECC_SIMD_UNROLL
    for (int i = 0; i < M; ++i) {
      EDGECC_SIMD_UNROLL
      for (int n = 0; n < N; n += 2) {
        const typename Isa::Vec q =
            Isa::template scaleDigits<Shift>(sums[i][n], sums[i][n + 1], m);
        const int begin = n / 2 * Isa::kLanes, left = Columns - column - begin;
        if (Columns % Isa::kLanes == 0 || left >= Isa::kLanes)
          Isa::storeHalves16(to + i * Columns + begin, q);
        else
          Isa::storeSome16(to + i * Columns + begin, q, left);
      }
    }
  }
};

template <class Isa, class A, class B, class Out, int Pixels, int Blocks,
          int Band, int Multiplier, int Shift>
void matmul_s16_simd(const std::int16_t *a, const std::int16_t *b,
                     std::int16_t *out, std::int8_t *scratch) {
  checkMatmulShapes<A, B, Out>();
  constexpr int kColumns = B::dim(B::rank - 1);
  using Plan = MatmulS16Plan<Isa, A, B, Pixels, Blocks, Band>;
  using Scratch = MatmulS16Scratch<Plan>;
  static_assert(Plan::kDepth <= 511, "32 bits hold sums of digits");
  auto *weights = reinterpret_cast<std::int16_t *>(scratch);
  auto *bias = reinterpret_cast<std::int32_t *>(scratch + Scratch::kBias);
  for (int n = 0; n < Plan::kOut; ++n)
    bias[n] = 0;
  const std::int16_t *packed = nullptr;
  matmulMatrices<A, B, Out, 0>(
      a, b, out,
      [&](const std::int16_t *x, const std::int16_t *y, std::int16_t *z) {
        if (y != packed)
          packColumnDigits<Plan, kColumns>(y, weights);
        packed = y;
        tiledConvolution<Plan>(x, weights, bias,
                               SimdDigitFinish<kColumns, Multiplier, Shift>{z},
                               scratch + Scratch::kCells, std::int16_t{0});
      });
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_KERNELS_MATMUL_S16_SIMD_H
