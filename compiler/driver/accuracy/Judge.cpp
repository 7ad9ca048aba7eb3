//===- Judge.cpp - How good a model's outputs are -------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Judge.h"

#include "Reference.h"
#include "Session.h"

#include "edgecc/Dialect/Edge/Edge.h"
#include "edgecc/Reference/Samples.h"

using namespace edgecc;
using namespace edgecc::driver;
using namespace edgecc::reference;
using namespace llvm;

//===----------------------------------------------------------------------===//
// What is compared with
//===----------------------------------------------------------------------===//

/// Whether an output is judged: state is none of the model's results.
static bool isResult(mlir::func::FuncOp function, size_t index, bool floats) {
  return !function.getResultAttr(unsigned(index), edge::kStateAttr) &&
         mlir::getElementTypeOrSelf(function.getResultTypes()[index]).isF32() ==
             floats;
}

/// Where labels or targets judge, only the first; of a model that gives classes
/// as well as scores, only the scores.
static std::vector<size_t> chooseOutputs(mlir::func::FuncOp function,
                                         bool onlyFirst) {
  std::vector<size_t> chosen;
  for (bool floats : {true, false})
    for (size_t index = 0; index != function.getNumResults(); ++index)
      if (isResult(function, index, floats) &&
          (chosen.empty() ||
           (!onlyFirst && isResult(function, chosen.front(), floats))))
        chosen.push_back(index);
  return chosen;
}

static Metric chooseMetric(const Options &options, mlir::func::FuncOp function,
                           size_t output) {
  if (!options.metric.empty())
    return *parseMetric(options.metric);
  return options.labels.empty() && isResult(function, output, /*floats=*/true)
             ? Metric::Cosine
             : Metric::Top1;
}

static Error checkCount(const Session &session, size_t count) {
  if (count == session.evaluation.size())
    return Error::success();
  return createStringError("--labels: '" + session.options.labels + "' has " +
                           Twine(count) + " entries, but --eval has " +
                           Twine(session.evaluation.size()) + " samples");
}

Error Judge::readLabels(const Session &session) {
  const std::string &file = session.options.labels;
  if (file.empty())
    return Error::success();
  auto function = getModelFunction(*session.imported);
  auto type =
      cast<mlir::RankedTensorType>(function.getResultTypes()[judged.front()]);
  if (needsLabels(metric)) {
    auto read = loadLabels(file);
    if (!read)
      return read.takeError();
    labels = std::move(*read);
    if (type.getElementType().isF32())
      labels = takeClasses(std::move(labels), type.getShape());
    return checkCount(session, labels.getSamples());
  }
  auto read = loadSamples(
      file, type, "output '" + getOutputName(function, judged.front()) + "'");
  if (!read)
    return createStringError(
        "--labels: " + toString(read.takeError()) + "; " +
        reference::getName(metric) +
        " compares with what the output should be, top1 and auc with classes");
  targets = std::move(*read);
  return checkCount(session, targets.size());
}

Error Judge::measureFloat() {
  Expected<double> value = getValue(floatOutputs);
  if (!value)
    return value.takeError();
  floatValue = *value;
  return Error::success();
}

Expected<Judge> Judge::create(const Session &session) {
  mlir::func::FuncOp function = getModelFunction(*session.imported);
  std::vector<size_t> judged =
      chooseOutputs(function, !session.options.labels.empty());
  // A model that is all state.
  if (judged.empty())
    judged.push_back(0);
  Judge judge(chooseMetric(session.options, function, judged.front()));
  judge.judged = std::move(judged);
  if (Error error = judge.readLabels(session))
    return std::move(error);
  auto runner = ReferenceRunner::create(function);
  if (!runner)
    return runner.takeError();
  judge.samples = session.evaluation;
  Expected<SampleSet> outputs = runner->run(judge.samples);
  if (!outputs)
    return outputs.takeError();
  judge.floatOutputs = std::move(*outputs);
  if (Error error = judge.measureFloat())
    return std::move(error);
  return judge;
}

template <typename T>
static std::vector<T> pick(const std::vector<T> &from,
                           ArrayRef<size_t> indices) {
  std::vector<T> picked;
  for (size_t index : indices)
    if (index < from.size())
      picked.push_back(from[index]);
  return picked;
}

static Labels pick(const Labels &from, ArrayRef<size_t> indices) {
  Labels picked{{}, from.shape};
  const size_t places = from.getPlaces();
  for (size_t index : indices)
    if (index < from.getSamples())
      llvm::append_range(picked.values,
                         ArrayRef(from.values).slice(index * places, places));
  return picked;
}

Expected<Judge> Judge::take(ArrayRef<size_t> indices) const {
  Judge part(metric);
  part.judged = judged;
  part.labels = pick(labels, indices);
  part.targets = pick(targets, indices);
  part.samples = pick(samples, indices);
  part.floatOutputs = pick(floatOutputs, indices);
  if (Error error = part.measureFloat())
    return std::move(error);
  return part;
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

/// The tensors number `index` of all samples.
static std::vector<Tensor> getColumn(const SampleSet &samples, size_t index) {
  std::vector<Tensor> column;
  for (const Sample &sample : samples)
    column.push_back(sample[index]);
  return column;
}

Expected<double> Judge::getOutputValue(const SampleSet &outputs,
                                       size_t index) const {
  std::vector<Tensor> column = getColumn(outputs, index);
  std::vector<Tensor> references =
      targets.empty() ? getColumn(floatOutputs, index) : targets;
  // Only an autoencoder's score needs inputs, and those are floats.
  std::vector<Tensor> inputs = getColumn(samples, 0);
  if (!inputs.front().getElementType().isF32())
    inputs.clear();
  return computeMetric(
      metric, {column, inputs, labels.values, references, labels.shape});
}

Expected<std::vector<std::pair<size_t, double>>>
Judge::getOutputValues(const SampleSet &outputs) const {
  std::vector<std::pair<size_t, double>> values;
  for (size_t index : judged) {
    Expected<double> value = getOutputValue(outputs, index);
    if (!value)
      return value.takeError();
    values.emplace_back(index, *value);
  }
  return values;
}

Expected<double> Judge::getValue(const SampleSet &outputs) const {
  auto values = getOutputValues(outputs);
  if (!values)
    return values.takeError();
  double worst = values->front().second;
  for (auto [index, value] : *values)
    worst = isHigherBetter(metric) ? std::min(worst, value)
                                   : std::max(worst, value);
  return worst;
}

double Judge::getDrop(double value) const {
  return isHigherBetter(metric) ? floatValue - value : value - floatValue;
}
