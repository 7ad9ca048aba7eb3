//===- BudgetPruning.h - Smaller models for a budget ------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_DRIVER_BUDGET_BUDGETPRUNING_H
#define EDGECC_DRIVER_BUDGET_BUDGETPRUNING_H

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/Support/Error.h"

namespace edgecc::driver {

struct Session;

/// Looks for precisions of the session's calibrated model with which the budget
/// holds; leaves what it has found in the session.
using FindPrecisions = llvm::function_ref<llvm::Expected<bool>(Session &)>;

/// Where precisions alone do not make the budget hold, and it says what
/// accuracy may be lost: weights of low rank, or else fewer channels, as few as
/// it takes, and precisions again. Leaves the session with the whole model if
/// nothing will do.
llvm::Expected<bool> findSmallerModel(Session &session,
                                      FindPrecisions findPrecisions);

} // namespace edgecc::driver

#endif // EDGECC_DRIVER_BUDGET_BUDGETPRUNING_H
