// Pooling with vectors, channel by channel in vectors; what is left of
// them one by one. Definitions as in pool2d.h.
#ifndef EDGECC_KERNELS_POOL2D_SIMD_H
#define EDGECC_KERNELS_POOL2D_SIMD_H

#include <cmath>
#include <cstdint>

#ifndef EDGECC_KERNELS_SIMD_FINISH_H
#include "simd_finish.h"
#endif
#ifndef EDGECC_KERNELS_POOL2D_H
#include "pool2d.h"
#endif

namespace edgecc {
namespace kernels {
namespace {

/// Calls body(tap) for each pixel under a window inside the image.
template <class In, class Win, class T, class Body>
EDGECC_SIMD_INLINE void forEachTapInside(const WindowAt<In, Win> &at,
                                         const T *image, const Body &body) {
  for (int ky = at.rows.first; ky < at.rows.last; ++ky) {
    const T *x = image + at.pixel(ky, at.cols.first) * In::dim(3);
    for (int taps = at.cols.count(); taps > 0; --taps) {
      body(x);
      x += Win::dilationW * In::dim(3);
    }
  }
}

/// Bytes in [lo, hi] of sums that are scaled.
template <class Isa>
EDGECC_SIMD_INLINE void storeMeans(std::int8_t *to, typename Isa::Vec q,
                                   int zero, int lo, int hi) {
  q = Isa::add(Isa::min(Isa::max(q, Isa::set(lo - zero)), Isa::set(hi - zero)),
               Isa::set(zero));
  const typename Isa::Words words = Isa::packWords(q, q);
  Isa::template storeBytes<0, 1>(
      to, Isa::template packBytes<-128, 127>(words, words));
}

template <class Isa, class In, class Out, class Win, bool CountPad>
void avg_pool2d_s8_simd(const std::int8_t *in, const std::int32_t *multiplier,
                        std::int8_t *out, int in_zero, int shift, int out_zero,
                        int lo, int hi) {
  using Vec = typename Isa::Vec;
  constexpr int kWhole = In::dim(3) / Isa::kLanes * Isa::kLanes;
  forEachWindow<In, Out, Win>(
      in, out,
      [=](const WindowAt<In, Win> &at, const std::int8_t *image,
          std::int8_t *pixel) {
        const int divisor = averageDivisor<In, Win, CountPad>(at);
        const std::int32_t m = divisor > 0 ? multiplier[divisor - 1] : 0;
        const int offset = -at.rows.count() * at.cols.count() * in_zero;
        for (int c = 0; c < kWhole; c += Isa::kLanes) {
          Vec sum = Isa::set(offset);
          forEachTapInside(at, image + c, [&](const std::int8_t *x) {
            sum = Isa::add(sum, Isa::widen(x));
          });
          const Vec factor = Isa::set(m);
          storeMeans<Isa>(pixel + c,
                          Isa::scale(Isa::shiftLeft(sum, shift), factor,
                                     Isa::oddLanes(factor)),
                          out_zero, lo, hi);
        }
        for (int c = kWhole; c < In::dim(3); ++c) {
          const int sum =
              reduceTaps(at, image + c, offset,
                         [](int s, std::int8_t x) { return s + x; });
          pixel[c] = static_cast<std::int8_t>(
              requantize(sum, m, shift, out_zero, lo, hi));
        }
      });
}

template <class Isa, class In, class Out, class Win, bool CountPad>
void avg_pool2d_f32_simd(const float *in, float *out, float lo, float hi) {
  using Vec = typename Isa::Vec;
  constexpr int kWhole = In::dim(3) / Isa::kLanes * Isa::kLanes;
  forEachWindow<In, Out, Win>(
      in, out,
      [=](const WindowAt<In, Win> &at, const float *image, float *pixel) {
        const int divisor = averageDivisor<In, Win, CountPad>(at);
        const auto count = static_cast<float>(divisor > 0 ? divisor : 1);
        for (int c = 0; c < kWhole; c += Isa::kLanes) {
          Vec sum = Isa::set(0.0f);
          forEachTapInside(at, image + c, [&](const float *x) {
            sum = Isa::add(sum, Isa::load(x));
          });
          Isa::store(pixel + c, Isa::clamp(Isa::divide(sum, Isa::set(count)),
                                           Isa::set(lo), Isa::set(hi)));
        }
        for (int c = kWhole; c < In::dim(3); ++c)
          pixel[c] = clamp(reduceTaps(at, image + c, 0.0f,
                                      [](float s, float x) { return s + x; }) /
                               count,
                           lo, hi);
      });
}

/// `Type` says what vectors hold: bytes or floats.
template <class Type, class In, class Out, class Win, class T>
inline void maxPool2dSimd(const T *in, T *out, T lowest) {
  using Vec = typename Type::Vec;
  constexpr int kWhole = In::dim(3) / Type::kCount * Type::kCount;
  forEachWindow<In, Out, Win>(
      in, out, [lowest](const WindowAt<In, Win> &at, const T *image, T *pixel) {
        for (int c = 0; c < kWhole; c += Type::kCount) {
          Vec best = Type::setAll(lowest);
          forEachTapInside(at, image + c, [&](const T *x) {
            best = Type::largest(best, Type::loadAll(x));
          });
          Type::storeAll(pixel + c, best);
        }
        for (int c = kWhole; c < In::dim(3); ++c)
          pixel[c] = reduceTaps(at, image + c, lowest, [](T best, T x) {
            return x > best ? x : best;
          });
      });
}

template <class Type, class In, class Out, class Win>
void max_pool2d_s8_simd(const std::int8_t *in, std::int8_t *out) {
  maxPool2dSimd<Type, In, Out, Win>(in, out, std::int8_t{-128});
}

template <class Type, class In, class Out, class Win>
void max_pool2d_f32_simd(const float *in, float *out) {
  maxPool2dSimd<Type, In, Out, Win>(in, out, -HUGE_VALF);
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_KERNELS_POOL2D_SIMD_H
