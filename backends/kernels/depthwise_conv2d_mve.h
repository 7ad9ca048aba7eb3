// Depthwise int8 convolution, 3x3, with Arm's Helium instructions: stride 1 or
// 2, no dilation, one output per input channel.
//
//   in          [N, H, W, C]
//   weights     [C, 3, 3]
//   bias        [C], with -in_zero * sum(weights) in it
//   multiplier  [C]
//   out         [N, OH, OW, C]
//   scratch     mvePlaneBytes(): a band, see depthwise_plane.h
//
// A vector holds the three rows of five columns below neighbouring outputs; one
// sum of products for each of them uses the weights at another offset.
#ifndef EDGECC_KERNELS_DEPTHWISE_CONV2D_MVE_H
#define EDGECC_KERNELS_DEPTHWISE_CONV2D_MVE_H

#include <cstdint>

#ifndef EDGECC_KERNELS_SHAPE_H
#include "shape.h"
#endif
#ifndef EDGECC_KERNELS_DEPTHWISE_PLANE_H
#include "depthwise_plane.h"
#endif
#ifndef EDGECC_KERNELS_MVE_VECTORS_H
#include "mve_vectors.h"
#endif

#if defined(__ARM_FEATURE_MVE)

namespace edgecc {
namespace kernels {
namespace {

/// A plane of bytes, with room for the last vectors of a row, which may reach
/// further than its outputs.
constexpr int mvePlaneBytes(const DepthwisePlane &shape) {
  return shape.height() * shape.stride() + 32;
}

struct MveRows {
  /// Every depth-th byte of some rows.
  static inline void copy(const DepthwisePlane &shape, const std::int8_t *from,
                          std::int8_t *to, int rows) {
    const int depth = shape.depth, columns = shape.columns();
    const int whole = columns / 8 * 8;
    const int inRow = shape.inWidth * depth, stride = shape.stride();
    const uint16x8_t offsets =
        vmulq_n_u16(vidupq_n_u16(0, 1), static_cast<std::uint16_t>(depth));
    const mve_pred16_t lanes =
        vctp16q(static_cast<std::uint32_t>(columns - whole));
    for (const std::int8_t *const end = to + rows * stride; to != end;
         to += stride, from += inRow) {
      const std::int8_t *pixel = from;
      for (int x = 0; x < whole; x += 8, pixel += 8 * depth)
        vstrbq_s16(to + x, vldrbq_gather_offset_s16(pixel, offsets));
      vstrbq_p_s16(to + whole,
                   vldrbq_gather_offset_z_s16(pixel, offsets, lanes), lanes);
    }
  }
  /// Forwards, as every vector is read before those that it overwrites.
  static inline void move(std::int8_t *to, const std::int8_t *from, int bytes) {
    copyVectors(to, from, bytes);
  }
};

EDGECC_SHARED void loadMvePlane(const DepthwisePlane &shape,
                                const std::int8_t *image, std::int8_t *plane,
                                std::int8_t padding, int y, int rows) {
  loadPlane<MveRows>(shape, image, plane, padding, y, rows);
}

/// Where bytes of a vector come from, and which do.
struct MvePlaces {
  std::uint8_t places[16];
  std::uint16_t lanes;

  /// Three rows of five columns, `stride` bytes apart, of which three columns
  /// from `begin` on count, or all.
  constexpr MvePlaces(int stride, int begin, int columns) : places{}, lanes(0) {
    for (int i = 0; i < 15; ++i) {
      const int x = i % 5 - begin;
      if (x < 0 || x >= columns)
        continue;
      places[i] = static_cast<std::uint8_t>(i / 5 * stride + x);
      lanes = static_cast<std::uint16_t>(lanes | 1 << i);
    }
  }
};

/// The weights of a channel in three rows of five, once for each output that a
/// vector has room for.
struct MveWindow {
  int8x16_t first, second, third;

  template <int Begin>
  static inline int8x16_t load(const std::int8_t *weights) {
    static constexpr MvePlaces at(3, Begin, 3);
    return vldrbq_gather_offset_z_s8(weights, vldrbq_u8(at.places), at.lanes);
  }
};

/// Outputs of a row that are summed up together.
constexpr int kMveSpan = 6;

// VMLADAV writes registers of even number only. r1 reads the plane, r3 writes;
// r5 counts spans, r9 rows; r11 is the number of spans, r12 and lr lead to the
// next row. `third` are the weights of the third output, or the places of the
// third vector.
#define EDGECC_MVE_SUMS_OF_ROWS(Sums)                                          \
  __asm__ volatile(                                                            \
      "1:\n\t"                                                                 \
      "mov r5, r11\n"                                                          \
      "2:\n\t"                                                                 \
      "vldrb.u8 q0, [r1, %q[taps]]\n\t"                                        \
      "vldrb.u8 q1, [r1, %q[second]]\n\t" Sums                                 \
      "stmia r3!, {r0, r2, r4, r6, r8, r10}\n\t"                               \
      "add r1, r1, #%c[step]\n\t"                                              \
      "subs r5, r5, #1\n\t"                                                    \
      "bne 2b\n\t"                                                             \
      "add r1, r1, r12\n\t"                                                    \
      "add r3, r3, lr\n\t"                                                     \
      "subs r9, r9, #1\n\t"                                                    \
      "bne 1b"                                                                 \
      : "+r"(from), "+r"(target), "+r"(count), "+r"(nextRow), "+r"(nextSums)   \
      : "r"(spans), [taps] "w"(taps), [second] "w"(second),                    \
        [third] "w"(third), [w0] "w"(window.first), [w1] "w"(window.second),   \
        [step] "i"(kMveSpan * Step)                                            \
      : "r0", "r2", "r4", "r5", "r6", "r8", "r10", "q0", "q1", "cc", "memory")

/// Sums of `rows` rows of a channel, up to five more at the end than there are
/// outputs.
template <int Step>
inline void sumPlaneRows(const std::int8_t *row, int rows, int stride,
                         int outputs, const MveWindow &window, uint8x16_t taps,
                         std::int32_t *to) {
  const int across = (outputs + kMveSpan - 1) / kMveSpan;
  const uint8x16_t second = vaddq_n_u8(taps, Step == 1 ? 3 : 4);
  const uint8x16_t third =
      Step == 1 ? vreinterpretq_u8_s8(window.third) : vaddq_n_u8(taps, 8);
  register const std::int8_t *from __asm__("r1") = row;
  register std::int32_t *target __asm__("r3") = to;
  register int count __asm__("r9") = rows;
  register int spans __asm__("r11") = across;
  register int nextRow __asm__("r12") = Step * (stride - kMveSpan * across);
  register int nextSums __asm__("lr") = 4 * (outputs - kMveSpan * across);
  if constexpr (Step == 1)
    EDGECC_MVE_SUMS_OF_ROWS("vmladav.s8 r0, q0, %q[w0]\n\t"
                            "vmladav.s8 r2, q0, %q[w1]\n\t"
                            "vmladav.s8 r4, q0, %q[third]\n\t"
                            "vmladav.s8 r6, q1, %q[w0]\n\t"
                            "vmladav.s8 r8, q1, %q[w1]\n\t"
                            "vmladav.s8 r10, q1, %q[third]\n\t");
  else
    EDGECC_MVE_SUMS_OF_ROWS("vmladav.s8 r0, q0, %q[w0]\n\t"
                            "vmladav.s8 r2, q0, %q[w1]\n\t"
                            "vldrb.u8 q0, [r1, %q[third]]\n\t"
                            "vmladav.s8 r4, q1, %q[w0]\n\t"
                            "vmladav.s8 r6, q1, %q[w1]\n\t"
                            "vmladav.s8 r8, q0, %q[w0]\n\t"
                            "vmladav.s8 r10, q0, %q[w1]\n\t");
}

#undef EDGECC_MVE_SUMS_OF_ROWS

/// Outputs of a channel that lie `depth` apart.
template <int Shift>
inline void finishPlane(const std::int32_t *sums, int outputs, int depth,
                        const MveFinish &finish, int channel,
                        std::int8_t *out) {
  const std::int32_t bias = finish.bias[channel];
  const std::int32_t multiplier = finish.multiplier[channel];
  const int32x4_t lo = vdupq_n_s32(finish.lo), hi = vdupq_n_s32(finish.hi);
  const uint32x4_t places =
      vmulq_n_u32(vidupq_n_u32(0, 1), static_cast<std::uint32_t>(depth));
  auto next = [&](const std::int32_t *from) {
    int32x4_t sum = vaddq_n_s32(vldrwq_s32(from), bias);
    if constexpr (Shift != 0)
      sum = vshlq_n_s32(sum, Shift);
    const int32x4_t q =
        vqaddq_n_s32(vqrdmulhq_n_s32(sum, multiplier), finish.zero);
    return vminq_s32(vmaxq_s32(q, lo), hi);
  };
  for (; outputs >= 4; outputs -= 4, sums += 4, out += 4 * depth)
    vstrbq_scatter_offset_s32(out, places, next(sums));
  if (outputs > 0)
    vstrbq_scatter_offset_p_s32(out, places, next(sums),
                                vctp32q(static_cast<std::uint32_t>(outputs)));
}

/// Outputs whose sums wait for being finished together, in whole rows, but at
/// least one row; the widest row.
constexpr int kMveSums = 48, kMveMostWidth = 125;

template <int Step, int Shift>
EDGECC_SHARED void
depthwiseMve(const DepthwisePlane &shape, const std::int8_t *in,
             const std::int8_t *weights, std::int8_t padding,
             const MveFinish &finish, std::int8_t *out, std::int8_t *plane) {
  fillVectors(plane, padding, mvePlaneBytes(shape));
  const MvePlaces at(shape.stride(), 0, 5);
  const uint8x16_t taps = vldrbq_u8(at.places);
  const int width = shape.outWidth, stride = shape.stride();
  const int inRow = shape.inWidth * shape.depth, outRow = width * shape.depth;
  const int most = width < kMveSums ? kMveSums / width : 1;
  std::int32_t sums[kMveMostWidth + kMveSpan];
  for (int n = 0; n < shape.images;
       ++n, in += shape.inHeight * inRow, out += shape.outHeight * outRow)
    for (int c = 0; c < shape.depth; ++c) {
      const MveWindow window = {MveWindow::load<0>(weights + 9 * c),
                                MveWindow::load<Step>(weights + 9 * c),
                                MveWindow::load<2>(weights + 9 * c)};
      for (int y = 0; y < shape.outHeight; y += shape.band) {
        const int rest = shape.outHeight - y;
        const int rows = rest < shape.band ? rest : shape.band;
        loadMvePlane(shape, in + c, plane, padding, y, rows);
        for (int first = 0; first < rows; first += most) {
          const int last = first + most < rows ? first + most : rows;
          sumPlaneRows<Step>(plane + first * Step * stride, last - first,
                             stride, width, window, taps, sums);
          finishPlane<Shift>(sums, (last - first) * width, shape.depth, finish,
                             c, out + (y + first) * outRow + c);
        }
      }
    }
}

template <class In, class Out, class Win, int Band, int InZero, int Shift,
          int OutZero, int Lo, int Hi>
void depthwise_conv2d_s8_mve(const std::int8_t *in, const std::int8_t *weights,
                             const std::int32_t *bias,
                             const std::int32_t *multiplier, std::int8_t *out,
                             std::int8_t *scratch) {
  static constexpr DepthwisePlane shape = planeOf<In, Out, Win, Band>();
  static_assert(2 * shape.stride() + 4 <= 255, "offsets are bytes");
  depthwiseMve<Win::strideH, Shift>(
      shape, in, weights, InZero, MveFinish{bias, multiplier, OutZero, Lo, Hi},
      out, scratch);
}

/// The same for bands that are small enough for the stack.
template <class In, class Out, class Win, int Band, int InZero, int Shift,
          int OutZero, int Lo, int Hi>
void depthwise_conv2d_s8_mve_small(const std::int8_t *in,
                                   const std::int8_t *weights,
                                   const std::int32_t *bias,
                                   const std::int32_t *multiplier,
                                   std::int8_t *out) {
  std::int8_t plane[mvePlaneBytes(planeOf<In, Out, Win, Band>())];
  depthwise_conv2d_s8_mve<In, Out, Win, Band, InZero, Shift, OutZero, Lo, Hi>(
      in, weights, bias, multiplier, out, plane);
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // __ARM_FEATURE_MVE

#endif // EDGECC_KERNELS_DEPTHWISE_CONV2D_MVE_H
