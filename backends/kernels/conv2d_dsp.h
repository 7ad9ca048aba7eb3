// Two-dimensional convolution of int8 or int16 with int8 weights by Arm's DSP
// instructions, one group.
//
//   in       [N, H, W, C]
//   weights  words, packed: for each pair of output channels, for each four
//            consecutive taps of [KH, KW, C] (filled up with zeros to a
//            multiple of eight), four bytes of the first channel, then of the
//            second
//   bias     [O] up to an even number, with -in_zero * sum(weights) in it
//   doubled  [O] up to an even number, multipliers times two (arm_dsp.h says
//            when)
//   out      [N, OH, OW, O]
//   patches  scratch: the taps of three pixels as int16
//
// int16: as conv2d_s16x8 of conv2d.h, for weights whose products 32 bits hold;
// taps are filled up to a multiple of four. Of each four bytes of weights the
// second and third are exchanged, because int16 come in their natural order;
// the bias is plain.
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
#ifndef EDGECC_KERNELS_DSP_PRODUCTS_H
#include "dsp_products.h"
#endif
#ifndef EDGECC_KERNELS_RESIDUAL_H
#include "residual.h"
#endif
#ifndef EDGECC_KERNELS_SHARED_FUNCTION_H
#include "shared_function.h"
#endif

#if defined(__ARM_FEATURE_DSP)

namespace edgecc {
namespace kernels {
namespace {

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

/// All outputs of three pixels that lie one after the other in `out`.
template <int Unroll, bool Full>
EDGECC_SHARED void dspOutputs(const std::int16_t *patches, int fours,
                              const std::int32_t *weights, int outputs,
                              const DspFinish &finish, std::int8_t *out) {
  const int whole = outputs / 2 * 2;
  if constexpr (Full) {
    if (whole > 0)
      weights = dspPairs<Unroll>(patches, fours, weights, whole / 2, finish,
                                 out, outputs);
    if (whole == outputs)
      return;
    // The other half of the last pair is not there.
    std::int8_t pair[6];
    DspFinish rest = finish;
    rest.bias += whole;
    rest.doubled += whole;
    dspPairs<Unroll>(patches, fours, weights, 1, rest, pair, 2);
    for (int i = 0; i < 3; ++i)
      out[whole + i * outputs] = pair[2 * i];
    return;
  }
  for (int o = 0; o < outputs; o += 2) {
    const std::int32_t bias0 = finish.bias[o], bias1 = finish.bias[o + 1];
    DspSums sums = {bias0, bias1, bias0, bias1, bias0, bias1};
    addTaps<Unroll>(sums, patches, weights, fours);
    const std::int32_t m0 = finish.doubled[o], m1 = finish.doubled[o + 1];
    std::int8_t *to = out + o;
    to[0] = finish.apply<Full>(sums.a0, m0);
    to[outputs] = finish.apply<Full>(sums.b0, m0);
    to[2 * outputs] = finish.apply<Full>(sums.c0, m0);
    if (o == whole)
      return;
    to[1] = finish.apply<Full>(sums.a1, m1);
    to[outputs + 1] = finish.apply<Full>(sums.b1, m1);
    to[2 * outputs + 1] = finish.apply<Full>(sums.c1, m1);
  }
}

/// What is added to three pixels of outputs, and room for these.
struct DspSum {
  const Residual *residual;
  std::int8_t *block;
};
/// Nothing.
struct NoDspSum {};

/// The outputs of three pixels from `first` on, of which the first `done` are
/// there.
template <int Unroll, bool Full>
inline void dspBlock(const std::int16_t *patches, int fours,
                     const std::int32_t *weights, int outputs,
                     const DspFinish &finish, NoDspSum, int first, int,
                     std::int8_t *out) {
  dspOutputs<Unroll, Full>(patches, fours, weights, outputs, finish,
                           out + first * outputs);
}
template <int Unroll, bool Full>
inline void dspBlock(const std::int16_t *patches, int fours,
                     const std::int32_t *weights, int outputs,
                     const DspFinish &finish, const DspSum &sum, int first,
                     int done, std::int8_t *out) {
  dspOutputs<Unroll, Full>(patches, fours, weights, outputs, finish, sum.block);
  addResidual(*sum.residual, sum.block + done * outputs,
              (first + done) * outputs, (3 - done) * outputs, out);
}

/// The channels of a pixel as int16, in fours that lie 12 apart. Reads nothing
/// behind the pixel.
inline void expandPixel(const std::int8_t *from, int depth, std::int16_t *to) {
  for (const std::int8_t *end = from + depth / 4 * 4; from != end;
       from += 4, to += 12) {
    const std::int32_t word = loadWord(from);
    storeWord(to, evenBytes(word));
    storeWord(to + 2, oddBytes(word));
  }
  const int rest = depth % 4;
  if (rest == 0)
    return;
  std::int32_t word = static_cast<unsigned char>(from[0]);
  if (rest > 1)
    word |= static_cast<unsigned char>(from[1]) << 8;
  if (rest > 2)
    word |= static_cast<unsigned char>(from[2]) << 16;
  storeWord(to, evenBytes(word));
  storeWord(to + 2, oddBytes(word));
}

/// Windows of one pixel: `pixels` of them, at least three.
template <int Unroll, bool Full, class Sum>
EDGECC_SHARED void
dspPointwise(const std::int8_t *in, int depth, int pixels, int fours,
             const std::int32_t *weights, int outputs, const DspFinish &finish,
             const Sum &sum, std::int8_t *out, std::int16_t *patches) {
  for (int pixel = 0; pixel < pixels; pixel += 3) {
    // The last block may compute pixels of the one before again.
    const int first = pixel < pixels - 3 ? pixel : pixels - 3;
    for (int i = 0; i < 3; ++i)
      expandPixel(in + (first + i) * depth, depth, patches + 4 * i);
    dspBlock<Unroll, Full>(patches, fours, weights, outputs, finish, sum, first,
                           pixel - first, out);
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

/// Calls channels(patches, first, done) for every three pixels, of which the
/// first `done` have been computed before; `first` counts the pixels of all
/// images. Begins with the last ones if `backwards`, when `done` says nothing.
template <class In, class Out, class Win, int InZero, class T, class Channels>
inline void conv2dDsp(const T *in, std::int16_t *patches,
                      const Channels &channels, bool backwards = false) {
  using Patch = DspPatch<In, Win, T>;
  constexpr int kPixels = Out::dim(1) * Out::dim(2), kWidth = Out::dim(2);
  constexpr int kBlocks = (kPixels + 2) / 3, kAll = Out::dim(0) * kBlocks;
  constexpr bool kPointwise = Patch::kTaps == In::dim(3) &&
                              In::product(1, 3) == kPixels &&
                              Win::strideH == 1 && Win::strideW == 1;
  static_assert(kPixels >= 3, "an image has a block of three pixels");
  for (int i = 0; i < kAll; ++i) {
    const int block = backwards ? kAll - 1 - i : i;
    const int n = block / kBlocks, pixel = block % kBlocks * 3;
    const T *image = in + n * In::product(1, 4);
    // The last block may compute pixels of the one before again.
    const int first = pixel < kPixels - 3 ? pixel : kPixels - 3;
    for (int k = 0; k < 3; ++k) {
      const int at = first + k;
      if constexpr (kPointwise && In::dim(3) % 4 == 0)
        Patch::expand(patches + 4 * k, image + at * In::dim(3), Patch::kFours);
      else
        Patch::gather(WindowAt<In, Win>(at / kWidth, at % kWidth), image,
                      T{InZero}, patches + 4 * k);
    }
    channels(patches, n * kPixels + first, pixel - first);
  }
}

template <class In, class Out, class Win, int InZero, bool Full, class Sum>
inline void conv2dS8Dsp(const std::int8_t *in, const std::int32_t *weights,
                        const DspFinish &finish, const Sum &sum,
                        std::int8_t *out, std::int16_t *patches,
                        bool backwards = false) {
  constexpr int kTaps = Win::kernelH * Win::kernelW * In::dim(3);
  constexpr int kFours = evenFours(kTaps), kUnroll = kFours % 4 == 0 ? 4 : 2;
  constexpr int kPixels = Out::dim(1) * Out::dim(2), kOut = Out::dim(3);
  constexpr bool kPointwise = kTaps == In::dim(3) &&
                              In::product(1, 3) == kPixels &&
                              Win::strideH == 1 && Win::strideW == 1;
  for (int i = (kTaps + 3) / 4 * 12; i < kFours * 12; ++i)
    patches[i] = 0;
  // Windows of one pixel do not care where an image ends.
  if constexpr (kPointwise)
    dspPointwise<kUnroll, Full>(in, In::dim(3), Out::dim(0) * kPixels, kFours,
                                weights, kOut, finish, sum, out, patches);
  else
    conv2dDsp<In, Out, Win, InZero>(
        in, patches,
        [&](const std::int16_t *taps, int first, int done) {
          dspBlock<kUnroll, Full>(taps, kFours, weights, kOut, finish, sum,
                                  first, done, out);
        },
        backwards);
}

template <class In, class Out, class Win>
inline void conv2dS16x8Dsp(const std::int16_t *in, const std::int32_t *weights,
                           const FinishS16x8 &finish, std::int16_t *out,
                           std::int16_t *patches) {
  conv2dDsp<In, Out, Win, 0>(
      in, patches, [=](const std::int16_t *taps, int first, int) {
        constexpr int kFours = DspPatch<In, Win, std::int16_t>::kFours;
        dspChannels<kFours, Out::dim(3)>(taps, weights, finish,
                                         out + first * Out::dim(3));
      });
}

/// Windows of more than one pixel can be taken backwards, from the end of the
/// image.
template <class In, class Out, class Win, int InZero, int OutZero, int Lo,
          int Hi>
void conv2d_s8_dsp(const std::int8_t *in, const std::int32_t *weights,
                   const std::int32_t *bias, const std::int32_t *doubled,
                   std::int8_t *out, std::int8_t *scratch, int backwards) {
  const DspFinish finish = {bias, doubled, OutZero, Lo, Hi};
  conv2dS8Dsp<In, Out, Win, InZero, Lo == -128 && Hi == 127>(
      in, weights, finish, NoDspSum{}, out,
      reinterpret_cast<std::int16_t *>(scratch), backwards != 0);
}

/// The same for windows that are small enough for the stack.
template <class In, class Out, class Win, int InZero, int OutZero, int Lo,
          int Hi>
void conv2d_s8_dsp_small(const std::int8_t *in, const std::int32_t *weights,
                         const std::int32_t *bias, const std::int32_t *doubled,
                         std::int8_t *out, int backwards) {
  constexpr int kTaps = Win::kernelH * Win::kernelW * In::dim(3);
  alignas(4) std::int8_t patches[evenFours(kTaps) * 24];
  conv2d_s8_dsp<In, Out, Win, InZero, OutZero, Lo, Hi>(
      in, weights, bias, doubled, out, patches, backwards);
}

/// With another tensor added (residual.h), which `out` may overwrite. Of these
/// outputs, whose zero point is sumZero, mul, otherZero and so on are those of
/// add_s8 in elementwise.h.
template <class In, class Out, class Win, int InZero, int OutZero, int Lo,
          int Hi>
void conv2d_s8_add_dsp(const std::int8_t *in, const std::int32_t *weights,
                       const std::int32_t *bias, const std::int32_t *doubled,
                       const std::int8_t *other, std::int8_t *out,
                       std::int8_t *scratch, int mul, int otherZero,
                       int otherMul, int shift, int sumZero, int lo, int hi) {
  const DspFinish finish = {bias, doubled, OutZero, Lo, Hi};
  const Residual residual = {other, OutZero, mul, otherZero, otherMul,
                             shift, sumZero, lo,  hi};
  std::int8_t block[3 * Out::dim(3)];
  conv2dS8Dsp<In, Out, Win, InZero, Lo == -128 && Hi == 127>(
      in, weights, finish, DspSum{&residual, block}, out,
      reinterpret_cast<std::int16_t *>(scratch));
}

/// The same for windows that are small enough for the stack.
template <class In, class Out, class Win, int InZero, int OutZero, int Lo,
          int Hi>
void conv2d_s8_add_dsp_small(const std::int8_t *in, const std::int32_t *weights,
                             const std::int32_t *bias,
                             const std::int32_t *doubled,
                             const std::int8_t *other, std::int8_t *out,
                             int mul, int otherZero, int otherMul, int shift,
                             int sumZero, int lo, int hi) {
  constexpr int kTaps = Win::kernelH * Win::kernelW * In::dim(3);
  alignas(4) std::int8_t patches[evenFours(kTaps) * 24];
  conv2d_s8_add_dsp<In, Out, Win, InZero, OutZero, Lo, Hi>(
      in, weights, bias, doubled, other, out, patches, mul, otherZero, otherMul,
      shift, sumZero, lo, hi);
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
