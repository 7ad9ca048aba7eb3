//===- BruteForce.cpp - All assignments, one after the other --------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CutDomain.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"

#include <chrono>

using namespace edgecc::partition;
using namespace llvm;

namespace {
/// Gives units their tiers in order, so that those that a unit needs have
/// theirs.
class TierEnumerator {
public:
  TierEnumerator(const Problem &problem,
                 function_ref<bool(const Assignment &)> visit)
      : problem(problem), domain(problem), visit(visit),
        producers(problem.units.size()) {
    for (const Edge &edge : problem.edges)
      for (unsigned unit : edge.consumers)
        producers[unit].push_back(edge.producer);
  }

  bool run() {
    if (!domain.propagate(problem))
      return true;
    assignment = domain.makeFirst();
    return place(0);
  }

private:
  bool place(unsigned unit) {
    if (unit == problem.units.size())
      return visit(assignment);
    uint8_t tier = domain.lowest[unit];
    for (unsigned producer : producers[unit])
      tier = std::max(tier, assignment.tiers[producer]);
    for (; tier <= domain.highest[unit]; ++tier) {
      assignment.tiers[unit] = tier;
      if (!place(unit + 1))
        return false;
    }
    return true;
  }

  const Problem &problem;
  Domain domain;
  function_ref<bool(const Assignment &)> visit;
  std::vector<SmallVector<unsigned>> producers;
  Assignment assignment;
};

/// All precisions for an assignment's crossings.
class WireEnumerator {
public:
  WireEnumerator(const Problem &problem, Assignment assignment,
                 function_ref<void(const Assignment &)> visit)
      : problem(problem), assignment(std::move(assignment)), visit(visit) {
    for (unsigned edge = 0; edge != problem.edges.size(); ++edge)
      for (unsigned link = 0; link != problem.getNumLinks(); ++link)
        if (crosses(problem, this->assignment, edge, link))
          crossings.push_back({edge, link});
  }

  void run(size_t index = 0) {
    if (index == crossings.size())
      return visit(assignment);
    auto [edge, link] = crossings[index];
    for (unsigned wire = 0; wire != kNumWires; ++wire)
      if (problem.edges[edge].wires & (1u << wire)) {
        assignment.wires[edge][link] = Wire(wire);
        run(index + 1);
      }
  }

private:
  const Problem &problem;
  Assignment assignment;
  function_ref<void(const Assignment &)> visit;
  SmallVector<std::pair<unsigned, unsigned>> crossings;
};
} // namespace

bool edgecc::partition::forEachAssignment(
    const Problem &problem, function_ref<bool(const Assignment &)> visit) {
  return TierEnumerator(problem, visit).run();
}

CutResult edgecc::partition::solveByForce(const Problem &problem,
                                          uint64_t maxSteps,
                                          double maxSeconds) {
  using Clock = std::chrono::steady_clock;
  Clock::time_point end =
      Clock::now() + std::chrono::duration_cast<Clock::duration>(
                         std::chrono::duration<double>(maxSeconds));
  CutResult result;
  auto offer = [&](const Assignment &assignment) {
    ++result.steps;
    if (!isFeasible(problem, assignment))
      return;
    Costs costs = evaluate(problem, assignment);
    double objective = getObjective(problem, costs);
    if (!result.best || objective < result.best->objective)
      result.best = Cut{assignment, costs, objective};
  };
  result.proved = forEachAssignment(problem, [&](const Assignment &tiers) {
    WireEnumerator(problem, tiers, offer).run();
    return result.steps < maxSteps && Clock::now() < end;
  });
  return result;
}
