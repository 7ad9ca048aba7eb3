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
  return failed(pool) ? failure() : node.setResult(node.toChannelsFirst(*pool));
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
