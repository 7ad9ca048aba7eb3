//===- Simulation.cpp - What users of a split network will see ------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Partition/Simulation.h"

#include "llvm/ADT/STLExtras.h"

#include <cmath>
#include <deque>
#include <queue>
#include <random>

using namespace edgecc::partition;

Nanoseconds edgecc::partition::toNanoseconds(double seconds) {
  return Nanoseconds(std::llround(seconds * 1e9));
}

namespace {
/// The distributions of the standard library differ between implementations,
/// its generators do not.
class Random {
public:
  explicit Random(uint64_t seed) : generator(seed) {}

  /// In (0, 1].
  double getUniform() { return (double(generator() >> 11) + 1) * 0x1p-53; }
  double getExponential(double mean) { return -mean * std::log(getUniform()); }
  double getNormal() {
    double radius = std::sqrt(-2 * std::log(getUniform()));
    return radius * std::cos(2 * M_PI * getUniform());
  }
  /// How often something with this probability happens before it does not.
  uint64_t countFailures(double probability) {
    if (probability <= 0)
      return 0;
    return uint64_t(std::log(getUniform()) / std::log(probability));
  }

private:
  std::mt19937_64 generator;
};

/// Something that does one thing at a time, first come, first served.
struct Resource {
  std::deque<uint64_t> waiting;
  bool isBusy = false;
};

struct Event {
  Nanoseconds time;
  /// In the order of their making where the time is the same.
  uint64_t number;
  enum Kind { Arrive, Free } kind;
  /// Arrive: of the inference at its stage. Free: the resource.
  uint64_t subject;

  bool operator>(const Event &other) const {
    return std::tie(time, number) > std::tie(other.time, other.number);
  }
};

class Simulator {
public:
  explicit Simulator(const Scenario &scenario)
      : scenario(scenario), random(scenario.seed), resources(countResources()),
        busy(scenario.stages.size()) {}

  SimulationResult run();

private:
  struct Inference {
    Nanoseconds arrival = 0;
    unsigned stage = 0;
  };

  size_t countResources() const;
  void schedule(Nanoseconds time, Event::Kind kind, uint64_t subject) {
    events.push({time, nextNumber++, kind, subject});
  }
  void addArrival();
  void arrive(uint64_t number);
  void begin(uint64_t number);
  void free(uint64_t index);
  Nanoseconds serve(const Stage &stage);
  Nanoseconds send(const Stage &stage);
  void finish(const Inference &inference);
  void summarize();

  const Scenario &scenario;
  Random random;
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events;
  uint64_t nextNumber = 0;
  Nanoseconds now = 0;
  double lastArrival = 0;
  std::vector<Inference> inferences;
  std::vector<Resource> resources;
  std::vector<Nanoseconds> busy;
  double radioEnergy = 0;
  SimulationResult result;
};
} // namespace

size_t Simulator::countResources() const {
  size_t count = 0;
  for (const Stage &stage : scenario.stages)
    count = std::max<size_t>(count, stage.resource + 1);
  return count;
}

void Simulator::addArrival() {
  if (inferences.size() == scenario.inferences)
    return;
  double mean = 1 / scenario.rate;
  if (!inferences.empty())
    lastArrival += scenario.arrivals == Arrivals::Poisson
                       ? random.getExponential(mean)
                       : mean;
  Nanoseconds time = toNanoseconds(lastArrival);
  inferences.push_back({time, 0});
  schedule(time, Event::Arrive, inferences.size() - 1);
}

/// Packets of a message, each until it is through.
Nanoseconds Simulator::send(const Stage &stage) {
  if (stage.loss <= 0) {
    radioEnergy += stage.bytes * stage.energyPerByte + stage.energyPerMessage;
    return toNanoseconds(stage.bytes * stage.secondsPerByte);
  }
  double sent = 0;
  uint64_t resends = 0;
  for (double left = stage.bytes; left > 0; left -= stage.packetBytes) {
    double packet = std::min(left, stage.packetBytes);
    uint64_t failures = random.countFailures(stage.loss);
    sent += packet * double(failures + 1);
    resends += failures;
  }
  radioEnergy += sent * stage.energyPerByte + stage.energyPerMessage;
  return toNanoseconds(sent * stage.secondsPerByte) +
         Nanoseconds(resends) * stage.resendDelay;
}

Nanoseconds Simulator::serve(const Stage &stage) {
  Nanoseconds time = stage.service;
  if (stage.isExponential)
    time = toNanoseconds(random.getExponential(double(stage.service) * 1e-9));
  return stage.bytes > 0 ? time + send(stage) : time;
}

void Simulator::arrive(uint64_t number) {
  // This may move the inferences.
  if (inferences[number].stage == 0)
    addArrival();
  const Inference &inference = inferences[number];
  if (inference.stage == scenario.stages.size())
    return finish(inference);
  Resource &resource = resources[scenario.stages[inference.stage].resource];
  if (resource.isBusy)
    resource.waiting.push_back(number);
  else
    begin(number);
}

void Simulator::begin(uint64_t number) {
  constexpr uint64_t kPictured = 40;
  Inference &inference = inferences[number];
  const Stage &stage = scenario.stages[inference.stage];
  Nanoseconds time = serve(stage);
  if (number < kPictured)
    result.timeline.push_back({number, inference.stage, now, now + time});
  busy[inference.stage] += time;
  resources[stage.resource].isBusy = true;
  // Whoever has sent must be silent for a while.
  Nanoseconds silence =
      stage.dutyCycle < 1
          ? Nanoseconds(double(time) * (1 / stage.dutyCycle - 1))
          : 0;
  schedule(now + time + silence, Event::Free, stage.resource);
  Nanoseconds delay = stage.delay;
  if (stage.jitter > 0)
    delay = std::max<Nanoseconds>(
        0, delay + toNanoseconds(stage.jitter * random.getNormal()));
  ++inference.stage;
  schedule(now + time + delay, Event::Arrive, number);
}

void Simulator::free(uint64_t index) {
  Resource &resource = resources[index];
  resource.isBusy = false;
  if (resource.waiting.empty())
    return;
  uint64_t next = resource.waiting.front();
  resource.waiting.pop_front();
  begin(next);
}

void Simulator::finish(const Inference &inference) {
  Nanoseconds latency = now - inference.arrival;
  result.latencies.push_back(latency);
  if (scenario.deadline && latency > toNanoseconds(*scenario.deadline))
    ++result.missed;
}

void Simulator::summarize() {
  double sum = 0;
  for (Nanoseconds latency : result.latencies)
    sum += double(latency);
  double count = double(std::max<size_t>(result.latencies.size(), 1));
  result.mean = sum / count * 1e-9;
  llvm::sort(result.latencies);
  // Of the time from which inputs came, not of that of the last answers.
  double span = std::max(count / scenario.rate, double(now) * 1e-9);
  double active = 0;
  for (auto [stage, time] : llvm::zip(scenario.stages, busy)) {
    result.busy.push_back(double(time) * 1e-9 / span);
    if (stage.isDevice)
      active += double(time) * 1e-9;
  }
  double energy = active * scenario.activePower + radioEnergy +
                  std::max(span - active, 0.0) * scenario.sleepPower;
  result.energyPerInference = energy / count;
  if (scenario.battery && energy > 0)
    result.batteryDays = *scenario.battery / (energy / span) / 86400;
}

SimulationResult Simulator::run() {
  addArrival();
  while (!events.empty()) {
    Event event = events.top();
    events.pop();
    now = event.time;
    if (event.kind == Event::Arrive)
      arrive(event.subject);
    else
      free(event.subject);
  }
  summarize();
  return std::move(result);
}

SimulationResult edgecc::partition::simulate(const Scenario &scenario) {
  return Simulator(scenario).run();
}

double SimulationResult::getPercentile(double percent) const {
  if (latencies.empty())
    return 0;
  // The smallest that so many do not exceed.
  double rank = std::ceil(percent / 100 * double(latencies.size()));
  size_t index = size_t(std::clamp(rank, 1.0, double(latencies.size()))) - 1;
  return double(latencies[index]) * 1e-9;
}
