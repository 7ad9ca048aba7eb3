//===- EdgeDialect.cpp - Registration, constants, shared helpers ----------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Dialect/Edge/Edge.h"
#include "edgecc/Quant/WeightGrid.h"

#include "mlir/IR/AsmState.h"
#include "mlir/IR/DialectImplementation.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;

#include "edgecc/Dialect/Edge/EdgeDialect.cpp.inc"
#include "edgecc/Dialect/Edge/EdgeEnums.cpp.inc"
#include "edgecc/Dialect/Edge/EdgeInterfaces.cpp.inc"

#define GET_OP_CLASSES
#include "edgecc/Dialect/Edge/EdgeOps.cpp.inc"

void EdgeDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "edgecc/Dialect/Edge/EdgeOps.cpp.inc"
      >();
}

Operation *EdgeDialect::materializeConstant(OpBuilder &builder, Attribute value,
                                            Type type, Location loc) {
  auto elements = dyn_cast<ElementsAttr>(value);
  if (!elements)
    return nullptr;
  return builder.create<ConstantOp>(loc, type, elements);
}

/// `edge.precision`, which people write by hand, names a precision; attributes
/// of other names carry results of passes, which check them.
LogicalResult EdgeDialect::verifyOperationAttribute(Operation *op,
                                                    NamedAttribute attr) {
  if (attr.getName() == quantization::kWeightBitsAttr) {
    auto bits = dyn_cast<IntegerAttr>(attr.getValue());
    if (bits && bits.getInt() == 4)
      return success();
    return op->emitOpError("'")
           << quantization::kWeightBitsAttr << "' is " << attr.getValue()
           << "; weights are packed in 4 bits only";
  }
  if (attr.getName() != quantization::kPrecisionAttr)
    return success();
  auto name = dyn_cast<StringAttr>(attr.getValue());
  if (name && quantization::parsePrecision(name))
    return success();
  return op->emitOpError("'")
         << quantization::kPrecisionAttr << "' is " << attr.getValue()
         << ", which is not one of: " << quantization::kPrecisionNames;
}

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

SmallVector<std::pair<Value, Value>>
edge::getStates(FunctionOpInterface function) {
  llvm::DenseMap<Attribute, Value> outputs;
  Block &body = function.getFunctionBody().front();
  for (auto [i, value] : llvm::enumerate(body.getTerminator()->getOperands()))
    if (Attribute state = function.getResultAttr(i, kStateAttr))
      outputs[state] = value;
  SmallVector<std::pair<Value, Value>> states;
  for (BlockArgument argument : body.getArguments())
    if (Attribute state =
            function.getArgAttr(argument.getArgNumber(), kStateAttr))
      if (Value output = outputs.lookup(state))
        states.push_back({argument, output});
  return states;
}

quant::QuantizedType edge::getQuantizedType(Type type) {
  return dyn_cast<quant::QuantizedType>(getElementTypeOrSelf(type));
}

quant::UniformQuantizedType edge::getUniformType(Type type) {
  return dyn_cast<quant::UniformQuantizedType>(getElementTypeOrSelf(type));
}

Type edge::getStorageType(Type elementType) {
  if (auto quantized = dyn_cast<quant::QuantizedType>(elementType))
    return quantized.getStorageType();
  return elementType;
}

RankedTensorType edge::withElementType(Type type, Type elementType) {
  return cast<RankedTensorType>(type).clone(elementType);
}

//===----------------------------------------------------------------------===//
// Shape inference
//===----------------------------------------------------------------------===//

/// What shape inference gives for each result.
static FailureOr<SmallVector<ShapedTypeComponents, 1>>
inferComponents(Operation *op) {
  auto inference = cast<InferShapedTypeOpInterface>(op);
  SmallVector<ShapedTypeComponents, 1> components;
  if (failed(inference.inferReturnTypeComponents(
          op->getContext(), op->getLoc(), op->getOperands(),
          op->getAttrDictionary(), op->getPropertiesStorage(), op->getRegions(),
          components)))
    return failure();
  return components;
}

static LogicalResult verifyResult(OpResult result,
                                  const ShapedTypeComponents &inferred) {
  Operation *op = result.getOwner();
  // Most operations have one result, which needs no number.
  std::string name = "result";
  if (op->getNumResults() > 1)
    name += " " + std::to_string(result.getResultNumber());
  auto type = cast<RankedTensorType>(result.getType());
  if (type.getShape() != ArrayRef<int64_t>(inferred.getDims()))
    return op->emitOpError(name)
           << " has type " << type << ", but its operands give the shape "
           << RankedTensorType::get(inferred.getDims(), type.getElementType());
  Type elementType = inferred.getElementType();
  if (elementType && elementType != type.getElementType())
    return op->emitOpError(name)
           << " has elements of type " << type.getElementType() << ", expected "
           << elementType;
  return success();
}

LogicalResult edge::verifyInferredShape(Operation *op) {
  auto inferred = inferComponents(op);
  if (failed(inferred))
    return failure();
  for (auto [result, components] : llvm::zip(op->getResults(), *inferred))
    if (failed(verifyResult(result, components)))
      return failure();
  return success();
}

LogicalResult edge::inferResultTypes(Operation *op) {
  auto inferred = inferComponents(op);
  if (failed(inferred))
    return failure();
  for (auto [result, components] : llvm::zip(op->getResults(), *inferred)) {
    Type elementType = components.getElementType();
    if (!elementType)
      elementType = getElementTypeOrSelf(op->getOperand(0).getType());
    result.setType(RankedTensorType::get(components.getDims(), elementType));
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

LogicalResult ConstantOp::verify() {
  auto valueType = cast<ShapedType>(getValue().getType());
  auto resultType = cast<RankedTensorType>(getType());
  if (valueType.getShape() != resultType.getShape() ||
      valueType.getElementType() != getStorageType(resultType.getElementType()))
    return emitOpError("value has type ")
           << valueType << ", which is not the storage of " << resultType;
  auto resource = dyn_cast<DenseResourceElementsAttr>(getValue());
  if (!resource)
    return success();
  AsmResourceBlob *blob = resource.getRawHandle().getBlob();
  uint64_t bytes = uint64_t(resultType.getNumElements()) *
                   reference::getElementBytes(resultType.getElementType());
  if (!blob || blob->getData().size() != bytes)
    return emitOpError("needs ") << bytes << " bytes of data, its resource has "
                                 << (blob ? blob->getData().size() : 0);
  return success();
}

OpFoldResult ConstantOp::fold(FoldAdaptor) { return getValue(); }

void ConstantOp::build(OpBuilder &builder, OperationState &state,
                       ElementsAttr value) {
  build(builder, state, value.getType(), value);
}

void ConstantOp::getAsmResultNames(OpAsmSetValueNameFn setNameFn) {
  setNameFn(getResult(), "cst");
}

ConstantOp edge::createConstant(OpBuilder &builder, Location loc,
                                RankedTensorType type, ArrayRef<char> data) {
  auto storageType = type.clone(getStorageType(type.getElementType()));
  // Without elements there may be no address to copy from.
  static constexpr char nothing = 0;
  if (data.empty())
    data = ArrayRef<char>(&nothing, size_t(0));
  auto value = DenseResourceElementsAttr::get(
      storageType, "weights",
      HeapAsmResourceBlob::allocateAndCopyWithAlign(data, /*align=*/16));
  return builder.create<ConstantOp>(loc, type, value);
}

std::optional<reference::Tensor> edge::getConstantTensor(Value value) {
  auto constant = value.getDefiningOp<ConstantOp>();
  if (!constant)
    return std::nullopt;
  FailureOr<reference::Tensor> tensor = reference::Tensor::fromAttr(
      constant.getValue(), cast<RankedTensorType>(constant.getType()));
  if (failed(tensor))
    return std::nullopt;
  return std::move(*tensor);
}

std::string edge::getLayerName(Operation *op) {
  if (auto name = op->getLoc()->findInstanceOf<NameLoc>())
    return name.getName().str();
  return op->getName().getStringRef().str();
}
