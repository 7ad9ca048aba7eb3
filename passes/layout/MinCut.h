//===- MinCut.h - Minimum s-t cut of a small graph --------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_PASSES_LAYOUT_MINCUT_H
#define EDGECC_PASSES_LAYOUT_MINCUT_H

#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/SmallVector.h"

#include <cstdint>
#include <vector>

namespace edgecc {

/// A directed graph with capacities, cut between `source` and `sink` where that
/// is cheapest. Augments along shortest paths; graphs here are as large as the
/// number of operations in a network.
class MinCut {
public:
  using Node = unsigned;
  static constexpr Node source = 0, sink = 1;
  static constexpr int64_t infinite = INT64_MAX / 4;

  Node addNode() { return numNodes++; }
  void addEdge(Node from, Node to, int64_t capacity);

  /// Computes the cut and returns its cost.
  int64_t run();
  /// After `run`, the nodes on the sink's side: of all cheapest cuts the one
  /// with the fewest such nodes, or with the most.
  llvm::BitVector getSinkSide(bool most) const;

private:
  struct Edge {
    Node to;
    int64_t capacity;
  };

  bool augment(int64_t &flow);

  unsigned numNodes = 2;
  // Edges 2i and 2i+1 are each other's reverse.
  std::vector<Edge> edges;
  std::vector<llvm::SmallVector<unsigned, 4>> outgoing;
};

} // namespace edgecc

#endif // EDGECC_PASSES_LAYOUT_MINCUT_H
