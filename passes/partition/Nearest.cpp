//===- Nearest.cpp - What would have to change for a cut to exist ---------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Partition/Explore.h"

#include "llvm/Support/FormatVariadic.h"

#include <cmath>

using namespace edgecc::partition;
using namespace llvm;

/// The search for what is near need not be thorough.
static constexpr uint64_t kSteps = 60;

Cut edgecc::partition::findExtreme(const Problem &problem, uint8_t tier) {
  Assignment all = makeUniform(problem, tier);
  Problem fixed = problem;
  for (auto [unit, chosen] : zip(fixed.units, all.tiers))
    unit.lowest = unit.highest = chosen;
  fixed.ramBound = kNoBound;
  // What crosses must be good enough; the rest is only to be seen.
  for (unsigned metric = 0; metric != kNumMetrics; ++metric)
    if (metric != Noise)
      fixed.bounds[metric] = kNoBound;
  CutResult result = solveCut(fixed);
  if (result.best)
    return *result.best;
  Costs costs = evaluate(problem, all);
  return {all, costs, getObjective(problem, costs)};
}

namespace {
class Relaxer {
public:
  Relaxer(const System &system, const Network &network)
      : system(system), network(network) {}

  std::vector<std::string> run();

private:
  std::optional<Cut> solve(const System &changed) const;
  std::optional<double> findLeast(Metric metric) const;
  void relaxBounds();
  void relaxMemory();
  void relaxLinks();
  void relaxRate();
  void relaxPrivacy();
  void relaxAll();
  std::optional<double>
  findFactor(double most, function_ref<void(System &, double)> change) const;
  void add(std::string text) { found.push_back(std::move(text)); }

  const System &system;
  const Network &network;
  std::vector<std::string> found;
};
} // namespace

std::optional<Cut> Relaxer::solve(const System &changed) const {
  Expected<Problem> problem = makeProblem(changed, network);
  if (problem)
    return solveCut(*problem, kSteps).best;
  consumeError(problem.takeError());
  return std::nullopt;
}

/// The least of a metric while all other bounds hold.
std::optional<double> Relaxer::findLeast(Metric metric) const {
  Expected<Problem> problem = makeProblem(system, network);
  if (!problem) {
    consumeError(problem.takeError());
    return std::nullopt;
  }
  problem->bounds[metric] = kNoBound;
  problem->weights.fill(0);
  problem->weights[metric] = 1;
  CutResult result = solveCut(*problem, kSteps);
  if (!result.best)
    return std::nullopt;
  return result.best->costs[metric];
}

void Relaxer::relaxBounds() {
  const Constraints &constraints = system.constraints;
  if (constraints.maxLatency)
    if (auto least = findLeast(Latency))
      add(formatv("constraints.max_latency of {0:f3} ms instead of {1:f3} ms",
                  *least * 1e3, *constraints.maxLatency * 1e3));
  if (constraints.maxDeviceEnergy)
    if (auto least = findLeast(Energy))
      add(formatv(
          "constraints.max_device_energy of {0:f4} mJ instead of {1:f4} mJ",
          *least * 1e3, *constraints.maxDeviceEnergy * 1e3));
  if (constraints.maxBytes)
    if (auto least = findLeast(Bytes))
      add(formatv("constraints.max_bytes of {0:f0} instead of {1}", *least,
                  *constraints.maxBytes));
  if (auto least = findLeast(Noise); least && *least > 0)
    add(formatv("constraints.min_snr of {0:f1} dB instead of {1:f1} dB",
                std::floor(-100 * std::log10(*least)) / 10,
                constraints.minSnr));
}

void Relaxer::relaxMemory() {
  const Tier &device = system.tiers.front();
  if (device.flash)
    if (auto least = findLeast(Flash))
      add(formatv("tiers[0].flash of {0:f0} bytes instead of {1}", *least,
                  *device.flash));
  if (!device.ram)
    return;
  System changed = system;
  changed.tiers.front().ram.reset();
  std::optional<Cut> cut = solve(changed);
  Expected<Problem> problem = makeProblem(changed, network);
  if (cut && problem)
    add(formatv("tiers[0].ram of {0} bytes instead of {1}",
                getPeakRam(*problem, cut->assignment), *device.ram));
  if (!problem)
    consumeError(problem.takeError());
}

/// The least factor up to `most` (at least 1) with which a change makes a cut
/// feasible, to 1%.
std::optional<double>
Relaxer::findFactor(double most,
                    function_ref<void(System &, double)> change) const {
  auto holds = [&](double factor) {
    System changed = system;
    change(changed, factor);
    return solve(changed).has_value();
  };
  if (!holds(most))
    return std::nullopt;
  double low = 1, high = most;
  while (high > low * 1.01) {
    double middle = std::sqrt(low * high);
    (holds(middle) ? high : low) = middle;
  }
  return high;
}

void Relaxer::relaxLinks() {
  for (unsigned link = 0; link != system.links.size(); ++link)
    if (auto factor = findFactor(1e4, [&](System &changed, double factor) {
          changed.links[link].bytesPerSecond *= factor;
        }))
      add(formatv("links from '{0}' to '{1}' of {2:f0} bit/s instead of {3:f0}",
                  system.links[link].from, system.links[link].to,
                  system.links[link].bytesPerSecond * *factor * 8,
                  system.links[link].bytesPerSecond * 8));
}

void Relaxer::relaxRate() {
  if (auto factor = findFactor(
          1e6, [&](System &changed, double factor) { changed.rate /= factor; }))
    add(formatv("arrivals.rate of {0} inputs per second instead of {1}",
                system.rate / *factor, system.rate));
}

void Relaxer::relaxPrivacy() {
  const Constraints &constraints = system.constraints;
  if (constraints.privateInputs.empty())
    return;
  for (uint64_t depth = constraints.privateDepth; depth-- > 1;) {
    System changed = system;
    changed.constraints.privateDepth = depth;
    if (solve(changed)) {
      add(formatv("constraints.private_depth of {0} instead of {1}", depth,
                  constraints.privateDepth));
      return;
    }
  }
  System changed = system;
  changed.constraints.privateInputs.clear();
  if (solve(changed))
    add("no constraints.private, so that inputs leave the device");
}

/// All that is limited, by as small a common factor as will do.
void Relaxer::relaxAll() {
  auto change = [&](System &changed, double factor) {
    Constraints &constraints = changed.constraints;
    auto scale = [&](auto &value) {
      using Value = std::decay_t<decltype(*value)>;
      if (value)
        value = Value(double(*value) * factor);
    };
    scale(constraints.maxLatency);
    scale(constraints.maxDeviceEnergy);
    scale(constraints.maxBytes);
    scale(changed.tiers.front().ram);
    scale(changed.tiers.front().flash);
    changed.rate /= factor;
  };
  if (auto factor = findFactor(1e8, change))
    add(formatv("latency, energy, bytes, RAM, flash and the time between "
                "inputs, as far as they are limited, {0:f2} times what they "
                "are",
                *factor));
}

std::vector<std::string> Relaxer::run() {
  relaxBounds();
  relaxMemory();
  relaxLinks();
  relaxRate();
  relaxPrivacy();
  if (found.empty())
    relaxAll();
  return std::move(found);
}

std::vector<std::string>
edgecc::partition::findNearestFeasible(const System &system,
                                       const Network &network) {
  return Relaxer(system, network).run();
}
