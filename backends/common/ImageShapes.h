//===- ImageShapes.h - One-dimensional signals as images --------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The spatial kernels take images [N, H, W, C]. A signal [N, W, C] is an image
// of height 1; its window gets a first axis of size 1.
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_BACKENDS_COMMON_IMAGESHAPES_H
#define EDGECC_BACKENDS_COMMON_IMAGESHAPES_H

#include "RasterOverlap.h"

#include "edgecc/Backend/KernelRegistry.h"

namespace edgecc {

/// [N, H, W, C] of a channels-last tensor of rank 3 or 4.
inline llvm::SmallVector<int64_t> getImageShape(mlir::Value value) {
  auto type = mlir::cast<mlir::RankedTensorType>(value.getType());
  llvm::SmallVector<int64_t> shape(type.getShape());
  if (shape.size() == 3)
    shape.insert(shape.begin() + 1, 1);
  return shape;
}

/// The window of an operation with one or two spatial axes; pads are (begins,
/// ends).
inline kern::WindowAttr getWindow(mlir::MLIRContext *context,
                                  llvm::ArrayRef<int64_t> kernel,
                                  llvm::ArrayRef<int64_t> strides,
                                  llvm::ArrayRef<int64_t> dilations,
                                  llvm::ArrayRef<int64_t> pads) {
  if (kernel.size() == 2)
    return kern::WindowAttr::get(context, kernel, strides, dilations, pads);
  return kern::WindowAttr::get(context, {1, kernel[0]}, {1, strides[0]},
                               {1, dilations[0]}, {0, pads[0], 0, pads[1]});
}

/// For kernels that go through an image in row-major order, with the image as
/// input 0: `block` and `readsFirst` as in RasterOrder.
inline void allowRasterOverlap(mlir::Value input, mlir::Value result,
                               kern::WindowAttr window, KernelCallBuilder &call,
                               int64_t block = 1, bool readsFirst = false) {
  llvm::SmallVector<int64_t> in = getImageShape(input),
                             out = getImageShape(result);
  auto bytesOf = [](mlir::Value value) {
    return int64_t(reference::getElementBytes(
        mlir::cast<mlir::RankedTensorType>(value.getType()).getElementType()));
  };
  if (bytesOf(input) == bytesOf(result))
    call.allowOverlap(0, getOverlapDistance({in, out, window, block, readsFirst,
                                             bytesOf(input)}));
}

/// The same for kernels that can take the blocks in the opposite order; after
/// their last scalar has been added.
inline void allowRasterBackwards(mlir::Value input, mlir::Value result,
                                 kern::WindowAttr window,
                                 KernelCallBuilder &call, int64_t block,
                                 bool readsFirst) {
  llvm::SmallVector<int64_t> in = getImageShape(input),
                             out = getImageShape(result);
  call.allowBackwards(
      0, getBackwardsDistance({in, out, window, block, readsFirst, 1}));
}

/// The shapes and the window of an operation for the kernels over any number of
/// spatial axes.
template <typename OpT>
void addWindowNd(OpT op, llvm::ArrayRef<int64_t> kernel,
                 KernelCallBuilder &call) {
  call.addShape(op.getInput());
  call.addShape(op.getResult());
  for (llvm::ArrayRef<int64_t> list :
       {kernel, op.getStrides(), op.getDilations(), op.getPads()})
    call.addShape(list);
}

} // namespace edgecc

#endif // EDGECC_BACKENDS_COMMON_IMAGESHAPES_H
