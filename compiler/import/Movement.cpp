//===- Movement.cpp - Operators that move data ----------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OperatorTable.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::importer;

//===----------------------------------------------------------------------===//
// Transpose, Concat
//===----------------------------------------------------------------------===//

LogicalResult importer::importTranspose(NodeImporter &node) {
  int64_t rank = node.rank(0);
  auto reversed = llvm::to_vector(llvm::reverse(llvm::seq<int64_t>(0, rank)));
  SmallVector<int64_t> perm = node.getInts("perm").value_or(reversed);
  SmallVector<int64_t> sorted = perm;
  llvm::sort(sorted);
  if (sorted != llvm::to_vector(llvm::seq<int64_t>(0, rank)))
    return node.error() << "perm " << describeShape(perm)
                        << " is no order of the axes of shape "
                        << describeShape(node.shape(0));
  return node.setResult(node.createTranspose(node.operand(0), perm));
}

LogicalResult importer::importConcat(NodeImporter &node) {
  if (!node.hasAttribute("axis"))
    return node.error() << "has no attribute 'axis'";
  FailureOr<int64_t> axis =
      node.normalizeAxis(node.getInt("axis", 0), node.rank(0));
  if (failed(axis))
    return failure();
  SmallVector<int64_t> first(node.shape(0));
  for (unsigned index = 0; index != node.getNumOperands(); ++index) {
    if (!node.has(index))
      return node.error() << "operand " << index << " is left out";
    SmallVector<int64_t> shape(node.shape(index));
    bool sameRank = shape.size() == first.size();
    if (sameRank)
      shape[*axis] = first[*axis];
    if (!sameRank || shape != first)
      return node.error() << "operands of shape " << describeShape(first)
                          << " and " << describeShape(node.shape(index))
                          << " differ outside of axis " << *axis;
    if (node.type(index).getElementType() != node.type(0).getElementType())
      return node.error() << "operands differ in type: "
                          << getTypeName(node.type(0).getElementType())
                          << " and "
                          << getTypeName(node.type(index).getElementType());
  }
  if (node.getNumOperands() == 1)
    return node.setResult(node.operand(0));
  return node.setResult(
      node.create<edge::ConcatOp>(ValueRange(node.getOperands()), *axis));
}

//===----------------------------------------------------------------------===//
// Slice, Split
//===----------------------------------------------------------------------===//

namespace {
/// An edge.slice per axis.
struct Box {
  SmallVector<int64_t> starts, sizes, steps;
  explicit Box(ArrayRef<int64_t> shape)
      : starts(shape.size(), 0), sizes(shape), steps(shape.size(), 1) {}
};
} // namespace

static LogicalResult setSlice(NodeImporter &node, unsigned result,
                              const Box &box) {
  auto slice = node.create<edge::SliceOp>(node.operand(0), box.starts,
                                          box.sizes, box.steps);
  return failed(slice) ? failure() : node.setResult(result, *slice);
}

/// Start, end and step of ONNX, with negative positions and positions beyond
/// the ends, as start and size.
static void cut(Box &box, int64_t axis, int64_t start, int64_t end,
                int64_t step) {
  int64_t size = box.sizes[axis];
  // Beyond the ends nothing changes; and sums stay in range.
  auto normalize = [&](int64_t position, int64_t low, int64_t high) {
    if (position < 0)
      position = std::max(position, -size - 1) + size;
    return std::clamp(position, low, high);
  };
  box.steps[axis] = step;
  int64_t room;
  if (step > 0) {
    start = normalize(start, 0, size);
    room = normalize(end, 0, size) - start;
  } else {
    start = normalize(start, -1, size - 1);
    room = start - normalize(end, -1, size - 1);
  }
  int64_t stride = step > 0 ? step : -std::max(step, -kMaxElements);
  box.sizes[axis] = room <= 0 ? 0 : (room - 1) / stride + 1;
  box.starts[axis] = box.sizes[axis] == 0 ? 0 : start;
  if (box.sizes[axis] <= 1)
    box.steps[axis] = 1;
}

LogicalResult importer::importSlice(NodeImporter &node) {
  FailureOr<std::optional<SmallVector<int64_t>>> starts, ends, axes, steps;
  if (failed(starts = node.intsFrom("starts", 1)) ||
      failed(ends = node.intsFrom("ends", 2)) ||
      failed(axes = node.intsFrom("axes", 3)) ||
      failed(steps = node.intsFrom("steps", 4)))
    return failure();
  if (!*starts || !*ends)
    return node.error() << "has no starts or no ends";
  size_t count = (*starts)->size();
  if ((*ends)->size() != count || (*axes && (*axes)->size() != count) ||
      (*steps && (*steps)->size() != count) ||
      (!*axes && count > size_t(node.rank(0))))
    return node.error() << "starts, ends, axes and steps differ in length, or "
                           "there are more of them than axes in shape "
                        << describeShape(node.shape(0));
  Box box(node.shape(0));
  SmallVector<int64_t> seen;
  for (size_t i = 0; i != count; ++i) {
    FailureOr<int64_t> axis =
        node.normalizeAxis(*axes ? (**axes)[i] : int64_t(i), node.rank(0));
    if (failed(axis))
      return failure();
    int64_t step = *steps ? (**steps)[i] : 1;
    if (step == 0 || llvm::is_contained(seen, *axis))
      return node.error() << (step == 0 ? "has a step of 0 along axis "
                                        : "names twice axis ")
                          << *axis;
    seen.push_back(*axis);
    cut(box, *axis, (**starts)[i], (**ends)[i], step);
  }
  return setSlice(node, 0, box);
}

/// The sizes of the parts: given, or as equal as possible.
static FailureOr<SmallVector<int64_t>> getParts(NodeImporter &node,
                                                int64_t size) {
  auto given = node.intsFrom("split", 1);
  if (failed(given))
    return failure();
  int64_t results = node.getNumResults();
  if (*given) {
    int64_t sum = 0;
    bool valid = int64_t((*given)->size()) == results;
    for (int64_t part : **given) {
      valid &= part >= 0 && part <= size;
      sum += valid ? part : 0;
    }
    if (!valid || sum != size)
      return node.error() << "parts of " << describeShape(**given)
                          << " do not make up the " << size
                          << " elements of the axis for " << results
                          << " outputs";
    return std::move(**given);
  }
  int64_t count = node.getInt("num_outputs", results);
  bool mayDiffer = node.hasAttribute("num_outputs");
  if (count != results || (!mayDiffer && size % count != 0))
    return node.error() << "cannot split " << size << " elements into "
                        << results << " equal parts";
  int64_t part = (size + count - 1) / count;
  SmallVector<int64_t> parts;
  for (int64_t rest = size; int64_t(parts.size()) != count;
       rest -= parts.back())
    parts.push_back(std::min(part, rest));
  return parts;
}

LogicalResult importer::importSplit(NodeImporter &node) {
  FailureOr<int64_t> axis =
      node.normalizeAxis(node.getInt("axis", 0), node.rank(0));
  if (failed(axis))
    return failure();
  auto parts = getParts(node, node.shape(0)[*axis]);
  if (failed(parts))
    return failure();
  int64_t start = 0;
  for (auto [index, part] : llvm::enumerate(*parts)) {
    Box box(node.shape(0));
    box.starts[*axis] = start;
    box.sizes[*axis] = part;
    if (failed(setSlice(node, index, box)))
      return failure();
    start += part;
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Gather, Expand, Tile
//===----------------------------------------------------------------------===//

/// Constant indices are checked here; those computed at run time are the
/// caller's promise, as in ONNX.
static LogicalResult checkIndices(NodeImporter &node, int64_t size) {
  if (!node.constant(1))
    return success();
  FailureOr<reference::Tensor> flat = node.requireConstant(1, "indices");
  bool wide = flat->getElementType().isInteger(64);
  for (int64_t i = 0, e = flat->getNumElements(); i != e; ++i) {
    int64_t index = wide ? std::as_const(*flat).getData<int64_t>()[i]
                         : std::as_const(*flat).getData<int32_t>()[i];
    if (index < -size || index >= size)
      return node.error() << "index " << index << " is outside of the axis of "
                          << size << " elements";
  }
  return success();
}

LogicalResult importer::importGather(NodeImporter &node) {
  FailureOr<int64_t> axis =
      node.normalizeAxis(node.getInt("axis", 0), node.rank(0));
  if (failed(axis))
    return failure();
  Type indexType = node.type(1).getElementType();
  if (!indexType.isSignlessInteger(64) && !indexType.isSignlessInteger(32))
    return node.error() << "needs indices of type int64 or int32, found "
                        << getTypeName(indexType);
  if (failed(checkIndices(node, node.shape(0)[*axis])))
    return failure();
  return node.setResult(
      node.create<edge::GatherOp>(node.operand(0), node.operand(1), *axis));
}

/// A map of the tensor and a constant that has just those axes long in which
/// the tensor grows.
LogicalResult importer::importExpand(NodeImporter &node) {
  auto shape = node.requireInts(1, "shape");
  if (failed(shape))
    return failure();
  if (!countElements(*shape))
    return node.error() << "cannot expand to the shape "
                        << describeShape(*shape);
  SmallVector<int64_t> growth(*shape);
  ArrayRef<int64_t> input = node.shape(0);
  for (size_t fromEnd = 1; fromEnd <= std::min(growth.size(), input.size());
       ++fromEnd) {
    int64_t &wanted = growth[growth.size() - fromEnd];
    if (wanted == input[input.size() - fromEnd])
      wanted = 1;
  }
  bool grows = growth.size() > input.size() ||
               llvm::any_of(growth, [](int64_t size) { return size != 1; });
  if (!grows)
    return node.setResult(node.operand(0));
  Type elementType = node.type(0).getElementType();
  TypedAttr zero = cast<TypedAttr>(node.builder.getZeroAttr(elementType));
  FailureOr<Value> result = node.createMap(
      {node.operand(0), node.createSplat(growth, zero)},
      [](OpBuilder &, Location, ValueRange args) { return args[0]; });
  return failed(result) ? failure() : node.setResult(*result);
}

LogicalResult importer::importTile(NodeImporter &node) {
  auto repeats = node.requireInts(1, "repeats");
  if (failed(repeats))
    return failure();
  if (int64_t(repeats->size()) != node.rank(0))
    return node.error() << "needs " << node.rank(0) << " repeats, found "
                        << repeats->size();
  // Each repetition is an operand of a concat.
  constexpr int64_t kMaxRepeats = 4096;
  Value value = node.operand(0);
  for (auto [axis, count] : llvm::enumerate(*repeats)) {
    if (count < 1 || count > kMaxRepeats)
      return node.unsupported("repeats of " + describeShape(*repeats) +
                              "; supported are 1 to " + Twine(kMaxRepeats));
    if (count == 1)
      continue;
    SmallVector<Value> copies(count, value);
    auto concat =
        node.create<edge::ConcatOp>(ValueRange(copies), int64_t(axis));
    if (failed(concat) || failed(node.setResult(*concat)))
      return failure();
    value = *concat;
  }
  return node.setResult(value);
}

//===----------------------------------------------------------------------===//
// DepthToSpace, SpaceToDepth
//===----------------------------------------------------------------------===//

/// Reshape, transpose, reshape: blocks of channels become blocks of pixels or
/// the other way round.
static LogicalResult rearrange(NodeImporter &node, ArrayRef<int64_t> split,
                               ArrayRef<int64_t> perm,
                               ArrayRef<int64_t> joined) {
  FailureOr<Value> value = node.createReshape(node.operand(0), split);
  if (failed(value))
    return failure();
  value = node.createReshape(node.createTranspose(*value, perm), joined);
  return failed(value) ? failure() : node.setResult(*value);
}

static FailureOr<int64_t> getBlockSize(NodeImporter &node) {
  int64_t block = node.getInt("blocksize", 0);
  if (block < 1 || block > 65536)
    return node.error() << "needs an attribute 'blocksize' of at least 1";
  if (failed(node.requireRank(0, 4)))
    return failure();
  return block;
}

LogicalResult importer::importDepthToSpace(NodeImporter &node) {
  FailureOr<int64_t> block = getBlockSize(node);
  if (failed(block))
    return failure();
  int64_t b = *block, n = node.shape(0)[0], c = node.shape(0)[1];
  int64_t h = node.shape(0)[2], w = node.shape(0)[3];
  if (c % (b * b) != 0)
    return node.error() << c << " channels do not make blocks of " << b << "x"
                        << b;
  c /= b * b;
  std::string mode = node.getString("mode", "DCR");
  if (mode == "CRD")
    return rearrange(node, {n, c, b, b, h, w}, {0, 1, 4, 2, 5, 3},
                     {n, c, h * b, w * b});
  if (mode != "DCR")
    return node.error() << "attribute 'mode' is '" << mode
                        << "'; it has to be DCR or CRD";
  return rearrange(node, {n, b, b, c, h, w}, {0, 3, 4, 1, 5, 2},
                   {n, c, h * b, w * b});
}

LogicalResult importer::importSpaceToDepth(NodeImporter &node) {
  FailureOr<int64_t> block = getBlockSize(node);
  if (failed(block))
    return failure();
  int64_t b = *block, n = node.shape(0)[0], c = node.shape(0)[1];
  int64_t h = node.shape(0)[2], w = node.shape(0)[3];
  if (h % b != 0 || w % b != 0)
    return node.error() << "an image of shape " << describeShape(node.shape(0))
                        << " has no whole blocks of " << b << "x" << b;
  std::string mode = node.getString("mode", "DCR");
  if (mode != "DCR" && mode != "CRD")
    return node.error() << "attribute 'mode' is '" << mode
                        << "'; it has to be DCR or CRD";
  SmallVector<int64_t> perm{0, 3, 5, 1, 2, 4};
  if (mode == "CRD")
    perm = {0, 1, 3, 5, 2, 4};
  return rearrange(node, {n, c, h / b, b, w / b, b}, perm,
                   {n, c * b * b, h / b, w / b});
}
