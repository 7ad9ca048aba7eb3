//===- State.h - State of a stream ------------------------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_DIALECT_EDGE_STATE_H
#define EDGECC_DIALECT_EDGE_STATE_H

#include "edgecc/Dialect/Edge/Edge.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace edgecc::edge {

/// On an argument that is state (kStateAttr): the elements that it has before
/// the first run of a stream. Absent where they are zero.
inline constexpr llvm::StringLiteral kInitialAttr = "edge.initial";

/// The same as a tensor, or nothing where the state is zero at first.
inline std::optional<reference::Tensor> getInitialState(mlir::func::FuncOp func,
                                                        unsigned argument) {
  auto attr = func.getArgAttrOfType<mlir::ElementsAttr>(argument, kInitialAttr);
  if (!attr)
    return std::nullopt;
  auto type =
      llvm::cast<mlir::RankedTensorType>(func.getArgumentTypes()[argument]);
  llvm::FailureOr<reference::Tensor> tensor =
      reference::Tensor::fromAttr(attr, type);
  if (failed(tensor))
    return std::nullopt;
  return std::move(*tensor);
}

} // namespace edgecc::edge

#endif // EDGECC_DIALECT_EDGE_STATE_H
