//===- VectorWinograd.h - Winograd's convolution in vectors -----*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// When Winograd's convolution pays, how backends/kernels/simd_winograd.h cuts
// it up, and its weights.
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_BACKENDS_COMMON_VECTORWINOGRAD_H
#define EDGECC_BACKENDS_COMMON_VECTORWINOGRAD_H

#include "VectorLayers.h"

namespace edgecc {

/// What the kernels take in instructions, for vectors of one kind. Costs are
/// those of a vector of channels; the first is of tiles of two outputs in each
/// direction, the second of four.
struct WinogradArithmetic {
  /// Computes the products: of floats that of the layer itself.
  const VectorArithmetic &products;
  /// The arithmetic of direct convolution, and what a vector of sums of
  /// `products` takes there for each channel and tap.
  const VectorArithmetic &direct;
  double directCost;
  /// Channels in a vector of inputs.
  int64_t inLanes;
  /// The transform and the finish.
  double inputCost[2], outputCost[2];
  /// Whether all numbers are integers.
  bool integer;
};
/// backends/avx, backends/neon.
extern const WinogradArithmetic f32NeonWinograd, f32Avx2Winograd,
    f32Avx512Winograd, s8NeonWinograd, s8Avx2Winograd;

/// The tiles of a layer.
struct WinogradTiling {
  /// Outputs of a tile in each direction: 2 or 4.
  int64_t size;
  /// Tiles and vectors of channels whose sums are in registers, rows of tiles
  /// of a band, tiles whose products are computed at a time.
  int64_t pixels, blocks, band, chunk;
  int64_t scratchBytes;
  /// Instructions, about.
  double cost;

  /// The best one, if it is better than direct convolution. No sum of integers
  /// is larger than `largestSum`.
  static std::optional<WinogradTiling> choose(const VectorLayer &layer,
                                              const WinogradArithmetic &isa,
                                              int64_t largestSum);
  /// Whether tiles of `size` outputs in each direction give the right result.
  static bool isPossible(const VectorLayer &layer, int64_t size,
                         const WinogradArithmetic &isa, int64_t largestSum);
  /// The best ones of a size.
  static WinogradTiling chooseFor(const VectorLayer &layer,
                                  const WinogradArithmetic &isa, int64_t size);
  /// Those with given sizes.
  static WinogradTiling make(const VectorLayer &layer,
                             const WinogradArithmetic &isa, int64_t size,
                             int64_t pixels, int64_t blocks, int64_t band);
  int64_t getPlaces() const { return (size + 2) * (size + 2); }
};

/// Weights [O, 3, 3, C], transformed, as simd_winograd.h reads them.
reference::Tensor packWinograd(const reference::Tensor &weights,
                               const WinogradTiling &tiling,
                               const WinogradArithmetic &isa);

/// Bytes of transformed weights beyond those of direct convolution.
int64_t getWinogradExtraBytes(const VectorLayer &layer,
                              const WinogradTiling &tiling,
                              const WinogradArithmetic &isa);

void addWinogradTiling(const VectorLayer &layer, const WinogradTiling &tiling,
                       const WinogradArithmetic &isa, KernelCallBuilder &call);
/// Scratch memory, and where the output may cover the input.
void addWinogradMemory(const VectorLayer &layer, const WinogradTiling &tiling,
                       const WinogradArithmetic &isa, KernelCallBuilder &call);

} // namespace edgecc

#endif // EDGECC_BACKENDS_COMMON_VECTORWINOGRAD_H
