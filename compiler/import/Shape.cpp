//===- Shape.cpp - Operators that change the shape alone ------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OperatorTable.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::importer;

static LogicalResult reshapeTo(NodeImporter &node, ArrayRef<int64_t> shape) {
  FailureOr<Value> result = node.createReshape(node.operand(0), shape);
  return failed(result) ? failure() : node.setResult(*result);
}

/// Replaces 0 (the input's size) and -1 (what is left).
static FailureOr<SmallVector<int64_t>>
resolveShape(NodeImporter &node, SmallVector<int64_t> shape) {
  bool allowZero = node.getInt("allowzero", 0) != 0;
  std::string asked = describeShape(shape);
  ArrayRef<int64_t> input = node.shape(0);
  int64_t *open = nullptr;
  for (auto [axis, size] : llvm::enumerate(shape)) {
    if (size == 0 && !allowZero) {
      if (axis >= input.size())
        return node.error() << "shape " << asked << " copies axis " << axis
                            << " of an input of shape " << describeShape(input);
      size = input[axis];
    } else if (size == -1) {
      if (open)
        return node.error() << "shape " << asked << " has more than one -1";
      open = &shape[axis];
    }
  }
  if (!open)
    return shape;
  *open = 1;
  std::optional<int64_t> others = countElements(shape);
  std::optional<int64_t> count = countElements(input);
  if (!others || !count || *others == 0 || *count % *others != 0)
    return node.error() << "cannot give a tensor of shape "
                        << describeShape(input) << " the shape " << asked;
  *open = *count / *others;
  return shape;
}

LogicalResult importer::importReshape(NodeImporter &node) {
  FailureOr<SmallVector<int64_t>> shape = node.requireInts(1, "shape");
  if (failed(shape) || failed(shape = resolveShape(node, std::move(*shape))))
    return failure();
  return reshapeTo(node, *shape);
}

LogicalResult importer::importFlatten(NodeImporter &node) {
  FailureOr<int64_t> axis = node.normalizeAxis(node.getInt("axis", 1),
                                               node.rank(0), /*allowEnd=*/true);
  if (failed(axis))
    return failure();
  int64_t rows = 1, columns = 1;
  for (auto [index, size] : llvm::enumerate(node.shape(0)))
    (int64_t(index) < *axis ? rows : columns) *= size;
  return reshapeTo(node, {rows, columns});
}

LogicalResult importer::importSqueeze(NodeImporter &node) {
  auto given = node.intsFrom("axes", 1);
  if (failed(given))
    return failure();
  SmallVector<int64_t> axes;
  if (*given) {
    auto normal = node.normalizeAxes(**given, node.rank(0));
    if (failed(normal))
      return failure();
    axes = std::move(*normal);
  }
  SmallVector<int64_t> shape;
  for (auto [axis, size] : llvm::enumerate(node.shape(0))) {
    bool dropped = *given ? llvm::is_contained(axes, int64_t(axis)) : size == 1;
    if (dropped && size != 1)
      return node.error() << "cannot drop axis " << axis << " of shape "
                          << describeShape(node.shape(0))
                          << ": its size is not 1";
    if (!dropped)
      shape.push_back(size);
  }
  return reshapeTo(node, shape);
}

LogicalResult importer::importUnsqueeze(NodeImporter &node) {
  auto given = node.intsFrom("axes", 1);
  if (failed(given))
    return failure();
  if (!*given)
    return node.error() << "has no axes";
  int64_t rank = node.rank(0) + (*given)->size();
  auto axes = node.normalizeAxes(**given, rank);
  if (failed(axes))
    return failure();
  SmallVector<int64_t> shape;
  ArrayRef<int64_t> rest = node.shape(0);
  for (int64_t axis = 0; axis != rank; ++axis) {
    bool isNew = llvm::is_contained(*axes, axis);
    shape.push_back(isNew ? 1 : rest.front());
    if (!isNew)
      rest = rest.drop_front();
  }
  return reshapeTo(node, shape);
}
