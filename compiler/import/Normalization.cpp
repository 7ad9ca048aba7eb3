//===- Normalization.cpp - Batch normalization, softmax -------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Composer.h"
#include "OperatorTable.h"

#include <cmath>

using namespace mlir;
using namespace edgecc;
using namespace edgecc::importer;

//===----------------------------------------------------------------------===//
// BatchNormalization
//===----------------------------------------------------------------------===//

namespace {
/// y = x * scale + shift, per channel.
struct Affine {
  reference::Tensor scale, shift;
};
} // namespace

/// Scale, bias, mean and variance in one scale and one shift of shape
/// [C, 1, ...], as they broadcast to [N, C, spatial...].
static FailureOr<Affine> foldParameters(NodeImporter &node) {
  int64_t channels = node.rank(0) < 2 ? 1 : node.shape(0)[1];
  static constexpr StringLiteral names[] = {"scale", "B", "mean", "var"};
  SmallVector<reference::Tensor, 4> parameters;
  for (auto [index, name] : llvm::enumerate(names)) {
    if (node.shape(1 + index) != ArrayRef<int64_t>{channels})
      return node.error() << "operand '" << name << "' has shape "
                          << describeShape(node.shape(1 + index))
                          << ", but the input has " << channels << " channels";
    FailureOr<reference::Tensor> tensor = node.requireConstant(1 + index, name);
    if (failed(tensor) || failed(node.requireFinite(*tensor, "parameters")))
      return failure();
    parameters.push_back(std::move(*tensor));
  }
  SmallVector<int64_t> shape{channels};
  shape.append(std::max<int64_t>(node.rank(0) - 2, 0), 1);
  auto type = RankedTensorType::get(shape, node.builder.getF32Type());
  Affine affine{reference::Tensor(type), reference::Tensor(type)};
  double epsilon = node.getFloat("epsilon", 1e-5f);
  auto at = [&](unsigned which, int64_t channel) {
    return double(std::as_const(parameters[which]).getData<float>()[channel]);
  };
  auto scales = affine.scale.getData<float>();
  auto shifts = affine.shift.getData<float>();
  for (int64_t c = 0; c != channels; ++c) {
    double scale = at(0, c) / std::sqrt(at(3, c) + epsilon);
    scales[c] = float(scale);
    shifts[c] = float(at(1, c) - at(2, c) * scale);
  }
  if (failed(node.requireFinite(affine.scale, "folded parameters")) ||
      failed(node.requireFinite(affine.shift, "folded parameters")))
    return failure();
  return affine;
}

LogicalResult importer::importBatchNormalization(NodeImporter &node) {
  for (unsigned index = 0; index != 5; ++index)
    if (failed(node.requireFloat(index)))
      return failure();
  if (node.getInt("training_mode", 0) != 0)
    return importTrainingBatchNormalization(node);
  FailureOr<Affine> affine = foldParameters(node);
  if (failed(affine))
    return failure();
  FailureOr<Value> result =
      node.createMap({node.operand(0), node.createConstant(affine->scale),
                      node.createConstant(affine->shift)},
                     [](OpBuilder &builder, Location loc, ValueRange args) {
                       ScalarBuilder s(builder, loc);
                       return s.add(s.mul(args[0], args[1]), args[2]);
                     });
  return failed(result) ? failure() : node.setResult(*result);
}

//===----------------------------------------------------------------------===//
// Softmax, LogSoftmax
//===----------------------------------------------------------------------===//

using SoftmaxBuilder = function_ref<FailureOr<Value>(Value, int64_t)>;

/// Until opset 12, everything from the axis on is one long axis.
static LogicalResult importAlongAxis(NodeImporter &node, SoftmaxBuilder build) {
  if (failed(node.requireFloat(0)))
    return failure();
  int64_t rank = node.rank(0);
  bool flattens = node.opset < 13;
  FailureOr<int64_t> axis = node.normalizeAxis(
      node.getInt("axis", flattens ? 1 : -1), rank, /*allowEnd=*/flattens);
  if (failed(axis))
    return failure();
  FailureOr<Value> value = node.operand(0);
  if (!flattens || *axis == rank - 1) {
    value = build(*value, *axis);
    return failed(value) ? failure() : node.setResult(*value);
  }
  int64_t rows = 1, columns = 1;
  for (auto [index, size] : llvm::enumerate(node.shape(0)))
    (int64_t(index) < *axis ? rows : columns) *= size;
  if (failed(value = node.createReshape(*value, {rows, columns})) ||
      failed(value = build(*value, 1)) ||
      failed(value = node.createReshape(*value, node.shape(0))))
    return failure();
  return node.setResult(*value);
}

FailureOr<Value> importer::createSoftmax(NodeImporter &node, Value value,
                                         int64_t axis, bool log) {
  auto softmax = node.create<edge::SoftmaxOp>(value, axis, log);
  if (failed(softmax))
    return failure();
  return Value(*softmax);
}

LogicalResult importer::importSoftmax(NodeImporter &node) {
  return importAlongAxis(node, [&](Value value, int64_t axis) {
    return createSoftmax(node, value, axis, /*log=*/false);
  });
}

LogicalResult importer::importLogSoftmax(NodeImporter &node) {
  return importAlongAxis(node, [&](Value value, int64_t axis) {
    return createSoftmax(node, value, axis, /*log=*/true);
  });
}
