//===- QuantizeRecurrent.cpp - RNN, GRU and LSTM to integers --------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "WeightScales.h"

#include "edgecc/Dialect/Edge/Edge.h"
#include "edgecc/Quant/Quantizer.h"
#include "edgecc/Quant/RecurrentParams.h"
#include "edgecc/Quant/WeightGrid.h"

#include "llvm/Support/FormatVariadic.h"

#include <cmath>

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;
using namespace edgecc::quantization;

//===----------------------------------------------------------------------===//
// Types of states
//===----------------------------------------------------------------------===//

/// Rounding a state adds up over steps: it is int16 in every precision.
static bool isState(RecurrentOpInterface op, Value value) {
  if (value == op.getInitialH() || value == op.getYH())
    return true;
  auto lstm = dyn_cast<LSTMOp>(op.getOperation());
  return lstm && (value == lstm.getInitialC() || value == lstm.getYC());
}

static bool isWideValue(RecurrentOpInterface op, Value value,
                        Precision precision) {
  return isState(op, value) || hasWideActivations(precision);
}

/// A constant has no type of its own to share.
static SmallVector<std::pair<Value, Value>> getStates(RecurrentOpInterface op) {
  SmallVector<std::pair<Value, Value>> states = {
      {op.getInitialH(), op.getYH()}};
  if (auto lstm = dyn_cast<LSTMOp>(op.getOperation()))
    states.push_back({lstm.getInitialC(), lstm.getYC()});
  llvm::erase_if(states, [](auto state) {
    return state.first.template getDefiningOp<ConstantOp>();
  });
  return states;
}

//===----------------------------------------------------------------------===//
// Weights
//===----------------------------------------------------------------------===//

namespace {
/// Weights or recurrence as [D, R, C], and their bias as [D, R].
struct RealRows {
  ArrayRef<float> weights;
  SmallVector<float> bias;
  int64_t directions, rows, columns;

  ArrayRef<float> getRow(int64_t direction, int64_t row) const {
    return weights.slice((direction * rows + row) * columns, columns);
  }
  /// The row of all directions, which share a scale.
  SmallVector<float> getRows(int64_t row) const {
    SmallVector<float> all;
    for (int64_t direction = 0; direction != directions; ++direction)
      llvm::append_range(all, getRow(direction, row));
    return all;
  }
  float getLargestBias(int64_t row) const {
    float largest = 0.0f;
    for (int64_t direction = 0; direction != directions; ++direction)
      largest = std::max(largest, std::abs(bias[direction * rows + row]));
    return largest;
  }
};

/// The same in integers.
struct IntegerRows {
  SmallVector<int8_t> weights;
  SmallVector<int32_t> bias;
  SmallVector<double> scales, biasScales;
};

/// What rows are multiplied with: its scale, and the largest magnitude.
struct Factor {
  double scale;
  int64_t reach;
};
} // namespace

/// Half of 32 bits, so that bias and products each have their half.
static constexpr double kMaxBias = 0x1p30;

/// Rows share a shift. A row whose scale is smaller than the largest by more
/// than this would keep too few bits of its multiplier.
static constexpr double kScaleSpread = 0x1p-20;

/// The least scales with which biases and multipliers are exact.
static SmallVector<double> getLeastScales(const RealRows &real, Factor factor) {
  SmallVector<double> scales;
  double largest = 0.0;
  for (int64_t row = 0; row != real.rows; ++row) {
    scales.push_back(real.getLargestBias(row) / (factor.scale * kMaxBias));
    largest =
        std::max({largest, scales.back(), getFinestScale(real.getRows(row))});
  }
  for (double &scale : scales)
    scale = largest > 0.0 ? std::max(scale, largest * kScaleSpread) : 1.0;
  return scales;
}

static WeightGrid chooseGrid(ArrayRef<float> weights, Precision precision,
                             double least) {
  if (precision == Precision::S8W4)
    return chooseWeightGrid(weights, precision, kDefaultWeightGroup, least);
  WeightGrid grid;
  grid.scale = roundUp(std::max(getFinestScale(weights), least));
  grid.multipliers.push_back(1);
  grid.group = std::max<int64_t>(1, weights.size());
  return grid;
}

static int32_t roundBias(float bias, double scale) {
  return int32_t(
      std::clamp(std::nearbyint(double(bias) / scale), -kMaxBias, kMaxBias));
}

namespace {
/// One row of all directions in integers.
struct StoredRow {
  StoredRow(const RealRows &real, int64_t row, const WeightGrid &grid,
            Factor factor)
      : scale(grid.scale) {
    SmallVector<float> all = real.getRows(row);
    for (auto [i, weight] : llvm::enumerate(all))
      weights.push_back(int8_t(snap(grid, i, weight)));
    for (int64_t direction = 0; direction != real.directions; ++direction)
      bias.push_back(roundBias(real.bias[direction * real.rows + row],
                               factor.scale * scale));
  }

  ArrayRef<int8_t> getRow(int64_t direction, int64_t columns) const {
    return ArrayRef(weights).slice(direction * columns, columns);
  }
  /// The largest magnitude of a sum of products, in any order, and of the bias.
  int64_t getBound(int64_t columns, Factor factor) const {
    int64_t bound = 0;
    for (auto [direction, value] : llvm::enumerate(bias)) {
      int64_t sum = 0;
      for (int8_t weight : getRow(direction, columns))
        sum += std::abs(int(weight));
      bound = std::max(bound, sum * factor.reach + std::abs(int64_t(value)));
    }
    return bound;
  }

  double scale;
  SmallVector<int8_t> weights;
  SmallVector<int32_t> bias;
};
} // namespace

/// A row whose sums provably fit 32 bits. If the largest weight does not allow
/// that, the scale is raised with a warning.
static StoredRow storeRow(Operation *op, const RealRows &real, int64_t row,
                          Precision precision, double least, Factor factor) {
  SmallVector<float> all = real.getRows(row);
  StoredRow stored(real, row, chooseGrid(all, precision, least), factor);
  if (stored.getBound(real.columns, factor) > INT32_MAX)
    op->emitWarning() << "'" << getLayerName(op) << "', row " << row << ": "
                      << real.columns
                      << " weights could overflow a 32-bit accumulator; they "
                         "are rounded more coarsely";
  while (stored.getBound(real.columns, factor) > INT32_MAX)
    stored = StoredRow(real, row, chooseGrid(all, precision, 2 * stored.scale),
                       factor);
  return stored;
}

static IntegerRows quantizeRows(Operation *op, const RealRows &real,
                                Precision precision, Factor factor) {
  SmallVector<double> least = getLeastScales(real, factor);
  std::vector<StoredRow> rows;
  for (int64_t row = 0; row != real.rows; ++row)
    rows.push_back(storeRow(op, real, row, precision, least[row], factor));
  IntegerRows result;
  for (const StoredRow &row : rows) {
    result.scales.push_back(row.scale);
    result.biasScales.push_back(factor.scale * row.scale);
  }
  for (int64_t direction = 0; direction != real.directions; ++direction)
    for (const StoredRow &row : rows) {
      llvm::append_range(result.weights, row.getRow(direction, real.columns));
      result.bias.push_back(row.bias[direction]);
    }
  return result;
}

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

/// One scale per row, axis 1.
static RankedTensorType getPerRowType(Value real, Type storage,
                                      ArrayRef<double> scales, int64_t min,
                                      int64_t max) {
  SmallVector<int64_t> zeros(scales.size(), 0);
  return withElementType(
      real.getType(), quant::UniformQuantizedPerAxisType::get(
                          quant::QuantizationFlags::Signed, storage,
                          getElementTypeOrSelf(real.getType()), scales, zeros,
                          /*quantizedDimension=*/1, min, max));
}

/// Part 0 (input) or 1 (recurrence) of a layer. The bias is [D, 2, R].
static RealRows getRows(const reference::Tensor &weights,
                        const reference::Tensor &bias, int64_t part) {
  RealRows real{weights.getData<float>(),
                {},
                weights.getDim(0),
                weights.getDim(1),
                weights.getDim(2)};
  for (int64_t direction = 0; direction != real.directions; ++direction)
    llvm::append_range(real.bias,
                       bias.getData<float>().slice(
                           (2 * direction + part) * real.rows, real.rows));
  return real;
}

static Value createWeights(OpBuilder &builder, Value real,
                           const IntegerRows &rows) {
  return createConstant<int8_t>(
      builder, real.getLoc(),
      getPerRowType(real, builder.getI8Type(), rows.scales, -127, 127),
      rows.weights);
}

static Value createBias(OpBuilder &builder, Value real,
                        const IntegerRows &input, const IntegerRows &state) {
  SmallVector<double> scales = input.biasScales;
  llvm::append_range(scales, state.biasScales);
  SmallVector<int32_t> bias;
  size_t rows = input.scales.size();
  for (size_t first = 0; first != input.bias.size(); first += rows)
    for (const IntegerRows *part : {&input, &state})
      llvm::append_range(bias, ArrayRef(part->bias).slice(first, rows));
  return createConstant<int32_t>(
      builder, real.getLoc(),
      getPerRowType(real, builder.getI32Type(), scales, INT32_MIN, INT32_MAX),
      bias);
}

/// Operands that have to be constants; null where there is no peephole.
static SmallVector<Value> getParameters(RecurrentOpInterface op) {
  SmallVector<Value> parameters = {op.getWeights(), op.getRecurrence(),
                                   op.getBias()};
  if (auto lstm = dyn_cast<LSTMOp>(op.getOperation()))
    if (lstm.getPeephole())
      parameters.push_back(lstm.getPeephole());
  return parameters;
}

/// Why the layer has no integer form, or nothing.
static LogicalResult checkLayer(RecurrentOpInterface op) {
  if (std::optional<StringRef> name = integer::findFloatOnlyFunction(op))
    return keepFloat(op, "the activation '" + *name +
                             "' has no integer form in its place");
  for (Value parameter : getParameters(op)) {
    std::optional<reference::Tensor> tensor = getConstantTensor(parameter);
    if (!tensor)
      return keepFloat(op, "its weights or bias are computed");
    if (!isFinite(tensor->getData<float>()))
      return keepFloat(op, "its weights or bias are not all finite");
  }
  return success();
}

//===----------------------------------------------------------------------===//
// The layer
//===----------------------------------------------------------------------===//

/// The operands that all kinds of layers begin with.
enum OperandIndex { kInput, kWeights, kRecurrence, kBias, kInitialH };

/// Weights, recurrence and bias in integers.
static void quantizeParameters(RecurrentOpInterface op, Quantizer &quantizer,
                               double stateScale,
                               MutableArrayRef<Value> operands) {
  quant::UniformQuantizedType inputType = quantizer.getType(op.getInput());
  bool isWide = inputType.getStorageType().isInteger(16);
  Precision precision = quantizer.getPrecision();
  reference::Tensor bias = *getConstantTensor(op.getBias());
  IntegerRows input = quantizeRows(
      op, getRows(*getConstantTensor(op.getWeights()), bias, 0), precision,
      {inputType.getScale(), isWide ? -int64_t(INT16_MIN) : UINT8_MAX});
  IntegerRows state =
      quantizeRows(op, getRows(*getConstantTensor(op.getRecurrence()), bias, 1),
                   precision, {stateScale, -int64_t(INT16_MIN)});
  OpBuilder &builder = quantizer.getBuilder();
  builder.setInsertionPoint(op);
  operands[kWeights] = createWeights(builder, op.getWeights(), input);
  operands[kRecurrence] = createWeights(builder, op.getRecurrence(), state);
  operands[kBias] = createBias(builder, op.getBias(), input, state);
}

/// The new operands, in the order of the old ones. One value may stand in
/// several places, with several types.
static SmallVector<Value> quantizeOperands(RecurrentOpInterface op,
                                           Quantizer &quantizer) {
  auto wideType = [&](Value value) {
    return quantizer.getTypeFor(value, Precision::S16x8);
  };
  SmallVector<Value> operands(op->getOperands());
  quantizeParameters(op, quantizer, wideType(op.getYH()).getScale(), operands);
  operands[kInput] = quantizer.quantize(op.getInput());
  operands[kInitialH] =
      quantizer.quantizeAs(op.getInitialH(), wideType(op.getYH()));
  auto lstm = dyn_cast<LSTMOp>(op.getOperation());
  if (!lstm)
    return operands;
  operands[lstm.getInitialCMutable().getOperandNumber()] =
      quantizer.quantizeAs(lstm.getInitialC(), wideType(lstm.getYC()));
  for (OpOperand &holes : lstm.getPeepholeMutable())
    operands[holes.getOperandNumber()] =
        quantizer.quantizeAs(holes.get(), wideType(holes.get()));
  return operands;
}

/// Cells beyond the bound look the same to the layer, but not to others.
static void reportCutCells(LSTMOp lstm) {
  std::optional<Range> extent = getExtent(lstm.getYC());
  double bound = integer::getCellBound(lstm);
  if (lstm.getYC().use_empty() || !extent)
    return;
  double reached = std::max(-extent->min, extent->max);
  if (reached > bound)
    lstm.emitRemark()
        << "'" << getLayerName(lstm)
        << llvm::formatv(
               "': cells reach {0:F0} on calibration samples and are "
               "cut off at {1:F0}; the layer's output stays the same, "
               "its last cells, which the model uses, do not",
               reached, bound)
               .str();
}

static LogicalResult quantizeRecurrent(RecurrentOpInterface op,
                                       Quantizer &quantizer) {
  if (failed(checkLayer(op)))
    return failure();
  if (auto lstm = dyn_cast<LSTMOp>(op.getOperation()))
    reportCutCells(lstm);
  SmallVector<Value> operands = quantizeOperands(op, quantizer);
  OpBuilder &builder = quantizer.getBuilder();
  builder.setInsertionPoint(op);
  Operation *copy = builder.clone(*op);
  copy->setOperands(operands);
  copy->removeAttr(kRangesAttr);
  copy->removeAttr(kExtentsAttr);
  copy->removeAttr(kPrecisionAttr);
  for (auto [real, result] :
       llvm::zip_equal(op->getResults(), copy->getResults())) {
    bool isY = real == op.getY();
    result.setType(withElementType(
        result.getType(), isY ? quantizer.getType(real)
                              : quantizer.getTypeFor(real, Precision::S16x8)));
  }
  quantizer.replace(op, copy->getResults());
  return success();
}

#define EDGE_RECURRENT(Op)                                                     \
  bool Op::takesWide(Value value, Precision precision) {                       \
    return isWideValue(*this, value, precision);                               \
  }                                                                            \
  SmallVector<std::pair<Value, Value>> Op::getTiedValues() {                   \
    return ::getStates(*this);                                                 \
  }                                                                            \
  LogicalResult Op::quantize(Quantizer &quantizer) {                           \
    return quantizeRecurrent(*this, quantizer);                                \
  }
EDGE_RECURRENT(RNNOp)
EDGE_RECURRENT(GRUOp)
EDGE_RECURRENT(LSTMOp)
#undef EDGE_RECURRENT
