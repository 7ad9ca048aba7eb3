// Two-dimensional convolution of int8 or int16 with int8 weights by Arm's DSP
// instructions, one group.
//
//   in       [N, H, W, C]
//   weights  words, packed: for each pair of output channels, for each four
//            consecutive taps of [KH, KW, C] (filled up with zeros), four bytes
//            of the first channel, then of the second
//   bias     [O], with -in_zero * sum(weights) in it
//   doubled  [O], multipliers times two (arm_dsp.h says when)
//   out      [N, OH, OW, O]
//   patches  scratch: the taps of three pixels as int16
//
// int16: as conv2d_s16x8 of conv2d.h, for weights whose products 32 bits hold.
// Of each four bytes of weights the second and third are exchanged, because
// int16 come in their natural order; the bias is plain.
//
// Three pixels times two channels: the widest block whose sums, weights and
// inputs fit the registers when weights stay bytes. The three windows are
// gathered once, interleaved in fours in the order in which all channels read
// them.
#ifndef EDGECC_KERNELS_CONV2D_DSP_H
#define EDGECC_KERNELS_CONV2D_DSP_H

#include <cstdint>

#ifndef EDGECC_KERNELS_SHAPE_H
#include "shape.h"
#endif
#ifndef EDGECC_KERNELS_DOT_PRODUCT_H
#include "dot_product.h"
#endif
#ifndef EDGECC_KERNELS_ARM_DSP_H
#include "arm_dsp.h"
#endif

#if defined(__ARM_FEATURE_DSP)

namespace edgecc {
namespace kernels {
namespace {

// r0..r5 are the sums, pixel by pixel; r6 reads inputs, r8 weights. Four taps
// of two channels become r11, r9 (first) and r12, r10 (second); r7 and lr are
// four taps of a pixel.
#define EDGECC_DSP_PIXEL(First, Second)                                        \
  "ldrd r7, lr, [r6], #8\n\t"                                                  \
  "smlad " First ", r7, r11, " First "\n\t"                                    \
  "smlad " Second ", r7, r12, " Second "\n\t"                                  \
  "smlad " First ", lr, r9, " First "\n\t"                                     \
  "smlad " Second ", lr, r10, " Second "\n\t"
#define EDGECC_DSP_PIXELS                                                      \
  "sxtb16 r11, r9\n\t"                                                         \
  "sxtb16 r12, r10\n\t"                                                        \
  "sxtb16 r9, r9, ror #8\n\t"                                                  \
  "sxtb16 r10, r10, ror #8\n\t" EDGECC_DSP_PIXEL("r0", "r1")                   \
      EDGECC_DSP_PIXEL("r2", "r3") EDGECC_DSP_PIXEL("r4", "r5")
#define EDGECC_DSP_TAPS "ldrd r9, r10, [r8], #8\n\t" EDGECC_DSP_PIXELS
// Digits come in the upper halves of bytes, that is, times 16.
#define EDGECC_DSP_DIGITS                                                      \
  "ldr r9, [r8], #4\n\t"                                                       \
  "lsl r10, r9, #4\n\t"                                                        \
  "and r9, r9, #0xf0f0f0f0\n\t"                                                \
  "and r10, r10, #0xf0f0f0f0\n\t" EDGECC_DSP_PIXELS
// r7 may be the frame pointer and every other register is taken: it is saved
// here, and the end of the loop waits on the stack.
#define EDGECC_DSP_LOOP(Body)                                                  \
  __asm__ volatile("push {r7, r12}\n"                                          \
                   "1:\n\t" Body "ldr r12, [sp, #4]\n\t"                       \
                   "cmp r6, r12\n\t"                                           \
                   "bne 1b\n\t"                                                \
                   "pop {r7, r12}"                                             \
                   : "+r"(a0), "+r"(a1), "+r"(b0), "+r"(b1), "+r"(c0),         \
                     "+r"(c1), "+r"(from), "+r"(taps), "+r"(end)               \
                   :                                                           \
                   : "r9", "r10", "r11", "lr", "cc", "memory")

/// Sums of three pixels and two channels.
struct DspSums {
  std::int32_t a0, a1, b0, b1, c0, c1;
};

/// Adds `Fours` times four taps to `sums`; moves `weights` behind them. Weights
/// are bytes, or digits (conv2d_w4_dsp.h), which count 16 times.
template <int Fours, bool Digits = false>
inline void addTaps(DspSums &sums, const std::int16_t *patches,
                    const std::int32_t *&weights) {
  register std::int32_t a0 __asm__("r0") = sums.a0;
  register std::int32_t a1 __asm__("r1") = sums.a1;
  register std::int32_t b0 __asm__("r2") = sums.b0;
  register std::int32_t b1 __asm__("r3") = sums.b1;
  register std::int32_t c0 __asm__("r4") = sums.c0;
  register std::int32_t c1 __asm__("r5") = sums.c1;
  register const std::int16_t *from __asm__("r6") = patches;
  register const std::int32_t *taps __asm__("r8") = weights;
  register const std::int16_t *end __asm__("r12") = patches + Fours * 12;
  if constexpr (Digits && Fours % 4 == 0)
    EDGECC_DSP_LOOP(EDGECC_DSP_DIGITS EDGECC_DSP_DIGITS EDGECC_DSP_DIGITS
                        EDGECC_DSP_DIGITS);
  else if constexpr (Digits && Fours % 3 == 0)
    EDGECC_DSP_LOOP(EDGECC_DSP_DIGITS EDGECC_DSP_DIGITS EDGECC_DSP_DIGITS);
  else if constexpr (Digits)
    EDGECC_DSP_LOOP(EDGECC_DSP_DIGITS);
  else if constexpr (Fours % 4 == 0)
    EDGECC_DSP_LOOP(
        EDGECC_DSP_TAPS EDGECC_DSP_TAPS EDGECC_DSP_TAPS EDGECC_DSP_TAPS);
  else if constexpr (Fours % 3 == 0)
    EDGECC_DSP_LOOP(EDGECC_DSP_TAPS EDGECC_DSP_TAPS EDGECC_DSP_TAPS);
  else if constexpr (Fours % 2 == 0)
    EDGECC_DSP_LOOP(EDGECC_DSP_TAPS EDGECC_DSP_TAPS);
  else
    EDGECC_DSP_LOOP(EDGECC_DSP_TAPS);
  sums = {a0, a1, b0, b1, c0, c1};
  weights = taps;
}

#undef EDGECC_DSP_PIXEL
#undef EDGECC_DSP_PIXELS
#undef EDGECC_DSP_TAPS
#undef EDGECC_DSP_DIGITS
#undef EDGECC_DSP_LOOP

/// Gathers the window of a pixel as int16, in fours that lie 12 apart. T is
/// what the image consists of.
template <class In, class Win, class T> struct DspPatch {
  static constexpr int kDepth = In::dim(3), kRow = Win::kernelW * kDepth;
  static constexpr int kTaps = Win::kernelH * kRow;
  static constexpr int kFours = (kTaps + 3) / 4;
  static constexpr bool kRowIsDense = Win::dilationW == 1;

  /// Returns where the next taps go.
  static inline std::int16_t *expand(std::int16_t *to, const std::int8_t *from,
                                     int fours) {
    for (; fours > 0; --fours, from += 4, to += 12) {
      const std::int32_t word = loadWord(from);
      storeWord(to, evenBytes(word));
      storeWord(to + 2, oddBytes(word));
    }
    return to;
  }
  static inline std::int16_t *expand(std::int16_t *to, const std::int16_t *from,
                                     int fours) {
    for (; fours > 0; --fours, from += 4, to += 12) {
      storeWord(to, loadWord(from));
      storeWord(to + 2, loadWord(from + 2));
    }
    return to;
  }

  /// Two taps outside the image.
  static inline std::int32_t pairOf(std::int8_t zero) {
    return evenBytes(0x010101 * static_cast<unsigned char>(zero));
  }
  static inline std::int32_t pairOf(std::int16_t zero) {
    return 0x10001 * static_cast<unsigned short>(zero);
  }

  /// The window as it is, for taps that are no fours.
  static inline void gatherPlain(const WindowAt<In, Win> &at, const T *image,
                                 T zero, T *plain) {
    for (int ky = 0; ky < Win::kernelH; ++ky) {
      const Taps inside = at.colsInside(ky);
      for (int kx = 0; kx < Win::kernelW; ++kx, plain += kDepth)
        if (inside.contains(kx)) {
          const T *from = image + at.pixel(ky, kx) * kDepth;
          for (int c = 0; c < kDepth; ++c)
            plain[c] = from[c];
        } else {
          for (int c = 0; c < kDepth; ++c)
            plain[c] = zero;
        }
    }
  }

  /// The window tap by tap, where a tap is fours.
  static inline void gatherTaps(const WindowAt<In, Win> &at, const T *image,
                                T zero, std::int16_t *to) {
    const std::int32_t pair = pairOf(zero);
    for (int ky = 0; ky < Win::kernelH; ++ky) {
      const Taps inside = at.colsInside(ky);
      for (int kx = 0; kx < Win::kernelW; ++kx)
        if (inside.contains(kx))
          to = expand(to, image + at.pixel(ky, kx) * kDepth, kDepth / 4);
        else
          for (int c = 0; c < kDepth / 4; ++c, to += 12) {
            storeWord(to, pair);
            storeWord(to + 2, pair);
          }
    }
  }

  static inline void gather(const WindowAt<In, Win> &at, const T *image, T zero,
                            std::int16_t *to) {
    if constexpr (kRowIsDense && kRow % 4 == 0)
      if (!at.touchesPadding()) {
        for (int ky = 0; ky < Win::kernelH; ++ky)
          to = expand(to, image + at.pixel(ky, 0) * kDepth, kRow / 4);
        return;
      }
    if constexpr (kDepth % 4 == 0) {
      gatherTaps(at, image, zero, to);
    } else {
      T plain[kFours * 4];
      for (int i = kTaps; i < kFours * 4; ++i)
        plain[i] = 0;
      gatherPlain(at, image, zero, plain);
      expand(to, plain, kFours);
    }
  }
};

/// All output channels of three pixels that lie one after the other in `out`.
template <int Fours, int OutC, class Finish>
inline void dspChannels(const std::int16_t *patches,
                        const std::int32_t *weights, const std::int32_t *bias,
                        const std::int32_t *doubled, std::int8_t *out) {
  for (int o = 0; o < OutC; o += 2) {
    const bool both = OutC % 2 == 0 || o + 1 < OutC;
    const std::int32_t bias0 = bias[o], bias1 = both ? bias[o + 1] : 0;
    DspSums sums = {bias0, bias1, bias0, bias1, bias0, bias1};
    addTaps<Fours>(sums, patches, weights);
    const std::int32_t m0 = doubled[o], m1 = both ? doubled[o + 1] : 0;
    out[o] = Finish::apply(sums.a0, m0);
    out[o + OutC] = Finish::apply(sums.b0, m0);
    out[o + 2 * OutC] = Finish::apply(sums.c0, m0);
    if (both) {
      out[o + 1] = Finish::apply(sums.a1, m1);
      out[o + 1 + OutC] = Finish::apply(sums.b1, m1);
      out[o + 1 + 2 * OutC] = Finish::apply(sums.c1, m1);
    }
  }
}

/// The same for int16.
template <int Fours, int OutC>
inline void dspChannels(const std::int16_t *patches,
                        const std::int32_t *weights, const FinishS16x8 &finish,
                        std::int16_t *out) {
  for (int o = 0; o < OutC; o += 2) {
    DspSums sums = {0, 0, 0, 0, 0, 0};
    addTaps<Fours>(sums, patches, weights);
    out[o] = finish(sums.a0, o);
    out[o + OutC] = finish(sums.b0, o);
    out[o + 2 * OutC] = finish(sums.c0, o);
    if (OutC % 2 == 0 || o + 1 < OutC) {
      out[o + 1] = finish(sums.a1, o + 1);
      out[o + 1 + OutC] = finish(sums.b1, o + 1);
      out[o + 1 + 2 * OutC] = finish(sums.c1, o + 1);
    }
  }
}

/// Calls channels(patches, out) for every three pixels.
template <class In, class Out, class Win, int InZero, class T, class Channels>
inline void conv2dDsp(const T *in, T *out, std::int16_t *patches,
                      const Channels &channels) {
  using Patch = DspPatch<In, Win, T>;
  constexpr int kPixels = Out::dim(1) * Out::dim(2), kWidth = Out::dim(2);
  constexpr bool kPointwise = Patch::kTaps == In::dim(3) &&
                              In::product(1, 3) == kPixels &&
                              Win::strideH == 1 && Win::strideW == 1;
  static_assert(kPixels >= 3, "an image has a block of three pixels");
  for (int n = 0; n < Out::dim(0); ++n, in += In::product(1, 4)) {
    for (int pixel = 0; pixel < kPixels; pixel += 3) {
      // The last block may compute pixels of the one before again.
      const int first = pixel < kPixels - 3 ? pixel : kPixels - 3;
      for (int i = 0; i < 3; ++i) {
        const int at = first + i;
        if constexpr (kPointwise && In::dim(3) % 4 == 0)
          Patch::expand(patches + 4 * i, in + at * In::dim(3), Patch::kFours);
        else
          Patch::gather(WindowAt<In, Win>(at / kWidth, at % kWidth), in,
                        T{InZero}, patches + 4 * i);
      }
      channels(patches, out + first * Out::dim(3));
    }
    out += Out::product(1, 4);
  }
}

template <class In, class Out, class Win, int InZero, class Finish>
inline void conv2dS8Dsp(const std::int8_t *in, const std::int32_t *weights,
                        const std::int32_t *bias, const std::int32_t *doubled,
                        std::int8_t *out, std::int16_t *patches) {
  conv2dDsp<In, Out, Win, InZero>(
      in, out, patches, [=](const std::int16_t *taps, std::int8_t *pixels) {
        constexpr int kFours = DspPatch<In, Win, std::int8_t>::kFours;
        dspChannels<kFours, Out::dim(3), Finish>(taps, weights, bias, doubled,
                                                 pixels);
      });
}

template <class In, class Out, class Win>
inline void conv2dS16x8Dsp(const std::int16_t *in, const std::int32_t *weights,
                           const FinishS16x8 &finish, std::int16_t *out,
                           std::int16_t *patches) {
  conv2dDsp<In, Out, Win, 0>(
      in, out, patches, [=](const std::int16_t *taps, std::int16_t *pixels) {
        constexpr int kFours = DspPatch<In, Win, std::int16_t>::kFours;
        dspChannels<kFours, Out::dim(3)>(taps, weights, finish, pixels);
      });
}

template <class In, class Out, class Win, int InZero, int OutZero, int Lo,
          int Hi>
void conv2d_s8_dsp(const std::int8_t *in, const std::int32_t *weights,
                   const std::int32_t *bias, const std::int32_t *doubled,
                   std::int8_t *out, std::int8_t *scratch) {
  conv2dS8Dsp<In, Out, Win, InZero, FinishDsp<OutZero, Lo, Hi>>(
      in, weights, bias, doubled, out,
      reinterpret_cast<std::int16_t *>(scratch));
}

/// The same for windows that are small enough for the stack.
template <class In, class Out, class Win, int InZero, int OutZero, int Lo,
          int Hi>
void conv2d_s8_dsp_small(const std::int8_t *in, const std::int32_t *weights,
                         const std::int32_t *bias, const std::int32_t *doubled,
                         std::int8_t *out) {
  alignas(4) std::int16_t patches[DspPatch<In, Win, std::int8_t>::kFours * 12];
  conv2dS8Dsp<In, Out, Win, InZero, FinishDsp<OutZero, Lo, Hi>>(
      in, weights, bias, doubled, out, patches);
}

template <class In, class Out, class Win>
void conv2d_s16x8_dsp(const std::int16_t *in, const std::int32_t *weights,
                      const std::int32_t *bias, const std::int32_t *multiplier,
                      std::int16_t *out, std::int8_t *scratch, int shift,
                      int lo, int hi) {
  conv2dS16x8Dsp<In, Out, Win>(in, weights,
                               FinishS16x8{bias, multiplier, shift, lo, hi},
                               out, reinterpret_cast<std::int16_t *>(scratch));
}

/// The same for windows that are small enough for the stack.
template <class In, class Out, class Win>
void conv2d_s16x8_dsp_small(const std::int16_t *in, const std::int32_t *weights,
                            const std::int32_t *bias,
                            const std::int32_t *multiplier, std::int16_t *out,
                            int shift, int lo, int hi) {
  alignas(4) std::int16_t patches[DspPatch<In, Win, std::int16_t>::kFours * 12];
  conv2dS16x8Dsp<In, Out, Win>(
      in, weights, FinishS16x8{bias, multiplier, shift, lo, hi}, out, patches);
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // __ARM_FEATURE_DSP

#endif // EDGECC_KERNELS_CONV2D_DSP_H
