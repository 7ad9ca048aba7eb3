//===- LayerNames.h - Layers that options name ------------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_DRIVER_COMMAND_LAYERNAMES_H
#define EDGECC_DRIVER_COMMAND_LAYERNAMES_H

#include "mlir/IR/Operation.h"

namespace edgecc::driver {

/// Whether an operation is, or was fused from, the ONNX node of that name.
bool comesFrom(mlir::Operation *op, llvm::StringRef name);

/// The names that are most like one that does not exist, in quotation marks,
/// best first.
std::string listNearMatches(llvm::StringRef name,
                            llvm::ArrayRef<llvm::StringRef> names);

} // namespace edgecc::driver

#endif // EDGECC_DRIVER_COMMAND_LAYERNAMES_H
