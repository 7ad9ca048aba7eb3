//===- ConvolutionKernels.cpp - Kernels of edge.conv ----------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ImageShapes.h"
#include "PackedWeights.h"

#include "edgecc/Backend/KernelRegistry.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;

static RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

/// Every group has one input channel, and the filter can be packed. With a
/// single group the taps of a row lie side by side, which the general kernel
/// makes more of.
static bool isDepthwise(ConvOp op) {
  return op.getGroups() > 1 && isConstant(op.getFilter()) &&
         typeOf(op.getInput()).getShape().back() == int64_t(op.getGroups());
}

static bool isImage(ConvOp op) { return typeOf(op.getInput()).getRank() <= 4; }

/// Integers need their weights at compile time: zero points are folded in, and
/// what sums can reach is derived from them.
static bool hasKnownImage(ConvOp op) {
  return isImage(op) && isConstant(op.getFilter()) && isConstant(op.getBias());
}

static bool isInt8Image(ConvOp op) { return isInt8Op(op) && hasKnownImage(op); }

static bool isInt16Image(ConvOp op) {
  return isInt16Op(op) && hasKnownImage(op);
}

/// Depthwise filters [O, kernel..., 1] in the order in which their kernel reads
/// them: [kernel..., O].
static reference::Tensor packDepthwise(const reference::Tensor &filter) {
  int64_t outputs = filter.getDim(0), taps = filter.getNumElements() / outputs;
  unsigned bytes = reference::getElementBytes(filter.getElementType());
  reference::Tensor packed(RankedTensorType::get(
      {taps, outputs}, getStorageType(filter.getElementType())));
  for (int64_t o = 0; o != outputs; ++o)
    for (int64_t t = 0; t != taps; ++t)
      std::copy_n(filter.getRawData().data() + (o * taps + t) * bytes, bytes,
                  packed.getRawData().data() + (t * outputs + o) * bytes);
  return packed;
}

static kern::WindowAttr getWindowOf(ConvOp op) {
  return getWindow(op.getContext(),
                   typeOf(op.getFilter()).getShape().drop_front().drop_back(),
                   op.getStrides(), op.getDilations(), op.getPads());
}

static void addConvShapes(ConvOp op, KernelCallBuilder &call) {
  call.addShape(getImageShape(op.getInput()));
  call.addShape(getImageShape(op.getResult()));
  call.addTemplateArg(getWindowOf(op));
}

static LogicalResult lowerConv(ConvOp op, KernelCallBuilder &call,
                               StringRef kernel, StringRef header,
                               bool depthwise) {
  call.begin(kernel, header);
  addConvShapes(op, call);
  if (!depthwise)
    call.addInt(op.getGroups());
  call.addInput(op.getInput());
  allowRasterOverlap(op.getInput(), op.getResult(), getWindowOf(op), call);
  if (depthwise)
    call.addData("filter", packDepthwise(*getConstantTensor(op.getFilter())));
  else
    call.addOperand("filter", op.getFilter());
  return addWeightedEpilogue(op, op.getInput(), op.getFilter(), op.getBias(),
                             /*passInputZero=*/true, call);
}

/// Weights of four bits. Rows of a depthwise filter are too short to gain.
static bool isPackedConv(ConvOp op) {
  return isInt8Image(op) && !isDepthwise(op) && PackedWeights::find(op);
}

static LogicalResult lowerPackedConv(ConvOp op, KernelCallBuilder &call) {
  // Larger buffers come out of the arena, smaller ones lie on the stack.
  constexpr int64_t kMaxStackBytes = 1024;
  PackedWeights weights = *PackedWeights::find(op);
  int64_t rowsInBuffer =
      weights.getRows() / int64_t(op.getGroups()) < 4 ? 1 : 4;
  int64_t bytes = rowsInBuffer * weights.getRowSize();
  bool inArena = bytes > kMaxStackBytes;
  call.begin(inArena ? "conv2d_s8w4" : "conv2d_s8w4_small", "conv2d_w4.h");
  addConvShapes(op, call);
  call.addInt(op.getGroups());
  call.addInt(weights.getGroup());
  call.addInput(op.getInput());
  call.setPrecision("s8w4");
  call.addData("digits", weights.packDigits());
  call.addData("steps", weights.packSteps());
  if (failed(addWeightedEpilogue(op, op.getInput(), op.getFilter(),
                                 op.getBias(), /*passInputZero=*/true, call)))
    return failure();
  if (inArena)
    call.addScratch(bytes);
  return success();
}

/// Any number of spatial axes.
static LogicalResult lowerConvNd(ConvOp op, KernelCallBuilder &call) {
  call.begin("conv_nd_f32", "window_nd.h");
  addWindowNd(op, typeOf(op.getFilter()).getShape().drop_front().drop_back(),
              call);
  call.addInt(op.getGroups());
  call.addInput(op.getInput());
  call.addOperand("filter", op.getFilter());
  return addWeightedEpilogue(op, op.getInput(), op.getFilter(), op.getBias(),
                             /*passInputZero=*/false, call);
}

void edgecc::registerConvolutionKernels(KernelRegistry &registry) {
  registry.add<ConvOp>(
      "conv2d_f32", [](ConvOp op) { return isFloatOp(op) && isImage(op); },
      [](ConvOp op, KernelCallBuilder &call) {
        return lowerConv(op, call, "conv2d_f32", "conv2d.h", false);
      });
  registry.add<ConvOp>(
      "conv_nd_f32", [](ConvOp op) { return isFloatOp(op); }, lowerConvNd,
      /*benefit=*/-1);
  registry.add<ConvOp>(
      "conv2d_s8", isInt8Image, [](ConvOp op, KernelCallBuilder &call) {
        return lowerConv(op, call, "conv2d_s8", "conv2d.h", false);
      });
  registry.add<ConvOp>("conv2d_s8w4", isPackedConv, lowerPackedConv,
                       /*benefit=*/2);
  registry.add<ConvOp>(
      "depthwise_conv2d_f32",
      [](ConvOp op) { return isFloatOp(op) && isImage(op) && isDepthwise(op); },
      [](ConvOp op, KernelCallBuilder &call) {
        return lowerConv(op, call, "depthwise_conv2d_f32", "depthwise_conv2d.h",
                         true);
      },
      /*benefit=*/1);
  registry.add<ConvOp>(
      "depthwise_conv2d_s8",
      [](ConvOp op) { return isInt8Image(op) && isDepthwise(op); },
      [](ConvOp op, KernelCallBuilder &call) {
        return lowerConv(op, call, "depthwise_conv2d_s8", "depthwise_conv2d.h",
                         true);
      },
      /*benefit=*/1);
  registry.add<ConvOp>(
      "conv2d_s16x8", isInt16Image, [](ConvOp op, KernelCallBuilder &call) {
        return lowerConv(op, call, "conv2d_s16x8", "conv2d.h", false);
      });
  registry.add<ConvOp>(
      "depthwise_conv2d_s16x8",
      [](ConvOp op) { return isInt16Image(op) && isDepthwise(op); },
      [](ConvOp op, KernelCallBuilder &call) {
        return lowerConv(op, call, "depthwise_conv2d_s16x8",
                         "depthwise_conv2d.h", true);
      },
      /*benefit=*/1);
}
