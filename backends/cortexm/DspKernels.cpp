//===- DspKernels.cpp - Integer kernels for Arm's DSP extension -----------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Convolutions and fully connected layers on Cortex-M4, M7 and M33. Their
// weights are packed here in the order in which the kernels read them.
//
//===----------------------------------------------------------------------===//

#include "../common/ImageShapes.h"
#include "../common/PackedWeights.h"

#include "edgecc/Backend/KernelRegistry.h"
#include "edgecc/Quant/IntegerParams.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;

/// Larger buffers of a kernel come out of the arena, smaller ones lie on the
/// stack, so that they do not add to the arena where it is fullest.
static constexpr int64_t maxStackBytes = 1024;
static ArrayRef<int64_t> shapeOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape();
}

//===----------------------------------------------------------------------===//
// Requantization
//===----------------------------------------------------------------------===//

static integer::Requantization getFactors(Operation *op) {
  auto type = [](Value value) {
    return cast<RankedTensorType>(value.getType());
  };
  return integer::getWeightedRequantization(
      type(op->getOperand(0)), type(op->getOperand(1)), type(op->getResult(0)));
}

/// One SMMLAR per result needs doubled multipliers in 32 bits, and no shift.
static bool hasDoubledMultipliers(Operation *op) {
  integer::Requantization factors = getFactors(op);
  return factors.shift == 0 && llvm::all_of(factors.multipliers, [](int32_t m) {
           return m < (1 << 30);
         });
}

static reference::Tensor getWords(MLIRContext *context,
                                  ArrayRef<int32_t> words) {
  reference::Tensor tensor(RankedTensorType::get(
      {int64_t(words.size())}, IntegerType::get(context, 32)));
  llvm::copy(words, tensor.getData<int32_t>().begin());
  return tensor;
}

/// The template arguments and data that the int8 kernels share: zero points and
/// bounds, then weights (with the steps of their groups where they are digits),
/// bias, doubled multipliers, output.
template <typename OpT>
static LogicalResult
addEpilogue(OpT op, Value weights, ArrayRef<int32_t> packed, bool hasPadding,
            KernelCallBuilder &call,
            const std::optional<reference::Tensor> &steps = std::nullopt) {
  auto inType = getUniformType(op.getInput().getType());
  auto outType = getUniformType(op.getResult().getType());
  integer::ClampRange range =
      integer::getClampRange(outType, op.getClampMin(), op.getClampMax());
  if (hasPadding)
    call.addInt(inType.getZeroPoint());
  call.addInt(outType.getZeroPoint());
  call.addInt(range.lo);
  call.addInt(range.hi);

  auto folded = integer::foldInputZeroPoint(
      getConstantTensor(op.getBias())->template getData<int32_t>(),
      getConstantTensor(weights)->template getData<int8_t>(),
      inType.getZeroPoint());
  if (!folded)
    return op->emitError("'")
           << getLayerName(op) << "': bias and zero point do not fit 32 bits";
  integer::Requantization factors = getFactors(op);
  for (int32_t &m : factors.multipliers)
    m *= 2;
  MLIRContext *context = op.getContext();
  call.addInput(op.getInput());
  call.addData(steps ? "digits" : "weights", getWords(context, packed));
  if (steps)
    call.addData("steps", *steps);
  call.addData("bias", getWords(context, *folded));
  call.addData("multiplier", getWords(context, factors.multipliers));
  call.addOutput(op.getResult());
  return success();
}

//===----------------------------------------------------------------------===//
// Weights
//===----------------------------------------------------------------------===//

static int32_t packBytes(int8_t a, int8_t b, int8_t c, int8_t d) {
  return int32_t(uint32_t(uint8_t(a)) | uint32_t(uint8_t(b)) << 8 |
                 uint32_t(uint8_t(c)) << 16 | uint32_t(uint8_t(d)) << 24);
}

/// Rows of weights [O, K], `block` rows side by side in words of four weights:
/// [O / block][K / 4][block]. Rows and columns are filled up with zeros.
static SmallVector<int32_t> packRows(const reference::Tensor &weights,
                                     int64_t block) {
  ArrayRef<int8_t> data = weights.getData<int8_t>();
  int64_t rows = weights.getDim(0), depth = weights.getNumElements() / rows;
  auto byteAt = [&](int64_t row, int64_t k) {
    return row < rows && k < depth ? data[row * depth + k] : int8_t(0);
  };
  SmallVector<int32_t> words;
  for (int64_t first = 0; first < rows; first += block)
    for (int64_t k = 0; k < depth; k += 4)
      for (int64_t row = first; row != first + block; ++row)
        words.push_back(packBytes(byteAt(row, k), byteAt(row, k + 1),
                                  byteAt(row, k + 2), byteAt(row, k + 3)));
  return words;
}

/// The same as int16, in pairs of the columns 0 and 2, and 1 and 3:
/// [O / block][K / 4][2][block].
static SmallVector<int32_t> packPairRows(const reference::Tensor &weights,
                                         int64_t block) {
  SmallVector<int32_t> words, bytes = packRows(weights, block);
  auto pair = [](int8_t a, int8_t b) {
    return int32_t(uint32_t(uint16_t(int16_t(a))) |
                   uint32_t(uint16_t(int16_t(b))) << 16);
  };
  for (ArrayRef<int32_t> left = bytes; !left.empty();
       left = left.drop_front(block))
    for (int shift : {0, 8})
      for (int32_t word : left.take_front(block))
        words.push_back(
            pair(int8_t(word >> shift), int8_t(word >> (shift + 16))));
  return words;
}

/// The same for int16 activations, which come in their natural order: SXTB16
/// makes pairs of the bytes 0 and 2, and 1 and 3.
static SmallVector<int32_t> packWideRows(const reference::Tensor &weights,
                                         int64_t block) {
  SmallVector<int32_t> words = packRows(weights, block);
  for (int32_t &word : words)
    word = packBytes(int8_t(word), int8_t(word >> 16), int8_t(word >> 8),
                     int8_t(word >> 24));
  return words;
}

/// Digits of four bits, `block` rows side by side in words of four columns of
/// two rows: [O / block][K / 4][block / 2]. A byte has the digit of the first
/// row in its upper half, that of the second in its lower half.
static SmallVector<int32_t> packDigitRows(const PackedWeights &weights,
                                          int64_t block) {
  SmallVector<int32_t> words;
  for (int64_t first = 0; first < weights.getRows(); first += block)
    for (int64_t k = 0; k < weights.getRowSize(); k += 4)
      for (int64_t row = first; row != first + block; row += 2) {
        auto pairAt = [&](int64_t column) {
          return int8_t(weights.getDigit(row, column) * 16 |
                        (weights.getDigit(row + 1, column) & 15));
        };
        words.push_back(
            packBytes(pairAt(k), pairAt(k + 1), pairAt(k + 2), pairAt(k + 3)));
      }
  return words;
}

/// Their steps: [O / block][groups][block].
static reference::Tensor packStepRows(const PackedWeights &weights,
                                      int64_t block, MLIRContext *context) {
  SmallVector<int8_t> steps;
  for (int64_t first = 0; first < weights.getRows(); first += block)
    for (int64_t group = 0; group != weights.getGroupsInRow(); ++group)
      for (int64_t row = first; row != first + block; ++row)
        steps.push_back(int8_t(weights.getStep(row, group)));
  return getBytes(context, steps);
}

/// G g Gt times four of a filter [3, 3] whose taps lie `step` apart: 16 values
/// that are at most 9 * 128.
static std::array<int16_t, 16> transformFilter(const int8_t *filter,
                                               int64_t step) {
  auto transform = [](int a, int b, int c) {
    return std::array<int, 4>{2 * a, a + b + c, a - b + c, 2 * c};
  };
  std::array<int, 4> rows[3];
  for (int64_t y = 0; y != 3; ++y, filter += 3 * step)
    rows[y] = transform(filter[0], filter[step], filter[2 * step]);
  std::array<int16_t, 16> result;
  for (int x = 0; x != 4; ++x)
    for (auto [y, value] :
         llvm::enumerate(transform(rows[0][x], rows[1][x], rows[2][x])))
      result[4 * y + x] = int16_t(value);
  return result;
}

/// Weights [O, 3, 3, C] as conv2d_winograd_dsp.h reads them.
static SmallVector<int32_t> packWinograd(const reference::Tensor &weights) {
  constexpr int kOrder[] = {1, 0, 2, 3};
  int64_t rows = weights.getDim(0), depth = weights.getDim(3);
  SmallVector<std::array<int16_t, 16>> filters;
  for (int64_t row = 0; row != rows; ++row)
    for (int64_t c = 0; c != depth; ++c)
      filters.push_back(transformFilter(
          &weights.getData<int8_t>()[row * 9 * depth + c], depth));
  SmallVector<int32_t> words;
  for (int64_t first = 0; first != rows; first += 4)
    for (int place = 0; place != 16; ++place)
      for (int64_t c = 0; c != depth; c += c % 2 ? 3 : 1)
        for (int64_t row = first; row != first + 4; ++row) {
          int at = place / 4 * 4 + kOrder[place % 4];
          words.push_back(int32_t(
              uint32_t(uint16_t(filters[row * depth + c][at])) |
              uint32_t(uint16_t(filters[row * depth + c + 2][at])) << 16));
        }
  return words;
}

/// Depthwise weights [C, 3, 3, 1]: the bytes w0, w1, w1, w2 of each row.
static SmallVector<int32_t> packDepthwise(const reference::Tensor &weights) {
  SmallVector<int32_t> words;
  for (ArrayRef<int8_t> left = weights.getData<int8_t>(); !left.empty();
       left = left.drop_front(3))
    words.push_back(packBytes(left[0], left[1], left[1], left[2]));
  return words;
}

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

/// Whether the kernels sum in 32 bits what a layer of int16 multiplies.
static bool hasNarrowSums(Value weights, Value bias) {
  return isConstant(weights) && isConstant(bias) &&
         integer::getWideSums(getConstantTensor(bias)->getData<int32_t>(),
                              getConstantTensor(weights)->getData<int8_t>())
             .fitInt32();
}

/// What follows the weights of a layer of int16: bias, multipliers, output, and
/// the scalars.
template <typename OpT>
static void addWideEpilogue(OpT op, Value weights, ArrayRef<int32_t> packed,
                            KernelCallBuilder &call) {
  auto type = [](Value value) {
    return cast<RankedTensorType>(value.getType());
  };
  reference::Tensor bias = *getConstantTensor(op.getBias());
  integer::WideSums sums = integer::getWideSums(
      std::as_const(bias).template getData<int32_t>(),
      getConstantTensor(weights)->template getData<int8_t>());
  integer::WideRequantization factors = integer::getWideWeightedRequantization(
      type(op.getInput()), type(weights), type(op.getResult()), sums);
  integer::ClampRange range =
      integer::getClampRange(getUniformType(op.getResult().getType()),
                             op.getClampMin(), op.getClampMax());
  MLIRContext *context = op.getContext();
  call.addInput(op.getInput());
  call.addData("weights", getWords(context, packed));
  call.addData(
      "bias",
      getWords(context, std::as_const(bias).template getData<int32_t>()));
  call.addData("multiplier", getWords(context, factors.multipliers));
  call.addOutput(op.getResult());
  for (int32_t scalar : {int32_t(factors.shift), range.lo, range.hi})
    call.addScalar(scalar);
}

static bool isInt8Image(ConvOp op) {
  return isInt8Op(op) && isConstant(op.getFilter()) &&
         isConstant(op.getBias()) && shapeOf(op.getInput()).size() <= 4 &&
         hasDoubledMultipliers(op);
}

static kern::WindowAttr getWindowOf(ConvOp op) {
  return getWindow(op.getContext(),
                   shapeOf(op.getFilter()).drop_front().drop_back(),
                   op.getStrides(), op.getDilations(), op.getPads());
}

/// Begins the call of `kernel`, or of its variant with its buffer on the stack.
/// True if the buffer has to be added.
static bool beginImageCall(ConvOp op, StringRef kernel, StringRef small,
                           StringRef header, int64_t bufferBytes,
                           KernelCallBuilder &call) {
  bool inArena = bufferBytes > maxStackBytes;
  call.begin(inArena ? kernel : small, header);
  call.addShape(getImageShape(op.getInput()));
  call.addShape(getImageShape(op.getResult()));
  call.addTemplateArg(getWindowOf(op));
  return inArena;
}

/// The kernels compute three pixels of an image at a time, from a copy of what
/// their windows cover.
static void allowDspOverlap(ConvOp op, KernelCallBuilder &call) {
  allowRasterOverlap(op.getInput(), op.getResult(), getWindowOf(op), call,
                     /*block=*/3, /*readsFirst=*/true);
}

static bool isDspConv(ConvOp op) {
  SmallVector<int64_t> out = getImageShape(op.getResult());
  return isInt8Image(op) && op.getGroups() == 1 && out[1] * out[2] >= 3;
}

/// Bytes of the taps of three pixels.
static int64_t getPatchBytes(const reference::Tensor &filter) {
  int64_t taps = filter.getNumElements() / filter.getDim(0);
  return llvm::divideCeil(taps, 4) * 3 * 4 * sizeof(int16_t);
}

static LogicalResult lowerDspConv(ConvOp op, KernelCallBuilder &call) {
  reference::Tensor filter = *getConstantTensor(op.getFilter());
  int64_t bytes = getPatchBytes(filter);
  bool inArena = beginImageCall(op, "conv2d_s8_dsp", "conv2d_s8_dsp_small",
                                "conv2d_dsp.h", bytes, call);
  if (failed(addEpilogue(op, op.getFilter(), packRows(filter, 2),
                         /*hasPadding=*/true, call)))
    return failure();
  allowDspOverlap(op, call);
  if (inArena)
    call.addScratch(bytes);
  return success();
}

/// Whether four times every sum, bias included, fits 32 bits.
static bool hasRoomForFourTimes(ConvOp op) {
  reference::Tensor bias = *getConstantTensor(op.getBias()),
                    filter = *getConstantTensor(op.getFilter());
  ArrayRef<int8_t> weights = std::as_const(filter).getData<int8_t>();
  int64_t taps = filter.getNumElements() / filter.getDim(0);
  for (int32_t sum : std::as_const(bias).getData<int32_t>()) {
    int64_t bound = std::abs(int64_t(sum));
    for (int8_t weight : weights.take_front(taps))
      bound += 255 * std::abs(int(weight));
    if (bound >= int64_t(1) << 29)
      return false;
    weights = weights.drop_front(taps);
  }
  return true;
}

static bool isWinogradConv(ConvOp op) {
  if (!isDspConv(op) || shapeOf(op.getFilter()).size() != 4)
    return false;
  ArrayRef<int64_t> filter = shapeOf(op.getFilter());
  auto isOne = [](int64_t value) { return value == 1; };
  return filter[1] == 3 && filter[2] == 3 && filter[0] % 4 == 0 &&
         filter[3] % 4 == 0 && filter[3] <= 256 &&
         llvm::all_of(op.getStrides(), isOne) &&
         llvm::all_of(op.getDilations(), isOne) && hasRoomForFourTimes(op);
}

/// 16 values of two bytes in the place of nine bytes.
static int64_t getWinogradExtraBytes(Operation *op) {
  reference::Tensor filter = *getConstantTensor(cast<ConvOp>(op).getFilter());
  return filter.getNumElements() / 9 * (16 * 2 - 9);
}

static LogicalResult lowerWinogradConv(ConvOp op, KernelCallBuilder &call) {
  reference::Tensor filter = *getConstantTensor(op.getFilter());
  // Two tiles of 4 x 4 pixels as int16.
  int64_t bytes = 2 * 16 * filter.getDim(3) * int64_t(sizeof(int16_t));
  bool inArena = beginImageCall(op, "conv2d_s8_winograd_dsp",
                                "conv2d_s8_winograd_dsp_small",
                                "conv2d_winograd_dsp.h", bytes, call);
  if (failed(addEpilogue(op, op.getFilter(), packWinograd(filter),
                         /*hasPadding=*/true, call)))
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
  if (failed(addEpilogue(op, op.getFilter(), packDigitRows(weights, 2),
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
         op.getGroups() == 1 && out[1] * out[2] >= 3 &&
         hasNarrowSums(op.getFilter(), op.getBias());
}

static LogicalResult lowerWideDspConv(ConvOp op, KernelCallBuilder &call) {
  reference::Tensor filter = *getConstantTensor(op.getFilter());
  int64_t bytes = getPatchBytes(filter);
  bool inArena =
      beginImageCall(op, "conv2d_s16x8_dsp", "conv2d_s16x8_dsp_small",
                     "conv2d_dsp.h", bytes, call);
  addWideEpilogue(op, op.getFilter(), packWideRows(filter, 2), call);
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

/// Output rows in a band: as many as fit the stack, in bands of about the same
/// size. Of wide images at least a few, because bands share rows.
static int64_t chooseBand(ConvOp op) {
  constexpr int64_t kLeast = 4;
  int64_t height = getImageShape(op.getResult())[1], band = height;
  while (band > kLeast && getBandBytes(op, band) > maxStackBytes)
    --band;
  return llvm::divideCeil(height, llvm::divideCeil(height, band));
}

/// Whether the kernel reads every row of a channel before it writes there.
static bool canOverwriteInput(ConvOp op) {
  SmallVector<int64_t> in = getImageShape(op.getInput()),
                       out = getImageShape(op.getResult());
  return out[1] <= in[1] && out[2] <= in[2] && op.getPads()[0] <= 1;
}

static bool isDspDepthwise(ConvOp op) {
  if (!isInt8Image(op) || shapeOf(op.getFilter()).size() != 4)
    return false;
  ArrayRef<int64_t> filter = shapeOf(op.getFilter());
  int64_t channels = shapeOf(op.getInput()).back();
  ArrayRef<int64_t> strides = op.getStrides();
  return op.getGroups() > 1 && int64_t(op.getGroups()) == channels &&
         filter[0] == channels && filter[1] == 3 && filter[2] == 3 &&
         strides[0] == strides[1] && strides[0] <= 2 &&
         llvm::all_of(op.getDilations(), [](int64_t d) { return d == 1; });
}

static LogicalResult lowerDspDepthwise(ConvOp op, KernelCallBuilder &call) {
  int64_t band = chooseBand(op), bytes = getBandBytes(op, band);
  bool inArena = beginImageCall(op, "depthwise_conv2d_s8_dsp",
                                "depthwise_conv2d_s8_dsp_small",
                                "depthwise_conv2d_dsp.h", bytes, call);
  call.addInt(band);
  if (failed(addEpilogue(op, op.getFilter(),
                         packDepthwise(*getConstantTensor(op.getFilter())),
                         /*hasPadding=*/true, call)))
    return failure();
  if (canOverwriteInput(op))
    call.allowInplace(0);
  if (inArena)
    call.addScratch(bytes);
  return success();
}

static bool isDspFullyConnected(FullyConnectedOp op) {
  return isInt8Op(op) && isConstant(op.getWeights()) &&
         isConstant(op.getBias()) && shapeOf(op.getInput()).back() % 4 == 0 &&
         hasDoubledMultipliers(op);
}

static LogicalResult lowerDspFullyConnected(FullyConnectedOp op,
                                            KernelCallBuilder &call) {
  call.begin("fully_connected_s8_dsp", "fully_connected_dsp.h");
  call.addShape(op.getInput());
  call.addShape(op.getResult());
  return addEpilogue(op, op.getWeights(),
                     packRows(*getConstantTensor(op.getWeights()), 4),
                     /*hasPadding=*/false, call);
}

static LogicalResult lowerDspPairsFullyConnected(FullyConnectedOp op,
                                                 KernelCallBuilder &call) {
  call.begin("fully_connected_s8_pairs_dsp", "fully_connected_dsp.h");
  call.addShape(op.getInput());
  call.addShape(op.getResult());
  return addEpilogue(op, op.getWeights(),
                     packPairRows(*getConstantTensor(op.getWeights()), 4),
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
  return addEpilogue(op, op.getWeights(), packDigitRows(weights, 4),
                     /*hasPadding=*/false, call,
                     packStepRows(weights, 4, op.getContext()));
}

static bool isWideDspFullyConnected(FullyConnectedOp op) {
  return isInt16Op(op) && shapeOf(op.getInput()).back() % 4 == 0 &&
         hasNarrowSums(op.getWeights(), op.getBias());
}

static LogicalResult lowerWideDspFullyConnected(FullyConnectedOp op,
                                                KernelCallBuilder &call) {
  call.begin("fully_connected_s16x8_dsp", "fully_connected_dsp.h");
  call.addShape(op.getInput());
  call.addShape(op.getResult());
  addWideEpilogue(op, op.getWeights(),
                  packWideRows(*getConstantTensor(op.getWeights()), 4), call);
  return success();
}

void edgecc::registerCortexMKernels(KernelRegistry &registry) {
  registry.add<ConvOp>("conv2d_s8_dsp", isDspConv, lowerDspConv,
                       /*benefit=*/10, /*features=*/{"dsp"});
  registry
      .add<ConvOp>("conv2d_s8_winograd_dsp", isWinogradConv, lowerWinogradConv,
                   /*benefit=*/11, /*features=*/{"dsp"})
      .extraBytes = getWinogradExtraBytes;
  registry.add<ConvOp>("depthwise_conv2d_s8_dsp", isDspDepthwise,
                       lowerDspDepthwise, /*benefit=*/10,
                       /*features=*/{"dsp"});
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
