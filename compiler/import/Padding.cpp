//===- Padding.cpp - Pad, CenterCropPad -----------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Composer.h"
#include "OperatorTable.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::importer;

//===----------------------------------------------------------------------===//
// Pad
//===----------------------------------------------------------------------===//

static FailureOr<double> getPadValue(NodeImporter &node) {
  if (node.has(2))
    return node.requireScalar(2, "constant_value");
  return double(node.getFloat("value", 0.0f));
}

/// The element that stands at `position`, which may be outside of an axis of
/// `size` elements.
static int64_t getSource(StringRef mode, int64_t position, int64_t size) {
  if (mode == "edge" || size == 1)
    return std::clamp<int64_t>(position, 0, size - 1);
  int64_t period = mode == "wrap" ? size : 2 * size - 2;
  int64_t rest = (position % period + period) % period;
  return rest < size ? rest : period - rest;
}

/// Pads with elements of the tensor itself: a gather along each axis.
static LogicalResult padFromInside(NodeImporter &node, StringRef mode,
                                   ArrayRef<int64_t> low,
                                   ArrayRef<int64_t> high) {
  Composer c(node);
  Value value = node.operand(0);
  for (int64_t axis = 0; axis != node.rank(0); ++axis) {
    int64_t size = node.shape(0)[axis];
    if (low[axis] == 0 && high[axis] == 0)
      continue;
    SmallVector<int64_t> longer(node.shape(0));
    longer[axis] = size + low[axis] + high[axis];
    if (!countElements(longer) || size == 0)
      return node.error() << "cannot pad axis " << axis << " of shape "
                          << describeShape(node.shape(0));
    SmallVector<int64_t> indices;
    for (int64_t at = -low[axis]; at < size + high[axis]; ++at)
      indices.push_back(getSource(mode, at, size));
    value = c.gather(value, indices, axis);
  }
  return c.finish(value);
}

LogicalResult importer::importPad(NodeImporter &node) {
  int64_t rank = node.rank(0);
  auto pads = node.intsFrom("pads", 1);
  if (failed(pads))
    return failure();
  auto axes = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  if (node.has(3)) {
    auto given = node.requireInts(3, "axes");
    if (failed(given))
      return failure();
    axes.clear();
    for (int64_t axis : *given) {
      FailureOr<int64_t> normal = node.normalizeAxis(axis, rank);
      if (failed(normal))
        return failure();
      axes.push_back(*normal);
    }
  }
  if (!*pads || (*pads)->size() != 2 * axes.size())
    return node.error() << "needs " << 2 * axes.size() << " pads, found "
                        << (*pads ? (*pads)->size() : 0);
  SmallVector<int64_t> low(rank, 0), high(rank, 0);
  for (auto [index, axis] : llvm::enumerate(axes)) {
    low[axis] = (**pads)[index];
    high[axis] = (**pads)[axes.size() + index];
    int64_t size = node.shape(0)[axis];
    for (int64_t pad : {low[axis], high[axis]})
      if (pad > kMaxElements || pad < -size)
        return node.error() << "cannot pad axis " << axis << " of shape "
                            << describeShape(node.shape(0)) << " by " << pad;
  }
  std::string mode = node.getString("mode", "constant");
  if (mode == "reflect" || mode == "edge" || mode == "wrap")
    return padFromInside(node, mode, low, high);
  if (mode != "constant")
    return node.error() << "attribute 'mode' is '" << mode
                        << "'; it has to be constant, reflect, edge or wrap";
  FailureOr<double> value = getPadValue(node);
  if (failed(value))
    return failure();
  return node.setResult(
      node.create<edge::PadOp>(node.operand(0), low, high, APFloat(*value)));
}

//===----------------------------------------------------------------------===//
// CenterCropPad
//===----------------------------------------------------------------------===//

/// Cuts off, or adds zeros, on both sides; one more at the end where the number
/// is odd.
LogicalResult importer::importCenterCropPad(NodeImporter &node) {
  auto sizes = node.requireInts(1, "shape");
  if (failed(sizes))
    return failure();
  int64_t rank = node.rank(0);
  auto axes = node.getInts("axes").value_or(
      llvm::to_vector(llvm::seq<int64_t>(0, rank)));
  if (axes.size() != sizes->size() || !countElements(*sizes))
    return node.error() << "needs " << axes.size() << " sizes, found "
                        << describeShape(*sizes);
  SmallVector<int64_t> low(rank, 0), high(rank, 0);
  for (auto [axis, size] : llvm::zip_equal(axes, *sizes)) {
    FailureOr<int64_t> normal = node.normalizeAxis(axis, rank);
    if (failed(normal))
      return failure();
    int64_t more = size - node.shape(0)[*normal];
    low[*normal] = more / 2;
    high[*normal] = more - more / 2;
  }
  Composer c(node);
  return c.finish(c.pad(node.operand(0), low, high, 0));
}
