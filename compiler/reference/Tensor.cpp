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

#include <cstring>

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

/// Whether all elements are the same, byte for byte.
static bool isSplat(ArrayRef<char> data, unsigned elementBytes) {
  for (size_t at = elementBytes; at < data.size(); at += elementBytes)
    if (std::memcmp(data.data(), data.data() + at, elementBytes) != 0)
      return false;
  return !data.empty();
}

ElementsAttr Tensor::toAttr() const {
  constexpr int64_t kMaxInline = 16;
  RankedTensorType storageType =
      edge::withElementType(type, edge::getStorageType(getElementType()));
  ArrayRef<char> raw = getRawData();
  unsigned elementBytes = getElementBytes(getElementType());
  bool splat = isSplat(raw, elementBytes);
  if (!splat && getNumElements() > kMaxInline)
    return DenseResourceElementsAttr::get(
        storageType, "weights",
        HeapAsmResourceBlob::allocateAndCopyWithAlign(raw, /*align=*/16));
  if (splat)
    raw = raw.take_front(elementBytes);
  // Dense attributes pack booleans to bits.
  if (storageType.getElementType().isInteger(1))
    return DenseElementsAttr::get(
        storageType,
        ArrayRef<bool>(reinterpret_cast<const bool *>(raw.data()), raw.size()));
  return DenseElementsAttr::getFromRawBuffer(storageType, raw);
}

Tensor Tensor::withType(RankedTensorType newType) const {
  Tensor result = *this;
  result.type = newType;
  return result;
}
