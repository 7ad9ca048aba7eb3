//===- SplitPrivacy.cpp - How well inputs can be made out -----------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Who sees what leaves the device, and has samples of what goes in, can fit the
// inputs to it. Here the fit is linear (least squares with a small ridge). One
// that knows more, or is not linear, sees more: the figure is an indication and
// no guarantee.
//
//===----------------------------------------------------------------------===//

#include "Split.h"

#include "command/Diagnostics.h"

#include <Eigen/Dense>

#include <cmath>

using namespace edgecc;
using namespace edgecc::driver;
using namespace edgecc::partition;
using namespace llvm;

using Matrix =
    Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// As many samples as can be run in about a second.
static size_t countSamples(const Session &session, const SplitResult &split) {
  constexpr double kOperations = 1.5e9;
  double each = 1;
  for (const NetworkUnit &unit : split.model.network.units)
    each += double(unit.macs + unit.elements);
  size_t most = size_t(std::clamp(kOperations / each, 10.0, 160.0));
  return std::min(most, session.calibration.size());
}

/// One row per sample, less the mean of the first `fitted`.
static void center(Matrix &rows, size_t fitted) {
  Eigen::RowVectorXd mean = rows.topRows(Eigen::Index(fitted)).colwise().mean();
  rows.rowwise() -= mean;
}

/// How much of `inputs` a linear function of `seen` tells, fitted on the first
/// samples and tested on the others.
static double reconstruct(const Matrix &inputs, const Matrix &seen,
                          size_t fitted) {
  auto count = Eigen::Index(fitted), tested = inputs.rows() - count;
  Matrix known = seen.topRows(count);
  // With fewer samples than elements, the fit is a combination of samples.
  Matrix products = known * known.transpose();
  double ridge = 1e-3 * products.trace() / double(count) + 1e-12;
  products.diagonal().array() += ridge;
  Matrix weights =
      products.ldlt().solve(known * seen.bottomRows(tested).transpose());
  Matrix estimate = weights.transpose() * inputs.topRows(count);
  double signal = inputs.bottomRows(tested).squaredNorm();
  double error = (inputs.bottomRows(tested) - estimate).squaredNorm();
  return 10 * std::log10(std::max(signal, 1e-30) / std::max(error, 1e-30));
}

static void fillRow(Matrix &rows, size_t row, Eigen::Index at,
                    const reference::Tensor &tensor) {
  ArrayRef<float> data = tensor.getData<float>();
  for (size_t i = 0; i != data.size(); ++i)
    rows(Eigen::Index(row), at + Eigen::Index(i)) = double(data[i]);
}

namespace {
/// What leaves the device, sample by sample.
struct Observation {
  Matrix rows;
  std::vector<std::pair<unsigned, Eigen::Index>> places;
};
} // namespace

/// Tensors of floats that cross the first link, and where each stands in a row.
static Observation findObserved(const SplitResult &split, size_t samples) {
  Observation seen;
  Eigen::Index columns = 0;
  for (auto [edge, tensor] : enumerate(split.model.network.tensors))
    if (tensor.isFloat() &&
        crosses(split.problem, split.result.best->assignment, unsigned(edge),
                0)) {
      seen.places.push_back({unsigned(edge), columns});
      columns += Eigen::Index(tensor.elements);
    }
  seen.rows.resize(Eigen::Index(samples), columns);
  return seen;
}

static Error observe(const Session &session, const SplitResult &split,
                     size_t samples, Observation &seen) {
  auto interpreter =
      reference::Interpreter::create(getModelFunction(*split.model.exposed));
  if (failed(interpreter))
    return alreadyReported(InternalError);
  mlir::func::FuncOp function = getModelFunction(*session.imported);
  for (size_t sample = 0; sample != samples; ++sample) {
    auto results = interpreter->run(session.calibration[sample]);
    if (failed(results))
      return alreadyReported(InternalError);
    StringMap<reference::Tensor> values;
    for (auto [name, tensor] : zip(split.model.exposedNames, *results))
      values[name] = tensor;
    for (unsigned i = 0; i != function.getNumArguments(); ++i)
      values[getInputName(function, i)] = session.calibration[sample][i];
    for (auto [edge, at] : seen.places) {
      const NetworkTensor &tensor = split.model.network.tensors[edge];
      Wire wire = split.result.best->assignment.wires[edge][0];
      fillRow(seen.rows, sample, at,
              sendOver(tensor, wire, values[tensor.name]));
    }
  }
  return Error::success();
}

Error driver::measureReconstruction(const Session &session,
                                    SplitResult &split) {
  constexpr size_t kFewest = 10;
  size_t samples = countSamples(session, split);
  Observation seen = findObserved(split, samples);
  if (samples < kFewest || seen.places.empty())
    return Error::success();
  if (Error error = observe(session, split, samples, seen))
    return error;
  size_t fitted = samples * 4 / 5;
  center(seen.rows, fitted);
  mlir::func::FuncOp function = getModelFunction(*session.imported);
  const auto &chosen = split.system.constraints.privateInputs;
  for (unsigned i = 0; i != function.getNumArguments(); ++i) {
    std::string name = getInputName(function, i);
    auto type = cast<mlir::RankedTensorType>(function.getArgumentTypes()[i]);
    if (!type.getElementType().isF32() ||
        (!chosen.empty() && !is_contained(chosen, name)))
      continue;
    Matrix inputs(Eigen::Index(samples), Eigen::Index(type.getNumElements()));
    for (size_t sample = 0; sample != samples; ++sample)
      fillRow(inputs, sample, 0, session.calibration[sample][i]);
    center(inputs, fitted);
    split.reconstructions.push_back({name,
                                     reconstruct(inputs, seen.rows, fitted),
                                     fitted, samples - fitted});
  }
  return Error::success();
}
