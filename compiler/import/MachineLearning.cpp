//===- MachineLearning.cpp - Scaler, LinearClassifier, ... ----------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Operators of the domain ai.onnx.ml on tensors of numbers, as exporters of
// scikit-learn use them before, in and after linear models and perceptrons.
// Their inputs are rows of features, or one row without an axis for rows.
//
//===----------------------------------------------------------------------===//

#include "Composer.h"
#include "OperatorTable.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::importer;

/// Features as floats.
static Value readFeatures(NodeImporter &node, Composer &c) {
  return c.cast(node.operand(0), node.builder.getF32Type());
}

/// The same as a matrix of [rows, features].
static Value readRows(NodeImporter &node, Composer &c) {
  Value features = readFeatures(node, c);
  if (!features || c.rank(features) == 2)
    return features;
  if (c.rank(features) == 1)
    return c.unsqueeze(features, 0);
  (void)node.requireRank(0, 2);
  return {};
}

//===----------------------------------------------------------------------===//
// Features
//===----------------------------------------------------------------------===//

static LogicalResult importArrayFeatureExtractor(NodeImporter &node) {
  int64_t rank = node.rank(0);
  if (rank == 0)
    return node.error() << "its first operand has no axis to take from";
  Composer c(node);
  Value indices = node.operand(1);
  Value taken = c.gather(node.operand(0),
                         c.reshape(indices, {c.type(indices).getNumElements()}),
                         rank - 1);
  return c.finish(rank == 1 ? c.unsqueeze(taken, 0) : taken);
}

static LogicalResult importBinarizer(NodeImporter &node) {
  Composer c(node);
  double threshold = node.getFloat("threshold", 0);
  return c.finish(c.map(node.operand(0), [&](ScalarBuilder &s, ValueRange v) {
    Value isAbove = s.less(s.constant(threshold, v[0]), v[0]);
    return s.select(isAbove, s.constant(1, v[0]), s.constant(0, v[0]));
  }));
}

static LogicalResult importNormalizer(NodeImporter &node) {
  std::string norm = node.getString("norm", "MAX");
  if (norm != "MAX" && norm != "L1" && norm != "L2")
    return node.error() << "attribute 'norm' is '" << norm
                        << "'; it has to be MAX, L1 or L2";
  Composer c(node);
  Value x = readFeatures(node, c);
  int64_t axis = node.rank(0) - 1;
  Value size = c.map(x, [&](ScalarBuilder &s, ValueRange v) {
    return norm == "L2" ? s.mul(v[0], v[0]) : s.abs(v[0]);
  });
  size = norm == "MAX" ? c.reduce(size, edge::ReduceKind::Max, {axis})
                       : c.sum(size, {axis});
  if (norm == "L2")
    size = c.sqrt(size);
  return c.finish(c.map({x, size}, [](ScalarBuilder &s, ValueRange v) {
    Value zero = s.constant(0, v[1]);
    return s.select(s.equal(v[1], zero), zero, s.div(v[0], v[1]));
  }));
}

static LogicalResult importScaler(NodeImporter &node) {
  Composer c(node);
  int64_t features = node.rank(0) ? node.shape(0).back() : 1;
  auto read = [&](StringRef name, float otherwise) -> Value {
    SmallVector<float> values = node.getFloats(name);
    if (values.empty())
      values.push_back(otherwise);
    if (values.size() == 1 || int64_t(values.size()) == features)
      return c.floats({int64_t(values.size())}, values);
    node.error() << "attribute '" << name << "' has " << values.size()
                 << " values for " << features << " features";
    return {};
  };
  Value offset = read("offset", 0), scale = read("scale", 1);
  return c.finish(c.mul(c.sub(readFeatures(node, c), offset), scale));
}

//===----------------------------------------------------------------------===//
// Linear models
//===----------------------------------------------------------------------===//

/// rows * coefficients^T + intercepts; `outputs` is the number of columns.
static Value createScores(NodeImporter &node, Composer &c, int64_t outputs) {
  Value rows = readRows(node, c);
  if (!rows)
    return {};
  SmallVector<float> weights = node.getFloats("coefficients");
  SmallVector<float> bias = node.getFloats("intercepts");
  if (outputs < 1 || int64_t(weights.size()) != outputs * c.size(rows, 1) ||
      (!bias.empty() && int64_t(bias.size()) != outputs)) {
    node.error() << "attribute 'coefficients' has " << weights.size()
                 << " values and 'intercepts' " << bias.size() << ", for "
                 << outputs << " outputs of " << c.size(rows, 1) << " features";
    return {};
  }
  Value matrix = c.floats({outputs, c.size(rows, 1)}, weights);
  Value scores = c.matmul(rows, c.transpose(matrix, {1, 0}));
  return bias.empty() ? scores : c.add(scores, c.floats({outputs}, bias));
}

static Value transformScores(NodeImporter &node, Composer &c, Value scores) {
  std::string transform = node.getString("post_transform", "NONE");
  if (!scores || transform == "NONE")
    return scores;
  if (transform == "SOFTMAX")
    return c.softmax(scores, 1);
  if (transform == "LOGISTIC")
    return c.map(
        scores, [](ScalarBuilder &s, ValueRange v) { return s.sigmoid(v[0]); });
  (void)node.unsupported("attribute 'post_transform' is '" + transform +
                         "', supported are 'NONE', 'SOFTMAX' and 'LOGISTIC'");
  return {};
}

static LogicalResult importLinearRegressor(NodeImporter &node) {
  Composer c(node);
  Value scores = createScores(node, c, node.getInt("targets", 1));
  return c.finish(transformScores(node, c, scores));
}

static LogicalResult importLinearClassifier(NodeImporter &node) {
  if (node.hasAttribute("classlabels_strings"))
    return node.unsupported("classes with texts as names; train with the "
                            "numbers 0, 1, 2, ... as classes");
  auto labels = node.getInts("classlabels_ints");
  if (!labels || labels->empty())
    return node.error() << "attribute 'classlabels_ints' is missing";
  Composer c(node);
  int64_t classes = int64_t(labels->size());
  if (classes == 2 && node.getFloats("intercepts").size() == 1)
    return node.unsupported("two classes with one score; supported is a score "
                            "for each class");
  Value scores = createScores(node, c, classes);
  if (!scores)
    return failure();
  Value best = c.topK(scores, 1, 1, /*largest=*/true);
  Value label = c.gather(c.ints({classes}, *labels),
                         c.reshape(best, {c.size(scores, 0)}), 0);
  Value result = transformScores(node, c, scores);
  return success(succeeded(c.finish(0, label)) &&
                 (node.getNumResults() < 2 || succeeded(c.finish(1, result))));
}

//===----------------------------------------------------------------------===//
// What is not there
//===----------------------------------------------------------------------===//

StringRef importer::explainMissing(StringRef name) {
  if (name == "ZipMap")
    return "it makes maps of tensors; export the model without it, with "
           "skl2onnx by options={'zipmap': False}";
  if (name.starts_with("TreeEnsemble"))
    return "decision trees are not supported; linear models and neural "
           "networks are";
  if (name.starts_with("SVM"))
    return "support vector machines with kernels are not supported; linear "
           "ones (LinearSVC) and neural networks are";
  return "";
}

//===----------------------------------------------------------------------===//
// The table
//===----------------------------------------------------------------------===//

SmallVector<Operator> importer::getMachineLearningOperators() {
  // clang-format off
  return {
    {"ArrayFeatureExtractor", 7, 2, 2, "", importArrayFeatureExtractor, "", kMlDomain},
    {"Binarizer", 7, 1, 1, "threshold:float", importBinarizer, "", kMlDomain},
    {"LinearClassifier", 7, 1, 1,
     "classlabels_ints:ints classlabels_strings:strings coefficients:floats intercepts:floats multi_class:ignored post_transform:string",
     importLinearClassifier, "integers as classes", kMlDomain},
    {"LinearRegressor", 7, 1, 1,
     "coefficients:floats intercepts:floats post_transform:string targets:int",
     importLinearRegressor, "", kMlDomain},
    {"Normalizer", 7, 1, 1, "norm:string", importNormalizer, "", kMlDomain},
    {"Scaler", 7, 1, 1, "offset:floats scale:floats", importScaler, "", kMlDomain},
  };
  // clang-format on
}
