//===- CutTest.cpp - The cut against brute force --------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Partition/Cut.h"

#include "llvm/ADT/STLExtras.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

using namespace edgecc::partition;

namespace {
/// Makes random problems: graphs with skips, several outputs and private
/// inputs.
class Maker {
public:
  explicit Maker(unsigned seed) : random(seed) {}

  Problem make(unsigned numTiers, unsigned numUnits) {
    Problem problem;
    problem.numTiers = numTiers;
    for (unsigned unit = 0; unit != numUnits; ++unit)
      addUnit(problem, unit);
    for (unsigned unit = 0; unit != numUnits; ++unit)
      addEdge(problem, unit);
    for (unsigned link = 0; link != problem.getNumLinks(); ++link) {
      problem.used[link][Latency] = draw(0, 3);
      problem.used[link][Bytes] = link == 0 ? 20 : 0;
    }
    problem.weights[Latency] = 1;
    problem.weights[Energy] = pick(2) ? 0 : draw(0, 2);
    return problem;
  }

  double draw(double least, double most) {
    return std::uniform_real_distribution<>(least, most)(random);
  }
  unsigned pick(unsigned count) {
    return std::uniform_int_distribution<unsigned>(0, count - 1)(random);
  }

private:
  void addUnit(Problem &problem, unsigned index) {
    Unit unit;
    double work = draw(0, 4);
    for (unsigned tier = 0; tier != problem.numTiers; ++tier) {
      unit.costs[tier][Latency] = work / std::pow(4.0, tier);
      unit.costs[tier][BusyTier0 + tier] = unit.costs[tier][Latency];
    }
    unit.costs[0][Energy] = work * draw(0.5, 1.5);
    unit.costs[0][Flash] = draw(0, 100);
    if (index == 0)
      unit.highest = 0;
    problem.units.push_back(unit);
  }

  void addEdge(Problem &problem, unsigned producer) {
    Edge edge;
    edge.producer = producer;
    unsigned count = unsigned(problem.units.size());
    for (unsigned unit = producer + 1; unit < count; ++unit)
      if (unit == producer + 1 ? pick(4) != 0 : pick(4) == 0)
        edge.consumers.push_back(unit);
    if (edge.consumers.empty() && pick(3) == 0)
      edge.neededAt = uint8_t(problem.numTiers - 1);
    double bytes = draw(1, 100);
    edge.deviceBytes = uint64_t(bytes);
    double noise = draw(1e-5, 1e-3);
    edge.wires = uint8_t(1 + pick(4) * 2);
    for (unsigned link = 0; link != problem.getNumLinks(); ++link)
      for (unsigned wire = 0; wire != kNumWires; ++wire) {
        double sent = bytes * std::pow(0.5, wire);
        Costs &costs = edge.crossing[link][wire];
        costs[Latency] = sent * (link == 0 ? 0.05 : 0.01);
        costs[BusyLink0 + link] = costs[Latency];
        costs[Bytes] = link == 0 ? sent : 0;
        costs[Energy] = link == 0 ? sent * 0.02 : 0;
        costs[Noise] = wire == 0 ? 0 : noise * std::pow(16.0, wire);
      }
    problem.edges.push_back(std::move(edge));
  }

  std::mt19937 random;
};
} // namespace

static void expectSame(const Problem &problem, const char *what,
                       unsigned seed) {
  CutResult found = solveCut(problem, 100000);
  CutResult all = solveByForce(problem);
  ASSERT_TRUE(found.proved) << what << seed;
  ASSERT_EQ(found.best.has_value(), all.best.has_value()) << what << seed;
  if (!all.best)
    return;
  EXPECT_TRUE(isFeasible(problem, found.best->assignment)) << what << seed;
  EXPECT_NEAR(found.best->objective, all.best->objective,
              1e-9 * std::abs(all.best->objective))
      << what << seed;
}

TEST(Cut, IsTheBestWithoutBounds) {
  for (unsigned seed = 0; seed != 60; ++seed) {
    Maker maker(seed);
    Problem problem = maker.make(2 + seed % 2, 7);
    expectSame(problem, "seed ", seed);
    EXPECT_EQ(solveCut(problem).steps, 1u);
  }
}

TEST(Cut, IsTheBestWithinBounds) {
  unsigned bound = 0, infeasible = 0;
  for (unsigned seed = 0; seed != 400; ++seed) {
    Maker maker(1000 + seed);
    Problem problem = maker.make(2 + seed % 2, 6);
    CutResult free = solveByForce(problem);
    // Around what the best one takes, so that bounds bind.
    for (Metric metric : {Latency, Energy, Bytes, Noise, Flash, BusyTier0})
      if (maker.pick(3) == 0)
        problem.bounds[metric] =
            free.best->costs[metric] * maker.draw(0.75, 1.2);
    if (maker.pick(3) == 0)
      problem.ramBound = maker.draw(60, 250);
    expectSame(problem, "bounded, seed ", seed);
    CutResult held = solveByForce(problem);
    if (!held.best)
      ++infeasible;
    else if (held.best->objective > free.best->objective * (1 + 1e-9))
      ++bound;
  }
  // The bounds are such that they matter.
  EXPECT_GT(bound, 20u);
  EXPECT_GT(infeasible, 15u);
}

TEST(Cut, ATensorIsPaidForOnce) {
  // One producer, three consumers: sending it once costs 2, computing each of
  // the consumers on the device costs 1.
  Problem problem;
  problem.units.resize(4);
  problem.units[0].highest = 0;
  for (unsigned unit = 1; unit != 4; ++unit)
    problem.units[unit].costs[0][Latency] = 1;
  Edge edge;
  edge.consumers = {1, 2, 3};
  edge.crossing[0][0][Latency] = 2;
  problem.edges.push_back(edge);
  problem.weights[Latency] = 1;
  CutResult result = solveCut(problem);
  ASSERT_TRUE(result.best);
  EXPECT_DOUBLE_EQ(result.best->objective, 2);
  EXPECT_EQ(result.best->assignment.tiers, (std::vector<uint8_t>{0, 1, 1, 1}));
}

TEST(Cut, AnAnswerThatIsNeededElsewhereIsSent) {
  Problem problem;
  problem.units.resize(1);
  problem.units[0].highest = 0;
  Edge edge;
  edge.neededAt = 1;
  edge.crossing[0][0][Bytes] = 7;
  problem.edges.push_back(edge);
  problem.used[0][Latency] = 3;
  CutResult result = solveCut(problem);
  ASSERT_TRUE(result.best);
  EXPECT_DOUBLE_EQ(result.best->costs[Bytes], 7);
  EXPECT_DOUBLE_EQ(result.best->costs[Latency], 3);
}

TEST(Cut, MemoryCountsWhatIsAliveTogether) {
  // A chain of 10, 30 and 20 bytes, of which the last leaves the device.
  Problem problem;
  problem.units.resize(4);
  for (auto [index, bytes] : {std::pair(0u, 10u), {1u, 30u}, {2u, 20u}}) {
    Edge edge;
    edge.producer = index;
    edge.consumers = {index + 1};
    edge.deviceBytes = bytes;
    problem.edges.push_back(edge);
  }
  Assignment assignment = makeUniform(problem, 0);
  EXPECT_EQ(getPeakRam(problem, assignment), 50u);
  assignment.tiers = {0, 0, 1, 1};
  EXPECT_EQ(getPeakRam(problem, assignment), 40u);
}

TEST(Cut, LargeGraphsTakeAMoment) {
  for (unsigned numTiers : {2u, 3u}) {
    Problem problem = Maker(7).make(numTiers, 500);
    // Long skips would make the graph denser than networks are.
    for (Edge &edge : problem.edges)
      llvm::erase_if(edge.consumers,
                     [&](unsigned unit) { return unit > edge.producer + 12; });
    CutResult free = solveCut(problem);
    ASSERT_TRUE(free.best && free.proved);
    // Between what the fastest takes, and the least there is.
    Problem thrifty = problem;
    thrifty.weights.fill(0);
    thrifty.weights[Energy] = 1;
    problem.bounds[Energy] =
        (free.best->costs[Energy] + solveCut(thrifty).best->costs[Energy]) / 2;
    CutResult bound = solveCut(problem, 50);
    ASSERT_TRUE(bound.best);
    EXPECT_LE(bound.best->costs[Energy], problem.bounds[Energy] * (1 + 1e-9));
  }
}
