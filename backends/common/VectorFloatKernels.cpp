//===- VectorFloatKernels.cpp - Float kernels of vectors ------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "VectorKernels.h"

#include "ImageShapes.h"
#include "Int8Layers.h"
#include "VectorTilings.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;

reference::Tensor edgecc::packBias(Value value, int64_t unit,
                                   const VectorArithmetic &isa) {
  reference::Tensor bias = *getConstantTensor(value);
  SmallVector<float> values(std::as_const(bias).getData<float>());
  repeatForUnit(values, unit);
  fillVectors(values, isa);
  reference::Tensor packed(RankedTensorType::get(
      {int64_t(values.size())}, Float32Type::get(value.getContext())));
  llvm::copy(values, packed.getData<float>().begin());
  return packed;
}

VectorArithmetic edgecc::withLimitsOf(ClampableOpInterface op,
                                      const VectorArithmetic &isa) {
  VectorArithmetic limited = isa;
  std::optional<APFloat> lo = op.getClampMin(), hi = op.getClampMax();
  if (!isa.leavesLimits || (hi && !hi->isInfinity()))
    return limited;
  StringRef limits = lo && !lo->isInfinity() ? "LowerLimit" : "NoLimits";
  // As an attribute the name lives as long as the operation.
  limited.name =
      StringAttr::get(op->getContext(), limits + "<kernels::" + isa.name + ">");
  return limited;
}

bool edgecc::isFloatImage(ConvOp op) {
  return isFloatOp(op) && isConstant(op.getFilter()) &&
         isConstant(op.getBias()) && shapeOf(op.getInput()).size() <= 4;
}

static bool isVectorConv(ConvOp op) {
  return isFloatImage(op) && op.getGroups() == 1;
}

/// The transposition that gives a convolution its image [N, H, W, C], if it is
/// there for nothing else and of few channels, so that the copy of a band can
/// do it.
static TransposeOp findPlanarImage(ConvOp op) {
  constexpr int64_t kMostChannels = 4;
  auto transpose = op.getInput().getDefiningOp<TransposeOp>();
  if (!transpose || !op.getInput().hasOneUse() ||
      transpose.getPerm() != ArrayRef<int64_t>({0, 2, 3, 1}) ||
      getImageShape(op.getInput())[3] > kMostChannels)
    return nullptr;
  return transpose;
}

template <const VectorArithmetic &isa, bool (*Matches)(ConvOp) = isVectorConv>
static bool isPlanarConv(ConvOp op) {
  return Matches(op) && findPlanarImage(op) &&
         !VectorLayer::get(op).isFlat(isa) && chooseParts(op, isa) == 1;
}

//===----------------------------------------------------------------------===//
// Few channels
//===----------------------------------------------------------------------===//

/// Instructions for each pixel of a layer.
static double getPixelCost(const VectorLayer &narrow,
                           const VectorArithmetic &isa) {
  int64_t unit = narrow.chooseUnit(isa);
  VectorLayer layer = narrow.widen(unit);
  int64_t vectors = llvm::divideCeil(layer.out[3], isa.lanes);
  int64_t steps = layer.getRuns(isa) *
                  int64_t(llvm::divideCeil(layer.getRun(isa), isa.step));
  // What follows the products of a vector, in the time of one of these: it is
  // limited and stored, and several are added up before.
  double finish = isa.addsLanes ? 3 + 3.0 / double(isa.step) : 6;
  return double(vectors) * (double(steps) + finish) / double(unit);
}

/// Whether an arithmetic that has several lanes for each channel can compute a
/// layer in tiles of several pixels, and reads it where it is if others do.
static bool canAddLanes(const VectorLayer &layer, const VectorArithmetic &isa) {
  constexpr int64_t kMostVectors = 4;
  return layer.out[3] <= kMostVectors * isa.lanes &&
         (!layer.isWhole() || layer.getRun(isa) % isa.step == 0);
}

/// The best of these arithmetics for a layer; null if the one with a lane for
/// each channel is about as good.
static const VectorArithmetic *chooseTaps(const VectorLayer &layer) {
  constexpr double kWorthIt = 0.9;
  double least = getPixelCost(layer, f32Avx512) * kWorthIt;
  const VectorArithmetic *best = nullptr;
  for (const VectorArithmetic *isa :
       {&f32Avx512Taps2, &f32Avx512Taps4, &f32Avx512Taps8, &f32Avx512Taps16}) {
    if (!canAddLanes(layer, *isa))
      continue;
    double cost = getPixelCost(layer, *isa);
    if (cost < least) {
      least = cost;
      best = isa;
    }
  }
  return best;
}

template <const VectorArithmetic &isa> static bool canTapsConv(ConvOp op) {
  return isVectorConv(op) && canAddLanes(VectorLayer::get(op), isa);
}

/// Where it is the best one, or --tune has chosen it.
template <const VectorArithmetic &isa> static bool isTapsConv(ConvOp op) {
  return canTapsConv<isa>(op) && (getTiling(op, getMethod(isa)) ||
                                  chooseTaps(VectorLayer::get(op)) == &isa);
}

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

static bool isVectorDepthwise(ConvOp op) {
  return isFloatImage(op) && op.isDepthwise();
}

static bool isVectorFullyConnected(FullyConnectedOp op) {
  return isFloatOp(op) && isConstant(op.getWeights()) &&
         isConstant(op.getBias());
}

static void lowerTiles(ClampableOpInterface op, const VectorLayer &narrow,
                       const VectorArithmetic &isa, KernelCallBuilder &call,
                       TransposeOp planar = nullptr) {
  const auto [unit, layer, tiling] = TiledLayer::get(op, narrow, isa);
  beginCall(planar            ? "conv2d_planar_f32"
            : layer.isWhole() ? "pointwise_f32"
                              : "conv2d_f32",
            "conv2d", tiling.parts, layer.isWhole() ? -1 : tiling.scratchBytes,
            call);
  addTiling(layer, tiling, withLimitsOf(op, isa), call);
  if (planar)
    call.addProducer(planar);
  call.addInput(planar ? planar.getInput() : op->getOperand(0));
  call.addData("weights",
               packForTiles(widenFilter(*getConstantTensor(op->getOperand(1)),
                                        narrow, unit),
                            layer, tiling.blocks, isa));
  call.addData("bias", packBias(op->getOperand(2), unit, isa));
  call.addOutput(op->getResult(0));
  addFloatClamp(op, call);
  if (!planar)
    allowOverlap(layer, tiling, isa, call);
  if (!layer.isWhole())
    addScratch(tiling.parts, tiling.scratchBytes, call);
}

template <const VectorArithmetic &isa>
static LogicalResult lowerConv(ConvOp op, KernelCallBuilder &call) {
  lowerTiles(op, VectorLayer::get(op), isa, call);
  return success();
}

template <const VectorArithmetic &isa>
static LogicalResult lowerPlanarConv(ConvOp op, KernelCallBuilder &call) {
  lowerTiles(op, VectorLayer::get(op), isa, call, findPlanarImage(op));
  return success();
}

template <const VectorArithmetic &isa>
static LogicalResult lowerFullyConnected(FullyConnectedOp op,
                                         KernelCallBuilder &call) {
  lowerTiles(op, VectorLayer::get(op), isa, call);
  return success();
}

template <const VectorArithmetic &isa>
static LogicalResult lowerDepthwise(ConvOp op, KernelCallBuilder &call) {
  VectorLayer layer = VectorLayer::get(op);
  DepthTiling tiling = getDepthTiling(op, isa);
  beginCall("depthwise_conv2d_f32", "depthwise_conv2d", tiling.parts,
            tiling.scratchBytes, call);
  addShapes(layer, withLimitsOf(op, isa), call);
  call.addInt(tiling.band);
  call.addInput(op.getInput());
  call.addData("weights", packForDepth(*getConstantTensor(op.getFilter()),
                                       layer, tiling, isa));
  call.addData("bias", packBias(op.getBias(), tiling.unit, isa));
  call.addOutput(op.getResult());
  addFloatClamp(op, call);
  allowOverlap(layer, tiling, isa, call);
  addScratch(tiling.parts, tiling.scratchBytes, call);
  return success();
}

template <const VectorArithmetic &isa>
static std::string getName(StringRef layer) {
  return (layer + "_f32_" + isa.suffix).str();
}

/// `Matches` says what is computed so, `Accepts` what could be.
template <const VectorArithmetic &isa, bool (*Matches)(ConvOp),
          bool (*Accepts)(ConvOp)>
static void addConvolutions(KernelRegistry &registry) {
  registry
      .add<ConvOp>(getName<isa>("conv2d"), Matches, lowerConv<isa>, isa.benefit,
                   isa.features)
      .tilings = getTilings<ConvOp, Accepts, isa>();
  // Before the one that needs a transposition.
  Kernel &planar = registry.add<ConvOp>(
      getName<isa>("conv2d_planar"), isPlanarConv<isa, Matches>,
      lowerPlanarConv<isa>, isa.benefit + 1, isa.features);
  planar.tilings.method = getMethod(isa);
  planar.producer = [](Operation *op) -> Operation * {
    return findPlanarImage(cast<ConvOp>(op));
  };
}

template <const VectorArithmetic &isa>
static void addKernels(KernelRegistry &registry) {
  addConvolutions<isa, isVectorConv, isVectorConv>(registry);
  registry
      .add<ConvOp>(getName<isa>("depthwise_conv2d"), isVectorDepthwise,
                   lowerDepthwise<isa>, isa.benefit, isa.features)
      .tilings = getDepthTilings<isVectorDepthwise, isa>();
  registry
      .add<FullyConnectedOp>(getName<isa>("fully_connected"),
                             isVectorFullyConnected, lowerFullyConnected<isa>,
                             isa.benefit, isa.features)
      .tilings = getTilings<FullyConnectedOp, isVectorFullyConnected, isa>();
}

template <const VectorArithmetic &isa>
static void addTaps(KernelRegistry &registry) {
  addConvolutions<isa, isTapsConv<isa>, canTapsConv<isa>>(registry);
}

void edgecc::registerVectorFloatKernels(KernelRegistry &registry) {
  addKernels<f32Avx512>(registry);
  addTaps<f32Avx512Taps2>(registry);
  addTaps<f32Avx512Taps4>(registry);
  addTaps<f32Avx512Taps8>(registry);
  addTaps<f32Avx512Taps16>(registry);
  addKernels<f32Avx2>(registry);
  addKernels<f32Neon>(registry);
}
