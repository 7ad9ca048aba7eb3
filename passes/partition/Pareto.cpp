//===- Pareto.cpp - Cuts that nothing beats -------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Partition/Explore.h"

#include "CutDomain.h"

#include "llvm/ADT/STLExtras.h"

using namespace edgecc::partition;
using namespace llvm;

/// As many cuts as one can look at.
static constexpr unsigned kMostCuts = 20000;

namespace {
class ParetoFinder {
public:
  ParetoFinder(const Problem &problem, const Network &network);
  ParetoSet run();

private:
  bool lookAtAll();
  void weighMetrics();
  void offerWires(const Assignment &tiers);
  void offer(const Assignment &assignment);
  unsigned getDepth(const Assignment &assignment) const;

  const Problem &problem;
  std::vector<unsigned> depths;
  ParetoSet set;
};
} // namespace

ParetoFinder::ParetoFinder(const Problem &problem, const Network &network)
    : problem(problem) {
  std::vector<std::string> inputs;
  for (const NetworkUnit &unit : network.units)
    if (unit.isInput)
      inputs.push_back(unit.name);
  depths = getPrivateDepths(network, inputs);
}

unsigned ParetoFinder::getDepth(const Assignment &assignment) const {
  unsigned depth = kNotPrivate;
  for (unsigned edge = 0; edge != problem.edges.size(); ++edge)
    if (crosses(problem, assignment, edge, 0))
      depth = std::min(depth, depths[problem.edges[edge].producer]);
  return depth;
}

/// Whether a point is at least as good in everything.
static bool beats(const ParetoPoint &a, const ParetoPoint &b) {
  for (Metric metric : {Latency, Energy, Bytes, Noise})
    if (a.cut.costs[metric] > b.cut.costs[metric] * (1 + 1e-12))
      return false;
  return a.depth >= b.depth;
}

void ParetoFinder::offer(const Assignment &assignment) {
  Costs costs = evaluate(problem, assignment);
  ParetoPoint point{{assignment, costs, getObjective(problem, costs)},
                    getDepth(assignment),
                    isFeasible(problem, assignment)};
  for (const ParetoPoint &other : set.points)
    if (beats(other, point))
      return;
  erase_if(set.points,
           [&](const ParetoPoint &other) { return beats(point, other); });
  set.points.push_back(std::move(point));
}

/// What crosses all in one precision, as far as it may have it.
void ParetoFinder::offerWires(const Assignment &tiers) {
  for (unsigned wire = 0; wire != kNumWires; ++wire) {
    Assignment assignment = tiers;
    for (auto [edge, chosen] : zip(problem.edges, assignment.wires))
      chosen.fill(edge.wires & (1u << wire) ? Wire(wire) : Wire::Float);
    offer(assignment);
  }
}

bool ParetoFinder::lookAtAll() {
  std::vector<Assignment> all;
  bool complete = forEachAssignment(problem, [&](const Assignment &tiers) {
    all.push_back(tiers);
    return all.size() < kMostCuts;
  });
  if (complete)
    for (const Assignment &tiers : all)
      offerWires(tiers);
  return complete;
}

/// A cut that is the cheapest for some weights is beaten by none.
void ParetoFinder::weighMetrics() {
  Domain domain(problem);
  domain.propagate(problem);
  Costs most = evaluate(problem, makeUniform(problem, 0));
  Costs other =
      evaluate(problem, makeUniform(problem, uint8_t(problem.numTiers - 1)));
  constexpr double kWeights[] = {0, 0.01, 0.1, 0.5, 1, 2, 10, 100};
  for (double energy : kWeights)
    for (double bytes : kWeights)
      for (double noise : {0.0, 0.01, 1.0}) {
        Costs weights{};
        for (auto [metric, weight] : {std::pair(Latency, 1.0),
                                      {Energy, energy},
                                      {Bytes, bytes},
                                      {Noise, noise}}) {
          // In parts of what the extremes take.
          double size = std::max(most[metric], other[metric]);
          weights[metric] = size > 0 ? weight / size : weight;
        }
        Assignment found = solveRelaxation(problem, domain, weights);
        offer(found);
        offerWires(found);
      }
  for (unsigned tier = 0; tier != problem.numTiers; ++tier)
    offerWires(makeUniform(problem, uint8_t(tier)));
}

ParetoSet ParetoFinder::run() {
  set.isComplete = lookAtAll();
  if (!set.isComplete)
    weighMetrics();
  llvm::stable_sort(set.points, [](const auto &a, const auto &b) {
    return a.cut.costs[Latency] < b.cut.costs[Latency];
  });
  return std::move(set);
}

ParetoSet edgecc::partition::findPareto(const Problem &problem,
                                        const Network &network) {
  return ParetoFinder(problem, network).run();
}

std::string edgecc::partition::describe(const Problem &problem,
                                        const Assignment &assignment) {
  std::string text;
  for (unsigned link = 0; link != problem.getNumLinks(); ++link)
    for (unsigned edge = 0; edge != problem.edges.size(); ++edge)
      if (crosses(problem, assignment, edge, link)) {
        Wire wire = assignment.wires[edge][link];
        text += (text.empty() ? "" : ", ") + problem.edges[edge].name + " (" +
                getName(wire).str() + (link ? ", second link)" : ")");
      }
  return text.empty() ? "all on the device" : "send " + text;
}
