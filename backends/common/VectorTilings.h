//===- VectorTilings.h - Tiles that are worth measuring ---------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Where a cost model chooses the tiles of a layer, and where `kern.tiling` says
// what measurements have chosen (--tune).
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_BACKENDS_COMMON_VECTORTILINGS_H
#define EDGECC_BACKENDS_COMMON_VECTORTILINGS_H

#include "VectorWinograd.h"

namespace edgecc {

/// What measurements have chosen for an operation, if that is a tiling for
/// kernels called `method`; or null.
kern::TilingAttr getTiling(mlir::Operation *op, llvm::StringRef method);

/// A layer with its tiles.
struct TiledLayer {
  int64_t unit;
  /// With `unit` pixels as one.
  VectorLayer layer;
  Tiling tiling;

  static TiledLayer get(mlir::Operation *op, const VectorLayer &narrow,
                        const VectorArithmetic &isa);
};

/// The tiles of a depthwise convolution.
DepthTiling getDepthTiling(edge::ConvOp op, const VectorArithmetic &isa);

/// The tiles of Winograd's convolution: without `kern.tiling` only where it is
/// better than direct convolution.
std::optional<WinogradTiling> getWinogradTiling(edge::ConvOp op,
                                                const WinogradArithmetic &isa);

/// What kernels of these layers are called in `kern.tiling`.
std::string getMethod(const VectorArithmetic &isa);
std::string getMethod(const WinogradArithmetic &isa);

/// Ways to compute a layer that are worth measuring: tiles and units of several
/// sizes, the cost model's first.
using TilingList = llvm::SmallVector<kern::TilingAttr>;
TilingList listTilings(const VectorLayer &narrow, const VectorArithmetic &isa,
                       mlir::MLIRContext *context);
TilingList listDepthTilings(edge::ConvOp op, const VectorArithmetic &isa);
TilingList listWinogradTilings(edge::ConvOp op, const WinogradArithmetic &isa);

/// Whether the kernels can compute a layer so.
bool acceptsTiling(const VectorLayer &narrow, const VectorArithmetic &isa,
                   kern::TilingAttr tiling);
bool acceptsWinogradTiling(edge::ConvOp op, const WinogradArithmetic &isa,
                           kern::TilingAttr tiling);

/// `Kernel::tilings` of kernels for operations of a type that `Matches`.
template <typename OpT, bool (*Matches)(OpT), const VectorArithmetic &isa>
KernelTilings getTilings() {
  return {getMethod(isa),
          [](mlir::Operation *op) {
            auto layer = mlir::cast<OpT>(op);
            return Matches(layer) ? listTilings(VectorLayer::get(layer), isa,
                                                op->getContext())
                                  : TilingList();
          },
          [](mlir::Operation *op, kern::TilingAttr tiling) {
            auto layer = mlir::cast<OpT>(op);
            return Matches(layer) &&
                   acceptsTiling(VectorLayer::get(layer), isa, tiling);
          }};
}

/// The same for depthwise convolutions.
template <bool (*Matches)(edge::ConvOp), const VectorArithmetic &isa>
KernelTilings getDepthTilings() {
  return {getMethod(isa),
          [](mlir::Operation *op) {
            auto conv = mlir::cast<edge::ConvOp>(op);
            return Matches(conv) ? listDepthTilings(conv, isa) : TilingList();
          },
          [](mlir::Operation *op, kern::TilingAttr tiling) {
            auto conv = mlir::cast<edge::ConvOp>(op);
            return Matches(conv) &&
                   tiling.getBand() <= VectorLayer::get(conv).out[1];
          }};
}

} // namespace edgecc

#endif // EDGECC_BACKENDS_COMMON_VECTORTILINGS_H
