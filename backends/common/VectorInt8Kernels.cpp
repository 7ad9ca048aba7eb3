//===- VectorInt8Kernels.cpp - Int8 kernels of vectors --------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "VectorKernels.h"

#include "FloatFactors.h"
#include "ImageShapes.h"
#include "PackedWeights.h"
#include "VectorTilings.h"

#include "llvm/ADT/bit.h"

#include <cmath>

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;

/// The bias less what the offset of the inputs adds to sums; modulo 2^32, as
/// only the whole sum has to fit.
static void subtractOffset(SmallVectorImpl<int32_t> &bias,
                           const reference::Tensor &weights,
                           const VectorArithmetic &isa) {
  ArrayRef<int8_t> data = weights.getData<int8_t>();
  int64_t taps = weights.getNumElements() / weights.getDim(0);
  for (int32_t &value : bias) {
    int64_t sum = 0;
    for (int8_t weight : data.take_front(taps))
      sum += weight;
    value = int32_t(uint32_t(value) - uint32_t(isa.offset * sum));
    data = data.drop_front(taps);
  }
}

bool edgecc::makeSmall(integer::Requantization &factors) {
  auto isSmall = [](int32_t m) { return m < int32_t(1) << 29; };
  if (factors.shift != 0 || !llvm::all_of(factors.multipliers, isSmall))
    return false;
  for (int32_t &m : factors.multipliers)
    m *= 4;
  return true;
}

/// For each channel, what sums of products with weights [O, taps...] can be.
/// The bias has the zero point of the inputs in it.
static SmallVector<IntegerRange> getSums(const reference::Tensor &weights,
                                         ArrayRef<int32_t> bias) {
  ArrayRef<int8_t> data = weights.getData<int8_t>();
  int64_t taps = weights.getNumElements() / weights.getDim(0);
  SmallVector<IntegerRange> sums;
  for (int32_t start : bias) {
    IntegerRange sum = {start, start};
    for (int8_t weight : data.take_front(taps)) {
      sum.lo += std::min(weight * -128, weight * 127);
      sum.hi += std::max(weight * -128, weight * 127);
    }
    sums.push_back(sum);
    data = data.drop_front(taps);
  }
  return sums;
}

/// Whether all sums, scaled, fit 16 bits.
static bool fitsHalves(ArrayRef<IntegerRange> sums,
                       const integer::Requantization &factors) {
  for (auto [sum, multiplier] : llvm::zip(sums, factors.multipliers)) {
    double largest = double(std::max(std::abs(sum.lo), std::abs(sum.hi))) *
                     std::pow(2.0, factors.shift);
    if (largest >= 0x1p31 ||
        largest * std::abs(double(multiplier)) / 0x1p31 > 32766)
      return false;
  }
  return true;
}

/// The bits of floats that lead to the same outputs as the multipliers; nothing
/// if there are none for some channel.
static std::optional<SmallVector<int32_t>>
findFloatFactors(ClampableOpInterface op, const reference::Tensor &weights,
                 const Int8Epilogue &epilogue) {
  integer::Requantization factors = getFactors(op);
  if (factors.shift != 0)
    return std::nullopt;
  IntegerRange outputs = {epilogue.range.lo - epilogue.outZero,
                          epilogue.range.hi - epilogue.outZero};
  SmallVector<int32_t> floats;
  for (auto [sums, multiplier] :
       llvm::zip(getSums(weights, epilogue.bias), factors.multipliers)) {
    std::optional<float> factor = findFloatFactor(multiplier, sums, outputs);
    if (!factor)
      return std::nullopt;
    floats.push_back(llvm::bit_cast<int32_t>(*factor));
  }
  return floats;
}

/// The arithmetic with what is best to scale sums by.
static FailureOr<VectorArithmetic>
chooseScaling(ClampableOpInterface op, const reference::Tensor &weights,
              const VectorArithmetic &isa) {
  VectorArithmetic chosen = isa;
  if (isa.floatsName.empty())
    return chosen;
  FailureOr<Int8Epilogue> epilogue = getInt8Epilogue(op);
  if (failed(epilogue))
    return failure();
  if (findFloatFactors(op, weights, *epilogue)) {
    chosen.name = isa.floatsName;
    chosen.scalesFloats = true;
  }
  return chosen;
}

LogicalResult edgecc::addInt8Epilogue(ClampableOpInterface op,
                                      const reference::Tensor &weights,
                                      const reference::Tensor &packed,
                                      const VectorArithmetic &isa,
                                      KernelCallBuilder &call,
                                      const ResidualSum *sum, int64_t unit) {
  FailureOr<Int8Epilogue> epilogue = getInt8Epilogue(op);
  if (failed(epilogue))
    return failure();
  integer::Requantization factors = getFactors(op);
  bool isSmall = false;
  if (isa.scalesFloats)
    factors.multipliers = *findFloatFactors(op, weights, *epilogue);
  else
    isSmall = isa.scalesSmall
                  ? makeSmall(factors)
                  : fitsHalves(getSums(weights, epilogue->bias), factors);
  call.addBool(isSmall);
  call.addInt(epilogue->inZero);
  call.addInt(factors.shift);
  call.addInt(epilogue->outZero);
  call.addInt(epilogue->range.lo);
  call.addInt(epilogue->range.hi);
  if (sum && sum->floats) {
    IntegerRange outputs = sum->getRule().outputs;
    call.addInt(outputs.lo);
    call.addInt(outputs.hi);
  }
  subtractOffset(epilogue->bias, weights, isa);
  repeatForUnit(epilogue->bias, unit);
  repeatForUnit(factors.multipliers, unit);
  fillVectors(epilogue->bias, isa);
  fillVectors(factors.multipliers, isa);
  MLIRContext *context = op.getContext();
  call.addInput(op->getOperand(0));
  call.addData("weights", packed);
  call.addData("bias", getWords(context, epilogue->bias));
  call.addData("multiplier", getWords(context, factors.multipliers));
  if (sum)
    sum->addTo(call, /*inputs=*/4);
  else
    call.addOutput(op->getResult(0));
  return success();
}

//===----------------------------------------------------------------------===//
// Convolutions and fully connected layers
//===----------------------------------------------------------------------===//

bool edgecc::multiplies(const VectorArithmetic &isa, Value weights) {
  if (isa.leastWeight == -128)
    return true;
  reference::Tensor tensor = *getConstantTensor(weights);
  return llvm::all_of(std::as_const(tensor).getData<int8_t>(),
                      [&](int8_t weight) { return weight >= isa.leastWeight; });
}

template <const VectorArithmetic &isa> static bool isVectorConv(ConvOp op) {
  return isInt8Image(op) && op.getGroups() == 1 && !PackedWeights::find(op) &&
         multiplies(isa, op.getFilter());
}

/// Instructions of a pixel by s8NeonLane, less those by s8NeonMlal: two for
/// eight products, but no partial sums and no gaps in runs that are no
/// multiples.
static double compareByLane(const VectorLayer &layer) {
  const VectorArithmetic &lane = s8NeonLane, &mlal = s8NeonMlal;
  // Loads beside products, and what follows them.
  constexpr double kLoads = 1.15, kFinish = 8, kFinishParts = 9;
  double inputs = double(layer.getRun(lane) * layer.getRuns(lane));
  double byLane = double(llvm::alignTo(layer.out[3], 8)) / 8 *
                  (2 * inputs * kLoads + kFinish);
  int64_t run = layer.getRun(mlal), rest = run % mlal.step;
  int64_t products = run / mlal.step * 3 + (rest == 0            ? 0
                                            : rest <= mlal.least ? 2
                                                                 : 3);
  double byParts =
      double(llvm::alignTo(layer.out[3], 4)) / 4 *
      (4 * double(products * layer.getRuns(mlal)) * kLoads + kFinishParts);
  // Inputs become int16, or windows are gathered.
  ArrayRef<int64_t> strides = layer.window.getStrides();
  byLane += double(strides[0] * strides[1] * layer.in[3]) / lane.lanes * 3;
  if (layer.gathers(mlal))
    byParts += double(layer.window.getKernel()[0]) * 17;
  else if (layer.copies(mlal))
    byParts += double(strides[0] * strides[1] * layer.in[3]) / mlal.step * 3;
  return byLane - byParts;
}

static bool isLaneConv(ConvOp op) {
  return isVectorConv<s8NeonLane>(op) &&
         (getTiling(op, getMethod(s8NeonLane)) ||
          compareByLane(VectorLayer::get(op)) < 0);
}

template <const VectorArithmetic &isa>
static bool isVectorFullyConnected(FullyConnectedOp op) {
  return isInt8FullyConnected(op) && !PackedWeights::find(op) &&
         multiplies(isa, op.getWeights());
}

/// The sum in floats, where that gives the same bits.
static FailureOr<ResidualSum> withFloats(ClampableOpInterface op,
                                         const ResidualSum &sum) {
  FailureOr<Int8Epilogue> epilogue = getInt8Epilogue(op);
  if (failed(epilogue))
    return failure();
  ResidualSum chosen = sum;
  chosen.floats =
      findFloatSum(sum.getRule(), {epilogue->range.lo - epilogue->outZero,
                                   epilogue->range.hi - epilogue->outZero});
  return chosen;
}

static LogicalResult lowerTiles(ClampableOpInterface op,
                                const VectorLayer &narrow,
                                const VectorArithmetic &isa,
                                KernelCallBuilder &call,
                                const ResidualSum *sum = nullptr) {
  const auto [unit, layer, tiling] = TiledLayer::get(op, narrow, isa);
  reference::Tensor weights = *getConstantTensor(op->getOperand(1));
  FailureOr<VectorArithmetic> scaled = chooseScaling(op, weights, isa);
  if (failed(scaled))
    return failure();
  FailureOr<ResidualSum> both = failure();
  if (sum && scaled->scalesFloats) {
    both = withFloats(op, *sum);
    if (failed(both))
      return failure();
    sum = &*both;
  }
  beginCall(!sum          ? "conv2d_s8"
            : sum->floats ? "conv2d_s8_add_floats"
                          : "conv2d_s8_add",
            "conv2d", tiling.parts, tiling.scratchBytes, call);
  addTiling(layer, tiling, *scaled, call);
  if (failed(addInt8Epilogue(op, weights,
                             packForTiles(widenFilter(weights, narrow, unit),
                                          layer, tiling.blocks, isa),
                             *scaled, call, sum, unit)))
    return failure();
  allowOverlap(layer, tiling, isa, call);
  addScratch(tiling.parts, tiling.scratchBytes, call);
  return success();
}

template <const VectorArithmetic &isa>
static LogicalResult lowerConv(ConvOp op, KernelCallBuilder &call,
                               const ResidualSum *sum) {
  return lowerTiles(op, VectorLayer::get(op), isa, call, sum);
}

template <const VectorArithmetic &isa>
static LogicalResult lowerFullyConnected(FullyConnectedOp op,
                                         KernelCallBuilder &call) {
  return lowerTiles(op, VectorLayer::get(op), isa, call);
}

//===----------------------------------------------------------------------===//
// Depthwise convolutions
//===----------------------------------------------------------------------===//

template <const VectorArithmetic &isa>
static LogicalResult lowerDepthwise(ConvOp op, KernelCallBuilder &call) {
  VectorLayer layer = VectorLayer::get(op);
  DepthTiling tiling = getDepthTiling(op, isa);
  reference::Tensor filter = *getConstantTensor(op.getFilter());
  FailureOr<VectorArithmetic> scaled = chooseScaling(op, filter, isa);
  if (failed(scaled))
    return failure();
  beginCall("depthwise_conv2d_s8", "depthwise_conv2d", tiling.parts,
            tiling.scratchBytes, call);
  addShapes(layer, *scaled, call);
  call.addInt(tiling.band);
  if (failed(addInt8Epilogue(op, filter,
                             packForDepth(filter, layer, tiling, isa), *scaled,
                             call, /*sum=*/nullptr, tiling.unit)))
    return failure();
  allowOverlap(layer, tiling, isa, call);
  addScratch(tiling.parts, tiling.scratchBytes, call);
  return success();
}

template <const VectorArithmetic &isa,
          bool (*Matches)(ConvOp) = isVectorConv<isa>>
static void addConv(KernelRegistry &registry) {
  addImageKernels<Matches, lowerConv<isa>>(
      registry, "conv2d_s8_" + isa.suffix, "conv2d_s8_add_" + isa.suffix,
      isa.benefit, isa.features, getTilings<ConvOp, isVectorConv<isa>, isa>());
}

template <const VectorArithmetic &isa>
static void addKernels(KernelRegistry &registry) {
  addConv<isa>(registry);
  registry
      .add<FullyConnectedOp>(
          "fully_connected_s8_" + isa.suffix, isVectorFullyConnected<isa>,
          lowerFullyConnected<isa>, isa.benefit, isa.features)
      .tilings =
      getTilings<FullyConnectedOp, isVectorFullyConnected<isa>, isa>();
}

template <const VectorArithmetic &isa>
static void addDepthwise(KernelRegistry &registry) {
  registry
      .add<ConvOp>("depthwise_conv2d_s8_" + isa.suffix, isInt8Depthwise,
                   lowerDepthwise<isa>, isa.benefit, isa.features)
      .tilings = getDepthTilings<isInt8Depthwise, isa>();
}

void edgecc::registerVectorInt8Kernels(KernelRegistry &registry) {
  addKernels<s8Vnni>(registry);
  addKernels<s8Avx2>(registry);
  addKernels<s8NeonDot>(registry);
  addKernels<s8NeonMlal>(registry);
  addKernels<s8NeonMull>(registry);
  addConv<s8NeonLane, isLaneConv>(registry);
  addDepthwise<s8Vnni>(registry);
  addDepthwise<s8Avx2>(registry);
  addDepthwise<s8NeonDot>(registry);
  addDepthwise<s8NeonWide>(registry);
}
