//===- EdgeSpatial.cpp - Convolution and pooling --------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "EdgeVerify.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;

//===----------------------------------------------------------------------===//
// Windows
//===----------------------------------------------------------------------===//

namespace {
/// What convolution and pooling have in common: a window that moves over the
/// spatial axes of [N, spatial..., C].
struct Window {
  ArrayRef<int64_t> kernel, strides, pads, dilations;
  bool ceilMode = false;
};
} // namespace

static LogicalResult checkWindow(std::optional<Location> loc,
                                 RankedTensorType input, const Window &window) {
  size_t spatial = window.kernel.size();
  if (input.getRank() != int64_t(spatial) + 2)
    return emitOptionalError(loc, "a window of ", spatial,
                             " axes needs an input of rank ", spatial + 2,
                             " ([N, spatial..., C]), found ", input);
  if (window.strides.size() != spatial || window.dilations.size() != spatial ||
      window.pads.size() != 2 * spatial)
    return emitOptionalError(
        loc, "needs ", spatial, " strides, ", spatial, " dilations and ",
        2 * spatial, " pads, found ", window.strides.size(), ", ",
        window.dilations.size(), " and ", window.pads.size());
  // The upper bound keeps products of two of them from overflowing.
  auto isPositive = [](int64_t v) { return v > 0 && v <= INT32_MAX; };
  auto isPad = [](int64_t v) { return v >= 0 && v <= INT32_MAX; };
  if (!llvm::all_of(window.kernel, isPositive) ||
      !llvm::all_of(window.strides, isPositive) ||
      !llvm::all_of(window.dilations, isPositive) ||
      !llvm::all_of(window.pads, isPad))
    return emitOptionalError(loc, "kernel, strides and dilations have to be "
                                  "positive, pads must not be negative, and "
                                  "none may exceed 31 bits");
  return success();
}

/// The spatial sizes of the result, as in ONNX Conv and Pool.
static LogicalResult inferWindow(std::optional<Location> loc,
                                 RankedTensorType input, const Window &window,
                                 SmallVectorImpl<int64_t> &sizes) {
  if (failed(checkWindow(loc, input, window)))
    return failure();
  size_t spatial = window.kernel.size();
  for (size_t i = 0; i != spatial; ++i) {
    int64_t size = input.getDimSize(i + 1);
    int64_t low = window.pads[i], stride = window.strides[i];
    int64_t extent = (window.kernel[i] - 1) * window.dilations[i] + 1;
    int64_t room = size + low + window.pads[spatial + i] - extent;
    if (room < 0)
      return emitOptionalError(loc, "window of ", extent,
                               " does not fit into spatial axis ", i,
                               " of size ", size, " with padding ", low,
                               " and ", window.pads[spatial + i]);
    int64_t count = room / stride + 1;
    // A window that overhangs must still begin inside the image or its begin
    // padding (ONNX Pool, ceil_mode).
    if (window.ceilMode && room % stride != 0 && count * stride < size + low)
      ++count;
    sizes.push_back(count);
  }
  return success();
}

//===----------------------------------------------------------------------===//
// ConvOp
//===----------------------------------------------------------------------===//

LogicalResult ConvOp::inferReturnTypeComponents(
    MLIRContext *, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<ShapedTypeComponents> &result) {
  RankedTensorType input = typeOf(adaptor.getInput());
  RankedTensorType filter = typeOf(adaptor.getFilter());
  RankedTensorType bias = typeOf(adaptor.getBias());
  if (filter.getRank() < 3 || input.getRank() != filter.getRank())
    return emitOptionalError(loc, "input ", input, " and filter ", filter,
                             " need the same rank, at least 3");
  int64_t groups = adaptor.getGroups();
  int64_t outputs = filter.getDimSize(0), channels = input.getShape().back();
  if (groups < 1 || channels % groups != 0 || outputs % groups != 0 ||
      channels / groups != filter.getShape().back())
    return emitOptionalError(loc, "filter ", filter, " with ", groups,
                             " groups does not fit ", channels,
                             " input channels");
  if (bias.getShape() != ArrayRef<int64_t>{outputs})
    return emitOptionalError(loc, "bias has type ", bias, ", expected ",
                             outputs, " elements");
  Window window{filter.getShape().drop_front().drop_back(),
                adaptor.getStrides(), adaptor.getPads(),
                adaptor.getDilations()};
  SmallVector<int64_t> shape{input.getDimSize(0)};
  if (failed(inferWindow(loc, input, window, shape)))
    return failure();
  shape.push_back(outputs);
  result.emplace_back(shape);
  return success();
}

bool ConvOp::isDepthwise() {
  int64_t groups = int64_t(getGroups());
  return groups > 1 && typeOf(getInput()).getShape().back() == groups &&
         typeOf(getResult()).getShape().back() == groups;
}

LogicalResult ConvOp::verify() {
  return verifyWeighted(*this, getInput(), getFilter(), getBias(), getResult());
}

OpOperand &ConvOp::getDataOperand() { return getInputMutable(); }
int64_t ConvOp::getWeightGroups() { return getGroups(); }
bool ConvOp::padsWithZeros() {
  return llvm::any_of(getPads(), [](int64_t pad) { return pad != 0; });
}
OpOperand &ConvOp::getWeightsOperand() { return getFilterMutable(); }
OpOperand &ConvOp::getBiasOperand() { return getBiasMutable(); }

int64_t ConvOp::getMacCount() {
  RankedTensorType filter = typeOf(getFilter());
  return typeOf(getResult()).getNumElements() *
         (filter.getNumElements() / filter.getDimSize(0));
}

//===----------------------------------------------------------------------===//
// Pooling
//===----------------------------------------------------------------------===//

template <typename AdaptorT>
static LogicalResult inferPool(std::optional<Location> loc, AdaptorT adaptor,
                               SmallVectorImpl<ShapedTypeComponents> &result) {
  RankedTensorType input = typeOf(adaptor.getInput());
  Window window{adaptor.getKernel(), adaptor.getStrides(), adaptor.getPads(),
                adaptor.getDilations(), adaptor.getCeilMode()};
  SmallVector<int64_t> shape;
  if (input.getRank() > 0)
    shape.push_back(input.getDimSize(0));
  if (failed(inferWindow(loc, input, window, shape)))
    return failure();
  shape.push_back(input.getShape().back());
  result.emplace_back(shape);
  return success();
}

LogicalResult MaxPoolOp::inferReturnTypeComponents(
    MLIRContext *, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<ShapedTypeComponents> &result) {
  return inferPool(loc, adaptor, result);
}

LogicalResult AvgPoolOp::inferReturnTypeComponents(
    MLIRContext *, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<ShapedTypeComponents> &result) {
  return inferPool(loc, adaptor, result);
}

LogicalResult MaxPoolOp::verify() {
  if (getElementTypeOrSelf(getInput().getType()) !=
      getElementTypeOrSelf(getType()))
    return emitOpError("input and result need the same element type, found ")
           << getInput().getType() << " and " << getType();
  return success();
}

LogicalResult AvgPoolOp::verify() {
  return verifySameKind(*this, getInput().getType(), getType());
}
