// Depthwise int8 convolution with any window whose taps fill few vectors, with
// Arm's Helium instructions: any strides and dilations, one output per input
// channel.
//
//   in          [N, H, W, C]
//   weights     [C, KH, KW]
//   bias        [C], with -in_zero * sum(weights) in it
//   multiplier  [C]
//   out         [N, OH, OW, C]
//   scratch     the buffer of depthwise_columns.h
//
// The taps of a window lie side by side in the buffer, 16 in a vector: a load
// and a sum of products for each vector of an output.
#ifndef EDGECC_KERNELS_DEPTHWISE_COLUMNS_MVE_H
#define EDGECC_KERNELS_DEPTHWISE_COLUMNS_MVE_H

#include <cstdint>

#ifndef EDGECC_KERNELS_SHAPE_H
#include "shape.h"
#endif
#ifndef EDGECC_KERNELS_DEPTHWISE_COLUMNS_H
#include "depthwise_columns.h"
#endif
#ifndef EDGECC_KERNELS_MVE_VECTORS_H
#include "mve_vectors.h"
#endif

#if defined(__ARM_FEATURE_MVE)

namespace edgecc {
namespace kernels {
namespace {

/// The vectors that cover the taps of a window in the buffer: where they begin,
/// and which weight belongs to which lane, if one does.
struct MveTaps {
  static constexpr int kMost = 6;
  int count;
  int begins[kMost];
  std::uint8_t places[kMost][16], lanes[kMost][16];

  constexpr MveTaps(int kernelH, int kernelW, int dilationH, int columnStep)
      : count(0), begins{}, places{}, lanes{} {
    for (int x = 0; x < kernelW; ++x)
      for (int y = 0; y < kernelH; ++y)
        add(x * columnStep + y * dilationH, y * kernelW + x);
  }
  /// In the order of `at`.
  constexpr void add(int at, int weight) {
    if (count == 0 || at >= begins[count - 1] + 16)
      begins[count++] = at;
    const int last = count - 1, lane = at - begins[last];
    places[last][lane] = static_cast<std::uint8_t>(weight);
    lanes[last][lane] = 255;
  }
};

/// What of it is there when the code runs: where to find the weights of a
/// vector, and which lanes have none.
struct MveTapVector {
  std::uint8_t places[16], lanes[16];

  constexpr MveTapVector(const MveTaps &taps, int vector) : places{}, lanes{} {
    for (int i = 0; i < 16; ++i) {
      places[i] = taps.places[vector][i];
      lanes[i] = taps.lanes[vector][i];
    }
  }
};

/// Windows in the buffer; `Together` outputs of a row are summed up together.
template <int KernelH, int KernelW, int DilationH, int DilationW, int StrideW,
          int Together>
struct MveColumns {
  static constexpr int kWeights = KernelH * KernelW, kTogether = Together;
  static constexpr int kPitch = (KernelH - 1) * DilationH + 1;
  static constexpr int kStep = StrideW * kPitch;
  static constexpr MveTaps kTaps{KernelH, KernelW, DilationH,
                                 DilationW *kPitch};
  /// Where a vector begins, after the first one has moved on to the next
  /// output.
  static constexpr int begin(int vector) {
    return vector < kTaps.count ? kTaps.begins[vector] - kStep : 0;
  }
  static_assert(kTaps.count <= MveTaps::kMost && kWeights <= 256 &&
                    kStep <= 127 && begin(kTaps.count - 1) <= 127,
                "vectors fit registers, offsets fit instructions");

  static constexpr int groups(int outputs) {
    return (outputs + Together - 1) / Together;
  }
  /// What the windows of a row of outputs read.
  static constexpr int read(int outputs) {
    return (groups(outputs) * Together - 1) * kStep +
           kTaps.begins[kTaps.count - 1] + 16;
  }
};

template <class Win, int Outputs>
using MveColumnsOf =
    MveColumns<Win::kernelH, Win::kernelW, Win::dilationH, Win::dilationW,
               Win::strideW, columnsTogether(Outputs)>;

template <class In, class Out, class Win>
constexpr DepthwiseColumns mveShapeOf() {
  using Columns = MveColumnsOf<Win, Out::dim(2)>;
  return columnsOf<In, Out, Win>(Columns::kPitch, Columns::read(Out::dim(2)));
}

// Loops of tail-predicated vectors; none of them may begin with a count of 0.

[[maybe_unused]] inline void fillColumns(std::int8_t *to, std::int8_t value,
                                         int bytes) {
  __asm__ volatile("vdup.8 q0, %[value]\n\t"
                   "dlstp.8 lr, %[count]\n"
                   "1:\n\t"
                   "vstrb.8 q0, [%[to]], #16\n\t"
                   "letp lr, 1b"
                   : [to] "+r"(to)
                   : [value] "r"(value), [count] "r"(bytes)
                   : "lr", "q0", "memory");
}

// Values are copied into vectors where they are needed: no registers are left.
struct MveColumnRows {
  int columns, step;
  std::int8_t padding;
  uint16x8_t pixels;

  inline MveColumnRows(int depth, int count, std::int8_t value)
      : columns(count), step(8 * depth), padding(value),
        pixels(vmulq_n_u16(vidupq_n_u16(0, 1),
                           static_cast<std::uint16_t>(depth))) {}

  template <int Pitch> static inline uint16x8_t places() {
    return vmulq_n_u16(vidupq_n_u16(0, 1), Pitch);
  }

  template <int Pitch>
  inline void copy(const std::int8_t *from, std::int8_t *to) const {
    __asm__ volatile("dlstp.16 lr, %[count]\n"
                     "1:\n\t"
                     "vldrb.s16 q0, [%[from], %q[pixels]]\n\t"
                     "add %[from], %[from], %[step]\n\t"
                     "vstrb.16 q0, [%[to], %q[places]]\n\t"
                     "addw %[to], %[to], %[pitch]\n\t"
                     "letp lr, 1b"
                     : [from] "+r"(from), [to] "+r"(to)
                     : [count] "r"(columns), [pixels] "w"(pixels),
                       [places] "w"(places<Pitch>()), [step] "r"(step),
                       [pitch] "i"(8 * Pitch)
                     : "lr", "q0", "memory");
  }

  template <int Pitch> inline void fill(std::int8_t *to) const {
    __asm__ volatile("vdup.16 q0, %[value]\n\t"
                     "dlstp.16 lr, %[count]\n"
                     "1:\n\t"
                     "vstrb.16 q0, [%[to], %q[places]]\n\t"
                     "addw %[to], %[to], %[pitch]\n\t"
                     "letp lr, 1b"
                     : [to] "+r"(to)
                     : [count] "r"(columns), [value] "r"(padding),
                       [places] "w"(places<Pitch>()), [pitch] "i"(8 * Pitch)
                     : "lr", "q0", "memory");
  }
};

// VMLADAV writes registers of even number only. r1 reads the buffer, r3 writes.
#define EDGECC_MVE_VECTOR(Vector, Sum)                                         \
  ".if %c[vectors] > " #Vector "\n\t"                                          \
  "vldrb.8 q1, [r1, #%c[at" #Vector "]]\n\t"                                   \
  "vmladava.s8 " Sum ", q1, %q[w" #Vector "]\n\t"                              \
  ".endif\n\t"
#define EDGECC_MVE_OUTPUT(Sum)                                                 \
  "vldrb.8 q0, [r1], #%c[step]\n\t"                                            \
  "vmladav.s8 " Sum ", q0, %q[w0]\n\t" EDGECC_MVE_VECTOR(1, Sum)               \
      EDGECC_MVE_VECTOR(2, Sum) EDGECC_MVE_VECTOR(3, Sum)                      \
          EDGECC_MVE_VECTOR(4, Sum) EDGECC_MVE_VECTOR(5, Sum)
#define EDGECC_MVE_OPERANDS                                                                                 \
  : "+r"(from), "+r"(target)                                                   \
  : [count] "r"(groups), [vectors] "i"(Columns::kTaps.count),                  \
    [step] "i"(Columns::kStep), [at1] "i"(Columns::begin(1)),                  \
    [at2] "i"(Columns::begin(2)), [at3] "i"(Columns::begin(3)),                \
    [at4] "i"(Columns::begin(4)), [at5] "i"(Columns::begin(5)), [w0] "w"(w0),  \
    [w1] "w"(at<1>(w1)), [w2] "w"(at<2>(w2)), [w3] "w"(at<3>(w3)), [w4] "w"(at<4>(w4)), [w5] "w"(at<5>(w5))   \
  : "r0", "r2", "r4", "r6", "lr", "q0", "q1", "memory"

/// The weights of a channel.
template <class Columns> struct MveColumnWeights {
  int8x16_t w0, w1, w2, w3, w4, w5;

  explicit inline MveColumnWeights(const std::int8_t *weights)
      : w0(load<0>(weights)), w1(load<1>(weights)), w2(load<2>(weights)),
        w3(load<3>(weights)), w4(load<4>(weights)), w5(load<5>(weights)) {}

  /// The first one again instead of one that there is not.
  template <int Vector>
  static inline int8x16_t load(const std::int8_t *weights) {
    if constexpr (Vector >= Columns::kTaps.count)
      return load<0>(weights);
    static constexpr MveTapVector kTaps(
        Columns::kTaps, Vector < Columns::kTaps.count ? Vector : 0);
    // No predicate: gcc 12 makes invalid constants of some.
    return vandq_s8(vldrbq_gather_offset_s8(weights, vldrbq_u8(kTaps.places)),
                    vreinterpretq_s8_u8(vldrbq_u8(kTaps.lanes)));
  }
  /// So that those that there are not take no register.
  template <int Vector> inline int8x16_t at(int8x16_t w) const {
    return Vector < Columns::kTaps.count ? w : w0;
  }

  /// Sums of neighbouring outputs.
  inline void sum(const std::int8_t *windows, int groups,
                  std::int32_t *sums) const {
    register const std::int8_t *from __asm__("r1") = windows;
    register std::int32_t *target __asm__("r3") = sums;
    if constexpr (Columns::kTogether == 4)
      __asm__ volatile("dls lr, %[count]\n"
                       "1:\n\t" EDGECC_MVE_OUTPUT("r0") EDGECC_MVE_OUTPUT("r2")
                           EDGECC_MVE_OUTPUT("r4") EDGECC_MVE_OUTPUT(
                               "r6") "stmia r3!, {r0, r2, r4, r6}\n\t"
                                     "le lr, 1b" EDGECC_MVE_OPERANDS);
    else
      __asm__ volatile(
          "dls lr, %[count]\n"
          "1:\n\t" EDGECC_MVE_OUTPUT("r0") EDGECC_MVE_OUTPUT("r2")
              EDGECC_MVE_OUTPUT("r4") "stmia r3!, {r0, r2, r4}\n\t"
                                      "le lr, 1b" EDGECC_MVE_OPERANDS);
  }
};

#undef EDGECC_MVE_VECTOR
#undef EDGECC_MVE_OUTPUT
#undef EDGECC_MVE_OPERANDS

/// Outputs of a channel that lie `depth` apart; returns where the next one is.
/// Not inlined, where its vectors would take the registers of others.
template <int Shift>
EDGECC_SHARED std::int8_t *finishMveColumns(const std::int32_t *sums, int count,
                                            int depth, const MveFinish &finish,
                                            int channel, std::int8_t *out) {
  const uint32x4_t places =
      vmulq_n_u32(vidupq_n_u32(0, 1), static_cast<std::uint32_t>(depth));
  std::int8_t *to = out;
  __asm__ volatile(
      "dlstp.32 lr, %[count]\n"
      "1:\n\t"
      "vldrw.32 q0, [%[sums]], #16\n\t"
      "vadd.i32 q0, q0, %[bias]\n\t"
      ".if %c[shift] > 0\n\t"
      "vshl.i32 q0, q0, #%c[shift]\n\t"
      ".endif\n\t"
      "vqrdmulh.s32 q0, q0, %[multiplier]\n\t"
      "vqadd.s32 q0, q0, %[zero]\n\t"
      "vmax.s32 q0, q0, %q[lo]\n\t"
      "vmin.s32 q0, q0, %q[hi]\n\t"
      "vstrb.32 q0, [%[to], %q[places]]\n\t"
      "add %[to], %[to], %[step]\n\t"
      "letp lr, 1b"
      : [sums] "+r"(sums), [to] "+r"(to)
      : [count] "r"(count), [bias] "r"(finish.bias[channel]),
        [multiplier] "r"(finish.multiplier[channel]), [zero] "r"(finish.zero),
        [lo] "w"(vdupq_n_s32(finish.lo)), [hi] "w"(vdupq_n_s32(finish.hi)),
        [places] "w"(places), [step] "r"(4 * depth), [shift] "i"(Shift)
      : "lr", "q0", "memory");
  return out + count * depth;
}

/// Sums that wait for being finished together.
constexpr int kMveColumnSums = 48;

/// Rows of `Wide` outputs are cut into pieces.
template <class Columns, int Shift, bool Wide>
EDGECC_SHARED void
depthwiseColumnsMve(const DepthwiseColumns &shape, const std::int8_t *in,
                    const std::int8_t *weights, std::int8_t padding,
                    const MveFinish &finish, std::int8_t *out,
                    std::int8_t *buffer) {
  std::int32_t sums[kMveColumnSums + 3];
  const int depth = shape.depth, width = shape.outWidth;
  const int strideH = shape.strideH;
  for (int n = 0; n < shape.images; ++n) {
    for (int c = 0; c < depth; ++c, weights += Columns::kWeights) {
      const MveColumnWeights<Columns> window(weights);
      fillColumns(buffer, padding, shape.size);
      ColumnRows<MveColumnRows, Columns::kPitch, std::int8_t> rows(
          shape, in + c, buffer, padding);
      std::int8_t *to = out + c;
      const std::int8_t *windows = buffer;
      int count = 0;
      for (int y = shape.outHeight; y > 0; --y, windows += strideH) {
        rows.next();
        const std::int8_t *from = windows;
        int rest = width;
        do {
          const int some =
              Wide && rest > kMveColumnSums ? kMveColumnSums : rest;
          if (count + some > kMveColumnSums) {
            to = finishMveColumns<Shift>(sums, count, depth, finish, c, to);
            count = 0;
          }
          window.sum(from, Columns::groups(some), sums + count);
          count += some;
          from += some * Columns::kStep;
          rest -= some;
        } while (Wide && rest > 0);
      }
      finishMveColumns<Shift>(sums, count, depth, finish, c, to);
    }
    weights -= depth * Columns::kWeights;
    in += shape.inHeight * shape.inWidth * depth;
    out += shape.outHeight * width * depth;
  }
}

template <class In, class Out, class Win, int InZero, int Shift, int OutZero,
          int Lo, int Hi>
void depthwise_conv2d_s8_columns_mve(const std::int8_t *in,
                                     const std::int8_t *weights,
                                     const std::int32_t *bias,
                                     const std::int32_t *multiplier,
                                     std::int8_t *out, std::int8_t *scratch) {
  static constexpr DepthwiseColumns shape = mveShapeOf<In, Out, Win>();
  depthwiseColumnsMve<MveColumnsOf<Win, Out::dim(2)>, Shift,
                      (Out::dim(2) > kMveColumnSums)>(
      shape, in, weights, InZero, MveFinish{bias, multiplier, OutZero, Lo, Hi},
      out, scratch);
}

/// The same for buffers that are small enough for the stack.
template <class In, class Out, class Win, int InZero, int Shift, int OutZero,
          int Lo, int Hi>
void depthwise_conv2d_s8_columns_mve_small(const std::int8_t *in,
                                           const std::int8_t *weights,
                                           const std::int32_t *bias,
                                           const std::int32_t *multiplier,
                                           std::int8_t *out) {
  std::int8_t buffer[mveShapeOf<In, Out, Win>().size];
  depthwise_conv2d_s8_columns_mve<In, Out, Win, InZero, Shift, OutZero, Lo, Hi>(
      in, weights, bias, multiplier, out, buffer);
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // __ARM_FEATURE_MVE

#endif // EDGECC_KERNELS_DEPTHWISE_COLUMNS_MVE_H
