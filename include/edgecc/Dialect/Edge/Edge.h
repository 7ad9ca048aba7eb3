//===- Edge.h - The edge dialect --------------------------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_DIALECT_EDGE_EDGE_H
#define EDGECC_DIALECT_EDGE_EDGE_H

#include "edgecc/Reference/Tensor.h"

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Quant/QuantOps.h"
#include "mlir/Dialect/Quant/QuantTypes.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace edgecc::quantization {
class Quantizer;
} // namespace edgecc::quantization

namespace edgecc::edge {

/// Verifies that the result's shape (and element type, where inference gives
/// one) is what the operation's shape inference computes.
llvm::LogicalResult verifyInferredShape(mlir::Operation *op);

/// Trait form of `verifyInferredShape`.
template <typename ConcreteType>
class InferredShape
    : public mlir::OpTrait::TraitBase<ConcreteType, InferredShape> {
public:
  static llvm::LogicalResult verifyTrait(mlir::Operation *op) {
    return verifyInferredShape(op);
  }
};

/// Marks operations `f` with f(clamp(x)) = clamp(f(x)).
template <typename ConcreteType>
class CommutesWithClamp
    : public mlir::OpTrait::TraitBase<ConcreteType, CommutesWithClamp> {};

/// A copy of `op` on `operands` whose result has the permuted type: what
/// PermutableOpInterface does for operations without attributes that name axes.
mlir::Operation *clonePermuted(mlir::OpBuilder &builder, mlir::Operation *op,
                               mlir::ValueRange operands,
                               llvm::ArrayRef<int64_t> perm);

} // namespace edgecc::edge

#include "edgecc/Dialect/Edge/EdgeDialect.h.inc"
#include "edgecc/Dialect/Edge/EdgeEnums.h.inc"
#include "edgecc/Dialect/Edge/EdgeInterfaces.h.inc"

#define GET_OP_CLASSES
#include "edgecc/Dialect/Edge/EdgeOps.h.inc"

namespace edgecc::edge {

/// The quantized element type of a tensor, or null.
mlir::quant::QuantizedType getQuantizedType(mlir::Type type);
/// The per-tensor quantized element type of a tensor, or null.
mlir::quant::UniformQuantizedType getUniformType(mlir::Type type);
/// The element type that is stored: itself, or the storage type if quantized.
mlir::Type getStorageType(mlir::Type elementType);
/// `type` with another element type.
mlir::RankedTensorType withElementType(mlir::Type type, mlir::Type elementType);

/// Sets the result type of an operation to what its shape inference computes;
/// fails, with a diagnostic at the operation, when the operands do not fit.
llvm::LogicalResult inferResultType(mlir::Operation *op);

/// Creates `OpT` with an inferred result type. On failure, a diagnostic has
/// been emitted at `loc` and nothing is left behind.
template <typename OpT, typename... Args>
llvm::FailureOr<OpT> createInferred(mlir::OpBuilder &builder,
                                    mlir::Location loc, Args &&...args) {
  auto placeholder = mlir::RankedTensorType::get({}, builder.getF32Type());
  auto op = builder.create<OpT>(loc, placeholder, std::forward<Args>(args)...);
  if (succeeded(inferResultType(op)))
    return op;
  op->erase();
  return llvm::failure();
}

/// An edge.constant that holds a copy of `data` (elements of `type`'s storage
/// type, row-major) out of line.
ConstantOp createConstant(mlir::OpBuilder &builder, mlir::Location loc,
                          mlir::RankedTensorType type,
                          llvm::ArrayRef<char> data);
template <typename T>
ConstantOp createConstant(mlir::OpBuilder &builder, mlir::Location loc,
                          mlir::RankedTensorType type, llvm::ArrayRef<T> data) {
  return createConstant(
      builder, loc, type,
      llvm::ArrayRef<char>(reinterpret_cast<const char *>(data.data()),
                           data.size() * sizeof(T)));
}

/// The tensor that a value is known to be at compile time (the result of an
/// edge.constant), or nothing.
std::optional<reference::Tensor> getConstantTensor(mlir::Value value);

/// The name of the ONNX node that an operation comes from; the operation's name
/// where there is none.
std::string getLayerName(mlir::Operation *op);

} // namespace edgecc::edge

#endif // EDGECC_DIALECT_EDGE_EDGE_H
