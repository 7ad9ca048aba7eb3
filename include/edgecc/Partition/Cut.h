//===- Cut.h - Which part of a network runs where ---------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The choice of a tier for every unit of a network and of a wire precision for
// every tensor that crosses a link, as a problem of its own that knows nothing
// of models: costs are sums over units, crossings and used links.
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_PARTITION_CUT_H
#define EDGECC_PARTITION_CUT_H

#include "edgecc/Partition/System.h"

#include "llvm/ADT/STLFunctionalExtras.h"

#include <array>
#include <limits>

namespace edgecc::partition {

/// How a tensor is written for its way over a link.
enum class Wire : uint8_t { Float, Int8, Int4 };
constexpr unsigned kNumWires = 3;
/// As reports and messages write it: "float", "int8", "int4".
llvm::StringRef getName(Wire wire);

/// What is added up. The last ones are the time that one inference keeps a
/// tier or link busy.
enum Metric : unsigned {
  Latency, ///< seconds
  Energy,  ///< joules, of the device
  Bytes,   ///< that the device sends
  Noise,   ///< power of quantization noise to that of the signal, as sent
  Flash,   ///< bytes of the device's weights
  BusyTier0,
  BusyTier1,
  BusyTier2,
  BusyLink0,
  BusyLink1,
  kNumMetrics
};
using Costs = std::array<double, kNumMetrics>;

constexpr double kNoBound = std::numeric_limits<double>::infinity();
/// No bound for any metric.
Costs makeUnbounded();

/// Operators that stay together. Data go from units with smaller numbers to
/// units with larger ones.
struct Unit {
  std::string name;
  /// On each tier.
  std::array<Costs, kMaxTiers> costs{};
  /// The tiers that are allowed.
  uint8_t lowest = 0, highest = kMaxTiers - 1;
};

/// A tensor that a unit makes.
struct Edge {
  std::string name;
  unsigned producer = 0;
  std::vector<unsigned> consumers;
  /// Where it is needed besides, if it is an answer.
  uint8_t neededAt = 0;
  /// Bytes it takes in the device's memory.
  uint64_t deviceBytes = 0;
  /// What crossing each of the links costs, however many consumers there are.
  std::array<std::array<Costs, kNumWires>, kMaxLinks> crossing{};
  /// The precisions that it may have on its way, one bit each.
  uint8_t wires = 1;
};

/// What may run where, and what that costs: a cut of this graph into tiers is
/// to be found.
struct Problem {
  unsigned numTiers = 2;
  /// Each after all that it needs.
  std::vector<Unit> units;
  std::vector<Edge> edges;
  /// What using a link costs, once.
  std::array<Costs, kMaxLinks> used{};
  Costs weights{};
  Costs bounds = makeUnbounded();
  /// Most bytes of tensors on the device that are in use at a time.
  double ramBound = kNoBound;

  unsigned getNumLinks() const { return numTiers - 1; }
};

/// A way to cut it.
struct Assignment {
  /// By unit.
  std::vector<uint8_t> tiers;
  /// By edge; counts where the edge crosses.
  std::vector<std::array<Wire, kMaxLinks>> wires;

  bool operator==(const Assignment &other) const {
    return tiers == other.tiers && wires == other.wires;
  }
};

/// Whether a tensor goes over a link.
bool crosses(const Problem &problem, const Assignment &assignment,
             unsigned edge, unsigned link);
/// Whether anything goes over it.
bool isUsed(const Problem &problem, const Assignment &assignment,
            unsigned link);

/// What an assignment costs: units where they run, tensors that cross (once for
/// each link, however many take them), links that are used.
Costs evaluate(const Problem &problem, const Assignment &assignment);
/// The sum of all costs, each times its weight: what is to be the least.
double getObjective(const Problem &problem, const Costs &costs);
/// Bytes of tensors that live at the same time on the device, whose units run
/// in order; what it sends lives until the end.
uint64_t getPeakRam(const Problem &problem, const Assignment &assignment);
/// Whether the bounds hold, tiers are allowed, and data go from the device
/// away.
bool isFeasible(const Problem &problem, const Assignment &assignment);
/// Everything on one tier, but what must be elsewhere.
Assignment makeUniform(const Problem &problem, uint8_t tier);

struct Cut {
  Assignment assignment;
  Costs costs{};
  double objective = 0;
};

struct CutResult {
  /// The best that was found; none if there is none.
  std::optional<Cut> best;
  /// Whether it is the best there is, or there is none.
  bool proved = true;
  uint64_t steps = 0;
};

/// Finds the cheapest feasible assignment: minimum cuts give its relaxations
/// (bounds are priced in), branch and bound the rest. Without bounds that bind
/// a single minimum cut is the answer. Gives up after `maxSteps` branches.
CutResult solveCut(const Problem &problem, uint64_t maxSteps = 2000);

/// The same by looking at all assignments; to check the above.
CutResult solveByForce(const Problem &problem,
                       uint64_t maxSteps = uint64_t(1) << 32,
                       double maxSeconds = 60);

/// Calls `visit` for every choice of tiers that is allowed; the wires are the
/// first that are. Stops, and returns false, where it returns false.
bool forEachAssignment(const Problem &problem,
                       llvm::function_ref<bool(const Assignment &)> visit);

} // namespace edgecc::partition

#endif // EDGECC_PARTITION_CUT_H
