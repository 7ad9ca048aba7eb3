// Matrix product of two activations with vectors, float and int8; operands and
// results as in matmul.h.
//
// The right matrix is packed as simd_tiles.h has the weights of a layer of
// single pixels, and the left one's rows are the pixels. In int8, with
// x = a + offset as the arithmetic takes it,
//
//   sum((a - a_zero) * (b - b_zero)) = sum(x * b)
//       - (a_zero + offset) * sum(b)                    for each column
//       - b_zero * (sum(a) - depth * a_zero)            for each row
//
// of which the first is a bias, and the second is added to the sums of a tile.
//
//   scratch   MatmulScratch<...>::kBytes
#ifndef EDGECC_KERNELS_MATMUL_SIMD_H
#define EDGECC_KERNELS_MATMUL_SIMD_H

#include <cstddef>
#include <cstdint>

#ifndef EDGECC_KERNELS_MATMUL_H
#include "matmul.h"
#endif
#ifndef EDGECC_KERNELS_SIMD_FINISH_H
#include "simd_finish.h"
#endif

namespace edgecc {
namespace kernels {
namespace {

/// One matrix as a layer, and how its tiles are cut.
template <class Isa, class A, class B, int Pixels, int Blocks, int Band>
using MatmulPlan =
    TilePlan<Isa, Shape<1, 1, A::dim(A::rank - 2), A::dim(A::rank - 1)>,
             Shape<1, 1, A::dim(A::rank - 2), B::dim(B::rank - 1)>,
             Window<1, 1, 1, 1, 1, 1, 0, 0, 0, 0>, Pixels, Blocks, Band>;

/// Where what one matrix takes lies in the scratch: weights, bias, multipliers
/// and offsets of rows (int8), cells of a band.
template <class Plan, bool IsFloat> struct MatmulScratch {
  using Isa = typename Plan::Isa;
  static constexpr int kRows = Plan::kAllPixels, kDepth = Plan::kDepth;
  static constexpr int kVectors = (Plan::kOut + Isa::kLanes - 1) / Isa::kLanes;
  static constexpr int fill(std::size_t bytes) {
    return static_cast<int>((bytes + 63) / 64 * 64);
  }
  static constexpr int kVectorBytes =
      fill(sizeof(typename Isa::Sum) * kVectors * Isa::kLanes);
  static constexpr int kBias =
      fill(sizeof(typename Isa::Weight) * kVectors * Plan::kBlockWeights);
  static constexpr int kMultiplier = kBias + kVectorBytes;
  static constexpr int kOffsets = kMultiplier + (IsFloat ? 0 : kVectorBytes);
  static constexpr int kCells =
      kOffsets + (IsFloat ? 0 : fill(sizeof(std::int32_t) * kRows));
};

/// The columns of a matrix [K, N] as weights.
template <class Plan>
inline void packColumns(const typename Plan::Isa::Source *b,
                        typename Plan::Isa::Weight *to) {
  using Isa = typename Plan::Isa;
  using Weight = typename Isa::Weight;
  constexpr int kColumns = Plan::kOut, kGroup = Plan::kBlocks * Isa::kLanes;
  constexpr int kStep = Isa::kStep, kLanes = Isa::kLanes;
  constexpr int kEnd = (kColumns + kLanes - 1) / kLanes * kLanes;
  for (int group = 0; group < kEnd; group += kGroup)
    for (int k = 0; k < Plan::kDepth; k += kStep)
      for (int n = group; n < group + kGroup && n < kEnd; n += kLanes) {
        const int rows = Plan::kDepth - k, columns = kColumns - n;
        const typename Isa::Source *from = b + k * kColumns + n;
        if (rows >= kStep && columns >= kLanes) {
          for (int lane = 0; lane < kLanes; ++lane)
            for (int i = 0; i < kStep; ++i)
              to[lane * kStep + i] = Weight{from[i * kColumns + lane]};
        } else {
          for (int lane = 0; lane < kLanes; ++lane)
            for (int i = 0; i < kStep; ++i)
              to[lane * kStep + i] = i < rows && lane < columns
                                         ? Weight{from[i * kColumns + lane]}
                                         : Weight{0};
        }
        to += kStep * kLanes;
      }
}

template <class Isa, class A, class B, class Out, int Pixels, int Blocks,
          int Band>
void matmul_f32_simd(const float *a, const float *b, float *out,
                     std::int8_t *scratch) {
  checkMatmulShapes<A, B, Out>();
  using Plan = MatmulPlan<Isa, A, B, Pixels, Blocks, Band>;
  using Scratch = MatmulScratch<Plan, /*IsFloat=*/true>;
  float *weights = reinterpret_cast<float *>(scratch);
  float *bias = reinterpret_cast<float *>(scratch + Scratch::kBias);
  for (int n = 0; n < Scratch::kVectors * Isa::kLanes; ++n)
    bias[n] = 0.0f;
  const float *packed = nullptr;
  matmulMatrices<A, B, Out, 0>(
      a, b, out, [&](const float *x, const float *y, float *z) {
        if (y != packed)
          packColumns<Plan>(y, weights);
        packed = y;
        constexpr float kMost = __builtin_inff();
        tiledConvolution<Plan>(x, weights, bias,
                               SimdF32Finish{z, -kMost, kMost},
                               scratch + Scratch::kCells, 0.0f);
      });
}

/// bias[n] = -start * sum(b) over column n.
template <class Plan>
inline void sumColumns(const std::int8_t *b, int start, std::int32_t *bias) {
  constexpr int kColumns = Plan::kOut;
  for (int n = 0; n < kColumns; ++n)
    bias[n] = 0;
  for (int k = 0; k < Plan::kDepth; ++k)
    for (int n = 0; n < kColumns; ++n)
      bias[n] += b[k * kColumns + n];
  for (int n = 0; n < kColumns; ++n)
    bias[n] *= -start;
}

/// offsets[m] = -b_zero * (sum(a) - depth * a_zero) over row m.
template <class Plan>
inline void sumRows(const std::int8_t *a, int a_zero, int b_zero,
                    std::int32_t *offsets) {
  constexpr int kDepth = Plan::kDepth;
  for (int m = 0; m < Plan::kAllPixels; ++m) {
    std::int32_t sum = -kDepth * a_zero;
    for (int k = 0; k < kDepth; ++k)
      sum += a[m * kDepth + k];
    offsets[m] = -b_zero * sum;
  }
}

/// A requantization like that of a layer, behind what a row's sums lack.
template <class Scale> struct SimdMatmulFinish {
  const std::int32_t *offsets;
  SimdS8Finish<Scale> layer;

  template <class Plan, int M, int N, int Valid>
  EDGECC_SIMD_INLINE void store(typename Plan::Isa::Vec (&sums)[M][N],
                                int channel, std::ptrdiff_t place) const {
    using Isa = typename Plan::Isa;
    const std::int32_t *offset = offsets + place / Plan::kOut;
    EDGECC_SIMD_UNROLL
    for (int m = 0; m < M; ++m) {
      const typename Isa::Vec add = Isa::set(offset[m]);
      EDGECC_SIMD_UNROLL
      for (int n = 0; n < N; ++n)
        sums[m][n] = Isa::add(sums[m][n], add);
    }
    layer.template store<Plan, M, N, Valid>(sums, channel, place);
  }
};

template <class Isa, class A, class B, class Out, int Pixels, int Blocks,
          int Band, bool Small, int AZero, int BZero, int Multiplier, int Shift,
          int OutZero>
void matmul_s8_simd(const std::int8_t *a, const std::int8_t *b,
                    std::int8_t *out, std::int8_t *scratch) {
  checkMatmulShapes<A, B, Out>();
  using Plan = MatmulPlan<Isa, A, B, Pixels, Blocks, Band>;
  using Scratch = MatmulScratch<Plan, /*IsFloat=*/false>;
  using Scale = SimdScale<Isa, Shift, OutZero, -128, 127, Small>;
  const auto words = [&](int at) {
    return reinterpret_cast<std::int32_t *>(scratch + at);
  };
  auto *weights = reinterpret_cast<typename Isa::Weight *>(scratch);
  std::int32_t *bias = words(Scratch::kBias),
               *multiplier = words(Scratch::kMultiplier),
               *offsets = words(Scratch::kOffsets);
  for (int n = 0; n < Scratch::kVectors * Isa::kLanes; ++n) {
    bias[n] = 0;
    multiplier[n] = Multiplier;
  }
  const std::int8_t *packed = nullptr;
  matmulMatrices<A, B, Out, 0>(
      a, b, out,
      [&](const std::int8_t *x, const std::int8_t *y, std::int8_t *z) {
        if (y != packed) {
          packColumns<Plan>(y, weights);
          sumColumns<Plan>(y, static_cast<int>(Isa::toCell(AZero)), bias);
        }
        packed = y;
        sumRows<Plan>(x, AZero, BZero, offsets);
        tiledConvolution<Plan>(
            x, weights, bias, SimdMatmulFinish<Scale>{offsets, {multiplier, z}},
            scratch + Scratch::kCells, Isa::toCell(0));
      });
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_KERNELS_MATMUL_SIMD_H
