// What is added to a layer's outputs before they are stored: add_s8 of
// elementwise.h, of the block of outputs that a kernel has just computed and of
// what lies at the same place of another tensor. The result may overwrite that
// tensor.
#ifndef EDGECC_KERNELS_RESIDUAL_H
#define EDGECC_KERNELS_RESIDUAL_H

#include <cstdint>

#ifndef EDGECC_KERNELS_SHARED_FUNCTION_H
#include "shared_function.h"
#endif
#if defined(__ARM_FEATURE_MVE)
#include <arm_mve.h>
#endif

namespace edgecc {
namespace kernels {
namespace {

/// The layer's outputs are those with `zero`.
struct Residual {
  const std::int8_t *other;
  std::int32_t zero, mul, otherZero, otherMul;
  int shift;
  std::int32_t outZero, lo, hi;

  /// What a sum of products begins with: rounding and zero points. Modulo 2^32,
  /// as only the whole sum has to fit.
  std::uint32_t start() const {
    const std::uint32_t half = shift > 0 ? std::uint32_t{1} << (shift - 1) : 0;
    return half - static_cast<std::uint32_t>(zero * mul) -
           static_cast<std::uint32_t>(otherZero * otherMul);
  }
};

/// `count` outputs that begin at element `place`.
[[maybe_unused]] EDGECC_SHARED void addResidual(const Residual &residual,
                                                const std::int8_t *block,
                                                int place, int count,
                                                std::int8_t *out) {
  const std::int8_t *other = residual.other + place;
  const std::uint32_t start = residual.start();
  out += place;
#if defined(__ARM_FEATURE_MVE)
  const int32x4_t lo = vdupq_n_s32(residual.lo), hi = vdupq_n_s32(residual.hi);
  const int32x4_t shifts = vdupq_n_s32(-residual.shift);
  for (; count > 0; count -= 4, block += 4, other += 4, out += 4) {
    const mve_pred16_t lanes = vctp32q(static_cast<std::uint32_t>(count));
    const int32x4_t a = vmulq_n_s32(vldrbq_z_s32(block, lanes), residual.mul);
    const int32x4_t sum =
        vmlaq_n_s32(vaddq_n_s32(a, static_cast<std::int32_t>(start)),
                    vldrbq_z_s32(other, lanes), residual.otherMul);
    const int32x4_t q = vaddq_n_s32(vshlq_s32(sum, shifts), residual.outZero);
    vstrbq_p_s32(out, vminq_s32(vmaxq_s32(q, lo), hi), lanes);
  }
#else
#pragma GCC unroll 1
  for (int i = 0; i < count; ++i) {
    const std::uint32_t sum =
        static_cast<std::uint32_t>(block[i] * residual.mul) +
        static_cast<std::uint32_t>(other[i] * residual.otherMul) + start;
    const std::int32_t q =
        (static_cast<std::int32_t>(sum) >> residual.shift) + residual.outZero;
    out[i] = static_cast<std::int8_t>(q < residual.lo   ? residual.lo
                                      : q > residual.hi ? residual.hi
                                                        : q);
  }
#endif
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_KERNELS_RESIDUAL_H
