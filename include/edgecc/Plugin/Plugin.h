//===- Plugin.h - Passes from outside ---------------------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A plugin is a shared library with MLIR's entry point `mlirGetPassPluginInfo`.
// It links nothing: the operations of edgecc and MLIR are found in the process
// that loads it. docs/examples/plugin is one to start from.
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_PLUGIN_PLUGIN_H
#define EDGECC_PLUGIN_PLUGIN_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace edgecc {

/// Loads the plugin and registers its passes, for use in pass pipelines. The
/// library stays loaded until the process ends.
llvm::Error loadPassPlugin(llvm::StringRef file);

} // namespace edgecc

#endif // EDGECC_PLUGIN_PLUGIN_H
