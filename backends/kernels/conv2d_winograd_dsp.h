// Two-dimensional convolution of int8 by Winograd's minimal filtering
// F(2x2, 3x3), exactly, by Arm's DSP instructions: 3x3 windows, stride 1, one
// group.
//
//   in       [N, H, W, C], C a multiple of 4
//   weights  words, transformed and packed: [O / 4][16][C / 2][4], the pairs of
//            input channels (0, 2), (1, 3), (4, 6), ... as int16
//   bias     [O], with -in_zero * sum(weights) in it; O is a multiple of 4
//   doubled  [O], multipliers times two (arm_dsp.h says when)
//   out      [N, OH, OW, O]
//   tiles    scratch: [16][C / 2][2] words, two transformed tiles of the input
//
// A. Lavin, S. Gray, Fast Algorithms for Convolutional Neural Networks, 2016:
// four outputs in a square are At (U * V) A, with V = Bt d B for the 4x4 inputs
// d below them, and U = G g Gt for a filter g. That is 16 products instead of
// 36. G has halves; with 2 G all are integers, and four times the convolution
// comes out, with no rounding anywhere. Sums are modulo 2^32; only the last
// ones have to fit, for which the compiler proves |sum| < 2^29.
//
// The products of two tiles with four channels are summed up at a time. Within
// a row of products the order is 1, 0, 2, 3: the sum of 0 continues that of 1,
// and the sum of 3 that of 2, because A adds them up anyway.
#ifndef EDGECC_KERNELS_CONV2D_WINOGRAD_DSP_H
#define EDGECC_KERNELS_CONV2D_WINOGRAD_DSP_H

#include <cstdint>

#ifndef EDGECC_KERNELS_ARM_DSP_H
#include "arm_dsp.h"
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

// r0..r3 are the sums of the first tile, r4, r5, r6, r8 of the second; lr reads
// tiles and r7 weights.
#define EDGECC_WINOGRAD_PAIR(Op, A0, A1, A2, A3, A4, A5, A6, A8)               \
  "ldrd r10, r11, [lr], #8\n\t"                                                \
  "ldrd r9, r12, [r7], #8\n\t" Op " r0, r10, r9" A0 "\n\t" Op                  \
  " r4, r11, r9" A4 "\n\t" Op " r1, r10, r12" A1 "\n\t" Op " r5, r11, r12" A5  \
  "\n\t"                                                                       \
  "ldrd r9, r12, [r7], #8\n\t" Op " r2, r10, r9" A2 "\n\t" Op                  \
  " r6, r11, r9" A6 "\n\t" Op " r3, r10, r12" A3 "\n\t" Op " r8, r11, r12" A8  \
  "\n\t"
#define EDGECC_WINOGRAD_FIRST                                                  \
  EDGECC_WINOGRAD_PAIR("smuad", "", "", "", "", "", "", "", "")
#define EDGECC_WINOGRAD_NEXT                                                   \
  EDGECC_WINOGRAD_PAIR("smlad", ", r0", ", r1", ", r2", ", r3", ", r4",        \
                       ", r5", ", r6", ", r8")
// On the stack: where sums go, the end of the tiles, the end of the next sum.
#define EDGECC_WINOGRAD_STORE                                                  \
  "ldr r9, [sp]\n\t"                                                           \
  "stmia r9!, {r0-r6, r8}\n\t"                                                 \
  "str r9, [sp]\n\t"
// The rest of a sum in rounds of %c[round] pairs, the end of which is known by
// the place that it has reached.
#define EDGECC_WINOGRAD_ROUNDS                                                 \
  "2:\n\t"                                                                     \
  ".rept %c[round]\n\t" EDGECC_WINOGRAD_NEXT ".endr\n\t"                       \
  "ldr r9, [sp, #8]\n\t"                                                       \
  "cmp lr, r9\n\t"                                                             \
  "bne 2b\n\t"                                                                 \
  "add r9, r9, #%c[bytes]\n\t"                                                 \
  "str r9, [sp, #8]\n\t"
#define EDGECC_WINOGRAD_LOOP(Setup, Body)                                      \
  __asm__ volatile("push {r7, lr}\n\t"                                         \
                   "add r12, r10, #%c[bytes]\n\t"                              \
                   "sub sp, sp, #16\n\t"                                       \
                   "strd r8, r11, [sp]\n\t"                                    \
                   "str r12, [sp, #8]\n\t"                                     \
                   "mov lr, r10\n\t"                                           \
                   "mov r7, r9\n"                                              \
                   "1:\n\t" Body "ldr r9, [sp, #4]\n\t"                        \
                   "cmp lr, r9\n\t"                                            \
                   "bne 1b\n\t"                                                \
                   "add sp, sp, #16\n\t"                                       \
                   "pop {r7, lr}"                                              \
                   : "+r"(to), "+r"(taps), "+r"(from), "+r"(end)               \
                   : [round] "i"(kRound), [bytes] "i"(Pairs * 8)               \
                   : "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r12", "cc",    \
                     "memory")

/// The largest divisor of `pairs` that is at most 8.
constexpr int winogradRound(int pairs) {
  int round = pairs < 8 ? pairs : 8;
  while (pairs % round != 0)
    --round;
  return round;
}

/// Products of two tiles with four channels: sums[16][2][4].
template <int Pairs>
EDGECC_SHARED void winogradProducts(const std::int32_t *tiles,
                                    const std::int32_t *weights,
                                    std::int32_t *sums) {
  register std::int32_t *to __asm__("r8") = sums;
  register const std::int32_t *taps __asm__("r9") = weights;
  register const std::int32_t *from __asm__("r10") = tiles;
  register const std::int32_t *end __asm__("r11") = tiles + 16 * 2 * Pairs;
  if constexpr (Pairs <= 8) {
    constexpr int kRound = Pairs - 1;
    EDGECC_WINOGRAD_LOOP("", EDGECC_WINOGRAD_FIRST
                         ".rept %c[round]\n\t" EDGECC_WINOGRAD_NEXT
                         ".endr\n\t" EDGECC_WINOGRAD_STORE
                         ".rept %c[round] + 1\n\t" EDGECC_WINOGRAD_NEXT
                         ".endr\n\t" EDGECC_WINOGRAD_STORE);
  } else {
    constexpr int kRound = winogradRound(Pairs);
    EDGECC_WINOGRAD_LOOP(
        "", "movs r0, #0\n\tmovs r1, #0\n\tmovs r2, #0\n\tmovs r3, #0\n\t"
            "movs r4, #0\n\tmovs r5, #0\n\tmovs r6, #0\n\tmov r8, "
            "#0\n\t" EDGECC_WINOGRAD_ROUNDS EDGECC_WINOGRAD_STORE
                EDGECC_WINOGRAD_ROUNDS EDGECC_WINOGRAD_STORE);
  }
}

#undef EDGECC_WINOGRAD_PAIR
#undef EDGECC_WINOGRAD_FIRST
#undef EDGECC_WINOGRAD_NEXT
#undef EDGECC_WINOGRAD_STORE
#undef EDGECC_WINOGRAD_ROUNDS
#undef EDGECC_WINOGRAD_LOOP

/// An image and its result, as numbers: code is shared by layers of one depth.
struct WinogradImage {
  int height, width, depth, outHeight, outWidth, outDepth, padTop, padLeft;

  constexpr int tilesAcross() const { return (outWidth + 1) / 2; }
  constexpr int tiles() const { return (outHeight + 1) / 2 * tilesAcross(); }
};

/// The 4x4 pixels below two times two outputs; those outside the image are
/// `zeros`, a pixel of padding.
[[maybe_unused]] EDGECC_SHARED void
findWinogradTaps(const WinogradImage &image, const std::int8_t *in,
                 const std::int8_t *zeros, int tile, const std::int8_t **taps) {
  const int top = tile / image.tilesAcross() * 2 - image.padTop;
  const int left = tile % image.tilesAcross() * 2 - image.padLeft;
  for (int ky = 0; ky < 4; ++ky) {
    const int y = top + ky;
    const bool inside = y >= 0 && y < image.height;
#pragma GCC unroll 1
    for (int kx = 0; kx < 4; ++kx) {
      const int x = left + kx;
      *taps++ = inside && x >= 0 && x < image.width
                    ? in + (y * image.width + x) * image.depth
                    : zeros;
    }
  }
}

/// Transforms what lies below those pixels.
template <int Depth> struct WinogradTile {
  const std::int8_t *taps[16];

  /// Four values below each other.
  struct Column {
    std::int32_t d0, d1, d2, d3;
  };
  /// Bt times a column.
  static inline void store(const Column &d, std::int32_t *to) {
    to[0] = subtractPairs(d.d0, d.d2);
    to[4 * Depth] = addPairs(d.d1, d.d2);
    to[8 * Depth] = subtractPairs(d.d2, d.d1);
    to[12 * Depth] = subtractPairs(d.d1, d.d3);
  }
  static inline Column sum(const Column &a, const Column &b) {
    return {addPairs(a.d0, b.d0), addPairs(a.d1, b.d1), addPairs(a.d2, b.d2),
            addPairs(a.d3, b.d3)};
  }
  static inline Column difference(const Column &a, const Column &b) {
    return {subtractPairs(a.d0, b.d0), subtractPairs(a.d1, b.d1),
            subtractPairs(a.d2, b.d2), subtractPairs(a.d3, b.d3)};
  }
  /// Two of four channels.
  template <bool Odd> inline Column load(int kx, int channel) const {
    auto pair = [&](int ky) {
      const std::int32_t word = loadWord(taps[4 * ky + kx] + channel);
      return Odd ? oddBytes(word) : evenBytes(word);
    };
    return {pair(0), pair(1), pair(2), pair(3)};
  }
  template <bool Odd>
  inline void transformPairs(int channel, std::int32_t *to) const {
    const Column c1 = load<Odd>(1, channel), c2 = load<Odd>(2, channel);
    store(sum(c1, c2), to);
    store(difference(c2, c1), to + 2 * Depth);
    store(difference(load<Odd>(0, channel), c2), to + Depth);
    store(difference(c1, load<Odd>(3, channel)), to + 3 * Depth);
  }

  /// Bt d B into every second word of [16][C / 2][2].
  EDGECC_SHARED void transform(std::int32_t *to) const {
    for (int channel = 0; channel < Depth; channel += 4, to += 4) {
      transformPairs<false>(channel, to);
      transformPairs<true>(channel, to + 2);
    }
  }
};

/// Four outputs in a square of a tile and a channel, from sums[16][2][4], times
/// four; `bias` as it is.
struct WinogradSquare {
  std::int32_t y00, y01, y10, y11;

  inline WinogradSquare(const std::int32_t *sums, std::int32_t bias) {
    std::int32_t a[4], b[4];
    for (int row = 0; row < 4; ++row, sums += 4 * 8) {
      a[row] = sums[8] + sums[16];
      b[row] = sums[0] - sums[24];
    }
    a[1] += 4 * bias;
    b[1] += 4 * bias;
    y00 = a[0] + a[1] + a[2];
    y10 = a[1] - a[2] - a[3];
    y01 = b[0] + b[1] + b[2];
    y11 = b[1] - b[2] - b[3];
  }
};

/// Four channels from `channel` on of a tile. `Even`: no part of it lies
/// outside.
template <bool Even, bool Full>
EDGECC_SHARED void winogradOutputs(const WinogradImage &image,
                                   const DspFinish &finish,
                                   const std::int32_t *sums, int tile,
                                   int channel, std::int8_t *out) {
  const int y = tile / image.tilesAcross() * 2;
  const int x = tile % image.tilesAcross() * 2;
  std::int8_t *to = out + (y * image.outWidth + x) * image.outDepth + channel;
  std::int8_t *next = to + image.outWidth * image.outDepth;
  const bool right = Even || x + 1 < image.outWidth;
  const bool below = Even || y + 1 < image.outHeight;
#pragma GCC unroll 1
  for (int i = channel; i < channel + 4; ++i, ++sums, ++to, ++next) {
    const WinogradSquare square(sums, finish.bias[i]);
    const std::int32_t m = finish.doubled[i];
    *to = finish.apply<Full>(square.y00 >> 2, m);
    if (right)
      to[image.outDepth] = finish.apply<Full>(square.y01 >> 2, m);
    if (below)
      *next = finish.apply<Full>(square.y10 >> 2, m);
    if (right && below)
      next[image.outDepth] = finish.apply<Full>(square.y11 >> 2, m);
  }
}

/// What is added to the outputs of two tiles, and room for these; or nothing.
struct WinogradSum {
  const Residual *residual;
  std::int8_t *block;
};

/// Adds to the outputs of a tile, which are [2, 2, O] in `block`.
[[maybe_unused]] inline void addWinograd(const WinogradImage &image,
                                         const Residual &residual,
                                         const std::int8_t *block, int tile,
                                         std::int8_t *out) {
  const int y = tile / image.tilesAcross() * 2;
  const int x = tile % image.tilesAcross() * 2;
  const int columns = x + 1 < image.outWidth ? 2 : 1;
  const int place = (y * image.outWidth + x) * image.outDepth;
  const int count = columns * image.outDepth;
  addResidual(residual, block, place, count, out);
  if (y + 1 < image.outHeight)
    addResidual(residual, block + 2 * image.outDepth,
                place + image.outWidth * image.outDepth, count, out);
}

/// One image; `zeros` are a pixel of the padding.
template <int Depth, bool Even, bool Full>
EDGECC_SHARED void winogradConv(const WinogradImage &image,
                                const std::int8_t *in, const std::int8_t *zeros,
                                const std::int32_t *weights,
                                const DspFinish &finish, const WinogradSum &sum,
                                std::int8_t *out, std::int32_t *tiles) {
  std::int32_t sums[16 * 8];
  WinogradImage square = image;
  square.outHeight = square.outWidth = 2;
  for (int first = 0; first < image.tiles(); first += 2) {
    const int last = first + 2 < image.tiles() ? first + 2 : image.tiles();
    for (int tile = first; tile < last; ++tile) {
      WinogradTile<Depth> pixels;
      findWinogradTaps(image, in, zeros, tile, pixels.taps);
      pixels.transform(tiles + tile - first);
    }
    const std::int32_t *taps = weights;
    for (int o = 0; o < image.outDepth; o += 4, taps += 16 * 2 * Depth) {
      winogradProducts<Depth / 2>(tiles, taps, sums);
      for (int i = 0; i < last - first; ++i)
        if (sum.residual)
          winogradOutputs<Even, Full>(square, finish, sums + 4 * i, 0, o,
                                      sum.block + i * 4 * image.outDepth);
        else
          winogradOutputs<Even, Full>(image, finish, sums + 4 * i, first + i, o,
                                      out);
    }
    if (sum.residual)
      for (int i = 0; i < last - first; ++i)
        addWinograd(image, *sum.residual, sum.block + i * 4 * image.outDepth,
                    first + i, out);
  }
}

/// All images.
template <class In, class Out, class Win, int InZero, int OutZero, int Lo,
          int Hi>
inline void conv2dWinogradS8(const std::int8_t *in, const std::int32_t *weights,
                             const std::int32_t *bias,
                             const std::int32_t *doubled,
                             const Residual *residual, std::int8_t *block,
                             std::int8_t *out, std::int8_t *scratch) {
  constexpr int kDepth = In::dim(3);
  static_assert(kDepth % 4 == 0 && Out::dim(3) % 4 == 0,
                "channels come in fours");
  static constexpr WinogradImage image = {
      In::dim(1),  In::dim(2),  kDepth,      Out::dim(1),
      Out::dim(2), Out::dim(3), Win::padTop, Win::padLeft,
  };
  constexpr bool kEven = image.outHeight % 2 == 0 && image.outWidth % 2 == 0;
  alignas(4) std::int8_t zeros[kDepth];
  for (std::int8_t &zero : zeros)
    zero = InZero;
  const DspFinish finish = {bias, doubled, OutZero, Lo, Hi};
  for (int n = 0; n < Out::dim(0); ++n) {
    Residual next{};
    if (residual) {
      next = *residual;
      next.other += n * Out::product(1, 4);
    }
    winogradConv<kDepth, kEven, Lo == -128 && Hi == 127>(
        image, in + n * In::product(1, 4), zeros, weights, finish,
        WinogradSum{residual ? &next : nullptr, block},
        out + n * Out::product(1, 4),
        reinterpret_cast<std::int32_t *>(scratch));
  }
}

template <class In, class Out, class Win, int InZero, int OutZero, int Lo,
          int Hi>
void conv2d_s8_winograd_dsp(const std::int8_t *in, const std::int32_t *weights,
                            const std::int32_t *bias,
                            const std::int32_t *doubled, std::int8_t *out,
                            std::int8_t *scratch) {
  conv2dWinogradS8<In, Out, Win, InZero, OutZero, Lo, Hi>(
      in, weights, bias, doubled, nullptr, nullptr, out, scratch);
}

/// The same for few channels, with the tiles on the stack.
template <class In, class Out, class Win, int InZero, int OutZero, int Lo,
          int Hi>
void conv2d_s8_winograd_dsp_small(const std::int8_t *in,
                                  const std::int32_t *weights,
                                  const std::int32_t *bias,
                                  const std::int32_t *doubled,
                                  std::int8_t *out) {
  alignas(4) std::int8_t tiles[16 * In::dim(3) * 4];
  conv2d_s8_winograd_dsp<In, Out, Win, InZero, OutZero, Lo, Hi>(
      in, weights, bias, doubled, out, tiles);
}

/// With another tensor added, see conv2d_s8_add_dsp in conv2d_dsp.h.
template <class In, class Out, class Win, int InZero, int OutZero, int Lo,
          int Hi>
void conv2d_s8_winograd_add_dsp(
    const std::int8_t *in, const std::int32_t *weights,
    const std::int32_t *bias, const std::int32_t *doubled,
    const std::int8_t *other, std::int8_t *out, std::int8_t *scratch, int mul,
    int otherZero, int otherMul, int shift, int sumZero, int lo, int hi) {
  const Residual residual = {other, OutZero, mul, otherZero, otherMul,
                             shift, sumZero, lo,  hi};
  std::int8_t block[8 * Out::dim(3)];
  conv2dWinogradS8<In, Out, Win, InZero, OutZero, Lo, Hi>(
      in, weights, bias, doubled, &residual, block, out, scratch);
}

/// The same for few channels, with the tiles on the stack.
template <class In, class Out, class Win, int InZero, int OutZero, int Lo,
          int Hi>
void conv2d_s8_winograd_add_dsp_small(
    const std::int8_t *in, const std::int32_t *weights,
    const std::int32_t *bias, const std::int32_t *doubled,
    const std::int8_t *other, std::int8_t *out, int mul, int otherZero,
    int otherMul, int shift, int sumZero, int lo, int hi) {
  alignas(4) std::int8_t tiles[16 * In::dim(3) * 4];
  conv2d_s8_winograd_add_dsp<In, Out, Win, InZero, OutZero, Lo, Hi>(
      in, weights, bias, doubled, other, out, tiles, mul, otherZero, otherMul,
      shift, sumZero, lo, hi);
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // __ARM_FEATURE_DSP

#endif // EDGECC_KERNELS_CONV2D_WINOGRAD_DSP_H
