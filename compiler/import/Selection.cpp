//===- Selection.cpp - The largest, the upper triangle, and the like ---===//
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
// ArgMax, ArgMin, TopK, Hardmax
//===----------------------------------------------------------------------===//

static LogicalResult importArg(NodeImporter &node, bool largest) {
  auto axis = node.normalizeAxis(node.getInt("axis", 0), node.rank(0));
  if (failed(axis))
    return failure();
  int64_t size = node.shape(0)[*axis];
  if (size == 0)
    return node.error() << "axis " << *axis << " of shape "
                        << describeShape(node.shape(0)) << " is empty";
  Composer c(node);
  Value value = node.operand(0), index;
  if (node.getInt("select_last_index", 0) != 0) {
    // The first one seen from the end.
    index =
        c.topK(c.slice(value, *axis, size - 1, size, -1), *axis, 1, largest);
    index = c.map(index, [&](ScalarBuilder &s, ValueRange v) {
      return s.sub(s.constant(double(size - 1), v[0]), v[0]);
    });
  } else {
    index = c.topK(value, *axis, 1, largest);
  }
  if (node.getInt("keepdims", 1) != 0)
    return c.finish(index);
  SmallVector<int64_t> kept(node.shape(0));
  kept.erase(kept.begin() + *axis);
  return c.finish(c.reshape(index, kept));
}

LogicalResult importer::importArgMax(NodeImporter &node) {
  return importArg(node, true);
}
LogicalResult importer::importArgMin(NodeImporter &node) {
  return importArg(node, false);
}

LogicalResult importer::importTopK(NodeImporter &node) {
  auto axis = node.normalizeAxis(node.getInt("axis", -1), node.rank(0));
  if (failed(axis))
    return failure();
  int64_t k = node.getInt("k", -1);
  if (node.opset >= 10) {
    FailureOr<double> operand = node.requireScalar(1, "K");
    if (failed(operand))
      return failure();
    k = int64_t(*operand);
  }
  if (k < 0 || k > node.shape(0)[*axis])
    return node.error() << "cannot take " << k << " of the "
                        << node.shape(0)[*axis] << " elements along axis "
                        << *axis;
  Composer c(node);
  Value indices =
      c.topK(node.operand(0), *axis, k, node.getInt("largest", 1) != 0);
  Value values = c.gatherElements(node.operand(0), indices, *axis);
  return success(succeeded(c.finish(0, values)) &&
                 succeeded(c.finish(1, indices)));
}

/// 1 for the first of the largest elements, 0 for all others.
LogicalResult importer::importHardmax(NodeImporter &node) {
  bool flattens = node.opset < 13;
  auto axis =
      node.normalizeAxis(node.getInt("axis", flattens ? 1 : -1), node.rank(0));
  if (failed(axis) || failed(node.requireFloat(0)))
    return failure();
  if (flattens && *axis != node.rank(0) - 1)
    return node.unsupported("an axis before the last one, supported from opset "
                            "13 on");
  Composer c(node);
  Value best = c.topK(node.operand(0), *axis, 1, /*largest=*/true);
  Value places = c.iota(node.shape(0)[*axis], node.rank(0), *axis);
  return c.finish(c.cast(c.equal(places, best), node.builder.getF32Type()));
}

//===----------------------------------------------------------------------===//
// Trilu, EyeLike, NonZero
//===----------------------------------------------------------------------===//

/// A mask is a constant, however large.
static LogicalResult requireMaskSize(NodeImporter &node, int64_t rows,
                                     int64_t columns) {
  constexpr int64_t kMaxMask = int64_t(1) << 24;
  if (rows <= kMaxMask && columns <= kMaxMask && rows * columns <= kMaxMask)
    return success();
  return node.unsupported("matrices of " + Twine(rows) + " by " +
                          Twine(columns) + " elements");
}

LogicalResult importer::importTrilu(NodeImporter &node) {
  int64_t rank = node.rank(0), k = 0;
  if (rank < 2)
    return node.error() << "needs at least 2 axes, found shape "
                        << describeShape(node.shape(0));
  if (node.has(1)) {
    FailureOr<double> operand = node.requireScalar(1, "k");
    if (failed(operand))
      return failure();
    k = int64_t(*operand);
  }
  int64_t rows = node.shape(0)[rank - 2], columns = node.shape(0)[rank - 1];
  if (failed(requireMaskSize(node, rows, columns)))
    return failure();
  bool upper = node.getInt("upper", 1) != 0;
  SmallVector<bool> kept;
  for (int64_t row = 0; row != rows; ++row)
    for (int64_t column = 0; column != columns; ++column)
      kept.push_back(upper ? column - row >= k : column - row <= k);
  Composer c(node);
  Value zero = c.splat({}, node.type(0).getElementType(), 0);
  return c.finish(
      c.select(c.bools({rows, columns}, kept), node.operand(0), zero));
}

LogicalResult importer::importEyeLike(NodeImporter &node) {
  if (failed(node.requireRank(0, 2)) ||
      failed(requireMaskSize(node, node.shape(0)[0], node.shape(0)[1])))
    return failure();
  Type type = node.type(0).getElementType();
  if (node.hasAttribute("dtype"))
    type = getElementType(node.builder.getContext(),
                          int32_t(node.getInt("dtype", 0)));
  if (!type)
    return node.unsupported("elements of type " +
                            getTypeName(int32_t(node.getInt("dtype", 0))));
  int64_t k = node.getInt("k", 0);
  SmallVector<bool> ones;
  for (int64_t row = 0; row != node.shape(0)[0]; ++row)
    for (int64_t column = 0; column != node.shape(0)[1]; ++column)
      ones.push_back(column - row == k);
  Composer c(node);
  return c.finish(c.cast(c.bools(node.shape(0), ones), type));
}

/// Known where the input is: its number of results depends on it.
LogicalResult importer::importNonZero(NodeImporter &node) {
  FailureOr<reference::Tensor> input = node.requireConstant(0, "X");
  if (failed(input))
    return failure();
  ArrayRef<char> raw = std::as_const(*input).getRawData();
  int64_t count = input->getNumElements(), rank = input->getRank();
  size_t bytes = count == 0 ? 0 : raw.size() / count;
  bool isFloat = input->getElementType().isF32();
  SmallVector<SmallVector<int64_t>> found(rank);
  for (int64_t at = 0; at != count; ++at) {
    bool isZero = llvm::all_of(raw.slice(at * bytes, bytes),
                               [](char byte) { return byte == 0; });
    if (isFloat)
      isZero = std::as_const(*input).getData<float>()[at] == 0;
    if (isZero)
      continue;
    int64_t rest = at;
    for (int64_t axis = rank; axis-- != 0; rest /= input->getDim(axis))
      found[axis].push_back(rest % input->getDim(axis));
  }
  SmallVector<int64_t> values;
  for (ArrayRef<int64_t> positions : found)
    llvm::append_range(values, positions);
  Composer c(node);
  int64_t each = rank == 0 ? 0 : found[0].size();
  return c.finish(c.ints({rank, each}, values));
}
