//===- ExploreTest.cpp - What lies around the best cut --------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Partition/Explore.h"

#include <gtest/gtest.h>

using namespace edgecc::partition;

namespace {
/// A chain whose second tensor is small: 1000 bytes, 10 ms, 100 bytes, 10 ms,
/// 400 bytes.
struct Explore : testing::Test {
  Explore() {
    llvm::Expected<System> parsed = parseSystem(
        R"({"tiers": [{"name": "device", "target": "cortex-m4"},
                      {"name": "server", "macs_per_second": 1e15}],
            "links": [{"from": "device", "to": "server",
                       "bandwidth": 800000}],
            "arrivals": {"rate": 0.001}, "answer": "server"})",
        "s.json");
    EXPECT_TRUE(bool(parsed)) << llvm::toString(parsed.takeError());
    system = *parsed;
    network.units.resize(3);
    network.units[0].isInput = true;
    network.units[0].name = "x";
    network.units[1].seconds = network.units[2].seconds = 0.01;
    for (auto [unit, elements] : {std::pair(0u, 250u), {1u, 25u}, {2u, 100u}}) {
      NetworkTensor tensor;
      tensor.name = "t" + std::to_string(unit);
      tensor.producer = unit;
      tensor.type = "float";
      tensor.elements = elements;
      tensor.isOutput = unit == 2;
      if (unit != 2)
        tensor.consumers = {unit + 1};
      network.tensors.push_back(tensor);
    }
  }

  System system;
  Network network;
};
} // namespace

TEST_F(Explore, BreakpointsAreWhereTheyAreComputed) {
  std::vector<Sweep> sweeps = findBreakpoints(system, network);
  ASSERT_EQ(sweeps[0].field, "links[0].bandwidth");
  // With 900 bytes more to send it takes 10 ms less: 90 kB/s.
  const std::vector<Segment> &segments = sweeps[0].segments;
  ASSERT_EQ(segments.size(), 2u);
  EXPECT_NEAR(segments[0].to, 720000, 1500);
  EXPECT_EQ(segments[0].best->assignment.tiers,
            (std::vector<uint8_t>{0, 0, 1}));
  EXPECT_EQ(segments[1].best->assignment.tiers,
            (std::vector<uint8_t>{0, 1, 1}));
  // In the middle, the cut is better than both extremes.
  bool beats = false;
  for (const Sweep::Sample &sample : sweeps[0].samples)
    beats |= sample.best && (*sample.best)[Latency] < sample.device[Latency] &&
             (*sample.best)[Latency] < sample.server[Latency];
  EXPECT_TRUE(beats);
}

TEST_F(Explore, ParetoSetHasWhatNothingBeats) {
  llvm::Expected<Problem> problem = makeProblem(system, network);
  ASSERT_TRUE(bool(problem));
  ParetoSet set = findPareto(*problem, network);
  EXPECT_TRUE(set.isComplete);
  // Sending the input is the fastest, sending the second tensor the least; what
  // the device alone makes is the deepest.
  ASSERT_EQ(set.points.size(), 3u);
  EXPECT_EQ(set.points[0].cut.assignment.tiers,
            (std::vector<uint8_t>{0, 1, 1}));
  EXPECT_EQ(set.points[0].depth, 0u);
  EXPECT_EQ(set.points[1].depth, 1u);
  EXPECT_EQ(set.points[2].depth, 2u);
}

TEST_F(Explore, TheNearestFeasibleSystemIsFeasible) {
  system.constraints.maxLatency = 0.001;
  std::vector<std::string> nearest = findNearestFeasible(system, network);
  ASSERT_FALSE(nearest.empty());
  // 1024 bytes at 100 kB/s.
  EXPECT_EQ(nearest[0], "constraints.max_latency of 10.240 ms instead of "
                        "1.000 ms");
  system.constraints.maxLatency = 0.01024;
  llvm::Expected<Problem> problem = makeProblem(system, network);
  ASSERT_TRUE(bool(problem));
  EXPECT_TRUE(solveCut(*problem).best);
}
