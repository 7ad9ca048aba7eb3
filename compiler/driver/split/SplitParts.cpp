//===- SplitParts.cpp - The parts of a model that was cut -----------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Split.h"

#include "Stages.h"
#include "command/Diagnostics.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/SHA256.h"

using namespace edgecc;
using namespace edgecc::driver;
using namespace edgecc::partition;
using namespace llvm;

static bool isRead(const Problem &problem, const Assignment &assignment,
                   const Edge &edge, unsigned tier) {
  return any_of(edge.consumers, [&](unsigned unit) {
    return assignment.tiers[unit] == tier &&
           assignment.tiers[edge.producer] != tier;
  });
}

static SplitPart makePart(const SplitModel &model, const Problem &problem,
                          const Assignment &assignment, unsigned tier) {
  SplitPart part;
  part.tier = tier;
  const Network &network = model.network;
  std::set<int> nodes;
  for (auto [unit, members] : enumerate(model.unitNodes))
    if (assignment.tiers[unit] == tier)
      for (unsigned node : members)
        nodes.insert(model.nodes[node].index);
  if (nodes.empty())
    return part;
  for (auto [index, edge] : enumerate(problem.edges)) {
    const NetworkTensor &tensor = network.tensors[index];
    split::OnnxValue value{tensor.name, model.types.lookup(tensor.name)};
    bool isInput = network.units[tensor.producer].isInput;
    bool isMade = assignment.tiers[edge.producer] == tier && !isInput;
    bool isUsed = any_of(edge.consumers, [&](unsigned unit) {
      return assignment.tiers[unit] == tier;
    });
    if (isUsed && (isInput || isRead(problem, assignment, edge, tier)))
      part.inputs.push_back(value);
    bool leaves = tier + 1 < problem.numTiers &&
                  crosses(problem, assignment, unsigned(index), tier);
    if (isMade && (tensor.isOutput || leaves))
      part.outputs.push_back(value);
  }
  part.model = model.onnx.extract(nodes, part.inputs, part.outputs,
                                  model.constants, "part");
  return part;
}

std::vector<SplitPart> driver::makeParts(const SplitModel &model,
                                         const Problem &problem,
                                         const Assignment &assignment) {
  std::vector<SplitPart> parts;
  for (unsigned tier = 0; tier != problem.numTiers; ++tier)
    parts.push_back(makePart(model, problem, assignment, tier));
  return parts;
}

//===----------------------------------------------------------------------===//
// The device's part
//===----------------------------------------------------------------------===//

/// The samples of the inputs that the part has, in its order.
static SampleSet selectInputs(const SampleSet &samples,
                              mlir::func::FuncOp whole,
                              mlir::func::FuncOp part) {
  SmallVector<unsigned> from;
  for (unsigned i = 0; i != part.getNumArguments(); ++i)
    for (unsigned j = 0; j != whole.getNumArguments(); ++j)
      if (getInputName(part, i) == getInputName(whole, j))
        from.push_back(j);
  SampleSet selected;
  for (const Sample &sample : samples) {
    Sample &inputs = selected.emplace_back();
    for (unsigned index : from)
      inputs.push_back(sample[index]);
  }
  return selected;
}

static Options makePartOptions(const Options &options) {
  Options part = options;
  part.splitFile.clear();
  part.name += "_device";
  // Accuracy is that of the whole; here only what crosses is compared.
  part.labels.clear();
  part.metric.clear();
  part.budget.maxDrop.reset();
  part.inputShapes.clear();
  return part;
}

/// Like checkBudget, but silent: another cut may do.
static Error checkMemory(const Session &part) {
  const report::Report &report = part.report;
  auto check = [](StringRef what, uint64_t bytes,
                  std::optional<uint64_t> allowed) -> Error {
    if (!allowed || bytes <= *allowed)
      return Error::success();
    return makeError(BudgetError, "the device's part takes " +
                                      report::formatCount(bytes) +
                                      " bytes of " + what + ", allowed are " +
                                      report::formatCount(*allowed));
  };
  if (Error error = check("RAM", report.ram.getTotal(), report.budget.ram))
    return error;
  return check("flash", report.flash.total.value_or(report.flash.weights),
               report.budget.flash);
}

static Error compilePart(Session &part, const Session &whole,
                         const SplitPart &from) {
  part.resourceDir = whole.resourceDir;
  if (Error error = prepare(part))
    return error;
  part.target = whole.target;
  part.report.model = whole.report.model + ", the part for the device";
  part.report.modelSha256 =
      toHex(SHA256::hash(arrayRefFromStringRef(from.model)), true);
  part.imported = importOnnx(MemoryBufferRef(from.model, part.options.model),
                             part.context, getImportOptions(part.options));
  if (!part.imported)
    return alreadyReported(InternalError);
  mlir::func::FuncOp function = getModelFunction(*part.imported),
                     original = getModelFunction(*whole.imported);
  part.calibration = selectInputs(whole.calibration, original, function);
  part.evaluation = selectInputs(whole.evaluation, original, function);
  part.heldOut = whole.heldOut;
  // Where the budget does not hold, the cut is moved, not the precisions.
  using Stage = Error (*)(Session &);
  for (Stage stage : {runTensorPasses, measureAccuracy, studySensitivity,
                      makeCodeWithinBudget})
    if (Error error = stage(part))
      return error;
  return checkMemory(part);
}

Error driver::compileDevicePart(const Session &whole, const SplitPart &from,
                                std::unique_ptr<Session> &part) {
  part.reset();
  if (from.model.empty())
    return Error::success();
  part =
      std::make_unique<Session>(makePartOptions(whole.options), whole.context);
  return compilePart(*part, whole, from);
}
