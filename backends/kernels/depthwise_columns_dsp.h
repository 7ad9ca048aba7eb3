// Depthwise int8 convolution with a window of any size, with Arm's DSP
// instructions: any strides and dilations, one output per input channel.
//
//   in       [N, H, W, C]
//   weights  words, packed: for each channel the pairs of weights in the order
//            of DspColumnWindows, two pairs (a, b), (c, d) as the bytes a, c,
//            b, d
//   bias     [C], with -in_zero * sum(weights) in it
//   doubled  [C], multipliers times two (arm_dsp.h says when)
//   out      [N, OH, OW, C]
//   scratch  the buffer of depthwise_columns.h, as int16
//
// Two rows of a column are a pair for SMLAD; in windows of a single row, two
// columns are. Four outputs of a row are computed together: some weights of the
// same pair of rows stay in registers, and every pair of inputs is loaded once
// for all outputs whose windows it lies in.
#ifndef EDGECC_KERNELS_DEPTHWISE_COLUMNS_DSP_H
#define EDGECC_KERNELS_DEPTHWISE_COLUMNS_DSP_H

#include <cstdint>

#ifndef EDGECC_KERNELS_SHAPE_H
#include "shape.h"
#endif
#ifndef EDGECC_KERNELS_DEPTHWISE_COLUMNS_H
#include "depthwise_columns.h"
#endif
#ifndef EDGECC_KERNELS_SHARED_FUNCTION_H
#include "shared_function.h"
#endif
#ifndef EDGECC_KERNELS_ARM_DSP_H
#include "arm_dsp.h"
#endif

#if defined(__ARM_FEATURE_DSP)

namespace edgecc {
namespace kernels {
namespace {

/// Windows in the buffer, and in which order their weights come. `Together`
/// outputs of a row are computed together.
template <int KernelH, int KernelW, int DilationH, int DilationW, int StrideW,
          int Together>
struct DspColumnWindows {
  static constexpr int kTogether = Together;
  static constexpr int kHeight = (KernelH - 1) * DilationH + 1;
  /// Whether pairs are neighbours in the only row.
  static constexpr bool kFlat = KernelH == 1 && DilationW == 1;
  /// Even where columns are pairs of rows.
  static constexpr int kPitch = kFlat ? 1 : (kHeight + 1) / 2 * 2;
  /// Pairs side by side, and how far they and outputs are apart.
  static constexpr int kTaps = kFlat ? (KernelW + 1) / 2 : KernelW;
  static constexpr int kTapStep = kFlat ? 2 : DilationW * kPitch;
  static constexpr int kStep = StrideW * kPitch;
  /// Weights that are in registers at a time.
  static constexpr int kParts = (kTaps + 4) / 5;
  static constexpr int kPart = (kTaps + kParts - 1) / kParts;

  /// Pairs of rows one below the other, of which those count that have weights.
  static constexpr int kLevels = kFlat ? 1 : kPitch / 2;
  static constexpr bool counts(int level) {
    return level < kLevels &&
           (kFlat || 2 * level % DilationH == 0 ||
            (2 * level + 1 < kHeight && (2 * level + 1) % DilationH == 0));
  }
  static constexpr int pairs() {
    int levels = 0;
    for (int level = 0; level < kLevels; ++level)
      levels += counts(level);
    return levels * kTaps;
  }
  /// Words of packed weights of a channel.
  static constexpr int kWords = (pairs() + 1) / 2;
  /// What the windows of a row of outputs read.
  static constexpr int read(int outputs) {
    return ((outputs < Together ? Together : outputs) - 1) * kStep +
           (kTaps - 1) * kTapStep + (kFlat ? 2 : kPitch);
  }
};

template <class Win, int Outputs>
using DspColumnWindowsOf =
    DspColumnWindows<Win::kernelH, Win::kernelW, Win::dilationH, Win::dilationW,
                     Win::strideW, columnsTogether(Outputs)>;

template <class In, class Out, class Win>
constexpr DepthwiseColumns dspShapeOf() {
  using Windows = DspColumnWindowsOf<Win, Out::dim(2)>;
  return columnsOf<In, Out, Win>(Windows::kPitch, Windows::read(Out::dim(2)));
}

/// At words, up to an even number of elements.
[[maybe_unused]] inline void fillDspColumns(std::int16_t *to,
                                            std::int16_t value, int elements) {
  const std::int32_t pair = lowPair(value, value);
  for (; elements >= 8; elements -= 8, to += 8) {
    storeWord(to, pair);
    storeWord(to + 2, pair);
    storeWord(to + 4, pair);
    storeWord(to + 6, pair);
  }
  for (; elements > 0; elements -= 2, to += 2)
    storeWord(to, pair);
}

struct DspColumnRows {
  int depth, columns;
  std::int16_t padding;

  inline DspColumnRows(int theDepth, int theColumns, std::int16_t value)
      : depth(theDepth), columns(theColumns), padding(value) {}

  template <int Pitch>
  inline void copy(const std::int8_t *from, std::int16_t *to) const {
    int x = columns;
    for (; x >= 4; x -= 4, from += 4 * depth, to += 4 * Pitch) {
      const std::int16_t a = from[0], b = from[depth], c = from[2 * depth],
                         d = from[3 * depth];
      to[0] = a;
      to[Pitch] = b;
      to[2 * Pitch] = c;
      to[3 * Pitch] = d;
    }
    for (; x > 0; --x, from += depth, to += Pitch)
      *to = *from;
  }

  template <int Pitch> inline void fill(std::int16_t *to) const {
    for (int x = columns; x > 0; --x, to += Pitch)
      *to = padding;
  }
};

/// Loads `Count` words of weights with one instruction.
template <int Count>
inline const std::int32_t *loadColumnWeights(const std::int32_t *from,
                                             std::int32_t (&to)[5]) {
  register std::int32_t a __asm__("r4");
  register std::int32_t b __asm__("r5");
  register std::int32_t c __asm__("r6");
  register std::int32_t d __asm__("r8");
  register std::int32_t e __asm__("r9");
  if constexpr (Count == 1) {
    to[0] = *from++;
  } else if constexpr (Count == 2) {
    __asm__ volatile("ldmia %0!, {r4, r5}"
                     : "+r"(from), "=r"(a), "=r"(b)
                     :
                     : "memory");
    to[0] = a, to[1] = b;
  } else if constexpr (Count == 3) {
    __asm__ volatile("ldmia %0!, {r4, r5, r6}"
                     : "+r"(from), "=r"(a), "=r"(b), "=r"(c)
                     :
                     : "memory");
    to[0] = a, to[1] = b, to[2] = c;
  } else if constexpr (Count == 4) {
    __asm__ volatile("ldmia %0!, {r4, r5, r6, r8}"
                     : "+r"(from), "=r"(a), "=r"(b), "=r"(c), "=r"(d)
                     :
                     : "memory");
    to[0] = a, to[1] = b, to[2] = c, to[3] = d;
  } else {
    __asm__ volatile("ldmia %0!, {r4, r5, r6, r8, r9}"
                     : "+r"(from), "=r"(a), "=r"(b), "=r"(c), "=r"(d), "=r"(e)
                     :
                     : "memory");
    to[0] = a, to[1] = b, to[2] = c, to[3] = d, to[4] = e;
  }
  return from;
}

/// Neighbouring outputs.
template <class Columns> struct DspColumnSums {
  static constexpr int kTogether = Columns::kTogether;
  std::int32_t sums[kTogether];

  explicit inline DspColumnSums(std::int32_t bias) {
    for (std::int32_t &sum : sums)
      sum = bias;
  }

  /// The pair `At` elements from the first window's, times the weights that it
  /// has in each window, of the `Count` taps from `First` on.
  template <int First, int Count, int At>
  inline void multiply(const std::int16_t *x, const std::int32_t (&w)[5]) {
    constexpr auto tapOf = [](int output) {
      const int at = At - output * Columns::kStep;
      return output < kTogether && at >= 0 && at % Columns::kTapStep == 0 &&
                     at / Columns::kTapStep >= First &&
                     at / Columns::kTapStep < First + Count
                 ? at / Columns::kTapStep - First
                 : -1;
    };
    constexpr int k0 = tapOf(0), k1 = tapOf(1), k2 = tapOf(2), k3 = tapOf(3);
    if constexpr (k0 >= 0 || k1 >= 0 || k2 >= 0 || k3 >= 0) {
      const std::int32_t pair = loadWord(x + At);
      if constexpr (k0 >= 0)
        sums[0] = multiplyPairs(pair, w[k0], sums[0]);
      if constexpr (k1 >= 0)
        sums[1] = multiplyPairs(pair, w[k1], sums[1]);
      if constexpr (k2 >= 0)
        sums[2] = multiplyPairs(pair, w[k2], sums[2]);
      if constexpr (k3 >= 0)
        sums[3] = multiplyPairs(pair, w[k3], sums[3]);
    }
  }

  template <int First, int Count, int At>
  __attribute__((always_inline)) inline void sweep(const std::int16_t *x,
                                                   const std::int32_t (&w)[5]) {
    constexpr int kLast = (kTogether - 1) * Columns::kStep +
                          (First + Count - 1) * Columns::kTapStep;
    constexpr int kNext = Columns::kFlat ? 1 : Columns::kPitch;
    if constexpr (At <= kLast) {
      multiply<First, Count, At>(x, w);
      sweep<First, Count, At + kNext>(x, w);
    }
  }

  template <int First>
  __attribute__((always_inline)) inline const std::int32_t *
  level(const std::int16_t *x, const std::int32_t *weights) {
    if constexpr (First < Columns::kTaps) {
      constexpr int kRest = Columns::kTaps - First;
      constexpr int kCount = kRest < Columns::kPart ? kRest : Columns::kPart;
      std::int32_t w[5];
      weights = loadColumnWeights<kCount>(weights, w);
      sweep<First, kCount, First * Columns::kTapStep>(x, w);
      return level<First + kCount>(x, weights);
    } else {
      return weights;
    }
  }

  template <int Level>
  __attribute__((always_inline)) inline void
  levels(const std::int16_t *x, const std::int32_t *weights) {
    if constexpr (Level < Columns::kLevels) {
      if constexpr (Columns::counts(Level))
        weights = level<0>(x + 2 * Level, weights);
      levels<Level + 1>(x, weights);
    }
  }
};

/// A channel's weights as pairs of int16.
template <class Columns> struct DspColumnWeights {
  std::int32_t pairs[2 * Columns::kWords];

  explicit inline DspColumnWeights(const std::int32_t *packed) {
    for (int i = 0; i < Columns::kWords; ++i) {
      pairs[2 * i] = evenBytes(packed[i]);
      pairs[2 * i + 1] = oddBytes(packed[i]);
    }
  }
};

/// A row of outputs of a channel, some at a time; the last ones may be partly
/// the same as those before.
template <class Columns, bool Full>
inline void dspColumnsRow(const std::int16_t *windows, int width, int depth,
                          const DspColumnWeights<Columns> &weights,
                          std::int32_t bias, std::int32_t doubled,
                          const DspFinish &finish, std::int8_t *out) {
  constexpr int kTogether = Columns::kTogether;
  for (int rest = width;;) {
    DspColumnSums<Columns> some(bias);
    some.template levels<0>(windows, weights.pairs);
    std::int8_t *to = out;
#pragma GCC unroll 4
    for (int i = 0; i < kTogether; ++i, to += depth) {
      if (i == width)
        break;
      *to = finish.apply<Full>(some.sums[i], doubled);
    }
    rest -= kTogether;
    if (rest <= 0)
      return;
    const int next = rest < kTogether ? rest : kTogether;
    windows += next * Columns::kStep;
    out += next * depth;
  }
}

template <class Columns, bool Full>
EDGECC_SHARED void
depthwiseColumnsDsp(const DepthwiseColumns &shape, const std::int8_t *in,
                    const std::int32_t *weights, std::int16_t padding,
                    const DspFinish &finish, std::int8_t *out,
                    std::int16_t *buffer) {
  const int depth = shape.depth, width = shape.outWidth;
  const DspFinish values = finish; // Which stores of outputs do not change.
  for (int n = 0; n < shape.images; ++n) {
    for (int c = 0; c < depth; ++c) {
      const DspColumnWeights<Columns> window(weights + c * Columns::kWords);
      fillDspColumns(buffer, padding, shape.size);
      ColumnRows<DspColumnRows, Columns::kPitch, std::int16_t> rows(
          shape, in + c, buffer, padding);
      const std::int32_t bias = values.bias[c], doubled = values.doubled[c];
      std::int8_t *to = out + c;
      const std::int16_t *windows = buffer;
      for (int y = shape.outHeight; y > 0;
           --y, to += width * depth, windows += shape.strideH) {
        rows.next();
        dspColumnsRow<Columns, Full>(windows, width, depth, window, bias,
                                     doubled, values, to);
      }
    }
    in += shape.inHeight * shape.inWidth * depth;
    out += shape.outHeight * width * depth;
  }
}

template <class In, class Out, class Win, int InZero, int OutZero, int Lo,
          int Hi>
void depthwise_conv2d_s8_columns_dsp(const std::int8_t *in,
                                     const std::int32_t *weights,
                                     const std::int32_t *bias,
                                     const std::int32_t *doubled,
                                     std::int8_t *out, std::int8_t *scratch) {
  static constexpr DepthwiseColumns shape = dspShapeOf<In, Out, Win>();
  depthwiseColumnsDsp<DspColumnWindowsOf<Win, Out::dim(2)>,
                      Lo == -128 && Hi == 127>(
      shape, in, weights, InZero, DspFinish{bias, doubled, OutZero, Lo, Hi},
      out, reinterpret_cast<std::int16_t *>(scratch));
}

/// The same for buffers that are small enough for the stack.
template <class In, class Out, class Win, int InZero, int OutZero, int Lo,
          int Hi>
void depthwise_conv2d_s8_columns_dsp_small(const std::int8_t *in,
                                           const std::int32_t *weights,
                                           const std::int32_t *bias,
                                           const std::int32_t *doubled,
                                           std::int8_t *out) {
  alignas(4) std::int16_t buffer[(dspShapeOf<In, Out, Win>().size + 1) / 2 * 2];
  depthwise_conv2d_s8_columns_dsp<In, Out, Win, InZero, OutZero, Lo, Hi>(
      in, weights, bias, doubled, out, reinterpret_cast<std::int8_t *>(buffer));
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // __ARM_FEATURE_DSP

#endif // EDGECC_KERNELS_DEPTHWISE_COLUMNS_DSP_H
