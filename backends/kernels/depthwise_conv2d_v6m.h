// Depthwise int8 convolution, 3x3, for Armv6-M: stride 1 or 2, no dilation, one
// output per input channel.
//
//   in          [N, H, W, C]
//   weights     [C, 3, 3]
//   bias        [C], with -in_zero * sum(weights) in it
//   multiplier  [C]
//   out         [N, OH, OW, C]
//   scratch     v6mPlaneBytes(): a band as words, see depthwise_plane.h
//
// Five columns of a row are loaded at once and serve three outputs, or two with
// a stride of 2.
#ifndef EDGECC_KERNELS_DEPTHWISE_CONV2D_V6M_H
#define EDGECC_KERNELS_DEPTHWISE_CONV2D_V6M_H

#include <cstdint>

#ifndef EDGECC_KERNELS_SHAPE_H
#include "shape.h"
#endif
#ifndef EDGECC_KERNELS_DEPTHWISE_PLANE_H
#include "depthwise_plane.h"
#endif
#ifndef EDGECC_KERNELS_ARMV6M_H
#include "armv6m.h"
#endif

#if defined(__ARM_ARCH_6M__)

namespace edgecc {
namespace kernels {
namespace {

/// A plane of words, with room for the last columns of a row, which may reach
/// further than its outputs.
constexpr int v6mPlaneBytes(const DepthwisePlane &shape) {
  return 4 * (shape.height() * shape.stride() + 4);
}

struct V6mRows {
  static inline void copy(const DepthwisePlane &shape, const std::int8_t *from,
                          std::int32_t *to, int rows) {
    const int depth = shape.depth, columns = shape.columns();
    const int rest = (shape.inWidth - columns) * depth;
    for (; rows > 0; --rows, from += rest, to += shape.stride())
      for (int x = 0; x < columns; ++x, from += depth)
        to[x] = *from;
  }
  static inline void move(std::int32_t *to, const std::int32_t *from,
                          int words) {
    for (int i = 0; i < words; ++i)
      to[i] = from[i];
  }
};

// r1..r5 are five columns of a row, r6 is a weight, r7 a product of a column
// that is needed again; r8..r10 are sums.
#define EDGECC_V6M_LAST(Column, Op, Sum)                                       \
  "muls " Column ", r6, " Column "\n\t" Op " " Sum ", " Column "\n\t"
#define EDGECC_V6M_KEEP(Column, Op, Sum)                                       \
  "mov r7, " Column "\n\t" EDGECC_V6M_LAST("r7", Op, Sum)
#define EDGECC_V6M_WEIGHT(Offset) "ldr r6, [sp, #" Offset "]\n\t"
#define EDGECC_V6M_ROW_OF_THREE(First, W0, W1, W2)                             \
  "ldmia r0!, {r1, r2, r3, r4, r5}\n\t" EDGECC_V6M_WEIGHT(W0)                  \
      EDGECC_V6M_LAST("r1", First, "r8") EDGECC_V6M_KEEP("r2", First, "r9")    \
          EDGECC_V6M_KEEP("r3", First, "r10") EDGECC_V6M_WEIGHT(W1)            \
              EDGECC_V6M_LAST("r2", "add", "r8")                               \
                  EDGECC_V6M_KEEP("r3", "add", "r9")                           \
                      EDGECC_V6M_KEEP("r4", "add", "r10")                      \
                          EDGECC_V6M_WEIGHT(W2)                                \
                              EDGECC_V6M_LAST("r3", "add", "r8")               \
                                  EDGECC_V6M_LAST("r4", "add", "r9")           \
                                      EDGECC_V6M_LAST("r5", "add", "r10")
#define EDGECC_V6M_ROW_OF_TWO(First, W0, W1, W2)                               \
  "ldmia r0!, {r1, r2, r3, r4, r5}\n\t" EDGECC_V6M_WEIGHT(W0)                  \
      EDGECC_V6M_LAST("r1", First, "r8") EDGECC_V6M_KEEP("r3", First, "r9")    \
          EDGECC_V6M_WEIGHT(W1) EDGECC_V6M_LAST("r2", "add", "r8")             \
              EDGECC_V6M_LAST("r4", "add", "r9") EDGECC_V6M_WEIGHT(W2)         \
                  EDGECC_V6M_LAST("r3", "add", "r8")                           \
                      EDGECC_V6M_LAST("r5", "add", "r9")
#define EDGECC_V6M_ROWS(Row)                                                   \
  Row("mov", "0", "4", "8") "add r0, r0, r11\n\t" Row(                         \
      "add", "12", "16",                                                       \
      "20") "add r0, r0, r11\n\t" Row("add", "24", "28",                       \
                                      "32") "add r0, r0, r12\n\t"
// The weights and the end of the row move to the stack; r7 may be the frame
// pointer and is saved.
#define EDGECC_V6M_OUTPUTS(Row, Store)                                         \
  __asm__ volatile(".syntax unified\n\t"                                       \
                   "push {r7}\n\t"                                             \
                   "sub sp, sp, #40\n\t"                                       \
                   "mov r7, sp\n\t"                                            \
                   "mov r8, r1\n\t"                                            \
                   "ldmia r6!, {r1, r2, r3, r4, r5}\n\t"                       \
                   "stmia r7!, {r1, r2, r3, r4, r5}\n\t"                       \
                   "ldmia r6!, {r1, r2, r3, r4}\n\t"                           \
                   "mov r5, r8\n\t"                                            \
                   "stmia r7!, {r1, r2, r3, r4, r5}\n"                         \
                   "1:\n\t" EDGECC_V6M_ROWS(Row) Store "ldr r1, [sp, #36]\n\t" \
                                                       "cmp r0, r1\n\t"        \
                                                       "bne 1b\n\t"            \
                                                       "add sp, sp, #40\n\t"   \
                                                       "pop {r7}"              \
                   : "+r"(from), "+r"(rowEnd), "+r"(window), "+r"(to)          \
                   : "r"(nextRow), "r"(back)                                   \
                   : "r2", "r3", "r4", "r5", "r8", "r9", "r10", "cc",          \
                     "memory")

/// Sums of a row of outputs, and of up to two that there are not.
template <int Step>
inline void sumV6mRow(const std::int32_t *row, int stride, int outputs,
                      const std::int32_t *weights, std::int32_t *sums) {
  constexpr int kOutputs = Step == 1 ? 3 : 2;
  const int groups = (outputs + kOutputs - 1) / kOutputs;
  register const std::int32_t *from __asm__("r0") = row;
  register const std::int32_t *rowEnd __asm__("r1") =
      row + groups * kOutputs * Step;
  register const std::int32_t *window __asm__("r6") = weights;
  register std::int32_t *to __asm__("lr") = sums;
  register int nextRow __asm__("r11") = 4 * (stride - 5);
  register int back __asm__("r12") = 4 * (kOutputs * Step - 2 * stride - 5);
  if constexpr (Step == 1)
    EDGECC_V6M_OUTPUTS(EDGECC_V6M_ROW_OF_THREE, "mov r1, r8\n\t"
                                                "mov r2, r9\n\t"
                                                "mov r3, r10\n\t"
                                                "mov r4, lr\n\t"
                                                "stmia r4!, {r1, r2, r3}\n\t"
                                                "mov lr, r4\n\t");
  else
    EDGECC_V6M_OUTPUTS(EDGECC_V6M_ROW_OF_TWO, "mov r1, r8\n\t"
                                              "mov r2, r9\n\t"
                                              "mov r4, lr\n\t"
                                              "stmia r4!, {r1, r2}\n\t"
                                              "mov lr, r4\n\t");
}

#undef EDGECC_V6M_LAST
#undef EDGECC_V6M_KEEP
#undef EDGECC_V6M_WEIGHT
#undef EDGECC_V6M_ROW_OF_THREE
#undef EDGECC_V6M_ROW_OF_TWO
#undef EDGECC_V6M_ROWS
#undef EDGECC_V6M_OUTPUTS

/// The widest row.
constexpr int kV6mMostWidth = 256;

template <int Step>
EDGECC_SHARED void
depthwiseV6m(const DepthwisePlane &shape, const std::int8_t *in,
             const std::int8_t *weights, std::int32_t padding,
             const V6mFinish &finish, std::int8_t *out, std::int32_t *plane,
             std::int32_t *sums) {
  for (int i = 0; i < v6mPlaneBytes(shape) / 4; ++i)
    plane[i] = padding;
  const int depth = shape.depth, width = shape.outWidth;
  for (int n = 0; n < shape.images; ++n,
           in += shape.inHeight * shape.inWidth * depth,
           out += shape.outHeight * width * depth)
    for (int c = 0; c < depth; ++c) {
      std::int32_t window[9];
      for (int i = 0; i < 9; ++i)
        window[i] = weights[9 * c + i];
      const std::int32_t bias = finish.bias[c], m = finish.multiplier[c];
      std::int8_t *to = out + c;
      for (int y = 0; y < shape.outHeight; y += shape.band) {
        const int rest = shape.outHeight - y;
        const int rows = rest < shape.band ? rest : shape.band;
        loadPlane<V6mRows>(shape, in + c, plane, padding, y, rows);
        for (int i = 0; i < rows; ++i) {
          sumV6mRow<Step>(plane + i * Step * shape.stride(), shape.stride(),
                          width, window, sums);
          for (int x = 0; x < width; ++x, to += depth)
            *to = finish.apply(sums[x] + bias, m);
        }
      }
    }
}

template <class In, class Out, class Win, int Band, int InZero, int OutZero,
          int Lo, int Hi>
void depthwise_conv2d_s8_v6m(const std::int8_t *in, const std::int8_t *weights,
                             const std::int32_t *bias,
                             const std::int32_t *multiplier, std::int8_t *out,
                             std::int8_t *scratch) {
  static constexpr DepthwisePlane shape = planeOf<In, Out, Win, Band>();
  static_assert(shape.outWidth <= kV6mMostWidth, "a row fits the stack");
  std::int32_t sums[shape.outWidth + 2];
  depthwiseV6m<Win::strideH>(shape, in, weights, InZero,
                             V6mFinish{bias, multiplier, OutZero, Lo, Hi}, out,
                             reinterpret_cast<std::int32_t *>(scratch), sums);
}

/// The same for bands that are small enough for the stack.
template <class In, class Out, class Win, int Band, int InZero, int OutZero,
          int Lo, int Hi>
void depthwise_conv2d_s8_v6m_small(const std::int8_t *in,
                                   const std::int8_t *weights,
                                   const std::int32_t *bias,
                                   const std::int32_t *multiplier,
                                   std::int8_t *out) {
  alignas(4) std::int8_t plane[v6mPlaneBytes(planeOf<In, Out, Win, Band>())];
  depthwise_conv2d_s8_v6m<In, Out, Win, Band, InZero, OutZero, Lo, Hi>(
      in, weights, bias, multiplier, out, plane);
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // __ARM_ARCH_6M__

#endif // EDGECC_KERNELS_DEPTHWISE_CONV2D_V6M_H
