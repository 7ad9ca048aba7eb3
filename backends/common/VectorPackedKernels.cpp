//===- VectorPackedKernels.cpp - Weights of four bits with vectors --------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "VectorDigits.h"
#include "VectorKernels.h"

#include "ImageShapes.h"
#include "PackedWeights.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;

/// One tensor behind the other.
static reference::Tensor concatenate(MLIRContext *context,
                                     const reference::Tensor &first,
                                     const reference::Tensor &last) {
  SmallVector<int8_t> all(first.getData<int8_t>());
  llvm::append_range(all, last.getData<int8_t>());
  return getBytes(context, all);
}

//===----------------------------------------------------------------------===//
// Few rows: digits are unpacked in registers
//===----------------------------------------------------------------------===//

/// Four bits of a weight; of one from `end` on, a digit of 0.
static int getDigit(const PackedWeights &weights, int64_t row, int64_t column,
                    int64_t end, int offset) {
  return ((column < end ? weights.getDigit(row, column) : 0) + offset) & 15;
}

namespace {
/// Lays digits out for vectors that take `step` of each row at a time; two such
/// share bytes.
class DigitPacker {
public:
  DigitPacker(const PackedWeights &weights, int64_t step, int offset)
      : weights(weights), step(step), offset(offset) {}

  /// A group of the rows from `first` to before `last`.
  void addGroup(int64_t first, int64_t last, int64_t group) {
    int64_t begin = group * weights.getGroup(),
            end = std::min(begin + weights.getGroup(), weights.getRowSize());
    for (int64_t k = begin; k < end; k += 2 * step)
      for (int64_t row = first; row != last; ++row)
        for (int64_t i = k; i != k + step; ++i)
          digits.push_back(
              int8_t(getDigit(weights, row, i, end, offset) |
                     getDigit(weights, row, i + step, end, offset) << 4));
    for (int64_t row = first; row != last; ++row)
      steps.push_back(int8_t(weights.getStep(row, group)));
  }

  /// The digits, then the steps.
  reference::Tensor finish(MLIRContext *context) {
    llvm::append_range(digits, steps);
    return getBytes(context, digits);
  }

private:
  const PackedWeights &weights;
  const int64_t step;
  const int offset;
  SmallVector<int8_t> digits, steps;
};
} // namespace

/// As fully_connected_w4_simd.h reads them.
static reference::Tensor packRows(MLIRContext *context,
                                  const PackedWeights &weights,
                                  const DigitArithmetic &isa) {
  DigitPacker packer(weights, isa.step, isa.digitOffset);
  int64_t vectors = int64_t(llvm::divideCeil(weights.getRows(), isa.rows));
  // Blocks of about the same size.
  int64_t blocks =
      int64_t(llvm::divideCeil(vectors, llvm::divideCeil(vectors, isa.blocks)));
  for (int64_t first = 0; first < vectors; first += blocks)
    for (int64_t group = 0; group != weights.getGroupsInRow(); ++group)
      packer.addGroup(first * isa.rows,
                      std::min(first + blocks, vectors) * isa.rows, group);
  return packer.finish(context);
}

static int64_t getRows(FullyConnectedOp op) {
  return ShapedType::getNumElements(shapeOf(op.getInput()).drop_back());
}

/// With more rows it pays to unpack weights into memory, where all meet them.
static constexpr int64_t kMostRows = 4;

static bool isPackedRow(FullyConnectedOp op) {
  return isInt8FullyConnected(op) && getRows(op) <= kMostRows &&
         PackedWeights::find(op);
}

template <const DigitArithmetic &isa>
static LogicalResult lowerPackedRow(FullyConnectedOp op,
                                    KernelCallBuilder &call) {
  PackedWeights weights = *PackedWeights::find(op);
  call.begin("fully_connected_s8w4_simd", "fully_connected_w4_simd.h");
  call.addHeader(isa.finish.header);
  call.addName(isa.finish.name);
  call.addShape(op.getInput());
  call.addShape(op.getResult());
  call.addInt(weights.getGroup());
  call.setPrecision("s8w4");
  if (failed(addInt8Epilogue(op, *getConstantTensor(op.getWeights()),
                             packRows(op.getContext(), weights, isa),
                             isa.finish, call)))
    return failure();
  // Cells are bytes.
  call.addScratch(weights.getRowSize() + 2 * isa.step);
  return success();
}

//===----------------------------------------------------------------------===//
// Many: some channels are unpacked, and meet a band of pixels
//===----------------------------------------------------------------------===//

/// Lays them out as conv2d_w4_simd.h reads them.
static reference::Tensor packTiles(MLIRContext *context,
                                   const PackedWeights &weights,
                                   const VectorLayer &layer, int64_t blocks,
                                   const UnpackArithmetic &unpack) {
  const VectorArithmetic &isa = unpack.isa;
  if (layer.getRun(isa) % isa.step != 0 || weights.getGroup() % isa.step != 0)
    return concatenate(context, weights.packDigits(), weights.packSteps());
  DigitPacker packer(weights, isa.step, unpack.digitOffset);
  int64_t vectors = int64_t(llvm::divideCeil(weights.getRows(), isa.lanes));
  for (int64_t first = 0; first < vectors; first += blocks)
    for (int64_t group = 0; group != weights.getGroupsInRow(); ++group)
      for (int64_t v = first; v != std::min(first + blocks, vectors); ++v)
        packer.addGroup(v * isa.lanes, (v + 1) * isa.lanes, group);
  return packer.finish(context);
}

template <const UnpackArithmetic &unpack>
static LogicalResult lowerUnpacked(ClampableOpInterface op,
                                   const VectorLayer &layer,
                                   KernelCallBuilder &call) {
  const VectorArithmetic &isa = unpack.isa;
  PackedWeights weights = *PackedWeights::find(op);
  Tiling tiling = Tiling::choose(layer, isa);
  int64_t tileBytes = int64_t(llvm::alignTo(tiling.scratchBytes, 64));
  int64_t vectors = int64_t(llvm::divideCeil(layer.out[3], isa.lanes));
  // As TilePlan's kBlockWeights.
  int64_t blockBytes = std::min(tiling.blocks, vectors) * layer.getRuns(isa) *
                       int64_t(llvm::alignTo(layer.getRun(isa), isa.step)) *
                       isa.lanes * (isa.wideWeights ? 2 : 1);
  call.begin("conv2d_s8w4_simd", "conv2d_w4_simd.h");
  call.addHeader(unpack.header);
  call.addHeader(isa.header);
  for (StringRef name : {isa.name, unpack.name})
    call.addName(name);
  call.addShape(layer.in);
  call.addShape(layer.out);
  call.addTemplateArg(layer.window);
  for (int64_t size : {tiling.pixels, tiling.blocks, tiling.band,
                       weights.getGroup(), tileBytes})
    call.addInt(size);
  call.setPrecision("s8w4");
  if (failed(addInt8Epilogue(
          op, *getConstantTensor(op->getOperand(1)),
          packTiles(op.getContext(), weights, layer, tiling.blocks, unpack),
          isa, call)))
    return failure();
  allowOverlap(layer, tiling, isa, call);
  call.addScratch(tileBytes + blockBytes + weights.getRowSize());
  return success();
}

template <const UnpackArithmetic &unpack>
static bool isUnpackedConv(ConvOp op) {
  return isInt8Image(op) && op.getGroups() == 1 && PackedWeights::find(op) &&
         multiplies(unpack.isa, op.getFilter());
}

template <const UnpackArithmetic &unpack>
static bool isUnpackedFullyConnected(FullyConnectedOp op) {
  return isInt8FullyConnected(op) && PackedWeights::find(op) &&
         multiplies(unpack.isa, op.getWeights());
}

template <const UnpackArithmetic &unpack, typename OpT>
static LogicalResult lowerUnpackedOp(OpT op, KernelCallBuilder &call) {
  return lowerUnpacked<unpack>(op, VectorLayer::get(op), call);
}

//===----------------------------------------------------------------------===//
// Entries
//===----------------------------------------------------------------------===//

template <const UnpackArithmetic &unpack>
static void addUnpacked(KernelRegistry &registry) {
  const VectorArithmetic &isa = unpack.isa;
  registry.add<ConvOp>("conv2d_s8w4_" + isa.suffix, isUnpackedConv<unpack>,
                       lowerUnpackedOp<unpack, ConvOp>, isa.benefit,
                       isa.features);
  registry.add<FullyConnectedOp>("fully_connected_unpacked_s8w4_" + isa.suffix,
                                 isUnpackedFullyConnected<unpack>,
                                 lowerUnpackedOp<unpack, FullyConnectedOp>,
                                 isa.benefit, isa.features);
}

template <const DigitArithmetic &isa>
static void addRows(KernelRegistry &registry) {
  registry.add<FullyConnectedOp>("fully_connected_s8w4_" + isa.finish.suffix,
                                 isPackedRow, lowerPackedRow<isa>,
                                 isa.finish.benefit, isa.finish.features);
}

void edgecc::registerVectorPackedKernels(KernelRegistry &registry) {
  addUnpacked<unpackVnni>(registry);
  addUnpacked<unpackAvx2>(registry);
  addUnpacked<unpackNeonDot>(registry);
  addUnpacked<unpackNeonMlal>(registry);
  addUnpacked<unpackNeonMull>(registry);
  addRows<digitsVnni>(registry);
  addRows<digitsAvx2>(registry);
  addRows<digitsNeonDot>(registry);
  addRows<digitsNeon>(registry);
}
