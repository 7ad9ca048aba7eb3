//===- Constants.cpp - Constants and what passes through ------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OperatorTable.h"

#include <cmath>

using namespace mlir;
using namespace edgecc;
using namespace edgecc::importer;

/// A longer Range is no shape arithmetic, but a damaged model.
static constexpr int64_t kMaxRange = int64_t(1) << 24;

//===----------------------------------------------------------------------===//
// Constant
//===----------------------------------------------------------------------===//

template <typename T, typename Field>
static reference::Tensor makeList(Type elementType, const Field &values) {
  reference::Tensor tensor(
      RankedTensorType::get(int64_t(values.size()), elementType));
  llvm::copy(values, tensor.getData<T>().begin());
  return tensor;
}

LogicalResult importer::importConstant(NodeImporter &node) {
  Type f32 = node.builder.getF32Type(), i64 = node.builder.getI64Type();
  reference::Tensor tensor;
  if (const auto *value = node.attribute("value")) {
    FailureOr<reference::Tensor> read = node.readTensorAttribute(*value);
    if (failed(read))
      return failure();
    tensor = std::move(*read);
  } else if (const auto *value = node.attribute("value_float")) {
    tensor = reference::Tensor(RankedTensorType::get({}, f32));
    tensor.getData<float>().front() = value->f();
  } else if (const auto *value = node.attribute("value_int")) {
    tensor = reference::Tensor(RankedTensorType::get({}, i64));
    tensor.getData<int64_t>().front() = value->i();
  } else if (const auto *value = node.attribute("value_floats")) {
    tensor = makeList<float>(f32, value->floats());
  } else if (const auto *value = node.attribute("value_ints")) {
    tensor = makeList<int64_t>(i64, value->ints());
  } else {
    return node.error() << "has no value";
  }
  return node.setResult(node.createConstant(tensor));
}

/// The one element of a tensor as an attribute.
static TypedAttr getElement(Builder &builder, const reference::Tensor &tensor) {
  Type type = tensor.getElementType();
  if (type.isF32())
    return builder.getFloatAttr(type, tensor.getData<float>().front());
  if (type.isInteger(64))
    return builder.getIntegerAttr(type, tensor.getData<int64_t>().front());
  if (type.isInteger(32))
    return builder.getIntegerAttr(type, tensor.getData<int32_t>().front());
  if (type.isInteger(1))
    return builder.getBoolAttr(tensor.getData<int8_t>().front() != 0);
  APInt value(8, uint8_t(tensor.getData<int8_t>().front()));
  return builder.getIntegerAttr(type, value);
}

LogicalResult importer::importConstantOfShape(NodeImporter &node) {
  FailureOr<SmallVector<int64_t>> shape = node.requireInts(0, "input");
  if (failed(shape))
    return failure();
  if (!countElements(*shape))
    return node.error() << "cannot make a tensor of shape "
                        << describeShape(*shape)
                        << ": sizes must not be negative, with at most 2^31 "
                           "elements";
  TypedAttr element = node.builder.getF32FloatAttr(0.0f);
  if (const auto *value = node.attribute("value")) {
    FailureOr<reference::Tensor> tensor = node.readTensorAttribute(*value);
    if (failed(tensor))
      return failure();
    if (tensor->getNumElements() != 1)
      return node.error() << "attribute 'value' has to be one number, found "
                             "shape "
                          << describeShape(tensor->getShape());
    element = getElement(node.builder, *tensor);
  }
  return node.setResult(node.createSplat(*shape, element));
}

//===----------------------------------------------------------------------===//
// Shape, Size
//===----------------------------------------------------------------------===//

/// Bounds outside of the shape are cut to it.
static int64_t clampAxis(int64_t axis, int64_t rank) {
  if (axis < 0)
    axis += rank;
  return std::clamp<int64_t>(axis, 0, rank);
}

LogicalResult importer::importShape(NodeImporter &node) {
  int64_t rank = node.rank(0);
  int64_t start = clampAxis(node.getInt("start", 0), rank);
  int64_t end = clampAxis(node.getInt("end", rank), rank);
  return node.setResult(node.createInts(
      node.shape(0).slice(start, std::max<int64_t>(end - start, 0))));
}

LogicalResult importer::importSize(NodeImporter &node) {
  reference::Tensor size(RankedTensorType::get({}, node.builder.getI64Type()));
  size.getData<int64_t>().front() = node.type(0).getNumElements();
  return node.setResult(node.createConstant(size));
}

//===----------------------------------------------------------------------===//
// Range
//===----------------------------------------------------------------------===//

template <typename T>
static reference::Tensor makeRange(Type type, int64_t count, T start, T step) {
  reference::Tensor tensor(RankedTensorType::get({count}, type));
  for (auto [index, value] : llvm::enumerate(tensor.getData<T>()))
    value = start + T(index) * step;
  return tensor;
}

LogicalResult importer::importRange(NodeImporter &node) {
  FailureOr<double> start, limit, step;
  if (failed(start = node.requireScalar(0, "start")) ||
      failed(limit = node.requireScalar(1, "limit")) ||
      failed(step = node.requireScalar(2, "delta")))
    return failure();
  Type type = node.type(0).getElementType();
  for (unsigned index : {1, 2})
    if (node.type(index).getElementType() != type)
      return node.error() << "start, limit and delta differ in type";
  double count = std::max(std::ceil((*limit - *start) / *step), 0.0);
  // Also where the step is zero: the quotient is infinite or no number.
  if (!(count <= double(kMaxRange)))
    return node.error() << "a range from " << *start << " to " << *limit
                        << " in steps of " << *step << " has more than "
                        << kMaxRange << " elements";
  if (type.isF32())
    return node.setResult(node.createConstant(
        makeRange<float>(type, int64_t(count), float(*start), float(*step))));
  if (type.isSignlessInteger(64))
    return node.setResult(node.createConstant(makeRange<int64_t>(
        type, int64_t(count), int64_t(*start), int64_t(*step))));
  if (type.isSignlessInteger(32))
    return node.setResult(node.createConstant(makeRange<int32_t>(
        type, int64_t(count), int32_t(*start), int32_t(*step))));
  return node.unsupported("elements of type " + getTypeName(type) +
                          "; supported are float, int64, int32");
}

//===----------------------------------------------------------------------===//
// Identity, Dropout
//===----------------------------------------------------------------------===//

LogicalResult importer::importIdentity(NodeImporter &node) {
  return node.setResult(node.operand(0));
}

/// Nothing is dropped at inference, or with a ratio of 0: the mask is true
/// everywhere.
LogicalResult importer::importDropout(NodeImporter &node) {
  if (node.has(2)) {
    FailureOr<double> training = node.requireScalar(2, "training_mode");
    if (failed(training))
      return failure();
    FailureOr<double> ratio = 0.5;
    if (*training != 0 && node.has(1))
      ratio = node.requireScalar(1, "ratio");
    if (failed(ratio))
      return failure();
    if (*training != 0 && *ratio != 0)
      return node.unsupported("training_mode is true, supported is inference; "
                              "export the model in evaluation mode");
  }
  if (node.getNumResults() > 1 &&
      failed(node.setResult(
          1, node.createSplat(node.shape(0), node.builder.getBoolAttr(true)))))
    return failure();
  return node.setResult(node.operand(0));
}
