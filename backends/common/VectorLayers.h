//===- VectorLayers.h - Convolutions as tiles of vectors --------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// How backends/kernels/simd_tiles.h cuts a layer up, and how weights are packed
// for that.
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_BACKENDS_COMMON_VECTORLAYERS_H
#define EDGECC_BACKENDS_COMMON_VECTORLAYERS_H

#include "edgecc/Backend/KernelRegistry.h"

namespace edgecc {

/// What the header of an arithmetic says of it.
struct VectorArithmetic {
  /// Its name there, and what names of kernels end with.
  llvm::StringRef name, suffix, header;
  llvm::SmallVector<llvm::StringRef, 2> features;
  int64_t lanes, step = 1, elementBytes = 1, cellBytes = 1;
  /// Steps whose inputs one load brings, registers of a vector of sums, inputs
  /// of which runs are multiples that can be read where they are.
  int64_t chunk = 1, parts = 1, least = 1;
  /// Registers for a tile: for its sums, beside weights and inputs, or for all
  /// of these, if inputs of several steps are held (chunk, parts).
  int64_t registers;
  /// Floats: sums of a tile of a depthwise convolution.
  int64_t depthTile = 8;
  /// Floats: whether a channel has several lanes, one for each input of a
  /// step. All channels are then in one tile.
  bool addsLanes = false;
  /// Floats: whether limits of outputs that are infinite can be left out.
  bool leavesLimits = false;
  /// What is added to inputs, so that they have no sign.
  int64_t offset = 0;
  /// Cells behind a run, and behind a row that is interleaved, that may be
  /// touched.
  int64_t behindRun, behindRow;
  /// Whether the kernels copy inputs that they could read where they are.
  bool converts = false;
  /// Whether multipliers below 1/4 are taken four times as large; else the
  /// kernels want to know whether what is scaled fits 16 bits.
  bool scalesSmall = false;
  /// The same with multipliers that are floats, where these give the same bits;
  /// empty if there is none.
  llvm::StringRef floatsName;
  bool scalesFloats = false;
  /// Whether int8 weights are stored as int16.
  bool wideWeights = false;
  /// Registers of a vector of sums.
  int64_t sumRegisters = 1;
  /// The least weight that it multiplies right.
  int64_t leastWeight = -128;
  /// Before other kernels, and the wider vectors before the narrow ones.
  int benefit;

  bool holdsInputs() const { return chunk * parts > 1; }
  /// Pixels of a tile with so many vectors of channels.
  int64_t getMostPixels(int64_t blocks) const;
};
/// backends/avx, backends/neon. S8NeonMull is S8NeonMlal for all weights.
extern const VectorArithmetic s8Vnni, s8Avx2, f32Avx512, f32Avx2;
extern const VectorArithmetic f32Avx512Taps2, f32Avx512Taps4, f32Avx512Taps8,
    f32Avx512Taps16;
extern const VectorArithmetic s8NeonDot, s8NeonMlal, s8NeonMull, s8NeonWide,
    s8NeonLane, f32Neon;
/// Products of int16 for Winograd's convolution of int8.
extern const VectorArithmetic s16Avx2, s16Neon;

/// Products of int16 activations with each other, and with int8 weights.
extern const VectorArithmetic int16Vnni, int16Avx2, int16Neon;
extern const VectorArithmetic int16x8Vnni, int16x8Avx2, int16x8Neon;

/// A convolution, or a fully connected layer or a product of matrices as one of
/// single pixels.
struct VectorLayer {
  llvm::SmallVector<int64_t> in, out;
  kern::WindowAttr window;

  static VectorLayer get(edge::ConvOp op);
  static VectorLayer get(edge::FullyConnectedOp op);
  /// A matrix [rows, depth] times one [depth, columns].
  static VectorLayer get(mlir::MLIRContext *context, int64_t rows,
                         int64_t depth, int64_t columns);

  /// Windows of one pixel that cover the image.
  bool isWhole() const;
  /// Whether the kernels copy a band of inputs before they read it.
  bool copies(const VectorArithmetic &isa) const;
  int64_t getPixels() const { return out[0] * out[1] * out[2]; }
  /// Whether the kernels gather windows first: see kGathers there.
  bool gathers(const VectorArithmetic &isa) const;
  /// Whether windows lie side by side, so that there are no rows.
  bool isFlat(const VectorArithmetic &isa) const {
    return isWhole() || gathers(isa);
  }
  /// What the inputs of a row of outputs take.
  int64_t getRowBytes(const VectorArithmetic &isa) const;
  /// Inputs that lie side by side, and how many such runs a window has.
  int64_t getRun(const VectorArithmetic &isa) const;
  int64_t getRuns(const VectorArithmetic &isa) const;

  /// With few channels a vector has room for several pixels. How many are best
  /// computed as one, in a window that covers all of theirs.
  int64_t chooseUnit(const VectorArithmetic &isa) const;
  VectorLayer widen(int64_t unit) const;
};

/// The filter [O, taps..., C] of the layer with so many pixels as one, whose
/// channels follow each other. Taps of others are zeros.
reference::Tensor widenFilter(const reference::Tensor &filter,
                              const VectorLayer &layer, int64_t unit);

/// The tiles of a layer.
struct Tiling {
  /// Pixels and vectors of channels of a tile; rows of a band, or pixels if
  /// windows lie side by side.
  int64_t pixels, blocks, band;
  /// For the inputs of a band; 0 if they are read where they are.
  int64_t scratchBytes = 0;
  /// Parts that threads compute at the same time, each with bytes of its own.
  int64_t parts = 1;

  /// For at most `mostParts` parts.
  static Tiling choose(const VectorLayer &layer, const VectorArithmetic &isa,
                       int64_t mostParts = 1);
  /// The same with given sizes; more parts may make bands smaller.
  static Tiling make(const VectorLayer &layer, const VectorArithmetic &isa,
                     int64_t pixels, int64_t blocks, int64_t band,
                     int64_t mostParts = 1);

private:
  /// Parts of the `length` rows or pixels of an image, of which a tile takes
  /// `unit`, and of the channels.
  void splitUp(int64_t length, int64_t unit, const VectorLayer &layer,
               const VectorArithmetic &isa, int64_t mostParts);
};

/// How many threads are worth it for `op`, which is such a layer: no more than
/// the program may have (kern::kThreads of its function).
int64_t chooseParts(mlir::Operation *op, const VectorArithmetic &isa);

/// Begins the call of a kernel, or of its form in parts, where there are
/// several: the same with other names and, unless `scratchBytes` is negative,
/// the bytes of a part as template argument.
void beginCall(llvm::StringRef kernel, llvm::StringRef header, int64_t parts,
               int64_t scratchBytes, KernelCallBuilder &call);
/// The scratch of all parts.
void addScratch(int64_t parts, int64_t scratchBytes, KernelCallBuilder &call);

/// Where the output may cover the input: a band that is copied is read before
/// its outputs are written.
void allowOverlap(const VectorLayer &layer, const Tiling &tiling,
                  const VectorArithmetic &isa, KernelCallBuilder &call);

/// The arithmetic and the shapes, as the kernels' first template arguments.
void addShapes(const VectorLayer &layer, const VectorArithmetic &isa,
               KernelCallBuilder &call);
void addTiling(const VectorLayer &layer, const Tiling &tiling,
               const VectorArithmetic &isa, KernelCallBuilder &call);

/// Weights [O, taps..., C] in the order in which tiles of so many vectors of
/// channels read them.
reference::Tensor packForTiles(const reference::Tensor &weights,
                               const VectorLayer &layer, int64_t blocks,
                               const VectorArithmetic &isa);

/// A depthwise convolution in vectors of channels.
struct DepthTiling {
  /// Pixels that count as one, rows of a band.
  int64_t unit, band, scratchBytes;
  int64_t parts = 1;

  static DepthTiling choose(const VectorLayer &layer,
                            const VectorArithmetic &isa, int64_t mostParts = 1);
  static DepthTiling make(const VectorLayer &layer, const VectorArithmetic &isa,
                          int64_t band, int64_t mostParts = 1);
};

void allowOverlap(const VectorLayer &layer, const DepthTiling &tiling,
                  const VectorArithmetic &isa, KernelCallBuilder &call);

/// Weights [O, KH, KW, 1] in the order in which those read them.
reference::Tensor packForDepth(const reference::Tensor &weights,
                               const VectorLayer &layer,
                               const DepthTiling &tiling,
                               const VectorArithmetic &isa);

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
void fillVectors(llvm::SmallVector<T> &values, const VectorArithmetic &isa) {
  values.resize(llvm::alignTo(values.size(), isa.lanes));
}

} // namespace edgecc

#endif // EDGECC_BACKENDS_COMMON_VECTORLAYERS_H
