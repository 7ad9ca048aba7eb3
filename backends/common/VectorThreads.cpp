//===- VectorThreads.cpp - Layers of vectors in parts ---------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "VectorLayers.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;

int64_t edgecc::chooseParts(Operation *op, const VectorArithmetic &isa) {
  // Multiplications in a nanosecond for each that an instruction does, as
  // measured on AVX2 and AVX-512 (docs/benchmarks/x86.md) and less on cores
  // that are made to be small; depthwise layers take about three times as long.
  constexpr double kRateX86 = 4.5, kRateArm = 1.0, kDepthwise = 3.0;
  // What a part should take at least: several times what it costs to wake a
  // thread that waits for work.
  constexpr double kLeastNanoseconds = 5000;
  auto threads =
      op->getParentOfType<func::FuncOp>()
          ? op->getParentOfType<func::FuncOp>()->getAttrOfType<IntegerAttr>(
                kern::kThreads)
          : IntegerAttr();
  auto macs = dyn_cast<MacCountOpInterface>(op);
  if (!threads || !macs || op->hasAttr(kStreamAttr))
    return 1;
  bool isArm = llvm::is_contained(isa.features, "neon");
  double time = double(macs.getMacCount()) /
                (double(isa.lanes * isa.step) * (isArm ? kRateArm : kRateX86));
  if (auto conv = dyn_cast<ConvOp>(op); conv && conv.getGroups() > 1)
    time *= kDepthwise;
  return std::clamp<int64_t>(int64_t(time / kLeastNanoseconds), 1,
                             threads.getInt());
}

void edgecc::beginCall(StringRef kernel, StringRef header, int64_t parts,
                       int64_t scratchBytes, KernelCallBuilder &call) {
  if (parts == 1)
    return call.begin((kernel + "_simd").str(), (header + "_simd.h").str());
  call.begin((kernel + "_part").str(), (header + "_parts.h").str());
  call.setParts(parts);
  if (scratchBytes >= 0)
    call.addInt(scratchBytes);
}

void edgecc::addScratch(int64_t parts, int64_t scratchBytes,
                        KernelCallBuilder &call) {
  call.addScratch(parts * scratchBytes);
}
