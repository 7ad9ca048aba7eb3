//===- AvxLayers.h - Convolutions as tiles of AVX vectors -------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// How backends/kernels/avx_tiles.h cuts a layer up, and how weights are packed
// for that.
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_BACKENDS_AVX_AVXLAYERS_H
#define EDGECC_BACKENDS_AVX_AVXLAYERS_H

#include "edgecc/Backend/KernelRegistry.h"

namespace edgecc {

/// What the kernels' header says of an arithmetic.
struct AvxArithmetic {
  /// Its name there, and the feature that it needs.
  llvm::StringRef name, feature;
  int64_t lanes, step, cellBytes;
  /// Sums that registers hold, beside weights and inputs.
  int64_t accumulators;
  /// What is added to inputs, so that they have no sign.
  int64_t offset;
  /// Cells behind a row that interleaving it may touch.
  int64_t behind;
  /// Whether the kernels copy inputs that they could read where they are.
  bool converts;
  /// Before other kernels, and the wider vectors before the narrow ones.
  int benefit;
};
extern const AvxArithmetic s8Vnni, s8Avx2, f32Avx512, f32Avx2;

/// A convolution, or a fully connected layer as one of single pixels.
struct AvxLayer {
  llvm::SmallVector<int64_t> in, out;
  kern::WindowAttr window;

  static AvxLayer get(edge::ConvOp op);
  static AvxLayer get(edge::FullyConnectedOp op);

  /// Windows of one pixel that cover the image.
  bool isWhole() const;
  int64_t getPixels() const { return out[0] * out[1] * out[2]; }
  /// Inputs that lie side by side, and how many such runs a window has.
  int64_t getRun() const;
  int64_t getRuns() const;

  /// With few channels a vector has room for several pixels. How many are best
  /// computed as one, in a window that covers all of theirs.
  int64_t chooseUnit(const AvxArithmetic &isa) const;
  AvxLayer widen(int64_t unit) const;
};

/// The filter [O, taps..., C] of the layer with so many pixels as one, whose
/// channels follow each other. Taps of others are zeros.
reference::Tensor widenFilter(const reference::Tensor &filter,
                              const AvxLayer &layer, int64_t unit);

/// The tiles of a layer.
struct AvxTiling {
  /// Pixels and vectors of channels of a tile, rows or pixels of a band.
  int64_t pixels, blocks, band;
  /// For the inputs of a band; 0 if they are read where they are.
  int64_t scratchBytes;

  static AvxTiling choose(const AvxLayer &layer, const AvxArithmetic &isa);
};

/// Weights [O, taps..., C] in the order in which tiles of so many vectors of
/// channels read them.
reference::Tensor packForTiles(const reference::Tensor &weights,
                               const AvxLayer &layer, int64_t blocks,
                               const AvxArithmetic &isa);

/// A depthwise convolution in vectors of channels.
struct AvxDepthTiling {
  /// Pixels that count as one, rows of a band.
  int64_t unit, band, scratchBytes;

  static AvxDepthTiling choose(const AvxLayer &layer, const AvxArithmetic &isa);
};

/// Weights [O, KH, KW, 1] in the order in which those read them.
reference::Tensor packForDepth(const reference::Tensor &weights,
                               const AvxLayer &layer,
                               const AvxDepthTiling &tiling,
                               const AvxArithmetic &isa);

/// Values per channel, once for each pixel of a unit.
template <typename T>
void repeatForUnit(llvm::SmallVector<T> &values, int64_t unit) {
  size_t channels = values.size();
  for (int64_t i = 1; i < unit; ++i)
    for (size_t c = 0; c != channels; ++c)
      values.push_back(T(values[c]));
}

/// Values per channel, with zeros for whole vectors.
template <typename T>
void fillVectors(llvm::SmallVector<T> &values, const AvxArithmetic &isa) {
  values.resize(llvm::alignTo(values.size(), isa.lanes));
}

} // namespace edgecc

#endif // EDGECC_BACKENDS_AVX_AVXLAYERS_H
