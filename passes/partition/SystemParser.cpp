//===- SystemParser.cpp - JSON to System, with every field checked --------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SystemFields.h"

#include "edgecc/Partition/System.h"

#include "llvm/Support/MemoryBuffer.h"

using namespace edgecc;
using namespace edgecc::partition;
using namespace llvm;

double Link::getSecondsPerByte() const {
  // A lost packet is noticed, and sent again, after a round trip.
  return getResends() / bytesPerSecond +
         loss / (1 - loss) * roundTrip / packetBytes;
}

std::optional<unsigned> System::findTier(StringRef name) const {
  for (unsigned tier = 0; tier != tiers.size(); ++tier)
    if (tiers[tier].name == name)
      return tier;
  return std::nullopt;
}

namespace {
/// Reads system descriptions; see docs/splitting.md.
class Parser {
public:
  explicit Parser(StringRef file) : file(file) { system.file = file.str(); }

  Expected<System> parse(const json::Object &object) {
    readTop(object);
    if (!error.empty())
      return createStringError(error);
    return std::move(system);
  }

private:
  void readTop(const json::Object &object);
  void readTiers(SystemFields &fields);
  void readDevice(SystemFields &fields, Tier &tier);
  void readServer(SystemFields &fields, Tier &tier);
  void readLinks(SystemFields &fields);
  void readLink(SystemFields &fields, Link &link);
  void readArrivals(SystemFields &fields);
  void readConstraints(SystemFields &fields);
  void readPlaces(SystemFields &fields);
  void readObjective(SystemFields &fields);
  void readAnswer(SystemFields &fields);
  void orderTiers(SystemFields &fields);

  SystemFields enter(const Twine &path, const json::Object &object) {
    return SystemFields(file, path, object, error);
  }
  std::string listTiers() const;

  StringRef file;
  System system;
  std::string error;
};
} // namespace

std::string Parser::listTiers() const {
  std::string names;
  for (const Tier &tier : system.tiers)
    names += (names.empty() ? "" : ", ") + tier.name;
  return names;
}

//===----------------------------------------------------------------------===//
// Tiers
//===----------------------------------------------------------------------===//

void Parser::readDevice(SystemFields &fields, Tier &tier) {
  fields.read("target", tier.target, SystemFields::Optional,
              "a target as --target takes it, like cortex-m4");
  fields.read("device", tier.device, SystemFields::Optional,
              "a part as --device takes it, like stm32h743");
  if (tier.target.empty() == tier.device.empty())
    fields.fail("target", "or 'device' must say what the device part is "
                          "compiled for: give one of them");
  fields.readSize("ram", tier.ram, "the RAM that the device part may take");
  fields.readSize("flash", tier.flash,
                  "the flash that the device part may take");
  fields.read("active_power_mw", tier.activePower, 1e-3,
              "milliwatts while it computes");
  fields.read("sleep_power_mw", tier.sleepPower, 1e-3,
              "milliwatts while it waits", SystemFields::ZeroToo);
  // Milliwatt hours.
  fields.read("battery_mwh", tier.energy, 3.6, "the battery's milliwatt hours");
  fields.read("cycles_per_mac", tier.cyclesPerMac, 1,
              "for kernels that the target's cost model does not have");
  fields.read("clock_mhz", tier.clock, 1e6,
              "megahertz, where they are not those of the target");
}

void Parser::readServer(SystemFields &fields, Tier &tier) {
  fields.require("macs_per_second", "what the server computes");
  fields.read("macs_per_second", tier.macsPerSecond, 1,
              "multiply-accumulates per second");
  fields.readTime("overhead", tier.overhead,
                  "what a request takes besides, like \"2ms\"");
  fields.readPart("load", tier.load, "the part of the server in use by others");
}

void Parser::readTiers(SystemFields &fields) {
  const json::Array *tiers =
      fields.readArray("tiers", SystemFields::Required,
                       "the device and one or two servers, each an object");
  if (!tiers)
    return;
  if (tiers->size() < 2 || tiers->size() > kMaxTiers)
    fields.fail("tiers", "has " + Twine(tiers->size()) +
                             " entries; needed: the device and one or two "
                             "servers");
  for (unsigned i = 0; i != tiers->size(); ++i) {
    std::string path = ("tiers[" + Twine(i) + "]").str();
    const json::Object *object = (*tiers)[i].getAsObject();
    if (!object)
      return fields.fail(path, "must be an object");
    SystemFields entry = enter(path + ".", *object);
    Tier tier;
    entry.read("name", tier.name, SystemFields::Required,
               "device, or a name for a server such as edge or cloud");
    if (system.findTier(tier.name))
      entry.fail("name", "is '" + tier.name + "' a second time");
    if (tier.name == "device")
      readDevice(entry, tier);
    else
      readServer(entry, tier);
    entry.finish();
    system.tiers.push_back(std::move(tier));
  }
  if (!system.findTier("device"))
    fields.fail("tiers", "has no tier named 'device', where inputs come from");
}

//===----------------------------------------------------------------------===//
// Links
//===----------------------------------------------------------------------===//

void Parser::readLink(SystemFields &fields, Link &link) {
  fields.read("from", link.from, SystemFields::Required, "the tier that sends");
  fields.read("to", link.to, SystemFields::Required, "the tier that receives");
  for (auto [field, name] : {std::pair("from", link.from), {"to", link.to}})
    if (!name.empty() && !system.findTier(name))
      fields.fail(field,
                  "is '" + name + "'; needed: one of the tiers " + listTiers());
  fields.readBandwidth("bandwidth", link.bytesPerSecond);
  fields.readTime("round_trip", link.roundTrip,
                  "there and back without any load, like \"30ms\"");
  fields.readTime("jitter", link.jitter,
                  "the round trip's standard deviation, like \"5ms\"");
  fields.readPart("loss", link.loss, "the part of the packets that are lost");
  fields.read("packet_bytes", link.packetBytes, 1,
              "what is sent, and lost, together");
  fields.readEnergy("energy_per_byte", link.energyPerByte,
                    "of the device's radio, like \"1uJ\"");
  fields.readEnergy("energy_per_message", link.energyPerMessage,
                    "for waking the device's radio, like \"2mJ\"");
  fields.read("duty_cycle", link.dutyCycle, 1,
              "the part of the time that the sender may send");
  if (link.dutyCycle > 1)
    fields.fail("duty_cycle", "must be at most 1");
  if (link.from != "device" && (link.energyPerByte || link.energyPerMessage))
    fields.fail(link.energyPerByte ? "energy_per_byte" : "energy_per_message",
                "is for the device's radio, which this link does not use");
}

void Parser::readLinks(SystemFields &fields) {
  const json::Array *links =
      fields.readArray("links", SystemFields::Required,
                       "what connects the tiers, each an object");
  if (!links)
    return;
  for (unsigned i = 0; i != links->size(); ++i) {
    std::string path = ("links[" + Twine(i) + "]").str();
    const json::Object *object = (*links)[i].getAsObject();
    if (!object)
      return fields.fail(path, "must be an object");
    SystemFields entry = enter(path + ".", *object);
    Link link;
    readLink(entry, link);
    entry.finish();
    system.links.push_back(std::move(link));
  }
}

/// Tiers and links in the order in which data take them.
void Parser::orderTiers(SystemFields &fields) {
  if (!error.empty())
    return;
  std::vector<Tier> tiers{system.tiers[*system.findTier("device")]};
  std::vector<Link> links;
  while (tiers.size() <= system.tiers.size()) {
    const Link *next = nullptr;
    for (const Link &link : system.links)
      if (link.from == tiers.back().name) {
        if (next)
          return fields.fail(
              "links", "leave tier '" + link.from + "' twice, to '" + next->to +
                           "' and '" + link.to + "'; tiers are a chain");
        next = &link;
      }
    if (!next)
      break;
    for (const Tier &tier : tiers)
      if (tier.name == next->to)
        return fields.fail("links", "go in a circle: '" + next->from +
                                        "' sends to '" + next->to +
                                        "', which is before it; data go from "
                                        "the device away");
    links.push_back(*next);
    tiers.push_back(system.tiers[*system.findTier(next->to)]);
  }
  for (const Tier &tier : system.tiers)
    if (none_of(tiers, [&](const Tier &t) { return t.name == tier.name; }))
      return fields.fail("links", "do not lead to tier '" + tier.name +
                                      "'; add a link to it, or leave the tier "
                                      "out");
  system.tiers = std::move(tiers);
  system.links = std::move(links);
}

//===----------------------------------------------------------------------===//
// What must hold
//===----------------------------------------------------------------------===//

void Parser::readArrivals(SystemFields &fields) {
  const json::Object *object =
      fields.readObject("arrivals", SystemFields::Optional, "when inputs come");
  if (!object)
    return;
  SystemFields entry = enter("arrivals.", *object);
  entry.read("rate", system.rate, 1, "inputs per second");
  std::string process = "periodic";
  entry.read("process", process, SystemFields::Optional, "periodic or poisson");
  if (process != "periodic" && process != "poisson")
    entry.fail("process", "is '" + process + "'; needed: periodic or poisson");
  system.arrivals =
      process == "poisson" ? Arrivals::Poisson : Arrivals::Periodic;
  entry.finish();
}

void Parser::readPlaces(SystemFields &fields) {
  const json::Object *object =
      fields.readObject("place", SystemFields::Optional,
                        "nodes, each with the tier that runs it");
  if (!object)
    return;
  for (const auto &[node, value] : *object) {
    std::optional<StringRef> tier = value.getAsString();
    if (!tier || !system.findTier(*tier))
      return fields.fail(("place." + node.str()),
                         "must be one of the tiers " + listTiers());
    system.constraints.place[node.str()] = tier->str();
  }
}

void Parser::readConstraints(SystemFields &fields) {
  const json::Object *object = fields.readObject(
      "constraints", SystemFields::Optional, "what has to hold");
  if (!object)
    return;
  SystemFields entry = enter("constraints.", *object);
  Constraints &constraints = system.constraints;
  entry.readTime("max_latency", constraints.maxLatency, "like \"100ms\"");
  entry.read("percentile", constraints.percentile, 1,
             "per cent of the inferences that max_latency holds for");
  if (constraints.percentile >= 100)
    entry.fail("percentile", "must be below 100");
  entry.readEnergy("max_device_energy", constraints.maxDeviceEnergy,
                   "for one inference, like \"5mJ\"");
  entry.readSize("max_bytes", constraints.maxBytes,
                 "that the device sends for one inference");
  entry.read("min_snr", constraints.minSnr, 1,
             "decibels of what crosses links");
  entry.read("private", constraints.privateInputs, SystemFields::Optional,
             "inputs that may not leave the device");
  std::optional<uint64_t> depth;
  entry.readSize("private_depth", depth,
                 "how many operators must have been applied to private inputs "
                 "before something leaves the device");
  constraints.privateDepth = depth.value_or(1);
  if (depth && *depth == 0)
    entry.fail("private_depth", "must be at least 1: the input itself is 0");
  if (depth && constraints.privateInputs.empty())
    entry.fail("private_depth", "says how deep 'private' inputs are kept; name "
                                "those as well");
  entry.read("keep_on_device", constraints.keepOnDevice, SystemFields::Optional,
             "nodes or types of operators");
  readPlaces(entry);
  entry.finish();
}

void Parser::readObjective(SystemFields &fields) {
  const json::Object *object = fields.readObject(
      "objective", SystemFields::Optional, "weights of what should be least");
  if (!object)
    return;
  SystemFields entry = enter("objective.", *object);
  Objective &objective = system.objective;
  objective.latency = 0;
  entry.read("latency", objective.latency, 1, "weight of a second",
             SystemFields::ZeroToo);
  entry.read("energy", objective.energy, 1, "weight of a joule",
             SystemFields::ZeroToo);
  entry.read("bytes", objective.bytes, 1, "weight of a byte",
             SystemFields::ZeroToo);
  if (objective.latency + objective.energy + objective.bytes <= 0)
    entry.fail("latency", "or 'energy' or 'bytes' must have a weight");
  entry.finish();
}

void Parser::readAnswer(SystemFields &fields) {
  std::string answer = "device";
  fields.read("answer", answer, SystemFields::Optional,
              "the tier that needs the answer");
  std::optional<unsigned> tier = system.findTier(answer);
  if (!tier)
    return fields.fail("answer", "is '" + answer +
                                     "'; needed: one of the tiers " +
                                     listTiers());
  system.answer = *tier;
}

void Parser::readTop(const json::Object &object) {
  SystemFields fields = enter("", object);
  fields.read("name", system.name, SystemFields::Optional, "a title");
  fields.read("description", system.description, SystemFields::Optional,
              "a sentence");
  readTiers(fields);
  readLinks(fields);
  orderTiers(fields);
  readArrivals(fields);
  readConstraints(fields);
  readObjective(fields);
  readAnswer(fields);
  fields.finish();
}

Expected<System> edgecc::partition::parseSystem(StringRef text,
                                                StringRef file) {
  Expected<json::Value> value = json::parse(text);
  if (!value)
    return createStringError(
        file + ": not valid JSON: " + llvm::toString(value.takeError()));
  const json::Object *object = value->getAsObject();
  if (!object)
    return createStringError(file + ": a system is a JSON object");
  return Parser(file).parse(*object);
}

Expected<System> edgecc::partition::loadSystem(StringRef file) {
  ErrorOr<std::unique_ptr<MemoryBuffer>> buffer =
      MemoryBuffer::getFile(file, /*IsText=*/true);
  if (!buffer)
    return createStringError("cannot read the system '" + file +
                             "': " + buffer.getError().message());
  return parseSystem((*buffer)->getBuffer(), file);
}
