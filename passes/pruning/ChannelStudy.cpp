//===- ChannelStudy.cpp - Which channels go first, and what it costs ------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BatchExecution.h"
#include "ChannelElimination.h"
#include "Channels.h"
#include "OutputComparison.h"

#include "mlir/IR/OwningOpRef.h"

#include <cmath>

using namespace mlir;
using namespace edgecc;
using namespace edgecc::pruning;
using edge::WeightedOpInterface;
using quantization::GroupMoments;
using reference::Tensor;

namespace {
/// A layer that sums over channels of which some can go.
struct Consumer {
  WeightedOpInterface layer;
  std::optional<GroupMoments> moments;

  Value getData() { return layer.getDataOperand().get(); }
};

/// A group's units as inputs of a consumer: rows of its weights by unit.
using UnitInputs = std::vector<SmallVector<int64_t>>;

/// The study of one group after another.
class Study {
public:
  Study(func::FuncOp function, SampleList samples, const PruneOptions &options)
      : function(function), options(options),
        groups(ChannelGroups::find(function)) {
    splitSamples(samples);
  }

  FailureOr<ChannelStudy> run();

private:
  void splitSamples(SampleList all);
  LogicalResult measureConsumers();
  std::vector<int64_t> chooseLevels(int64_t channels) const;
  UnitInputs getInputs(Consumer &consumer, size_t group) const;
  FailureOr<double> measureLevel(size_t number, ArrayRef<int64_t> order,
                                 int64_t kept) const;
  LogicalResult studyGroup(size_t number, GroupStudy &study);

  func::FuncOp function;
  /// What weights are fitted to, and what their errors are measured on: a fit
  /// of few samples looks better on these than it is.
  std::vector<std::vector<Tensor>> seen, unseen;
  /// Some of those that are seen, to be quick.
  std::vector<std::vector<Tensor>> few;
  const PruneOptions &options;
  ChannelGroups groups;
  std::vector<Consumer> consumers;
  std::optional<OutputComparison> comparison;
  size_t done = 0, total = 0;
};
} // namespace

//===----------------------------------------------------------------------===//
// Layers behind groups
//===----------------------------------------------------------------------===//

/// Every third sample is kept back, unless there are too few.
void Study::splitSamples(SampleList all) {
  constexpr size_t kFewest = 12, kMostCompared = 64, kMostFitted = 64;
  for (size_t i = 0; i != all.size(); ++i)
    (i % 3 == 2 && all.size() >= kFewest ? unseen : seen).push_back(all[i]);
  unseen =
      chooseSamples(function, unseen.empty() ? seen : unseen, kMostCompared);
  seen = chooseSamples(function, seen);
  few = chooseSamples(function, seen, kMostFitted);
}

/// Runs the function and takes the moments of all consumers.
LogicalResult Study::measureConsumers() {
  BatchExecution execution(function, seen);
  for (Operation *op : getSteps(function)) {
    if (auto layer = dyn_cast<WeightedOpInterface>(op))
      if (OpOperand &data = layer.getDataOperand();
          isSummedOver(data) && !groups.getUnits(data.get()).empty()) {
        Consumer &consumer = consumers.emplace_back(Consumer{layer, {}});
        const Column &input = *execution.find(data.get());
        auto moments = quantization::measureMoments(layer, {input, input},
                                                    /*withGram=*/true);
        if (moments)
          consumer.moments = std::move(moments->front());
      }
    if (failed(execution.run(op)))
      return failure();
    execution.release(op);
  }
  return success();
}

UnitInputs Study::getInputs(Consumer &consumer, size_t group) const {
  UnitInputs inputs(size_t(groups.getGroups()[group].channels));
  ArrayRef<ChannelGroups::Unit> units = groups.getUnits(consumer.getData());
  int64_t depth = consumer.moments->meanX.size();
  for (int64_t input = 0; input != depth; ++input) {
    ChannelGroups::Unit unit = units[size_t(input) % units.size()];
    if (unit.group == int(group))
      inputs[size_t(unit.index)].push_back(input);
  }
  return inputs;
}

/// One column per output.
static Eigen::MatrixXd getColumns(WeightedOpInterface layer) {
  Tensor weights = *edge::getConstantTensor(layer.getWeightsOperand().get());
  int64_t outputs = weights.getDim(0);
  Eigen::Map<const Eigen::MatrixXf> columns(
      std::as_const(weights).getData<float>().data(),
      weights.getNumElements() / std::max<int64_t>(1, outputs), outputs);
  return columns.cast<double>();
}

//===----------------------------------------------------------------------===//
// One group
//===----------------------------------------------------------------------===//

namespace {
/// A consumer while units of a group go.
struct Elimination {
  Consumer *consumer;
  InputElimination weights;
  UnitInputs inputs;
};
} // namespace

/// The unit whose removal costs all consumers together least.
static size_t findLeast(ArrayRef<Elimination> eliminations,
                        ArrayRef<int64_t> remaining) {
  double least = HUGE_VAL;
  size_t best = 0;
  for (auto [position, unit] : llvm::enumerate(remaining)) {
    double loss = 0;
    for (const Elimination &elimination : eliminations)
      if (!elimination.inputs[size_t(unit)].empty())
        loss += elimination.weights.getLoss(elimination.inputs[size_t(unit)]);
    if (loss < least) {
      least = loss;
      best = position;
    }
  }
  return best;
}

/// From all channels down to few, in equal steps.
std::vector<int64_t> Study::chooseLevels(int64_t channels) const {
  int64_t multiple = std::max<int64_t>(1, options.multiple);
  int64_t step = std::max<int64_t>(
      1, llvm::divideCeil(channels, std::max<int64_t>(1, options.levels)));
  step = int64_t(llvm::alignTo(uint64_t(step), uint64_t(multiple)));
  std::vector<int64_t> levels{channels};
  for (int64_t kept = (channels - 1) / step * step; kept > 0; kept -= step)
    levels.push_back(kept);
  return levels;
}

/// The noise when only this group loses channels, those in `order`.
FailureOr<double> Study::measureLevel(size_t number, ArrayRef<int64_t> order,
                                      int64_t kept) const {
  OwningOpRef<func::FuncOp> copy(
      cast<func::FuncOp>(func::FuncOp(function)->clone()));
  ChannelStudy study(groups.size());
  study[number].order.assign(order.begin(), order.end());
  KeptCounts counts = groups.getAll();
  counts[number] = kept;
  if (failed(pruneChannels(*copy, few, study, counts, options)))
    return failure();
  return comparison->measure(*copy);
}

LogicalResult Study::studyGroup(size_t number, GroupStudy &study) {
  int64_t channels = groups.getGroups()[number].channels;
  std::vector<int64_t> levels = chooseLevels(channels);
  study.levels.push_back({channels, 0.0});
  std::vector<Elimination> eliminations;
  for (Consumer &consumer : consumers) {
    auto isOfGroup = [&](auto unit) { return unit.group == int(number); };
    if (llvm::none_of(groups.getUnits(consumer.getData()), isOfGroup))
      continue;
    // Too deep to be fitted: all channels stay.
    if (!consumer.moments)
      return success();
    eliminations.push_back(
        {&consumer,
         InputElimination(getColumns(consumer.layer), *consumer.moments,
                          options.damping),
         getInputs(consumer, number)});
  }
  auto remaining = llvm::to_vector(llvm::seq<int64_t>(0, channels));
  for (int64_t kept : ArrayRef(levels).drop_front()) {
    while (int64_t(remaining.size()) > kept) {
      size_t position = findLeast(eliminations, remaining);
      int64_t unit = remaining[position];
      remaining.erase(remaining.begin() + position);
      study.order.push_back(unit);
      for (Elimination &elimination : eliminations)
        if (!elimination.inputs[size_t(unit)].empty())
          elimination.weights.remove(elimination.inputs[size_t(unit)]);
    }
    FailureOr<double> noise = measureLevel(number, study.order, kept);
    if (failed(noise))
      return failure();
    study.levels.push_back({kept, *noise});
    if (options.progress)
      options.progress(++done, total);
  }
  llvm::append_range(study.order, remaining);
  return success();
}

FailureOr<ChannelStudy> Study::run() {
  for (const ChannelGroup &group : groups.getGroups())
    total += chooseLevels(group.channels).size() - 1;
  if (failed(measureConsumers()))
    return failure();
  auto created = OutputComparison::create(function, unseen,
                                          OutputComparison::Scale::Squares);
  if (failed(created))
    return failure();
  comparison.emplace(std::move(*created));
  ChannelStudy study(groups.size());
  for (size_t number = 0; number != groups.size(); ++number)
    if (failed(studyGroup(number, study[number])))
      return failure();
  return study;
}

FailureOr<ChannelStudy> pruning::studyChannels(func::FuncOp function,
                                               SampleList samples,
                                               const PruneOptions &options) {
  return Study(function, samples, options).run();
}
