// Int8 fully connected layers with weights of four bits and Arm's DSP
// instructions.
//
//   in       [..., K], K a multiple of 4
//   digits   words, packed: for each four outputs (filled up with zeros), for
//            each four inputs, two words; the upper halves of bytes are the
//            digits of the first and third of these outputs, the lower halves
//            those of the second and fourth
//   steps    for each four outputs, for each group of `Group` inputs, what the
//            digits of each output are multiplied with
//   bias, doubled, out  as fully_connected_dsp.h
#ifndef EDGECC_KERNELS_FULLY_CONNECTED_W4_DSP_H
#define EDGECC_KERNELS_FULLY_CONNECTED_W4_DSP_H

#include <cstdint>

#ifndef EDGECC_KERNELS_FULLY_CONNECTED_DSP_H
#include "fully_connected_dsp.h"
#endif

#if defined(__ARM_FEATURE_DSP)

namespace edgecc {
namespace kernels {
namespace {

/// Adds a group of `Count` inputs to four outputs and moves all pointers behind
/// it.
template <int Count>
inline void addDigitGroup(std::int32_t (&total)[4], const std::int8_t *&in,
                          const std::int32_t *&digits,
                          const std::int8_t *&steps) {
  std::int32_t sums[4] = {0, 0, 0, 0};
  addRows<Count, DspWeights::Digits>(sums, in, digits);
  in += Count;
  for (int i = 0; i < 4; ++i)
    total[i] += (sums[i] * *steps++) >> 4;
}

/// Adds all `Depth` inputs, in groups.
template <int Depth, int Group>
inline void addDigitRows(std::int32_t (&total)[4], const std::int8_t *in,
                         const std::int32_t *&digits,
                         const std::int8_t *&steps) {
  for (int g = 0; g < Depth / Group; ++g)
    addDigitGroup<Group>(total, in, digits, steps);
  if constexpr (Depth % Group != 0)
    addDigitGroup<Depth % Group>(total, in, digits, steps);
}

template <class In, class Out, int Group, int OutZero, int Lo, int Hi>
void fully_connected_s8w4_dsp(const std::int8_t *in, const std::int32_t *digits,
                              const std::int8_t *steps,
                              const std::int32_t *bias,
                              const std::int32_t *doubled, std::int8_t *out) {
  constexpr int kDepth = In::dim(In::rank - 1), kOut = Out::dim(Out::rank - 1);
  constexpr int kRows = Out::product(0, Out::rank - 1), kWhole = kOut / 4 * 4;
  static_assert(kDepth % 4 == 0 && Group % 4 == 0, "inputs come in fours");
  // 16 * |step * digit| * 128 * inputs in 31 bits.
  static_assert(Group <= 8192, "a group's sum times its step fits 32 bits");
  using Finish = FinishDsp<OutZero, Lo, Hi>;
  for (int row = 0; row < kRows; ++row, in += kDepth, out += kOut) {
    const std::int32_t *nextDigits = digits;
    const std::int8_t *nextSteps = steps;
    for (int o = 0; o < kWhole; o += 4) {
      std::int32_t sums[4] = {bias[o], bias[o + 1], bias[o + 2], bias[o + 3]};
      addDigitRows<kDepth, Group>(sums, in, nextDigits, nextSteps);
      for (int i = 0; i < 4; ++i)
        out[o + i] = Finish::apply(sums[i], doubled[o + i]);
    }
    if constexpr (kWhole != kOut) {
      std::int32_t sums[4] = {};
      for (int i = 0; i < kOut - kWhole; ++i)
        sums[i] = bias[kWhole + i];
      addDigitRows<kDepth, Group>(sums, in, nextDigits, nextSteps);
      for (int i = 0; i < kOut - kWhole; ++i)
        out[kWhole + i] = Finish::apply(sums[i], doubled[kWhole + i]);
    }
  }
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // __ARM_FEATURE_DSP

#endif // EDGECC_KERNELS_FULLY_CONNECTED_W4_DSP_H
