//===- Pooling.cpp - Pools ------------------------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

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
  if (!elementType.isF32() && !elementType.isSignlessInteger(8))
    return node.unsupported("elements of type " + getTypeName(elementType) +
                            "; supported are float and int8");
  FailureOr<Window> window = readPoolWindow(node);
  if (failed(window))
    return failure();
  auto pool = node.create<edge::MaxPoolOp>(
      node.toChannelsLast(node.operand(0)), window->kernel, window->strides,
      window->pads, window->dilations, node.getInt("ceil_mode", 0) != 0);
  return failed(pool) ? failure() : node.setResult(node.toChannelsFirst(*pool));
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
