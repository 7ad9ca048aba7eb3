//===- Accuracy.cpp - What compilation costs in accuracy ------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Stages.h"

#include "Reference.h"

using namespace edgecc;
using namespace edgecc::driver;
using namespace llvm;

Error driver::prepareJudge(Session &session) {
  if (session.judge || session.evaluation.empty())
    return Error::success();
  Expected<Judge> judge = Judge::create(session);
  if (!judge)
    return judge.takeError();
  session.judge = std::move(*judge);
  return Error::success();
}

Error driver::measureAccuracy(Session &session) {
  if (Error error = prepareJudge(session))
    return error;
  if (!session.judge)
    return Error::success();
  const Judge &judge = *session.judge;
  auto runner =
      ReferenceRunner::create(getModelFunction(*session.edge), session.layout);
  if (!runner)
    return runner.takeError();
  Expected<SampleSet> outputs = runner->run(judge.getSamples());
  if (!outputs)
    return outputs.takeError();
  Expected<double> value = judge.getValue(*outputs);
  auto each = judge.getOutputValues(*outputs);
  if (!value || !each)
    return joinErrors(value.takeError(), each.takeError());

  report::Accuracy accuracy;
  for (auto [index, outputValue] : *each)
    accuracy.outputs.push_back(
        {getOutputName(getModelFunction(*session.imported), unsigned(index)),
         outputValue});
  accuracy.metric = reference::getName(judge.getMetric()).str();
  accuracy.floatValue = judge.getFloatValue();
  accuracy.compiledValue = *value;
  accuracy.drop = judge.getDrop(*value);
  accuracy.samples = judge.getSamples().size();
  accuracy.heldOut = session.heldOut;
  session.report.accuracy = accuracy;
  return Error::success();
}
