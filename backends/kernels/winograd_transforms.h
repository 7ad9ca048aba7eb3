// Winograd's transforms in vectors, for simd_winograd.h.
//
// Floats: the points of F(4x4) are 0, 5/8, -5/8, 3/2, -3/2 and infinity, with
// which results are about as exact as those of direct convolution; 1 and 2
// lose two more bits (docs/rationale/winograd.md).
//
// Int8: all numbers are integers. Those of F(4x4) with the points 0, 1, -1, 2,
// -2 and infinity have a common denominator of 24 in each direction, that is a
// power of two and a 3, which has an inverse modulo 2^32: sums may overflow,
// and still results are exact. Inputs become at most 100 * 128, weights at most
// 49 * 128.
#ifndef EDGECC_KERNELS_WINOGRAD_TRANSFORMS_H
#define EDGECC_KERNELS_WINOGRAD_TRANSFORMS_H

#include <cstdint>

#ifndef EDGECC_KERNELS_SIMD_TILES_H
#include "simd_tiles.h"
#endif

namespace edgecc {
namespace kernels {
namespace {

/// `Size` outputs of one direction by floats.
template <class IsaType, int Size> struct WinogradF32;

template <class IsaType> struct WinogradFloats {
  using Isa = IsaType;
  using Products = Isa;
  using Source = float;
  using Cell = float;
  using InVec = typename Isa::Vec;
  static constexpr int kInLanes = Isa::kLanes;
  using Part = typename Isa::Vec;
  static constexpr int kParts = 1;
  static EDGECC_SIMD_INLINE Part loadPart(const float *from) {
    return Isa::load(from);
  }
  static EDGECC_SIMD_INLINE void keepPart(Part &x) { Isa::keep(x); }
  static EDGECC_SIMD_INLINE Part join(Part /*first*/, Part last) {
    return last;
  }
  static EDGECC_SIMD_INLINE InVec loadSource(const float *from) {
    return Isa::load(from);
  }
  static EDGECC_SIMD_INLINE InVec loadCells(const float *from) {
    return Isa::load(from);
  }
  static EDGECC_SIMD_INLINE void storeCells(float *to, InVec x) {
    Isa::store(to, x);
  }
};

/// Constants that are multiplied with, in lanes of as few registers as can be.
template <class Isa, int Count> struct WinogradFactors {
  using Vec = typename Isa::Vec;
  /// Whether the arithmetic multiplies with a lane.
  static constexpr bool kLanes = Isa::kHoldsInputs;
  static constexpr int kVectors = kLanes ? Count / Isa::kLanes : Count;
  Vec factors[kVectors];

  EDGECC_SIMD_INLINE explicit WinogradFactors(const float (&values)[Count]) {
    EDGECC_SIMD_UNROLL
    for (int i = 0; i < kVectors; ++i)
      if constexpr (kLanes) {
        factors[i] = Isa::load(values + i * Isa::kLanes);
        // GCC would load it again and again.
        Isa::keep(factors[i]);
      } else {
        factors[i] = Isa::set(values[i]);
      }
  }
  /// x * factor number I.
  template <int I> EDGECC_SIMD_INLINE Vec multiply(Vec x) const {
    if constexpr (!kLanes)
      return Isa::multiply(x, factors[I]);
    else
      return Isa::template multiplyLane<I % Isa::kLanes>(
          x, factors[I / Isa::kLanes]);
  }
  /// sum + x * factor number I.
  template <int I> EDGECC_SIMD_INLINE Vec dot(Vec sum, Vec x) const {
    if constexpr (kLanes)
      return Isa::template dotStep<I % Isa::kLanes, Isa::kLanes, false>(
          sum, factors[I / Isa::kLanes], x);
    else
      return Isa::dot(sum, x, factors[I]);
  }
};

template <class IsaType>
struct WinogradF32<IsaType, 2> : WinogradFloats<IsaType> {
  using Isa = IsaType;
  using Vec = typename Isa::Vec;
  static constexpr int kSize = 2;

  struct Input {
    EDGECC_SIMD_INLINE void apply(const Vec (&d)[4], Vec (&v)[4]) const {
      v[0] = Isa::subtract(d[0], d[2]);
      v[1] = Isa::add(d[1], d[2]);
      v[2] = Isa::subtract(d[2], d[1]);
      v[3] = Isa::subtract(d[1], d[3]);
    }
  };
  struct Output {
    EDGECC_SIMD_INLINE void apply(const Vec (&m)[4], Vec (&y)[2]) const {
      y[0] = Isa::add(Isa::add(m[0], m[1]), m[2]);
      y[1] = Isa::subtract(Isa::subtract(m[1], m[2]), m[3]);
    }
    template <int Row>
    EDGECC_SIMD_INLINE void finish(const Vec (&m)[4], Vec bias,
                                   Vec (&y)[2]) const {
      apply(m, y);
      y[0] = Isa::add(y[0], bias);
      y[1] = Isa::add(y[1], bias);
    }
  };
};

template <class IsaType>
struct WinogradF32<IsaType, 4> : WinogradFloats<IsaType> {
  using Isa = IsaType;
  using Vec = typename Isa::Vec;
  static constexpr int kSize = 4;
  /// The points, and their squares.
  static constexpr float kA = 0.625f, kB = 1.5f;
  static constexpr float kA2 = kA * kA, kB2 = kB * kB;
  static constexpr float kInputs[8] = {kA,   -kA,  kB,         -kB,
                                       -kA2, -kB2, -kA2 - kB2, kA2 *kB2};
  static constexpr float kOutputs[8] = {kA, kB, kA2, kB2, kA2 *kA, kB2 *kB};

  struct Input {
    const WinogradFactors<Isa, 8> factors{kInputs};

    EDGECC_SIMD_INLINE void apply(const Vec (&d)[6], Vec (&v)[6]) const {
      const Vec even1 = factors.template dot<5>(d[4], d[2]),
                odd1 = factors.template dot<5>(d[3], d[1]),
                even2 = factors.template dot<4>(d[4], d[2]),
                odd2 = factors.template dot<4>(d[3], d[1]);
      v[1] = factors.template dot<0>(even1, odd1);
      v[2] = factors.template dot<1>(even1, odd1);
      v[3] = factors.template dot<2>(even2, odd2);
      v[4] = factors.template dot<3>(even2, odd2);
      v[0] = factors.template dot<7>(factors.template dot<6>(d[4], d[2]), d[0]);
      v[5] = factors.template dot<7>(factors.template dot<6>(d[5], d[3]), d[1]);
    }
  };
  struct Output {
    const WinogradFactors<Isa, 8> factors{kOutputs};

    /// What pairs of points add up to, times 1 and times the point.
    struct Pairs {
      Vec sum1, sum2, difference1, difference2;

      EDGECC_SIMD_INLINE explicit Pairs(const Vec (&m)[6])
          : sum1(Isa::add(m[1], m[2])), sum2(Isa::add(m[3], m[4])),
            difference1(Isa::subtract(m[1], m[2])),
            difference2(Isa::subtract(m[3], m[4])) {}
    };
    EDGECC_SIMD_INLINE void apply(const Vec (&m)[6], Vec (&y)[4]) const {
      const Pairs p(m);
      y[0] = Isa::add(m[0], Isa::add(p.sum1, p.sum2));
      y[1] = factors.template dot<1>(
          factors.template multiply<0>(p.difference1), p.difference2);
      y[2] =
          factors.template dot<3>(factors.template multiply<2>(p.sum1), p.sum2);
      y[3] = factors.template dot<5>(
          factors.template dot<4>(m[5], p.difference1), p.difference2);
    }
    template <int Row>
    EDGECC_SIMD_INLINE void finish(const Vec (&m)[6], Vec bias,
                                   Vec (&y)[4]) const {
      const Pairs p(m);
      y[0] = Isa::add(Isa::add(m[0], bias), Isa::add(p.sum1, p.sum2));
      y[1] = factors.template dot<1>(
          factors.template dot<0>(bias, p.difference1), p.difference2);
      y[2] = factors.template dot<3>(factors.template dot<2>(bias, p.sum1),
                                     p.sum2);
      y[3] = factors.template dot<5>(
          factors.template dot<4>(Isa::add(m[5], bias), p.difference1),
          p.difference2);
    }
  };
};

/// `Size` outputs of one direction by integers; `Isa` is one of those in
/// avx_s16_vectors.h and neon_s16_vectors.h.
template <class IsaType, int Size> struct WinogradS8;

template <class IsaType> struct WinogradIntegers {
  using Isa = IsaType;
  using Products = Isa;
  using Source = std::int8_t;
  using Cell = std::int16_t;
  using InVec = typename Isa::InVec;
  static constexpr int kInLanes = Isa::kInLanes;
  using Part = typename Isa::Part;
  static constexpr int kParts = Isa::kSumParts;
  static EDGECC_SIMD_INLINE Part loadPart(const std::int32_t *from) {
    return Isa::loadPart(from);
  }
  static EDGECC_SIMD_INLINE void keepPart(Part &x) { Isa::keepPart(x); }
  static EDGECC_SIMD_INLINE typename Isa::Vec join(Part first, Part last) {
    return Isa::join(first, last);
  }
  static EDGECC_SIMD_INLINE InVec loadSource(const std::int8_t *from) {
    return Isa::loadSource(from);
  }
  static EDGECC_SIMD_INLINE InVec loadCells(const Cell *from) {
    return Isa::loadHalves(from);
  }
  static EDGECC_SIMD_INLINE void storeCells(Cell *to, InVec x) {
    Isa::storeHalves(to, x);
  }
};

template <class IsaType>
struct WinogradS8<IsaType, 2> : WinogradIntegers<IsaType> {
  using Isa = IsaType;
  using Vec = typename Isa::Part;
  using In = typename Isa::InVec;
  static constexpr int kSize = 2;

  struct Input {
    EDGECC_SIMD_INLINE void apply(const In (&d)[4], In (&v)[4]) const {
      v[0] = Isa::subtractHalves(d[0], d[2]);
      v[1] = Isa::addHalves(d[1], d[2]);
      v[2] = Isa::subtractHalves(d[2], d[1]);
      v[3] = Isa::subtractHalves(d[1], d[3]);
    }
  };
  struct Output {
    /// Outputs times two.
    EDGECC_SIMD_INLINE void apply(const Vec (&m)[4], Vec (&y)[2]) const {
      y[0] = Isa::addPart(Isa::addPart(m[0], m[1]), m[2]);
      y[1] = Isa::subtractPart(Isa::subtractPart(m[1], m[2]), m[3]);
    }
    template <int Row>
    EDGECC_SIMD_INLINE void finish(const Vec (&m)[4], Vec bias,
                                   Vec (&y)[2]) const {
      Vec outputs[2];
      apply(m, outputs);
      y[0] = Isa::template addShifted<2>(bias, outputs[0]);
      y[1] = Isa::template addShifted<2>(bias, outputs[1]);
    }
  };
};

template <class IsaType>
struct WinogradS8<IsaType, 4> : WinogradIntegers<IsaType> {
  using Isa = IsaType;
  using Vec = typename Isa::Part;
  using In = typename Isa::InVec;
  static constexpr int kSize = 4;

  struct Input {
    const typename Isa::HalfFactors factors;

    EDGECC_SIMD_INLINE void apply(const In (&d)[6], In (&v)[6]) const {
      const In even1 = factors.template less<4>(d[4], d[2]),
               odd1 = factors.template less<4>(d[3], d[1]),
               even2 = Isa::subtractHalves(d[4], d[2]),
               odd2 = Isa::subtractHalves(d[3], d[1]);
      v[0] = factors.template more<4>(even2, Isa::subtractHalves(d[0], d[2]));
      v[1] = Isa::addHalves(even1, odd1);
      v[2] = Isa::subtractHalves(even1, odd1);
      v[3] = factors.template more<2>(even2, odd2);
      v[4] = factors.template less<2>(even2, odd2);
      v[5] = factors.template less<4>(Isa::subtractHalves(d[5], d[3]), odd2);
    }
  };
  struct Output {
    const typename Isa::Factors factors;
    static constexpr int kShifts[4] = {3, 2, 1, 1};

    /// Outputs times 24, 12, 6 and 6. Weights of the first and last place are
    /// six times as large as those of the transform.
    EDGECC_SIMD_INLINE void apply(const Vec (&m)[6], Vec (&y)[4]) const {
      const Vec sum1 = Isa::addPart(m[1], m[2]),
                sum2 = Isa::addPart(m[3], m[4]),
                difference1 = Isa::subtractPart(m[1], m[2]),
                difference2 = Isa::subtractPart(m[3], m[4]);
      y[0] = factors.template less<4>(Isa::addPart(m[0], sum2), sum1);
      y[1] = factors.template less<2>(difference2, difference1);
      y[2] = Isa::subtractPart(sum2, sum1);
      y[3] = factors.template more<2>(Isa::subtractPart(m[5], difference1),
                                      difference2);
    }
    template <int Row>
    EDGECC_SIMD_INLINE void finish(const Vec (&m)[6], Vec bias,
                                   Vec (&y)[4]) const {
      Vec outputs[4];
      apply(m, outputs);
      divide<Row, 0>(outputs[0], bias, y);
      divide<Row, 1>(outputs[1], bias, y);
      divide<Row, 2>(outputs[2], bias, y);
      divide<Row, 3>(outputs[3], bias, y);
    }
    template <int Row, int Column>
    EDGECC_SIMD_INLINE void divide(Vec x, Vec bias, Vec (&y)[4]) const {
      y[Column] = Isa::template addShifted<kShifts[Row] + kShifts[Column]>(
          bias, factors.byNinth(x));
    }
  };
};

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_KERNELS_WINOGRAD_TRANSFORMS_H
