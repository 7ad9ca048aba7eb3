//===- StoredTypes.h - C++ types of stored elements -------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_COMPILER_REFERENCE_STOREDTYPES_H
#define EDGECC_COMPILER_REFERENCE_STOREDTYPES_H

#include "edgecc/Dialect/Edge/Edge.h"

namespace edgecc::reference {

/// Whether the tensor is quantized per tensor and stored in all of signed i8,
/// or in all of signed i16 with a zero point of 0, so that operations on it
/// compute in integers.
bool isInteger(const Tensor &tensor);
/// Whether it is stored in i16.
bool isWide(const Tensor &tensor);

/// Fails, with a diagnostic at `op`, unless `isInteger` holds for all.
llvm::LogicalResult checkIntegers(mlir::Operation *op,
                                  llvm::ArrayRef<Tensor> tensors);

/// Fails, with a diagnostic at `op`, unless `isInteger` holds for all and none
/// is stored in i16.
llvm::LogicalResult checkBytes(mlir::Operation *op,
                               llvm::ArrayRef<Tensor> tensors);

/// Fails, with a diagnostic at `op`, unless all are f32.
llvm::LogicalResult checkF32(mlir::Operation *op,
                             llvm::ArrayRef<Tensor> tensors);

/// Calls `fn` with a zero of the C++ type that stores a tensor for which
/// `isInteger` holds.
template <typename Fn> auto dispatchInteger(const Tensor &tensor, Fn fn) {
  return isWide(tensor) ? fn(int16_t()) : fn(int8_t());
}

/// Calls `fn` with a zero of the C++ type that stores elements of `type` (a
/// quantized type: its storage). Fails, with a diagnostic at `op`, on types
/// that are not computed with.
template <typename Fn>
llvm::LogicalResult dispatchStored(mlir::Operation *op, mlir::Type type,
                                   Fn fn) {
  mlir::Type stored = edge::getStorageType(type);
  bool isUnsigned = stored.isUnsignedInteger();
  if (auto quantized = mlir::dyn_cast<mlir::quant::QuantizedType>(type))
    isUnsigned = !quantized.isSigned();
  if (stored.isF32())
    return fn(float());
  if (stored.isF64())
    return fn(double());
  if (stored.isInteger(8))
    return isUnsigned ? fn(uint8_t()) : fn(int8_t());
  if (stored.isInteger(16))
    return isUnsigned ? fn(uint16_t()) : fn(int16_t());
  if (stored.isInteger(32))
    return isUnsigned ? fn(uint32_t()) : fn(int32_t());
  if (stored.isInteger(64))
    return isUnsigned ? fn(uint64_t()) : fn(int64_t());
  return op->emitOpError("is not evaluated on elements of type ") << type;
}

} // namespace edgecc::reference

#endif // EDGECC_COMPILER_REFERENCE_STOREDTYPES_H
