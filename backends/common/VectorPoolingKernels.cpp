//===- VectorPoolingKernels.cpp - Pooling with vectors --------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "VectorLayers.h"

#include "PoolingKernels.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;

static constexpr llvm::StringLiteral kHeader = "pool2d_simd.h";

template <typename PoolT> static bool isImage(PoolT op) {
  return cast<RankedTensorType>(op.getInput().getType()).getRank() <= 4;
}

/// Of int8 or of float, as the arithmetic is.
template <const VectorArithmetic &isa>
static void addAverage(KernelRegistry &registry) {
  bool isFloat = isa.elementBytes == 4;
  if (isFloat)
    registry.add<AvgPoolOp>(
        "avg_pool2d_f32_" + isa.suffix,
        [](AvgPoolOp op) { return isFloatOp(op) && isImage(op); },
        [](AvgPoolOp op, KernelCallBuilder &call) {
          return lowerAvgPoolF32As(op, "avg_pool2d_f32_simd", kHeader,
                                   {isa.header, isa.name}, call);
        },
        isa.benefit, isa.features);
  else
    registry.add<AvgPoolOp>(
        "avg_pool2d_s8_" + isa.suffix,
        [](AvgPoolOp op) { return isInt8Op(op) && isImage(op); },
        [](AvgPoolOp op, KernelCallBuilder &call) {
          return lowerAvgPoolS8As(op, "avg_pool2d_s8_simd", kHeader,
                                  {isa.header, isa.name}, call);
        },
        isa.benefit, isa.features);
}

/// Maxima take the shortest vectors, which the headers of an arithmetic of
/// either type define; those of floats need no fused product.
template <const VectorArithmetic &s8, const VectorArithmetic &f32>
static void addMaxima(KernelRegistry &registry) {
  registry.add<MaxPoolOp>(
      "max_pool2d_s8_" + s8.suffix,
      [](MaxPoolOp op) { return isInt8Op(op) && isImage(op); },
      [](MaxPoolOp op, KernelCallBuilder &call) {
        return lowerMaxPoolAs(op, "max_pool2d_s8_simd", kHeader,
                              {s8.header, "MaxBytes"}, call);
      },
      s8.benefit, s8.features);
  registry.add<MaxPoolOp>(
      "max_pool2d_f32_" + f32.suffix,
      [](MaxPoolOp op) { return isFloatOp(op) && isImage(op); },
      [](MaxPoolOp op, KernelCallBuilder &call) {
        return lowerMaxPoolAs(op, "max_pool2d_f32_simd", kHeader,
                              {f32.header, "MaxFloats"}, call);
      },
      f32.benefit, s8.features);
}

void edgecc::registerVectorPoolingKernels(KernelRegistry &registry) {
  addAverage<s8Vnni>(registry);
  addAverage<s8Avx2>(registry);
  addAverage<s8NeonWide>(registry);
  addAverage<f32Avx512>(registry);
  addAverage<f32Avx2>(registry);
  addAverage<f32Neon>(registry);
  addMaxima<s8Avx2, f32Avx2>(registry);
  addMaxima<s8NeonWide, f32Neon>(registry);
}
