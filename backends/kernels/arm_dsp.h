// Instructions of Arm's DSP extension (Cortex-M4, M7, M33), as functions, and
// what int8 kernels make of them.
//
// Four neighbouring bytes a, b, c, d become the pairs (a, c) and (b, d) of
// int16: one SXTB16 each, as the second rotates its operand. Where both factors
// of a sum of products are split like this, their order does not matter.
#ifndef EDGECC_KERNELS_ARM_DSP_H
#define EDGECC_KERNELS_ARM_DSP_H

#include <cstdint>
#include <cstring>

#ifndef EDGECC_KERNELS_WORDS_H
#include "words.h"
#endif

#if defined(__ARM_FEATURE_DSP)

namespace edgecc {
namespace kernels {
namespace {

[[maybe_unused]] inline void storeWord(void *to, std::int32_t word) {
  std::memcpy(to, &word, sizeof(word));
}

/// Bytes 0 and 2 as int16.
[[maybe_unused]] inline std::int32_t evenBytes(std::int32_t word) {
  std::int32_t pair;
  __asm__("sxtb16 %0, %1" : "=r"(pair) : "r"(word));
  return pair;
}

/// Bytes 1 and 3 as int16.
[[maybe_unused]] inline std::int32_t oddBytes(std::int32_t word) {
  std::int32_t pair;
  __asm__("sxtb16 %0, %1, ror #8" : "=r"(pair) : "r"(word));
  return pair;
}

/// The lower halves of two pairs, or the upper ones.
[[maybe_unused]] inline std::int32_t lowPair(std::int32_t a, std::int32_t b) {
  std::int32_t pair;
  __asm__("pkhbt %0, %1, %2, lsl #16" : "=r"(pair) : "r"(a), "r"(b));
  return pair;
}
[[maybe_unused]] inline std::int32_t highPair(std::int32_t a, std::int32_t b) {
  std::int32_t pair;
  __asm__("pkhtb %0, %2, %1, asr #16" : "=r"(pair) : "r"(a), "r"(b));
  return pair;
}

/// a + b and a - b of two int16.
[[maybe_unused]] inline std::int32_t addPairs(std::int32_t a, std::int32_t b) {
  std::int32_t sum;
  __asm__("sadd16 %0, %1, %2" : "=r"(sum) : "r"(a), "r"(b));
  return sum;
}
[[maybe_unused]] inline std::int32_t subtractPairs(std::int32_t a,
                                                   std::int32_t b) {
  std::int32_t difference;
  __asm__("ssub16 %0, %1, %2" : "=r"(difference) : "r"(a), "r"(b));
  return difference;
}

/// acc + a.lo * b.lo + a.hi * b.hi.
[[maybe_unused]] inline std::int32_t
multiplyPairs(std::int32_t a, std::int32_t b, std::int32_t acc) {
  std::int32_t sum;
  __asm__("smlad %0, %1, %2, %3" : "=r"(sum) : "r"(a), "r"(b), "r"(acc));
  return sum;
}

/// acc + a.lo * b.hi.
[[maybe_unused]] inline std::int32_t
multiplyLowHigh(std::int32_t a, std::int32_t b, std::int32_t acc) {
  std::int32_t sum;
  __asm__("smlabt %0, %1, %2, %3" : "=r"(sum) : "r"(a), "r"(b), "r"(acc));
  return sum;
}

/// requantize() of fixed_point.h for layers without a shift whose multipliers
/// are below 2^30: with `doubled` = 2 * m, (acc * m + 2^30) >> 31 is the upper
/// word of acc * doubled + 2^31, to which SMMLAR adds the zero point.
[[maybe_unused]] inline std::int32_t
scaleDoubled(std::int32_t acc, std::int32_t doubled, std::int32_t zero) {
  std::int32_t result;
  __asm__("smmlar %0, %1, %2, %3"
          : "=r"(result)
          : "r"(acc), "r"(doubled), "r"(zero));
  return result;
}

/// A sum as an output. `Full`: the bounds are those of int8.
template <bool Full>
inline std::int8_t finishDsp(std::int32_t acc, std::int32_t doubled,
                             std::int32_t zero, std::int32_t lo,
                             std::int32_t hi) {
  std::int32_t q = scaleDoubled(acc, doubled, zero);
  if constexpr (Full)
    __asm__("ssat %0, #8, %1" : "=r"(q) : "r"(q));
  else
    q = q < lo ? lo : q > hi ? hi : q;
  return static_cast<std::int8_t>(q);
}

/// How sums become outputs in code of one layer.
template <int Zero, int Lo, int Hi> struct FinishDsp {
  static constexpr int kZero = Zero, kLo = Lo, kHi = Hi;

  static inline std::int8_t apply(std::int32_t acc, std::int32_t doubled) {
    return finishDsp < Lo == -128 && Hi == 127 > (acc, doubled, Zero, Lo, Hi);
  }
};

/// The same in code that layers share.
struct DspFinish {
  const std::int32_t *bias, *doubled;
  std::int32_t zero, lo, hi;

  template <bool Full>
  inline std::int8_t apply(std::int32_t acc, std::int32_t m) const {
    return finishDsp<Full>(acc, m, zero, lo, hi);
  }
};

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // __ARM_FEATURE_DSP

#endif // EDGECC_KERNELS_ARM_DSP_H
