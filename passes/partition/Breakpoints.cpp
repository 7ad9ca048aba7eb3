//===- Breakpoints.cpp - Where another cut becomes the best ---------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Partition/Explore.h"

#include "llvm/ADT/STLExtras.h"

#include <cmath>

using namespace edgecc::partition;
using namespace llvm;

/// Branches for each value.
static constexpr uint64_t kSteps = 20;

namespace {
class Sweeper {
public:
  using Change = std::function<void(System &, double)>;

  Sweeper(const System &system, const Network &network)
      : system(system), network(network) {}

  std::vector<Sweep> run();

private:
  void sweep(const Twine &field, StringRef unit, double current,
             ArrayRef<double> values, const Change &change);
  std::optional<Problem> makeChanged(double value, const Change &change) const;
  Sweep::Sample sample(double value, const Change &change,
                       std::optional<Cut> &best) const;
  void addSegment(Sweep &sweep, double before, double value,
                  std::optional<Cut> best, const Change &change) const;

  const System &system;
  const Network &network;
  std::vector<Sweep> sweeps;
};
} // namespace

/// Around a figure, from a thirtieth to the thirtyfold.
static std::vector<double> makeValuesAround(double current) {
  std::vector<double> values;
  for (int step = -24; step <= 24; ++step)
    values.push_back(current * std::pow(10.0, step / 16.0));
  return values;
}

std::optional<Problem> Sweeper::makeChanged(double value,
                                            const Change &change) const {
  System changed = system;
  change(changed, value);
  Expected<Problem> problem = makeProblem(changed, network);
  if (problem)
    return std::move(*problem);
  consumeError(problem.takeError());
  return std::nullopt;
}

Sweep::Sample Sweeper::sample(double value, const Change &change,
                              std::optional<Cut> &best) const {
  Sweep::Sample sample;
  sample.value = value;
  std::optional<Problem> problem = makeChanged(value, change);
  if (!problem)
    return sample;
  best = solveCut(*problem, kSteps).best;
  if (best)
    sample.best = best->costs;
  sample.device = findExtreme(*problem, 0).costs;
  sample.server = findExtreme(*problem, uint8_t(problem->numTiers - 1)).costs;
  return sample;
}

/// The same places, and the same precisions of what crosses.
static bool isSame(const Problem &problem, const std::optional<Cut> &a,
                   const std::optional<Cut> &b) {
  if (!a || !b)
    return !a && !b;
  return a->assignment.tiers == b->assignment.tiers &&
         describe(problem, a->assignment) == describe(problem, b->assignment);
}

/// Continues the last segment, or begins another where the best cut changes:
/// between `before` and `value`.
void Sweeper::addSegment(Sweep &sweep, double before, double value,
                         std::optional<Cut> best, const Change &change) const {
  std::optional<Problem> problem = makeChanged(value, change);
  if (sweep.segments.empty()) {
    sweep.segments.push_back({value, value, std::move(best)});
    return;
  }
  Segment &last = sweep.segments.back();
  if (!problem || isSame(*problem, last.best, best)) {
    last.to = value;
    return;
  }
  double low = before, high = value;
  for (int i = 0; i != 10; ++i) {
    double middle = low > 0 ? std::sqrt(low * high) : (low + high) / 2;
    std::optional<Problem> between = makeChanged(middle, change);
    std::optional<Cut> found =
        between ? solveCut(*between, kSteps).best : std::nullopt;
    // A third cut between them shows as a shorter segment of either.
    (isSame(*problem, last.best, found) ? low : high) = middle;
  }
  last.to = high;
  sweep.segments.push_back({high, value, std::move(best)});
}

void Sweeper::sweep(const Twine &field, StringRef unit, double current,
                    ArrayRef<double> values, const Change &change) {
  Sweep result;
  result.field = field.str();
  result.unit = unit.str();
  result.current = current;
  double before = values.front();
  for (double value : values) {
    std::optional<Cut> best;
    result.samples.push_back(sample(value, change, best));
    addSegment(result, before, value, std::move(best), change);
    before = value;
  }
  sweeps.push_back(std::move(result));
}

std::vector<Sweep> Sweeper::run() {
  for (unsigned i = 0; i != system.links.size(); ++i) {
    const Link &link = system.links[i];
    sweep("links[" + Twine(i) + "].bandwidth", "bit/s", link.bytesPerSecond * 8,
          makeValuesAround(link.bytesPerSecond * 8),
          [i](System &changed, double value) {
            changed.links[i].bytesPerSecond = value / 8;
          });
    double trip = std::max(link.roundTrip, 1e-4);
    sweep("links[" + Twine(i) + "].round_trip", "s", link.roundTrip,
          makeValuesAround(trip), [i](System &changed, double value) {
            changed.links[i].roundTrip = value;
          });
  }
  std::vector<double> loads;
  for (int i = 0; i != 50; ++i)
    loads.push_back(i * 0.02);
  for (unsigned i = 1; i != system.tiers.size(); ++i)
    sweep(
        "tiers[" + Twine(i) + "].load", "", system.tiers[i].load, loads,
        [i](System &changed, double value) { changed.tiers[i].load = value; });
  sweep("arrivals.rate", "1/s", system.rate, makeValuesAround(system.rate),
        [](System &changed, double value) { changed.rate = value; });
  return std::move(sweeps);
}

std::vector<Sweep> edgecc::partition::findBreakpoints(const System &system,
                                                      const Network &network) {
  return Sweeper(system, network).run();
}
