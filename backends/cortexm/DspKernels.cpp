//===- DspKernels.cpp - Integer kernels for Arm's DSP extension -----------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Convolutions, fully connected layers and products on Cortex-M4, M7 and M33.
//
//===----------------------------------------------------------------------===//

#include "DspWeights.h"
#include "ImageCalls.h"

#include "../common/ImageShapes.h"
#include "../common/Int16Layers.h"
#include "../common/Int8Layers.h"
#include "../common/MatMulTypes.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;

//===----------------------------------------------------------------------===//
// Requantization
//===----------------------------------------------------------------------===//

/// One SMMLAR per result needs doubled multipliers in 32 bits, and no shift.
static bool canDouble(const integer::Requantization &factors) {
  return factors.shift == 0 && llvm::all_of(factors.multipliers, [](int32_t m) {
           return m < (1 << 30);
         });
}

static bool hasDoubledMultipliers(Operation *op) {
  return canDouble(getFactors(op));
}

/// The template arguments and data that the int8 kernels share: zero points and
/// bounds, then weights (with the steps of their groups where they are digits),
/// bias, doubled multipliers (both up to an even number), output.
static LogicalResult
addEpilogue(ClampableOpInterface op, ArrayRef<int32_t> packed, bool hasPadding,
            KernelCallBuilder &call,
            const std::optional<reference::Tensor> &steps = std::nullopt,
            const ResidualSum *sum = nullptr) {
  FailureOr<Int8Epilogue> epilogue = getInt8Epilogue(op);
  if (failed(epilogue))
    return failure();
  if (hasPadding)
    call.addInt(epilogue->inZero);
  call.addInt(epilogue->outZero);
  call.addInt(epilogue->range.lo);
  call.addInt(epilogue->range.hi);
  integer::Requantization factors = getFactors(op);
  for (int32_t &m : factors.multipliers)
    m *= 2;
  // Pairs of outputs are computed together.
  epilogue->bias.resize(llvm::alignTo(epilogue->bias.size(), 2));
  factors.multipliers.resize(epilogue->bias.size());
  MLIRContext *context = op.getContext();
  call.addInput(op->getOperand(0));
  call.addData(steps ? "digits" : "weights", getWords(context, packed));
  if (steps)
    call.addData("steps", *steps);
  call.addData("bias", getWords(context, epilogue->bias));
  call.addData("multiplier", getWords(context, factors.multipliers));
  if (sum)
    sum->addTo(call, /*inputs=*/4);
  else
    call.addOutput(op->getResult(0));
  return success();
}

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

/// Whether the kernels sum in 32 bits what a layer of int16 multiplies.
static bool hasNarrowSums(ClampableOpInterface op) {
  return isConstant(op->getOperand(1)) && isConstant(op->getOperand(2)) &&
         Int16Epilogue(op).sums.fitInt32();
}

/// What follows the template arguments of a layer of int16: input, weights,
/// bias, multipliers, output, and the scalars.
static void addWideEpilogue(ClampableOpInterface op, ArrayRef<int32_t> packed,
                            KernelCallBuilder &call) {
  Int16Epilogue epilogue(op);
  MLIRContext *context = op.getContext();
  call.addInput(op->getOperand(0));
  call.addData("weights", getWords(context, packed));
  call.addData("bias", getWords(context, epilogue.bias));
  call.addData("multiplier", getWords(context, epilogue.factors.multipliers));
  call.addOutput(op->getResult(0));
  call.addScalars(
      {epilogue.factors.shift, epilogue.range.lo, epilogue.range.hi});
}

/// The kernels compute three pixels of an image at a time, from a copy of what
/// their windows cover.
static void allowDspOverlap(ConvOp op, KernelCallBuilder &call) {
  allowRasterOverlap(op.getInput(), op.getResult(), getWindowOf(op), call,
                     /*block=*/3, /*readsFirst=*/true);
}

static bool isDspConv(ConvOp op) {
  SmallVector<int64_t> out = getImageShape(op.getResult());
  return isInt8Image(op) && hasDoubledMultipliers(op) && op.getGroups() == 1 &&
         out[1] * out[2] >= 3;
}

/// Bytes of the taps of three pixels, filled up to a multiple of `columns`.
static int64_t getPatchBytes(const reference::Tensor &filter,
                             int64_t columns = 4) {
  int64_t taps = filter.getNumElements() / filter.getDim(0);
  return int64_t(llvm::alignTo(taps, columns)) * 3 * sizeof(int16_t);
}

static LogicalResult lowerDspConv(ConvOp op, KernelCallBuilder &call,
                                  const ResidualSum *sum) {
  reference::Tensor filter = *getConstantTensor(op.getFilter());
  int64_t bytes = getPatchBytes(filter, /*columns=*/8);
  bool inArena =
      beginImageCall(op, sum ? "conv2d_s8_add_dsp" : "conv2d_s8_dsp",
                     sum ? "conv2d_s8_add_dsp_small" : "conv2d_s8_dsp_small",
                     "conv2d_dsp.h", bytes, call);
  if (failed(addEpilogue(op, packRows(filter, 2, /*columns=*/8),
                         /*hasPadding=*/true, call, /*steps=*/std::nullopt,
                         sum)))
    return failure();
  allowDspOverlap(op, call);
  if (inArena)
    call.addScratch(bytes);
  if (sum)
    return success();
  call.addScalar(int32_t(0));
  if (filter.getNumElements() !=
      filter.getDim(0) * shapeOf(op.getInput()).back())
    allowRasterBackwards(op.getInput(), op.getResult(), getWindowOf(op), call,
                         /*block=*/3, /*readsFirst=*/true);
  return success();
}

static bool isWinogradConv(ConvOp op) {
  if (!isDspConv(op) || shapeOf(op.getFilter()).size() != 4)
    return false;
  ArrayRef<int64_t> filter = shapeOf(op.getFilter());
  auto isOne = [](int64_t value) { return value == 1; };
  return filter[1] == 3 && filter[2] == 3 && filter[0] % 4 == 0 &&
         filter[3] % 4 == 0 && filter[3] <= 256 &&
         llvm::all_of(op.getStrides(), isOne) &&
         llvm::all_of(op.getDilations(), isOne) &&
         getLargestSum(op) < int64_t(1) << 29;
}

/// 16 values of two bytes in the place of nine bytes.
static int64_t getWinogradExtraBytes(ConvOp op) {
  reference::Tensor filter = *getConstantTensor(op.getFilter());
  return filter.getNumElements() / 9 * (16 * 2 - 9);
}

static LogicalResult lowerWinogradConv(ConvOp op, KernelCallBuilder &call,
                                       const ResidualSum *sum) {
  reference::Tensor filter = *getConstantTensor(op.getFilter());
  // Two tiles of 4 x 4 pixels as int16.
  int64_t bytes = 2 * 16 * filter.getDim(3) * int64_t(sizeof(int16_t));
  bool inArena = beginImageCall(
      op, sum ? "conv2d_s8_winograd_add_dsp" : "conv2d_s8_winograd_dsp",
      sum ? "conv2d_s8_winograd_add_dsp_small" : "conv2d_s8_winograd_dsp_small",
      "conv2d_winograd_dsp.h", bytes, call);
  if (failed(addEpilogue(op, packWinograd(filter), /*hasPadding=*/true, call,
                         /*steps=*/std::nullopt, sum)))
    return failure();
  // Rows of tiles are two rows of pixels that are read until the last of them
  // is written.
  SmallVector<int64_t> out = getImageShape(op.getResult());
  if (out[1] >= 2)
    allowRasterOverlap(op.getInput(), op.getResult(), getWindowOf(op), call,
                       /*block=*/2 * out[2]);
  if (inArena)
    call.addScratch(bytes);
  return success();
}

static LogicalResult lowerDspPackedConv(ConvOp op, KernelCallBuilder &call) {
  PackedWeights weights = *PackedWeights::find(op);
  int64_t bytes = getPatchBytes(*getConstantTensor(op.getFilter()));
  bool inArena = beginImageCall(op, "conv2d_s8w4_dsp", "conv2d_s8w4_dsp_small",
                                "conv2d_w4_dsp.h", bytes, call);
  call.setPrecision("s8w4");
  call.addInt(weights.getGroup());
  if (failed(addEpilogue(op, packDigitRows(weights, 2),
                         /*hasPadding=*/true, call,
                         packStepRows(weights, 2, op.getContext()))))
    return failure();
  allowDspOverlap(op, call);
  if (inArena)
    call.addScratch(bytes);
  return success();
}

static bool isWideDspConv(ConvOp op) {
  SmallVector<int64_t> out = getImageShape(op.getResult());
  return isInt16Op(op) && shapeOf(op.getInput()).size() <= 4 &&
         op.getGroups() == 1 && out[1] * out[2] >= 3 && hasNarrowSums(op);
}

static LogicalResult lowerWideDspConv(ConvOp op, KernelCallBuilder &call) {
  reference::Tensor filter = *getConstantTensor(op.getFilter());
  int64_t bytes = getPatchBytes(filter);
  bool inArena =
      beginImageCall(op, "conv2d_s16x8_dsp", "conv2d_s16x8_dsp_small",
                     "conv2d_dsp.h", bytes, call);
  addWideEpilogue(op, packWideRows(filter, 2), call);
  allowDspOverlap(op, call);
  if (inArena)
    call.addScratch(bytes);
  return success();
}

/// Bytes of a band of a channel with its padding, as the kernel's DspPlane has
/// it.
static int64_t getBandBytes(ConvOp op, int64_t band) {
  SmallVector<int64_t> out = getImageShape(op.getResult());
  int64_t stride = op.getStrides()[0];
  int64_t height = (band - 1) * stride + 3, width = (out[2] - 1) * stride + 3;
  return height * llvm::alignTo(width, 2) * int64_t(sizeof(int16_t));
}

static bool isDspDepthwise(ConvOp op) {
  return isInt8Depthwise3x3(op) && hasDoubledMultipliers(op);
}

static LogicalResult lowerDspDepthwise(ConvOp op, KernelCallBuilder &call) {
  return lowerInBands(
      op, "depthwise_conv2d_s8_dsp", "depthwise_conv2d_s8_dsp_small",
      "depthwise_conv2d_dsp.h", call,
      [&](int64_t band) { return getBandBytes(op, band); },
      [&] {
        return addEpilogue(op,
                           packDepthwise(*getConstantTensor(op.getFilter())),
                           /*hasPadding=*/true, call);
      });
}

/// Words of packed weights of a channel, as packColumns makes them.
static int64_t countColumnWords(const reference::Tensor &filter,
                                kern::WindowAttr window) {
  return int64_t(packColumns(filter, window).size()) / filter.getDim(0);
}

static bool isDspColumns(ConvOp op) {
  // The kernel's code grows with the window.
  constexpr int64_t kMostWords = 36;
  if (!isInt8Depthwise(op) || !hasDoubledMultipliers(op))
    return false;
  ColumnWindows columns(op);
  // Without pairs, copies take more than multiplications side by side save.
  kern::WindowAttr window = columns.window;
  bool hasPairs = window.getKernel()[0] > 1 ||
                  (window.getKernel()[1] > 1 && window.getDilations()[1] == 1);
  return hasPairs && columns.fit() &&
         countColumnWords(*getConstantTensor(op.getFilter()), window) <=
             kMostWords;
}

/// As the kernel's dspShapeOf.
static int64_t getColumnBytes(const ColumnWindows &columns) {
  ArrayRef<int64_t> kernel = columns.window.getKernel(),
                    dilations = columns.window.getDilations();
  bool isFlat = kernel[0] == 1 && dilations[1] == 1;
  int64_t pitch = isFlat ? 1 : int64_t(llvm::alignTo(columns.height, 2));
  int64_t lastTap =
      isFlat ? (kernel[1] - 1) / 2 * 2 : (kernel[1] - 1) * dilations[1] * pitch;
  int64_t outputs = std::max(columns.out[2], columns.getTogether());
  int64_t read = (outputs - 1) * columns.window.getStrides()[1] * pitch +
                 lastTap + (isFlat ? 2 : pitch);
  // Words are written.
  return int64_t(llvm::alignTo(columns.getSize(pitch, read), 2) *
                 sizeof(int16_t));
}

static LogicalResult lowerDspColumns(ConvOp op, KernelCallBuilder &call) {
  ColumnWindows columns(op);
  return lowerInColumns(
      columns, "depthwise_conv2d_s8_columns_dsp",
      "depthwise_conv2d_s8_columns_dsp_small", "depthwise_columns_dsp.h",
      getColumnBytes(columns), call, [&] {
        return addEpilogue(
            op, packColumns(*getConstantTensor(op.getFilter()), columns.window),
            /*hasPadding=*/true, call);
      });
}

static bool isDspFullyConnected(FullyConnectedOp op) {
  return isInt8FullyConnected(op) && shapeOf(op.getInput()).back() % 4 == 0 &&
         hasDoubledMultipliers(op);
}

static LogicalResult lowerDspFullyConnected(FullyConnectedOp op,
                                            KernelCallBuilder &call) {
  call.begin("fully_connected_s8_dsp", "fully_connected_dsp.h");
  call.addShape(op.getInput());
  call.addShape(op.getResult());
  return addEpilogue(op, packRows(*getConstantTensor(op.getWeights()), 4),
                     /*hasPadding=*/false, call);
}

static LogicalResult lowerDspPairsFullyConnected(FullyConnectedOp op,
                                                 KernelCallBuilder &call) {
  call.begin("fully_connected_s8_pairs_dsp", "fully_connected_dsp.h");
  call.addShape(op.getInput());
  call.addShape(op.getResult());
  return addEpilogue(op, packPairRows(*getConstantTensor(op.getWeights()), 4),
                     /*hasPadding=*/false, call);
}

/// A second byte for every weight.
static int64_t getPairsExtraBytes(Operation *op) {
  return getConstantTensor(op->getOperand(1))->getNumElements();
}

static LogicalResult lowerDspPackedFullyConnected(FullyConnectedOp op,
                                                  KernelCallBuilder &call) {
  PackedWeights weights = *PackedWeights::find(op);
  call.begin("fully_connected_s8w4_dsp", "fully_connected_w4_dsp.h");
  call.addShape(op.getInput());
  call.addShape(op.getResult());
  call.setPrecision("s8w4");
  call.addInt(weights.getGroup());
  return addEpilogue(op, packDigitRows(weights, 4),
                     /*hasPadding=*/false, call,
                     packStepRows(weights, 4, op.getContext()));
}

static bool isWideDspFullyConnected(FullyConnectedOp op) {
  return isInt16Op(op) && shapeOf(op.getInput()).back() % 4 == 0 &&
         hasNarrowSums(op);
}

static LogicalResult lowerWideDspFullyConnected(FullyConnectedOp op,
                                                KernelCallBuilder &call) {
  call.begin("fully_connected_s16x8_dsp", "fully_connected_dsp.h");
  call.addShape(op.getInput());
  call.addShape(op.getResult());
  addWideEpilogue(op, packWideRows(*getConstantTensor(op.getWeights()), 4),
                  call);
  return success();
}

//===----------------------------------------------------------------------===//
// Products of activations
//===----------------------------------------------------------------------===//

/// With rows enough to pack for.
static bool isDspMatMul(MatMulOp op) {
  constexpr int64_t kLeastRows = 4;
  ArrayRef<int64_t> lhs = shapeOf(op.getLhs());
  return isInt8Op(op) && lhs.back() >= 4 && lhs[lhs.size() - 2] >= kLeastRows &&
         canDouble(MatMulTypes(op).factor);
}

static LogicalResult lowerDspMatMul(MatMulOp op, KernelCallBuilder &call) {
  call.begin("matmul_s8_dsp", "matmul_dsp.h");
  for (Value tensor : {op.getLhs(), op.getRhs(), op.getResult()})
    call.addShape(tensor);
  call.addInput(op.getLhs());
  call.addInput(op.getRhs());
  call.addOutput(op.getResult());
  call.addScratch(shapeOf(op.getLhs()).back() / 4 * 4 * 8);
  MatMulTypes types(op);
  call.addScalars({types.lhsZero, types.rhsZero, 2 * types.getMultiplier(),
                   types.resultZero});
  return success();
}

/// Of int16, with any factor.
static bool isWideDspMatMul(MatMulOp op) {
  constexpr int64_t kLeastRows = 4;
  ArrayRef<int64_t> lhs = shapeOf(op.getLhs());
  return isInt16Op(op) && lhs.back() >= 2 && lhs[lhs.size() - 2] >= kLeastRows;
}

static LogicalResult lowerWideDspMatMul(MatMulOp op, KernelCallBuilder &call) {
  call.begin("matmul_s16_dsp", "matmul_dsp.h");
  for (Value tensor : {op.getLhs(), op.getRhs(), op.getResult()})
    call.addShape(tensor);
  call.addInput(op.getLhs());
  call.addInput(op.getRhs());
  call.addOutput(op.getResult());
  call.addScratch(shapeOf(op.getLhs()).back() / 2 * 2 * 8);
  WideMatMulTypes types(op);
  call.addScalars({types.getMultiplier(), types.factor.shift});
  return success();
}

void edgecc::registerDspKernels(KernelRegistry &registry) {
  registry.add<MatMulOp>("matmul_s16_dsp", isWideDspMatMul, lowerWideDspMatMul,
                         /*benefit=*/10, /*features=*/{"dsp"});
  registry.add<MatMulOp>("matmul_s8_dsp", isDspMatMul, lowerDspMatMul,
                         /*benefit=*/10, /*features=*/{"dsp"});
  addImageKernels<isDspConv, lowerDspConv>(registry, "conv2d_s8_dsp",
                                           "conv2d_s8_add_dsp",
                                           /*benefit=*/10, {"dsp"});
  addImageKernels<isWinogradConv, lowerWinogradConv, getWinogradExtraBytes>(
      registry, "conv2d_s8_winograd_dsp", "conv2d_s8_winograd_add_dsp",
      /*benefit=*/11, {"dsp"});
  registry.add<ConvOp>("depthwise_conv2d_s8_dsp", isDspDepthwise,
                       lowerDspDepthwise, /*benefit=*/10,
                       /*features=*/{"dsp"});
  registry.add<ConvOp>("depthwise_conv2d_s8_columns_dsp", isDspColumns,
                       lowerDspColumns, /*benefit=*/8, /*features=*/{"dsp"});
  registry.add<FullyConnectedOp>("fully_connected_s8_dsp", isDspFullyConnected,
                                 lowerDspFullyConnected, /*benefit=*/10,
                                 /*features=*/{"dsp"});
  registry
      .add<FullyConnectedOp>("fully_connected_s8_pairs_dsp",
                             isDspFullyConnected, lowerDspPairsFullyConnected,
                             /*benefit=*/11, /*features=*/{"dsp"})
      .extraBytes = getPairsExtraBytes;
  registry.add<ConvOp>(
      "conv2d_s8w4_dsp",
      [](ConvOp op) { return isDspConv(op) && PackedWeights::find(op); },
      lowerDspPackedConv, /*benefit=*/12, /*features=*/{"dsp"});
  registry.add<FullyConnectedOp>(
      "fully_connected_s8w4_dsp",
      [](FullyConnectedOp op) {
        return isDspFullyConnected(op) && PackedWeights::find(op);
      },
      lowerDspPackedFullyConnected, /*benefit=*/12, /*features=*/{"dsp"});
  registry.add<ConvOp>("conv2d_s16x8_dsp", isWideDspConv, lowerWideDspConv,
                       /*benefit=*/10, /*features=*/{"dsp"});
  registry.add<FullyConnectedOp>(
      "fully_connected_s16x8_dsp", isWideDspFullyConnected,
      lowerWideDspFullyConnected, /*benefit=*/10, /*features=*/{"dsp"});
}
