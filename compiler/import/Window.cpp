//===- Window.cpp - Attributes of convolution and pooling -----------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Window.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::importer;

/// Larger values than any tensor has axes long; sums and products of two of
/// them cannot overflow.
static constexpr int64_t kMaxExtent = kMaxElements;

/// A list attribute with one entry per spatial axis (two for pads).
static FailureOr<SmallVector<int64_t>> readList(NodeImporter &node,
                                                StringRef name, size_t size,
                                                int64_t otherwise,
                                                int64_t least) {
  std::optional<SmallVector<int64_t>> list = node.getInts(name);
  if (!list || (list->empty() && size != 0))
    return SmallVector<int64_t>(size, otherwise);
  if (list->size() != size)
    return node.error() << "attribute '" << name << "' has " << list->size()
                        << " entries, but the input of shape "
                        << describeShape(node.shape(0)) << " needs " << size;
  for (int64_t value : *list)
    if (value < least || value > kMaxExtent)
      return node.error() << "attribute '" << name << "' holds " << value
                          << "; it has to be at least " << least;
  return std::move(*list);
}

/// Pads such that the result has ceil(size / stride) elements; where their
/// number is odd, one more at the end (upper) or at the begin (lower).
static void padToSame(ArrayRef<int64_t> sizes, bool upper, Window &window) {
  size_t spatial = sizes.size();
  window.pads.assign(2 * spatial, 0);
  for (size_t i = 0; i != spatial; ++i) {
    int64_t stride = window.strides[i];
    int64_t extent = (window.kernel[i] - 1) * window.dilations[i] + 1;
    int64_t count = (sizes[i] + stride - 1) / stride;
    int64_t total =
        std::max<int64_t>((count - 1) * stride + extent - sizes[i], 0);
    window.pads[i] = upper ? total / 2 : total - total / 2;
    window.pads[spatial + i] = total - window.pads[i];
  }
}

static LogicalResult readPads(NodeImporter &node, Window &window) {
  ArrayRef<int64_t> sizes = node.shape(0).drop_front(2);
  std::string mode = node.getString("auto_pad", "NOTSET");
  if (mode == "SAME_UPPER" || mode == "SAME_LOWER") {
    padToSame(sizes, mode == "SAME_UPPER", window);
    return success();
  }
  if (mode == "VALID") {
    window.pads.assign(2 * sizes.size(), 0);
    return success();
  }
  if (mode != "NOTSET" && !mode.empty())
    return node.error() << "attribute 'auto_pad' is '" << mode
                        << "'; it has to be NOTSET, VALID, SAME_UPPER or "
                           "SAME_LOWER";
  auto pads = readList(node, "pads", 2 * sizes.size(), 0, 0);
  if (failed(pads))
    return failure();
  window.pads = std::move(*pads);
  return success();
}

static LogicalResult checkFits(NodeImporter &node, const Window &window) {
  ArrayRef<int64_t> sizes = node.shape(0).drop_front(2);
  for (size_t i = 0; i != sizes.size(); ++i) {
    int64_t extent = (window.kernel[i] - 1) * window.dilations[i] + 1;
    int64_t low = window.pads[i], high = window.pads[sizes.size() + i];
    if (sizes[i] + low + high < extent)
      return node.error() << "a window that spans " << extent
                          << " elements does not fit into spatial axis " << i
                          << " of the input of shape "
                          << describeShape(node.shape(0)) << ", padded by "
                          << low << " and " << high;
  }
  return success();
}

FailureOr<Window> importer::readWindow(NodeImporter &node,
                                       ArrayRef<int64_t> filterKernel) {
  if (node.rank(0) < 3)
    return node.error() << "needs an input [N, C, spatial...], found shape "
                        << describeShape(node.shape(0));
  if (llvm::is_contained(node.shape(0), 0))
    return node.error() << "input of shape " << describeShape(node.shape(0))
                        << " is empty";
  size_t spatial = node.rank(0) - 2;
  Window window;
  FailureOr<SmallVector<int64_t>> kernel, strides, dilations;
  if (failed(kernel = readList(node, "kernel_shape", spatial, 0, 1)) ||
      failed(strides = readList(node, "strides", spatial, 1, 1)) ||
      failed(dilations = readList(node, "dilations", spatial, 1, 1)))
    return failure();
  if (!filterKernel.empty()) {
    if (node.hasAttribute("kernel_shape") && ArrayRef(*kernel) != filterKernel)
      return node.error() << "attribute 'kernel_shape' is "
                          << describeShape(*kernel) << ", but the filter has "
                          << describeShape(filterKernel);
    kernel->assign(filterKernel.begin(), filterKernel.end());
  } else if (!node.hasAttribute("kernel_shape")) {
    return node.error() << "has no attribute 'kernel_shape'";
  }
  window.kernel = std::move(*kernel);
  window.strides = std::move(*strides);
  window.dilations = std::move(*dilations);
  for (size_t i = 0; i != spatial; ++i)
    if ((window.kernel[i] - 1) > kMaxExtent / window.dilations[i])
      return node.error() << "a kernel of " << window.kernel[i]
                          << " with dilation " << window.dilations[i]
                          << " spans more than 2^31 elements";
  if (failed(readPads(node, window)) || failed(checkFits(node, window)))
    return failure();
  return window;
}
