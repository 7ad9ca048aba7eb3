//===- Palette.h - Few values for many ---------------------------*- C++
//-*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Tables that values are looked up in (embeddings) take four bits a value if
// they consist of sixteen different ones. Arithmetic and scales stay those of
// int8; what is stored becomes smaller.
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_QUANT_PALETTE_H
#define EDGECC_QUANT_PALETTE_H

#include "edgecc/Dialect/Edge/Edge.h"

#include <array>

namespace edgecc::quantization {

inline constexpr size_t kPaletteSize = 16;

/// By stored integer, from -128 on: the integer that stands for it.
using PaletteMap = std::array<int8_t, 256>;

/// The at most sixteen integers with which a table that has `counts[q + 128]`
/// values q has the least squared error: optimal clusters on a line by dynamic
/// programming (Wang and Song, "Ckmeans.1d.dp", The R Journal, 2011).
PaletteMap choosePalette(llvm::ArrayRef<int64_t> counts);

/// Whether an operation looks values up in a constant table along its first
/// axis.
bool isTableLookup(mlir::Operation *op);

/// The table of such an operation in a type of eight bits.
llvm::SmallVector<int8_t>
getStoredTable(edge::GatherOp lookup, mlir::quant::UniformQuantizedType type);

/// The palette of that table.
PaletteMap choosePalette(edge::GatherOp lookup,
                         mlir::quant::UniformQuantizedType type);

} // namespace edgecc::quantization

#endif // EDGECC_QUANT_PALETTE_H
