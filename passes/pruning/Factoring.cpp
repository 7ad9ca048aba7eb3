//===- Factoring.cpp - Two thin layers in place of one --------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BatchExecution.h"
#include "Channels.h"
#include "LowRankFit.h"

#include "../quantization/LayerMoments.h"

#include "edgecc/Pruning/FactorLayers.h"

#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::pruning;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using quantization::RowMatrix;
using reference::Tensor;

namespace {
/// Rewrites the layers of a function, one by one.
class Factoring {
public:
  Factoring(func::FuncOp func, const RankChoice &choice)
      : func(func), builder(func.getContext()) {
    auto all = findFactorableLayers(func);
    for (auto [number, rank] : choice)
      if (rank > 0 && rank <= all[number].getMostRank()) {
        layers[all[number].op] = all[number];
        ranks[all[number].op] = rank;
      }
  }

  LogicalResult run(ArrayRef<std::vector<Tensor>> samples);
  std::vector<FactoredLayer> takeReport() { return std::move(report); }

private:
  void visit(const FactorableLayer &layer);
  LogicalResult step(Operation *op);
  void factorConnected(const FactorableLayer &layer);
  void factorRecurrent(const FactorableLayer &layer);
  void factorTable(const FactorableLayer &layer);
  std::optional<Factors> factor(const FactorableLayer &layer,
                                const RowMatrix &weights, const VectorXd &bias);
  int64_t chooseRank(const FactorableLayer &layer,
                     const Directions &directions);
  Value createConstant(Location loc, ArrayRef<int64_t> shape,
                       const RowMatrix &values);
  Value createConnected(const FactorableLayer &layer, Value input,
                        const MatrixXd &weights, const VectorXd &bias);
  void replace(Operation *before, Operation *first, Operation *second);

  func::FuncOp func;
  OpBuilder builder;
  DenseMap<Operation *, FactorableLayer> layers;
  DenseMap<Operation *, int64_t> ranks;
  /// Before and after; values have the names that they had before.
  std::optional<BatchExecution> exact, thin;
  struct Replaced {
    Operation *before;
    /// Whose results are those of the operation before.
    Operation *first, *second;
  };
  /// Erased when all has been executed.
  SmallVector<Replaced> replaced;
  std::vector<FactoredLayer> report;
};
} // namespace

//===----------------------------------------------------------------------===//
// Which layers
//===----------------------------------------------------------------------===//

int64_t FactorableLayer::getMostRank() const {
  return std::max<int64_t>(0, (rows * columns - 1) / (rows + columns));
}

/// What varies and is multiplied with the weights; for a table, what it is
/// asked for.
static Value getInput(Operation *op) {
  if (auto gather = dyn_cast<edge::GatherOp>(op))
    return gather.getIndices();
  if (auto recurrent = dyn_cast<edge::RecurrentOpInterface>(op))
    return recurrent.getInput();
  return op->getOperand(0);
}

/// The constant, if the operation is of a kind that can be factored.
static Value getWeights(Operation *op) {
  if (auto connected = dyn_cast<edge::FullyConnectedOp>(op))
    return isWeightedLayer(op) ? connected.getWeights() : Value();
  if (auto recurrent = dyn_cast<edge::RecurrentOpInterface>(op))
    return edge::getConstantTensor(recurrent.getBias()) ? recurrent.getWeights()
                                                        : Value();
  auto gather = dyn_cast<edge::GatherOp>(op);
  bool isTable =
      gather && gather.getAxis() == 0 &&
      cast<ShapedType>(gather.getInput().getType()).getRank() == 2 &&
      getElementTypeOrSelf(gather.getIndices().getType()).isInteger(64);
  return isTable ? gather.getInput() : Value();
}

SmallVector<FactorableLayer> pruning::findFactorableLayers(func::FuncOp func) {
  SmallVector<FactorableLayer> layers;
  for (Operation *op : getSteps(func)) {
    Value weights = getWeights(op);
    if (!weights || !isFloat(weights.getType()) ||
        !weights.getDefiningOp<edge::ConstantOp>() ||
        getInput(op).getDefiningOp<edge::ConstantOp>())
      continue;
    auto type = cast<RankedTensorType>(weights.getType());
    int64_t columns = type.getShape().back();
    if (type.getNumElements() > 0 && columns <= quantization::kMaxGramDepth)
      layers.push_back({op, edge::getLayerName(op),
                        type.getNumElements() / columns, columns});
  }
  return layers;
}

//===----------------------------------------------------------------------===//
// Fits
//===----------------------------------------------------------------------===//

/// The rank that was asked for, or less if there is nothing more; 0 if there is
/// nothing to be known.
int64_t Factoring::chooseRank(const FactorableLayer &layer,
                              const Directions &directions) {
  if (directions.isEmpty())
    return 0;
  int64_t rank =
      std::clamp<int64_t>(directions.count(), 1, ranks.lookup(layer.op));
  report.push_back({layer.name, rank, layer.rows, layer.columns, 0, 0,
                    directions.getEnergy(rank)});
  return rank;
}

/// Of a layer that multiplies its input with `weights`.
std::optional<Factors> Factoring::factor(const FactorableLayer &layer,
                                         const RowMatrix &weights,
                                         const VectorXd &bias) {
  Value input = getInput(layer.op);
  LowRankFit fit(weights.cast<double>(), bias, *exact->find(input),
                 *thin->find(input));
  int64_t rank = chooseRank(layer, fit.getDirections());
  if (rank == 0)
    return std::nullopt;
  return fit.solve(rank);
}

//===----------------------------------------------------------------------===//
// Rewriting
//===----------------------------------------------------------------------===//

static RowMatrix getMatrix(const Tensor &tensor) {
  int64_t columns = tensor.getShape().back();
  return Eigen::Map<const RowMatrix>(
      tensor.getData<float>().data(),
      tensor.getNumElements() / std::max<int64_t>(1, columns), columns);
}

Value Factoring::createConstant(Location loc, ArrayRef<int64_t> shape,
                                const RowMatrix &values) {
  Tensor tensor(RankedTensorType::get(shape, builder.getF32Type()));
  std::copy_n(values.data(), values.size(), tensor.getData<float>().data());
  return pruning::createConstant(builder, loc, tensor);
}

/// A fully connected layer beside the one that is factored.
Value Factoring::createConnected(const FactorableLayer &layer, Value input,
                                 const MatrixXd &weights,
                                 const VectorXd &bias) {
  Location loc = NameLoc::get(builder.getStringAttr(layer.name + "/factor"),
                              layer.op->getLoc());
  SmallVector<int64_t> shape(
      cast<RankedTensorType>(input.getType()).getShape());
  shape.back() = weights.rows();
  Value rows = createConstant(loc, {weights.rows(), weights.cols()},
                              weights.cast<float>());
  Value sums = createConstant(loc, {bias.size()}, bias.cast<float>());
  return builder.create<edge::FullyConnectedOp>(
      loc, RankedTensorType::get(shape, builder.getF32Type()), input, rows,
      sums, FloatAttr(), FloatAttr());
}

void Factoring::replace(Operation *before, Operation *first,
                        Operation *second) {
  auto countMacs = [](Operation *op) {
    auto counted = dyn_cast<edge::MacCountOpInterface>(op);
    return counted ? counted.getMacCount() : 0;
  };
  replaced.push_back({before, first, second});
  report.back().macsBefore = countMacs(before);
  report.back().macsAfter = countMacs(first) + countMacs(second);
}

void Factoring::factorConnected(const FactorableLayer &layer) {
  auto op = cast<edge::FullyConnectedOp>(layer.op);
  RowMatrix bias = getMatrix(*edge::getConstantTensor(op.getBias()));
  std::optional<Factors> factors =
      factor(layer, getMatrix(*edge::getConstantTensor(op.getWeights())),
             bias.transpose().cast<double>());
  if (!factors)
    return;
  Location loc = op.getLoc();
  Value inner =
      createConnected(layer, op.getInput(), factors->first, factors->shift);
  Value second = createConstant(loc, {layer.rows, factors->second.cols()},
                                factors->second.cast<float>());
  Value sums = createConstant(loc, {layer.rows}, factors->bias.cast<float>());
  Operation *wide = builder.clone(*op);
  wide->setOperands({inner, second, sums});
  replace(op, inner.getDefiningOp(), wide);
}

/// The biases of the input come first; the directions share the input.
void Factoring::factorRecurrent(const FactorableLayer &layer) {
  auto op = cast<edge::RecurrentOpInterface>(layer.op);
  Tensor weights = *edge::getConstantTensor(op.getWeights());
  Tensor bias = *edge::getConstantTensor(op.getBias());
  std::optional<Factors> factors =
      factor(layer, getMatrix(weights), VectorXd::Zero(layer.rows));
  if (!factors)
    return;
  int64_t directions = weights.getDim(0), rows = weights.getDim(1);
  MutableArrayRef<float> biases = bias.getData<float>();
  for (int64_t i = 0; i != directions * rows; ++i)
    biases[size_t(i / rows * 2 * rows + i % rows)] += float(factors->bias[i]);
  Location loc = op.getLoc();
  Value inner =
      createConnected(layer, op.getInput(), factors->first, factors->shift);
  IRMapping mapping;
  mapping.map(op.getInput(), inner);
  mapping.map(op.getWeights(),
              createConstant(loc, {directions, rows, factors->second.cols()},
                             factors->second.cast<float>()));
  mapping.map(op.getBias(), pruning::createConstant(builder, loc, bias));
  replace(op, inner.getDefiningOp(),
          builder.clone(*op.getOperation(), mapping));
}

/// Rows minus their mean, weighted with how often samples ask for them, along
/// the directions in which they vary most.
void Factoring::factorTable(const FactorableLayer &layer) {
  auto op = cast<edge::GatherOp>(layer.op);
  MatrixXd table =
      getMatrix(*edge::getConstantTensor(op.getInput())).cast<double>();
  // Rows that no sample has asked for count, too.
  VectorXd counts = VectorXd::Ones(table.rows());
  for (const Tensor &sample : *exact->find(op.getIndices()))
    for (int64_t index : sample.getData<int64_t>())
      ++counts[index < 0 ? index + table.rows() : index];
  counts /= counts.sum();
  VectorXd mean = table.transpose() * counts;
  table.rowwise() -= mean.transpose();
  Directions directions =
      Directions::find(table.transpose() * counts.asDiagonal() * table);
  int64_t rank = chooseRank(layer, directions);
  if (rank == 0)
    return;
  MatrixXd vectors = directions.vectors.leftCols(rank);
  VectorXd scales = directions.getScales(rank);
  MatrixXd shorter = table * vectors * scales.asDiagonal();
  auto gather = cast<edge::GatherOp>(builder.clone(*op));
  builder.setInsertionPoint(gather);
  gather.getInputMutable().set(
      createConstant(op.getLoc(), {layer.rows, rank}, shorter.cast<float>()));
  builder.setInsertionPointAfter(gather);
  SmallVector<int64_t> shape(op.getType().getShape());
  shape.back() = rank;
  gather.getResult().setType(
      RankedTensorType::get(shape, builder.getF32Type()));
  Value wide =
      createConnected(layer, gather.getResult(),
                      vectors * scales.cwiseInverse().asDiagonal(), mean);
  replace(op, gather, wide.getDefiningOp());
}

//===----------------------------------------------------------------------===//
// All of it
//===----------------------------------------------------------------------===//

void Factoring::visit(const FactorableLayer &layer) {
  builder.setInsertionPoint(layer.op);
  if (isa<edge::GatherOp>(layer.op))
    factorTable(layer);
  else if (isa<edge::RecurrentOpInterface>(layer.op))
    factorRecurrent(layer);
  else
    factorConnected(layer);
}

/// Factors an operation, if it is one of those, and executes it on both sides.
LogicalResult Factoring::step(Operation *op) {
  size_t before = replaced.size();
  if (auto layer = layers.find(op); layer != layers.end())
    visit(layer->second);
  if (failed(exact->run(op)))
    return failure();
  exact->release(op);
  if (replaced.size() == before) {
    if (failed(thin->run(op)))
      return failure();
  } else {
    auto [old, first, second] = replaced.back();
    if (failed(thin->run(first)) || failed(thin->run(second)))
      return failure();
    for (Value inner : first->getResults())
      thin->take(inner);
    std::vector<Column> results;
    for (Value result : second->getResults())
      results.push_back(thin->take(result));
    thin->set(old, std::move(results));
  }
  thin->release(op);
  return success();
}

LogicalResult Factoring::run(ArrayRef<std::vector<Tensor>> samples) {
  auto chosen = chooseSamples(func, samples, SIZE_MAX, size_t(384) << 20);
  exact.emplace(func, chosen);
  thin.emplace(func, chosen);
  for (Operation *op : getSteps(func))
    if (failed(step(op)))
      return failure();
  for (auto [before, first, second] : replaced) {
    before->replaceAllUsesWith(second);
    before->erase();
  }
  for (Operation &op :
       llvm::make_early_inc_range(llvm::reverse(func.getBody().front())))
    if (isa<edge::ConstantOp>(op) && op.use_empty())
      op.erase();
  return success();
}

FailureOr<std::vector<FactoredLayer>>
pruning::factorLayers(func::FuncOp func, SampleList samples,
                      const RankChoice &ranks) {
  Factoring factoring(func, ranks);
  if (failed(factoring.run(samples)))
    return failure();
  return factoring.takeReport();
}
