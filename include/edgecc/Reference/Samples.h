//===- Samples.h - Samples and labels of a model's inputs -------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_REFERENCE_SAMPLES_H
#define EDGECC_REFERENCE_SAMPLES_H

#include "edgecc/Reference/Tensor.h"

#include "llvm/Support/Error.h"

#include <vector>

namespace edgecc::reference {

/// Reads the samples of a tensor from a .npy file; errors call it `what`, like
/// "input 'x'". The first axis counts samples; the rest is the tensor's shape,
/// with or without its leading 1. Floats of 64 bits are taken for one of 32
/// bits. No samples, another shape or type, and NaN or infinity are errors that
/// say what was found and what is needed.
llvm::Expected<std::vector<Tensor>> loadSamples(llvm::StringRef path,
                                                mlir::RankedTensorType type,
                                                const llvm::Twine &what);

/// Class numbers: one for each sample, or one for each place of an output.
struct Labels {
  std::vector<int64_t> values;
  /// The axes of a sample's labels without those of size 1; none for one label.
  llvm::SmallVector<int64_t> shape;

  /// The labels of a sample.
  size_t getPlaces() const;
  size_t getSamples() const { return values.size() / getPlaces(); }
};

/// Reads class numbers from a .npy file of integers, or of floats that are
/// whole numbers. The first axis counts samples, as does the only one that is
/// not 1.
llvm::Expected<Labels> loadLabels(llvm::StringRef path);

} // namespace edgecc::reference

#endif // EDGECC_REFERENCE_SAMPLES_H
