//===- ImageCalls.cpp - Calls of kernels with a buffer --------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ImageCalls.h"

#include "../common/ImageShapes.h"
#include "../common/Int8Layers.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;

bool edgecc::beginImageCall(ConvOp op, StringRef kernel, StringRef small,
                            StringRef header, int64_t bufferBytes,
                            KernelCallBuilder &call) {
  bool inArena = bufferBytes > kMaxStackBytes;
  call.begin(inArena ? kernel : small, header);
  call.addShape(getImageShape(op.getInput()));
  call.addShape(getImageShape(op.getResult()));
  call.addTemplateArg(getWindowOf(op));
  return inArena;
}

/// Output rows in a band: as many as fit the stack, in bands of about the same
/// size. Of wide images at least a few, because bands share rows.
static int64_t chooseBand(ConvOp op,
                          llvm::function_ref<int64_t(int64_t)> getBytes) {
  constexpr int64_t kLeast = 4;
  int64_t height = getImageShape(op.getResult())[1], band = height;
  while (band > kLeast && getBytes(band) > kMaxStackBytes)
    --band;
  return llvm::divideCeil(height, llvm::divideCeil(height, band));
}

/// Whether every row of a channel is read before it is written.
static bool canOverwriteInput(ConvOp op) {
  SmallVector<int64_t> in = getImageShape(op.getInput()),
                       out = getImageShape(op.getResult());
  return out[1] <= in[1] && out[2] <= in[2] && op.getPads()[0] <= 1;
}

LogicalResult
edgecc::lowerInBands(ConvOp op, StringRef kernel, StringRef small,
                     StringRef header, KernelCallBuilder &call,
                     llvm::function_ref<int64_t(int64_t)> getBytes,
                     llvm::function_ref<LogicalResult()> addEpilogue) {
  int64_t band = chooseBand(op, getBytes), bytes = getBytes(band);
  bool inArena = beginImageCall(op, kernel, small, header, bytes, call);
  call.addInt(band);
  if (failed(addEpilogue()))
    return failure();
  if (canOverwriteInput(op))
    call.allowInplace(0);
  if (inArena)
    call.addScratch(bytes);
  return success();
}
