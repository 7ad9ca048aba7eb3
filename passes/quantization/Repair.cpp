//===- Repair.cpp - Quantization that loses less --------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Quant/Repair.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::quantization;

static constexpr std::pair<RepairMethod, llvm::StringLiteral> kNames[] = {
    {RepairMethod::Equalize, "equalize"},
    {RepairMethod::Migrate, "migrate"},
    {RepairMethod::Ranges, "ranges"},
    {RepairMethod::Reconstruct, "reconstruct"},
    {RepairMethod::Gptq, "gptq"},
    {RepairMethod::Refit, "refit"},
    {RepairMethod::Bias, "bias"},
};

StringRef quantization::stringifyRepair(RepairMethod method) {
  for (auto [value, name] : kNames)
    if (value == method)
      return name;
  llvm_unreachable("all methods have names");
}

std::optional<RepairMethod> quantization::parseRepair(StringRef name) {
  for (auto [value, known] : kNames)
    if (known == name)
      return value;
  return std::nullopt;
}

LogicalResult quantization::prepareChannels(func::FuncOp func,
                                            SampleList samples,
                                            ArrayRef<RepairMethod> methods) {
  if (llvm::is_contained(methods, RepairMethod::Migrate) &&
      failed(migrateScales(func, samples)))
    return failure();
  if (llvm::is_contained(methods, RepairMethod::Equalize) &&
      failed(equalizeLayers(func, samples)))
    return failure();
  return success();
}

LogicalResult quantization::repairWeights(func::FuncOp func, SampleList samples,
                                          ArrayRef<RepairMethod> methods,
                                          const RepairOptions &options) {
  auto reconstruct = [&](Rounding rounding) {
    ReconstructOptions all{options};
    all.rounding = rounding;
    return reconstructWeights(func, samples, all);
  };
  if (llvm::is_contained(methods, RepairMethod::Gptq)) {
    if (failed(reconstruct(Rounding::Gptq)))
      return failure();
  } else if (llvm::is_contained(methods, RepairMethod::Reconstruct)) {
    if (failed(reconstruct(Rounding::Descent)))
      return failure();
  }
  if (llvm::is_contained(methods, RepairMethod::Refit) &&
      failed(refitWeights(func, samples, options)))
    return failure();
  if (llvm::is_contained(methods, RepairMethod::Bias) &&
      failed(correctBias(func, samples, options)))
    return failure();
  return success();
}
