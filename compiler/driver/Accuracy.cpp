//===- Accuracy.cpp - What compilation costs in accuracy ------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Stages.h"

#include "Diagnostics.h"
#include "Reference.h"

#include "edgecc/Reference/Metrics.h"
#include "edgecc/Reference/Samples.h"

using namespace edgecc;
using namespace edgecc::driver;
using namespace edgecc::reference;
using namespace llvm;

namespace {
/// What both models are measured with.
struct Judge {
  Metric metric;
  std::vector<int64_t> labels;
  /// What the first output should be, from a file.
  std::vector<Tensor> targets;
};
} // namespace

/// The tensors number `index` of all samples.
static std::vector<Tensor> getColumn(const SampleSet &samples, size_t index) {
  std::vector<Tensor> column;
  for (const Sample &sample : samples)
    column.push_back(sample[index]);
  return column;
}

static Metric chooseMetric(const Options &options) {
  if (!options.metric.empty())
    return *parseMetric(options.metric);
  return options.labels.empty() ? Metric::Cosine : Metric::Top1;
}

static Error checkCount(const Session &session, size_t count) {
  if (count == session.evaluation.size())
    return Error::success();
  return createStringError("--labels: '" + session.options.labels + "' has " +
                           Twine(count) + " entries, but --eval has " +
                           Twine(session.evaluation.size()) + " samples");
}

static Expected<Judge> makeJudge(Session &session) {
  const Options &options = session.options;
  Judge judge{chooseMetric(options), {}, {}};
  if (options.labels.empty())
    return judge;
  if (needsLabels(judge.metric)) {
    auto labels = loadLabels(options.labels);
    if (!labels)
      return labels.takeError();
    judge.labels = std::move(*labels);
    if (Error error = checkCount(session, judge.labels.size()))
      return error;
    return judge;
  }
  auto function = getModelFunction(*session.imported);
  auto type = cast<mlir::RankedTensorType>(function.getResultTypes().front());
  auto targets = loadSamples(options.labels, type, getOutputName(function, 0));
  if (!targets)
    return targets.takeError();
  judge.targets = std::move(*targets);
  if (Error error = checkCount(session, judge.targets.size()))
    return error;
  return judge;
}

/// The metric of output number `index`.
static Expected<double> judgeOutput(const Judge &judge, const SampleSet &inputs,
                                    const SampleSet &outputs,
                                    const SampleSet &floatOutputs,
                                    size_t index) {
  std::vector<Tensor> column = getColumn(outputs, index);
  std::vector<Tensor> inputColumn = getColumn(inputs, 0);
  std::vector<Tensor> references =
      judge.targets.empty() ? getColumn(floatOutputs, index) : judge.targets;
  return computeMetric(judge.metric,
                       {column, inputColumn, judge.labels, references});
}

/// The metric of a model. Labels and targets belong to the first output; where
/// outputs are compared with the float model's, the worst of them counts.
static Expected<double> judgeModel(const Judge &judge, const SampleSet &inputs,
                                   const SampleSet &outputs,
                                   const SampleSet &floatOutputs) {
  Expected<double> worst = judgeOutput(judge, inputs, outputs, floatOutputs, 0);
  if (!worst || needsLabels(judge.metric) || !judge.targets.empty())
    return worst;
  for (size_t i = 1; i < outputs.front().size(); ++i) {
    Expected<double> value =
        judgeOutput(judge, inputs, outputs, floatOutputs, i);
    if (!value)
      return value;
    worst = isHigherBetter(judge.metric) ? std::min(*worst, *value)
                                         : std::max(*worst, *value);
  }
  return worst;
}

static Expected<SampleSet> runModel(mlir::ModuleOp module, IoLayout layout,
                                    const SampleSet &samples) {
  auto runner =
      ReferenceRunner::create(getModelFunction(module), std::move(layout));
  if (!runner)
    return runner.takeError();
  return runner->run(samples);
}

Error driver::measureAccuracy(Session &session) {
  if (session.evaluation.empty())
    return Error::success();
  Expected<Judge> judge = makeJudge(session);
  if (!judge)
    return judge.takeError();
  auto floatOutputs = runModel(*session.imported, {}, session.evaluation);
  if (!floatOutputs)
    return floatOutputs.takeError();
  auto outputs = runModel(*session.edge, session.layout, session.evaluation);
  if (!outputs)
    return outputs.takeError();
  auto floatValue =
      judgeModel(*judge, session.evaluation, *floatOutputs, *floatOutputs);
  if (!floatValue)
    return floatValue.takeError();
  auto value = judgeModel(*judge, session.evaluation, *outputs, *floatOutputs);
  if (!value)
    return value.takeError();

  report::Accuracy accuracy;
  accuracy.metric = getName(judge->metric).str();
  accuracy.floatValue = *floatValue;
  accuracy.compiledValue = *value;
  accuracy.drop = isHigherBetter(judge->metric) ? *floatValue - *value
                                                : *value - *floatValue;
  accuracy.samples = session.evaluation.size();
  accuracy.heldOut = session.heldOut;
  session.report.accuracy = accuracy;
  return Error::success();
}
