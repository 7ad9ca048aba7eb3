// Convolution and pooling over any number of spatial axes, in the plain way.
// Images of one or two axes have faster kernels (conv2d.h, pool2d.h).
//
//   in   [N, spatial..., C]
//   out  [N, spatial..., O]
//
// Kernel, strides, dilations, and the pads (all begins, then all ends) of the
// window are a Shape each.
#ifndef EDGECC_KERNELS_WINDOW_ND_H
#define EDGECC_KERNELS_WINDOW_ND_H

#ifndef EDGECC_KERNELS_ARITHMETIC_H
#include "arithmetic.h"
#endif
#ifndef EDGECC_KERNELS_FIXED_POINT_H
#include "fixed_point.h"
#endif
#ifndef EDGECC_KERNELS_SHAPE_H
#include "shape.h"
#endif

namespace edgecc {
namespace kernels {
namespace {

template <class Kernel, class Strides, class Dilations, class Pads>
struct WindowNd {
  static constexpr int rank = Kernel::rank;
  static constexpr int kernel(int axis) { return Kernel::dim(axis); }
  static constexpr int dilation(int axis) { return Dilations::dim(axis); }
  static constexpr int low(int axis) { return Pads::dim(axis); }
  static constexpr int high(int axis) { return Pads::dim(rank + axis); }
  /// Where the window of an output element starts.
  static constexpr int start(int axis, int out) {
    return out * Strides::dim(axis) - Pads::dim(axis);
  }
};

/// The spatial position of an output element.
template <int Rank> struct Position {
  int at[std::size_t(Rank)];
};

/// Calls visit(pixel, tap) for the taps inside the image, from `Axis` on.
template <class In, class Win, int Axis, class Visit>
inline void visitTaps(const Position<Win::rank> &out, int pixel, int tap,
                      const Visit &visit) {
  if constexpr (Axis == Win::rank) {
    visit(pixel, tap);
  } else {
    constexpr int kSize = In::dim(Axis + 1);
    for (int k = 0; k < Win::kernel(Axis); ++k) {
      const int at = Win::start(Axis, out.at[Axis]) + k * Win::dilation(Axis);
      if (at >= 0 && at < kSize)
        visitTaps<In, Win, Axis + 1>(out, pixel * kSize + at,
                                     tap * Win::kernel(Axis) + k, visit);
    }
  }
}

/// The number of taps inside the padded image, from `Axis` on.
template <class In, class Win, int Axis>
inline int countPaddedTaps(const Position<Win::rank> &out) {
  if constexpr (Axis == Win::rank) {
    return 1;
  } else {
    int count = 0;
    for (int k = 0; k < Win::kernel(Axis); ++k)
      count += Win::start(Axis, out.at[Axis]) + k * Win::dilation(Axis) <
               In::dim(Axis + 1) + Win::high(Axis);
    return count * countPaddedTaps<In, Win, Axis + 1>(out);
  }
}

/// Calls body(position, out) for all elements of one image, from `Axis` on;
/// returns the place after the last one.
template <class Out, class Win, int Axis, class T, class Body>
inline T *forEachElement(Position<Win::rank> &position, T *out,
                         const Body &body) {
  if constexpr (Axis == Win::rank) {
    body(position, out);
    return out + Out::dim(Out::rank - 1);
  } else {
    for (int i = 0; i < Out::dim(Axis + 1); ++i) {
      position.at[Axis] = i;
      out = forEachElement<Out, Win, Axis + 1>(position, out, body);
    }
    return out;
  }
}

template <class In, class Out, class Win, class T, class Body>
inline void forEachWindowNd(const T *in, T *out, const Body &body) {
  static_assert(In::rank == Win::rank + 2, "images are [N, spatial..., C]");
  for (int n = 0; n < Out::dim(0); ++n, in += In::product(1, In::rank)) {
    Position<Win::rank> position{};
    out = forEachElement<Out, Win, 0>(
        position, out, [&](const Position<Win::rank> &at, T *element) {
          body(at, in, element);
        });
  }
}

template <class In, class Out, class Kernel, class Strides, class Dilations,
          class Pads, class T>
void max_pool_nd(const T *in, T *out) {
  using Win = WindowNd<Kernel, Strides, Dilations, Pads>;
  constexpr int kChannels = In::dim(In::rank - 1);
  forEachWindowNd<In, Out, Win>(
      in, out, [](const Position<Win::rank> &at, const T *image, T *element) {
        for (int c = 0; c < kChannels; ++c)
          element[c] = Arithmetic<T>::lowest();
        visitTaps<In, Win, 0>(at, 0, 0, [&](int pixel, int) {
          const T *x = image + pixel * kChannels;
          for (int c = 0; c < kChannels; ++c)
            element[c] = x[c] > element[c] ? x[c] : element[c];
        });
      });
}

template <class In, class Out, class Kernel, class Strides, class Dilations,
          class Pads, bool CountPad>
void avg_pool_nd_f32(const float *in, float *out, float lo, float hi) {
  using Win = WindowNd<Kernel, Strides, Dilations, Pads>;
  constexpr int kChannels = In::dim(In::rank - 1);
  forEachWindowNd<In, Out, Win>(
      in, out,
      [=](const Position<Win::rank> &at, const float *image, float *element) {
        for (int c = 0; c < kChannels; ++c)
          element[c] = 0.0f;
        int taps = 0;
        visitTaps<In, Win, 0>(at, 0, 0, [&](int pixel, int) {
          const float *x = image + pixel * kChannels;
          ++taps;
          for (int c = 0; c < kChannels; ++c)
            element[c] += x[c];
        });
        if (CountPad)
          taps = countPaddedTaps<In, Win, 0>(at);
        for (int c = 0; c < kChannels; ++c) {
          const float divisor = static_cast<float>(taps);
          element[c] = clamp(taps > 0 ? element[c] / divisor : 0.0f, lo, hi);
        }
      });
}

/// filter [O, kernel..., C / groups], bias [O].
template <class In, class Out, class Kernel, class Strides, class Dilations,
          class Pads, int Groups>
void conv_nd_f32(const float *in, const float *filter, const float *bias,
                 float *out, float lo, float hi) {
  using Win = WindowNd<Kernel, Strides, Dilations, Pads>;
  constexpr int kChannels = In::dim(In::rank - 1);
  constexpr int kOutputs = Out::dim(Out::rank - 1);
  constexpr int kDepth = kChannels / Groups;
  int taps = 1;
  for (int axis = 0; axis < Win::rank; ++axis)
    taps *= Win::kernel(axis);
  forEachWindowNd<In, Out, Win>(
      in, out,
      [=](const Position<Win::rank> &at, const float *image, float *element) {
        for (int o = 0; o < kOutputs; ++o)
          element[o] = bias[o];
        visitTaps<In, Win, 0>(at, 0, 0, [&](int pixel, int tap) {
          for (int o = 0; o < kOutputs; ++o) {
            const int group = o / (kOutputs / Groups);
            const float *x = image + pixel * kChannels + group * kDepth;
            const float *w = filter + (o * taps + tap) * kDepth;
            for (int c = 0; c < kDepth; ++c)
              element[o] += x[c] * w[c];
          }
        });
        for (int o = 0; o < kOutputs; ++o)
          element[o] = clamp(element[o], lo, hi);
      });
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_KERNELS_WINDOW_ND_H
