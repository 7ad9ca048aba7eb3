//===- ChannelsLastIO.cpp - Channels-last inputs and outputs --------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Dialect/Edge/Edge.h"
#include "edgecc/Passes/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"

namespace edgecc {
#define GEN_PASS_DEF_CHANNELSLASTIO
#include "edgecc/Passes/Passes.h.inc"
} // namespace edgecc

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;

/// The permutation from [N, C, spatial...] to [N, spatial..., C].
static SmallVector<int64_t> getChannelsLastPermutation(int64_t rank) {
  SmallVector<int64_t> perm{0};
  llvm::append_range(perm, llvm::seq<int64_t>(2, rank));
  perm.push_back(1);
  return perm;
}

/// Whether `op` transposes by `perm`, or is the reshape of channels-first data
/// that does the same because there is one channel or one place.
static bool movesBy(Operation *op, Type channelsFirst, Type channelsLast,
                    ArrayRef<int64_t> perm) {
  if (auto transpose = dyn_cast<TransposeOp>(op))
    return transpose.getPerm() == perm;
  auto first = cast<RankedTensorType>(channelsFirst);
  auto last = cast<RankedTensorType>(channelsLast);
  int64_t rank = first.getRank();
  if (rank < 3 || !isa<ReshapeOp>(op) ||
      last.getShape() !=
          ArrayRef(applyPermutation(first.getShape(),
                                    getChannelsLastPermutation(rank))))
    return false;
  int64_t places = ShapedType::getNumElements(first.getShape().drop_front(2));
  return first.getDimSize(1) == 1 || places == 1;
}

namespace {
struct ChannelsLastIO : edgecc::impl::ChannelsLastIOBase<ChannelsLastIO> {
  using ChannelsLastIOBase::ChannelsLastIOBase;

  void runOnOperation() override {
    func::FuncOp func = getOperation();
    if (func.isExternal())
      return;
    // Both ends of a state have to stay alike.
    for (BlockArgument argument : func.getArguments())
      if (!func.getArgAttr(argument.getArgNumber(), kStateAttr))
        convertInput(argument);
    auto terminator = cast<func::ReturnOp>(func.front().getTerminator());
    for (OpOperand &output : terminator->getOpOperands())
      if (!func.getResultAttr(output.getOperandNumber(), kStateAttr))
        convertOutput(output);
    func.setType(FunctionType::get(&getContext(),
                                   func.front().getArgumentTypes(),
                                   terminator->getOperandTypes()));
  }

  static void convertInput(BlockArgument argument) {
    if (!argument.hasOneUse() || !isa<RankedTensorType>(argument.getType()))
      return;
    Operation *user = *argument.user_begin();
    if (!isa<TransposeOp, ReshapeOp>(user))
      return;
    Value moved = user->getResult(0);
    int64_t rank = cast<RankedTensorType>(argument.getType()).getRank();
    if (rank < 3 || !movesBy(user, argument.getType(), moved.getType(),
                             getChannelsLastPermutation(rank)))
      return;
    argument.setType(cast<RankedTensorType>(moved.getType()));
    moved.replaceAllUsesWith(argument);
    user->erase();
  }

  static void convertOutput(OpOperand &output) {
    Operation *producer = output.get().getDefiningOp();
    if (!isa_and_nonnull<TransposeOp, ReshapeOp>(producer) ||
        !producer->hasOneUse())
      return;
    Value source = producer->getOperand(0);
    int64_t rank = cast<RankedTensorType>(output.get().getType()).getRank();
    if (rank < 3 ||
        !movesBy(producer, output.get().getType(), source.getType(),
                 invertPermutationVector(getChannelsLastPermutation(rank))))
      return;
    output.set(source);
    producer->erase();
  }
};
} // namespace
