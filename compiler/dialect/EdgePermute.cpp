//===- EdgePermute.cpp - Operations on permuted operands ------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// PermutableOpInterface, operation by operation.
//
//===----------------------------------------------------------------------===//

#include "edgecc/Dialect/Edge/Edge.h"

#include "mlir/Dialect/Utils/IndexingUtils.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;

static RankedTensorType permuteType(Type type, ArrayRef<int64_t> perm) {
  auto tensor = cast<RankedTensorType>(type);
  return tensor.clone(applyPermutation(tensor.getShape(), perm));
}

/// Where an axis lies after the permutation.
static int64_t permuteAxis(int64_t axis, ArrayRef<int64_t> perm) {
  return invertPermutationVector(perm)[axis];
}

Operation *edge::clonePermuted(OpBuilder &builder, Operation *op,
                               ValueRange operands, ArrayRef<int64_t> perm) {
  Operation *clone = builder.clone(*op);
  clone->setOperands(operands);
  clone->getResult(0).setType(permuteType(op->getResult(0).getType(), perm));
  return clone;
}

bool TableOp::isPermutedOperand(unsigned operand) { return operand == 0; }

Operation *SoftmaxOp::createPermuted(OpBuilder &builder, ValueRange operands,
                                     ArrayRef<int64_t> perm) {
  auto op = cast<SoftmaxOp>(clonePermuted(builder, *this, operands, perm));
  op.setAxis(permuteAxis(getAxis(), perm));
  return op;
}

Operation *ConcatOp::createPermuted(OpBuilder &builder, ValueRange operands,
                                    ArrayRef<int64_t> perm) {
  auto op = cast<ConcatOp>(clonePermuted(builder, *this, operands, perm));
  op.setAxis(permuteAxis(getAxis(), perm));
  return op;
}

static SmallVector<int64_t> permuteAxes(ArrayRef<int64_t> axes,
                                        ArrayRef<int64_t> perm) {
  SmallVector<int64_t> permuted;
  for (int64_t axis : axes)
    permuted.push_back(permuteAxis(axis, perm));
  llvm::sort(permuted);
  return permuted;
}

Operation *ReduceOp::createPermuted(OpBuilder &builder, ValueRange operands,
                                    ArrayRef<int64_t> perm) {
  auto op = cast<ReduceOp>(clonePermuted(builder, *this, operands, perm));
  op.setAxes(permuteAxes(getAxes(), perm));
  return op;
}

//===----------------------------------------------------------------------===//
// LayerNormOp: scale and bias hold the last axis in its place
//===----------------------------------------------------------------------===//

bool LayerNormOp::isPermutedOperand(unsigned operand) { return operand == 0; }

FailureOr<SmallVector<int64_t>>
LayerNormOp::getOperandPermutation(ArrayRef<int64_t> perm) {
  if (getScale() && perm.back() != int64_t(perm.size()) - 1)
    return failure();
  return SmallVector<int64_t>(perm);
}

FailureOr<SmallVector<int64_t>>
LayerNormOp::getResultPermutation(ArrayRef<int64_t> perm) {
  return getOperandPermutation(perm);
}

Operation *LayerNormOp::createPermuted(OpBuilder &builder, ValueRange operands,
                                       ArrayRef<int64_t> perm) {
  auto op = cast<LayerNormOp>(clonePermuted(builder, *this, operands, perm));
  op.setAxes(permuteAxes(getAxes(), perm));
  return op;
}

Operation *PadOp::createPermuted(OpBuilder &builder, ValueRange operands,
                                 ArrayRef<int64_t> perm) {
  auto op = cast<PadOp>(clonePermuted(builder, *this, operands, perm));
  op.setLow(applyPermutation(getLow(), perm));
  op.setHigh(applyPermutation(getHigh(), perm));
  return op;
}

Operation *SliceOp::createPermuted(OpBuilder &builder, ValueRange operands,
                                   ArrayRef<int64_t> perm) {
  auto op = cast<SliceOp>(clonePermuted(builder, *this, operands, perm));
  op.setStarts(applyPermutation(getStarts(), perm));
  op.setSizes(applyPermutation(getSizes(), perm));
  op.setSteps(applyPermutation(getSteps(), perm));
  return op;
}

//===----------------------------------------------------------------------===//
// GatherOp, ResampleOp
//===----------------------------------------------------------------------===//

bool GatherOp::isPermutedOperand(unsigned operand) { return operand == 0; }

/// With indices of rank 1 the axes of input and result are the same.
static FailureOr<SmallVector<int64_t>> permuteGather(GatherOp op,
                                                     ArrayRef<int64_t> perm) {
  if (cast<RankedTensorType>(op.getIndices().getType()).getRank() != 1)
    return failure();
  return SmallVector<int64_t>(perm);
}

FailureOr<SmallVector<int64_t>>
GatherOp::getOperandPermutation(ArrayRef<int64_t> perm) {
  return permuteGather(*this, perm);
}

FailureOr<SmallVector<int64_t>>
GatherOp::getResultPermutation(ArrayRef<int64_t> perm) {
  return permuteGather(*this, perm);
}

Operation *GatherOp::createPermuted(OpBuilder &builder, ValueRange operands,
                                    ArrayRef<int64_t> perm) {
  auto op = cast<GatherOp>(clonePermuted(builder, *this, operands, perm));
  op.setAxis(permuteAxis(getAxis(), perm));
  return op;
}

bool ResampleOp::isPermutedOperand(unsigned operand) { return operand == 0; }

Operation *ResampleOp::createPermuted(OpBuilder &builder, ValueRange operands,
                                      ArrayRef<int64_t> perm) {
  auto op = cast<ResampleOp>(clonePermuted(builder, *this, operands, perm));
  op.setAxis(permuteAxis(getAxis(), perm));
  return op;
}

//===----------------------------------------------------------------------===//
// ReshapeOp
//===----------------------------------------------------------------------===//

namespace {
/// Consecutive axes of one shape that a reshape turns into consecutive axes of
/// another.
struct AxisGroup {
  SmallVector<int64_t> from, to;
};
} // namespace

/// The finest groups in which `from` reshapes to `to`. Axes of size 1 that
/// belong nowhere join the group before them.
static SmallVector<AxisGroup> groupAxes(ArrayRef<int64_t> from,
                                        ArrayRef<int64_t> to) {
  SmallVector<AxisGroup> groups;
  size_t i = 0, j = 0;
  while (i != from.size() || j != to.size()) {
    bool onlyUnitsLeft = (i == from.size() || j == to.size());
    if (!onlyUnitsLeft || groups.empty())
      groups.emplace_back();
    AxisGroup &group = groups.back();
    int64_t fromSize = 1, toSize = 1;
    if (i != from.size())
      fromSize = from[i], group.from.push_back(i++);
    if (j != to.size())
      toSize = to[j], group.to.push_back(j++);
    while (fromSize != toSize) {
      if (fromSize < toSize && i != from.size())
        fromSize *= from[i], group.from.push_back(i++);
      else if (toSize < fromSize && j != to.size())
        toSize *= to[j], group.to.push_back(j++);
      else
        break;
    }
  }
  return groups;
}

/// Whether axes that a reshape joins lie side by side, and in order, after the
/// permutation too; axes of size 1 do not count.
static bool staysTogether(ArrayRef<int64_t> axes, ArrayRef<int64_t> shape,
                          ArrayRef<int64_t> position,
                          ArrayRef<int64_t> permuted) {
  std::optional<int64_t> last;
  for (int64_t axis : axes) {
    if (shape[axis] == 1)
      continue;
    if (last)
      for (int64_t between = *last + 1; between != position[axis]; ++between)
        if (position[axis] < *last || shape[permuted[between]] != 1)
          return false;
    last = position[axis];
  }
  return true;
}

/// The permutation of `to` that makes reshape(transpose(x, perm)) equal to
/// transpose(reshape(x), result), for x of shape `from`.
static FailureOr<SmallVector<int64_t>>
permuteThroughReshape(ArrayRef<int64_t> from, ArrayRef<int64_t> to,
                      ArrayRef<int64_t> perm) {
  if (perm.size() != from.size() || ShapedType::getNumElements(from) == 0)
    return failure();
  SmallVector<int64_t> position = invertPermutationVector(perm);
  SmallVector<AxisGroup> groups = groupAxes(from, to);
  // Where each group lies, and its number to keep the order of equals.
  SmallVector<std::pair<int64_t, unsigned>> order;
  for (auto [number, group] : llvm::enumerate(groups)) {
    if (!staysTogether(group.from, from, position, perm))
      return failure();
    // A group lies where its first axis lies, one that is not of size 1 if
    // there is one. Groups without axes follow the one before.
    int64_t place = order.empty() ? 0 : order.back().first;
    auto sized = llvm::find_if(group.from,
                               [&](int64_t axis) { return from[axis] != 1; });
    if (sized != group.from.end())
      place = position[*sized];
    else if (!group.from.empty())
      place = position[group.from.front()];
    order.emplace_back(place, number);
  }
  llvm::sort(order);
  SmallVector<int64_t> result;
  for (auto [place, number] : order)
    llvm::append_range(result, groups[number].to);
  return result;
}

FailureOr<SmallVector<int64_t>>
ReshapeOp::getResultPermutation(ArrayRef<int64_t> perm) {
  return permuteThroughReshape(
      cast<RankedTensorType>(getInput().getType()).getShape(),
      cast<RankedTensorType>(getType()).getShape(), perm);
}

FailureOr<SmallVector<int64_t>>
ReshapeOp::getOperandPermutation(ArrayRef<int64_t> perm) {
  return permuteThroughReshape(
      cast<RankedTensorType>(getType()).getShape(),
      cast<RankedTensorType>(getInput().getType()).getShape(), perm);
}
