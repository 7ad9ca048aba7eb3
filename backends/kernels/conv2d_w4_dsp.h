// Two-dimensional int8 convolution with weights of four bits and Arm's DSP
// instructions, one group.
//
//   in       [N, H, W, C]
//   digits   words, packed: for each pair of output channels, for each four
//            consecutive taps of [KH, KW, C] (filled up with zeros), bytes
//            whose upper halves are four digits of the first channel, and whose
//            lower halves are those of the second
//   steps    for each pair, for each group of `Group` taps, what the digits of
//            the first and of the second channel are multiplied with
//   bias, doubled, out, patches  as conv2d_dsp.h
//
// Digits become the pairs that SMLAD takes while they are read, at a cost of
// three instructions for eight; a group's sums are multiplied once.
#ifndef EDGECC_KERNELS_CONV2D_W4_DSP_H
#define EDGECC_KERNELS_CONV2D_W4_DSP_H

#include <cstdint>

#ifndef EDGECC_KERNELS_CONV2D_DSP_H
#include "conv2d_dsp.h"
#endif

#if defined(__ARM_FEATURE_DSP)

namespace edgecc {
namespace kernels {
namespace {

/// Stores two output channels of three pixels, of which `out` is the first; or
/// one, if there is no second.
template <int OutC, class Finish>
inline void storeSums(const DspSums &sums, const std::int32_t *doubled,
                      bool both, std::int8_t *out) {
  out[0] = Finish::apply(sums.a0, doubled[0]);
  out[OutC] = Finish::apply(sums.b0, doubled[0]);
  out[2 * OutC] = Finish::apply(sums.c0, doubled[0]);
  if (both) {
    out[1] = Finish::apply(sums.a1, doubled[1]);
    out[1 + OutC] = Finish::apply(sums.b1, doubled[1]);
    out[1 + 2 * OutC] = Finish::apply(sums.c1, doubled[1]);
  }
}

/// All output channels of three pixels that lie one after the other in `out`.
template <int Taps, int Group, int OutC, class Finish>
struct DspPackedChannels {
  static_assert(Group == Taps || Group % 4 == 0, "groups begin at words");
  // 16 * |step * digit| * 128 * taps in 31 bits.
  static_assert(Group <= 8192, "a group's sum times its step fits 32 bits");
  static constexpr int kWhole = Taps / Group;
  static constexpr int kRestFours = (Taps % Group + 3) / 4;

  const std::int32_t *digits;
  const std::int8_t *steps;
  const std::int32_t *bias, *doubled;

  /// Adds a group of taps and moves all pointers behind it.
  template <int Fours>
  static inline void addGroup(DspSums &total, const std::int16_t *&patches,
                              const std::int32_t *&digits,
                              const std::int8_t *&steps) {
    DspSums sums = {0, 0, 0, 0, 0, 0};
    addTaps<Fours, true>(sums, patches, digits);
    patches += Fours * 12;
    const std::int32_t step0 = steps[0], step1 = steps[1];
    steps += 2;
    total.a0 += (sums.a0 * step0) >> 4;
    total.b0 += (sums.b0 * step0) >> 4;
    total.c0 += (sums.c0 * step0) >> 4;
    total.a1 += (sums.a1 * step1) >> 4;
    total.b1 += (sums.b1 * step1) >> 4;
    total.c1 += (sums.c1 * step1) >> 4;
  }

  inline void operator()(const std::int16_t *patches, std::int8_t *out) const {
    const std::int32_t *nextDigits = digits;
    const std::int8_t *nextSteps = steps;
    for (int o = 0; o < OutC; o += 2) {
      const bool both = OutC % 2 == 0 || o + 1 < OutC;
      const std::int32_t bias0 = bias[o], bias1 = both ? bias[o + 1] : 0;
      DspSums total = {bias0, bias1, bias0, bias1, bias0, bias1};
      const std::int16_t *taps = patches;
      for (int g = 0; g < kWhole; ++g)
        addGroup<(Group + 3) / 4>(total, taps, nextDigits, nextSteps);
      if constexpr (kRestFours != 0)
        addGroup<kRestFours>(total, taps, nextDigits, nextSteps);
      storeSums<OutC, Finish>(total, doubled + o, both, out + o);
    }
  }
};

template <class In, class Out, class Win, int Group, int InZero, int OutZero,
          int Lo, int Hi>
void conv2d_s8w4_dsp(const std::int8_t *in, const std::int32_t *digits,
                     const std::int8_t *steps, const std::int32_t *bias,
                     const std::int32_t *doubled, std::int8_t *out,
                     std::int8_t *scratch) {
  using Channels =
      DspPackedChannels<DspPatch<In, Win, std::int8_t>::kTaps, Group,
                        Out::dim(3), FinishDsp<OutZero, Lo, Hi>>;
  const Channels channels{digits, steps, bias, doubled};
  conv2dDsp<In, Out, Win, InZero>(
      in, reinterpret_cast<std::int16_t *>(scratch),
      [&](const std::int16_t *patches, int first, int) {
        channels(patches, out + first * Out::dim(3));
      });
}

/// The same for windows that are small enough for the stack.
template <class In, class Out, class Win, int Group, int InZero, int OutZero,
          int Lo, int Hi>
void conv2d_s8w4_dsp_small(const std::int8_t *in, const std::int32_t *digits,
                           const std::int8_t *steps, const std::int32_t *bias,
                           const std::int32_t *doubled, std::int8_t *out) {
  alignas(4) std::int8_t patches[DspPatch<In, Win, std::int8_t>::kFours * 24];
  conv2d_s8w4_dsp<In, Out, Win, Group, InZero, OutZero, Lo, Hi>(
      in, digits, steps, bias, doubled, out, patches);
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // __ARM_FEATURE_DSP

#endif // EDGECC_KERNELS_CONV2D_W4_DSP_H
