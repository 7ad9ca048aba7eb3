//===- BranchAndBound.cpp - The cheapest assignment within bounds ---------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A minimum cut knows no bounds. They are priced in (Lagrange): with a price on
// each bounded metric the cheapest assignment, less what the bounds allow at
// these prices, costs no more than the best that holds the bounds. Prices are
// raised where a bound does not hold. Where a gap is left, a unit's tiers, or
// the precisions of a crossing, are split in two.
//
//===----------------------------------------------------------------------===//

#include "CutDomain.h"

#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"

#include <cmath>

using namespace edgecc::partition;
using namespace llvm;

namespace {
class Search {
public:
  Search(const Problem &problem, uint64_t maxSteps);
  CutResult run();

private:
  /// What a domain's relaxations tell.
  struct Bound {
    bool closed = false;
    Costs prices{};
    Assignment last;
  };

  bool offer(const Assignment &assignment);
  void excludeByMemory(Domain &domain) const;
  bool canHold(const Domain &domain);
  Bound relax(const Domain &domain, Costs prices, unsigned rounds);
  bool raisePrices(const Costs &costs, double value, Costs &prices) const;
  bool isBeaten(double bound) const;
  void branch(Domain domain, const Costs &prices, bool isRoot);
  bool splitTiers(const Domain &domain, const Bound &bound);
  bool splitWires(const Domain &domain, const Bound &bound);

  const Problem &problem;
  uint64_t maxSteps;
  SmallVector<unsigned> bounded;
  CutResult result;
};
} // namespace

Search::Search(const Problem &problem, uint64_t maxSteps)
    : problem(problem), maxSteps(maxSteps) {
  for (unsigned metric = 0; metric != kNumMetrics; ++metric)
    if (problem.bounds[metric] != kNoBound)
      bounded.push_back(metric);
}

/// Takes an assignment if it is feasible and better than the best so far.
bool Search::offer(const Assignment &assignment) {
  if (!isFeasible(problem, assignment))
    return false;
  Costs costs = evaluate(problem, assignment);
  double objective = getObjective(problem, costs);
  if (!result.best || objective < result.best->objective)
    result.best = Cut{assignment, costs, objective};
  return true;
}

/// A unit on the device has everything there that it needs, and while it runs
/// all that they made and that is read now or later, wherever. Where that is
/// more than the device has, the unit cannot be there.
void Search::excludeByMemory(Domain &domain) const {
  if (problem.ramBound == kNoBound)
    return;
  size_t count = problem.units.size();
  std::vector<BitVector> needed(count, BitVector(unsigned(count)));
  for (unsigned unit = 0; unit != count; ++unit)
    needed[unit].set(unit);
  for (unsigned producer = 0; producer != count; ++producer)
    for (const Edge &edge : problem.edges)
      if (edge.producer == producer)
        for (unsigned unit : edge.consumers)
          needed[unit] |= needed[producer];
  for (unsigned unit = 0; unit != count; ++unit) {
    uint64_t bytes = 0;
    for (const Edge &edge : problem.edges) {
      bool isRead = edge.consumers.empty() || edge.producer == unit ||
                    *llvm::max_element(edge.consumers) >= unit;
      if (isRead && needed[unit].test(edge.producer))
        bytes += edge.deviceBytes;
    }
    if (double(bytes) > problem.ramBound && domain.lowest[unit] == 0)
      domain.lowest[unit] = 1;
  }
}

/// Whether each bound alone can be held in the domain.
bool Search::canHold(const Domain &domain) {
  for (unsigned metric : bounded) {
    Costs weights{};
    weights[metric] = 1;
    Assignment assignment = solveRelaxation(problem, domain, weights);
    offer(assignment);
    Costs costs = evaluate(problem, assignment);
    if (costs[metric] > problem.bounds[metric] * (1 + 1e-9) + 1e-15)
      return false;
  }
  return true;
}

/// Whether a domain with this lower bound has nothing better than the best.
bool Search::isBeaten(double bound) const {
  return result.best &&
         bound >= result.best->objective -
                      1e-10 * std::max(1e-12, std::abs(result.best->objective));
}

/// A step of the subgradient method; false if no bound is violated and no price
/// can be lowered, so that the relaxation has said all.
bool Search::raisePrices(const Costs &costs, double value,
                         Costs &prices) const {
  double best = result.best ? result.best->objective : 2 * std::abs(value);
  double gap = std::max(best - value, 1e-6 * std::abs(best));
  // In parts of the bound, as metrics have different units.
  Costs excess{};
  double norm = 0;
  for (unsigned metric : bounded) {
    double size = std::max(problem.bounds[metric], 1e-12);
    double part = (costs[metric] - problem.bounds[metric]) / size;
    if (part < 0 && prices[metric] == 0)
      continue;
    excess[metric] = part;
    norm += part * part;
  }
  if (norm == 0)
    return false;
  for (unsigned metric : bounded) {
    double size = std::max(problem.bounds[metric], 1e-12);
    prices[metric] =
        std::max(0.0, prices[metric] + gap / norm * excess[metric] / size);
  }
  return true;
}

Search::Bound Search::relax(const Domain &domain, Costs prices,
                            unsigned rounds) {
  Bound bound{false, prices, {}};
  double best = -kNoBound;
  for (unsigned round = 0; round != rounds; ++round) {
    Costs weights = problem.weights;
    double allowed = 0;
    for (unsigned metric : bounded) {
      weights[metric] += prices[metric];
      allowed += prices[metric] * problem.bounds[metric];
    }
    Assignment assignment = solveRelaxation(problem, domain, weights);
    offer(assignment);
    Costs costs = evaluate(problem, assignment);
    double value = -allowed;
    for (unsigned metric = 0; metric != kNumMetrics; ++metric)
      value += weights[metric] * costs[metric];
    if (value > best) {
      best = value;
      bound.prices = prices;
      bound.last = std::move(assignment);
    }
    if (isBeaten(best)) {
      bound.closed = true;
      return bound;
    }
    if (!raisePrices(costs, value, prices))
      break;
  }
  return bound;
}

void Search::branch(Domain domain, const Costs &prices, bool isRoot) {
  if (result.steps == maxSteps) {
    result.proved = false;
    return;
  }
  ++result.steps;
  if (!domain.propagate(problem) || !canHold(domain))
    return;
  Bound bound = relax(domain, prices, isRoot ? 60 : 8);
  if (bound.closed)
    return;
  if (!splitTiers(domain, bound))
    splitWires(domain, bound);
}

/// Splits the tiers of the unit at the border of the relaxation's cut that
/// costs most.
bool Search::splitTiers(const Domain &domain, const Bound &bound) {
  std::optional<unsigned> chosen;
  double most = -1;
  auto consider = [&](unsigned unit, double size) {
    if (domain.lowest[unit] < domain.highest[unit] && size > most) {
      chosen = unit;
      most = size;
    }
  };
  for (const Edge &edge : problem.edges)
    for (unsigned unit : edge.consumers)
      if (bound.last.tiers[unit] != bound.last.tiers[edge.producer])
        for (unsigned end : {edge.producer, unit})
          consider(end, double(edge.deviceBytes));
  if (!chosen)
    for (unsigned unit = 0; unit != problem.units.size(); ++unit)
      consider(unit, 0);
  if (!chosen)
    return false;
  uint8_t low = domain.lowest[*chosen], high = domain.highest[*chosen];
  uint8_t middle =
      std::clamp<uint8_t>(bound.last.tiers[*chosen], low, uint8_t(high - 1));
  Domain near = domain, far = domain;
  near.highest[*chosen] = middle;
  far.lowest[*chosen] = uint8_t(middle + 1);
  branch(std::move(near), bound.prices, false);
  branch(std::move(far), bound.prices, false);
  return true;
}

/// All tiers are fixed: tries the precisions of a crossing one by one.
bool Search::splitWires(const Domain &domain, const Bound &bound) {
  for (unsigned edge = 0; edge != problem.edges.size(); ++edge)
    for (unsigned link = 0; link != problem.getNumLinks(); ++link) {
      uint8_t allowed = domain.wires[edge][link];
      if (!(allowed & (allowed - 1)) ||
          !crosses(problem, bound.last, edge, link))
        continue;
      for (unsigned wire = 0; wire != kNumWires; ++wire)
        if (allowed & (1u << wire)) {
          Domain one = domain;
          one.wires[edge][link] = uint8_t(1u << wire);
          branch(std::move(one), bound.prices, false);
        }
      return true;
    }
  return false;
}

CutResult Search::run() {
  Domain all(problem);
  excludeByMemory(all);
  // Both extremes are candidates, whatever the relaxations say.
  for (unsigned tier = 0; tier != problem.numTiers; ++tier) {
    Domain one = all;
    one.lowest = one.highest = makeUniform(problem, uint8_t(tier)).tiers;
    relax(one, Costs{}, 20);
  }
  branch(std::move(all), Costs{}, true);
  return std::move(result);
}

CutResult edgecc::partition::solveCut(const Problem &problem,
                                      uint64_t maxSteps) {
  return Search(problem, maxSteps).run();
}
