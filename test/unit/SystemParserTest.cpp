//===- SystemParserTest.cpp - Systems and what can be wrong with them -----===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Partition/System.h"

#include <gtest/gtest.h>

using namespace edgecc::partition;

static constexpr const char *kDevice =
    R"({"name": "device", "target": "cortex-m4"})";
static constexpr const char *kServer =
    R"({"name": "cloud", "macs_per_second": 1e9})";
static constexpr const char *kLink =
    R"({"from": "device", "to": "cloud", "bandwidth": "1Mbit/s"})";

static std::string makeSystem(std::string tiers, std::string links,
                              std::string more = "") {
  return R"({"tiers": [)" + tiers + R"(], "links": [)" + links + "]" + more +
         "}";
}

static std::string makeSystem(std::string more) {
  return makeSystem(std::string(kDevice) + "," + kServer, kLink, more);
}

static std::string getError(std::string text) {
  llvm::Expected<System> system = parseSystem(text, "s.json");
  return system ? "" : llvm::toString(system.takeError());
}

TEST(SystemParser, ReadsUnits) {
  llvm::Expected<System> system =
      parseSystem(makeSystem(R"(, "constraints": {"max_latency": "20ms",
        "max_device_energy": "3mJ", "max_bytes": "2K"}, "answer": "cloud")"),
                  "s.json");
  ASSERT_TRUE(bool(system)) << llvm::toString(system.takeError());
  EXPECT_DOUBLE_EQ(system->links[0].bytesPerSecond, 125000);
  EXPECT_DOUBLE_EQ(*system->constraints.maxLatency, 0.02);
  EXPECT_DOUBLE_EQ(*system->constraints.maxDeviceEnergy, 0.003);
  EXPECT_EQ(*system->constraints.maxBytes, 2048u);
  EXPECT_EQ(system->answer, 1u);
}

TEST(SystemParser, OrdersTiers) {
  std::string edge = R"({"name": "edge", "macs_per_second": 1e9})";
  llvm::Expected<System> system =
      parseSystem(makeSystem(std::string(kServer) + "," + edge + "," + kDevice,
                             R"({"from": "edge", "to": "cloud", "bandwidth": 8},
                    {"from": "device", "to": "edge", "bandwidth": 16})"),
                  "s.json");
  ASSERT_TRUE(bool(system)) << llvm::toString(system.takeError());
  EXPECT_EQ(system->tiers[1].name, "edge");
  EXPECT_EQ(system->tiers[2].name, "cloud");
  EXPECT_DOUBLE_EQ(system->links[0].bytesPerSecond, 2);
}

TEST(SystemParser, ResendsTakeTime) {
  Link link;
  link.bytesPerSecond = 1000;
  link.loss = 0.5;
  link.roundTrip = 0.1;
  link.packetBytes = 100;
  // Every packet goes twice, and one round trip is waited for: 0.1 + 0.1 + 0.1
  // seconds for 100 bytes.
  EXPECT_DOUBLE_EQ(link.getSecondsPerByte(), 0.003);
}

TEST(SystemParser, ErrorsSayWhere) {
  EXPECT_EQ(getError("{"), "s.json: not valid JSON: [1:1, byte=1]: Expected "
                           "object key");
  EXPECT_EQ(getError(makeSystem(R"(, "tires": 1)")),
            "s.json: field 'tires' is not known; known fields here: answer, "
            "arrivals, constraints, description, links, name, objective, "
            "tiers");
  EXPECT_EQ(
      getError(makeSystem(std::string(kDevice) + "," + kServer,
                          R"({"from": "device", "to": "cloud",
                              "bandwidth": -5})")),
      "s.json: field 'links[0].bandwidth' must be above 0, a number or text "
      "with a unit: bits per second, like 250000 or \"250kbit/s\"");
  EXPECT_EQ(getError(makeSystem(std::string(kDevice) + "," + kServer, "")),
            "s.json: field 'links' do not lead to tier 'cloud'; add a link to "
            "it, or leave the tier out");
  EXPECT_EQ(
      getError(makeSystem(std::string(kDevice) + "," + kServer,
                          std::string(kLink) +
                              R"(, {"from": "cloud", "to": "device",
                                    "bandwidth": 5})")),
      "s.json: field 'links' go in a circle: 'cloud' sends to 'device', which "
      "is before it; data go from the device away");
  EXPECT_EQ(
      getError(makeSystem(R"(, "constraints": {"place": {"a": "moon"}})")),
      "s.json: field 'constraints.place.a' must be one of the tiers "
      "device, cloud");
  EXPECT_EQ(getError(makeSystem(std::string(kServer) +
                                    R"(, {"name": "edge",
                                          "macs_per_second": 1})",
                                "")),
            "s.json: field 'tiers' has no tier named 'device', where inputs "
            "come from");
  EXPECT_EQ(getError(makeSystem(R"({"name": "device"},)" + std::string(kServer),
                                kLink)),
            "s.json: field 'tiers[0].target' or 'device' must say what the "
            "device part is compiled for: give one of them");
}
