//===- Simulation.h - What users of a split network will see ----*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A simulation of discrete events. Inferences go through stages one after the
// other; each stage keeps a tier or a link busy, before which they queue. Time
// is counted in whole nanoseconds, so that sums are exact, and random numbers
// are our own, so that a seed gives the same figures everywhere.
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_PARTITION_SIMULATION_H
#define EDGECC_PARTITION_SIMULATION_H

#include "edgecc/Partition/Network.h"

namespace edgecc::partition {

using Nanoseconds = int64_t;
/// Rounded to the nearest.
Nanoseconds toNanoseconds(double seconds);

/// What happens to an inference on a tier, or on its way over a link.
struct Stage {
  std::string name;
  /// What it keeps busy: stages with the same number share it.
  unsigned resource = 0;
  Nanoseconds service = 0;
  /// Whether service is the mean of an exponential distribution.
  bool isExponential = false;
  bool isDevice = false;

  // Of a message: its packets come again if they are lost.
  double bytes = 0;
  double secondsPerByte = 0, packetBytes = 0, loss = 0;
  Nanoseconds resendDelay = 0;
  /// After it has been sent, on its way; with a standard deviation.
  Nanoseconds delay = 0;
  double jitter = 0;
  double dutyCycle = 1;
  double energyPerByte = 0, energyPerMessage = 0;
};

struct Scenario {
  std::vector<Stage> stages;
  double rate = 1;
  Arrivals arrivals = Arrivals::Periodic;
  uint64_t inferences = 20000;
  uint64_t seed = 1;
  std::optional<double> deadline;
  /// Of the device: watts, joules.
  double activePower = 0, sleepPower = 0;
  std::optional<double> battery;
};

/// One stage of one inference, for the picture.
struct TimelineEntry {
  uint64_t inference = 0;
  unsigned stage = 0;
  Nanoseconds begin = 0, end = 0;
};

struct SimulationResult {
  std::vector<Nanoseconds> latencies; ///< sorted
  double mean = 0;
  uint64_t missed = 0;
  /// Joules of the device, sleep included.
  double energyPerInference = 0;
  std::optional<double> batteryDays;
  /// The part of the time that each stage is busy.
  std::vector<double> busy;
  std::vector<TimelineEntry> timeline;

  /// In seconds; per cent of the inferences take at most this.
  double getPercentile(double percent) const;
};

/// Sends `inferences` one after the other through the stages, each of which
/// serves them in the order in which they come. Random numbers come from `seed`
/// alone: the same scenario gives the same result.
SimulationResult simulate(const Scenario &scenario);

/// The stages that an assignment means on a system.
Scenario makeScenario(const System &system, const Network &network,
                      const Problem &problem, const Assignment &assignment);

} // namespace edgecc::partition

#endif // EDGECC_PARTITION_SIMULATION_H
