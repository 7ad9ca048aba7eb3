//===- Tensor.cpp - A tensor with its data --------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Reference/Tensor.h"

#include "edgecc/Dialect/Edge/Edge.h"

#include "mlir/IR/AsmState.h"
#include "mlir/IR/DialectResourceBlobManager.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::reference;

unsigned reference::getElementBytes(Type elementType) {
  Type stored = edge::getStorageType(elementType);
  return (stored.getIntOrFloatBitWidth() + 7) / 8;
}

Tensor::Tensor(RankedTensorType type)
    : type(type), data(std::make_shared<std::vector<char>>(
                      size_t(type.getNumElements()) *
                      getElementBytes(type.getElementType()))) {}

MutableArrayRef<char> Tensor::getRawData() {
  if (!data)
    return {};
  if (data.use_count() > 1)
    data = std::make_shared<std::vector<char>>(*data);
  return *data;
}

FailureOr<Tensor> Tensor::fromAttr(ElementsAttr attr, RankedTensorType type) {
  Tensor tensor(type);
  std::vector<char> &data = *tensor.data;
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(attr)) {
    AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    if (!blob || blob->getData().size() != data.size())
      return failure();
    llvm::copy(blob->getData(), data.begin());
    return tensor;
  }
  auto dense = dyn_cast<DenseIntOrFPElementsAttr>(attr);
  if (!dense)
    return failure();
  // Booleans are packed to bits in dense attributes, and splats hold one value.
  if (dense.getElementType().isInteger(1)) {
    llvm::copy(dense.getValues<bool>(), data.begin());
    return tensor;
  }
  ArrayRef<char> raw = dense.getRawData();
  for (size_t at = 0; at < data.size(); at += raw.size())
    llvm::copy(raw, data.begin() + at);
  return tensor;
}

ElementsAttr Tensor::toAttr() const {
  RankedTensorType storageType =
      edge::withElementType(type, edge::getStorageType(getElementType()));
  return DenseResourceElementsAttr::get(
      storageType, "weights",
      HeapAsmResourceBlob::allocateAndCopyWithAlign(getRawData(),
                                                    /*align=*/16));
}

Tensor Tensor::withType(RankedTensorType newType) const {
  Tensor result = *this;
  result.type = newType;
  return result;
}
