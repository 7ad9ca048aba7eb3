// exp, tanh and erf of floats as code that compilers make vectors of: no
// branch, no call. Used where the target has vectors of floats with fused
// multiply-add; elsewhere, and for other types, they are those of <cmath>.
//
//   exponential(x)         relative error below 1e-6; NaN of NaN, infinity
//   where
//                          it overflows, zero where no normal float is as small
//   hyperbolicTangent(x)   relative error below 1e-6; NaN of NaN
//   errorFunction(x)       relative error below 1e-6; NaN of NaN
//
// The method is that of simd_math.h: e^x = 2^k * (1 + rest). That of erf is
// x + x * p(x^2) below 1, and 1 - exp(-(x + x * q(x))) above, with polynomials
// that interpolate at Chebyshev's nodes; from 4 on it is 1.
#ifndef EDGECC_KERNELS_EXPONENTIAL_H
#define EDGECC_KERNELS_EXPONENTIAL_H

#include <cmath>
#include <cstdint>
#include <cstring>

#if defined(__FMA__) || defined(__aarch64__)
#define EDGECC_VECTOR_MATH 1
#else
#define EDGECC_VECTOR_MATH 0
#endif

namespace edgecc {
namespace kernels {
namespace {

/// Bits of floats that are not negative are in their order.
constexpr std::int32_t kInfinityBits = 0x7F800000;

[[maybe_unused]] inline std::int32_t bitsOf(float x) {
  std::int32_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  return bits;
}
[[maybe_unused]] inline float fromBits(std::int32_t bits) {
  float x;
  std::memcpy(&x, &bits, sizeof x);
  return x;
}

/// x, but with a magnitude of at most the float of these bits; or NaN. In
/// integers, as GCC makes no vectors of comparisons of floats, which may trap.
template <std::int32_t MostBits> inline float limitMagnitude(float x) {
  const std::int32_t bits = bitsOf(x), magnitude = bits & 0x7FFFFFFF;
  const std::int32_t limited = magnitude < MostBits ? magnitude : MostBits;
  return fromBits((magnitude > kInfinityBits ? magnitude : limited) |
                  (bits - magnitude));
}

/// 2^k, of -126 <= k <= 127.
[[maybe_unused]] inline float powerOfTwo(std::int32_t k) {
  return fromBits(
      static_cast<std::int32_t>(static_cast<std::uint32_t>(k + 127) << 23));
}

/// e^x = 2^k * (1 + rest), with |rest| < 0.42; of |x| <= 105.
struct Exponential {
  std::int32_t k;
  float rest;

  explicit inline Exponential(float x) {
    // Adding this leaves no bits behind the point; the lowest ones are k.
    constexpr float kRound = 12582912.0f;
    const float shifted = x * 1.44269504f + kRound;
    const float whole = shifted - kRound;
    k = bitsOf(shifted) - 0x4B400000;
    // ln 2 in two parts: the first times k is exact.
    const float r = (x - whole * 0.693359375f) + whole * 2.12194440e-4f;
    float p = 1.0f / 5040.0f;
    p = p * r + 1.0f / 720.0f;
    p = p * r + 1.0f / 120.0f;
    p = p * r + 1.0f / 24.0f;
    p = p * r + 1.0f / 6.0f;
    p = p * r + 0.5f;
    rest = p * r * r + r;
  }
};

/// Results below the least normal float are zero: processors take a hundred
/// times as long for those between, as softmax has them where it is masked.
[[maybe_unused]] inline float vectorExponential(float x) {
  // All ones from -87.33655 to minus infinity. By signs of differences, as GCC
  // makes branches of conditions.
  const std::int32_t bits = bitsOf(x), magnitude = bits & 0x7FFFFFFF;
  const std::int32_t vanishes =
      (bits & (0x42AEAC4F - magnitude) & (magnitude - kInfinityBits - 1)) >> 31;
  // 104, beyond which it is infinity.
  const Exponential e(limitMagnitude<0x42D00000>(fromBits(bits & ~vanishes)));
  // In two steps: 2^k itself may be too large.
  const std::int32_t half = e.k / 2;
  const float power =
      (1.0f + e.rest) * powerOfTwo(half) * powerOfTwo(e.k - half);
  return fromBits(bitsOf(power) & ~vanishes);
}

/// (e^2x - 1) / (e^2x + 1); the difference has all its digits for small x, too.
[[maybe_unused]] inline float vectorTangent(float x) {
  // 10, beyond which it is one.
  const float within = limitMagnitude<0x41200000>(x);
  const Exponential e(within + within);
  const float power = powerOfTwo(e.k);
  const float less = (power - 1.0f) + power * e.rest;
  return less / (less + 2.0f);
}

/// Both polynomials for all x, of which one is chosen in the end.
[[maybe_unused]] inline float vectorErrorFunction(float x) {
  constexpr std::int32_t kOneBits = 0x3F800000;
  const std::int32_t bits = bitsOf(x), magnitude = bits & 0x7FFFFFFF;
  const float within = limitMagnitude<0x40800000>(x); // 4
  const float a = fromBits(bitsOf(within) & 0x7FFFFFFF), t = a * a;
  float p = 7.882497110e-05f;
  p = p * t - 8.018854993e-04f;
  p = p * t + 5.189311943e-03f;
  p = p * t - 2.685432880e-02f;
  p = p * t + 1.128359746e-01f;
  p = p * t - 3.761262690e-01f;
  p = p * t + 1.283791659e-01f;
  const float small = within * p + within;
  float q = -1.093036234e-06f;
  q = q * a + 3.530376993e-05f;
  q = q * a - 5.062736727e-04f;
  q = q * a + 4.336510292e-03f;
  q = q * a - 2.522306327e-02f;
  q = q * a + 1.079790401e-01f;
  q = q * a + 6.340508430e-01f;
  q = q * a + 1.289343147e-01f;
  const Exponential e(-(q * a + a));
  const float large = 1.0f - (1.0f + e.rest) * powerOfTwo(e.k);
  return fromBits(magnitude < kOneBits ? bitsOf(small)
                                       : bitsOf(large) | (bits - magnitude));
}

template <class T> inline T exponential(T x) { return std::exp(x); }
template <class T> inline T errorFunction(T x) { return std::erf(x); }
template <class T> inline T hyperbolicTangent(T x) { return std::tanh(x); }
#if EDGECC_VECTOR_MATH
template <> [[maybe_unused]] inline float exponential(float x) {
  return vectorExponential(x);
}
template <> [[maybe_unused]] inline float hyperbolicTangent(float x) {
  return vectorTangent(x);
}
template <> [[maybe_unused]] inline float errorFunction(float x) {
  return vectorErrorFunction(x);
}
#endif

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_KERNELS_EXPONENTIAL_H
