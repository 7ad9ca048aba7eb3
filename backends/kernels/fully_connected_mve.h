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

/// All outputs of a row of inputs.
template <int Vectors, int Shift>
EDGECC_SHARED void mveRow(const std::int8_t *in, const std::int8_t *weights,
                          int outputs, const MveFinish &finish,
                          std::int8_t *out) {
  const int blocks = outputs / 4, rest = outputs % 4;
  if (blocks > 0)
    mveBlocks<Vectors, Shift>(in, weights, blocks, finish, out);
  if (rest > 0) {
    std::int8_t last[4];
    mveBlocks<Vectors, Shift>(in, weights + blocks * Vectors * 64, 1,
                              afterBlocks(finish, blocks), last);
    for (int i = 0; i < rest; ++i)
      out[4 * blocks + i] = last[i];
  }
}

template <class In, class Out, int Shift, int OutZero, int Lo, int Hi>
void fully_connected_s8_mve(const std::int8_t *in, const std::int8_t *weights,
                            const std::int32_t *bias,
                            const std::int32_t *multiplier, std::int8_t *out) {
  constexpr int kDepth = In::dim(In::rank - 1), kOut = Out::dim(Out::rank - 1);
  constexpr int kRows = Out::product(0, Out::rank - 1);
  constexpr int kBytes = wholeVectors(kDepth);
  const MveFinish finish = {bias, multiplier, OutZero, Lo, Hi};
  // Only inputs that do not fill vectors are copied.
  std::int8_t padded[kBytes == kDepth ? 1 : kBytes];
  for (int row = 0; row < kRows; ++row, in += kDepth, out += kOut) {
    const std::int8_t *inputs = in;
    if constexpr (kBytes != kDepth) {
      copyVectors<kDepth>(padded, in);
      inputs = padded;
    }
    mveRow<kBytes / 16, Shift>(inputs, weights, kOut, finish, out);
  }
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // __ARM_FEATURE_MVE

#endif // EDGECC_KERNELS_FULLY_CONNECTED_MVE_H
