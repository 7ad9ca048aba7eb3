//===- QuantizeLayerNorm.cpp - Normalization in integers ------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Dialect/Edge/Edge.h"
#include "edgecc/Quant/IntegerParams.h"
#include "edgecc/Quant/Quantizer.h"

#include <cmath>

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;
using namespace edgecc::quantization;

/// Scale and bias have to be known; they stay real numbers.
static bool areFiniteConstants(OperandRange parameters) {
  return llvm::all_of(parameters, [](Value parameter) {
    std::optional<reference::Tensor> tensor = getConstantTensor(parameter);
    return tensor && tensor->getElementType().isF32() &&
           llvm::all_of(std::as_const(*tensor).getData<float>(),
                        [](float x) { return std::isfinite(x); });
  });
}

LogicalResult LayerNormOp::quantize(Quantizer &quantizer) {
  if (!areFiniteConstants(getOperands().drop_front()))
    return keepFloat(*this, "its scale or bias is computed or not finite");
  quant::UniformQuantizedType output = quantizer.getType(getResult());
  int64_t largest = integer::getLargestNormGroup(output);
  if (getGroupSize() > largest)
    return keepFloat(*this, "its groups have more than " + Twine(largest) +
                                " elements");
  SmallVector<Value> operands(getOperands());
  operands[0] = quantizer.quantize(getInput());
  quantizer.replaceWithQuantized(*this, operands, output);
  return success();
}
