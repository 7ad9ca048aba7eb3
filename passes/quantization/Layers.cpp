//===- Layers.cpp - What precision is chosen for --------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Quant/Layers.h"

#include "edgecc/Quant/Palette.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::quantization;
using edge::QuantizableOpInterface;

static int64_t getNumElements(Value value) {
  return cast<RankedTensorType>(value.getType()).getNumElements();
}

int64_t Layer::getNumResultElements() const {
  int64_t elements = 0;
  for (Value result : op->getResults())
    elements += getNumElements(result);
  return elements;
}

int64_t Layer::getWeightBytes(Precision precision) const {
  constexpr int64_t kGroup = 32;
  // Each row of a table begins with a byte of its own; a palette follows.
  if (tableRows && precision == Precision::S8W4)
    return tableRows * ((weights / tableRows + 1) / 2) + int64_t(kPaletteSize);
  switch (precision) {
  case Precision::F32:
    return weights * 4;
  case Precision::S8:
  case Precision::S16x8:
    return weights;
  case Precision::S8W4:
    return weights / 2 + weights / kGroup;
  }
  llvm_unreachable("all precisions are handled");
}

//===----------------------------------------------------------------------===//
// Finding layers
//===----------------------------------------------------------------------===//

static bool hasFloatResult(Operation *op) {
  return llvm::any_of(op->getResultTypes(), [](Type type) {
    return getElementTypeOrSelf(type).isF32();
  });
}

/// Whether an operation passes one tensor's values on. Those of a constant
/// table may have a precision of their own.
static bool isMover(Operation *op) {
  if (isTableLookup(op))
    return false;
  auto quantizable = dyn_cast<QuantizableOpInterface>(op);
  return quantizable && quantizable.getSameTypeOperands().size() == 1;
}

static bool isLayer(Operation *op) {
  return isa<QuantizableOpInterface, edge::RecurrentOpInterface>(op) &&
         hasFloatResult(op) && !isMover(op);
}

static int64_t countWeights(Operation *op) {
  if (auto weighted = dyn_cast<edge::WeightedOpInterface>(op))
    return getNumElements(weighted.getWeightsOperand().get());
  if (auto recurrent = dyn_cast<edge::RecurrentOpInterface>(op))
    return getNumElements(recurrent.getWeights()) +
           getNumElements(recurrent.getRecurrence());
  if (isTableLookup(op))
    return getNumElements(op->getOperand(0));
  return 0;
}

static int64_t countRows(Value table) {
  return cast<RankedTensorType>(table.getType()).getDimSize(0);
}

SmallVector<Layer> quantization::collectLayers(func::FuncOp function) {
  SmallVector<Layer> layers;
  for (Operation &op : function.getBody().front()) {
    if (!isLayer(&op))
      continue;
    auto counted = dyn_cast<edge::MacCountOpInterface>(op);
    layers.push_back({&op, edge::getLayerName(&op), countWeights(&op),
                      counted ? counted.getMacCount() : 0,
                      isTableLookup(&op) ? countRows(op.getOperand(0)) : 0});
  }
  return layers;
}

//===----------------------------------------------------------------------===//
// Writing precisions
//===----------------------------------------------------------------------===//

static void setPrecision(Operation *op, Precision precision) {
  op->setAttr(kPrecisionAttr,
              StringAttr::get(op->getContext(), stringifyPrecision(precision)));
}

/// What moves a result is stored as the result is; four bits are for weights.
static Precision getMoved(Precision precision) {
  return precision == Precision::S8W4 ? Precision::S8 : precision;
}

void quantization::setPrecisions(func::FuncOp function, ArrayRef<Layer> layers,
                                 ArrayRef<Precision> mix) {
  for (auto [layer, precision] : llvm::zip_equal(layers, mix))
    setPrecision(layer.op, precision);
  SmallVector<Operation *> movers;
  for (Operation &op : function.getBody().front())
    if (isMover(&op))
      movers.push_back(&op);
  for (Operation *op : movers) {
    auto mover = cast<QuantizableOpInterface>(op);
    Operation *source = mover.getSameTypeOperands().front().getDefiningOp();
    setPrecision(op, source ? getMoved(getPrecision(source, Precision::F32))
                            : Precision::F32);
  }
  // What comes from float is converted before it is moved if that is what all
  // users want: the bytes are fewer.
  for (Operation *op : llvm::reverse(movers)) {
    if (getPrecision(op, Precision::F32) != Precision::F32 || op->use_empty())
      continue;
    SmallVector<Precision> wanted;
    for (Operation *user : op->getUsers())
      wanted.push_back(getMoved(getPrecision(user, Precision::F32)));
    if (llvm::all_equal(wanted))
      setPrecision(op, wanted.front());
  }
}
