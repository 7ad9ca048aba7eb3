//===- VectorMatMul.cpp - Products of activations with vectors ------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// matmul_simd.h and, for int16, matmul_s16_simd.h: the right matrix is packed
// when the code runs, which pays if some rows share it.
//
//===----------------------------------------------------------------------===//

#include "VectorKernels.h"

#include "MatMulTypes.h"
#include "VectorTilings.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;

static VectorLayer getLayer(MatMulOp op) {
  ArrayRef<int64_t> lhs = shapeOf(op.getLhs()), rhs = shapeOf(op.getRhs());
  return VectorLayer::get(op.getContext(), lhs[lhs.size() - 2], lhs.back(),
                          rhs.back());
}

/// Enough rows to pack for, and columns for more than half of a vector.
static bool pays(MatMulOp op, const VectorArithmetic &isa) {
  constexpr int64_t kLeastRows = 4;
  VectorLayer layer = getLayer(op);
  return layer.in[2] >= kLeastRows && 2 * layer.out[3] > isa.lanes;
}

/// Bytes of the scratch in front of the band's cells, as in the kernel's
/// MatmulScratch.
static int64_t getPackedBytes(const VectorLayer &layer, bool isFloat,
                              const VectorArithmetic &isa) {
  auto fill = [](int64_t bytes) { return int64_t(llvm::alignTo(bytes, 64)); };
  int64_t columns = int64_t(llvm::alignTo(layer.out[3], isa.lanes)),
          depth = int64_t(llvm::alignTo(layer.in[3], isa.step)),
          weightBytes = isFloat           ? 4
                        : isa.wideWeights ? 2
                                          : 1;
  int64_t bytes = fill(columns * depth * weightBytes) + fill(columns * 4);
  return isFloat ? bytes : bytes + fill(columns * 4) + fill(layer.in[2] * 4);
}

static void beginMatMul(MatMulOp op, StringRef name, StringRef header,
                        const Tiling &tiling, int64_t packedBytes,
                        const VectorArithmetic &isa, KernelCallBuilder &call) {
  call.begin(name, header);
  call.addHeader(isa.header);
  call.addName(isa.name);
  for (Value tensor : {op.getLhs(), op.getRhs(), op.getResult()})
    call.addShape(tensor);
  for (int64_t size : {tiling.pixels, tiling.blocks, tiling.band})
    call.addInt(size);
  call.addInput(op.getLhs());
  call.addInput(op.getRhs());
  call.addOutput(op.getResult());
  call.addScratch(packedBytes + tiling.scratchBytes);
}

template <const VectorArithmetic &isa>
static LogicalResult lowerFloat(MatMulOp op, KernelCallBuilder &call) {
  VectorLayer layer = getLayer(op);
  beginMatMul(op, "matmul_f32_simd", "matmul_simd.h",
              Tiling::choose(layer, isa, /*mostParts=*/1),
              getPackedBytes(layer, /*isFloat=*/true, isa), isa, call);
  return success();
}

template <const VectorArithmetic &isa>
static LogicalResult lowerInt8(MatMulOp op, KernelCallBuilder &call) {
  VectorLayer layer = getLayer(op);
  beginMatMul(op, "matmul_s8_simd", "matmul_simd.h",
              Tiling::choose(layer, isa, /*mostParts=*/1),
              getPackedBytes(layer, /*isFloat=*/false, isa), isa, call);
  MatMulTypes types(op);
  call.addBool(isa.scalesSmall && makeSmall(types.factor));
  for (int64_t value : {types.lhsZero, types.rhsZero, types.getMultiplier(),
                        int32_t(types.factor.shift), types.resultZero})
    call.addInt(value);
  return success();
}

//===----------------------------------------------------------------------===//
// int16, by digits
//===----------------------------------------------------------------------===//

/// As many products of a digit as 32 bits hold, and a factor that leaves the
/// upper halves of 64.
static bool hasDigitForm(MatMulOp op) {
  constexpr int64_t kMostDepth = 511;
  return isInt16Op(op) && shapeOf(op.getLhs()).back() <= kMostDepth &&
         WideMatMulTypes(op).factor.shift >= 32;
}

/// With an output for each of the two digits of a column, in whole vectors.
static VectorLayer getDigitLayer(MatMulOp op, const VectorArithmetic &isa) {
  ArrayRef<int64_t> lhs = shapeOf(op.getLhs()), rhs = shapeOf(op.getRhs());
  return VectorLayer::get(op.getContext(), lhs[lhs.size() - 2], lhs.back(),
                          2 * int64_t(llvm::alignTo(rhs.back(), isa.lanes)));
}

/// Tiles of an even number of vectors.
static Tiling chooseDigitTiling(const VectorLayer &layer,
                                const VectorArithmetic &isa) {
  Tiling tiling = Tiling::choose(layer, isa, /*mostParts=*/1);
  if (tiling.blocks % 2 == 0)
    return tiling;
  int64_t blocks = std::max<int64_t>(tiling.blocks - 1, 2);
  int64_t pixels =
      std::max<int64_t>(std::min(tiling.pixels, isa.getMostPixels(blocks)), 1);
  return Tiling::make(layer, isa, pixels, blocks,
                      int64_t(llvm::alignTo(tiling.band, pixels)),
                      /*mostParts=*/1);
}

template <const VectorArithmetic &isa>
static LogicalResult lowerInt16(MatMulOp op, KernelCallBuilder &call) {
  VectorLayer layer = getDigitLayer(op, isa);
  int64_t depth = int64_t(llvm::alignTo(layer.in[3], isa.step));
  int64_t packedBytes = int64_t(llvm::alignTo(layer.out[3] * depth * 2, 64)) +
                        int64_t(llvm::alignTo(layer.out[3] * 4, 64));
  beginMatMul(op, "matmul_s16_simd", "matmul_s16_simd.h",
              chooseDigitTiling(layer, isa), packedBytes, isa, call);
  WideMatMulTypes types(op);
  call.addInt(types.getMultiplier());
  call.addInt(types.factor.shift);
  return success();
}

template <const VectorArithmetic &isa>
static void addInt16(KernelRegistry &registry) {
  registry.add<MatMulOp>(
      ("matmul_s16_" + isa.suffix).str(),
      [](MatMulOp op) { return hasDigitForm(op) && pays(op, isa); },
      lowerInt16<isa>, isa.benefit, isa.features);
}

template <const VectorArithmetic &isa>
static void addFloat(KernelRegistry &registry) {
  registry.add<MatMulOp>(
      ("matmul_f32_" + isa.suffix).str(),
      [](MatMulOp op) { return isFloatOp(op) && pays(op, isa); },
      lowerFloat<isa>, isa.benefit, isa.features);
}

template <const VectorArithmetic &isa>
static void addInt8(KernelRegistry &registry) {
  registry.add<MatMulOp>(
      ("matmul_s8_" + isa.suffix).str(),
      [](MatMulOp op) { return isInt8Op(op) && pays(op, isa); }, lowerInt8<isa>,
      isa.benefit, isa.features);
}

void edgecc::registerVectorMatMulKernels(KernelRegistry &registry) {
  addFloat<f32Avx512>(registry);
  addFloat<f32Avx2>(registry);
  addFloat<f32Neon>(registry);
  addInt8<s8Vnni>(registry);
  addInt8<s8Avx2>(registry);
  addInt8<s8NeonDot>(registry);
  // Weights of -128 may be among what is computed.
  addInt8<s8NeonMull>(registry);
  addInt16<int16Vnni>(registry);
  addInt16<int16Avx2>(registry);
  addInt16<int16Neon>(registry);
}
