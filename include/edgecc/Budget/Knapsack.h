//===- Knapsack.h - One option for each layer, within limits ----*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_BUDGET_KNAPSACK_H
#define EDGECC_BUDGET_KNAPSACK_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace edgecc::budget {

/// What an item may be: what is lost by it, and what it takes of two resources.
struct KnapsackOption {
  double loss = 0;
  std::array<int64_t, 2> costs{};
};

/// The number of an option for each item so that the sum of losses is as small
/// as possible while the sums of costs stay within `limits`; nothing if no
/// choice does. Costs are not negative. Exact: dynamic programming over the
/// choices for the first items that no other one is at least as good as in all
/// respects (Kellerer, Pferschy, Pisinger, "Knapsack Problems", 2004, ch. 11).
/// Of more than `maxStates` of those, costs are rounded up to a 1024th of the
/// limits, so that the choice holds, but may not be the best.
std::optional<llvm::SmallVector<unsigned>>
solveKnapsack(llvm::ArrayRef<std::vector<KnapsackOption>> items,
              std::array<int64_t, 2> limits, size_t maxStates = 100000);

} // namespace edgecc::budget

#endif // EDGECC_BUDGET_KNAPSACK_H
