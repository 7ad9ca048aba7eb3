//===- PackedWeights.cpp - Weights of four bits ---------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PackedWeights.h"

#include "edgecc/Dialect/Edge/Edge.h"
#include "edgecc/Quant/WeightGrid.h"

using namespace mlir;
using namespace edgecc;

std::optional<PackedWeights> PackedWeights::find(Operation *op) {
  auto bits = op->getAttrOfType<IntegerAttr>(quantization::kWeightBitsAttr);
  if (!bits || bits.getInt() != 4)
    return std::nullopt;
  std::optional<reference::Tensor> tensor =
      edge::getConstantTensor(op->getOperand(1));
  return tensor ? create(*tensor) : std::nullopt;
}

std::optional<PackedWeights>
PackedWeights::create(const reference::Tensor &tensor) {
  if (tensor.getNumElements() == 0)
    return std::nullopt;
  PackedWeights packed;
  packed.context = tensor.getType().getContext();
  packed.weights = llvm::to_vector(tensor.getData<int8_t>());
  packed.rows = tensor.getDim(0);
  packed.rowSize = tensor.getNumElements() / packed.rows;
  std::optional<int64_t> group =
      quantization::findWeightGroup(packed.weights, packed.rowSize);
  if (!group)
    return std::nullopt;
  packed.group = *group;
  if (!quantization::isWorthPacking(packed.rows, packed.rowSize, packed.group))
    return std::nullopt;
  for (int64_t row = 0; row != packed.rows; ++row)
    llvm::append_range(packed.steps,
                       *quantization::findMultipliers(
                           ArrayRef(packed.weights)
                               .slice(row * packed.rowSize, packed.rowSize),
                           packed.group));
  return packed;
}

int PackedWeights::getStep(int64_t row, int64_t group) const {
  return row < rows ? steps[row * getGroupsInRow() + group] : 1;
}

int PackedWeights::getDigit(int64_t row, int64_t column) const {
  if (row >= rows || column >= rowSize)
    return 0;
  return weights[row * rowSize + column] / getStep(row, column / group);
}

reference::Tensor PackedWeights::packDigits() const {
  SmallVector<int8_t> bytes;
  for (int64_t row = 0; row != rows; ++row)
    for (int64_t begin = 0; begin < rowSize; begin += group) {
      int64_t count = std::min(group, rowSize - begin);
      int64_t half = llvm::divideCeil(count, 2);
      for (int64_t i = begin; i != begin + half; ++i) {
        int high = i + half < begin + count ? getDigit(row, i + half) : 0;
        bytes.push_back(int8_t((getDigit(row, i) & 15) | (high & 15) << 4));
      }
    }
  return getBytes(context, bytes);
}

reference::Tensor PackedWeights::packSteps() const {
  return getBytes(context, steps);
}

reference::Tensor edgecc::getBytes(MLIRContext *context,
                                   ArrayRef<int8_t> bytes) {
  reference::Tensor tensor(RankedTensorType::get({int64_t(bytes.size())},
                                                 IntegerType::get(context, 8)));
  llvm::copy(bytes, tensor.getData<int8_t>().begin());
  return tensor;
}
