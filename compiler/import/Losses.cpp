//===- Losses.cpp - NegativeLogLikelihoodLoss, SoftmaxCrossEntropyLoss ---===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Composer.h"
#include "OperatorTable.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::importer;

/// The loss of log-probabilities [N, C, ...] for the classes in operand 1,
/// [N, ...], with weights per class as operand 2.
static FailureOr<Value> createLoss(NodeImporter &node, Value logProbabilities) {
  ArrayRef<int64_t> shape = node.shape(0), target = node.shape(1);
  SmallVector<int64_t> expected(shape);
  if (shape.size() >= 2)
    expected.erase(expected.begin() + 1);
  if (shape.size() < 2 || target != ArrayRef(expected) ||
      (node.has(2) && node.shape(2) != ArrayRef<int64_t>{shape[1]}))
    return node.error() << "scores of shape " << describeShape(shape)
                        << " and classes of shape " << describeShape(target)
                        << " do not fit, or the weights do not";
  Composer c(node);
  int64_t rank = shape.size(), classes = shape[1];
  Value chosen = c.cast(node.operand(1), node.builder.getI64Type());
  chosen = c.unsqueeze(chosen, 1);
  Value isChosen = c.equal(chosen, c.iota(classes, rank, 1));
  Value zero = c.splat({}, node.builder.getF32Type(), 0);
  Value weights = c.splat({}, node.builder.getF32Type(), 1);
  if (node.has(2)) {
    SmallVector<int64_t> perClass(rank, 1);
    perClass[1] = classes;
    weights = c.sum(
        c.select(isChosen, c.reshape(node.operand(2), perClass), zero), {1});
  } else {
    expected.insert(expected.begin() + 1, 1);
    weights = c.expand(weights, expected);
  }
  if (node.hasAttribute("ignore_index")) {
    int64_t ignored = node.getInt("ignore_index", 0);
    weights = c.map({chosen, weights}, [&](ScalarBuilder &s, ValueRange v) {
      Value isIgnored = s.equal(v[0], s.constant(double(ignored), v[0]));
      return s.select(isIgnored, s.constant(0, v[1]), v[1]);
    });
  }
  Value picked = c.sum(c.select(isChosen, logProbabilities, zero), {1});
  Value loss = c.map({picked, weights}, [](ScalarBuilder &s, ValueRange v) {
    return s.neg(s.mul(v[0], v[1]));
  });
  std::string reduction = node.getString("reduction", "mean");
  if (reduction != "none" && reduction != "sum" && reduction != "mean")
    return node.error() << "attribute 'reduction' is '" << reduction
                        << "'; it has to be none, sum or mean";
  if (reduction == "none") {
    loss = c.reshape(loss, target);
  } else {
    auto all = llvm::to_vector(llvm::seq<int64_t>(0, rank));
    loss = c.sum(loss, all);
    if (reduction == "mean")
      loss = c.div(loss, c.sum(weights, all));
    loss = c.reshape(loss, {});
  }
  if (!loss)
    return failure();
  return loss;
}

LogicalResult importer::importNegativeLogLikelihoodLoss(NodeImporter &node) {
  if (failed(node.requireFloat(0)))
    return failure();
  FailureOr<Value> loss = createLoss(node, node.operand(0));
  return failed(loss) ? failure() : node.setResult(*loss);
}

LogicalResult importer::importSoftmaxCrossEntropyLoss(NodeImporter &node) {
  if (failed(node.requireFloat(0)))
    return failure();
  if (node.rank(0) < 2)
    return node.error() << "needs scores [N, C, ...], found shape "
                        << describeShape(node.shape(0));
  FailureOr<Value> logarithm =
      createSoftmax(node, node.operand(0), 1, /*log=*/true);
  if (failed(logarithm))
    return failure();
  FailureOr<Value> loss = createLoss(node, *logarithm);
  if (failed(loss) || failed(node.setResult(0, *loss)))
    return failure();
  return node.setResult(1, *logarithm);
}
