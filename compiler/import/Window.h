//===- Window.h - Attributes of convolution and pooling ---------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_COMPILER_IMPORT_WINDOW_H
#define EDGECC_COMPILER_IMPORT_WINDOW_H

#include "NodeImporter.h"

namespace edgecc::importer {

/// The window that convolution and pooling move over the spatial axes, with
/// defaults filled in and auto_pad resolved to pads.
struct Window {
  llvm::SmallVector<int64_t> kernel, strides, pads, dilations;
};

/// Reads and checks the window of a node whose first operand is
/// [N, C, spatial...]. `kernel` is what the filter says, empty for pools.
llvm::FailureOr<Window> readWindow(NodeImporter &node,
                                   llvm::ArrayRef<int64_t> kernel);

} // namespace edgecc::importer

#endif // EDGECC_COMPILER_IMPORT_WINDOW_H
