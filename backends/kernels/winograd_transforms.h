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
  static InVec loadSource(const float *from) { return Isa::load(from); }
  static InVec loadCells(const float *from) { return Isa::load(from); }
  static void storeCells(float *to, InVec x) { Isa::store(to, x); }
};

template <class IsaType>
struct WinogradF32<IsaType, 2> : WinogradFloats<IsaType> {
  using Isa = IsaType;
  using Vec = typename Isa::Vec;
  static constexpr int kSize = 2;

  static EDGECC_SIMD_INLINE void input(const Vec (&d)[4], Vec (&v)[4]) {
    v[0] = Isa::subtract(d[0], d[2]);
    v[1] = Isa::add(d[1], d[2]);
    v[2] = Isa::subtract(d[2], d[1]);
    v[3] = Isa::subtract(d[1], d[3]);
  }
  static EDGECC_SIMD_INLINE void output(const Vec (&m)[4], Vec (&y)[2]) {
    y[0] = Isa::add(Isa::add(m[0], m[1]), m[2]);
    y[1] = Isa::subtract(Isa::subtract(m[1], m[2]), m[3]);
  }
  static EDGECC_SIMD_INLINE void result(const Vec (&m)[4], Vec bias,
                                        int /*row*/, Vec (&y)[2][1]) {
    Vec outputs[2];
    output(m, outputs);
    y[0][0] = Isa::add(outputs[0], bias);
    y[1][0] = Isa::add(outputs[1], bias);
  }
};

template <class IsaType>
struct WinogradF32<IsaType, 4> : WinogradFloats<IsaType> {
  using Isa = IsaType;
  using Vec = typename Isa::Vec;
  static constexpr int kSize = 4;
  static constexpr float kA = 0.625f, kB = 1.5f;
  static constexpr float kA2 = kA * kA, kB2 = kB * kB;

  static EDGECC_SIMD_INLINE void input(const Vec (&d)[6], Vec (&v)[6]) {
    const Vec a2 = Isa::set(-kA2), b2 = Isa::set(-kB2),
              sum = Isa::set(-kA2 - kB2), product = Isa::set(kA2 * kB2);
    const Vec even1 = Isa::dot(d[4], d[2], b2), odd1 = Isa::dot(d[3], d[1], b2);
    const Vec even2 = Isa::dot(d[4], d[2], a2), odd2 = Isa::dot(d[3], d[1], a2);
    v[0] = Isa::dot(Isa::dot(d[4], d[2], sum), d[0], product);
    v[1] = Isa::dot(even1, odd1, Isa::set(kA));
    v[2] = Isa::dot(even1, odd1, Isa::set(-kA));
    v[3] = Isa::dot(even2, odd2, Isa::set(kB));
    v[4] = Isa::dot(even2, odd2, Isa::set(-kB));
    v[5] = Isa::dot(Isa::dot(d[5], d[3], sum), d[1], product);
  }
  /// What both points of a pair add to outputs, times 1 and times the point.
  struct Pairs {
    Vec sum1, sum2, difference1, difference2;

    EDGECC_SIMD_INLINE explicit Pairs(const Vec (&m)[6])
        : sum1(Isa::add(m[1], m[2])), sum2(Isa::add(m[3], m[4])),
          difference1(Isa::subtract(m[1], m[2])),
          difference2(Isa::subtract(m[3], m[4])) {}
    /// The outputs that are neither the first nor the last.
    EDGECC_SIMD_INLINE Vec first(Vec start) const {
      return Isa::dot(Isa::dot(start, difference1, Isa::set(kA)), difference2,
                      Isa::set(kB));
    }
    EDGECC_SIMD_INLINE Vec second(Vec start) const {
      return Isa::dot(Isa::dot(start, sum1, Isa::set(kA2)), sum2,
                      Isa::set(kB2));
    }
    EDGECC_SIMD_INLINE Vec last(Vec start) const {
      return Isa::dot(Isa::dot(start, difference1, Isa::set(kA2 * kA)),
                      difference2, Isa::set(kB2 * kB));
    }
  };
  static EDGECC_SIMD_INLINE void output(const Vec (&m)[6], Vec (&y)[4]) {
    const Pairs p(m);
    y[0] = Isa::add(m[0], Isa::add(p.sum1, p.sum2));
    y[1] = Isa::dot(Isa::multiply(p.difference1, Isa::set(kA)), p.difference2,
                    Isa::set(kB));
    y[2] =
        Isa::dot(Isa::multiply(p.sum1, Isa::set(kA2)), p.sum2, Isa::set(kB2));
    y[3] = p.last(m[5]);
  }
  static EDGECC_SIMD_INLINE void result(const Vec (&m)[6], Vec bias,
                                        int /*row*/, Vec (&y)[4][1]) {
    const Pairs p(m);
    y[0][0] = Isa::add(Isa::add(m[0], bias), Isa::add(p.sum1, p.sum2));
    y[1][0] = p.first(bias);
    y[2][0] = p.second(bias);
    y[3][0] = p.last(Isa::add(m[5], bias));
  }
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
  static InVec loadSource(const std::int8_t *from) {
    return Isa::loadSource(from);
  }
  static InVec loadCells(const Cell *from) { return Isa::loadHalves(from); }
  static void storeCells(Cell *to, InVec x) { Isa::storeHalves(to, x); }
};

template <class IsaType>
struct WinogradS8<IsaType, 2> : WinogradIntegers<IsaType> {
  using Isa = IsaType;
  using Vec = typename Isa::Vec;
  using In = typename Isa::InVec;
  static constexpr int kSize = 2;

  static EDGECC_SIMD_INLINE void input(const In (&d)[4], In (&v)[4]) {
    v[0] = Isa::subtractHalves(d[0], d[2]);
    v[1] = Isa::addHalves(d[1], d[2]);
    v[2] = Isa::subtractHalves(d[2], d[1]);
    v[3] = Isa::subtractHalves(d[1], d[3]);
  }
  /// Outputs times two.
  static EDGECC_SIMD_INLINE void output(const Vec (&m)[4], Vec (&y)[2]) {
    y[0] = Isa::add(Isa::add(m[0], m[1]), m[2]);
    y[1] = Isa::subtract(Isa::subtract(m[1], m[2]), m[3]);
  }
  static EDGECC_SIMD_INLINE void result(const Vec (&m)[4], Vec bias,
                                        int /*row*/, Vec (&y)[2][1]) {
    Vec outputs[2];
    output(m, outputs);
    y[0][0] = Isa::template addShifted<2>(bias, outputs[0]);
    y[1][0] = Isa::template addShifted<2>(bias, outputs[1]);
  }
};

template <class IsaType>
struct WinogradS8<IsaType, 4> : WinogradIntegers<IsaType> {
  using Isa = IsaType;
  using Vec = typename Isa::Vec;
  using In = typename Isa::InVec;
  static constexpr int kSize = 4;

  static EDGECC_SIMD_INLINE void input(const In (&d)[6], In (&v)[6]) {
    const In even1 = Isa::template lessHalves<4>(d[4], d[2]),
             odd1 = Isa::template lessHalves<4>(d[3], d[1]),
             even2 = Isa::subtractHalves(d[4], d[2]),
             odd2 = Isa::subtractHalves(d[3], d[1]);
    v[0] = Isa::template moreHalves<4>(even2, Isa::subtractHalves(d[0], d[2]));
    v[1] = Isa::addHalves(even1, odd1);
    v[2] = Isa::subtractHalves(even1, odd1);
    v[3] = Isa::template moreHalves<2>(even2, odd2);
    v[4] = Isa::template lessHalves<2>(even2, odd2);
    v[5] = Isa::template lessHalves<4>(Isa::subtractHalves(d[5], d[3]), odd2);
  }
  /// Outputs times 24, 12, 6 and 6. Weights of the first and last place are
  /// six times as large as those of the transform.
  static EDGECC_SIMD_INLINE void output(const Vec (&m)[6], Vec (&y)[4]) {
    const Vec sum1 = Isa::add(m[1], m[2]), sum2 = Isa::add(m[3], m[4]),
              difference1 = Isa::subtract(m[1], m[2]),
              difference2 = Isa::subtract(m[3], m[4]);
    y[0] = Isa::template less<4>(Isa::add(m[0], sum2), sum1);
    y[1] = Isa::template less<2>(difference2, difference1);
    y[2] = Isa::subtract(sum2, sum1);
    y[3] = Isa::template more<2>(Isa::subtract(m[5], difference1), difference2);
  }
  static constexpr int kShifts[4] = {3, 2, 1, 1};
  template <int Row>
  static EDGECC_SIMD_INLINE void divide(const Vec (&x)[4], Vec bias,
                                        Vec (&y)[4][1]) {
    constexpr int kUp = kShifts[Row];
    const Vec third = Isa::set(0x38E38E39); // Of a third.
    y[0][0] = Isa::template addShifted<kUp + kShifts[0]>(
        bias, Isa::multiply(x[0], third));
    y[1][0] = Isa::template addShifted<kUp + kShifts[1]>(
        bias, Isa::multiply(x[1], third));
    y[2][0] = Isa::template addShifted<kUp + kShifts[2]>(
        bias, Isa::multiply(x[2], third));
    y[3][0] = Isa::template addShifted<kUp + kShifts[3]>(
        bias, Isa::multiply(x[3], third));
  }
  static EDGECC_SIMD_INLINE void result(const Vec (&m)[6], Vec bias, int row,
                                        Vec (&y)[4][1]) {
    Vec outputs[4];
    output(m, outputs);
    switch (row) { // Known, as loops around it are unrolled.
    case 0:
      return divide<0>(outputs, bias, y);
    case 1:
      return divide<1>(outputs, bias, y);
    default:
      return divide<2>(outputs, bias, y);
    }
  }
};

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_KERNELS_WINOGRAD_TRANSFORMS_H
