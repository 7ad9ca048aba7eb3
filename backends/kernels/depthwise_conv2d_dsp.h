// Depthwise int8 convolution, 3x3, with Arm's DSP instructions: stride 1 or 2,
// no dilation, one output per input channel.
//
//   in       [N, H, W, C]
//   weights  words, packed: for each channel and kernel row the bytes w0, w1,
//            w1, w2, which unpack to the pairs (w0, w1) and (w1, w2)
//   bias     [C], with -in_zero * sum(weights) in it
//   doubled  [C], multipliers times two (arm_dsp.h says when)
//   out      [N, OH, OW, C]
//   scratch  a band of rows of one channel of the padded image as int16:
//            kHeight x kStride
//
// Channel by channel and band by band of `Band` output rows: the input is
// copied into scratch, where neighbours in a row are pairs for SMLAD, and nine
// weights stay in six registers. The rows that two bands share move within
// scratch. As a channel is written where it was read, and only in rows that are
// in scratch by then, the output may overwrite the input, if it has no longer
// rows and begins no more than a row of padding above it.
#ifndef EDGECC_KERNELS_DEPTHWISE_CONV2D_DSP_H
#define EDGECC_KERNELS_DEPTHWISE_CONV2D_DSP_H

#include <cstdint>

#ifndef EDGECC_KERNELS_SHAPE_H
#include "shape.h"
#endif
#ifndef EDGECC_KERNELS_ARM_DSP_H
#include "arm_dsp.h"
#endif

#if defined(__ARM_FEATURE_DSP)

namespace edgecc {
namespace kernels {
namespace {

/// A band of rows of one channel of the padded image.
template <class In, class Out, class Win, int Band> struct DspPlane {
  static constexpr int kSpan = (Out::dim(2) - 1) * Win::strideW + 3;
  /// Even, so that rows begin at words; the last pair of outputs of a row may
  /// need a column more than the window spans.
  static constexpr int kStride = (kSpan + 1) / 2 * 2;
  static constexpr int kHeight = (Band - 1) * Win::strideH + 3;
  static constexpr bool kWhole = Band >= Out::dim(1);
  /// Rows that the next band begins with.
  static constexpr int kKept = 3 - Win::strideH;
  /// What of the image the windows touch.
  static constexpr int kRows =
      In::dim(1) < kHeight - Win::padTop ? In::dim(1) : kHeight - Win::padTop;
  static constexpr int kCols =
      In::dim(2) < kSpan - Win::padLeft ? In::dim(2) : kSpan - Win::padLeft;

  static inline void fill(std::int16_t *plane, std::int16_t value) {
    for (int i = 0; i < kHeight * kStride; ++i)
      plane[i] = value;
  }

  static inline void copyRow(const std::int8_t *from, std::int16_t *to) {
#pragma GCC unroll 4
    for (int x = 0; x < kCols; ++x, from += In::dim(3))
      to[x] = *from;
  }

  /// Not inlined: among the many registers of its caller it would spill.
  __attribute__((noinline)) static void copy(const std::int8_t *image,
                                             std::int16_t *plane) {
    plane += Win::padTop * kStride + Win::padLeft;
    for (int y = 0; y < kRows; ++y, plane += kStride)
      copyRow(image + y * In::dim(2) * In::dim(3), plane);
  }

  /// Rows `first` to `last` of the band for the output rows from `y` on.
  __attribute__((noinline)) static void copyBand(const std::int8_t *image,
                                                 std::int16_t *plane,
                                                 std::int16_t padding, int y,
                                                 int first, int last) {
    for (int i = first; i < last; ++i) {
      const int row = y * Win::strideH + i - Win::padTop;
      std::int16_t *to = plane + i * kStride + Win::padLeft;
      if (row >= 0 && row < In::dim(1))
        copyRow(image + row * In::dim(2) * In::dim(3), to);
      else
        for (int x = 0; x < kCols; ++x)
          to[x] = padding;
    }
  }

  /// What `rows` output rows from `y` on read; the band before this one is in
  /// `plane`.
  static inline void load(const std::int8_t *image, std::int16_t *plane,
                          std::int16_t padding, int y, int rows) {
    if constexpr (kWhole) {
      copy(image, plane);
    } else {
      if (y != 0)
        for (int i = 0; i < kKept * kStride; i += 2)
          storeWord(plane + i,
                    loadWord(plane + Band * Win::strideH * kStride + i));
      copyBand(image, plane, padding, y, y == 0 ? 0 : kKept,
               (rows - 1) * Win::strideH + 3);
    }
  }
};

/// The weights of a channel: row i has (w0, w1) in `low`, (w1, w2) in `high`.
struct DspWindow {
  std::int32_t low0, high0, low1, high1, low2, high2;

  /// Adds the row of the pixel that begins at the pair `a`.
  static inline std::int32_t even(std::int32_t a, std::int32_t b,
                                  std::int32_t low, std::int32_t high,
                                  std::int32_t sum) {
    return multiplyLowHigh(b, high, multiplyPairs(a, low, sum));
  }
  /// Adds the row of the next pixel, which begins in the middle of `a`.
  static inline std::int32_t odd(std::int32_t a, std::int32_t b,
                                 std::int32_t low, std::int32_t high,
                                 std::int32_t sum) {
    // The upper half of a times the lower half of low.
    return multiplyPairs(b, high, multiplyLowHigh(low, a, sum));
  }
};

/// One row of outputs of a channel.
template <class Plane, class Out, class Win, class Finish>
inline void dspRow(const std::int16_t *row, const DspWindow &w,
                   std::int32_t bias, std::int32_t doubled, std::int8_t *out) {
  constexpr int kStride = Plane::kStride, kOutC = Out::dim(3);
  constexpr int kWidth = Out::dim(2);
  constexpr bool kPairs = Win::strideW == 1;
  for (int x = 0; x < kWidth; x += kPairs ? 2 : 1, row += 2) {
    const std::int32_t a0 = loadWord(row), b0 = loadWord(row + 2);
    std::int32_t sum = DspWindow::even(a0, b0, w.low0, w.high0, bias);
    std::int32_t next = bias;
    if constexpr (kPairs)
      next = DspWindow::odd(a0, b0, w.low0, w.high0, next);
    const std::int32_t a1 = loadWord(row + kStride);
    const std::int32_t b1 = loadWord(row + kStride + 2);
    sum = DspWindow::even(a1, b1, w.low1, w.high1, sum);
    if constexpr (kPairs)
      next = DspWindow::odd(a1, b1, w.low1, w.high1, next);
    const std::int32_t a2 = loadWord(row + 2 * kStride);
    const std::int32_t b2 = loadWord(row + 2 * kStride + 2);
    sum = DspWindow::even(a2, b2, w.low2, w.high2, sum);
    out[x * kOutC] = Finish::apply(sum, doubled);
    if constexpr (kPairs) {
      next = DspWindow::odd(a2, b2, w.low2, w.high2, next);
      if (kWidth % 2 == 0 || x + 1 < kWidth)
        out[(x + 1) * kOutC] = Finish::apply(next, doubled);
    }
  }
}

/// Rows of outputs of a channel in one loop that uses every register: r0..r5
/// are the weights, r8 reads the plane, r9 writes, r10 is the multiplier, r11
/// the bias; r12 and lr are sums of neighbours. r7 may be the frame pointer and
/// is saved here, as are the ends of row and plane.
template <class Plane, class Out, class Win, class Finish> struct DspChannel {
  static constexpr bool kPairs = Win::strideW == 1;
  static constexpr int kLine = 2 * Plane::kStride;
  static constexpr int kNextRow = Win::strideH * kLine;
  /// In rows of odd width the last pair writes a pixel too many, which the next
  /// row overwrites; hence the last row is not computed here.
  static constexpr bool kOdd = kPairs && Out::dim(2) % 2 != 0;
  static constexpr int kRowBytes = (Out::dim(2) + kOdd) * 2 * Win::strideW;
  /// Enough rows of odd width to pay for the separate last one; what LDRD, STRB
  /// and ADD can encode; all of int8 for SSAT.
  static constexpr bool kApplies = (!kOdd || Out::dim(1) >= 8) &&
                                   2 * kLine <= 1020 && Out::dim(3) <= 2047 &&
                                   Finish::kLo == -128 && Finish::kHi == 127;

  /// `rows` is at least 1.
  static inline void run(const std::int16_t *plane, int rows,
                         const DspWindow &w, std::int32_t bias,
                         std::int32_t doubled, std::int8_t *out) {
    // Not computed between the register variables below, which a call would
    // overwrite.
    const int planeBytes = rows * kNextRow;
    register std::int32_t w0 __asm__("r0") = w.low0;
    register std::int32_t w1 __asm__("r1") = w.high0;
    register std::int32_t w2 __asm__("r2") = w.low1;
    register std::int32_t w3 __asm__("r3") = w.high1;
    register std::int32_t w4 __asm__("r4") = w.low2;
    register std::int32_t w5 __asm__("r5") = w.high2;
    register const char *from __asm__("r8") =
        reinterpret_cast<const char *>(plane);
    register std::int8_t *to __asm__("r9") = out;
    register std::int32_t multiplier __asm__("r10") = doubled;
    register std::int32_t start __asm__("r11") = bias;
    register const char *rowEnd __asm__("r12") = from + kRowBytes;
    register const char *planeEnd __asm__("lr") = from + planeBytes;
#define EDGECC_DSP_OPERANDS                                                    \
  : "+r"(from), "+r"(to), "+r"(rowEnd), "+r"(planeEnd)                         \
  : "r"(w0), "r"(w1), "r"(w2), "r"(w3), "r"(w4), "r"(w5), "r"(multiplier),     \
    "r"(start), [line1] "i"(kLine - 4), [line2] "i"(2 * kLine - 4),            \
    [zero] "i"(Finish::kZero), [next] "i"(Out::dim(3)),                        \
    [step] "i"((kPairs ? 2 : 1) * Out::dim(3)), [row] "i"(kNextRow),           \
    [skip] "i"(kNextRow - kRowBytes), [back] "i"(kOdd ? Out::dim(3) : 0)         \
  : "r6", "cc", "memory"
#define EDGECC_DSP_NEXT                                                        \
  "addw r9, r9, #%c[step]\n\t"                                                 \
  "ldr r6, [sp, #4]\n\t"                                                       \
  "cmp r8, r6\n\t"                                                             \
  "bne 1b\n\t"                                                                 \
  "addw r6, r6, #%c[row]\n\t"                                                  \
  "str r6, [sp, #4]\n\t"                                                       \
  "addw r8, r8, #%c[skip]\n\t"                                                 \
  "subw r9, r9, #%c[back]\n\t"                                                 \
  "ldr r7, [sp, #8]\n\t"                                                       \
  "cmp r8, r7\n\t"                                                             \
  "bne 1b\n\t"                                                                 \
  "pop {r7, r12, lr}"
    if constexpr (kPairs)
      __asm__ volatile(
          "push {r7, r12, lr}\n"
          "1:\n\t"
          "ldrd r6, r7, [r8], #4\n\t"
          "smlad r12, r6, r0, r11\n\t"
          "smlabt lr, r0, r6, r11\n\t"
          "smlabt r12, r7, r1, r12\n\t"
          "smlad lr, r7, r1, lr\n\t"
          "ldrd r6, r7, [r8, #%c[line1]]\n\t"
          "smlad r12, r6, r2, r12\n\t"
          "smlabt lr, r2, r6, lr\n\t"
          "smlabt r12, r7, r3, r12\n\t"
          "smlad lr, r7, r3, lr\n\t"
          "ldrd r6, r7, [r8, #%c[line2]]\n\t"
          "smlad r12, r6, r4, r12\n\t"
          "smlabt lr, r4, r6, lr\n\t"
          "smlabt r12, r7, r5, r12\n\t"
          "smlad lr, r7, r5, lr\n\t"
          "mov r6, #%c[zero]\n\t"
          "smmlar r12, r12, r10, r6\n\t"
          "smmlar lr, lr, r10, r6\n\t"
          "ssat r12, #8, r12\n\t"
          "ssat lr, #8, lr\n\t"
          "strb r12, [r9]\n\t"
          "strb lr, [r9, #%c[next]]\n\t" EDGECC_DSP_NEXT EDGECC_DSP_OPERANDS);
    else
      __asm__ volatile(
          "push {r7, r12, lr}\n"
          "1:\n\t"
          "ldrd r6, r7, [r8], #4\n\t"
          "smlad r12, r6, r0, r11\n\t"
          "smlabt r12, r7, r1, r12\n\t"
          "ldrd r6, r7, [r8, #%c[line1]]\n\t"
          "smlad r12, r6, r2, r12\n\t"
          "smlabt r12, r7, r3, r12\n\t"
          "ldrd r6, r7, [r8, #%c[line2]]\n\t"
          "smlad r12, r6, r4, r12\n\t"
          "smlabt r12, r7, r5, r12\n\t"
          "mov r6, #%c[zero]\n\t"
          "smmlar r12, r12, r10, r6\n\t"
          "ssat r12, #8, r12\n\t"
          "strb r12, [r9]\n\t" EDGECC_DSP_NEXT EDGECC_DSP_OPERANDS);
#undef EDGECC_DSP_OPERANDS
#undef EDGECC_DSP_NEXT
  }
};

/// `rows` rows of outputs of a channel, the last ones of the image or not.
template <class Plane, class Out, class Win, class Finish>
inline void dspRows(const std::int16_t *plane, int rows, bool last,
                    const DspWindow &w, std::int32_t bias, std::int32_t doubled,
                    std::int8_t *out) {
  using Channel = DspChannel<Plane, Out, Win, Finish>;
  int y = 0;
  if constexpr (Channel::kApplies) {
    const int most = Channel::kOdd && last ? rows - 1 : rows;
    if (most > 0) {
      Channel::run(plane, most, w, bias, doubled, out);
      y = most;
    }
  }
  for (; y < rows; ++y)
    dspRow<Plane, Out, Win, Finish>(plane + y * Win::strideH * Plane::kStride,
                                    w, bias, doubled,
                                    out + y * Out::product(2, 4));
}

template <class In, class Out, class Win, int Band, int InZero, class Finish>
inline void depthwiseDsp(const std::int8_t *in, const std::int32_t *weights,
                         const std::int32_t *bias, const std::int32_t *doubled,
                         std::int8_t *out, std::int16_t *plane) {
  using Plane = DspPlane<In, Out, Win, Band>;
  constexpr int kHeight = Out::dim(1);
  Plane::fill(plane, InZero);
  for (int n = 0; n < Out::dim(0);
       ++n, in += In::product(1, 4), out += Out::product(1, 4))
    for (int c = 0; c < In::dim(3); ++c) {
      const std::int32_t *taps = weights + 3 * c;
      const DspWindow w = {evenBytes(taps[0]), oddBytes(taps[0]),
                           evenBytes(taps[1]), oddBytes(taps[1]),
                           evenBytes(taps[2]), oddBytes(taps[2])};
      for (int y = 0; y < kHeight; y += Band) {
        const int rows = y + Band < kHeight ? Band : kHeight - y;
        Plane::load(in + c, plane, InZero, y, rows);
        dspRows<Plane, Out, Win, Finish>(plane, rows, y + rows == kHeight, w,
                                         bias[c], doubled[c],
                                         out + y * Out::product(2, 4) + c);
      }
    }
}

template <class In, class Out, class Win, int Band, int InZero, int OutZero,
          int Lo, int Hi>
void depthwise_conv2d_s8_dsp(const std::int8_t *in, const std::int32_t *weights,
                             const std::int32_t *bias,
                             const std::int32_t *doubled, std::int8_t *out,
                             std::int8_t *scratch) {
  depthwiseDsp<In, Out, Win, Band, InZero, FinishDsp<OutZero, Lo, Hi>>(
      in, weights, bias, doubled, out,
      reinterpret_cast<std::int16_t *>(scratch));
}

/// The same for bands that are small enough for the stack.
template <class In, class Out, class Win, int Band, int InZero, int OutZero,
          int Lo, int Hi>
void depthwise_conv2d_s8_dsp_small(const std::int8_t *in,
                                   const std::int32_t *weights,
                                   const std::int32_t *bias,
                                   const std::int32_t *doubled,
                                   std::int8_t *out) {
  using Plane = DspPlane<In, Out, Win, Band>;
  alignas(4) std::int16_t plane[Plane::kHeight * Plane::kStride];
  depthwiseDsp<In, Out, Win, Band, InZero, FinishDsp<OutZero, Lo, Hi>>(
      in, weights, bias, doubled, out, plane);
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // __ARM_FEATURE_DSP

#endif // EDGECC_KERNELS_DEPTHWISE_CONV2D_DSP_H
