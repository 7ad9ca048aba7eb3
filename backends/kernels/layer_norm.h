// Normalization of groups of elements to mean 0 and variance 1, float.
//
//   Mask   Shape<0 or 1 ...>, 1 for each axis along which a group extends
//   Rms    x / sqrt(mean(x * x) + epsilon), else
//          (x - mean) / sqrt(mean((x - mean)^2) + epsilon)
//   scale, bias   one value per position along the last axis, may be left out
//
// `out` may be the input.
#ifndef EDGECC_KERNELS_LAYER_NORM_H
#define EDGECC_KERNELS_LAYER_NORM_H

#include <cmath>

#ifndef EDGECC_KERNELS_SHAPE_H
#include "shape.h"
#endif

namespace edgecc {
namespace kernels {
namespace {

/// Calls visit(offset, position along the last axis) for each index of the axes
/// whose mask is `Along`, the others fixed where `offset` and `last` say.
template <class S, class Mask, int Along, int Dim, class Visit>
inline void walkAxes(int offset, int last, const Visit &visit) {
  if constexpr (Dim == S::rank) {
    visit(offset, last);
  } else if constexpr (Mask::dim(Dim) != Along) {
    walkAxes<S, Mask, Along, Dim + 1>(offset, last, visit);
  } else {
    for (int i = 0; i < S::dim(Dim); ++i)
      walkAxes<S, Mask, Along, Dim + 1>(offset +
                                            i * S::product(Dim + 1, S::rank),
                                        Dim == S::rank - 1 ? i : last, visit);
  }
}

/// out = finish(normalized element, position along the last axis).
template <class S, class Mask, bool Rms, class Finish>
inline void normalize(const float *in, float *out, float epsilon,
                      const Finish &finish) {
  static_assert(S::rank == Mask::rank, "one entry for each axis");
  constexpr int kGroups = [] {
    int groups = 1;
    for (int d = 0; d < S::rank; ++d)
      groups *= Mask::dim(d) != 0 ? 1 : S::dim(d);
    return groups;
  }();
  constexpr float kCount =
      static_cast<float>(kGroups > 0 ? S::size / kGroups : 1);
  walkAxes<S, Mask, 0, 0>(0, 0, [=](int group, int groupLast) {
    float mean = 0.0f, squares = 0.0f;
    if constexpr (!Rms) {
      walkAxes<S, Mask, 1, 0>(group, groupLast,
                              [&](int i, int) { mean += in[i]; });
      mean /= kCount;
    }
    walkAxes<S, Mask, 1, 0>(group, groupLast, [&](int i, int) {
      const float distance = in[i] - mean;
      squares += distance * distance;
    });
    const float inverse = 1.0f / std::sqrt(squares / kCount + epsilon);
    walkAxes<S, Mask, 1, 0>(group, groupLast, [&](int i, int last) {
      out[i] = finish((in[i] - mean) * inverse, last);
    });
  });
}

template <class S, class Mask, bool Rms>
void layer_norm_f32(const float *in, float *out, float epsilon) {
  normalize<S, Mask, Rms>(in, out, epsilon, [](float x, int) { return x; });
}

template <class S, class Mask, bool Rms>
void layer_norm_f32(const float *in, const float *scale, float *out,
                    float epsilon) {
  normalize<S, Mask, Rms>(
      in, out, epsilon, [scale](float x, int last) { return x * scale[last]; });
}

template <class S, class Mask, bool Rms>
void layer_norm_f32(const float *in, const float *scale, const float *bias,
                    float *out, float epsilon) {
  normalize<S, Mask, Rms>(in, out, epsilon, [scale, bias](float x, int last) {
    return x * scale[last] + bias[last];
  });
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_KERNELS_LAYER_NORM_H
