//===- FactorLayers.cpp - edge-factor-layers ------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BatchExecution.h"
#include "Channels.h"

#include "../quantization/LayerMoments.h"
#include "../quantization/SampleFiles.h"

#include "edgecc/Passes/Passes.h"

#include "mlir/IR/IRMapping.h"

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>

#include <map>

namespace edgecc {
#define GEN_PASS_DEF_FACTORLAYERS
#include "edgecc/Passes/Passes.h.inc"
} // namespace edgecc

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
/// weights ~ second * first, with as many rows in `first` as the rank.
struct Factors {
  MatrixXd first, second;
  /// What the bias has to make up for so that means agree.
  VectorXd offset;
};

/// Which rank a layer gets.
struct RankChoice {
  double energy = 0.99;
  std::map<std::string, int64_t> ranks;

  /// 0 if the layer stays as it is. `shares` are the parts of the variance, the
  /// largest last.
  int64_t choose(Operation *op, const VectorXd &shares, int64_t rows,
                 int64_t columns) const;
};

/// Rewrites the layers of a function, one by one.
class Factoring {
public:
  Factoring(func::FuncOp func, const RankChoice &choice)
      : func(func), choice(choice), builder(func.getContext()) {}

  LogicalResult run(ArrayRef<std::vector<Tensor>> samples);

private:
  void visit(Operation *op, const BatchExecution &execution);
  void factorConnected(edge::FullyConnectedOp op, const Column &input);
  void factorRecurrent(edge::RecurrentOpInterface op, const Column &input);
  void factorTable(edge::GatherOp op, const Column &indices);
  std::optional<Factors> factor(Operation *op, const MatrixXd &weights,
                                const Column &input) const;
  Value createConstant(Location loc, ArrayRef<int64_t> shape,
                       const RowMatrix &values);
  Value createFirst(Location loc, Value input, const MatrixXd &first);

  func::FuncOp func;
  const RankChoice &choice;
  OpBuilder builder;
  /// Operations that have been replaced; erased when all has been executed.
  SmallVector<std::pair<Operation *, Operation *>> replaced;
};
} // namespace

//===----------------------------------------------------------------------===//
// Linear algebra
//===----------------------------------------------------------------------===//

int64_t RankChoice::choose(Operation *op, const VectorXd &shares, int64_t rows,
                           int64_t columns) const {
  int64_t rank = 0, size = shares.size();
  if (auto given = ranks.find(edge::getLayerName(op)); given != ranks.end()) {
    rank = std::min(given->second, size);
  } else if (ranks.empty()) {
    double sum = 0, all = shares.sum();
    while (rank < size && sum < energy * all)
      sum += shares[size - ++rank];
    rank = std::max<int64_t>(rank, 1);
  }
  return rank * (rows + columns) < rows * columns ? rank : 0;
}

/// First and second moments of the last axis of a value.
static std::optional<GroupMoments> measureInput(const Column &input) {
  int64_t depth = input.front().getShape().back();
  if (depth > quantization::kMaxGramDepth)
    return std::nullopt;
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

/// With G = L L', the decomposition of `weights` L: its right singular vectors
/// V are the eigenvectors of L' W' W L, and W ~ (W L V) (V' L^-1).
std::optional<Factors> Factoring::factor(Operation *op, const MatrixXd &weights,
                                         const Column &input) const {
  std::optional<GroupMoments> moments = measureInput(input);
  if (!moments)
    return std::nullopt;
  Eigen::LLT<MatrixXd> root(quantization::dampGram(*moments, 1e-3));
  MatrixXd lower = root.matrixL();
  MatrixXd scaled = weights * lower;
  Eigen::SelfAdjointEigenSolver<MatrixXd> solver(scaled.transpose() * scaled);
  int64_t rank =
      choice.choose(op, solver.eigenvalues(), weights.rows(), weights.cols());
  if (rank == 0 || solver.info() != Eigen::Success)
    return std::nullopt;
  MatrixXd vectors = solver.eigenvectors().rightCols(rank);
  Factors factors;
  // V' L^-1, as the transpose of L'^-1 V.
  factors.first = root.matrixU().solve(vectors).transpose();
  factors.second = scaled * vectors;
  factors.offset = (weights - factors.second * factors.first) * moments->meanX;
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

/// A fully connected layer without bias.
Value Factoring::createFirst(Location loc, Value input, const MatrixXd &first) {
  SmallVector<int64_t> shape(
      cast<RankedTensorType>(input.getType()).getShape());
  shape.back() = first.rows();
  Value weights =
      createConstant(loc, {first.rows(), first.cols()}, first.cast<float>());
  Value bias =
      createConstant(loc, {first.rows()}, RowMatrix::Zero(first.rows(), 1));
  return builder.create<edge::FullyConnectedOp>(
      loc, RankedTensorType::get(shape, builder.getF32Type()), input, weights,
      bias, FloatAttr(), FloatAttr());
}

void Factoring::factorConnected(edge::FullyConnectedOp op,
                                const Column &input) {
  MatrixXd weights =
      getMatrix(*edge::getConstantTensor(op.getWeights())).cast<double>();
  std::optional<Factors> factors = factor(op, weights, input);
  if (!factors)
    return;
  RowMatrix bias = getMatrix(*edge::getConstantTensor(op.getBias()));
  bias += factors->offset.transpose().cast<float>();
  Location loc = op.getLoc();
  Value thin = createFirst(loc, op.getInput(), factors->first);
  Value second =
      createConstant(loc, {factors->second.rows(), factors->second.cols()},
                     factors->second.cast<float>());
  Value sums = createConstant(loc, {bias.size()}, bias);
  Operation *layer = builder.clone(*op);
  layer->setOperands({thin, second, sums});
  replaced.emplace_back(op, layer);
}

/// The biases of the input come first; the directions share the input.
void Factoring::factorRecurrent(edge::RecurrentOpInterface op,
                                const Column &input) {
  std::optional<Tensor> tensor = edge::getConstantTensor(op.getWeights());
  std::optional<Tensor> bias = edge::getConstantTensor(op.getBias());
  if (!tensor || !bias)
    return;
  std::optional<Factors> factors =
      factor(op, getMatrix(*tensor).cast<double>(), input);
  if (!factors)
    return;
  int64_t directions = tensor->getDim(0), rows = tensor->getDim(1);
  MutableArrayRef<float> biases = bias->getData<float>();
  for (int64_t i = 0; i != directions * rows; ++i)
    biases[size_t(i / rows * 2 * rows + i % rows)] += float(factors->offset[i]);
  Location loc = op.getLoc();
  Value thin = createFirst(loc, op.getInput(), factors->first);
  Value second = createConstant(loc, {directions, rows, factors->second.cols()},
                                factors->second.cast<float>());
  Value sums = pruning::createConstant(builder, loc, *bias);
  IRMapping mapping;
  mapping.map(op.getInput(), thin);
  mapping.map(op.getWeights(), second);
  mapping.map(op.getBias(), sums);
  replaced.emplace_back(op, builder.clone(*op.getOperation(), mapping));
}

/// Rows minus their mean, weighted with how often samples ask for them, along
/// the directions in which they vary most.
void Factoring::factorTable(edge::GatherOp op, const Column &indices) {
  std::optional<Tensor> tensor = edge::getConstantTensor(op.getInput());
  if (!tensor || op.getAxis() != 0 || tensor->getRank() != 2 ||
      !tensor->getElementType().isF32() ||
      !indices.front().getElementType().isInteger(64))
    return;
  MatrixXd table = getMatrix(*tensor).cast<double>();
  // Rows that no sample has asked for count, too.
  VectorXd counts = VectorXd::Ones(table.rows());
  for (const Tensor &sample : indices)
    for (int64_t index : sample.getData<int64_t>())
      ++counts[index < 0 ? index + table.rows() : index];
  counts /= counts.sum();
  Eigen::RowVectorXd mean = counts.transpose() * table;
  table.rowwise() -= mean;
  Eigen::SelfAdjointEigenSolver<MatrixXd> solver(table.transpose() *
                                                 counts.asDiagonal() * table);
  int64_t rank =
      choice.choose(op, solver.eigenvalues(), table.rows(), table.cols());
  if (rank == 0 || solver.info() != Eigen::Success)
    return;
  MatrixXd vectors = solver.eigenvectors().rightCols(rank);
  VectorXd scales = solver.eigenvalues().tail(rank).cwiseMax(1e-12).cwiseSqrt();
  MatrixXd shorter = table * vectors * scales.cwiseInverse().asDiagonal();
  MatrixXd second = vectors * scales.asDiagonal();
  Location loc = op.getLoc();
  SmallVector<int64_t> shape(op.getType().getShape());
  shape.back() = rank;
  auto gather = cast<edge::GatherOp>(builder.clone(*op));
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPoint(gather);
  gather.getInputMutable().set(
      createConstant(loc, {shorter.rows(), rank}, shorter.cast<float>()));
  gather.getResult().setType(
      RankedTensorType::get(shape, builder.getF32Type()));
  builder.setInsertionPointAfter(gather);
  Value weights =
      createConstant(loc, {second.rows(), rank}, second.cast<float>());
  Value bias = createConstant(loc, {second.rows()}, mean.cast<float>());
  replaced.emplace_back(op, builder.create<edge::FullyConnectedOp>(
                                loc, op.getType(), gather.getResult(), weights,
                                bias, FloatAttr(), FloatAttr()));
}

void Factoring::visit(Operation *op, const BatchExecution &execution) {
  builder.setInsertionPoint(op);
  auto isFloat = [](Value value) {
    return getElementTypeOrSelf(value.getType()).isF32();
  };
  if (auto gather = dyn_cast<edge::GatherOp>(op)) {
    if (const Column *indices = execution.find(gather.getIndices()))
      factorTable(gather, *indices);
  } else if (auto connected = dyn_cast<edge::FullyConnectedOp>(op)) {
    const Column *input = execution.find(connected.getInput());
    if (input && isFloat(connected.getInput()) && isWeightedLayer(op))
      factorConnected(connected, *input);
  } else if (auto recurrent = dyn_cast<edge::RecurrentOpInterface>(op)) {
    const Column *input = execution.find(recurrent.getInput());
    if (input && isFloat(recurrent.getInput()))
      factorRecurrent(recurrent, *input);
  }
}

LogicalResult Factoring::run(ArrayRef<std::vector<Tensor>> samples) {
  auto chosen = chooseSamples(func, samples);
  BatchExecution execution(func, chosen);
  for (Operation *op : getSteps(func)) {
    visit(op, execution);
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

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

static LogicalResult readRanks(func::FuncOp func, ArrayRef<std::string> texts,
                               RankChoice &choice) {
  for (StringRef text : texts) {
    auto [layer, number] = text.rsplit('=');
    int64_t rank = 0;
    if (layer.empty() || number.getAsInteger(10, rank) || rank < 1)
      return func.emitError("ranks: '")
             << text << "' is not LAYER=RANK with a rank of at least 1";
    bool isThere =
        llvm::any_of(func.getOps(), [&, name = layer](Operation &op) {
          return edge::getLayerName(&op) == name &&
                 isa<edge::FullyConnectedOp, edge::RecurrentOpInterface,
                     edge::GatherOp>(op);
        });
    if (!isThere)
      return func.emitError("ranks: there is no fully connected or recurrent "
                            "layer, and no table, '")
             << layer << "'";
    choice.ranks[layer.str()] = rank;
  }
  return success();
}

namespace {
struct FactorLayers : edgecc::impl::FactorLayersBase<FactorLayers> {
  using FactorLayersBase::FactorLayersBase;

  LogicalResult run(func::FuncOp func) {
    RankChoice choice;
    choice.energy = energy;
    if (!(energy > 0.0 && energy <= 1.0))
      return func.emitError("energy: ")
             << double(energy) << " is not a share above 0, at most 1";
    if (failed(readRanks(func, *ranks, choice)))
      return failure();
    auto tensors = quantization::readSampleFiles(func, *samples);
    if (failed(tensors))
      return failure();
    return Factoring(func, choice).run(*tensors);
  }

  void runOnOperation() override {
    func::FuncOp func = getOperation();
    if (!func.isExternal() && failed(run(func)))
      signalPassFailure();
  }
};
} // namespace
