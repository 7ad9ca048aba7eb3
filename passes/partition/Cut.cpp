//===- Cut.cpp - What an assignment of units to tiers costs ---------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CutDomain.h"

#include "llvm/ADT/STLExtras.h"

#include <algorithm>

using namespace edgecc::partition;
using namespace llvm;

StringRef edgecc::partition::getName(Wire wire) {
  switch (wire) {
  case Wire::Float:
    return "float";
  case Wire::Int8:
    return "int8";
  case Wire::Int4:
    return "int4";
  }
  llvm_unreachable("covered switch");
}

Costs edgecc::partition::makeUnbounded() {
  Costs bounds;
  bounds.fill(kNoBound);
  return bounds;
}

static void add(Costs &sum, const Costs &costs) {
  for (unsigned metric = 0; metric != kNumMetrics; ++metric)
    sum[metric] += costs[metric];
}

bool edgecc::partition::crosses(const Problem &problem,
                                const Assignment &assignment, unsigned index,
                                unsigned link) {
  const Edge &edge = problem.edges[index];
  if (assignment.tiers[edge.producer] > link)
    return false;
  return edge.neededAt > link || any_of(edge.consumers, [&](unsigned unit) {
           return assignment.tiers[unit] > link;
         });
}

bool edgecc::partition::isUsed(const Problem &problem,
                               const Assignment &assignment, unsigned link) {
  auto isBeyond = [link](unsigned tier) { return tier > link; };
  return any_of(assignment.tiers, isBeyond) ||
         any_of(problem.edges,
                [&](const Edge &edge) { return isBeyond(edge.neededAt); });
}

Costs edgecc::partition::evaluate(const Problem &problem,
                                  const Assignment &assignment) {
  Costs sum{};
  for (auto [unit, tier] : zip(problem.units, assignment.tiers))
    add(sum, unit.costs[tier]);
  for (unsigned link = 0; link != problem.getNumLinks(); ++link) {
    if (isUsed(problem, assignment, link))
      add(sum, problem.used[link]);
    for (unsigned edge = 0; edge != problem.edges.size(); ++edge)
      if (crosses(problem, assignment, edge, link)) {
        Wire wire = assignment.wires[edge][link];
        add(sum, problem.edges[edge].crossing[link][unsigned(wire)]);
      }
  }
  return sum;
}

double edgecc::partition::getObjective(const Problem &problem,
                                       const Costs &costs) {
  double sum = 0;
  for (unsigned metric = 0; metric != kNumMetrics; ++metric)
    sum += problem.weights[metric] * costs[metric];
  return sum;
}

uint64_t edgecc::partition::getPeakRam(const Problem &problem,
                                       const Assignment &assignment) {
  // Changes of the bytes in use before a unit runs, and after it.
  std::vector<int64_t> before(problem.units.size() + 1), after(before);
  for (auto [index, edge] : enumerate(problem.edges)) {
    if (assignment.tiers[edge.producer] != 0)
      continue;
    unsigned last = edge.producer;
    bool leaves = edge.consumers.empty();
    for (unsigned unit : edge.consumers)
      if (assignment.tiers[unit] == 0)
        last = std::max(last, unit);
      else
        leaves = true;
    before[edge.producer] += int64_t(edge.deviceBytes);
    if (!leaves)
      after[last] -= int64_t(edge.deviceBytes);
  }
  int64_t now = 0, peak = 0;
  for (auto [more, less] : zip(before, after)) {
    now += more;
    peak = std::max(peak, now);
    now += less;
  }
  return uint64_t(peak);
}

/// Bounds are compared with some room for rounding.
static bool isWithin(double value, double bound) {
  return value <= bound * (1 + 1e-9) + 1e-15;
}

bool edgecc::partition::isWithinBounds(const Problem &problem,
                                       const Costs &costs) {
  for (unsigned metric = 0; metric != kNumMetrics; ++metric)
    if (!isWithin(costs[metric], problem.bounds[metric]))
      return false;
  return true;
}

bool edgecc::partition::isFeasible(const Problem &problem,
                                   const Assignment &assignment) {
  for (auto [unit, tier] : zip(problem.units, assignment.tiers))
    if (tier < unit.lowest || tier > unit.highest || tier >= problem.numTiers)
      return false;
  for (const Edge &edge : problem.edges)
    for (unsigned unit : edge.consumers)
      if (assignment.tiers[unit] < assignment.tiers[edge.producer])
        return false;
  return isWithinBounds(problem, evaluate(problem, assignment)) &&
         (problem.ramBound == kNoBound ||
          isWithin(double(getPeakRam(problem, assignment)), problem.ramBound));
}

//===----------------------------------------------------------------------===//
// Domains
//===----------------------------------------------------------------------===//

Domain::Domain(const Problem &problem) : wires(problem.edges.size()) {
  for (const Unit &unit : problem.units) {
    lowest.push_back(unit.lowest);
    highest.push_back(
        std::min<uint8_t>(unit.highest, uint8_t(problem.numTiers - 1)));
  }
  for (auto [edge, allowed] : zip(problem.edges, wires))
    allowed.fill(edge.wires);
}

bool Domain::propagate(const Problem &problem) {
  // Edges by their producers' order would do it in one pass each way; they
  // come in any order.
  for (bool changed = true; changed;) {
    changed = false;
    for (const Edge &edge : problem.edges)
      for (unsigned unit : edge.consumers) {
        if (lowest[unit] < lowest[edge.producer]) {
          lowest[unit] = lowest[edge.producer];
          changed = true;
        }
        if (highest[edge.producer] > highest[unit]) {
          highest[edge.producer] = highest[unit];
          changed = true;
        }
      }
  }
  for (auto [low, high] : zip(lowest, highest))
    if (low > high)
      return false;
  return true;
}

static Wire getFirstWire(uint8_t allowed) {
  for (unsigned wire = 0; wire != kNumWires; ++wire)
    if (allowed & (1u << wire))
      return Wire(wire);
  return Wire::Float;
}

Assignment Domain::makeFirst() const {
  Assignment assignment{lowest, {}};
  for (const auto &allowed : wires) {
    auto &chosen = assignment.wires.emplace_back();
    for (unsigned link = 0; link != kMaxLinks; ++link)
      chosen[link] = getFirstWire(allowed[link]);
  }
  return assignment;
}

Assignment edgecc::partition::makeUniform(const Problem &problem,
                                          uint8_t tier) {
  Domain domain(problem);
  domain.propagate(problem);
  Assignment assignment = domain.makeFirst();
  for (auto [chosen, low, high] :
       zip(assignment.tiers, domain.lowest, domain.highest))
    chosen = std::clamp(tier, low, std::max(low, high));
  return assignment;
}
