//===- QuantizePooling.cpp - Averages and softmax -------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Dialect/Edge/Edge.h"
#include "edgecc/Quant/IntegerParams.h"
#include "edgecc/Quant/Quantizer.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;
using namespace edgecc::quantization;

/// The mean has a type of its own rather than the input's: it varies less than
/// what it averages, so that the input's steps would throw away the digits that
/// averaging gains. The division has to requantize in any case.
LogicalResult AvgPoolOp::quantize(Quantizer &quantizer) {
  if (cast<RankedTensorType>(getInput().getType()).getRank() > 4)
    return keepFloat(*this, "no integer kernel for more than two spatial axes");
  quant::UniformQuantizedType input = quantizer.getType(getInput());
  quant::UniformQuantizedType output = quantizer.getType(getResult());
  int64_t taps = ShapedType::getNumElements(getKernel());
  int shift = 0, bits = 15;
  if (!integer::isWide(output)) {
    shift = integer::getAvgPoolRequantization(input, output, taps).shift;
    bits = 8;
  }
  if (shift > 16 || (taps << (shift + bits)) > INT32_MAX)
    return keepFloat(*this, "the sum of a window would overflow 32 bits");
  quantizer.replaceWithQuantized(*this, quantizer.quantize(getInput()), output);
  return success();
}

quant::UniformQuantizedType SoftmaxOp::getFixedResultType(Precision precision) {
  if (getLog())
    return {};
  Builder builder(getContext());
  if (hasWideActivations(precision))
    return quant::UniformQuantizedType::get(
        quant::QuantizationFlags::Signed, builder.getIntegerType(16),
        builder.getF32Type(), 1.0 / 32768.0, 0, INT16_MIN, INT16_MAX);
  return quant::UniformQuantizedType::get(
      quant::QuantizationFlags::Signed, builder.getI8Type(),
      builder.getF32Type(), 1.0 / 256.0, -128, -128, 127);
}

LogicalResult SoftmaxOp::quantize(Quantizer &quantizer) {
  if (getLog())
    return keepFloat(*this, "a logarithm of softmax has no integer form");
  quantizer.replaceWithQuantized(*this, quantizer.quantize(getInput()),
                                 getFixedResultType(quantizer.getPrecision()));
  return success();
}
