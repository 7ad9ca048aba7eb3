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

/// The same for images as the kernel sees them.
static bool beginImageCall(ArrayRef<int64_t> in, ArrayRef<int64_t> out,
                           kern::WindowAttr window, StringRef kernel,
                           StringRef small, StringRef header,
                           int64_t bufferBytes, KernelCallBuilder &call) {
  bool inArena = bufferBytes > kMaxStackBytes;
  call.begin(inArena ? kernel : small, header);
  call.addShape(in);
  call.addShape(out);
  call.addTemplateArg(window);
  return inArena;
}

bool edgecc::beginImageCall(ConvOp op, StringRef kernel, StringRef small,
                            StringRef header, int64_t bufferBytes,
                            KernelCallBuilder &call) {
  return ::beginImageCall(getImageShape(op.getInput()),
                          getImageShape(op.getResult()), getWindowOf(op),
                          kernel, small, header, bufferBytes, call);
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

/// Whether every row of a channel is read before it is written, by a kernel
/// that reads all rows of a window of `height` first.
static bool canOverwriteInput(ArrayRef<int64_t> in, ArrayRef<int64_t> out,
                              kern::WindowAttr window, int64_t height) {
  return out[1] <= in[1] && out[2] <= in[2] && window.getPads()[0] < height;
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
  if (canOverwriteInput(getImageShape(op.getInput()),
                        getImageShape(op.getResult()), getWindowOf(op),
                        /*height=*/2))
    call.allowInplace(0);
  if (inArena)
    call.addScratch(bytes);
  return success();
}

ColumnWindows::ColumnWindows(ConvOp op)
    : window(getWindowOf(op)), in(getImageShape(op.getInput())),
      out(getImageShape(op.getResult())) {
  ArrayRef<int64_t> pads = window.getPads();
  if (in[2] == 1 && window.getKernel()[1] == 1 && pads[1] + pads[3] == 0) {
    std::swap(in[1], in[2]);
    std::swap(out[1], out[2]);
    window = kern::WindowAttr::get(op.getContext(), {1, window.getKernel()[0]},
                                   {1, window.getStrides()[0]},
                                   {1, window.getDilations()[0]},
                                   {0, pads[0], 0, pads[2]});
  }
  ArrayRef<int64_t> kernel = window.getKernel(),
                    dilations = window.getDilations();
  height = (kernel[0] - 1) * dilations[0] + 1;
  span = (out[2] - 1) * window.getStrides()[1] +
         (kernel[1] - 1) * dilations[1] + 1;
}

LogicalResult
edgecc::lowerInColumns(const ColumnWindows &columns, StringRef kernel,
                       StringRef small, StringRef header, int64_t bytes,
                       KernelCallBuilder &call,
                       llvm::function_ref<LogicalResult()> addEpilogue) {
  bool inArena = ::beginImageCall(columns.in, columns.out, columns.window,
                                  kernel, small, header, bytes, call);
  if (failed(addEpilogue()))
    return failure();
  if (canOverwriteInput(columns.in, columns.out, columns.window,
                        columns.height))
    call.allowInplace(0);
  if (inArena)
    call.addScratch(bytes);
  return success();
}
