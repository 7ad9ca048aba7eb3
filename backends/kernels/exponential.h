// exp and tanh of floats as code that compilers make vectors of: no branch, no
// call. Used where the target has vectors of floats with fused multiply-add;
// elsewhere, and for other types, they are those of <cmath>.
//
//   exponential(x)         relative error below 1e-6 for normal results; NaN of
//                          NaN, infinity and zero where it overflows
//   hyperbolicTangent(x)   relative error below 1e-6; NaN of NaN
//
// The method is that of simd_math.h: e^x = 2^k * (1 + rest).
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

[[maybe_unused]] inline float vectorExponential(float x) {
  // 104, beyond which it is zero or infinity.
  const Exponential e(limitMagnitude<0x42D00000>(x));
  // In two steps: 2^k itself may be too large, or too small.
  const std::int32_t half = e.k / 2;
  return (1.0f + e.rest) * powerOfTwo(half) * powerOfTwo(e.k - half);
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

template <class T> inline T exponential(T x) { return std::exp(x); }
template <class T> inline T hyperbolicTangent(T x) { return std::tanh(x); }
#if EDGECC_VECTOR_MATH
template <> inline float exponential(float x) { return vectorExponential(x); }
template <> inline float hyperbolicTangent(float x) { return vectorTangent(x); }
#endif

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_KERNELS_EXPONENTIAL_H
