// exp, sigmoid and tanh of vectors of floats. Relative errors are below 1e-6
// (test/kernels/SimdMathTest.cpp); a NaN gives a NaN.
#ifndef EDGECC_KERNELS_SIMD_MATH_H
#define EDGECC_KERNELS_SIMD_MATH_H

#include <cmath>

#ifndef EDGECC_KERNELS_ACTIVATION_H
#include "activation.h"
#endif

namespace edgecc {
namespace kernels {
namespace {

/// e^x = power * (1 + rest), with |rest| < 0.42.
template <class Isa> struct SimdExponential {
  typename Isa::Vec power, rest;

  /// Of -87 <= x <= 88.
  explicit inline SimdExponential(typename Isa::Vec x) {
    using Vec = typename Isa::Vec;
    const auto set = [](float value) { return Isa::set(value); };
    const Vec k = Isa::round(Isa::multiply(x, set(1.44269504f)));
    // ln 2 in two parts: the first times k is exact.
    Vec r = Isa::dot(x, k, set(-0.693359375f));
    r = Isa::dot(r, k, set(2.12194440e-4f));
    Vec p = set(1.0f / 5040.0f);
    p = Isa::dot(set(1.0f / 720.0f), p, r);
    p = Isa::dot(set(1.0f / 120.0f), p, r);
    p = Isa::dot(set(1.0f / 24.0f), p, r);
    p = Isa::dot(set(1.0f / 6.0f), p, r);
    p = Isa::dot(set(0.5f), p, r);
    rest = Isa::dot(r, Isa::multiply(p, r), r);
    power = Isa::power(k);
  }
};

template <class Isa> inline typename Isa::Vec simdExp(typename Isa::Vec x) {
  const SimdExponential<Isa> e(
      Isa::clamp(x, Isa::set(-87.0f), Isa::set(88.0f)));
  return Isa::dot(e.power, e.power, e.rest);
}

template <class Isa> inline typename Isa::Vec simdSigmoid(typename Isa::Vec x) {
  const typename Isa::Vec one = Isa::set(1.0f);
  return Isa::divide(
      one, Isa::add(one, simdExp<Isa>(Isa::subtract(Isa::set(0.0f), x))));
}

/// (e^2x - 1) / (e^2x + 1); the difference has all its digits for small x, too.
template <class Isa> inline typename Isa::Vec simdTanh(typename Isa::Vec x) {
  x = Isa::clamp(x, Isa::set(-10.0f), Isa::set(10.0f));
  const SimdExponential<Isa> e(Isa::add(x, x));
  const typename Isa::Vec less =
      Isa::dot(Isa::subtract(e.power, Isa::set(1.0f)), e.power, e.rest);
  return Isa::divide(less, Isa::add(less, Isa::set(2.0f)));
}

template <class Isa, Activation Kind>
inline typename Isa::Vec simdActivate(typename Isa::Vec x) {
  static_assert(Kind == Activation::Sigmoid || Kind == Activation::Tanh ||
                    Kind == Activation::Relu,
                "others have no vector form");
  if constexpr (Kind == Activation::Sigmoid)
    return simdSigmoid<Isa>(x);
  else if constexpr (Kind == Activation::Tanh)
    return simdTanh<Isa>(x);
  else
    return Isa::clamp(x, Isa::set(0.0f), Isa::set(HUGE_VALF));
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_KERNELS_SIMD_MATH_H
