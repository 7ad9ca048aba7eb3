//===- ChannelRefit.cpp - Fits what is left to what was -------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BatchExecution.h"
#include "Channels.h"

#include "../quantization/LayerMoments.h"
#include "../quantization/WeightedLayer.h"

#include "mlir/IR/Matchers.h"
#include "mlir/IR/OwningOpRef.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::pruning;
using edge::WeightedOpInterface;
using quantization::GroupMoments;
using quantization::LayerParameters;
using quantization::MomentSums;
using quantization::RowMatrix;
using reference::Tensor;
using reference::WeightedRows;

namespace {
/// Which channels of a value of the whole function the pruned one still has.
using KeptChannels = llvm::DenseMap<Value, SmallVector<int64_t>>;

/// A layer before and after pruning.
struct LayerPair {
  WeightedOpInterface whole, pruned;
  const Column *wholeInput, *prunedInput;
  /// What the results are added to, if that is known already: the difference
  /// between the two is for the layer to make up.
  const Column *wholeAddend = nullptr, *prunedAddend = nullptr;
  /// Whether nothing below zero of the result or the sum gets through.
  bool isRectified = false;
  ArrayRef<int64_t> kept = {};
};

/// Takes the moments of a pruned layer's inputs and of what it should compute.
class PairSums {
public:
  PairSums(const LayerPair &pair, WeightedRows wholeRows,
           WeightedRows prunedRows);

  /// `now`, if given, is what the pruned layer has been fitted to so far: what
  /// a rectifier behind cuts off is then only wanted below zero.
  std::vector<GroupMoments> measure(const LayerParameters *now = nullptr);

private:
  void addBlock(size_t sample, ArrayRef<int64_t> pixels,
                const LayerParameters *now);
  RowMatrix getTargets(size_t sample, ArrayRef<int64_t> pixels) const;
  RowMatrix getPredictions(const LayerParameters &now) const;
  void forgive(RowMatrix &targets, const RowMatrix &predictions, size_t sample,
               ArrayRef<int64_t> pixels) const;

  const LayerPair &pair;
  WeightedRows wholeRows, prunedRows;
  LayerParameters parameters;
  std::vector<MomentSums> sums;
  std::vector<float> wholeTaps, prunedTaps;
};

/// Runs both functions side by side and fits the pruned one's layers.
class Refit {
public:
  Refit(func::FuncOp whole, func::FuncOp pruned, SampleList samples,
        const KeptChannels &kept, double damping)
      : wholeSteps(getSteps(whole)), prunedSteps(getSteps(pruned)),
        wholeRun(whole, samples), prunedRun(pruned, samples), kept(kept),
        damping(damping) {}

  LogicalResult run();

private:
  bool isChanged(Operation *op) const {
    return llvm::any_of(op->getOperands(),
                        [&](Value value) { return changed.contains(value); });
  }
  LogicalResult step(Operation *whole, Operation *pruned);
  void fit(WeightedOpInterface whole, WeightedOpInterface pruned);
  void solve(ArrayRef<GroupMoments> groups, const LayerParameters &original,
             LayerParameters &fitted) const;

  SmallVector<Operation *> wholeSteps, prunedSteps;
  BatchExecution wholeRun, prunedRun;
  const KeptChannels &kept;
  double damping;
  /// Values of the pruned function that differ from those of the whole.
  llvm::DenseSet<Value> changed;
};
} // namespace

//===----------------------------------------------------------------------===//
// Moments
//===----------------------------------------------------------------------===//

PairSums::PairSums(const LayerPair &pair, WeightedRows whole,
                   WeightedRows pruned)
    : pair(pair), wholeRows(std::move(whole)), prunedRows(std::move(pruned)),
      parameters(quantization::getParameters(pair.whole)) {}

static Eigen::Map<const RowMatrix> mapRows(const std::vector<float> &data,
                                           size_t count) {
  return {data.data(), int64_t(count), int64_t(data.size() / count)};
}

static float getElement(const Tensor &tensor, int64_t pixel, int64_t channel) {
  return tensor
      .getData<float>()[size_t(pixel * tensor.getShape().back() + channel)];
}

/// What the layer computed for the channels that it still has, and what is now
/// missing in what that is added to.
RowMatrix PairSums::getTargets(size_t sample, ArrayRef<int64_t> pixels) const {
  int64_t depth = wholeRows.getDepth(), outputs = wholeRows.getOutputs();
  Eigen::Map<const RowMatrix> weights(
      std::as_const(parameters.weights).getData<float>().data(),
      wholeRows.getGroups() * outputs, depth);
  ArrayRef<float> bias = std::as_const(parameters.bias).getData<float>();
  Eigen::Map<const RowMatrix> taps = mapRows(wholeTaps, pixels.size());
  RowMatrix targets(pixels.size(), pair.kept.size());
  RowMatrix rows(pair.kept.size(), depth);
  for (auto [column, channel] : llvm::enumerate(pair.kept))
    rows.row(int64_t(column)) = weights.row(channel);
  if (wholeRows.getGroups() == 1)
    targets.noalias() = taps * rows.transpose();
  for (auto [index, channel] : llvm::enumerate(pair.kept)) {
    auto column = int64_t(index);
    if (wholeRows.getGroups() != 1)
      targets.col(column) = taps.middleCols(channel / outputs * depth, depth) *
                            rows.row(column).transpose();
    targets.col(column).array() += bias[size_t(channel)];
    for (size_t row = 0; pair.wholeAddend && row != pixels.size(); ++row)
      targets(int64_t(row), column) +=
          getElement((*pair.wholeAddend)[sample], pixels[row], channel) -
          getElement((*pair.prunedAddend)[sample], pixels[row], column);
  }
  return targets;
}

/// What a layer with these parameters gives for the taps at hand.
RowMatrix PairSums::getPredictions(const LayerParameters &now) const {
  int64_t depth = prunedRows.getDepth(), outputs = prunedRows.getOutputs();
  int64_t groups = prunedRows.getGroups();
  Eigen::Map<const RowMatrix> weights(now.weights.getData<float>().data(),
                                      groups * outputs, depth);
  Eigen::Map<const Eigen::RowVectorXf> bias(now.bias.getData<float>().data(),
                                            groups * outputs);
  int64_t count = int64_t(prunedTaps.size()) / (groups * depth);
  Eigen::Map<const RowMatrix> taps = mapRows(prunedTaps, size_t(count));
  RowMatrix predictions(count, groups * outputs);
  for (int64_t group = 0; group != groups; ++group)
    predictions.middleCols(group * outputs, outputs).noalias() =
        taps.middleCols(group * depth, depth) *
        weights.middleRows(group * outputs, outputs).transpose();
  predictions.rowwise() += bias;
  return predictions;
}

/// Where the whole network's sum is negative, any negative sum is as good.
void PairSums::forgive(RowMatrix &targets, const RowMatrix &predictions,
                       size_t sample, ArrayRef<int64_t> pixels) const {
  for (size_t row = 0; row != pixels.size(); ++row)
    for (int64_t column = 0; column != targets.cols(); ++column) {
      float added = pair.prunedAddend ? getElement((*pair.prunedAddend)[sample],
                                                   pixels[row], column)
                                      : 0.0f;
      float &target = targets(int64_t(row), column);
      if (target + added <= 0.0f)
        target = std::min(predictions(int64_t(row), column), -added);
    }
}

void PairSums::addBlock(size_t sample, ArrayRef<int64_t> pixels,
                        const LayerParameters *now) {
  wholeRows.gather((*pair.wholeInput)[sample], pixels, wholeTaps);
  prunedRows.gather((*pair.prunedInput)[sample], pixels, prunedTaps);
  RowMatrix targets = getTargets(sample, pixels);
  if (now)
    forgive(targets, getPredictions(*now), sample, pixels);
  Eigen::Map<const RowMatrix> taps = mapRows(prunedTaps, pixels.size());
  int64_t depth = prunedRows.getDepth(), outputs = prunedRows.getOutputs();
  for (auto [number, sum] : llvm::enumerate(sums)) {
    auto group = int64_t(number);
    sum.add(taps.middleCols(group * depth, depth),
            targets.middleCols(group * outputs, outputs));
  }
}

std::vector<GroupMoments> PairSums::measure(const LayerParameters *now) {
  sums.assign(size_t(prunedRows.getGroups()),
              MomentSums(prunedRows.getDepth(), prunedRows.getOutputs(),
                         /*withGram=*/true));
  size_t samples = pair.wholeInput->size();
  for (size_t sample = 0; sample != samples; ++sample) {
    std::vector<int64_t> pixels =
        quantization::choosePixels(prunedRows, sample, samples);
    ArrayRef<int64_t> rest = pixels;
    for (; !rest.empty();
         rest = rest.drop_front(std::min(rest.size(), quantization::kRowBlock)))
      addBlock(sample, rest.take_front(quantization::kRowBlock), now);
  }
  std::vector<GroupMoments> moments;
  for (MomentSums &sum : sums)
    moments.push_back(sum.finish());
  return moments;
}

//===----------------------------------------------------------------------===//
// Side by side
//===----------------------------------------------------------------------===//

/// What a value is added to, if its only use is a map that does nothing else
/// with it first and that sums up tensors of its type.
static Value findAddend(Value value) {
  if (!value.hasOneUse())
    return {};
  auto map = dyn_cast<edge::MapOp>(*value.user_begin());
  if (!map || map.getType() != value.getType())
    return {};
  Block &body = map.getBody().front();
  BlockArgument element =
      body.getArgument(value.use_begin()->getOperandNumber());
  if (!element.hasOneUse())
    return {};
  auto sum = dyn_cast<arith::AddFOp>(*element.user_begin());
  if (!sum)
    return {};
  auto other = dyn_cast<BlockArgument>(sum.getLhs() == element ? sum.getRhs()
                                                               : sum.getLhs());
  if (!other || other.getOwner() != &body || other == element)
    return {};
  Value addend = map.getInputs()[other.getArgNumber()];
  return addend.getType() == value.getType() ? addend : Value();
}

static void setWeights(WeightedOpInterface layer,
                       const LayerParameters &parameters) {
  OpBuilder builder(layer);
  auto replace = [&](OpOperand &operand, const Tensor &tensor) {
    Operation *old = operand.get().getDefiningOp();
    operand.set(createConstant(builder, operand.get().getLoc(), tensor));
    if (old->use_empty())
      old->erase();
  };
  replace(layer.getWeightsOperand(), parameters.weights);
  replace(layer.getBiasOperand(), parameters.bias);
}

/// Whether an operation's result goes through a rectifier and nowhere else.
static bool isRectified(WeightedOpInterface layer, bool isAdded) {
  auto clampable = dyn_cast<edge::ClampableOpInterface>(layer.getOperation());
  if (!isAdded)
    return clampable && clampable.getClampMin() &&
           clampable.getClampMin()->isZero();
  auto map = cast<edge::MapOp>(*layer->getResult(0).user_begin());
  BlockArgument element = map.getBody().front().getArgument(
      layer->getResult(0).use_begin()->getOperandNumber());
  Operation *sum = *element.user_begin();
  if (!sum->hasOneUse())
    return false;
  auto rectifier = dyn_cast<arith::MaximumFOp>(*sum->user_begin());
  return rectifier && (matchPattern(rectifier.getRhs(), m_AnyZeroFloat()) ||
                       matchPattern(rectifier.getLhs(), m_AnyZeroFloat()));
}

/// How often a layer in front of a rectifier is fitted again.
static constexpr int kRectifiedRounds = 3;

void Refit::solve(ArrayRef<GroupMoments> groups,
                  const LayerParameters &original,
                  LayerParameters &fitted) const {
  const float *from = original.weights.getData<float>().data();
  float *weights = fitted.weights.getData<float>().data();
  float *bias = fitted.bias.getData<float>().data();
  for (const GroupMoments &moments : groups) {
    int64_t depth = moments.meanX.size(), outputs = moments.meanY.size();
    Eigen::Map<const Eigen::MatrixXf> columns(from, depth, outputs);
    Eigen::MatrixXd found =
        quantization::fitWeights(columns.cast<double>(), moments, damping);
    Eigen::VectorXd offsets = moments.meanY - found.transpose() * moments.meanX;
    if (found.allFinite() && offsets.allFinite()) {
      Eigen::Map<Eigen::MatrixXf>(weights, depth, outputs) =
          found.cast<float>();
      Eigen::Map<Eigen::VectorXf>(bias, outputs) = offsets.cast<float>();
    }
    from += depth * outputs;
    weights += depth * outputs;
    bias += outputs;
  }
}

void Refit::fit(WeightedOpInterface whole, WeightedOpInterface pruned) {
  auto wholeRows = WeightedRows::create(whole);
  auto prunedRows = WeightedRows::create(pruned);
  if (!wholeRows || !prunedRows ||
      prunedRows->getDepth() > quantization::kMaxGramDepth)
    return;
  Value wholeData = whole.getDataOperand().get();
  Value prunedData = pruned.getDataOperand().get();
  LayerPair pair{whole, pruned, wholeRun.find(wholeData),
                 prunedRun.find(prunedData)};
  pair.kept = kept.find(whole->getResult(0))->second;
  Value wholeAddend = findAddend(whole->getResult(0));
  Value prunedAddend = findAddend(pruned->getResult(0));
  if (wholeAddend && prunedAddend && prunedRun.find(prunedAddend)) {
    pair.wholeAddend = wholeRun.find(wholeAddend);
    pair.prunedAddend = prunedRun.find(prunedAddend);
  }
  if (!changed.contains(prunedData) &&
      !(pair.wholeAddend && changed.contains(prunedAddend)))
    return;
  pair.isRectified = isRectified(pruned, pair.wholeAddend != nullptr);
  LayerParameters parameters = quantization::getParameters(pruned);
  PairSums sums(pair, std::move(*wholeRows), std::move(*prunedRows));
  const LayerParameters original = parameters;
  solve(sums.measure(), original, parameters);
  for (int round = 0; pair.isRectified && round != kRectifiedRounds; ++round)
    solve(sums.measure(&parameters), original, parameters);
  setWeights(pruned, parameters);
}

LogicalResult Refit::step(Operation *whole, Operation *pruned) {
  if (failed(wholeRun.run(whole)))
    return failure();
  auto wholeLayer = dyn_cast<WeightedOpInterface>(whole);
  if (wholeLayer && quantization::hasConstantWeights(wholeLayer))
    fit(wholeLayer, cast<WeightedOpInterface>(pruned));
  bool isSame =
      !isChanged(pruned) && whole->getResultTypes() == pruned->getResultTypes();
  if (auto layer = dyn_cast<WeightedOpInterface>(pruned); layer && isSame)
    isSame = quantization::getParameters(layer).weights.getRawData() ==
             quantization::getParameters(wholeLayer).weights.getRawData();
  if (!isSame) {
    changed.insert(pruned->result_begin(), pruned->result_end());
    return prunedRun.run(pruned);
  }
  std::vector<Column> results;
  for (Value value : whole->getResults())
    results.push_back(*wholeRun.find(value));
  prunedRun.set(pruned, std::move(results));
  return success();
}

LogicalResult Refit::run() {
  for (auto [whole, pruned] : llvm::zip_equal(wholeSteps, prunedSteps)) {
    if (failed(step(whole, pruned)))
      return failure();
    wholeRun.release(whole);
    prunedRun.release(pruned);
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Both together
//===----------------------------------------------------------------------===//

/// What stays of each value when the units that `study` names first go.
static KeptChannels getKeptChannels(func::FuncOp function,
                                    const ChannelStudy &study,
                                    ArrayRef<int64_t> kept) {
  ChannelGroups groups = ChannelGroups::find(function);
  std::vector<std::vector<bool>> goes;
  for (auto [group, studied, count] :
       llvm::zip_equal(groups.getGroups(), study, kept)) {
    std::vector<bool> &units = goes.emplace_back(group.channels, false);
    size_t gone =
        std::min(size_t(group.channels - count), studied.order.size());
    for (int64_t unit : ArrayRef(studied.order).take_front(gone))
      units[size_t(unit)] = true;
  }
  KeptChannels channels;
  for (Operation &op : function.getBody().front())
    for (Value value : op.getResults()) {
      ArrayRef<ChannelGroups::Unit> units = groups.getUnits(value);
      SmallVector<int64_t> &stay = channels[value];
      for (int64_t i = 0, e = countChannels(value); i != e; ++i)
        if (units.empty() || !units[size_t(i)].isFree() ||
            !goes[size_t(units[size_t(i)].group)]
                 [size_t(units[size_t(i)].index)])
          stay.push_back(i);
    }
  return channels;
}

LogicalResult pruning::pruneChannels(func::FuncOp function, SampleList samples,
                                     const ChannelStudy &study,
                                     ArrayRef<int64_t> kept,
                                     const PruneOptions &options) {
  OwningOpRef<func::FuncOp> whole(cast<func::FuncOp>(function->clone()));
  KeptChannels before = getKeptChannels(function, study, kept);
  removeChannels(
      function,
      [&](Value value) {
        auto found = before.find(value);
        return found != before.end() ? found->second
                                     : llvm::to_vector(llvm::seq<int64_t>(
                                           0, countChannels(value)));
      },
      [](OpBuilder &, WeightedOpInterface op) {
        return op.getBiasOperand().get();
      });
  auto chosen = chooseSamples(*whole, samples, SIZE_MAX, size_t(512) << 20);
  KeptChannels channels = getKeptChannels(*whole, study, kept);
  return Refit(*whole, function, chosen, channels, options.damping).run();
}
