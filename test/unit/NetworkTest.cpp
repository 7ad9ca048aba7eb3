//===- NetworkTest.cpp - From a system and a network to a problem ---------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Partition/Network.h"

#include <gtest/gtest.h>

#include <cmath>

using namespace edgecc::partition;

namespace {
/// x -> conv -> reshape -> gemm -> y, and x -> gemm by a skip.
struct NetworkTest : testing::Test {
  NetworkTest() {
    const char *names[] = {"x", "conv", "reshape", "gemm"};
    for (unsigned i = 0; i != 4; ++i) {
      NetworkUnit unit;
      unit.name = names[i];
      unit.nodes = {names[i]};
      unit.types = {std::string("Type") + names[i]};
      unit.isInput = i == 0;
      unit.isMovement = i == 0 || i == 2;
      unit.macs = i == 3 ? 1000 : 0;
      network.units.push_back(unit);
      NetworkTensor tensor;
      tensor.name = std::string("t_") + names[i];
      tensor.producer = i;
      tensor.type = "float";
      tensor.elements = 101;
      tensor.isMeasured = true;
      tensor.noise = {0, 1e-4, 1e-2};
      tensor.isOutput = i == 3;
      if (i != 3)
        tensor.consumers = {i + 1};
      network.tensors.push_back(tensor);
    }
    network.tensors[0].consumers.push_back(3);
  }

  System parse(std::string more) {
    llvm::Expected<System> system = parseSystem(
        R"({"tiers": [{"name": "device", "target": "cortex-m4"},
                      {"name": "edge", "macs_per_second": 1e6, "load": 0.5},
                      {"name": "cloud", "macs_per_second": 1e9}],
            "links": [{"from": "device", "to": "edge", "bandwidth": 8000},
                      {"from": "edge", "to": "cloud", "bandwidth": 80000}],
            "arrivals": {"rate": 0.1})" +
            more + "}",
        "s.json");
    EXPECT_TRUE(bool(system)) << llvm::toString(system.takeError());
    return *system;
  }
  Problem make(std::string more) {
    llvm::Expected<Problem> problem = makeProblem(parse(more), network);
    EXPECT_TRUE(bool(problem)) << llvm::toString(problem.takeError());
    return *problem;
  }

  Network network;
};
} // namespace

TEST_F(NetworkTest, DepthCountsOperatorsThatCompute) {
  EXPECT_EQ(getPrivateDepths(network, {std::string("x")}),
            (std::vector<unsigned>{0, 1, 1, 1}));
  EXPECT_EQ(getPrivateDepths(network, {}),
            (std::vector<unsigned>(4, kNotPrivate)));
}

TEST_F(NetworkTest, PrivateInputsKeepTheirReadersOnTheDevice) {
  Problem problem = make(R"(, "constraints": {"private": ["x"]})");
  EXPECT_EQ(problem.units[1].highest, 0);
  EXPECT_EQ(problem.units[2].highest, 2);
  // It reads the input itself.
  EXPECT_EQ(problem.units[3].highest, 0);
  network.tensors[0].consumers.pop_back();
  problem = make(R"(, "constraints": {"private": ["x"],
                                      "private_depth": 2})");
  EXPECT_EQ(problem.units[3].highest, 0);
  problem = make(R"(, "constraints": {"private": ["x"]})");
  EXPECT_EQ(problem.units[3].highest, 2);
}

TEST_F(NetworkTest, ServersShareTheirTime) {
  Problem problem = make("");
  // 1000 MACs and no elements at half of 1e6 per second.
  EXPECT_DOUBLE_EQ(problem.units[3].costs[1][BusyTier1], 0.002);
  // The answer comes back from the edge over one link, from the cloud over two:
  // 404 bytes at 1000 and 10000 bytes per second.
  EXPECT_DOUBLE_EQ(problem.units[3].costs[1][Latency], 0.002 + 0.404);
  EXPECT_NEAR(problem.units[3].costs[2][Latency], 1e-6 + 0.404 + 0.0404, 1e-12);
  problem = make(R"(, "answer": "cloud")");
  EXPECT_DOUBLE_EQ(problem.units[3].costs[1][Latency], 0.002);
  EXPECT_EQ(problem.edges[3].neededAt, 2);
}

TEST_F(NetworkTest, FourBitsAreRoundedUpToBytes) {
  EXPECT_EQ(network.tensors[0].getWireBytes(Wire::Float), 404u);
  EXPECT_EQ(network.tensors[0].getWireBytes(Wire::Int8), 101u);
  EXPECT_EQ(network.tensors[0].getWireBytes(Wire::Int4), 51u);
  network.tensors[0].type = "int64";
  network.tensors[0].elementBytes = 8;
  EXPECT_EQ(network.tensors[0].getWireBytes(Wire::Int4), 808u);
  EXPECT_EQ(make("").edges[0].wires, 1);
}

TEST_F(NetworkTest, WirePrecisionFollowsTheAllowedNoise) {
  auto choose = [&](std::string snr) {
    Problem problem =
        make(R"(, "constraints": {"place": {"conv": "cloud"}, "min_snr": )" +
             snr + "}");
    CutResult result = solveCut(problem);
    EXPECT_TRUE(result.best);
    return result.best->assignment.wires[0];
  };
  // It crosses two links, and may lose the same again on the second.
  EXPECT_EQ(choose("10")[0], Wire::Int4);
  EXPECT_EQ(choose("30")[0], Wire::Int8);
  EXPECT_EQ(choose("80")[0], Wire::Float);
}

TEST_F(NetworkTest, ContradictionsAreNamed) {
  auto getError = [&](std::string constraints) {
    llvm::Expected<Problem> problem =
        makeProblem(parse(R"(, "constraints": )" + constraints), network);
    return problem ? "" : llvm::toString(problem.takeError());
  };
  EXPECT_EQ(getError(R"({"place": {"conv": "cloud", "gemm": "edge"}})"),
            "s.json: the constraints go in a circle: 'gemm' must be executed "
            "on 'edge', but needs what 'conv' computes on 'cloud'; data go "
            "from the device away, so give up one of them");
  EXPECT_EQ(
      getError(
          R"({"place": {"conv": "cloud"}, "keep_on_device": ["Typeconv"]})"),
      "s.json: field 'constraints.place.conv' is 'cloud', but another "
      "constraint keeps the node, or one that the same kernel computes, "
      "elsewhere; give up one of them");
  EXPECT_EQ(getError(R"({"max_device_energy": "1mJ"})"),
            "s.json: field 'tiers[0].active_power_mw' is missing; needed: what "
            "the device draws while it computes, since energy is limited or "
            "weighed");
}
