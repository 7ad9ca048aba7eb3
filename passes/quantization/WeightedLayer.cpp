//===- WeightedLayer.cpp - Weights while they are repaired ----------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "WeightedLayer.h"

#include "edgecc/Quant/Repair.h"

#include <cmath>

using namespace mlir;
using namespace edgecc;
using namespace edgecc::quantization;
using edge::WeightedOpInterface;
using reference::Tensor;

static std::optional<Tensor> getFiniteConstant(Value value) {
  if (!getElementTypeOrSelf(value.getType()).isF32())
    return std::nullopt;
  std::optional<Tensor> tensor = edge::getConstantTensor(value);
  if (!tensor || !llvm::all_of(std::as_const(*tensor).getData<float>(),
                               [](float v) { return std::isfinite(v); }))
    return std::nullopt;
  return tensor;
}

bool quantization::hasConstantWeights(WeightedOpInterface layer) {
  return getFiniteConstant(layer.getWeightsOperand().get()) &&
         getFiniteConstant(layer.getBiasOperand().get());
}

LayerParameters quantization::getParameters(WeightedOpInterface layer) {
  return {*edge::getConstantTensor(layer.getWeightsOperand().get()),
          *edge::getConstantTensor(layer.getBiasOperand().get())};
}

static void restore(WeightedOpInterface layer, StringRef name, Tensor &tensor) {
  auto attr = layer->getAttrOfType<ElementsAttr>(name);
  if (!attr || attr.getShapedType() != tensor.getType())
    return;
  FailureOr<Tensor> original = Tensor::fromAttr(attr, tensor.getType());
  if (succeeded(original))
    tensor = *original;
}

LayerParameters quantization::getOriginalParameters(WeightedOpInterface layer) {
  LayerParameters parameters = getParameters(layer);
  restore(layer, kFloatWeightsAttr, parameters.weights);
  restore(layer, kFloatBiasAttr, parameters.bias);
  return parameters;
}

llvm::DenseSet<Operation *> quantization::findSharedWeights(func::FuncOp func) {
  std::vector<Tensor> tensors; // the keys refer to them
  llvm::DenseMap<std::pair<StringRef, Type>, Operation *> first;
  llvm::DenseSet<Operation *> shared;
  func.walk([&](WeightedOpInterface layer) {
    if (!hasConstantWeights(layer))
      return;
    tensors.push_back(getParameters(layer).weights);
    ArrayRef<char> bytes = std::as_const(tensors.back()).getRawData();
    auto [known, isNew] = first.insert({{StringRef(bytes.data(), bytes.size()),
                                         Type(tensors.back().getType())},
                                        layer});
    if (isNew)
      return;
    shared.insert(known->second);
    shared.insert(layer);
  });
  return shared;
}

void quantization::setParameters(WeightedOpInterface layer,
                                 const LayerParameters &parameters,
                                 ArrayRef<double> scales) {
  OpBuilder builder(layer);
  LayerParameters before = getParameters(layer);
  if (!layer->hasAttr(kFloatWeightsAttr)) {
    layer->setAttr(kFloatWeightsAttr, before.weights.toAttr());
    layer->setAttr(kFloatBiasAttr, before.bias.toAttr());
  }
  auto replace = [&](OpOperand &operand, const Tensor &tensor) {
    operand.set(edge::createConstant(builder, operand.get().getLoc(),
                                     tensor.getType(), tensor.getRawData()));
  };
  replace(layer.getWeightsOperand(), parameters.weights);
  replace(layer.getBiasOperand(), parameters.bias);
  layer->setAttr(kWeightScalesAttr, builder.getDenseF64ArrayAttr(scales));
}

Precision quantization::getWeightPrecision(WeightedOpInterface layer,
                                           const RepairOptions &options) {
  Precision precision = getPrecision(layer, options.precision);
  auto type = cast<RankedTensorType>(layer.getWeightsOperand().get().getType());
  int64_t rows = type.getDimSize(0);
  int64_t rowSize = rows ? type.getNumElements() / rows : 0;
  bool isDepthwise =
      layer.getWeightGroups() != 1 && type.getShape().back() == 1;
  if (precision == Precision::S8W4 &&
      (isDepthwise || !isWorthPacking(rows, rowSize, options.weightGroup)))
    return Precision::S8;
  return precision;
}

ArrayRef<double> quantization::getWeightScales(Operation *layer) {
  auto scales = layer->getAttrOfType<DenseF64ArrayAttr>(kWeightScalesAttr);
  return scales ? scales.asArrayRef() : ArrayRef<double>();
}

LayerParameters quantization::roundParameters(WeightedOpInterface layer,
                                              const RepairOptions &options,
                                              SmallVectorImpl<double> *scales) {
  LayerParameters parameters = getParameters(layer);
  Precision precision = getWeightPrecision(layer, options);
  size_t channels = size_t(parameters.bias.getNumElements());
  ArrayRef<double> chosen = getWeightScales(layer);
  if (chosen.size() == channels) {
    if (scales)
      scales->assign(chosen.begin(), chosen.end());
    return parameters;
  }
  MutableArrayRef<float> weights = parameters.weights.getData<float>();
  size_t depth = channels ? weights.size() / channels : 0;
  for (size_t channel = 0; channel != channels; ++channel) {
    MutableArrayRef<float> row = weights.slice(channel * depth, depth);
    WeightGrid grid = chooseWeightGrid(row, precision, options.weightGroup);
    for (auto [index, weight] : llvm::enumerate(row))
      weight = float(snapToGrid(grid, int64_t(index), weight));
    if (scales)
      scales->push_back(grid.scale);
  }
  return parameters;
}
