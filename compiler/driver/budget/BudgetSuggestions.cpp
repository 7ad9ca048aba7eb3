//===- BudgetSuggestions.cpp - Budgets that would hold --------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Where a budget cannot be met: the nearest limits that can be. None is named
// that has not been tried.
//
//===----------------------------------------------------------------------===//

#include "BudgetSearch.h"

using namespace edgecc;
using namespace edgecc::driver;
using namespace llvm;
using report::Budget;

/// The least limit of one kind with which everything else holds, as far as a
/// few trials tell, or nothing.
Expected<std::optional<double>>
BudgetSearch::findNearest(const BudgetItem &item) {
  Budget limits = budget;
  item.setLimit(limits, std::nullopt);
  Expected<const Trial *> found = solve(limits);
  if (!found)
    return found.takeError();
  if (!*found)
    return std::nullopt;
  double most = item.roundUp(*item.getValue((*found)->report));
  double least = *item.getLimit(budget);
  // Unlimited, memory buys speed: less may do.
  bool isMemory =
      StringRef(item.option) == "--ram" || StringRef(item.option) == "--flash";
  constexpr double kClose = 1.06;
  auto isClose = [&] { return most <= item.roundUp(least * kClose); };
  for (int step = 0; isMemory && step != 5 && !isClose(); ++step) {
    // Next to the limit first, where a search may end.
    double middle = item.roundUp(step == 0   ? least * kClose
                                 : step == 1 ? least + (most - least) / 8
                                             : (least + most) / 2);
    item.setLimit(limits, middle);
    Expected<const Trial *> trial = solve(limits);
    if (!trial)
      return trial.takeError();
    if (*trial)
      most = std::min(middle, item.roundUp(*item.getValue((*trial)->report)));
    else
      least = middle;
  }
  // With exactly that limit, other kernels may be chosen again.
  for (int step = 0; step != 4; ++step) {
    item.setLimit(limits, most);
    Expected<const Trial *> trial = solve(limits);
    if (!trial)
      return trial.takeError();
    if (*trial)
      return most;
    most = item.roundUp(most * 1.03);
  }
  return std::nullopt;
}

Error BudgetSearch::suggestOne(const BudgetItem &item) {
  if (!item.getLimit(budget))
    return Error::success();
  auto limit = findNearest(item);
  if (!limit)
    return limit.takeError();
  if (*limit)
    suggestions.push_back(std::string(item.option) + " " +
                          item.format(**limit));
  return Error::success();
}

/// Widens all limits that do not hold to what a compilation takes, again and
/// again, as other kernels may be chosen then, until something is found.
Error BudgetSearch::suggestTogether() {
  constexpr int kRounds = 6;
  Budget tight = budget;
  for (int round = 0; round != kRounds; ++round) {
    Expected<const Trial *> found = solve(tight);
    if (!found)
      return found.takeError();
    if (*found)
      break;
    // Four bits if flash is what is missing.
    Expected<const Trial *> trial = fit(base, tight);
    bool isLarge = trial && tight.flash &&
                   (*trial)->report.flash.total.value_or(0) > *tight.flash;
    if (isLarge && !layers.empty())
      trial = fit(getCheapest(), tight);
    if (!trial)
      return trial.takeError();
    for (const BudgetItem &item : getBudgetItems()) {
      std::optional<double> limit = item.getLimit(tight),
                            value = item.getValue((*trial)->report);
      if (limit && value && *value > *limit)
        item.setLimit(tight, item.roundUp(*value));
    }
    if (round + 1 == kRounds)
      return Error::success();
  }
  std::string together;
  for (const BudgetItem &item : getBudgetItems())
    if (auto limit = item.getLimit(tight); limit != item.getLimit(budget))
      together += (together.empty() ? "" : " ") + std::string(item.option) +
                  " " + item.format(*limit);
  suggestions.push_back(together + ", together");
  return Error::success();
}

/// Single limits that would do, or else all together.
Error BudgetSearch::suggest() {
  for (const BudgetItem &item : getBudgetItems())
    if (Error error = suggestOne(item))
      return error;
  return suggestions.empty() ? suggestTogether() : Error::success();
}

Error BudgetSearch::refuse() {
  if (Error error = suggest())
    return error;
  if (Error error = trials.publish({base, budget, false}))
    return error;
  session.report.nearestBudgets = suggestions;
  return Error::success();
}
