//===- BudgetItems.h - Budgets as a table -----------------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_DRIVER_BUDGET_BUDGETITEMS_H
#define EDGECC_DRIVER_BUDGET_BUDGETITEMS_H

#include "edgecc/Report/Report.h"

#include "llvm/ADT/ArrayRef.h"

namespace edgecc::driver {

/// One kind of budget: RAM and flash in bytes, latency in seconds, energy in
/// joules, the drop of accuracy in points.
struct BudgetItem {
  /// The option, with its dashes.
  const char *option;
  std::optional<double> (*getLimit)(const report::Budget &budget);
  void (*setLimit)(report::Budget &budget, std::optional<double> limit);
  /// What a compilation takes; nothing if that is not known.
  std::optional<double> (*getValue)(const report::Report &report);
  /// The next limit from `value` on that one would write.
  double (*roundUp)(double value);
  /// How one writes a limit that has been rounded.
  std::string (*format)(double limit);
};

llvm::ArrayRef<BudgetItem> getBudgetItems();

/// Whether all that is limited, and known, is within its limit.
bool holds(const report::Report &report, const report::Budget &budget);

} // namespace edgecc::driver

#endif // EDGECC_DRIVER_BUDGET_BUDGETITEMS_H
