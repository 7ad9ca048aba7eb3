//===- Scenario.cpp - The stages that an assignment means -----------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Partition/Simulation.h"

#include "llvm/ADT/STLExtras.h"

using namespace edgecc::partition;
using namespace llvm;

namespace {
class ScenarioMaker {
public:
  ScenarioMaker(const System &system, const Network &network,
                const Problem &problem, const Assignment &assignment)
      : system(system), network(network), problem(problem),
        assignment(assignment) {}

  Scenario make();

private:
  double countSent(unsigned link) const;
  double countReturned(unsigned link) const;
  void compute(unsigned tier);
  void send(unsigned link, double bytes, bool back);
  unsigned getFarthest() const;

  const System &system;
  const Network &network;
  const Problem &problem;
  const Assignment &assignment;
  Scenario scenario;
};
} // namespace

double ScenarioMaker::countSent(unsigned link) const {
  double bytes = kMessageHeaderBytes;
  for (auto [index, tensor] : enumerate(network.tensors))
    if (crosses(problem, assignment, unsigned(index), link))
      bytes += double(tensor.getWireBytes(assignment.wires[index][link]));
  return bytes;
}

/// Answers from beyond the link, if they are needed before it.
double ScenarioMaker::countReturned(unsigned link) const {
  double bytes = 0;
  for (const NetworkTensor &tensor : network.tensors)
    if (tensor.isOutput && assignment.tiers[tensor.producer] > link &&
        system.answer <= link)
      bytes += double(tensor.getWireBytes(Wire::Float));
  return bytes;
}

void ScenarioMaker::compute(unsigned tier) {
  double seconds = tier == 0 ? 0 : system.tiers[tier].overhead;
  for (auto [unit, chosen] : zip(problem.units, assignment.tiers))
    if (chosen == tier)
      seconds += unit.costs[tier][BusyTier0 + tier];
  Stage stage;
  stage.name = system.tiers[tier].name;
  stage.resource = tier;
  stage.service = toNanoseconds(seconds);
  stage.isDevice = tier == 0;
  scenario.stages.push_back(std::move(stage));
}

void ScenarioMaker::send(unsigned link, double bytes, bool back) {
  const Link &over = system.links[link];
  Stage stage;
  stage.name =
      back ? over.to + " to " + over.from : over.from + " to " + over.to;
  stage.resource = kMaxTiers + link;
  stage.bytes = bytes;
  stage.secondsPerByte = 1 / over.bytesPerSecond;
  stage.packetBytes = over.packetBytes;
  stage.loss = over.loss;
  stage.resendDelay = toNanoseconds(over.roundTrip);
  // Half of the round trip each way; all of its jitter shows on the way there.
  Nanoseconds trip = toNanoseconds(over.roundTrip);
  stage.delay = back ? trip - trip / 2 : trip / 2;
  stage.jitter = back ? 0 : over.jitter;
  stage.dutyCycle = over.dutyCycle;
  stage.energyPerByte = over.energyPerByte;
  stage.energyPerMessage = back ? 0 : over.energyPerMessage;
  scenario.stages.push_back(std::move(stage));
}

/// The last tier that has something to do.
unsigned ScenarioMaker::getFarthest() const {
  unsigned farthest = 0;
  for (unsigned link = 0; link != problem.getNumLinks(); ++link)
    if (isUsed(problem, assignment, link))
      farthest = link + 1;
  return farthest;
}

Scenario ScenarioMaker::make() {
  unsigned farthest = getFarthest();
  for (unsigned tier = 0; tier <= farthest; ++tier) {
    compute(tier);
    if (tier != farthest)
      send(tier, countSent(tier), false);
  }
  for (unsigned link = farthest; link-- > system.answer;)
    send(link, countReturned(link), true);
  scenario.rate = system.rate;
  scenario.arrivals = system.arrivals;
  scenario.deadline = system.constraints.maxLatency;
  const Tier &device = system.tiers.front();
  scenario.activePower = device.activePower.value_or(0);
  scenario.sleepPower = device.sleepPower;
  scenario.battery = device.energy;
  return std::move(scenario);
}

Scenario edgecc::partition::makeScenario(const System &system,
                                         const Network &network,
                                         const Problem &problem,
                                         const Assignment &assignment) {
  return ScenarioMaker(system, network, problem, assignment).make();
}
