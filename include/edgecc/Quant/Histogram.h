//===- Histogram.h - How often values occur ------------------- -*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_QUANT_HISTOGRAM_H
#define EDGECC_QUANT_HISTOGRAM_H

#include "edgecc/Quant/Ranges.h"

#include "llvm/ADT/ArrayRef.h"

#include <vector>

namespace edgecc::quantization {

/// A histogram that grows with its data. Its bins are a power of two wide and
/// aligned to multiples of their width, so that two bins merge exactly into one
/// of twice the width: one pass over the data is enough, and what comes out
/// does not depend on the order of the samples. Exact zeros are counted on
/// their own, because quantization represents them exactly.
class Histogram {
public:
  void add(llvm::ArrayRef<float> values);

  /// Whether a finite value has been seen.
  bool empty() const { return isEmpty; }
  /// The least and the greatest finite value.
  Range getRange() const { return range; }
  /// The number of infinities and NaNs, which the histogram leaves out.
  uint64_t getNumNonFinite() const { return nonFinite; }

  /// The range that leaves out (1 - percent / 100) / 2 of the values at each
  /// end.
  Range getPercentileRange(double percent) const;
  /// The range within that of the values whose int8 type has the least mean
  /// squared error.
  Range getMseRange() const;
  /// The range, cut off at the same magnitude at both ends, with the least
  /// divergence of the distribution of int8 values from that of the values
  /// (Kullback-Leibler; Migacz 2017, "8-bit Inference with TensorRT").
  Range getEntropyRange() const;

private:
  bool scan(llvm::ArrayRef<float> values);
  void makeRoom();
  int64_t getBin(double value) const;
  double getCenter(size_t index) const;
  double getError(Range candidate) const;
  double getDivergence(Range candidate) const;
  double getQuantile(uint64_t rank, int side) const;

  static constexpr int64_t kBins = 4096;

  bool isEmpty = true;
  Range range;
  uint64_t nonFinite = 0, zeros = 0, total = 0;
  int exponent = 0;     // bins are 2^exponent wide
  int64_t firstBin = 0; // the number of the bin that counts[0] stands for
  std::vector<uint64_t> counts;
};

} // namespace edgecc::quantization

#endif // EDGECC_QUANT_HISTOGRAM_H
