//===- Tune.h - Loops cut as measured ---------------------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_DRIVER_TUNE_H
#define EDGECC_DRIVER_TUNE_H

#include "Session.h"

namespace edgecc::driver {

/// Reads the files of --tuned; fails if one is for another target or cannot be
/// read. Before any work is done.
llvm::Error loadTunings(Session &session);

/// Marks the layers of a copy of `edge` as the files, or the measurements, for
/// `target` say.
llvm::Error applyTunings(const Session &session, const Target &target,
                         mlir::ModuleOp copy);

/// --tune: measures the ways in which layers can be computed, and leaves the
/// best ones in the session.
llvm::Error tune(Session &session);

} // namespace edgecc::driver

#endif // EDGECC_DRIVER_TUNE_H
