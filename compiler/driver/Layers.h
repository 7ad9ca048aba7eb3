//===- Layers.h - What lives when in the arena ------------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_DRIVER_LAYERS_H
#define EDGECC_DRIVER_LAYERS_H

#include "mlir/IR/BuiltinOps.h"

#include <vector>

namespace edgecc::driver {

/// A buffer in the arena and the layers (kern::numberLayers) between which it
/// must be kept.
struct LiveBuffer {
  uint64_t offset = 0, bytes = 0;
  unsigned firstCall = 0, lastCall = 0;
  /// The layers that write it first and read it last.
  unsigned writer = 0, reader = 0;

  bool isLive(unsigned call) const {
    return firstCall <= call && call <= lastCall;
  }
};

std::vector<LiveBuffer> findLiveBuffers(mlir::ModuleOp kernModule);

} // namespace edgecc::driver

#endif // EDGECC_DRIVER_LAYERS_H
