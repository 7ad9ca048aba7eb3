//===- VectorInt8Kernels.cpp - Int8 kernels of vectors --------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "VectorKernels.h"

#include "ImageShapes.h"
#include "PackedWeights.h"
#include "VectorTilings.h"

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

/// Whether all sums of products with these weights [O, taps...], scaled, fit 16
/// bits. The bias has the zero point of the inputs in it.
static bool fitsHalves(const reference::Tensor &weights, ArrayRef<int32_t> bias,
                       const integer::Requantization &factors) {
  ArrayRef<int8_t> data = weights.getData<int8_t>();
  int64_t taps = weights.getNumElements() / weights.getDim(0);
  for (auto [start, multiplier] : llvm::zip(bias, factors.multipliers)) {
    int64_t least = start, most = start;
    for (int8_t weight : data.take_front(taps)) {
      least += std::min(weight * -128, weight * 127);
      most += std::max(weight * -128, weight * 127);
    }
    double largest = double(std::max(std::abs(least), std::abs(most))) *
                     std::pow(2.0, factors.shift);
    if (largest >= 0x1p31 ||
        largest * std::abs(double(multiplier)) / 0x1p31 > 32766)
      return false;
    data = data.drop_front(taps);
  }
  return true;
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
  call.addBool(isa.scalesSmall ? makeSmall(factors)
                               : fitsHalves(weights, epilogue->bias, factors));
  call.addInt(epilogue->inZero);
  call.addInt(factors.shift);
  call.addInt(epilogue->outZero);
  call.addInt(epilogue->range.lo);
  call.addInt(epilogue->range.hi);
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

static LogicalResult lowerTiles(ClampableOpInterface op,
                                const VectorLayer &narrow,
                                const VectorArithmetic &isa,
                                KernelCallBuilder &call,
                                const ResidualSum *sum = nullptr) {
  const auto [unit, layer, tiling] = TiledLayer::get(op, narrow, isa);
  reference::Tensor weights = *getConstantTensor(op->getOperand(1));
  beginCall(sum ? "conv2d_s8_add" : "conv2d_s8", "conv2d", tiling.parts,
            tiling.scratchBytes, call);
  addTiling(layer, tiling, isa, call);
  if (failed(addInt8Epilogue(op, weights,
                             packForTiles(widenFilter(weights, narrow, unit),
                                          layer, tiling.blocks, isa),
                             isa, call, sum, unit)))
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

static bool isVectorDepthwise(ConvOp op) {
  return isInt8Image(op) && op.getGroups() > 1 &&
         getImageShape(op.getInput())[3] == int64_t(op.getGroups()) &&
         getImageShape(op.getResult())[3] == int64_t(op.getGroups());
}

template <const VectorArithmetic &isa>
static LogicalResult lowerDepthwise(ConvOp op, KernelCallBuilder &call) {
  VectorLayer layer = VectorLayer::get(op);
  DepthTiling tiling = getDepthTiling(op, isa);
  reference::Tensor filter = *getConstantTensor(op.getFilter());
  beginCall("depthwise_conv2d_s8", "depthwise_conv2d", tiling.parts,
            tiling.scratchBytes, call);
  addShapes(layer, isa, call);
  call.addInt(tiling.band);
  if (failed(addInt8Epilogue(op, filter,
                             packForDepth(filter, layer, tiling, isa), isa,
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
      .add<ConvOp>("depthwise_conv2d_s8_" + isa.suffix, isVectorDepthwise,
                   lowerDepthwise<isa>, isa.benefit, isa.features)
      .tilings = getDepthTilings<isVectorDepthwise, isa>();
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
