//===- Explore.h - What lies around the best cut ----------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_PARTITION_EXPLORE_H
#define EDGECC_PARTITION_EXPLORE_H

#include "edgecc/Partition/Network.h"

namespace edgecc::partition {

/// Everything as far out as it may be (tier `numTiers - 1`), or as near (0),
/// with the wire precisions that are best then. It need not hold the bounds.
Cut findExtreme(const Problem &problem, uint8_t tier);

/// An assignment that no other beats in everything that counts.
struct ParetoPoint {
  Cut cut;
  /// The least number of operators applied to an input in what leaves the
  /// device; kNotPrivate if nothing does.
  unsigned depth = kNotPrivate;
  /// Whether it holds what the system asks for.
  bool isFeasible = false;
};

struct ParetoSet {
  /// By latency.
  std::vector<ParetoPoint> points;
  /// Whether all cuts were looked at; else those that are cheapest for some
  /// weights of the metrics.
  bool isComplete = false;
};

/// Over latency, device energy, bytes sent, noise and depth. What must stay on
/// the device does; bounds do not count.
ParetoSet findPareto(const Problem &problem, const Network &network);

/// A range of one of the system's figures in which the same cut is best.
struct Segment {
  double from = 0, to = 0;
  /// None where nothing is feasible.
  std::optional<Cut> best;
};

/// One of the system's figures, and what is best as it changes.
struct Sweep {
  /// As in the file: "links[0].bandwidth", and its unit.
  std::string field, unit;
  double current = 0;
  std::vector<Segment> segments;
  /// For pictures: the costs of the best cut and of both extremes.
  struct Sample {
    double value = 0;
    std::optional<Costs> best;
    Costs device{}, server{};
  };
  std::vector<Sample> samples;
};

/// How the best cut changes with each link's bandwidth and round trip, each
/// server's load and the rate of inputs.
std::vector<Sweep> findBreakpoints(const System &system,
                                   const Network &network);

/// Which units are on the device and what is sent, in a few words.
std::string describe(const Problem &problem, const Assignment &assignment);

/// Changes to the system, each of which alone would let some cut hold all that
/// is asked for: a sentence for each. Empty if there is no single one.
std::vector<std::string> findNearestFeasible(const System &system,
                                             const Network &network);

} // namespace edgecc::partition

#endif // EDGECC_PARTITION_EXPLORE_H
