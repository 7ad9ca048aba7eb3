//===- Edge.h - The edge dialect --------------------------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_DIALECT_EDGE_EDGE_H
#define EDGECC_DIALECT_EDGE_EDGE_H

#include "edgecc/Quant/Precision.h"
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
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace edgecc::quantization {
class Quantizer;
} // namespace edgecc::quantization

namespace edgecc::edge {

/// Verifies that the results' shapes (and element types, where inference gives
/// them) are what the operation's shape inference computes.
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

/// Bounds of stored integers, both included.
struct StoredRange {
  int32_t lo, hi;
  bool isConstant() const { return lo == hi; }
};

/// A range for each channel, that is for each index of the last axis.
using ChannelRanges = llvm::SmallVector<StoredRange>;

/// All values that the stored type allows, for every channel.
ChannelRanges getFullRanges(mlir::Value value);

/// What ChannelOpInterface answers for operations that compute each channel of
/// the result from the same channel of their operands.
llvm::SmallVector<int64_t> getEqualChannels(mlir::Operation *op,
                                            unsigned operand);
mlir::Operation *cloneWithChannels(mlir::OpBuilder &builder,
                                   mlir::Operation *op,
                                   mlir::ValueRange operands,
                                   llvm::ArrayRef<int64_t> kept);

/// Row y of a result is computed from the rows [y * stride - pad, y * stride -
/// pad + extent) of an image.
struct RowWindow {
  int64_t extent = 1, stride = 1, pad = 0;
};

/// What RowwiseOpInterface answers for elementwise operations.
std::optional<RowWindow> getElementwiseRows(mlir::Operation *op,
                                            unsigned operand);
mlir::Operation *cloneAsRow(mlir::OpBuilder &builder, mlir::Operation *op,
                            mlir::ValueRange operands);

} // namespace edgecc::edge

#include "edgecc/Dialect/Edge/EdgeDialect.h.inc"
#include "edgecc/Dialect/Edge/EdgeEnums.h.inc"
#include "edgecc/Dialect/Edge/EdgeInterfaces.h.inc"

#define GET_OP_CLASSES
#include "edgecc/Dialect/Edge/EdgeOps.h.inc"

namespace edgecc::edge {

/// On an argument and a result of a function: the number of the state that the
/// one is before a run and the other after it. The generated code keeps it.
inline constexpr llvm::StringLiteral kStateAttr = "edge.state";

/// On operations that are computed together, row by row, so that what is
/// between them is never there as a whole: the number of their group.
inline constexpr llvm::StringLiteral kStreamAttr = "edge.stream";

/// The states of a function: arguments, and what is returned as their next
/// value.
llvm::SmallVector<std::pair<mlir::Value, mlir::Value>>
getStates(mlir::FunctionOpInterface function);

/// The quantized element type of a tensor, or null.
mlir::quant::QuantizedType getQuantizedType(mlir::Type type);
/// The per-tensor quantized element type of a tensor, or null.
mlir::quant::UniformQuantizedType getUniformType(mlir::Type type);
/// The element type that is stored: itself, or the storage type if quantized.
mlir::Type getStorageType(mlir::Type elementType);
/// `type` with another element type.
mlir::RankedTensorType withElementType(mlir::Type type, mlir::Type elementType);

/// Sets the result types of an operation to what its shape inference computes;
/// fails, with a diagnostic at the operation, when the operands do not fit.
llvm::LogicalResult inferResultTypes(mlir::Operation *op);

/// The number of results of operations of type `OpT`.
template <typename OpT> constexpr unsigned getResultCount() {
  if constexpr (OpT::template hasTrait<mlir::OpTrait::NResults<3>::Impl>())
    return 3;
  else if constexpr (OpT::template hasTrait<mlir::OpTrait::NResults<2>::Impl>())
    return 2;
  else
    return 1;
}

/// Creates `OpT` with inferred result types. On failure, a diagnostic has been
/// emitted at `loc` and nothing is left behind.
template <typename OpT, typename... Args>
llvm::FailureOr<OpT> createInferred(mlir::OpBuilder &builder,
                                    mlir::Location loc, Args &&...args) {
  mlir::Type placeholder =
      mlir::RankedTensorType::get({}, builder.getF32Type());
  llvm::SmallVector<mlir::Type> types(getResultCount<OpT>(), placeholder);
  auto op = builder.create<OpT>(loc, mlir::TypeRange(types),
                                std::forward<Args>(args)...);
  if (succeeded(inferResultTypes(op)))
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
