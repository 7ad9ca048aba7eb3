//===- LayerStudy.h - What each layer's precision does ---------- -*- C++
//-*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_QUANT_LAYERSTUDY_H
#define EDGECC_QUANT_LAYERSTUDY_H

#include "edgecc/Quant/PrecisionPath.h"
#include "edgecc/Reference/Tensor.h"

#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/STLFunctionalExtras.h"

#include <vector>

namespace edgecc::quantization {

/// Precisions to try, and the layer that is of interest in them: its number
/// among `collectLayers`.
struct Variant {
  unsigned layer = 0;
  PrecisionMix mix;
};

/// What became of a variant.
struct VariantResult {
  /// Signal to quantization noise in dB: of the layer's own result, and of the
  /// model's worst output. kMaxSqnr where nothing differs.
  double ownSqnr = 0, outputSqnr = 0;
  /// The model's results for each sample, dequantized.
  std::vector<std::vector<reference::Tensor>> outputs;
};

struct StudyOptions {
  /// Quantizes a copy of the module as `edge.precision` says. The copy's
  /// function still has to take the float function's inputs and its operations
  /// to carry the locations of those they come from.
  llvm::function_ref<llvm::LogicalResult(mlir::ModuleOp)> quantize;
  /// Called with the parts done and their number.
  llvm::function_ref<void(size_t, size_t)> progress = nullptr;
};

/// Quantizes copies of a calibrated float function, each with another mix of
/// precisions, and runs them on samples (one tensor per argument). The float
/// function runs once per sample; a variant is executed only from where it
/// differs. Fails, with a diagnostic, if a variant cannot be quantized or run;
/// remarks and warnings about variants are not shown.
llvm::FailureOr<std::vector<VariantResult>>
studyVariants(mlir::func::FuncOp calibrated, llvm::ArrayRef<Variant> variants,
              llvm::ArrayRef<std::vector<reference::Tensor>> samples,
              const StudyOptions &options);

/// A variant for each layer in which it alone has the precision and all others
/// are `rest`.
std::vector<Variant> makeSingleVariants(size_t numLayers, Precision precision,
                                        Precision rest);

/// The numbers of layers from the one that leaves the outputs with the least
/// signal to noise (dB, per layer) to that with the most. What a layer hands on
/// badly also harms the one that takes it, when that is tried alone: of two
/// neighbours that are equal to within 1 dB, the one that computes comes first.
std::vector<unsigned> rankWorstFirst(llvm::ArrayRef<double> outputSqnr,
                                     llvm::ArrayRef<LayerEdge> edges);

} // namespace edgecc::quantization

#endif // EDGECC_QUANT_LAYERSTUDY_H
