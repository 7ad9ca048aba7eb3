//===- Network.cpp - From a system and a network to a problem -------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Partition/Network.h"

#include "CutDomain.h"

#include "llvm/ADT/STLExtras.h"

#include <cmath>

using namespace edgecc::partition;
using namespace llvm;

uint64_t NetworkTensor::getWireBytes(Wire wire) const {
  if (!isFloat() || wire == Wire::Float)
    return elements * elementBytes;
  return wire == Wire::Int8 ? elements : (elements + 1) / 2;
}

namespace {
class ProblemMaker {
public:
  ProblemMaker(const System &system, const Network &network)
      : system(system), network(network) {}

  Expected<Problem> make();

private:
  Error addUnits();
  void addServerCosts(Unit &unit, const NetworkUnit &from) const;
  void addEdges();
  void addCrossing(Edge &edge, const NetworkTensor &tensor, unsigned link);
  void addReturns(const NetworkTensor &tensor);
  void addUses();
  void addBounds();
  Error keepPrivate();
  Error keepOnDevice();
  Error placeNodes();
  Error checkConsistency() const;
  const NetworkUnit *findNode(StringRef node, unsigned &index) const;

  const System &system;
  const Network &network;
  Problem problem;
};
} // namespace

//===----------------------------------------------------------------------===//
// Costs
//===----------------------------------------------------------------------===//

void ProblemMaker::addServerCosts(Unit &unit, const NetworkUnit &from) const {
  for (unsigned tier = 1; tier != problem.numTiers; ++tier) {
    const Tier &server = system.tiers[tier];
    // An element takes what a multiplication takes.
    double seconds = double(from.macs + from.elements) /
                     (server.macsPerSecond * (1 - server.load));
    unit.costs[tier][Latency] = seconds;
    unit.costs[tier][BusyTier0 + tier] = seconds;
  }
}

Error ProblemMaker::addUnits() {
  const Tier &device = system.tiers.front();
  bool needsPower =
      system.constraints.maxDeviceEnergy || system.objective.energy;
  if (needsPower && !device.activePower)
    return createStringError(
        system.file +
        ": field 'tiers[0].active_power_mw' is missing; needed: what the "
        "device draws while it computes, since energy is limited or weighed");
  for (const NetworkUnit &from : network.units) {
    Unit unit;
    unit.name = from.name;
    unit.highest = from.isInput ? 0 : uint8_t(problem.numTiers - 1);
    Costs &costs = unit.costs[0];
    costs[Latency] = costs[BusyTier0] = from.seconds;
    costs[Energy] = from.seconds * device.activePower.value_or(0);
    costs[Flash] = double(from.flashBytes);
    if (!from.isInput)
      addServerCosts(unit, from);
    problem.units.push_back(std::move(unit));
  }
  return Error::success();
}

void ProblemMaker::addCrossing(Edge &edge, const NetworkTensor &tensor,
                               unsigned link) {
  const Link &over = system.links[link];
  for (unsigned wire = 0; wire != kNumWires; ++wire) {
    Costs &costs = edge.crossing[link][wire];
    double bytes = double(tensor.getWireBytes(Wire(wire)));
    costs[Latency] = bytes * over.getSecondsPerByte();
    costs[BusyLink0 + link] = bytes * over.getResends() / over.bytesPerSecond;
    costs[Energy] = bytes * over.getResends() * over.energyPerByte;
    costs[Bytes] = link == 0 ? bytes : 0;
    costs[Noise] = tensor.noise[wire];
  }
}

/// Answers that are computed beyond the tier that needs them come back.
void ProblemMaker::addReturns(const NetworkTensor &tensor) {
  double bytes = double(tensor.getWireBytes(Wire::Float));
  Unit &unit = problem.units[tensor.producer];
  for (unsigned tier = system.answer + 1; tier < problem.numTiers; ++tier)
    for (unsigned link = system.answer; link != tier; ++link) {
      const Link &over = system.links[link];
      Costs &costs = unit.costs[tier];
      costs[Latency] += bytes * over.getSecondsPerByte();
      costs[BusyLink0 + link] +=
          bytes * over.getResends() / over.bytesPerSecond;
      costs[Energy] += bytes * over.getResends() * over.energyPerByte;
    }
}

void ProblemMaker::addEdges() {
  for (const NetworkTensor &tensor : network.tensors) {
    Edge edge;
    edge.name = tensor.name;
    edge.producer = tensor.producer;
    edge.consumers = tensor.consumers;
    edge.neededAt = tensor.isOutput ? uint8_t(system.answer) : 0;
    edge.deviceBytes = tensor.deviceBytes;
    edge.wires = tensor.isFloat() && tensor.isMeasured ? 0b111 : 0b001;
    for (unsigned link = 0; link != problem.getNumLinks(); ++link)
      addCrossing(edge, tensor, link);
    problem.edges.push_back(std::move(edge));
    if (tensor.isOutput)
      addReturns(tensor);
  }
}

void ProblemMaker::addUses() {
  for (unsigned link = 0; link != problem.getNumLinks(); ++link) {
    const Link &over = system.links[link];
    Costs &costs = problem.used[link];
    double bytes = kMessageHeaderBytes;
    // Nothing comes back over links beyond the answer's place.
    double trip = system.answer > link ? over.roundTrip / 2 : over.roundTrip;
    costs[Latency] = bytes * over.getSecondsPerByte() + trip +
                     system.tiers[link + 1].overhead;
    costs[BusyTier0 + link + 1] = system.tiers[link + 1].overhead;
    costs[BusyLink0 + link] = bytes * over.getResends() / over.bytesPerSecond;
    costs[Energy] =
        bytes * over.getResends() * over.energyPerByte + over.energyPerMessage;
    costs[Bytes] = link == 0 ? bytes : 0;
  }
}

void ProblemMaker::addBounds() {
  const Constraints &constraints = system.constraints;
  Costs &bounds = problem.bounds;
  if (constraints.maxLatency)
    bounds[Latency] = *constraints.maxLatency;
  if (constraints.maxDeviceEnergy)
    bounds[Energy] = *constraints.maxDeviceEnergy;
  if (constraints.maxBytes)
    bounds[Bytes] = double(*constraints.maxBytes);
  bounds[Noise] = std::pow(10.0, -constraints.minSnr / 10);
  const Tier &device = system.tiers.front();
  if (device.flash)
    bounds[Flash] = double(*device.flash);
  if (device.ram)
    problem.ramBound = double(*device.ram);
  // More than this, and inputs pile up.
  for (unsigned tier = 0; tier != problem.numTiers; ++tier)
    bounds[BusyTier0 + tier] = 1 / system.rate;
  for (unsigned link = 0; link != problem.getNumLinks(); ++link)
    bounds[BusyLink0 + link] = system.links[link].dutyCycle / system.rate;
  problem.weights[Latency] = system.objective.latency;
  problem.weights[Energy] = system.objective.energy;
  problem.weights[Bytes] = system.objective.bytes;
}

//===----------------------------------------------------------------------===//
// Places
//===----------------------------------------------------------------------===//

std::vector<unsigned>
edgecc::partition::getPrivateDepths(const Network &network,
                                    ArrayRef<std::string> inputs) {
  std::vector<unsigned> depths(network.units.size(), kNotPrivate);
  std::vector<unsigned> incoming(network.units.size(), kNotPrivate);
  std::vector<SmallVector<const NetworkTensor *>> made(network.units.size());
  for (const NetworkTensor &tensor : network.tensors)
    made[tensor.producer].push_back(&tensor);
  for (auto [index, unit] : enumerate(network.units)) {
    if (unit.isInput)
      depths[index] = is_contained(inputs, unit.name) ? 0 : kNotPrivate;
    else if (incoming[index] != kNotPrivate)
      depths[index] = incoming[index] + (unit.isMovement ? 0 : 1);
    for (const NetworkTensor *tensor : made[index])
      for (unsigned consumer : tensor->consumers)
        incoming[consumer] = std::min(incoming[consumer], depths[index]);
  }
  return depths;
}

Error ProblemMaker::keepPrivate() {
  const Constraints &constraints = system.constraints;
  for (StringRef input : constraints.privateInputs)
    if (none_of(network.units, [&](const NetworkUnit &unit) {
          return unit.isInput && unit.name == input;
        })) {
      std::string names;
      for (const NetworkUnit &unit : network.units)
        if (unit.isInput)
          names += (names.empty() ? "'" : ", '") + unit.name + "'";
      return createStringError(system.file +
                               ": field 'constraints.private' "
                               "names '" +
                               input +
                               "', which is no input of the model; its "
                               "inputs are " +
                               names);
    }
  std::vector<unsigned> depths =
      getPrivateDepths(network, constraints.privateInputs);
  for (auto [tensor, edge] : zip(network.tensors, problem.edges)) {
    if (depths[tensor.producer] >= constraints.privateDepth)
      continue;
    for (unsigned unit : edge.consumers)
      problem.units[unit].highest = 0;
    if (edge.neededAt > 0)
      return createStringError(
          system.file +
          ": field 'constraints.private_depth' keeps the output "
          "'" +
          tensor.name + "' on the device, but 'answer' needs it at '" +
          system.tiers[system.answer].name + "'; lower the depth");
  }
  return Error::success();
}

Error ProblemMaker::keepOnDevice() {
  for (StringRef name : system.constraints.keepOnDevice) {
    bool found = false;
    for (auto [from, unit] : zip(network.units, problem.units))
      if (is_contained(from.nodes, name) || is_contained(from.types, name)) {
        unit.highest = 0;
        found = true;
      }
    if (!found)
      return createStringError(
          system.file + ": field 'constraints.keep_on_device' names '" + name +
          "', which is neither a node of the model nor a type of its nodes");
  }
  return Error::success();
}

const NetworkUnit *ProblemMaker::findNode(StringRef node,
                                          unsigned &index) const {
  for (index = 0; index != network.units.size(); ++index)
    if (is_contained(network.units[index].nodes, node))
      return &network.units[index];
  return nullptr;
}

Error ProblemMaker::placeNodes() {
  for (const auto &[node, tierName] : system.constraints.place) {
    unsigned index = 0;
    if (!findNode(node, index))
      return createStringError(system.file + ": field 'constraints.place." +
                               node + "' names no node of the model");
    uint8_t tier = uint8_t(*system.findTier(tierName));
    Unit &unit = problem.units[index];
    if (tier > unit.highest || tier < unit.lowest)
      return createStringError(
          system.file + ": field 'constraints.place." + node + "' is '" +
          tierName +
          "', but another constraint keeps the node, or one that the same "
          "kernel computes, elsewhere; give up one of them");
    unit.lowest = unit.highest = tier;
  }
  return Error::success();
}

/// Data go from the device away: what must be near cannot need what must be
/// far.
Error ProblemMaker::checkConsistency() const {
  std::vector<unsigned> farthest;
  for (unsigned unit = 0; unit != problem.units.size(); ++unit)
    farthest.push_back(unit);
  std::vector<uint8_t> lowest;
  for (const Unit &unit : problem.units)
    lowest.push_back(unit.lowest);
  // Units are in order: what producers need is known before their consumers.
  for (unsigned index = 0; index != problem.units.size(); ++index)
    for (const Edge &edge : problem.edges)
      if (edge.producer == index)
        for (unsigned unit : edge.consumers)
          if (lowest[index] > lowest[unit]) {
            lowest[unit] = lowest[index];
            farthest[unit] = farthest[index];
          }
  for (auto [index, unit] : enumerate(problem.units))
    if (lowest[index] > unit.highest)
      return createStringError(
          system.file + ": the constraints go in a circle: '" + unit.name +
          "' must be executed on '" + system.tiers[unit.highest].name +
          "', but needs what '" + problem.units[farthest[index]].name +
          "' computes on '" + system.tiers[lowest[index]].name +
          "'; data go from the device away, so give up one of them");
  return Error::success();
}

Expected<Problem> ProblemMaker::make() {
  problem.numTiers = unsigned(system.tiers.size());
  if (Error error = addUnits())
    return error;
  addEdges();
  addUses();
  addBounds();
  for (auto apply : {&ProblemMaker::keepPrivate, &ProblemMaker::keepOnDevice,
                     &ProblemMaker::placeNodes})
    if (Error error = (this->*apply)())
      return error;
  if (Error error = checkConsistency())
    return error;
  return std::move(problem);
}

Expected<Problem> edgecc::partition::makeProblem(const System &system,
                                                 const Network &network) {
  return ProblemMaker(system, network).make();
}
