//===- Relaxation.cpp - The cheapest assignment, as a minimum cut ---------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// For every unit and every link there is a node: on the source's side if the
// unit is executed before the link, on the sink's side if beyond it. A unit's
// cost is then a sum of what each link that it is beyond changes. For every
// tensor and link there is another node, beyond the link if any consumer is;
// between producer and it lies what crossing costs, so that a tensor is paid
// for once, whatever the number of its consumers.
//
//===----------------------------------------------------------------------===//

#include "CutDomain.h"

#include "../layout/MinCut.h"

#include "llvm/ADT/STLExtras.h"

#include <cmath>

using namespace edgecc;
using namespace edgecc::partition;
using namespace llvm;

namespace {
class Network {
public:
  Network(const Problem &problem, const Domain &domain, const Costs &weights);
  Assignment solve();

private:
  double weigh(const Costs &costs) const;
  /// The precision in which a crossing is cheapest, and what it costs then.
  std::pair<Wire, double> chooseWire(unsigned edge, unsigned link) const;
  void findScale();
  int64_t toCapacity(double cost) const {
    return int64_t(std::llround(cost * scale));
  }
  void addUnit(unsigned unit);
  void addUse(unsigned link);
  void addCrossing(unsigned edge, unsigned link);

  const Problem &problem;
  const Domain &domain;
  const Costs &weights;
  MinCut cut;
  /// By unit and link.
  std::vector<std::array<MinCut::Node, kMaxLinks>> nodes;
  double scale = 1;
};
} // namespace

Network::Network(const Problem &problem, const Domain &domain,
                 const Costs &weights)
    : problem(problem), domain(domain), weights(weights) {
  findScale();
  nodes.resize(problem.units.size());
  for (auto &unit : nodes)
    for (unsigned link = 0; link != problem.getNumLinks(); ++link)
      unit[link] = cut.addNode();
  for (unsigned unit = 0; unit != problem.units.size(); ++unit)
    addUnit(unit);
  for (unsigned link = 0; link != problem.getNumLinks(); ++link) {
    addUse(link);
    for (unsigned edge = 0; edge != problem.edges.size(); ++edge)
      addCrossing(edge, link);
  }
}

double Network::weigh(const Costs &costs) const {
  double sum = 0;
  for (unsigned metric = 0; metric != kNumMetrics; ++metric)
    sum += weights[metric] * costs[metric];
  return sum;
}

std::pair<Wire, double> Network::chooseWire(unsigned edge,
                                            unsigned link) const {
  std::pair<Wire, double> best{Wire::Float, kNoBound};
  for (unsigned wire = 0; wire != kNumWires; ++wire) {
    if (!(domain.wires[edge][link] & (1u << wire)))
      continue;
    double cost = weigh(problem.edges[edge].crossing[link][wire]);
    if (cost < best.second)
      best = {Wire(wire), cost};
  }
  return best;
}

/// Capacities are integers: as large as they may be, so that what is rounded
/// does not count.
void Network::findScale() {
  double sum = 0;
  for (const Unit &unit : problem.units)
    for (const Costs &costs : unit.costs)
      sum += std::abs(weigh(costs));
  for (unsigned link = 0; link != problem.getNumLinks(); ++link) {
    sum += weigh(problem.used[link]);
    for (unsigned edge = 0; edge != problem.edges.size(); ++edge)
      sum += chooseWire(edge, link).second;
  }
  scale = sum > 0 ? std::ldexp(1.0, 58) / sum : 1;
}

void Network::addUnit(unsigned unit) {
  for (unsigned link = 0; link != problem.getNumLinks(); ++link) {
    MinCut::Node node = nodes[unit][link];
    if (domain.highest[unit] <= link)
      cut.addEdge(MinCut::source, node, MinCut::infinite);
    else if (domain.lowest[unit] > link)
      cut.addEdge(node, MinCut::sink, MinCut::infinite);
    // Beyond the second link is beyond the first.
    if (link > 0)
      cut.addEdge(nodes[unit][link - 1], node, MinCut::infinite);
    const auto &costs = problem.units[unit].costs;
    int64_t change = toCapacity(weigh(costs[link + 1]) - weigh(costs[link]));
    if (change > 0)
      cut.addEdge(MinCut::source, node, change);
    else if (change < 0)
      cut.addEdge(node, MinCut::sink, -change);
  }
}

void Network::addUse(unsigned link) {
  int64_t cost = toCapacity(weigh(problem.used[link]));
  // Used in any case, it makes no difference.
  bool isUsed = any_of(
      problem.edges, [link](const Edge &edge) { return edge.neededAt > link; });
  if (cost == 0 || isUsed)
    return;
  MinCut::Node use = cut.addNode();
  cut.addEdge(MinCut::source, use, cost);
  for (auto &unit : nodes)
    cut.addEdge(use, unit[link], MinCut::infinite);
}

void Network::addCrossing(unsigned index, unsigned link) {
  const Edge &edge = problem.edges[index];
  MinCut::Node producer = nodes[edge.producer][link];
  // Data do not come back.
  for (unsigned unit : edge.consumers)
    cut.addEdge(nodes[unit][link], producer, MinCut::infinite);
  int64_t cost = toCapacity(chooseWire(index, link).second);
  if (edge.neededAt > link) {
    cut.addEdge(producer, MinCut::sink, cost);
    return;
  }
  if (edge.consumers.empty() || cost == 0)
    return;
  MinCut::Node crossing = cut.addNode();
  cut.addEdge(producer, crossing, cost);
  for (unsigned unit : edge.consumers)
    cut.addEdge(crossing, nodes[unit][link], MinCut::infinite);
}

Assignment Network::solve() {
  cut.run();
  BitVector beyond = cut.getSinkSide(/*most=*/false);
  Assignment assignment;
  for (auto &unit : nodes) {
    uint8_t tier = 0;
    while (tier != problem.getNumLinks() && beyond.test(unit[tier]))
      ++tier;
    assignment.tiers.push_back(tier);
  }
  assignment.wires.resize(problem.edges.size());
  for (unsigned edge = 0; edge != problem.edges.size(); ++edge)
    for (unsigned link = 0; link != problem.getNumLinks(); ++link)
      assignment.wires[edge][link] = chooseWire(edge, link).first;
  return assignment;
}

Assignment edgecc::partition::solveRelaxation(const Problem &problem,
                                              const Domain &domain,
                                              const Costs &weights) {
  return Network(problem, domain, weights).solve();
}
