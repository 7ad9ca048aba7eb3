// How sums of the kernels of vectors become outputs: int8 requantized as in
// fixed_point.h, alone or with another tensor added as in residual.h, and
// floats limited to a range.
#ifndef EDGECC_KERNELS_SIMD_FINISH_H
#define EDGECC_KERNELS_SIMD_FINISH_H

#include <cstdint>
#include <cstring>

#ifndef EDGECC_KERNELS_SIMD_TILES_H
#include "simd_tiles.h"
#endif
#ifndef EDGECC_KERNELS_RESIDUAL_H
#include "residual.h"
#endif

namespace edgecc {
namespace kernels {
namespace {

/// Requantization. What `Small` says depends on the arithmetic:
///   kHalvesSmall  no factor is 1/4 or more, and multipliers are four times
///   what
///            they are elsewhere: then the upper half of a product has one bit
///            that is to be rounded away, which can be done in 16 bits, zero
///            point included. A value that these cannot hold is out of bounds
///            anyway.
///   else     what is scaled fits 16 bits before the zero point is added.
/// It says nothing of arithmetics that scale by floats (kScalesFloats).
template <class IsaType, int Shift, int OutZero, int Lo, int Hi, bool Small>
struct SimdScale {
  using Isa = IsaType;
  using Vec = typename Isa::Vec;
  using Words = typename Isa::Words;
  static constexpr bool kHalves = Small && Isa::kHalvesSmall;

  static EDGECC_SIMD_INLINE Vec scale(Vec sum, Vec m, Vec odd) {
    if constexpr (Isa::kScalesFloats)
      return Isa::scaleFloats(sum, m, OutZero);
    else if constexpr (kHalves)
      return Isa::multiplyHigh(sum, m, odd);
    else
      return Isa::scale(Shift > 0 ? Isa::shiftLeft(sum, Shift) : sum, m, odd);
  }
  /// Four vectors that are scaled, as bytes in their bounds.
  static EDGECC_SIMD_INLINE typename Isa::Bytes bytes(const Vec (&q)[4]) {
    const Words low = pack(q[0], q[1]), high = pack(q[2], q[3]);
    if constexpr (kAddsLast)
      return Isa::template packAboveZero<Lo, Hi>(low, high);
    else
      return Isa::template packBytes<Lo, Hi>(low, high);
  }
  /// One sum in the bounds of outputs, as the difference from the zero point.
  static EDGECC_SIMD_INLINE Vec difference(Vec sum, Vec m, Vec odd) {
    Vec a;
    if constexpr (Isa::kScalesFloats)
      a = Isa::scaleFloats(sum, m, 0);
    else
      a = scale(sum, m, odd);
    if constexpr (kHalves)
      a = Isa::shiftRight(Isa::add(a, Isa::set(1)), 1);
    return Isa::min(Isa::max(a, Isa::set(Lo - OutZero)),
                    Isa::set(Hi - OutZero));
  }

  /// The same as a float, of arithmetics that scale by these.
  static EDGECC_SIMD_INLINE auto floatDifference(Vec sum, Vec m) {
    return Isa::scaleToFloats(sum, m, static_cast<float>(Lo - OutZero),
                              static_cast<float>(Hi - OutZero));
  }

private:
  /// Whether the zero point is added to bytes without a sign.
  static constexpr bool kAddsLast =
      !Isa::kHalvesSmall && !Isa::kScalesFloats && OutZero == -128;

  static EDGECC_SIMD_INLINE Words pack(Vec a, Vec b) {
    if constexpr (kHalves)
      return Isa::halve16(
          Isa::add16(Isa::packWords(a, b), Isa::set16(2 * OutZero + 1)));
    else if constexpr (Isa::kScalesFloats)
      return Isa::packWords(a, b);
    else if constexpr (kAddsLast)
      return narrow(a, b);
    else
      return Isa::add16(narrow(a, b), Isa::set16(OutZero));
  }
  static EDGECC_SIMD_INLINE Words narrow(Vec a, Vec b) {
    if constexpr (Small && !Isa::kHalvesSmall)
      return Isa::cutWords(a, b);
    else
      return Isa::packWords(a, b);
  }
};

/// Whether what lies behind a pixel's last channel may be overwritten: it is
/// the next pixel of the tile, which is stored later.
template <class Isa, int M, int N, int Valid, int Stride, int I, bool Overruns>
constexpr bool kOverruns =
    Overruns && Valid == Stride && Valid < N * Isa::kLanes &&
    Valid >= Isa::kLanes && I / N < M - 1;

/// The I-th vector of a tile, which is the First-th of four in `bytes`.
template <class Isa, int M, int N, int Valid, int Stride, int I, int First,
          bool Overruns>
EDGECC_SIMD_INLINE void storeVector(typename Isa::Bytes bytes,
                                    std::int8_t *out) {
  constexpr int kBegin = I % N * Isa::kLanes, kLeft = Valid - kBegin;
  std::int8_t *to = out + I / N * Stride + kBegin;
  if constexpr (kLeft >= Isa::kLanes ||
                kOverruns<Isa, M, N, Valid, Stride, I, Overruns>)
    Isa::template storeBytes<First, 1>(to, bytes);
  else
    Isa::template storePart<First, kLeft>(to, bytes);
}

/// Two vectors of a tile that are the First-th and the next.
template <class Isa, int M, int N, int Valid, int Stride, int I, int First,
          bool Overruns>
EDGECC_SIMD_INLINE void storePair(typename Isa::Bytes bytes, std::int8_t *out) {
  constexpr int kLanes = Isa::kLanes, kLeft = M * N - I;
  // Vectors that lie side by side.
  constexpr bool kFull = Valid == N * kLanes;
  constexpr bool kTwos =
      (kFull && (N % 2 == 0 || Stride == N * kLanes)) ||
      (N % 2 == 0 && (I % N + 2) * kLanes <= Valid) ||
      (N % 2 == 0 && kOverruns<Isa, M, N, Valid, Stride, I, Overruns>);
  if constexpr (kTwos && kLeft >= 2) {
    Isa::template storeBytes<First, 2>(out + I / N * Stride + I % N * kLanes,
                                       bytes);
  } else {
    if constexpr (kLeft >= 1)
      storeVector<Isa, M, N, Valid, Stride, I, First, Overruns>(bytes, out);
    if constexpr (kLeft >= 2)
      storeVector<Isa, M, N, Valid, Stride, I + 1, First + 1, Overruns>(bytes,
                                                                        out);
  }
}

/// Stores the bytes of four vectors of a tile, the first of which is the I-th.
/// `out` is where the tile begins.
template <class Isa, int M, int N, int Valid, int Stride, int I, bool Overruns>
EDGECC_SIMD_INLINE void storeTile(typename Isa::Bytes bytes, std::int8_t *out) {
  constexpr int kLanes = Isa::kLanes, kLeft = M * N - I;
  constexpr bool kFull = Valid == N * kLanes;
  constexpr bool kFours =
      (kFull && (N % 4 == 0 || Stride == N * kLanes)) ||
      (N == 4 && kOverruns<Isa, M, N, Valid, Stride, I, Overruns>);
  if constexpr (kFours && kLeft >= 4) {
    Isa::template storeBytes<0, 4>(out + I / N * Stride + I % N * kLanes,
                                   bytes);
  } else {
    storePair<Isa, M, N, Valid, Stride, I, 0, Overruns>(bytes, out);
    storePair<Isa, M, N, Valid, Stride, I + 2, 2, Overruns>(bytes, out);
  }
}

/// The I-th vector of a tile as the First-th of four in `bytes`.
template <class Isa, int M, int N, int Valid, int Stride, int I, int First>
EDGECC_SIMD_INLINE void loadVector(std::int8_t *bytes,
                                   const std::int8_t *from) {
  if constexpr (I < M * N) {
    constexpr int kBegin = I % N * Isa::kLanes, kLeft = Valid - kBegin;
    std::memcpy(bytes + First * Isa::kLanes, from + I / N * Stride + kBegin,
                kLeft < Isa::kLanes ? kLeft : Isa::kLanes);
  }
}

/// What storeTile stores, from another tensor.
template <class Isa, int M, int N, int Valid, int Stride, int I>
EDGECC_SIMD_INLINE typename Isa::Bytes loadTile(const std::int8_t *from) {
  constexpr int kLanes = Isa::kLanes;
  if constexpr (Valid == N * kLanes && M * N - I >= 4 &&
                (N % 4 == 0 || Stride == N * kLanes))
    return Isa::loadBytes(from + I / N * Stride + I % N * kLanes);
  std::int8_t bytes[4 * kLanes] = {};
  loadVector<Isa, M, N, Valid, Stride, I, 0>(bytes, from);
  loadVector<Isa, M, N, Valid, Stride, I + 1, 1>(bytes, from);
  loadVector<Isa, M, N, Valid, Stride, I + 2, 2>(bytes, from);
  loadVector<Isa, M, N, Valid, Stride, I + 3, 3>(bytes, from);
  return Isa::loadBytes(bytes);
}

/// The multipliers of N vectors of channels.
template <class Isa, int N> struct SimdMultipliers {
  typename Isa::Vec even[N], odd[N];

  EDGECC_SIMD_INLINE explicit SimdMultipliers(const std::int32_t *from) {
    renew<Isa>(from);
    EDGECC_SIMD_UNROLL
    for (int n = 0; n < N; ++n) {
      even[n] = Isa::load(from + n * Isa::kLanes);
      odd[n] = Isa::oddLanes(even[n]);
    }
  }
};

/// `store` takes a tile's first channel, and its place in the output.
template <class Scale> struct SimdS8Finish {
  const std::int32_t *multiplier;
  std::int8_t *out;

  template <class Plan, int M, int N, int Valid>
  EDGECC_SIMD_INLINE void store(typename Plan::Isa::Vec (&sums)[M][N],
                                int channel, std::ptrdiff_t place) const {
    const SimdMultipliers<typename Plan::Isa, N> factors(multiplier + channel);
    four<Plan, M, N, Valid, 0>(sums, factors, out + place);
  }

private:
  template <class Plan, int M, int N, int Valid, int I>
  EDGECC_SIMD_INLINE void
  four(typename Plan::Isa::Vec (&sums)[M][N],
       const SimdMultipliers<typename Plan::Isa, N> &factors,
       std::int8_t *to) const {
    using Isa = typename Plan::Isa;
    typename Isa::Vec q[4];
    EDGECC_SIMD_UNROLL
    for (int i = 0; i < 4; ++i) {
      // The last ones are there to fill up.
      const int at = I + i < M * N ? I + i : M * N - 1;
      q[i] = Scale::scale(sums[at / N][at % N], factors.even[at % N],
                          factors.odd[at % N]);
    }
    storeTile<Isa, M, N, Valid, Plan::kOut, I, true>(Scale::bytes(q), to);
    if constexpr (I + 4 < M * N)
      four<Plan, M, N, Valid, I + 4>(sums, factors, to);
  }
};

/// What adding another tensor takes: vectors, if the arithmetic adds bytes.
template <class Isa, bool AddsBytes> struct SimdAddition {
  explicit SimdAddition(const Residual & /*residual*/) {}
};
template <class Isa> struct SimdAddition<Isa, true> {
  typename Isa::Addition values;

  explicit SimdAddition(const Residual &residual) : values(residual) {}
};

/// The same with another tensor added, which `out` may overwrite. The layer's
/// own outputs are added as differences from their zero point.
template <class Scale> struct SimdS8SumFinish {
  using ScaleIsa = typename Scale::Isa;

  const std::int32_t *multiplier;
  std::int8_t *out;
  Residual residual;
  SimdAddition<ScaleIsa, ScaleIsa::kAddsBytes> addition;

  SimdS8SumFinish(const std::int32_t *factors, std::int8_t *to,
                  const Residual &other)
      : multiplier(factors), out(to), residual(other), addition(other) {}

  template <class Plan, int M, int N, int Valid>
  EDGECC_SIMD_INLINE void store(typename Plan::Isa::Vec (&sums)[M][N],
                                int channel, std::ptrdiff_t place) const {
    const SimdMultipliers<typename Plan::Isa, N> factors(multiplier + channel);
    // In registers behind the sums only.
    const auto *late = &addition;
    renew<typename Plan::Isa>(late);
    const auto values = *late;
    SimdS8SumFinish own = *this;
    if constexpr (!ScaleIsa::kAddsBytes)
      renewAll<typename Plan::Isa>(own.residual);
    own.template four<Plan, M, N, Valid, 0>(
        sums, factors, values, residual.other + place, out + place);
  }

private:
  template <class Isa> static EDGECC_SIMD_INLINE void renewAll(Residual &x) {
    renew<Isa>(x.mul);
    renew<Isa>(x.otherZero);
    renew<Isa>(x.otherMul);
    renew<Isa>(x.shift);
    renew<Isa>(x.outZero);
    renew<Isa>(x.lo);
    renew<Isa>(x.hi);
  }
  /// Of vector `block` of a pixel, of whose channels `Valid` are there.
  template <class Isa, int Valid>
  static EDGECC_SIMD_INLINE typename Isa::Vec widen(const std::int8_t *other,
                                                    int block) {
    const int left = Valid - block * Isa::kLanes;
    if (left >= Isa::kLanes)
      return Isa::widen(other);
    std::int8_t all[Isa::kLanes] = {};
    std::memcpy(all, other, static_cast<std::size_t>(left));
    return Isa::widen(all);
  }

  template <class Plan, int M, int N, int Valid, int I>
  EDGECC_SIMD_INLINE void
  four(typename Plan::Isa::Vec (&sums)[M][N],
       const SimdMultipliers<typename Plan::Isa, N> &factors,
       const SimdAddition<ScaleIsa, ScaleIsa::kAddsBytes> &add,
       const std::int8_t *other, std::int8_t *to) const {
    using Isa = typename Plan::Isa;
    typename Isa::Vec own[4];
    EDGECC_SIMD_UNROLL
    for (int i = 0; i < 4; ++i) {
      const int at = I + i < M * N ? I + i : M * N - 1, n = at % N;
      own[i] =
          Scale::difference(sums[at / N][n], factors.even[n], factors.odd[n]);
    }
    if constexpr (Isa::kAddsBytes)
      storeTile<Isa, M, N, Valid, Plan::kOut, I, false>(
          Isa::addBytes(own, loadTile<Isa, M, N, Valid, Plan::kOut, I>(other),
                        add.values),
          to);
    else
      addWords<Plan, M, N, Valid, I>(own, other, to);
    if constexpr (I + 4 < M * N)
      four<Plan, M, N, Valid, I + 4>(sums, factors, add, other, to);
  }

  template <class Plan, int M, int N, int Valid, int I>
  EDGECC_SIMD_INLINE void addWords(const typename Plan::Isa::Vec (&own)[4],
                                   const std::int8_t *other,
                                   std::int8_t *to) const {
    using Isa = typename Plan::Isa;
    using Vec = typename Isa::Vec;
    const Vec mul = Isa::set(residual.mul),
              otherMul = Isa::set(residual.otherMul),
              start = Isa::set(static_cast<std::int32_t>(residual.start()));
    Vec q[4];
    EDGECC_SIMD_UNROLL
    for (int i = 0; i < 4; ++i) {
      const int at = I + i < M * N ? I + i : M * N - 1, n = at % N;
      const Vec add =
          widen<Isa, Valid>(other + at / N * Plan::kOut + n * Isa::kLanes, n);
      const Vec sum = Isa::add(Isa::add(Isa::multiply(own[i], mul), start),
                               Isa::multiply(add, otherMul));
      q[i] = Isa::min(Isa::max(Isa::add(Isa::shiftRight(sum, residual.shift),
                                        Isa::set(residual.outZero)),
                               Isa::set(residual.lo)),
                      Isa::set(residual.hi));
    }
    storeTile<Isa, M, N, Valid, Plan::kOut, I, false>(
        Isa::template packBytes<-128, 127>(Isa::packWords(q[0], q[1]),
                                           Isa::packWords(q[2], q[3])),
        to);
  }
};

/// A sum of two tensors in floats: own * factor + (other * otherFactor +
/// start), rounded to even, where the compiler has proved that this gives the
/// same bits. `own` is the difference from the layer's zero point, `other` what
/// is stored.
struct FloatResidual {
  const std::int8_t *other;
  float factor, otherFactor, start;
};

/// SimdS8SumFinish by such a sum, which is limited to [SumLo, SumHi].
template <class Scale, int SumLo, int SumHi> struct SimdS8FloatSumFinish {
  const std::int32_t *multiplier;
  std::int8_t *out;
  FloatResidual residual;

  template <class Plan, int M, int N, int Valid>
  EDGECC_SIMD_INLINE void store(typename Plan::Isa::Vec (&sums)[M][N],
                                int channel, std::ptrdiff_t place) const {
    four<Plan, M, N, Valid, 0>(sums, multiplier + channel,
                               residual.other + place, out + place);
  }

private:
  template <class Plan, int M, int N, int Valid, int I>
  EDGECC_SIMD_INLINE void
  four(typename Plan::Isa::Vec (&sums)[M][N], const std::int32_t *factors,
       const std::int8_t *other, std::int8_t *to) const {
    using Isa = typename Plan::Isa;
    typename Isa::Vec q[4];
    EDGECC_SIMD_UNROLL
    for (int i = 0; i < 4; ++i) {
      const int at = I + i < M * N ? I + i : M * N - 1, n = at % N;
      q[i] = Isa::addFloats(
          Scale::floatDifference(sums[at / N][n],
                                 Isa::load(factors + n * Isa::kLanes)),
          Isa::widenSome(other + at / N * Plan::kOut + n * Isa::kLanes,
                         Valid - n * Isa::kLanes),
          residual.factor, residual.otherFactor, residual.start);
    }
    storeTile<Isa, M, N, Valid, Plan::kOut, I, false>(
        Isa::template packBytes<SumLo, SumHi>(Isa::packWords(q[0], q[1]),
                                              Isa::packWords(q[2], q[3])),
        to);
    if constexpr (I + 4 < M * N)
      four<Plan, M, N, Valid, I + 4>(sums, factors, other, to);
  }
};

/// Of arithmetics that sum up in several lanes of each channel: which lanes of
/// the `Group`-th kStep vectors of a tile, added up, are outputs. `Valid`
/// channels of a pixel are there.
template <class Isa, int M, int N, int Valid>
constexpr unsigned maskOfTotal(int group) {
  unsigned mask = 0;
  for (int i = 0; i < Isa::kStep * Isa::kLanes; ++i) {
    const int at = group * Isa::kStep + i / Isa::kLanes;
    if (at < M * N && at % N * Isa::kLanes + i % Isa::kLanes < Valid)
      mask |= 1U << i;
  }
  return mask;
}
[[maybe_unused]] constexpr int countBits(unsigned mask) {
  return mask == 0 ? 0 : static_cast<int>(mask & 1) + countBits(mask >> 1);
}

/// Arithmetics of floats for layers that have no upper limit, or none: an
/// infinite one would take an instruction for each vector.
template <class Isa> struct LowerLimit : Isa {
  using Vec = typename Isa::Vec;
  static EDGECC_SIMD_INLINE Vec clamp(Vec x, Vec lo, Vec /*hi*/) {
    return Isa::clampBelow(x, lo);
  }
};
template <class Isa> struct NoLimits : Isa {
  using Vec = typename Isa::Vec;
  static EDGECC_SIMD_INLINE Vec clamp(Vec x, Vec /*lo*/, Vec /*hi*/) {
    return x;
  }
};

struct SimdF32Finish {
  float *out, lo, hi;

  template <class Plan, int M, int N, int Valid>
  EDGECC_SIMD_INLINE void store(typename Plan::Isa::Vec (&sums)[M][N],
                                int /*channel*/, std::ptrdiff_t place) const {
    if constexpr (Plan::Isa::kStep > 1) {
      static_assert(Valid == Plan::kOut, "pixels that lie side by side");
      storeTotals<typename Plan::Isa, M, N, Valid, 0>(sums, out + place);
    } else {
      storeLanes<Plan, M, N, Valid>(sums, place);
    }
  }

private:
  template <class Plan, int M, int N, int Valid>
  EDGECC_SIMD_INLINE void storeLanes(typename Plan::Isa::Vec (&sums)[M][N],
                                     std::ptrdiff_t place) const {
    using Isa = typename Plan::Isa;
    constexpr int kLanes = Isa::kLanes;
    EDGECC_SIMD_UNROLL
    for (int m = 0; m < M; ++m) {
      float *to = out + place + m * Plan::kOut;
      EDGECC_SIMD_UNROLL
      for (int n = 0; n < N; ++n) {
        const typename Isa::Vec x =
            Isa::clamp(sums[m][n], Isa::set(lo), Isa::set(hi));
        const int left = Valid - n * kLanes;
        // The next pixel of the tile overwrites what is too much.
        if (left >= kLanes ||
            (Valid == Plan::kOut && Valid >= kLanes && m < M - 1)) {
          Isa::store(to + n * kLanes, x);
          continue;
        }
        Isa::storePart(to + n * kLanes, x, left);
      }
    }
  }

  /// The totals of a tile from vector number kStep * Group on.
  template <class Isa, int M, int N, int Valid, int Group>
  EDGECC_SIMD_INLINE void storeTotals(typename Isa::Vec (&sums)[M][N],
                                      float *to) const {
    constexpr unsigned kMask = maskOfTotal<Isa, M, N, Valid>(Group);
    constexpr int kCount = countBits(kMask);
    typename Isa::Vec some[Isa::kStep];
    EDGECC_SIMD_UNROLL
    for (int i = 0; i < Isa::kStep; ++i) {
      // The last ones are there to fill up.
      const int at = Group * Isa::kStep + i;
      some[i] = at < M * N ? sums[at / N][at % N] : sums[M - 1][N - 1];
    }
    typename Isa::Vec x =
        Isa::clamp(Isa::total(some), Isa::set(lo), Isa::set(hi));
    if constexpr (kMask + 1 != 1U << kCount)
      x = Isa::template compress<kMask>(x);
    // What is too much is overwritten by what follows.
    constexpr int kNext = countBits(maskOfTotal<Isa, M, N, Valid>(Group + 1));
    if constexpr (kCount + kNext >= Isa::kStep * Isa::kLanes)
      Isa::store(to, x);
    else
      Isa::storePart(to, x, kCount);
    if constexpr ((Group + 1) * Isa::kStep < M * N)
      storeTotals<Isa, M, N, Valid, Group + 1>(sums, to + kCount);
  }
};

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_KERNELS_SIMD_FINISH_H
