//===- Sensitivity.cpp - What quantization costs a layer ------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Quant/Sensitivity.h"

#include "edgecc/Dialect/Edge/Edge.h"
#include "edgecc/Quant/IntegerParams.h"
#include "edgecc/Reference/Interpreter.h"

#include "kernels/fixed_point.h"

#include <algorithm>
#include <cmath>

using namespace mlir;
using namespace edgecc;
using namespace edgecc::quantization;
using reference::Interpreter;
using reference::Tensor;

Tensor quantization::toFloat(const Tensor &tensor) {
  quant::UniformQuantizedType type = edge::getUniformType(tensor.getType());
  if (!type)
    return tensor;
  Tensor real(edge::withElementType(tensor.getType(), type.getExpressedType()));
  auto restore = [&](auto stored) {
    for (auto [value, q] : llvm::zip_equal(real.getData<float>(), stored))
      value = kernels::dequantize(q, float(type.getScale()),
                                  int32_t(type.getZeroPoint()));
  };
  if (integer::isWide(type))
    restore(tensor.getData<int16_t>());
  else
    restore(tensor.getData<int8_t>());
  return real;
}

void SignalAndNoise::add(const Tensor &real, const Tensor &quantized) {
  Tensor restored = toFloat(quantized);
  const Tensor &values = restored;
  for (auto [expected, found] :
       llvm::zip_equal(real.getData<float>(), values.getData<float>())) {
    double difference = double(expected) - found;
    signal += double(expected) * expected;
    noise += difference * difference;
  }
}

double SignalAndNoise::getDecibels() const {
  if (noise == 0.0)
    return kMaxSqnr;
  double ratio = 10.0 * std::log10(signal / noise);
  return std::clamp(ratio, -kMaxSqnr, kMaxSqnr);
}

bool quantization::isLayerResult(Value value) {
  Operation *op = value.getDefiningOp();
  if (!op || isa<edge::ConstantOp, edge::QuantizeOp, edge::DequantizeOp,
                 edge::RequantizeOp>(op))
    return false;
  quant::UniformQuantizedType type = edge::getUniformType(value.getType());
  return getElementTypeOrSelf(value.getType()).isF32() ||
         (type &&
          (integer::isWide(type) || type.getStorageType().isInteger(8)));
}

/// The last result of each layer for one sample.
static FailureOr<llvm::StringMap<Tensor>>
runLayers(const Interpreter &interpreter, ArrayRef<Tensor> sample) {
  llvm::StringMap<Tensor> layers;
  auto record = [&](Value value, const Tensor &tensor) {
    if (isLayerResult(value))
      layers[edge::getLayerName(value.getDefiningOp())] = tensor;
  };
  if (failed(interpreter.run(sample, record)))
    return failure();
  return layers;
}

FailureOr<llvm::StringMap<double>>
quantization::measureSqnr(func::FuncOp floatFunc, func::FuncOp quantizedFunc,
                          ArrayRef<std::vector<Tensor>> samples) {
  FailureOr<Interpreter> exact = Interpreter::create(floatFunc);
  FailureOr<Interpreter> rounded = Interpreter::create(quantizedFunc);
  if (failed(exact) || failed(rounded))
    return failure();
  llvm::StringMap<SignalAndNoise> sums;
  for (const std::vector<Tensor> &sample : samples) {
    auto real = runLayers(*exact, sample);
    auto quantized = runLayers(*rounded, sample);
    if (failed(real) || failed(quantized))
      return failure();
    for (const auto &layer : *real) {
      auto found = quantized->find(layer.getKey());
      // Passes between the two may have given a layer another shape.
      if (found != quantized->end() &&
          found->second.getShape() == layer.second.getShape())
        sums[layer.getKey()].add(layer.second, found->second);
    }
  }
  llvm::StringMap<double> result;
  for (const auto &layer : sums)
    result[layer.getKey()] = layer.second.getDecibels();
  return result;
}
