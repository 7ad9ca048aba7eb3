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

template <const VectorArithmetic &isa> static bool isPlanarConv(ConvOp op) {
  return isVectorConv(op) && findPlanarImage(op) &&
         !VectorLayer::get(op).isFlat(isa) && chooseParts(op, isa) == 1;
}

static bool isVectorDepthwise(ConvOp op) {
  return isFloatImage(op) && op.getGroups() > 1 &&
         getImageShape(op.getInput())[3] == int64_t(op.getGroups()) &&
         getImageShape(op.getResult())[3] == int64_t(op.getGroups());
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
  addTiling(layer, tiling, isa, call);
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
  addShapes(layer, isa, call);
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
static void addKernels(KernelRegistry &registry) {
  auto add = [&](auto op, StringRef name, auto matches,
                 auto lower) -> Kernel & {
    return registry.add<decltype(op)>(name + "_f32_" + isa.suffix, matches,
                                      lower, isa.benefit, isa.features);
  };
  add(ConvOp(), "conv2d", isVectorConv, lowerConv<isa>).tilings =
      getTilings<ConvOp, isVectorConv, isa>();
  Kernel &planar =
      add(ConvOp(), "conv2d_planar", isPlanarConv<isa>, lowerPlanarConv<isa>);
  // Before the one that needs a transposition.
  ++planar.benefit;
  planar.tilings.method = getMethod(isa);
  planar.producer = [](Operation *op) -> Operation * {
    return findPlanarImage(cast<ConvOp>(op));
  };
  add(ConvOp(), "depthwise_conv2d", isVectorDepthwise, lowerDepthwise<isa>)
      .tilings = getDepthTilings<isVectorDepthwise, isa>();
  add(FullyConnectedOp(), "fully_connected", isVectorFullyConnected,
      lowerFullyConnected<isa>)
      .tilings = getTilings<FullyConnectedOp, isVectorFullyConnected, isa>();
}

void edgecc::registerVectorFloatKernels(KernelRegistry &registry) {
  addKernels<f32Avx512>(registry);
  addKernels<f32Avx2>(registry);
  addKernels<f32Neon>(registry);
}
