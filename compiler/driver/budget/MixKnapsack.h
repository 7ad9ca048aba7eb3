//===- MixKnapsack.h - Mixes with the least noise ---------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_DRIVER_BUDGET_MIXKNAPSACK_H
#define EDGECC_DRIVER_BUDGET_MIXKNAPSACK_H

#include "edgecc/Budget/Knapsack.h"
#include "edgecc/Quant/Layers.h"

#include <limits>

namespace edgecc::driver {

/// Chooses a precision for each layer so that the noise of all together is as
/// small as can be within limits of two resources: bytes of weights and
/// instructions.
class MixKnapsack {
public:
  static constexpr int64_t kUnlimited = std::numeric_limits<int64_t>::max() / 4;

  void addLayer();
  /// A precision that the last layer may have. `decibels`: signal to noise at
  /// the outputs with this layer alone in it.
  void addOption(quantization::Precision precision, double decibels,
                 int64_t weightBytes, int64_t instructions);

  /// Nothing if no mix holds.
  std::optional<quantization::PrecisionMix>
  solve(std::array<int64_t, 2> limits) const;
  /// Bytes of the smallest and of the largest weights.
  std::pair<int64_t, int64_t> getWeightRange() const;

private:
  std::vector<std::vector<budget::KnapsackOption>> items;
  /// Those that the options stand for.
  std::vector<quantization::PrecisionMix> precisions;
};

} // namespace edgecc::driver

#endif // EDGECC_DRIVER_BUDGET_MIXKNAPSACK_H
