//===- System.h - The machines that a network is spread over ----*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What `--split SYSTEM.json` says: a chain of tiers that begins with the
// device, the links between them, how inputs arrive and what must hold. Times
// are in seconds, energies in joules, powers in watts, sizes in bytes.
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_PARTITION_SYSTEM_H
#define EDGECC_PARTITION_SYSTEM_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace edgecc::partition {

constexpr unsigned kMaxTiers = 3;
constexpr unsigned kMaxLinks = kMaxTiers - 1;

struct Tier {
  std::string name;

  // The device: what is compiled for, as --target or --device names it.
  std::string target, device;
  std::optional<uint64_t> ram, flash;
  std::optional<double> activePower;
  double sleepPower = 0;
  /// Of its battery.
  std::optional<double> energy;
  /// For kernels that the target's cost model does not have.
  std::optional<double> cyclesPerMac;
  /// In place of the clock of the target.
  std::optional<double> clock;

  // A server.
  double macsPerSecond = 0;
  /// What a request takes besides its multiplications.
  double overhead = 0;
  /// The part of it that others use, 0 to 1.
  double load = 0;
};

/// From a tier to the next.
struct Link {
  std::string from, to;
  double bytesPerSecond = 0;
  double roundTrip = 0;
  /// Standard deviation of the round trip.
  double jitter = 0;
  /// The part of the packets that are lost, and sent again after a round trip.
  double loss = 0;
  double packetBytes = 1024;
  /// What the device's radio takes; only the first link has it.
  double energyPerByte = 0, energyPerMessage = 0;
  /// The part of the time that the sender may send.
  double dutyCycle = 1;

  /// What a byte takes on average, packets that are sent again included.
  double getSecondsPerByte() const;
  /// How many bytes are sent on average for one that arrives.
  double getResends() const { return 1 / (1 - loss); }
};

enum class Arrivals { Periodic, Poisson };

struct Constraints {
  std::optional<double> maxLatency;
  /// Per cent of the inferences that maxLatency holds for.
  double percentile = 95;
  std::optional<double> maxDeviceEnergy;
  /// That the device sends for one inference.
  std::optional<uint64_t> maxBytes;
  /// Signal to quantization noise of what crosses links, in decibels.
  double minSnr = 30;
  /// Inputs that may not leave the device as they are,
  std::vector<std::string> privateInputs;
  /// nor as what fewer operators than these have made of them.
  uint64_t privateDepth = 1;
  /// Nodes, or types of operators, that must be executed on the device.
  std::vector<std::string> keepOnDevice;
  /// Nodes that must be executed on some tier.
  std::map<std::string, std::string> place;
};

/// What is to be small: a sum of these, each with its weight (per second,
/// joule, byte).
struct Objective {
  double latency = 1, energy = 0, bytes = 0;
};

struct System {
  std::string file;
  std::string name, description;
  std::vector<Tier> tiers;
  std::vector<Link> links;
  /// Inputs per second.
  double rate = 1;
  Arrivals arrivals = Arrivals::Periodic;
  Constraints constraints;
  Objective objective;
  /// The tier where the answer is needed.
  unsigned answer = 0;

  /// The number of the tier of that name, or nothing.
  std::optional<unsigned> findTier(llvm::StringRef name) const;
};

/// Reads a system from JSON, or from the file that holds it. Errors name the
/// file, the field and what is needed there.
llvm::Expected<System> parseSystem(llvm::StringRef json, llvm::StringRef file);
llvm::Expected<System> loadSystem(llvm::StringRef file);

} // namespace edgecc::partition

#endif // EDGECC_PARTITION_SYSTEM_H
