//===- PoolingKernels.cpp - Pooling for AVX2 and AVX-512 ------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "AvxLayers.h"

#include "../common/PoolingKernels.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;

template <typename PoolT> static bool isImage(PoolT op) {
  return cast<RankedTensorType>(op.getInput().getType()).getRank() <= 4;
}

template <const AvxArithmetic &s8, const AvxArithmetic &f32>
static void addAverages(KernelRegistry &registry, StringRef s8Name,
                        StringRef f32Name) {
  registry.add<AvgPoolOp>(
      s8Name, [](AvgPoolOp op) { return isInt8Op(op) && isImage(op); },
      [](AvgPoolOp op, KernelCallBuilder &call) {
        return lowerAvgPoolS8As(op, "avg_pool2d_s8_avx", "pool2d_avx.h",
                                s8.name, call);
      },
      s8.benefit, {s8.feature});
  registry.add<AvgPoolOp>(
      f32Name, [](AvgPoolOp op) { return isFloatOp(op) && isImage(op); },
      [](AvgPoolOp op, KernelCallBuilder &call) {
        return lowerAvgPoolF32As(op, "avg_pool2d_f32_avx", "pool2d_avx.h",
                                 f32.name, call);
      },
      f32.benefit, {"fma", f32.feature});
}

void edgecc::registerAvxPoolingKernels(KernelRegistry &registry) {
  addAverages<s8Vnni, f32Avx512>(registry, "avg_pool2d_s8_vnni",
                                 "avg_pool2d_f32_avx512");
  addAverages<s8Avx2, f32Avx2>(registry, "avg_pool2d_s8_avx2",
                               "avg_pool2d_f32_avx2");
  registry.add<MaxPoolOp>(
      "max_pool2d_s8_avx",
      [](MaxPoolOp op) { return isInt8Op(op) && isImage(op); },
      [](MaxPoolOp op, KernelCallBuilder &call) {
        return lowerMaxPoolAs(op, "max_pool2d_s8_avx", "pool2d_avx.h", call);
      },
      s8Avx2.benefit, {"avx2"});
  registry.add<MaxPoolOp>(
      "max_pool2d_f32_avx",
      [](MaxPoolOp op) { return isFloatOp(op) && isImage(op); },
      [](MaxPoolOp op, KernelCallBuilder &call) {
        return lowerMaxPoolAs(op, "max_pool2d_f32_avx", "pool2d_avx.h", call);
      },
      f32Avx2.benefit, {"avx2"});
}
