//===- Recurrent.cpp - RNN, GRU, LSTM -------------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OperatorTable.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::importer;
using edge::ActivationKind;
using edge::RecurrentDirection;

//===----------------------------------------------------------------------===//
// Activations
//===----------------------------------------------------------------------===//

namespace {
/// Which parameters a function has, and what they are unless given. A function
/// without a parameter takes none of the lists' values.
struct ActivationDefaults {
  std::optional<float> alpha, beta;
};

/// The activations of all directions, spelled out.
struct Activations {
  SmallVector<Attribute> names;
  SmallVector<float> alpha, beta;
};
} // namespace

static ActivationDefaults getDefaults(ActivationKind kind) {
  switch (kind) {
  case ActivationKind::Affine:
    return {1.0f, 0.0f};
  case ActivationKind::Elu:
  case ActivationKind::ThresholdedRelu:
    return {1.0f, {}};
  case ActivationKind::HardSigmoid:
    return {0.2f, 0.5f};
  case ActivationKind::LeakyRelu:
    return {0.01f, {}};
  case ActivationKind::ScaledTanh:
    return {1.0f, 1.0f};
  default:
    return {};
  }
}

/// Names are compared without regard to case, as ONNX Runtime does.
static std::optional<ActivationKind> findActivation(StringRef name) {
  for (unsigned i = 0; i <= edge::getMaxEnumValForActivationKind(); ++i)
    if (edge::stringifyActivationKind(ActivationKind(i))
            .equals_insensitive(name))
      return ActivationKind(i);
  return std::nullopt;
}

/// Takes the next value off a list, if the function has the parameter.
static float takeParameter(std::optional<float> otherwise,
                           ArrayRef<float> &given) {
  if (!otherwise || given.empty())
    return otherwise.value_or(0.0f);
  float value = given.front();
  given = given.drop_front();
  return value;
}

static FailureOr<Activations> readActivations(NodeImporter &node,
                                              ArrayRef<StringRef> defaults,
                                              int64_t directions) {
  SmallVector<std::string> names = node.getStrings("activations");
  if (names.empty())
    for (int64_t i = 0; i != directions; ++i)
      names.append(defaults.begin(), defaults.end());
  if (int64_t(names.size()) != directions * int64_t(defaults.size()))
    return node.error() << "has " << names.size() << " activations, needs "
                        << directions * int64_t(defaults.size());
  SmallVector<float> alphas = node.getFloats("activation_alpha");
  SmallVector<float> betas = node.getFloats("activation_beta");
  ArrayRef<float> alphasLeft = alphas, betasLeft = betas;
  Activations result;
  for (const std::string &name : names) {
    std::optional<ActivationKind> kind = findActivation(name);
    if (!kind) {
      (void)node.unsupported("activation '" + name + "' is not known");
      return failure();
    }
    ActivationDefaults parameters = getDefaults(*kind);
    result.names.push_back(
        node.builder.getStringAttr(edge::stringifyActivationKind(*kind)));
    result.alpha.push_back(takeParameter(parameters.alpha, alphasLeft));
    result.beta.push_back(takeParameter(parameters.beta, betasLeft));
  }
  return result;
}

//===----------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------===//

namespace {
/// What the three operators have in common. Operands are in the layout of
/// `layout = 0`; those that are left out and stand for zeros are there.
struct Layer {
  Value input, weights, recurrence, bias, initialH, initialC, lengths, peephole;
  RecurrentDirection direction;
  Activations activations;
  FloatAttr clip;
  SmallVector<int64_t> stateShape; // [D, B, H]
};
} // namespace

static std::optional<RecurrentDirection> parseDirection(StringRef name) {
  if (name == "forward")
    return RecurrentDirection::Forward;
  if (name == "reverse")
    return RecurrentDirection::Reverse;
  if (name == "bidirectional")
    return RecurrentDirection::Bidirectional;
  return std::nullopt;
}

static bool isBatchFirst(NodeImporter &node) {
  return node.getInt("layout", 0) != 0;
}

/// An initial state in the order [D, B, H]; zeros where it is left out.
static Value getState(NodeImporter &node, unsigned index, const Layer &layer) {
  if (!node.has(index))
    return node.createSplat(layer.stateShape, node.builder.getF32FloatAttr(0));
  if (isBatchFirst(node) && node.rank(index) == 3)
    return node.createTranspose(node.operand(index), {1, 0, 2});
  return node.operand(index);
}

/// Checks what could not even be counted with; the rest checks the operation.
static LogicalResult checkOperands(NodeImporter &node) {
  constexpr unsigned kLengths = 4;
  for (unsigned index = 0; index != node.getNumOperands(); ++index) {
    if (!node.has(index) && index < 3)
      return node.error() << "operand " << index << " is left out";
    if (node.has(index) && index != kLengths &&
        failed(node.requireFloat(index)))
      return failure();
  }
  for (unsigned index : {0, 1, 2})
    if (failed(node.requireRank(index, 3)))
      return failure();
  if (node.has(kLengths) &&
      !node.type(kLengths).getElementType().isSignlessInteger(32))
    return node.error() << "sequence_lens has to be of type int32, found "
                        << getTypeName(node.type(kLengths).getElementType());
  return success();
}

static LogicalResult readOperands(NodeImporter &node, int64_t gates,
                                  Layer &layer) {
  if (failed(checkOperands(node)))
    return failure();
  layer.input = node.operand(0);
  if (isBatchFirst(node))
    layer.input = node.createTranspose(layer.input, {1, 0, 2});
  layer.weights = node.operand(1);
  layer.recurrence = node.operand(2);
  int64_t directions =
      layer.direction == RecurrentDirection::Bidirectional ? 2 : 1;
  int64_t hidden = node.shape(2)[2];
  int64_t declared = node.getInt("hidden_size", hidden);
  if (declared != hidden)
    return node.error() << "hidden_size is " << declared
                        << ", but R has the shape "
                        << describeShape(node.shape(2));
  layer.stateShape = {directions, typeOf(layer.input).getDimSize(1), hidden};
  if (!countElements(layer.stateShape) || hidden > kMaxElements / 8)
    return node.error() << "its state would have the shape "
                        << describeShape(layer.stateShape);
  layer.bias = node.has(3) ? node.operand(3)
                           : node.createSplat({directions, 2 * gates * hidden},
                                              node.builder.getF32FloatAttr(0));
  if (node.has(4))
    layer.lengths = node.operand(4);
  layer.initialH = getState(node, 5, layer);
  return success();
}

static FailureOr<Layer> readLayer(NodeImporter &node, int64_t gates,
                                  ArrayRef<StringRef> defaults) {
  Layer layer;
  std::string direction = node.getString("direction", "forward");
  std::optional<RecurrentDirection> parsed = parseDirection(direction);
  if (!parsed)
    return node.error() << "direction '" << direction
                        << "' is not forward, reverse or bidirectional";
  layer.direction = *parsed;
  if (failed(readOperands(node, gates, layer)))
    return failure();
  FailureOr<Activations> activations =
      readActivations(node, defaults, layer.stateShape[0]);
  if (failed(activations))
    return failure();
  layer.activations = std::move(*activations);
  // Zero is the attribute's default in old exporters: no bound.
  if (float clip = node.getFloat("clip", 0.0f); clip != 0.0f) {
    if (!(clip > 0.0f))
      return node.error() << "clip is " << clip << ", which is no bound";
    layer.clip = node.builder.getF32FloatAttr(clip);
  }
  return layer;
}

//===----------------------------------------------------------------------===//
// Results
//===----------------------------------------------------------------------===//

/// The results in ONNX's order Y, Y_h, Y_c, in the node's layout.
static LogicalResult setResults(NodeImporter &node, Operation *op) {
  for (auto [index, result] : llvm::enumerate(op->getResults())) {
    Value value = result;
    if (index >= node.getNumResults())
      break;
    if (isBatchFirst(node) && index == 0)
      value = node.createTranspose(value, {2, 0, 1, 3});
    else if (isBatchFirst(node))
      value = node.createTranspose(value, {1, 0, 2});
    if (failed(node.setResult(index, value)))
      return failure();
  }
  return success();
}

template <typename OpT>
static LogicalResult finish(NodeImporter &node, FailureOr<OpT> op) {
  return failed(op) ? failure() : setResults(node, *op);
}

//===----------------------------------------------------------------------===//
// Handlers
//===----------------------------------------------------------------------===//

LogicalResult importer::importRNN(NodeImporter &node) {
  FailureOr<Layer> layer = readLayer(node, /*gates=*/1, {"Tanh"});
  if (failed(layer))
    return failure();
  const Activations &f = layer->activations;
  return finish(node, node.create<edge::RNNOp>(
                          layer->input, layer->weights, layer->recurrence,
                          layer->bias, layer->initialH, layer->lengths,
                          layer->direction, node.builder.getArrayAttr(f.names),
                          f.alpha, f.beta, layer->clip));
}

LogicalResult importer::importGRU(NodeImporter &node) {
  FailureOr<Layer> layer = readLayer(node, /*gates=*/3, {"Sigmoid", "Tanh"});
  if (failed(layer))
    return failure();
  const Activations &f = layer->activations;
  return finish(node, node.create<edge::GRUOp>(
                          layer->input, layer->weights, layer->recurrence,
                          layer->bias, layer->initialH, layer->lengths,
                          layer->direction, node.builder.getArrayAttr(f.names),
                          f.alpha, f.beta, layer->clip,
                          node.getInt("linear_before_reset", 0) != 0));
}

LogicalResult importer::importLSTM(NodeImporter &node) {
  FailureOr<Layer> layer =
      readLayer(node, /*gates=*/4, {"Sigmoid", "Tanh", "Tanh"});
  if (failed(layer))
    return failure();
  layer->initialC = getState(node, 6, *layer);
  if (node.has(7))
    layer->peephole = node.operand(7);
  const Activations &f = layer->activations;
  return finish(node, node.create<edge::LSTMOp>(
                          layer->input, layer->weights, layer->recurrence,
                          layer->bias, layer->initialH, layer->initialC,
                          layer->lengths, layer->peephole, layer->direction,
                          node.builder.getArrayAttr(f.names), f.alpha, f.beta,
                          layer->clip, node.getInt("input_forget", 0) != 0));
}
