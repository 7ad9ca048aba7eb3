// Fully connected layers of int8 with Arm's Helium instructions.
//
//   in          [..., K]
//   weights     for each four outputs, for each 16 inputs, 16 bytes of each of
//               these outputs; filled up with zeros
//   bias        [O] up to a multiple of 4, with -in_zero * sum(weights) in it
//   multiplier  [O] up to a multiple of 4
//   out         [..., O]
#ifndef EDGECC_KERNELS_FULLY_CONNECTED_MVE_H
#define EDGECC_KERNELS_FULLY_CONNECTED_MVE_H

#include <cstdint>

#ifndef EDGECC_KERNELS_SHAPE_H
#include "shape.h"
#endif
#ifndef EDGECC_KERNELS_MVE_VECTORS_H
#include "mve_vectors.h"
#endif

#if defined(__ARM_FEATURE_MVE)

namespace edgecc {
namespace kernels {
namespace {

template <class In, class Out, int Shift, int OutZero, int Lo, int Hi>
void fully_connected_s8_mve(const std::int8_t *in, const std::int8_t *weights,
                            const std::int32_t *bias,
                            const std::int32_t *multiplier, std::int8_t *out) {
  constexpr int kDepth = In::dim(In::rank - 1), kOut = Out::dim(Out::rank - 1);
  constexpr int kRows = Out::product(0, Out::rank - 1);
  constexpr int kBytes = wholeVectors(kDepth);
  using Finish = FinishMve<Shift, OutZero, Lo, Hi>;
  // Only inputs that do not fill vectors are copied.
  std::int8_t padded[kBytes == kDepth ? 1 : kBytes];
  for (int row = 0; row < kRows; ++row, in += kDepth, out += kOut) {
    const std::int8_t *inputs = in, *rows = weights;
    if constexpr (kBytes != kDepth) {
      copyVectors<kDepth>(padded, in);
      inputs = padded;
    }
    for (int o = 0; o < kOut; o += 4, rows += 4 * kBytes) {
      const int32x4_t sums = addProducts<kBytes / 16>(inputs, rows, bias + o);
      storeOutputs(out + o, Finish::apply(sums, vldrwq_s32(multiplier + o)),
                   kOut % 4 == 0 ? 4 : kOut - o);
    }
  }
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // __ARM_FEATURE_MVE

#endif // EDGECC_KERNELS_FULLY_CONNECTED_MVE_H
