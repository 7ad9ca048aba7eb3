//===- Dispatch.h - Several targets in one pair of files --------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// --dispatch: code for the target and for others that need less, of which the
// generated code takes one when it starts.
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_DRIVER_DISPATCH_H
#define EDGECC_DRIVER_DISPATCH_H

#include "Session.h"

#include "edgecc/Backend/Dispatch.h"

namespace edgecc::driver {

/// Loads the targets that --dispatch names, and the one that runs everywhere.
llvm::Error loadDispatch(Session &session);

/// The kernel calls for all targets, one of them without --dispatch.
std::vector<mlir::ModuleOp> getPrograms(const Session &session);

/// The same with what each target needs; only with --dispatch.
std::vector<CodeVariant> getVariants(const Session &session);

/// The names of all targets.
std::string describeTargets(const Session &session);

/// A target of --dispatch whose code takes no variant before its own.
Target getVariantTarget(const Session &session, size_t index);

} // namespace edgecc::driver

#endif // EDGECC_DRIVER_DISPATCH_H
