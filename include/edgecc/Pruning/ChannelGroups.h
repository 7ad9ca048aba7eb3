//===- ChannelGroups.h - Channels that go together --------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A channel that is taken out of one tensor has to go from others as well: from
// all that a residual sum adds up, from what a depthwise convolution or a map
// makes of it, from its places in a concatenation or a flattened row. Such
// channels are one unit. Units that reach the same tensors are a group, in
// which one may go as well as another: a group is what a number of channels is
// chosen for.
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_PRUNING_CHANNELGROUPS_H
#define EDGECC_PRUNING_CHANNELGROUPS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <string>
#include <vector>

namespace edgecc::pruning {

/// Channels of which any number but all may go.
struct ChannelGroup {
  /// The layer that computes them, the first in program order.
  std::string name;
  /// All layers that compute them, residual branches and depthwise ones too.
  std::vector<std::string> layers;
  /// How many units there are.
  int64_t channels = 0;
};

/// How many units of each group stay, by the group's number.
using KeptCounts = std::vector<int64_t>;

/// The groups of a float function of `edge` operations, after `edge-simplify`.
/// They are numbered in program order and depend on the operations only: a
/// clone of the function has the same groups.
class ChannelGroups {
public:
  static ChannelGroups find(mlir::func::FuncOp function);

  llvm::ArrayRef<ChannelGroup> getGroups() const { return groups; }
  size_t size() const { return groups.size(); }

  /// The number of the group that a layer's channels belong to; nothing if all
  /// of them have to stay or there is no such layer.
  std::optional<size_t> findGroup(llvm::StringRef layer) const;

  /// All channels of all groups.
  KeptCounts getAll() const;

  /// Multiply-accumulates of one run, and elements of weights and biases, when
  /// so many units of each group stay.
  int64_t countMacs(llvm::ArrayRef<int64_t> kept) const;
  int64_t countWeights(llvm::ArrayRef<int64_t> kept) const;

  /// A channel of a value belongs to unit `index` of a group.
  struct Unit {
    int group = -1, index = -1;
    bool isFree() const { return group >= 0; }
  };
  /// The unit of each channel of a value; empty if all of them have to stay.
  llvm::ArrayRef<Unit> getUnits(mlir::Value value) const;

private:
  friend class GroupFinder;

  /// A layer's share in costs: `macs` and `weights` for all channels of result
  /// and input, each of which counts in proportion.
  struct LayerCost {
    int64_t macs = 0, weights = 0, biases = 0;
    mlir::Value result, input; ///< null where no channel of it can go
  };
  int64_t countKept(mlir::Value value, llvm::ArrayRef<int64_t> kept) const;
  double getShare(mlir::Value value, llvm::ArrayRef<int64_t> kept) const;

  std::vector<ChannelGroup> groups;
  llvm::DenseMap<mlir::Value, std::vector<Unit>> units;
  std::vector<LayerCost> costs;
};

} // namespace edgecc::pruning

#endif // EDGECC_PRUNING_CHANNELGROUPS_H
