//===- Linear.cpp - Matrix products ---------------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OperatorTable.h"
#include "Permute.h"
#include "ScalarBuilder.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::importer;

static FailureOr<Value> scale(NodeImporter &node, Value value, float factor) {
  if (factor == 1.0f)
    return value;
  return node.createMap(value,
                        [&](OpBuilder &builder, Location loc, ValueRange args) {
                          ScalarBuilder s(builder, loc);
                          return s.mul(args[0], s.constant(factor, args[0]));
                        });
}

static FailureOr<Value> add(NodeImporter &node, Value lhs, Value rhs) {
  return node.createMap(
      {lhs, rhs}, [&](OpBuilder &builder, Location loc, ValueRange args) {
        return ScalarBuilder(builder, loc).add(args[0], args[1]);
      });
}

static void scaleInPlace(reference::Tensor &tensor, float factor) {
  if (factor != 1.0f)
    for (float &value : tensor.getData<float>())
      value *= factor;
}

/// The operand C of Gemm as the bias of a fully connected layer: beta * C, if
/// it is constant and the same for all rows.
static std::optional<reference::Tensor> getBias(NodeImporter &node,
                                                int64_t outputs, float beta) {
  auto type = RankedTensorType::get({outputs}, node.builder.getF32Type());
  reference::Tensor bias(type);
  if (!node.has(2))
    return bias;
  ArrayRef<int64_t> shape = node.shape(2);
  int64_t count = node.type(2).getNumElements();
  bool oneRow = shape.size() < 2 || shape[0] == 1;
  std::optional<reference::Tensor> c = node.constant(2);
  if (!c || !oneRow || (count != 1 && count != outputs))
    return std::nullopt;
  ArrayRef<float> values = std::as_const(*c).getData<float>();
  for (auto [index, value] : llvm::enumerate(bias.getData<float>()))
    value = beta * values[count == 1 ? 0 : index];
  return bias;
}

/// lhs times constant weights, plus bias.
static FailureOr<Value> createFullyConnected(NodeImporter &node, Value lhs,
                                             const reference::Tensor &weights,
                                             const reference::Tensor &bias) {
  if (failed(node.requireFinite(weights, "weights")) ||
      failed(node.requireFinite(bias, "biases")))
    return failure();
  auto product = node.create<edge::FullyConnectedOp>(
      lhs, node.createConstant(weights), node.createConstant(bias), FloatAttr(),
      FloatAttr());
  return failed(product) ? FailureOr<Value>(failure()) : Value(*product);
}

//===----------------------------------------------------------------------===//
// Gemm: alpha * A' * B' + beta * C
//===----------------------------------------------------------------------===//

static LogicalResult checkGemm(NodeImporter &node, bool transA, bool transB) {
  for (unsigned index = 0; index != node.getNumOperands(); ++index)
    if (node.has(index) && failed(node.requireFloat(index)))
      return failure();
  if (failed(node.requireRank(0, 2)) || failed(node.requireRank(1, 2)))
    return failure();
  ArrayRef<int64_t> a = node.shape(0), b = node.shape(1);
  int64_t rows = a[transA], columns = b[!transB];
  if (a[!transA] != b[transB] || a[!transA] == 0)
    return node.error() << "cannot multiply A of shape " << describeShape(a)
                        << (transA ? " (transposed)" : "") << " by B of shape "
                        << describeShape(b) << (transB ? " (transposed)" : "");
  if (!node.has(2))
    return success();
  ArrayRef<int64_t> c = node.shape(2);
  auto fits = [&](size_t fromEnd, int64_t size) {
    return c.size() < fromEnd || c[c.size() - fromEnd] == 1 ||
           c[c.size() - fromEnd] == size;
  };
  if (c.size() > 2 || !fits(1, columns) || !fits(2, rows))
    return node.error() << "C of shape " << describeShape(c)
                        << " does not broadcast to the product's shape "
                        << describeShape({rows, columns});
  return success();
}

LogicalResult importer::importGemm(NodeImporter &node) {
  bool transA = node.getInt("transA", 0) != 0;
  bool transB = node.getInt("transB", 0) != 0;
  float alpha = node.getFloat("alpha", 1.0f),
        beta = node.getFloat("beta", 1.0f);
  if (failed(checkGemm(node, transA, transB)))
    return failure();
  Value a = node.operand(0);
  if (transA)
    a = node.createTranspose(a, {1, 0});
  int64_t outputs = node.shape(1)[!transB];
  std::optional<reference::Tensor> weights = node.constant(1);
  std::optional<reference::Tensor> bias;
  FailureOr<Value> product;
  if (weights) {
    bias = getBias(node, outputs, beta);
    if (!transB)
      weights = permute(*weights, {1, 0});
    scaleInPlace(*weights, alpha);
    auto type = RankedTensorType::get({outputs}, node.builder.getF32Type());
    product = createFullyConnected(node, a, *weights,
                                   bias ? *bias : reference::Tensor(type));
  } else {
    Value b = node.operand(1);
    if (transB)
      b = node.createTranspose(b, {1, 0});
    auto matmul = node.create<edge::MatMulOp>(a, b);
    if (failed(matmul))
      return failure();
    product = scale(node, *matmul, alpha);
  }
  if (failed(product))
    return failure();
  if (!node.has(2) || (weights && bias))
    return node.setResult(*product);
  FailureOr<Value> c = scale(node, node.operand(2), beta);
  if (failed(c) || failed(product = add(node, *product, *c)))
    return failure();
  return node.setResult(*product);
}

//===----------------------------------------------------------------------===//
// MatMul
//===----------------------------------------------------------------------===//

/// A vector counts as one row on the left and as one column on the right; the
/// result lacks those axes.
LogicalResult importer::importMatMul(NodeImporter &node) {
  if (failed(node.requireFloat(0)) || failed(node.requireFloat(1)))
    return failure();
  bool rowVector = node.rank(0) == 1, columnVector = node.rank(1) == 1;
  if (node.rank(0) == 0 || node.rank(1) == 0 || node.shape(0).back() == 0 ||
      node.shape(0).back() !=
          (columnVector ? node.shape(1)[0] : node.shape(1)[node.rank(1) - 2]))
    return node.error() << "cannot multiply tensors of shape "
                        << describeShape(node.shape(0)) << " and "
                        << describeShape(node.shape(1));
  int64_t inner = node.shape(0).back();
  FailureOr<Value> lhs = node.operand(0), rhs = node.operand(1), product;
  if (rowVector)
    lhs = node.createReshape(*lhs, {1, inner});
  std::optional<reference::Tensor> weights;
  if (node.rank(1) == 2)
    weights = node.constant(1);
  if (weights) {
    auto type =
        RankedTensorType::get({node.shape(1)[1]}, node.builder.getF32Type());
    product = createFullyConnected(node, *lhs, permute(*weights, {1, 0}),
                                   reference::Tensor(type));
  } else {
    if (columnVector)
      rhs = node.createReshape(*rhs, {inner, 1});
    auto matmul = node.create<edge::MatMulOp>(*lhs, *rhs);
    product = failed(matmul) ? FailureOr<Value>(failure()) : Value(*matmul);
  }
  if (failed(product))
    return failure();
  SmallVector<int64_t> shape(typeOf(*product).getShape());
  if (columnVector)
    shape.pop_back();
  if (rowVector)
    shape.erase(shape.end() - (columnVector ? 1 : 2));
  if (failed(product = node.createReshape(*product, shape)))
    return failure();
  return node.setResult(*product);
}
