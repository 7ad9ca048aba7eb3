//===- Pareto.h - What nothing else beats -----------------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_BUDGET_PARETO_H
#define EDGECC_BUDGET_PARETO_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"

#include <vector>

namespace edgecc::budget {

/// The numbers of those points, in order, that no other one is at least as good
/// as in all costs and better in one. Of equal ones, the first.
llvm::SmallVector<size_t>
findParetoSet(llvm::ArrayRef<std::vector<double>> costs);

} // namespace edgecc::budget

#endif // EDGECC_BUDGET_PARETO_H
