//===- Pareto.cpp - What nothing else beats -------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Budget/Pareto.h"

#include "llvm/ADT/STLExtras.h"

using namespace llvm;

SmallVector<size_t>
edgecc::budget::findParetoSet(ArrayRef<std::vector<double>> costs) {
  auto isNoWorse = [](ArrayRef<double> a, ArrayRef<double> b) {
    return llvm::all_of(llvm::zip_equal(a, b), [](auto pair) {
      return std::get<0>(pair) <= std::get<1>(pair);
    });
  };
  SmallVector<size_t> best;
  for (size_t i = 0; i != costs.size(); ++i) {
    bool isBeaten = false;
    for (size_t j = 0; j != costs.size() && !isBeaten; ++j)
      isBeaten = i != j && isNoWorse(costs[j], costs[i]) &&
                 (j < i || costs[j] != costs[i]);
    if (!isBeaten)
      best.push_back(i);
  }
  return best;
}
