//===- Pooling.cpp - Pools ------------------------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Composer.h"
#include "OperatorTable.h"
#include "Window.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::importer;

/// The window of a pool. A window may not lie in the padding alone: its maximum
/// or mean would be that of nothing.
static FailureOr<Window> readPoolWindow(NodeImporter &node) {
  FailureOr<Window> window = readWindow(node, {});
  if (failed(window))
    return failure();
  size_t spatial = window->kernel.size();
  for (auto [index, pad] : llvm::enumerate(window->pads)) {
    size_t axis = index % spatial;
    int64_t extent = (window->kernel[axis] - 1) * window->dilations[axis] + 1;
    if (pad >= extent)
      return node.error() << "padding of " << pad << " along spatial axis "
                          << axis << " has to be less than the " << extent
                          << " elements that the window spans";
  }
  return window;
}

namespace {
/// Where the maxima of a pool lie: every window is taken apart, which costs far
/// more than the pool itself.
class MaxIndices {
public:
  MaxIndices(NodeImporter &node, const Window &window,
             ArrayRef<int64_t> resultShape)
      : node(node), window(window), input(node.shape(0).drop_front(2)),
        output(resultShape.drop_front(2)) {}

  /// Positions in the flat input, for each element of the result.
  LogicalResult import();

private:
  void listTaps();
  /// The place in row- or column-major order of a spatial position.
  int64_t flatten(ArrayRef<int64_t> position, bool columnMajor) const;

  NodeImporter &node;
  const Window &window;
  ArrayRef<int64_t> input, output;
  /// For each tap of each window: its place in an image that one element of
  /// padding follows, and as ONNX counts.
  SmallVector<int64_t> taps, places;
};
} // namespace

/// Elements of all windows of a channel; more are no network for a device.
static constexpr int64_t kMaxTaps = int64_t(1) << 22;

static int64_t product(ArrayRef<int64_t> sizes) {
  int64_t result = 1;
  for (int64_t size : sizes)
    result *= size;
  return result;
}

int64_t MaxIndices::flatten(ArrayRef<int64_t> position,
                            bool columnMajor) const {
  int64_t flat = 0;
  for (size_t i = 0, e = position.size(); i != e; ++i) {
    size_t axis = columnMajor ? e - 1 - i : i;
    flat = flat * input[axis] + position[axis];
  }
  return flat;
}

void MaxIndices::listTaps() {
  bool columnMajor = node.getInt("storage_order", 0) != 0;
  int64_t count = product(output), tapCount = product(window.kernel);
  size_t rank = input.size();
  for (int64_t at = 0; at != count * tapCount; ++at) {
    SmallVector<int64_t> position(rank);
    int64_t windowRest = at / tapCount, tapRest = at % tapCount;
    bool inside = true;
    for (size_t axis = rank; axis-- != 0;) {
      position[axis] = windowRest % output[axis] * window.strides[axis] -
                       window.pads[axis] +
                       tapRest % window.kernel[axis] * window.dilations[axis];
      inside &= position[axis] >= 0 && position[axis] < input[axis];
      windowRest /= output[axis];
      tapRest /= window.kernel[axis];
    }
    taps.push_back(inside ? flatten(position, false) : product(input));
    places.push_back(inside ? flatten(position, columnMajor) : 0);
  }
}

LogicalResult MaxIndices::import() {
  std::optional<int64_t> count = countElements(output);
  std::optional<int64_t> tapCount = countElements(window.kernel);
  if (!count || !tapCount || *count > kMaxTaps || *tapCount > kMaxTaps ||
      *count * *tapCount > kMaxTaps)
    return node.unsupported("its output 'Indices' of windows with more than " +
                            Twine(kMaxTaps) + " elements in all");
  listTaps();
  Composer c(node);
  Type type = node.type(0).getElementType();
  double lowest = isa<FloatType>(type)
                      ? -std::numeric_limits<double>::infinity()
                  : type.isUnsignedInteger() ? 0
                                             : -128;
  int64_t images = node.shape(0)[0] * node.shape(0)[1], size = product(input);
  Value flat = c.concat({c.reshape(node.operand(0), {images, size}),
                         c.splat({images, 1}, type, lowest)},
                        1);
  Value windows = c.reshape(c.gather(flat, ArrayRef<int64_t>(taps), 1),
                            {images, *count, *tapCount});
  Value best = c.topK(windows, 2, 1, /*largest=*/true);
  Value table = c.expand(c.ints({1, *count, *tapCount}, places),
                         {images, *count, *tapCount});
  Value index =
      c.add(c.gatherElements(table, best, 2), c.iota(images, 3, 0, size));
  SmallVector<int64_t> shape(node.shape(0).take_front(2));
  llvm::append_range(shape, output);
  return c.finish(1, c.reshape(index, shape));
}

LogicalResult importer::importMaxPool(NodeImporter &node) {
  Type elementType = node.type(0).getElementType();
  if (elementType.isSignlessInteger(1))
    return node.unsupported("elements of type bool");
  FailureOr<Window> window = readPoolWindow(node);
  if (failed(window))
    return failure();
  auto pool = node.create<edge::MaxPoolOp>(
      node.toChannelsLast(node.operand(0)), window->kernel, window->strides,
      window->pads, window->dilations, node.getInt("ceil_mode", 0) != 0);
  if (failed(pool))
    return failure();
  Value result = node.toChannelsFirst(*pool);
  if (failed(node.setResult(result)))
    return failure();
  if (!node.usesResult(1))
    return success();
  return MaxIndices(node, *window, typeOf(result).getShape()).import();
}

/// The p-norm of each window: the sum of powers is a convolution with ones.
LogicalResult importer::importLpPool(NodeImporter &node) {
  int64_t p = node.getInt("p", 2);
  if (failed(node.requireFloat(0)))
    return failure();
  if (p < 1)
    return node.error() << "attribute 'p' is " << p
                        << "; it has to be at least 1";
  FailureOr<Window> window = readPoolWindow(node);
  if (failed(window))
    return failure();
  Composer c(node);
  auto power = [&](Value value, double exponent) {
    return c.map(value, [&](ScalarBuilder &s, ValueRange v) {
      return s.make<math::PowFOp>(s.abs(v[0]), s.constant(exponent, v[0]));
    });
  };
  Type f32 = node.builder.getF32Type();
  int64_t channels = node.shape(0)[1];
  SmallVector<int64_t> filter{channels};
  llvm::append_range(filter, window->kernel);
  filter.push_back(1);
  auto sum = node.create<edge::ConvOp>(
      node.toChannelsLast(power(node.operand(0), double(p))),
      c.splat(filter, f32, 1), c.splat({channels}, f32, 0), window->strides,
      window->pads, window->dilations, channels, FloatAttr(), FloatAttr());
  if (failed(sum))
    return failure();
  return c.finish(power(node.toChannelsFirst(*sum), 1.0 / double(p)));
}

LogicalResult importer::importAveragePool(NodeImporter &node) {
  if (failed(node.requireFloat(0)))
    return failure();
  FailureOr<Window> window = readPoolWindow(node);
  if (failed(window))
    return failure();
  auto pool = node.create<edge::AvgPoolOp>(
      node.toChannelsLast(node.operand(0)), window->kernel, window->strides,
      window->pads, window->dilations, node.getInt("ceil_mode", 0) != 0,
      node.getInt("count_include_pad", 0) != 0, FloatAttr(), FloatAttr());
  return failed(pool) ? failure() : node.setResult(node.toChannelsFirst(*pool));
}

/// Channels last, so that the reduced axes are those that integer pools have.
static LogicalResult importGlobalPool(NodeImporter &node,
                                      edge::ReduceKind kind) {
  if (failed(node.requireFloat(0)))
    return failure();
  if (node.rank(0) < 3)
    return node.error() << "needs an input [N, C, spatial...], found shape "
                        << describeShape(node.shape(0));
  auto axes = llvm::to_vector(llvm::seq<int64_t>(1, node.rank(0) - 1));
  auto reduce = node.create<edge::ReduceOp>(
      node.toChannelsLast(node.operand(0)), kind, axes);
  return failed(reduce) ? failure()
                        : node.setResult(node.toChannelsFirst(*reduce));
}

LogicalResult importer::importGlobalAveragePool(NodeImporter &node) {
  return importGlobalPool(node, edge::ReduceKind::Mean);
}

LogicalResult importer::importGlobalMaxPool(NodeImporter &node) {
  return importGlobalPool(node, edge::ReduceKind::Max);
}
