//===- NodeImporter.cpp - What a handler of an operator sees --------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "NodeImporter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Traits.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"

#include <cmath>

using namespace mlir;
using namespace edgecc;
using namespace edgecc::importer;

NodeImporter::NodeImporter(const onnx::NodeProto &proto, Location loc,
                           int64_t opset, StringRef directory,
                           OpBuilder &builder, ConstantEvaluator &evaluator,
                           NodeContext &context, ValueRange operands)
    : builder(builder), loc(loc), opset(opset), proto(proto),
      directory(directory), evaluator(evaluator), context(context),
      operands(operands), results(proto.output_size()) {}

InFlightDiagnostic NodeImporter::error() const {
  return emitError(loc) << getOperator() << ": ";
}

LogicalResult NodeImporter::unsupported(const Twine &why) {
  reason = why.str();
  return failure();
}

//===----------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------===//

FailureOr<reference::Tensor> NodeImporter::requireConstant(unsigned index,
                                                           StringRef what) {
  if (std::optional<reference::Tensor> tensor = constant(index))
    return std::move(*tensor);
  return unsupported("its operand '" + what +
                     "' is computed when the network runs; it has to be "
                     "constant (--freeze-input makes an input so)");
}

FailureOr<SmallVector<int64_t>> NodeImporter::requireInts(unsigned index,
                                                          StringRef what) {
  FailureOr<reference::Tensor> tensor = requireConstant(index, what);
  if (failed(tensor))
    return failure();
  if (tensor->getRank() > 1)
    return error() << "operand '" << what << "' has to be a list, found shape "
                   << describeShape(tensor->getShape());
  if (tensor->getElementType().isSignlessInteger(64))
    return llvm::to_vector(tensor->getData<int64_t>());
  if (tensor->getElementType().isSignlessInteger(32))
    return llvm::to_vector_of<int64_t>(tensor->getData<int32_t>());
  return error() << "operand '" << what << "' has to be of type int64, found "
                 << getTypeName(tensor->getElementType());
}

FailureOr<std::optional<SmallVector<int64_t>>>
NodeImporter::intsFrom(StringRef attribute, unsigned index) {
  if (!has(index))
    return getInts(attribute);
  FailureOr<SmallVector<int64_t>> ints = requireInts(index, attribute);
  if (failed(ints))
    return failure();
  return std::optional<SmallVector<int64_t>>(std::move(*ints));
}

FailureOr<double> NodeImporter::requireScalar(unsigned index, StringRef what) {
  FailureOr<reference::Tensor> tensor = requireConstant(index, what);
  if (failed(tensor))
    return failure();
  if (tensor->getNumElements() != 1)
    return error() << "operand '" << what << "' has to be one number, found "
                   << "shape " << describeShape(tensor->getShape());
  Type elementType = tensor->getElementType();
  if (elementType.isF32())
    return double(tensor->getData<float>().front());
  if (elementType.isInteger(64))
    return double(tensor->getData<int64_t>().front());
  if (elementType.isInteger(32))
    return double(tensor->getData<int32_t>().front());
  if (elementType.isUnsignedInteger(8))
    return double(tensor->getData<uint8_t>().front());
  return double(tensor->getData<int8_t>().front());
}

LogicalResult NodeImporter::requireFinite(const reference::Tensor &tensor,
                                          StringRef what) {
  if (!tensor.getElementType().isF32())
    return success();
  auto data = tensor.getData<float>();
  const float *found =
      llvm::find_if(data, [](float v) { return !std::isfinite(v); });
  if (found == data.end())
    return success();
  return error() << what << " hold "
                 << (std::isnan(*found) ? "NaN" : "infinity") << " at element "
                 << found - data.begin() << " of " << data.size()
                 << "; export the model again from a sound checkpoint";
}

LogicalResult NodeImporter::requireRank(unsigned index, int64_t expected) {
  if (rank(index) == expected)
    return success();
  return error() << "operand " << index << " needs " << expected
                 << " axes, found shape " << describeShape(shape(index));
}

LogicalResult NodeImporter::requireFloat(unsigned index) {
  Type elementType = type(index).getElementType();
  if (elementType.isF32())
    return success();
  return unsupported("operand " + Twine(index) + " has elements of type " +
                     getTypeName(elementType) + ", supported is float");
}

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

const onnx::AttributeProto *NodeImporter::attribute(StringRef name) const {
  for (const onnx::AttributeProto &attribute : proto.attribute())
    if (attribute.name() == name)
      return &attribute;
  return nullptr;
}

int64_t NodeImporter::getInt(StringRef name, int64_t otherwise) const {
  const onnx::AttributeProto *found = attribute(name);
  return found ? found->i() : otherwise;
}

float NodeImporter::getFloat(StringRef name, float otherwise) const {
  const onnx::AttributeProto *found = attribute(name);
  return found ? found->f() : otherwise;
}

std::string NodeImporter::getString(StringRef name, StringRef otherwise) const {
  const onnx::AttributeProto *found = attribute(name);
  return found ? found->s() : otherwise.str();
}

std::optional<SmallVector<int64_t>>
NodeImporter::getInts(StringRef name) const {
  const onnx::AttributeProto *found = attribute(name);
  if (!found)
    return std::nullopt;
  return SmallVector<int64_t>(found->ints().begin(), found->ints().end());
}

SmallVector<float> NodeImporter::getFloats(StringRef name) const {
  const onnx::AttributeProto *found = attribute(name);
  if (!found)
    return {};
  return SmallVector<float>(found->floats().begin(), found->floats().end());
}

SmallVector<std::string> NodeImporter::getStrings(StringRef name) const {
  const onnx::AttributeProto *found = attribute(name);
  if (!found)
    return {};
  return SmallVector<std::string>(found->strings().begin(),
                                  found->strings().end());
}

FailureOr<reference::Tensor>
NodeImporter::readTensorAttribute(const onnx::AttributeProto &attribute) {
  return readTensor(attribute.t(), directory,
                    getOperator() + ": attribute '" + attribute.name() + "'",
                    loc);
}

FailureOr<int64_t> NodeImporter::normalizeAxis(int64_t axis, int64_t rank,
                                               bool allowEnd) {
  int64_t last = allowEnd ? rank : rank - 1;
  if (axis < -rank || axis > last)
    return error() << "axis " << axis << " is not in the range " << -rank
                   << ".." << last;
  return axis < 0 ? axis + rank : axis;
}

FailureOr<SmallVector<int64_t>>
NodeImporter::normalizeAxes(ArrayRef<int64_t> axes, int64_t rank) {
  SmallVector<int64_t> result;
  if (axes.size() > kMaxAxes)
    return error() << "names " << axes.size() << " axes";
  for (int64_t axis : axes) {
    FailureOr<int64_t> normal = normalizeAxis(axis, rank);
    if (failed(normal))
      return failure();
    if (llvm::is_contained(result, *normal))
      return error() << "axis " << axis << " is named twice";
    result.push_back(*normal);
  }
  llvm::sort(result);
  return result;
}

//===----------------------------------------------------------------------===//
// Bodies
//===----------------------------------------------------------------------===//

FailureOr<const onnx::GraphProto *> NodeImporter::requireBody(StringRef name) {
  const onnx::AttributeProto *found = attribute(name);
  if (!found)
    return error() << "has no attribute '" << name << "'";
  if (!found->has_g())
    return error() << "attribute '" << name << "' holds no graph";
  return &found->g();
}

FailureOr<SmallVector<Value>>
NodeImporter::importBody(const onnx::GraphProto &body, ValueRange arguments,
                         std::optional<int64_t> iteration) {
  if (!context.reserve(body))
    return unsupported("its body is unrolled, and bodies and functions of the "
                       "model would make more than " +
                       Twine(kMaxUnrolled) +
                       " nodes; make the sequence that it goes over shorter");
  FailureOr<SmallVector<Value>> results =
      context.importBody(body, arguments, iteration);
  if (failed(results))
    return failure();
  leftOut = llvm::is_contained(*results, Value());
  if (leftOut)
    return failure();
  return results;
}

//===----------------------------------------------------------------------===//
// Results and builders
//===----------------------------------------------------------------------===//

LogicalResult NodeImporter::setResult(unsigned index, Value value) {
  ArrayRef<int64_t> shape = typeOf(value).getShape();
  if (!countElements(shape))
    return error() << "its result would have the shape " << describeShape(shape)
                   << ", more than 2^31 elements or 64 axes";
  if (index < results.size())
    results[index] = value;
  return success();
}

/// Small constants are easier to read in line.
static constexpr int64_t kInlineElements = 8;

Value importer::createConstant(OpBuilder &builder, Location loc,
                               const reference::Tensor &tensor) {
  if (tensor.getNumElements() > kInlineElements ||
      tensor.getNumElements() == 0 || tensor.getElementType().isInteger(1))
    return edge::createConstant(builder, loc, tensor.getType(),
                                tensor.getRawData());
  return builder.create<edge::ConstantOp>(
      loc, DenseElementsAttr::getFromRawBuffer(tensor.getType(),
                                               tensor.getRawData()));
}

Value NodeImporter::createInts(ArrayRef<int64_t> values) {
  auto type =
      RankedTensorType::get(int64_t(values.size()), builder.getI64Type());
  return builder.create<edge::ConstantOp>(
      loc, DenseIntElementsAttr::get(type, values));
}

Value NodeImporter::createSplat(ArrayRef<int64_t> shape, TypedAttr value) {
  auto type = RankedTensorType::get(shape, value.getType());
  return builder.create<edge::ConstantOp>(
      loc, DenseElementsAttr::get(type, Attribute(value)));
}

Value NodeImporter::createTranspose(Value value, ArrayRef<int64_t> perm) {
  if (isIdentityPermutation(perm))
    return value;
  RankedTensorType type = typeOf(value);
  return builder.create<edge::TransposeOp>(
      loc,
      RankedTensorType::get(applyPermutation(type.getShape(), perm),
                            type.getElementType()),
      value, perm);
}

Value NodeImporter::toChannelsLast(Value value) {
  int64_t rank = typeOf(value).getRank();
  SmallVector<int64_t> perm{0};
  llvm::append_range(perm, llvm::seq<int64_t>(2, rank));
  perm.push_back(1);
  return createTranspose(value, perm);
}

Value NodeImporter::toChannelsFirst(Value value) {
  int64_t rank = typeOf(value).getRank();
  SmallVector<int64_t> perm{0, rank - 1};
  llvm::append_range(perm, llvm::seq<int64_t>(1, rank - 1));
  return createTranspose(value, perm);
}

FailureOr<Value> NodeImporter::createReshape(Value value,
                                             ArrayRef<int64_t> shape) {
  RankedTensorType type = typeOf(value);
  if (type.getShape() == shape)
    return value;
  std::optional<int64_t> count = countElements(shape);
  if (!count || *count != countElements(type.getShape()))
    return error() << "cannot give a tensor of shape "
                   << describeShape(type.getShape()) << " the shape "
                   << describeShape(shape)
                   << ": the numbers of elements differ";
  return Value(builder.create<edge::ReshapeOp>(
      loc, RankedTensorType::get(shape, type.getElementType()), value));
}

static bool isByte(Type elementType) {
  return elementType.isUnsignedInteger(8);
}

/// Bytes are widened before the body, and an i32 that stands for one is cut
/// after it.
static Value runBody(OpBuilder &builder, Location loc, ValueRange operands,
                     ValueRange args, NodeImporter::MapBody body, Type &type) {
  SmallVector<Value> widened(args);
  bool anyByte = false, anyInt = false;
  for (auto [value, operand] : llvm::zip_equal(widened, operands)) {
    Type elementType = typeOf(operand).getElementType();
    anyInt |= elementType.isSignlessInteger(32);
    if (!isByte(elementType))
      continue;
    anyByte = true;
    value = builder.create<arith::ExtUIOp>(loc, builder.getI32Type(), value);
  }
  Value result = body(builder, loc, widened);
  if (!type && anyByte && !anyInt && result.getType().isInteger(32))
    type = builder.getIntegerType(8, /*isSigned=*/false);
  if (type && isByte(type))
    result = builder.create<arith::TruncIOp>(loc, builder.getI8Type(), result);
  return result;
}

FailureOr<Value> NodeImporter::createMap(ValueRange operands, MapBody body,
                                         Type elementType) {
  SmallVector<int64_t> shape;
  for (Value operand : operands) {
    SmallVector<int64_t> joined;
    ArrayRef<int64_t> next = typeOf(operand).getShape();
    if (!OpTrait::util::getBroadcastedShape(shape, next, joined))
      return error() << "operands of shape " << describeShape(shape) << " and "
                     << describeShape(next)
                     << " do not broadcast: sizes have to be equal or 1, "
                        "counted from the last axis";
    shape = std::move(joined);
  }
  auto map = builder.create<edge::MapOp>(
      loc, operands, [&](OpBuilder &builder, Location loc, ValueRange args) {
        return runBody(builder, loc, operands, args, body, elementType);
      });
  if (elementType)
    map.getResult().setType(edge::withElementType(map.getType(), elementType));
  return Value(map);
}
