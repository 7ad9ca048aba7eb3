//===- BudgetSearch.h - Precisions with which the budget holds --*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_DRIVER_BUDGET_BUDGETSEARCH_H
#define EDGECC_DRIVER_BUDGET_BUDGETSEARCH_H

#include "BudgetItems.h"
#include "MixKnapsack.h"
#include "Session.h"
#include "Trials.h"
#include "accuracy/Precisions.h"

namespace edgecc::driver {

/// Precisions with which a budget holds, or else budgets that would hold.
class BudgetSearch {
public:
  explicit BudgetSearch(Session &session)
      : session(session), budget(session.options.budget),
        trials(session, "searching under the budget: trial") {}

  /// Whether something holds, which is then in the session.
  llvm::Expected<bool> find();
  /// After `find` has found nothing: leaves in the session what comes nearest,
  /// with limits that would hold.
  llvm::Error refuse();

private:
  llvm::Error prepare();
  bool mayChoosePrecisions() const;
  llvm::Expected<const Trial *> fit(const quantization::PrecisionMix &mix,
                                    const report::Budget &limits,
                                    Coding coding = Coding::Auto);
  double getCycles(unsigned layer, quantization::Precision precision) const;
  quantization::PrecisionMix getCheapest() const;
  llvm::Expected<const Trial *> solve(const report::Budget &limits);
  llvm::Expected<const Trial *> solveByMixes(const report::Budget &limits);
  llvm::Expected<const Trial *> solveByKnapsack(const report::Budget &limits,
                                                Coding coding);
  llvm::Expected<std::optional<quantization::PrecisionMix>>
  findExact(const report::Budget &limits);
  MixKnapsack makeKnapsack(bool needsMore) const;
  std::array<int64_t, 2> getBounds(const Trial &trial,
                                   const report::Budget &limits,
                                   double slack) const;

  // BudgetSuggestions.cpp
  llvm::Error suggest();
  llvm::Error suggestOne(const BudgetItem &item);
  llvm::Error suggestTogether();
  llvm::Expected<std::optional<double>> findNearest(const BudgetItem &item);

  Session &session;
  /// What the user asks for; the session's own changes during the search.
  const report::Budget budget;
  Trials trials;
  quantization::PrecisionMix base;
  /// What `base` takes, layer by layer.
  std::optional<report::Report> firstReport;
  llvm::SmallVector<quantization::Layer> layers;
  PrecisionEffects effects;
  /// Instructions of each layer in int8.
  std::vector<double> instructions;
  /// By the limit: mixes that lose no more.
  std::map<double, std::optional<quantization::PrecisionMix>> exact;
  std::vector<std::string> suggestions;
};

} // namespace edgecc::driver

#endif // EDGECC_DRIVER_BUDGET_BUDGETSEARCH_H
