// Recurrent layers, float: RNN, GRU and LSTM as in ONNX, step by step.
//
//   in          [S, B, I]        S steps of B sequences
//   weights     [D, G * H, I]    D directions, G gates of H units
//   recurrence  [D, G * H, H]
//   bias        [D, 2 * G * H]   of the input, then of the recurrence
//   parameters  [D * n, 2]       alpha and beta of each activation
//   lengths     [B]              steps that a sequence has
//   h0, c0      [D, B, H]        states before the first step
//   y           [S, D, B, H]     states after each step; with KeepsStates only
//   h, c        [D, B, H]        states after the last step
//
// What goes into the activations of gates is clamped to [-clip, clip].
#ifndef EDGECC_KERNELS_RECURRENT_H
#define EDGECC_KERNELS_RECURRENT_H

#include <cstddef>
#include <cstdint>
#include <cstring>

#ifndef EDGECC_KERNELS_DOT_PRODUCT_H
#include "dot_product.h"
#endif
#ifndef EDGECC_KERNELS_RECURRENT_LOOP_H
#include "recurrent_loop.h"
#endif

namespace edgecc {
namespace kernels {
namespace {

[[maybe_unused]] inline void copyFloats(const float *from, int count,
                                        float *to) {
  std::memcpy(to, from, static_cast<std::size_t>(count) * sizeof(float));
}

struct KeepSum {
  float operator()(float sum, int /*row*/) const { return sum; }
};

/// out[r] += matrix[r] * in
template <int Rows, int Columns>
inline void addProduct(const float *matrix, const float *in, float *out) {
  int r = 0;
  for (; r < Rows / 4 * 4; r += 4) {
    Accumulators<float> sum = load<4>(out + r);
    accumulate<4, Columns>(sum, in, matrix + r * Columns, Columns);
    store<4>(sum, out, r, KeepSum());
  }
  for (; r < Rows; ++r) {
    Accumulators<float> sum = load<1>(out + r);
    accumulate<1, Columns>(sum, in, matrix + r * Columns, Columns);
    store<1>(sum, out, r, KeepSum());
  }
}

/// What the cells have in common: sizes, weights and activations.
template <class In, int Hidden, Direction Way, Activation... Functions>
struct RecurrentLayer {
  using Sizes = RecurrentSizes<In, Hidden, Way, Functions...>;
  static constexpr int inputs = Sizes::inputs, hidden = Hidden;

  const float *weights, *recurrence, *bias, *parameters;
  float clip;

  /// The rows of gate `Gate` of `Gates`, in direction `D`.
  template <int D, int Gates, int Gate> const float *gateWeights() const {
    return weights + (D * Gates + Gate) * Hidden * inputs;
  }
  template <int D, int Gates, int Gate> const float *gateRecurrence() const {
    return recurrence + (D * Gates + Gate) * Hidden * Hidden;
  }

  /// The recurrence's bias of gate `Gate`.
  template <int D, int Gates, int Gate> const float *recurrentBias() const {
    return bias + ((2 * D + 1) * Gates + Gate) * Hidden;
  }
  /// Sets the sums of all gates to their biases: both of them for the first
  /// `Whole` gates, that of the input for the others.
  template <int D, int Gates, int Whole = Gates>
  void startSums(float *sums) const {
    copyFloats(bias + 2 * D * Gates * Hidden, Gates * Hidden, sums);
    for (int i = 0; i < Whole * Hidden; ++i)
      sums[i] += recurrentBias<D, Gates, 0>()[i];
  }

  template <int D, int Index> float apply(float x) const {
    constexpr Activation kAll[] = {Functions...};
    constexpr int kIndex = D * Sizes::functions + Index;
    return activate<kAll[kIndex]>(x, parameters[2 * kIndex],
                                  parameters[2 * kIndex + 1]);
  }
  /// The same for gates, which are clipped.
  template <int D, int Index> float gate(float x) const {
    return apply<D, Index>(clamp(x, -clip, clip));
  }

  template <int D> void keep(const float *h, float *y) const {
    copyFloats(h, Hidden, y);
  }
  template <int D> static constexpr float zero() { return 0.0f; }
};

/// All directions and sequences; the state of each lives in `h`.
template <bool KeepsStates, class Cell>
inline void runLayer(const Cell &cell, const float *in,
                     const std::int32_t *lengths, const float *h0, float *y,
                     float *h) {
  using Sizes = typename Cell::Layer::Sizes;
  copyFloats(h0, Sizes::directions * Sizes::batch * Sizes::hidden, h);
  runDirections<0, KeepsStates>(cell, in, lengths, y, h);
}

//===----------------------------------------------------------------------===//
// Cells: one step of one sequence
//===----------------------------------------------------------------------===//

template <class LayerT> struct RnnCell {
  using Layer = LayerT;
  static constexpr int kHidden = Layer::hidden;
  Layer layer;
  float *sums; // [H]

  template <int D> void step(const float *in, float *h, int /*row*/) const {
    layer.template startSums<D, 1>(sums);
    addProduct<kHidden, Layer::inputs>(layer.template gateWeights<D, 1, 0>(),
                                       in, sums);
    addProduct<kHidden, kHidden>(layer.template gateRecurrence<D, 1, 0>(), h,
                                 sums);
    for (int i = 0; i < kHidden; ++i)
      h[i] = layer.template gate<D, 0>(sums[i]);
  }
};

template <class LayerT, bool LinearBeforeReset> struct GruCell {
  using Layer = LayerT;
  static constexpr int kHidden = Layer::hidden;
  Layer layer;
  float *sums; // [4 * H]: gates z, r, n, and the recurrent part of n

  template <int D> void step(const float *in, float *h, int /*row*/) const {
    float *z = sums, *r = z + kHidden, *n = r + kHidden, *part = n + kHidden;
    layer.template startSums<D, 3, LinearBeforeReset ? 2 : 3>(sums);
    addProduct<3 * kHidden, Layer::inputs>(
        layer.template gateWeights<D, 3, 0>(), in, sums);
    addProduct<2 * kHidden, kHidden>(layer.template gateRecurrence<D, 3, 0>(),
                                     h, sums);
    for (int i = 0; i < 2 * kHidden; ++i)
      sums[i] = layer.template gate<D, 0>(sums[i]);
    const float *last = layer.template gateRecurrence<D, 3, 2>();
    if constexpr (LinearBeforeReset) {
      copyFloats(layer.template recurrentBias<D, 3, 2>(), kHidden, part);
      addProduct<kHidden, kHidden>(last, h, part);
      for (int i = 0; i < kHidden; ++i)
        n[i] += r[i] * part[i];
    } else {
      for (int i = 0; i < kHidden; ++i)
        part[i] = r[i] * h[i];
      addProduct<kHidden, kHidden>(last, part, n);
    }
    for (int i = 0; i < kHidden; ++i) {
      const float next = layer.template gate<D, 1>(n[i]);
      h[i] = next + z[i] * (h[i] - next);
    }
  }
};

template <class LayerT, bool InputForget, bool HasPeephole> struct LstmCell {
  using Layer = LayerT;
  static constexpr int kHidden = Layer::hidden;
  Layer layer;
  float *sums; // [4 * H]: gates i, o, f, c
  float *cells;
  const float *peephole; // [D, 3 * H]: i, o, f

  template <int D> void step(const float *in, float *h, int row) const {
    layer.template startSums<D, 4>(sums);
    addProduct<4 * kHidden, Layer::inputs>(
        layer.template gateWeights<D, 4, 0>(), in, sums);
    addProduct<4 * kHidden, kHidden>(layer.template gateRecurrence<D, 4, 0>(),
                                     h, sums);
    float *c = cells + row * kHidden;
    for (int i = 0; i < kHidden; ++i)
      h[i] = update<D>(i, c[i]);
  }

  template <int D> float update(int i, float &c) const {
    float inSum = sums[i], outSum = sums[kHidden + i],
          forgetSum = sums[2 * kHidden + i];
    if constexpr (HasPeephole) {
      inSum += peephole[D * 3 * kHidden + i] * c;
      forgetSum += peephole[(D * 3 + 2) * kHidden + i] * c;
    }
    const float input = layer.template gate<D, 0>(inSum);
    const float forget =
        InputForget ? 1.0f - input : layer.template gate<D, 0>(forgetSum);
    c = forget * c + input * layer.template gate<D, 1>(sums[3 * kHidden + i]);
    if constexpr (HasPeephole)
      outSum += peephole[(D * 3 + 1) * kHidden + i] * c;
    return layer.template gate<D, 0>(outSum) * layer.template apply<D, 2>(c);
  }
};

//===----------------------------------------------------------------------===//
// Layers
//===----------------------------------------------------------------------===//

template <class In, int Hidden, Direction Way, bool KeepsStates,
          Activation... Functions>
void rnn_f32(const float *in, const float *weights, const float *recurrence,
             const float *bias, const float *parameters,
             const std::int32_t *lengths, const float *h0, float *y, float *h,
             std::int8_t *scratch, float clip) {
  using Layer = RecurrentLayer<In, Hidden, Way, Functions...>;
  runLayer<KeepsStates>(
      RnnCell<Layer>{{weights, recurrence, bias, parameters, clip},
                     reinterpret_cast<float *>(scratch)},
      in, lengths, h0, y, h);
}

template <class In, int Hidden, Direction Way, bool KeepsStates,
          bool LinearBeforeReset, Activation... Functions>
void gru_f32(const float *in, const float *weights, const float *recurrence,
             const float *bias, const float *parameters,
             const std::int32_t *lengths, const float *h0, float *y, float *h,
             std::int8_t *scratch, float clip) {
  using Layer = RecurrentLayer<In, Hidden, Way, Functions...>;
  runLayer<KeepsStates>(
      GruCell<Layer, LinearBeforeReset>{
          {weights, recurrence, bias, parameters, clip},
          reinterpret_cast<float *>(scratch)},
      in, lengths, h0, y, h);
}

template <class In, int Hidden, Direction Way, bool KeepsStates,
          bool InputForget, Activation... Functions>
void lstm_f32(const float *in, const float *weights, const float *recurrence,
              const float *bias, const float *parameters,
              const std::int32_t *lengths, const float *h0, const float *c0,
              float *y, float *h, float *c, std::int8_t *scratch, float clip) {
  using Layer = RecurrentLayer<In, Hidden, Way, Functions...>;
  copyFloats(c0, Layer::Sizes::directions * Layer::Sizes::batch * Hidden, c);
  runLayer<KeepsStates>(
      LstmCell<Layer, InputForget, false>{
          {weights, recurrence, bias, parameters, clip},
          reinterpret_cast<float *>(scratch),
          c,
          nullptr},
      in, lengths, h0, y, h);
}

template <class In, int Hidden, Direction Way, bool KeepsStates,
          bool InputForget, Activation... Functions>
void lstm_peephole_f32(const float *in, const float *weights,
                       const float *recurrence, const float *bias,
                       const float *parameters, const std::int32_t *lengths,
                       const float *h0, const float *c0, const float *peephole,
                       float *y, float *h, float *c, std::int8_t *scratch,
                       float clip) {
  using Layer = RecurrentLayer<In, Hidden, Way, Functions...>;
  copyFloats(c0, Layer::Sizes::directions * Layer::Sizes::batch * Hidden, c);
  runLayer<KeepsStates>(
      LstmCell<Layer, InputForget, true>{
          {weights, recurrence, bias, parameters, clip},
          reinterpret_cast<float *>(scratch),
          c,
          peephole},
      in, lengths, h0, y, h);
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_KERNELS_RECURRENT_H
