//===- SimulationTest.cpp - The simulation against closed forms -----------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Partition/Simulation.h"

#include <gtest/gtest.h>

using namespace edgecc::partition;

/// Times that are whole nanoseconds on every stage.
static System makeSystem() {
  llvm::Expected<System> system = parseSystem(
      R"({"tiers": [{"name": "device", "target": "cortex-m4",
                     "active_power_mw": 100, "sleep_power_mw": 1,
                     "battery_mwh": 1000},
                    {"name": "server", "macs_per_second": 1e9,
                     "overhead": "2ms"}],
          "links": [{"from": "device", "to": "server", "bandwidth": 8000000,
                     "round_trip": "10ms", "energy_per_byte": "1uJ"}],
          "arrivals": {"rate": 2}, "constraints": {"max_latency": "1s"}})",
      "s.json");
  EXPECT_TRUE(bool(system)) << llvm::toString(system.takeError());
  return *system;
}

/// An input of 1000 floats, 3 ms on the device, 100 floats, 1e6 MACs, 10
/// floats.
static Network makeNetwork() {
  Network network;
  network.units.resize(3);
  network.units[0].isInput = true;
  network.units[1].seconds = 0.003;
  network.units[2].macs = 1000000;
  network.units[2].seconds = 0.05;
  for (auto [unit, elements] : {std::pair(0u, 1000u), {1u, 100u}, {2u, 10u}}) {
    NetworkTensor tensor;
    tensor.producer = unit;
    tensor.type = "float";
    tensor.elements = elements;
    tensor.isOutput = unit == 2;
    if (unit != 2)
      tensor.consumers = {unit + 1};
    network.tensors.push_back(tensor);
  }
  return network;
}

TEST(Simulation, AgreesWithTheClosedFormToTheLastDigit) {
  System system = makeSystem();
  Network network = makeNetwork();
  llvm::Expected<Problem> problem = makeProblem(system, network);
  ASSERT_TRUE(bool(problem));
  Assignment assignment = makeUniform(*problem, 0);
  assignment.tiers[2] = 1;
  Scenario scenario = makeScenario(system, network, *problem, assignment);
  scenario.inferences = 1000;
  SimulationResult result = simulate(scenario);
  ASSERT_EQ(result.latencies.size(), 1000u);
  // 3 ms, 424 bytes at 1 byte per us, 10 ms, 2 ms and 1 ms, 40 bytes.
  EXPECT_EQ(result.latencies.front(), 16464000);
  EXPECT_EQ(result.latencies.back(), 16464000);
  EXPECT_DOUBLE_EQ(evaluate(*problem, assignment)[Latency], 0.016464);
  EXPECT_EQ(result.missed, 0u);
  // Of 0.5 s, 3 ms active, the rest asleep, and 464 bytes.
  EXPECT_NEAR(result.energyPerInference, 0.003 * 0.1 + 0.497 * 0.001 + 464e-6,
              1e-9);
  EXPECT_NEAR(*result.batteryDays,
              3600 / (result.energyPerInference / 0.5) / 86400, 1e-6);
}

TEST(Simulation, AQueueOfOneServerIsAsInTheBook) {
  // M/M/1 with a load of 0.5: the mean time in the system is twice the mean
  // service, and 95% take at most -ln(0.05) times that.
  Scenario scenario;
  scenario.arrivals = Arrivals::Poisson;
  scenario.rate = 50;
  scenario.inferences = 1000000;
  Stage stage;
  stage.service = 10000000;
  stage.isExponential = true;
  scenario.stages.push_back(stage);
  SimulationResult result = simulate(scenario);
  EXPECT_NEAR(result.mean, 0.02, 0.02 * 0.02);
  EXPECT_NEAR(result.getPercentile(95), 0.02 * 2.9957, 0.02 * 0.06);
  EXPECT_NEAR(result.busy[0], 0.5, 0.01);
}

TEST(Simulation, ASeedGivesTheSameFigures) {
  Scenario scenario;
  scenario.arrivals = Arrivals::Poisson;
  scenario.rate = 5;
  scenario.inferences = 2000;
  Stage stage;
  stage.bytes = 10000;
  stage.secondsPerByte = 1e-5;
  stage.packetBytes = 500;
  stage.loss = 0.1;
  stage.jitter = 0.01;
  stage.delay = 5000000;
  scenario.stages.push_back(stage);
  SimulationResult first = simulate(scenario), again = simulate(scenario);
  EXPECT_EQ(first.latencies, again.latencies);
  scenario.seed = 2;
  EXPECT_NE(first.latencies, simulate(scenario).latencies);
}

TEST(Simulation, LostPacketsComeAgain) {
  System system = makeSystem();
  system.links[0].loss = 0.2;
  system.links[0].packetBytes = 8;
  system.rate = 0.5;
  Network network = makeNetwork();
  llvm::Expected<Problem> problem = makeProblem(system, network);
  ASSERT_TRUE(bool(problem));
  Assignment assignment = makeUniform(*problem, 0);
  assignment.tiers[2] = 1;
  Scenario scenario = makeScenario(system, network, *problem, assignment);
  scenario.inferences = 5000;
  double expected = evaluate(*problem, assignment)[Latency];
  EXPECT_NEAR(simulate(scenario).mean, expected, 0.01 * expected);
}

TEST(Simulation, WhoSendsTooOftenWaits) {
  Scenario scenario;
  scenario.rate = 1;
  scenario.inferences = 3;
  Stage stage;
  stage.service = 100000000;
  stage.dutyCycle = 0.05;
  scenario.stages.push_back(stage);
  // 0.1 s on the air, then 1.9 s of silence: the second waits for 1 s, the
  // third for 2 s.
  EXPECT_EQ(simulate(scenario).latencies,
            (std::vector<Nanoseconds>{100000000, 1100000000, 2100000000}));
}
