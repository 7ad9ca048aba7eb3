//===- Tensor.h - A tensor with its data ------------------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_REFERENCE_TENSOR_H
#define EDGECC_REFERENCE_TENSOR_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"

#include <memory>
#include <vector>

namespace edgecc::reference {

/// The number of bytes an element takes in memory: i1 is one byte, a quantized
/// type its storage type.
unsigned getElementBytes(mlir::Type elementType);

/// A dense, row-major tensor in memory. Its type is an MLIR tensor type and may
/// be quantized; the data are then the stored integers. A value: copies share
/// their data until one of them is written to, so that copying costs nothing.
class Tensor {
public:
  Tensor() = default;
  /// A tensor of zeros.
  explicit Tensor(mlir::RankedTensorType type);
  /// The value of a constant attribute; `type` has its shape and may give its
  /// integers a quantized meaning. Fails on attributes that hold no data.
  static llvm::FailureOr<Tensor> fromAttr(mlir::ElementsAttr attr,
                                          mlir::RankedTensorType type);
  /// The data as an attribute of the storage type: a splat where all elements
  /// are equal, in the text where there are few, else out of line (dense
  /// resource).
  mlir::ElementsAttr toAttr() const;

  mlir::RankedTensorType getType() const { return type; }
  mlir::Type getElementType() const { return type.getElementType(); }
  llvm::ArrayRef<int64_t> getShape() const { return type.getShape(); }
  int64_t getRank() const { return type.getRank(); }
  int64_t getNumElements() const { return type.getNumElements(); }
  int64_t getDim(unsigned axis) const { return type.getDimSize(axis); }

  llvm::ArrayRef<char> getRawData() const {
    return data ? llvm::ArrayRef<char>(*data) : llvm::ArrayRef<char>();
  }
  /// The data to write to; separates them from those of copies.
  llvm::MutableArrayRef<char> getRawData();
  /// The elements; `T` must have the size of the stored element.
  template <typename T> llvm::ArrayRef<T> getData() const {
    llvm::ArrayRef<char> raw = getRawData();
    return {reinterpret_cast<const T *>(raw.data()), raw.size() / sizeof(T)};
  }
  template <typename T> llvm::MutableArrayRef<T> getData() {
    llvm::MutableArrayRef<char> raw = getRawData();
    return {reinterpret_cast<T *>(raw.data()), raw.size() / sizeof(T)};
  }

  /// The same data under another type of the same size in bytes.
  Tensor withType(mlir::RankedTensorType newType) const;

private:
  mlir::RankedTensorType type;
  std::shared_ptr<std::vector<char>> data;
};

} // namespace edgecc::reference

#endif // EDGECC_REFERENCE_TENSOR_H
