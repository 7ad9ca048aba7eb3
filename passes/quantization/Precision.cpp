//===- Precision.cpp - What a layer computes in ---------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Quant/Precision.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Operation.h"

using namespace mlir;
using namespace edgecc::quantization;

static constexpr std::pair<Precision, llvm::StringLiteral> kNames[] = {
    {Precision::F32, "f32"},
    {Precision::S8, "s8"},
    {Precision::S16x8, "s16x8"},
    {Precision::S8W4, "s8w4"},
};

StringRef edgecc::quantization::stringifyPrecision(Precision precision) {
  for (auto [value, name] : kNames)
    if (value == precision)
      return name;
  llvm_unreachable("all precisions have names");
}

std::optional<Precision> edgecc::quantization::parsePrecision(StringRef name) {
  for (auto [value, known] : kNames)
    if (known == name)
      return value;
  return std::nullopt;
}

Precision edgecc::quantization::getPrecision(Operation *op,
                                             Precision otherwise) {
  auto attr = op->getAttrOfType<StringAttr>(kPrecisionAttr);
  if (!attr)
    return otherwise;
  return parsePrecision(attr.getValue()).value_or(otherwise);
}
