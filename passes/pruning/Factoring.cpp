//===- Factoring.cpp - Two thin layers in place of one --------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BatchExecution.h"
#include "Channels.h"

#include "../quantization/LayerMoments.h"

#include "edgecc/Pruning/FactorLayers.h"

#include "mlir/IR/IRMapping.h"
#include "llvm/Support/MathExtras.h"

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>

using namespace mlir;
using namespace edgecc;
using namespace edgecc::pruning;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using quantization::GroupMoments;
using quantization::MomentSums;
using quantization::RowMatrix;
using reference::Tensor;

namespace {
/// The directions in which a layer's results vary: orthonormal columns, with
/// what each has of the variance, the most first.
struct Directions {
  MatrixXd vectors;
  VectorXd variances;

  bool isEmpty() const { return variances.size() == 0; }
};

/// weights x ~ second (first x + shift), with as many rows in `first` as the
/// rank; where x is at its mean, both sides are the same with `offset` added to
/// the right one.
struct Factors {
  MatrixXd first, second;
  VectorXd shift, offset;
};

/// Rewrites the layers of a function, one by one.
class Factoring {
public:
  Factoring(func::FuncOp func, const FactorOptions &options)
      : func(func), options(options), builder(func.getContext()) {
    for (FactorableLayer &layer : findFactorableLayers(func))
      layers[layer.op] = layer;
  }

  LogicalResult run(ArrayRef<std::vector<Tensor>> samples);
  std::vector<FactoredLayer> takeReport() { return std::move(report); }

private:
  void visit(const FactorableLayer &layer, const Column &input);
  void factorConnected(const FactorableLayer &layer, const Column &input);
  void factorRecurrent(const FactorableLayer &layer, const Column &input);
  void factorTable(const FactorableLayer &layer, const Column &indices);
  std::optional<Factors> factor(const FactorableLayer &layer,
                                const MatrixXd &weights, const Column &input);
  int64_t findRank(const FactorableLayer &layer,
                   const Directions &directions) const;
  int64_t chooseRank(const FactorableLayer &layer,
                     const Directions &directions);
  Value createConstant(Location loc, ArrayRef<int64_t> shape,
                       const RowMatrix &values);
  Value createConnected(const FactorableLayer &layer, Value input,
                        const MatrixXd &weights, const VectorXd &bias);
  void replace(Operation *before, Operation *after, Operation *added);

  func::FuncOp func;
  const FactorOptions &options;
  OpBuilder builder;
  DenseMap<Operation *, FactorableLayer> layers;
  /// Operations that have been replaced; erased when all has been executed.
  SmallVector<std::pair<Operation *, Operation *>> replaced;
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
// Linear algebra
//===----------------------------------------------------------------------===//

/// First and second moments of the last axis of a value.
static std::optional<GroupMoments> measureInput(const Column &input) {
  int64_t depth = input.front().getShape().back();
  MomentSums sums(depth, 0, /*withGram=*/true);
  for (const Tensor &sample : input) {
    int64_t rows = sample.getNumElements() / std::max<int64_t>(1, depth);
    Eigen::Map<const RowMatrix> x(sample.getData<float>().data(), rows, depth);
    sums.add(x, RowMatrix(rows, 0));
  }
  GroupMoments moments = sums.finish();
  if (!moments.gram.allFinite())
    return std::nullopt;
  return moments;
}

/// The eigenvectors of a symmetric matrix; nothing if there are none to be had.
static Directions findDirections(const MatrixXd &matrix) {
  Eigen::SelfAdjointEigenSolver<MatrixXd> solver(matrix);
  if (solver.info() != Eigen::Success)
    return {};
  // Noise makes variances of nothing negative.
  return {solver.eigenvectors().rowwise().reverse(),
          solver.eigenvalues().reverse().cwiseMax(0.0)};
}

/// Of `weights` x, where x has the covariance `gram`. Of many results of few
/// inputs, by way of the inputs' directions, of which there are fewer.
static Directions findDirections(const MatrixXd &weights,
                                 const MatrixXd &gram) {
  if (weights.rows() <= weights.cols())
    return findDirections(weights * gram * weights.transpose());
  MatrixXd root = Eigen::LLT<MatrixXd>(gram).matrixL();
  MatrixXd scaled = weights * root;
  Directions directions = findDirections(scaled.transpose() * scaled);
  if (!directions.isEmpty())
    directions.vectors = scaled * directions.vectors;
  directions.vectors.colwise().normalize();
  return directions;
}

/// How much each direction is multiplied with so that all values of a thin
/// layer have variance 1, and suit integers of one scale.
static VectorXd getScales(const Directions &directions, int64_t rank) {
  const VectorXd &variances = directions.variances;
  double least = std::max(variances[0] * 1e-12, 1e-30);
  return variances.head(rank).cwiseMax(least).cwiseSqrt().cwiseInverse();
}

/// The share of the variance that so many directions have.
static double getEnergy(const Directions &directions, int64_t rank) {
  double all = directions.variances.sum();
  rank = std::min<int64_t>(rank, directions.variances.size());
  return all > 0.0 ? directions.variances.head(rank).sum() / all : 1.0;
}

/// Those in which there is more than rounding.
static int64_t countDirections(const Directions &directions) {
  const VectorXd &variances = directions.variances;
  return (variances.array() > variances[0] * 1e-10).count();
}

/// The least with which the energy stays.
int64_t Factoring::findRank(const FactorableLayer &layer,
                            const Directions &directions) const {
  int64_t size = countDirections(directions), rank = 1;
  while (rank < size && getEnergy(directions, rank) < *options.energy)
    ++rank;
  int64_t multiple = llvm::alignTo(rank, options.multiple);
  return multiple <= std::min(size, layer.getMostRank()) ? multiple : rank;
}

int64_t Factoring::chooseRank(const FactorableLayer &layer,
                              const Directions &directions) {
  int64_t rank = 0;
  if (auto given = options.ranks.find(layer.op); given != options.ranks.end())
    rank = std::min(given->second, countDirections(directions));
  else if (options.energy)
    rank = findRank(layer, directions);
  if (rank > layer.getMostRank())
    rank = 0;
  report.push_back({layer.name, rank, layer.rows, layer.columns, 0, 0,
                    getEnergy(directions, rank),
                    getEnergy(directions, layer.getMostRank())});
  return rank;
}

/// With U the directions of W x, W ~ U U' W.
std::optional<Factors> Factoring::factor(const FactorableLayer &layer,
                                         const MatrixXd &weights,
                                         const Column &input) {
  std::optional<GroupMoments> moments = measureInput(input);
  if (!moments)
    return std::nullopt;
  Directions directions =
      findDirections(weights, quantization::dampGram(*moments, 1e-3));
  int64_t rank = directions.isEmpty() ? 0 : chooseRank(layer, directions);
  if (rank == 0)
    return std::nullopt;
  MatrixXd vectors = directions.vectors.leftCols(rank);
  VectorXd scales = getScales(directions, rank);
  Factors factors;
  factors.first = scales.asDiagonal() * (vectors.transpose() * weights);
  factors.second = vectors * scales.cwiseInverse().asDiagonal();
  factors.shift = -(factors.first * moments->meanX);
  factors.offset = weights * moments->meanX;
  return factors;
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

/// `before`'s users see the result of `after`; `added` is new.
void Factoring::replace(Operation *before, Operation *after, Operation *added) {
  auto countMacs = [](Operation *op) {
    auto counted = dyn_cast<edge::MacCountOpInterface>(op);
    return counted ? counted.getMacCount() : 0;
  };
  replaced.emplace_back(before, after);
  report.back().macsBefore = countMacs(before);
  report.back().macsAfter =
      countMacs(after) + (added != after ? countMacs(added) : 0);
}

void Factoring::factorConnected(const FactorableLayer &layer,
                                const Column &input) {
  auto op = cast<edge::FullyConnectedOp>(layer.op);
  RowMatrix weights = getMatrix(*edge::getConstantTensor(op.getWeights()));
  std::optional<Factors> factors = factor(layer, weights.cast<double>(), input);
  if (!factors)
    return;
  RowMatrix bias = getMatrix(*edge::getConstantTensor(op.getBias()));
  bias += factors->offset.transpose().cast<float>();
  Location loc = op.getLoc();
  Value thin =
      createConnected(layer, op.getInput(), factors->first, factors->shift);
  Value second = createConstant(loc, {layer.rows, factors->second.cols()},
                                factors->second.cast<float>());
  Value sums = createConstant(loc, {bias.size()}, bias);
  Operation *wide = builder.clone(*op);
  wide->setOperands({thin, second, sums});
  replace(op, wide, thin.getDefiningOp());
}

/// The biases of the input come first; the directions share the input.
void Factoring::factorRecurrent(const FactorableLayer &layer,
                                const Column &input) {
  auto op = cast<edge::RecurrentOpInterface>(layer.op);
  Tensor weights = *edge::getConstantTensor(op.getWeights());
  Tensor bias = *edge::getConstantTensor(op.getBias());
  std::optional<Factors> factors =
      factor(layer, getMatrix(weights).cast<double>(), input);
  if (!factors)
    return;
  int64_t directions = weights.getDim(0), rows = weights.getDim(1);
  MutableArrayRef<float> biases = bias.getData<float>();
  for (int64_t i = 0; i != directions * rows; ++i)
    biases[size_t(i / rows * 2 * rows + i % rows)] += float(factors->offset[i]);
  Location loc = op.getLoc();
  Value thin =
      createConnected(layer, op.getInput(), factors->first, factors->shift);
  IRMapping mapping;
  mapping.map(op.getInput(), thin);
  mapping.map(op.getWeights(),
              createConstant(loc, {directions, rows, factors->second.cols()},
                             factors->second.cast<float>()));
  mapping.map(op.getBias(), pruning::createConstant(builder, loc, bias));
  replace(op, builder.clone(*op.getOperation(), mapping), thin.getDefiningOp());
}

/// Rows minus their mean, weighted with how often samples ask for them, along
/// the directions in which they vary most.
void Factoring::factorTable(const FactorableLayer &layer,
                            const Column &indices) {
  auto op = cast<edge::GatherOp>(layer.op);
  MatrixXd table =
      getMatrix(*edge::getConstantTensor(op.getInput())).cast<double>();
  // Rows that no sample has asked for count, too.
  VectorXd counts = VectorXd::Ones(table.rows());
  for (const Tensor &sample : indices)
    for (int64_t index : sample.getData<int64_t>())
      ++counts[index < 0 ? index + table.rows() : index];
  counts /= counts.sum();
  VectorXd mean = table.transpose() * counts;
  table.rowwise() -= mean.transpose();
  Directions directions =
      findDirections(table.transpose() * counts.asDiagonal() * table);
  int64_t rank = directions.isEmpty() ? 0 : chooseRank(layer, directions);
  if (rank == 0)
    return;
  MatrixXd vectors = directions.vectors.leftCols(rank);
  VectorXd scales = getScales(directions, rank);
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
  replace(op, wide.getDefiningOp(), wide.getDefiningOp());
}

//===----------------------------------------------------------------------===//
// All of it
//===----------------------------------------------------------------------===//

void Factoring::visit(const FactorableLayer &layer, const Column &input) {
  builder.setInsertionPoint(layer.op);
  if (isa<edge::GatherOp>(layer.op))
    factorTable(layer, input);
  else if (isa<edge::RecurrentOpInterface>(layer.op))
    factorRecurrent(layer, input);
  else
    factorConnected(layer, input);
}

LogicalResult Factoring::run(ArrayRef<std::vector<Tensor>> samples) {
  auto chosen = chooseSamples(func, samples);
  BatchExecution execution(func, chosen);
  for (Operation *op : getSteps(func)) {
    if (auto layer = layers.find(op); layer != layers.end())
      visit(layer->second, *execution.find(getInput(op)));
    if (failed(execution.run(op)))
      return failure();
    execution.release(op);
  }
  for (auto [before, after] : replaced) {
    before->replaceAllUsesWith(after);
    before->erase();
  }
  for (Operation &op :
       llvm::make_early_inc_range(llvm::reverse(func.getBody().front())))
    if (isa<edge::ConstantOp>(op) && op.use_empty())
      op.erase();
  return success();
}

FailureOr<std::vector<FactoredLayer>>
pruning::factorLayers(func::FuncOp func, ArrayRef<std::vector<Tensor>> samples,
                      const FactorOptions &options) {
  Factoring factoring(func, options);
  if (failed(factoring.run(samples)))
    return failure();
  return factoring.takeReport();
}
