//===- MinCut.cpp - Minimum s-t cut of a small graph ----------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MinCut.h"

#include <algorithm>

using namespace edgecc;
using llvm::BitVector;

void MinCut::addEdge(Node from, Node to, int64_t capacity) {
  outgoing.resize(numNodes);
  outgoing[from].push_back(edges.size());
  edges.push_back({to, capacity});
  outgoing[to].push_back(edges.size());
  edges.push_back({from, 0});
}

bool MinCut::augment(int64_t &flow) {
  constexpr unsigned none = ~0u;
  std::vector<unsigned> reachedBy(numNodes, none);
  std::vector<Node> queue{source};
  for (size_t head = 0; head != queue.size(); ++head)
    for (unsigned edge : outgoing[queue[head]]) {
      Node to = edges[edge].to;
      if (edges[edge].capacity == 0 || to == source || reachedBy[to] != none)
        continue;
      reachedBy[to] = edge;
      queue.push_back(to);
    }
  if (reachedBy[sink] == none)
    return false;

  auto forEachEdge = [&](auto visit) {
    for (Node node = sink; node != source;) {
      unsigned edge = reachedBy[node];
      visit(edge);
      node = edges[edge ^ 1].to;
    }
  };
  int64_t room = infinite;
  forEachEdge([&](unsigned e) { room = std::min(room, edges[e].capacity); });
  forEachEdge([&](unsigned e) {
    edges[e].capacity -= room;
    edges[e ^ 1].capacity += room;
  });
  flow += room;
  return true;
}

int64_t MinCut::run() {
  outgoing.resize(numNodes);
  int64_t flow = 0;
  while (augment(flow)) {
  }
  return flow;
}

BitVector MinCut::getSinkSide(bool most) const {
  // The largest sink side is what the source cannot reach; the smallest is
  // what reaches the sink.
  BitVector reached(numNodes);
  std::vector<Node> queue{most ? source : sink};
  reached.set(queue.front());
  for (size_t head = 0; head != queue.size(); ++head)
    for (unsigned edge : outgoing[queue[head]]) {
      Node next = edges[edge].to;
      bool open = edges[most ? edge : edge ^ 1].capacity != 0;
      if (!open || reached.test(next))
        continue;
      reached.set(next);
      queue.push_back(next);
    }
  return most ? reached.flip() : reached;
}
