//===- VectorRecurrentS16Kernels.cpp - Recurrent layers in integers -------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "VectorKernels.h"
#include "VectorStates.h"

#include "Int8Layers.h"

#include "edgecc/Quant/RecurrentParams.h"

#include "kernels/recurrent_fixed.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;

static RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

void edgecc::packForStates(ArrayRef<int8_t> rows, int64_t columns,
                           const StateArithmetic &isa,
                           SmallVectorImpl<int8_t> &packed) {
  int64_t vectors = int64_t(rows.size()) / columns / isa.rows;
  if (vectors == 0)
    return;
  // Blocks of about the same size.
  int64_t blocks =
      int64_t(llvm::divideCeil(vectors, llvm::divideCeil(vectors, isa.blocks)));
  for (int64_t first = 0; first < vectors; first += blocks)
    for (int64_t k = 0; k < columns; k += isa.step)
      for (int64_t v = first; v != std::min(first + blocks, vectors); ++v)
        for (int64_t i = 0; i != isa.rows * isa.step; ++i) {
          int64_t row = isa.columnsFirst ? i % isa.rows : i / isa.step;
          int64_t column = k + (isa.columnsFirst ? i / isa.rows : i % isa.step);
          packed.push_back(column < columns
                               ? rows[(v * isa.rows + row) * columns + column]
                               : int8_t(0));
        }
}

namespace {
/// The numbers of a layer, with gates in whole vectors of units.
struct StateLayer {
  mutable RecurrentOpInterface op; // accessors of operations are not const
  const StateArithmetic &arithmetic;
  int64_t directions, gates, hidden, padded, inputs;
  /// Of int8, not of int16.
  bool hasBytes;
  integer::RecurrentParams params;

  StateLayer(RecurrentOpInterface op, const StateArithmetic &arithmetic)
      : op(op), arithmetic(arithmetic),
        directions(typeOf(op.getWeights()).getDimSize(0)),
        gates(op.getNumGates()), hidden(typeOf(op.getInitialH()).getDimSize(2)),
        padded(int64_t(llvm::alignTo(hidden, arithmetic.rows))),
        inputs(typeOf(op.getInput()).getDimSize(2)),
        hasBytes(getUniformType(op.getInput().getType())
                     .getStorageTypeIntegralWidth() == 8),
        params(integer::getRecurrentParams(op)) {}

  /// Steps whose inputs are multiplied together: as the kernels' kTogether.
  int64_t getTogether() const {
    RankedTensorType in = typeOf(op.getInput());
    if (!hasBytes || in.getDimSize(1) > 1)
      return 1;
    return std::min(in.getDimSize(0), arithmetic.together);
  }

  /// As the kernels' kScratch.
  int64_t getScratchBytes() const {
    int64_t room = int64_t(llvm::alignTo(std::max(padded, inputs), 32));
    return 4 * (4 + getTogether() * gates) * padded + 10 * room +
           2 * (getTogether() * inputs + 32);
  }

  reference::Tensor packWeights() const;
  reference::Tensor packRecurrence() const;
  reference::Tensor packBias() const;
  reference::Tensor packMultipliers() const {
    return fillGates(params.multipliers);
  }

  /// Whether no argument of a function can be so large that it is limited.
  bool hasSmallArguments() const;
  /// Whether nothing that a factor scales leaves the kernels' 32 bits.
  bool hasSmallFactors() const;
  bool hasVectorFunctions() const;

private:
  /// Visits all rows [D, 2, G, H]: with the matrix, the row in it, and its
  /// place in [D, 2, G, H].
  void forEachRow(llvm::function_ref<void(bool isState, ArrayRef<int8_t> row,
                                          int64_t place)>
                      visit) const;
  /// Rows of the gates from `first` to `last` in direction `d`.
  SmallVector<int8_t> fillRows(const reference::Tensor &matrix, int64_t d,
                               int64_t first, int64_t last) const;
  reference::Tensor fillGates(ArrayRef<int32_t> values) const;
  reference::Tensor toTensor(ArrayRef<int8_t> packed) const;
  int64_t getConstant(int64_t d, int index) const {
    return params.constants[d * kernels::kRecurrentConstants + index];
  }
  /// What `largest` becomes by a factor.
  double scaled(int64_t d, int factor, double largest) const {
    return std::ldexp(double(getConstant(d, factor)) * largest,
                      -int(getConstant(d, factor + 1)));
  }
};
} // namespace

//===----------------------------------------------------------------------===//
// Packing
//===----------------------------------------------------------------------===//

SmallVector<int8_t> StateLayer::fillRows(const reference::Tensor &matrix,
                                         int64_t d, int64_t first,
                                         int64_t last) const {
  int64_t columns = matrix.getDim(2);
  SmallVector<int8_t> rows((last - first) * padded * columns, 0);
  ArrayRef<int8_t> data = matrix.getData<int8_t>();
  for (int64_t gate = first; gate != last; ++gate)
    llvm::copy(
        data.slice((d * gates + gate) * hidden * columns, hidden * columns),
        rows.begin() + (gate - first) * padded * columns);
  return rows;
}

reference::Tensor StateLayer::toTensor(ArrayRef<int8_t> packed) const {
  reference::Tensor tensor(RankedTensorType::get(
      {int64_t(packed.size())}, IntegerType::get(op->getContext(), 8)));
  llvm::copy(packed, tensor.getData<int8_t>().begin());
  return tensor;
}

reference::Tensor StateLayer::packWeights() const {
  reference::Tensor matrix = *getConstantTensor(op.getWeights());
  SmallVector<int8_t> packed;
  for (int64_t d = 0; d != directions; ++d) {
    SmallVector<int8_t> rows = fillRows(matrix, d, 0, gates);
    if (!hasBytes) {
      packForStates(rows, inputs, arithmetic, packed);
      continue;
    }
    int64_t count = gates * padded, steps = getTogether();
    reference::Tensor filter(RankedTensorType::get(
        {count, 1, 1, inputs}, IntegerType::get(op->getContext(), 8)));
    llvm::copy(rows, filter.getData<int8_t>().begin());
    VectorLayer layer = {{1, 1, steps, inputs},
                         {1, 1, steps, count},
                         kern::WindowAttr::get(op->getContext(), {1, 1}, {1, 1},
                                               {1, 1}, {0, 0, 0, 0})};
    int64_t blocks =
        std::min(count / arithmetic.bytes.lanes,
                 steps > 1 ? arithmetic.tileBlocks : arithmetic.rowBlocks);
    llvm::append_range(packed,
                       packForTiles(filter, layer, blocks, arithmetic.bytes)
                           .getData<int8_t>());
  }
  return toTensor(packed);
}

reference::Tensor StateLayer::packRecurrence() const {
  reference::Tensor matrix = *getConstantTensor(op.getRecurrence());
  // The candidate of a GRU waits for the others.
  int64_t apart = isa<GRUOp>(op.getOperation()) ? gates - 1 : gates;
  SmallVector<int8_t> packed;
  for (int64_t d = 0; d != directions; ++d)
    for (auto [first, last] :
         {std::pair(int64_t(0), apart), std::pair(apart, gates)})
      packForStates(fillRows(matrix, d, first, last), hidden, arithmetic,
                    packed);
  return toTensor(packed);
}

/// [D, 2, G, H] with H in whole vectors.
reference::Tensor StateLayer::fillGates(ArrayRef<int32_t> values) const {
  SmallVector<int32_t> filled(directions * 2 * gates * padded, 0);
  for (int64_t gate = 0; gate != directions * 2 * gates; ++gate)
    llvm::copy(values.slice(gate * hidden, hidden),
               filled.begin() + gate * padded);
  return getWords(op->getContext(), filled);
}

void StateLayer::forEachRow(
    llvm::function_ref<void(bool, ArrayRef<int8_t>, int64_t)> visit) const {
  int64_t rows = gates * hidden;
  for (bool isState : {false, true}) {
    reference::Tensor matrix =
        *getConstantTensor(isState ? op.getRecurrence() : op.getWeights());
    ArrayRef<int8_t> data = std::as_const(matrix).getData<int8_t>();
    int64_t columns = matrix.getDim(2);
    for (int64_t row = 0; row != directions * rows; ++row)
      visit(isState, data.slice(row * columns, columns),
            (row / rows * 2 + isState) * rows + row % rows);
  }
}

reference::Tensor StateLayer::packBias() const {
  reference::Tensor bias = *getConstantTensor(op.getBias());
  SmallVector<int32_t> values(std::as_const(bias).getData<int32_t>());
  int64_t zero = getConstant(0, kernels::kInputZero);
  forEachRow([&](bool isState, ArrayRef<int8_t> row, int64_t place) {
    int64_t offset = isState || !hasBytes ? arithmetic.offset
                                          : -arithmetic.bytes.offset - zero;
    int64_t sum = 0;
    for (int8_t weight : row)
      sum += weight;
    // Modulo 2^32, as only the whole sum has to fit.
    values[place] = int32_t(uint32_t(values[place]) + uint32_t(offset * sum));
  });
  return fillGates(values);
}

//===----------------------------------------------------------------------===//
// What fits 32 bits
//===----------------------------------------------------------------------===//

bool StateLayer::hasSmallArguments() const {
  reference::Tensor bias = *getConstantTensor(op.getBias());
  ArrayRef<int32_t> values = std::as_const(bias).getData<int32_t>();
  bool areSmall = true;
  forEachRow([&](bool isState, ArrayRef<int8_t> row, int64_t place) {
    int64_t sum = std::abs(int64_t(values[place]));
    for (int8_t weight : row)
      sum += std::abs(int64_t(weight)) * (isState || !hasBytes ? 32768 : 255);
    int64_t d = place / (2 * gates * hidden);
    double argument =
        std::ldexp(double(sum) * double(params.multipliers[place]),
                   -int(getConstant(d, isState ? kernels::kRecurrenceShift
                                               : kernels::kWeightShift)));
    areSmall &= argument < double(kernels::kMaxArgument);
  });
  return areSmall;
}

bool StateLayer::hasSmallFactors() const {
  constexpr double kState = 32768, kProduct = 1 << 30,
                   kGate = kernels::kGateOne;
  bool isLstm = isa<LSTMOp>(op.getOperation());
  for (int64_t d = 0; d != directions; ++d) {
    // The new part of a cell comes to what is left of the old one.
    double next = scaled(d, kernels::kNext, isLstm ? kProduct : kGate);
    bool areSmall = next < kProduct - kGate &&
                    scaled(d, kernels::kResult, kState) < kProduct - kState;
    if (isLstm)
      areSmall &= scaled(d, kernels::kCell, kState) < kernels::kMaxArgument &&
                  scaled(d, kernels::kOut, kProduct) < kProduct;
    if (!areSmall)
      return false;
  }
  return true;
}

bool StateLayer::hasVectorFunctions() const {
  if (auto lstm = dyn_cast<LSTMOp>(op.getOperation());
      lstm && lstm.getPeephole())
    return false;
  return llvm::all_of(op.getActivations(),
                      [](Attribute name) {
                        StringRef text = cast<StringAttr>(name).getValue();
                        return text == "Sigmoid" || text == "Tanh" ||
                               text == "Relu";
                      }) &&
         hasSmallFactors();
}

//===----------------------------------------------------------------------===//
// Calls
//===----------------------------------------------------------------------===//

template <const StateArithmetic &arithmetic>
static bool isVectorRecurrent(RecurrentOpInterface op) {
  return integer::isIntegerRecurrent(op) && isConstant(op.getWeights()) &&
         isConstant(op.getRecurrence()) && isConstant(op.getBias()) &&
         multiplies(arithmetic.bytes, op.getWeights());
}

static void begin(const StateLayer &layer, StringRef kernel,
                  KernelCallBuilder &call) {
  RecurrentOpInterface op = layer.op;
  call.begin(kernel, "recurrent_s16_simd.h");
  call.addHeader(layer.arithmetic.header);
  call.addHeader(layer.arithmetic.bytes.header);
  call.addName(layer.arithmetic.name);
  call.addName(layer.arithmetic.bytes.name);
  call.addShape(op.getInput());
  call.addInt(layer.hidden);
  call.addName("Direction::" +
               stringifyRecurrentDirection(op.getDirection()).str());
  call.addBool(!op.getY().use_empty());
  call.addBool(layer.hasVectorFunctions());
  call.addBool(!layer.hasSmallArguments());
}

/// Activations, and inputs up to the initial state.
static void addOperands(const StateLayer &layer, KernelCallBuilder &call) {
  RecurrentOpInterface op = layer.op;
  MLIRContext *context = op->getContext();
  for (Attribute name : op.getActivations())
    call.addName("Activation::" + cast<StringAttr>(name).getValue().str());
  call.addInput(op.getInput());
  call.addData("weights", layer.packWeights());
  call.addData("recurrence", layer.packRecurrence());
  call.addData("bias", layer.packBias());
  call.addData("multipliers", layer.packMultipliers());
  call.addData("constants", getWords(context, layer.params.constants));
  RankedTensorType in = typeOf(op.getInput());
  if (Value lengths = op.getSequenceLens())
    call.addInput(lengths);
  else
    call.addData("lengths", getWords(context, SmallVector<int32_t>(
                                                  in.getDimSize(1),
                                                  int32_t(in.getDimSize(0)))));
  call.addInput(op.getInitialH());
}

/// States that nobody wants take no room.
static void addStates(RecurrentOpInterface op, KernelCallBuilder &call) {
  call.addOutput(op.getY().use_empty() ? op.getYH() : op.getY());
  call.addOutput(op.getYH());
}

template <const StateArithmetic &arithmetic>
static LogicalResult lowerRnn(RNNOp op, KernelCallBuilder &call) {
  StateLayer layer(op, arithmetic);
  begin(layer, "rnn_s16_simd", call);
  addOperands(layer, call);
  addStates(op, call);
  call.addScratch(layer.getScratchBytes());
  return success();
}

template <const StateArithmetic &arithmetic>
static LogicalResult lowerGru(GRUOp op, KernelCallBuilder &call) {
  StateLayer layer(op, arithmetic);
  begin(layer, "gru_s16_simd", call);
  call.addBool(op.getLinearBeforeReset());
  addOperands(layer, call);
  addStates(op, call);
  call.addScratch(layer.getScratchBytes());
  return success();
}

template <const StateArithmetic &arithmetic>
static LogicalResult lowerLstm(LSTMOp op, KernelCallBuilder &call) {
  StateLayer layer(op, arithmetic);
  begin(layer, op.getPeephole() ? "lstm_peephole_s16_simd" : "lstm_s16_simd",
        call);
  call.addBool(op.getInputForget());
  addOperands(layer, call);
  call.addInput(op.getInitialC());
  if (op.getPeephole())
    call.addInput(op.getPeephole());
  addStates(op, call);
  call.addOutput(op.getYC());
  call.addScratch(layer.getScratchBytes());
  return success();
}

template <const StateArithmetic &arithmetic, typename OpT>
static bool isVector(OpT op) {
  return isVectorRecurrent<arithmetic>(op);
}

template <const StateArithmetic &arithmetic>
static void addKernels(KernelRegistry &registry) {
  const VectorArithmetic &bytes = arithmetic.bytes;
  registry.add<RNNOp>("rnn_s16_" + bytes.suffix, isVector<arithmetic, RNNOp>,
                      lowerRnn<arithmetic>, bytes.benefit, bytes.features);
  registry.add<GRUOp>("gru_s16_" + bytes.suffix, isVector<arithmetic, GRUOp>,
                      lowerGru<arithmetic>, bytes.benefit, bytes.features);
  registry.add<LSTMOp>("lstm_s16_" + bytes.suffix, isVector<arithmetic, LSTMOp>,
                       lowerLstm<arithmetic>, bytes.benefit, bytes.features);
}

void edgecc::registerVectorRecurrentS16Kernels(KernelRegistry &registry) {
  addKernels<stateVnni>(registry);
  addKernels<stateAvx2>(registry);
  addKernels<stateNeonDot>(registry);
  addKernels<stateNeonMlal>(registry);
  addKernels<stateNeonMull>(registry);
}
