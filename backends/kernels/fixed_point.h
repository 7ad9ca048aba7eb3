// The scalar definition of int8 and int16 arithmetic. Every kernel on every
// target and the reference interpreter compute exactly these functions.
//
//   real value = (q - zero) * scale
//
// Nothing here depends on the rounding mode of integer conversions, on libm or
// on -ffp-contract: no floating-point product feeds an addition.
#ifndef EDGECC_KERNELS_FIXED_POINT_H
#define EDGECC_KERNELS_FIXED_POINT_H

#include <cstdint>
#include <cstring>

namespace edgecc {
namespace kernels {
namespace {

/// `value` limited to [lo, hi]; a NaN stays a NaN.
template <class T> constexpr T clamp(T value, T lo, T hi) {
  return value < lo ? lo : value > hi ? hi : value;
}

/// Multiplies an accumulator by the real factor m * 2^(shift - 31):
///   a = acc << shift (modulo 2^32),
///   q = ((int64(a) * m + 2^30) >> 31) + zero, clamped to [lo, hi].
/// Requires m >= 0, 0 <= shift <= 31 and -128 <= zero, lo, hi <= 127.
[[maybe_unused]] inline std::int32_t
requantize(std::int32_t acc, std::int32_t m, int shift, std::int32_t zero,
           std::int32_t lo, std::int32_t hi) {
  // Unsigned, because a signed left shift of a negative value is undefined.
  const std::int32_t a =
      static_cast<std::int32_t>(static_cast<std::uint32_t>(acc) << shift);
  const std::int64_t product =
      static_cast<std::int64_t>(a) * m + (std::int64_t{1} << 30);
  const std::int32_t q = static_cast<std::int32_t>(product >> 31);
  // Clamping before the zero point is added cannot overflow 32 bits.
  return clamp(q, lo - zero, hi - zero) + zero;
}

/// The same for what an int16 layer computes, with a multiplier whose bits are
/// all of use and nothing shifted out before:
///   q = ((acc * m + 2^(shift - 1)) >> shift) + zero, clamped to [lo, hi];
/// without a shift nothing is added. `shift` is chosen so that the sum stays
/// inside 64 bits for every accumulator that there can be.
/// Requires m >= 0, 0 <= shift <= 62 and -32768 <= zero, lo, hi <= 32767.
[[maybe_unused]] inline std::int32_t
requantizeWide(std::int64_t acc, std::int32_t m, int shift, std::int32_t zero,
               std::int32_t lo, std::int32_t hi) {
  const std::int64_t half = shift > 0 ? std::int64_t{1} << (shift - 1) : 0;
  // A factor that has no sign saves a processor of 32 bits a multiplication.
  const std::int64_t product =
      acc * static_cast<std::int64_t>(static_cast<std::uint32_t>(m)) + half;
  // There, the upper half is less to shift and to compare, and mostly enough.
  if (sizeof(void *) < sizeof(product) && shift >= 32)
    return clamp<std::int32_t>(static_cast<std::int32_t>(product >> 32) >>
                                   (shift - 32),
                               lo - zero, hi - zero) +
           zero;
  return static_cast<std::int32_t>(
      clamp<std::int64_t>(product >> shift, lo - zero, hi - zero) + zero);
}

/// A function of an int16 as 513 values, 128 steps apart, and straight lines
/// between them; halves round up.
[[maybe_unused]] inline std::int16_t interpolate(const std::int16_t *table,
                                                 std::int16_t q) {
  const std::int32_t place = q + 32768;
  const std::int16_t *entry = table + (place >> 7);
  const std::int32_t rise = entry[1] - entry[0];
  return static_cast<std::int16_t>(entry[0] +
                                   ((rise * (place & 127) + 64) >> 7));
}

/// floor(sqrt(x)).
[[maybe_unused]] inline std::uint32_t integerRoot(std::uint64_t x) {
  std::uint64_t root = 0;
  for (std::uint64_t bit = std::uint64_t{1} << 62; bit != 0; bit >>= 2) {
    if (x >= root + bit) {
      x -= root + bit;
      root = (root >> 1) + bit;
    } else {
      root >>= 1;
    }
  }
  return static_cast<std::uint32_t>(root);
}

/// 1 / sqrt(x) as mantissa * 2^-shift, with 2^30 <= mantissa <= 2^31 and
/// 31 <= shift <= 62.
struct ReciprocalRoot {
  std::uint32_t mantissa;
  int shift;
};

/// With x' = x * 2^(2 * up) in [2^62, 2^64): mantissa = floor(2^62 / floor(
/// sqrt(x'))) and shift = 62 - up. 0 counts as 1.
[[maybe_unused]] inline ReciprocalRoot reciprocalRoot(std::uint64_t x) {
  int up = 0;
  for (x = x > 0 ? x : 1; x < std::uint64_t{1} << 62; x <<= 2)
    ++up;
  return {static_cast<std::uint32_t>((std::uint64_t{1} << 62) / integerRoot(x)),
          62 - up};
}

/// What normalization of elements of T computes in: standardized values in
/// units of 2^-standard, results in 2^-result of a step.
template <class T> struct NormBits {
  static constexpr int standard = sizeof(T) == 1 ? 16 : 20;
  static constexpr int result = sizeof(T) == 1 ? 16 : 12;
};

/// c * root * 2^standard, halves rounded up. Requires |c| <= 2^30.
template <class T>
inline std::int32_t standardize(std::int32_t c, ReciprocalRoot root) {
  const int shift = root.shift - NormBits<T>::standard;
  const std::int64_t product = std::int64_t{c} * root.mantissa;
  return static_cast<std::int32_t>(
      (product + (std::int64_t{1} << (shift - 1))) >> shift);
}

/// A standardized value times m * 2^-shift, plus a bias, in whole steps.
template <class T>
inline std::int64_t normalize(std::int32_t y, std::int32_t m, int shift,
                              std::int32_t bias) {
  using Bits = NormBits<T>;
  const std::int64_t scaled =
      (std::int64_t{y} * m) >> (shift + Bits::standard - Bits::result);
  return (scaled + bias + (1 << (Bits::result - 1))) >> Bits::result;
}

/// The quotient of two values less their zero points, times m * 2^-shift:
///   q = ((a * m / b + 2^(shift - 1)) >> shift) + zero, clamped to [lo, hi],
/// with a division that truncates. By zero: hi, lo, or zero clamped, as the
/// sign of `a` says. Requires |a * m| <= 2^30 and 0 <= shift <= 30.
[[maybe_unused]] inline std::int32_t divide(std::int32_t a, std::int32_t b,
                                            std::int32_t m, int shift,
                                            std::int32_t zero, std::int32_t lo,
                                            std::int32_t hi) {
  if (b == 0)
    return a > 0 ? hi : a < 0 ? lo : clamp(zero, lo, hi);
  const std::int32_t half = shift > 0 ? std::int32_t{1} << (shift - 1) : 0;
  return clamp(((a * m / b + half) >> shift) + zero, lo, hi);
}

/// The same of int16, without zero points, in 64 bits: requires m >= 0 and
/// 0 <= shift <= 46.
[[maybe_unused]] inline std::int32_t divideWide(std::int32_t a, std::int32_t b,
                                                std::int32_t m, int shift,
                                                std::int32_t lo,
                                                std::int32_t hi) {
  if (b == 0)
    return a > 0 ? hi : a < 0 ? lo : clamp<std::int32_t>(0, lo, hi);
  const std::int64_t half = shift > 0 ? std::int64_t{1} << (shift - 1) : 0;
  return static_cast<std::int32_t>(
      clamp<std::int64_t>((std::int64_t{a} * m / b + half) >> shift, lo, hi));
}

/// Nearest integer of a value in (-2^22, 2^22), ties to even: the addition
/// rounds, as 1.5 * 2^23 leaves no bits for a fraction. Reading the bits
/// instead of subtracting again also survives -ffast-math.
[[maybe_unused]] inline std::int32_t roundHalfEvenSmall(float x) {
  const float shifted = x + 12582912.0f;
  std::int32_t bits;
  std::memcpy(&bits, &shifted, sizeof(bits));
  return bits - 0x4B400000;
}

/// Nearest integer, ties to even; saturates, and a NaN gives 0.
[[maybe_unused]] inline std::int32_t roundHalfEven(float x) {
  if (x > -4194304.0f && x < 4194304.0f)
    return roundHalfEvenSmall(x);
  if (x >= 2147483648.0f)
    return INT32_MAX;
  if (x <= -2147483648.0f)
    return INT32_MIN;
  if (!(x == x))
    return 0;
  // Such values are multiples of 1/2, thus ties or integers.
  const std::int32_t whole = static_cast<std::int32_t>(x);
  const float rest = x - static_cast<float>(whole);
  const bool tie = rest == 0.5f || rest == -0.5f;
  return tie && (whole & 1) != 0 ? whole + (rest > 0.0f ? 1 : -1) : whole;
}

/// The nearest integer that `Bits` bits with a sign hold.
template <int Bits> inline std::int32_t saturate(std::int32_t x) {
#if defined(__ARM_FEATURE_SAT) && !defined(__aarch64__)
  std::int32_t q;
  __asm__("ssat %0, %2, %1" : "=r"(q) : "r"(x), "I"(Bits));
  return q;
#else
  constexpr std::int32_t kHalf = std::int32_t{1} << (Bits - 1);
  return clamp<std::int32_t>(x, -kHalf, kHalf - 1);
#endif
}

/// Nearest integer, ties to even, of a float; a NaN gives 0. What `Bits` bits
/// with a sign do not hold becomes the nearest that they do, or one more.
/// Requires Bits < 23.
template <int Bits> inline std::int32_t roundWithin(float x) {
#if defined(__ARM_FEATURE_SAT) && defined(__ARM_FP) && (__ARM_FP & 4) &&       \
    !defined(__aarch64__)
  // Rounds, saturates and makes NaN 0 at once.
  float bits;
  __asm__("vcvtr.s32.f32 %0, %1" : "=t"(bits) : "t"(x));
  std::int32_t whole;
  std::memcpy(&whole, &bits, sizeof(whole));
  return saturate<Bits>(whole);
#elif defined(__SSE4_1__) || defined(__aarch64__)
  // Magnitudes are limited as integers, since compilers make no vectors of
  // comparisons of floats, which may trap.
  constexpr float kMost = std::int32_t{1} << (Bits - 1);
  std::int32_t bits, most;
  std::memcpy(&bits, &x, sizeof(bits));
  std::memcpy(&most, &kMost, sizeof(most));
  const std::int32_t magnitude = bits & INT32_MAX;
  std::int32_t limited = magnitude < most ? magnitude : most;
  limited = magnitude > 0x7F800000 ? 0 : limited;
  limited |= bits & INT32_MIN;
  float within;
  std::memcpy(&within, &limited, sizeof(within));
  return roundHalfEvenSmall(within);
#else
  // Vectors without minima of integers would cost more than they save.
  constexpr float kMost = std::int32_t{1} << (Bits - 1);
  return x == x ? roundHalfEvenSmall(clamp(x, -kMost, kMost)) : 0;
#endif
}

/// ONNX QuantizeLinear to int8 or int16; a NaN gives the zero point.
/// Requires scale > 0 and a zero point that the type holds.
template <class T>
inline T quantizeAs(float x, float scale, std::int32_t zero) {
  // Twice as many steps as there are codes saturate whatever the zero point is.
  constexpr int kBits = 8 * sizeof(T);
  return static_cast<T>(
      saturate<kBits>(roundWithin<kBits + 2>(x / scale) + zero));
}

[[maybe_unused]] inline std::int8_t quantize(float x, float scale,
                                             std::int32_t zero) {
  return quantizeAs<std::int8_t>(x, scale, zero);
}

/// ONNX DequantizeLinear of int8 or int16.
[[maybe_unused]] inline float dequantize(std::int32_t q, float scale,
                                         std::int32_t zero) {
  return static_cast<float>(q - zero) * scale;
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_KERNELS_FIXED_POINT_H
