//===- QuantizeLinear.cpp - Conversions of a model ------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "QuantizeLinear.h"

#include "Composer.h"

#include "../../backends/kernels/fixed_point.h"

#include <cmath>

using namespace mlir;
using namespace edgecc;
using namespace edgecc::importer;

bool importer::isGiven(NodeImporter &node, int index) {
  return index >= 0 && node.has(unsigned(index));
}

static bool isByte(Type type) { return type.isInteger(8); }

//===----------------------------------------------------------------------===//
// Scales and zero points
//===----------------------------------------------------------------------===//

static std::optional<SmallVector<int32_t>>
toIntegers(const reference::Tensor &tensor) {
  Type type = tensor.getElementType();
  if (type.isUnsignedInteger(8))
    return SmallVector<int32_t>(
        llvm::to_vector_of<int32_t>(tensor.getData<uint8_t>()));
  if (type.isInteger(8))
    return SmallVector<int32_t>(
        llvm::to_vector_of<int32_t>(tensor.getData<int8_t>()));
  if (type.isInteger(32))
    return SmallVector<int32_t>(
        llvm::to_vector_of<int32_t>(tensor.getData<int32_t>()));
  return std::nullopt;
}

FailureOr<std::optional<Parameters>>
importer::readParameters(NodeImporter &node, Indices indices) {
  Parameters result;
  if (indices.scale < 0) {
    // ConvInteger, MatMulInteger: units.
    result.scales =
        reference::Tensor(RankedTensorType::get({}, node.builder.getF32Type()));
    result.scales.getData<float>().front() = 1.0f;
  } else {
    if (failed(node.requireFloat(unsigned(indices.scale))))
      return failure();
    std::optional<reference::Tensor> scales =
        node.constant(unsigned(indices.scale));
    if (!scales)
      return std::optional<Parameters>();
    result.scales = std::move(*scales);
  }
  for (float scale : result.getScales())
    if (!std::isfinite(scale) || scale <= 0.0f)
      return node.error() << "a scale has to be positive, found "
                          << double(scale);
  result.zeros.assign(result.getScales().size(), 0);
  if (!isGiven(node, indices.zero))
    return std::optional<Parameters>(std::move(result));
  std::optional<reference::Tensor> zeros =
      node.constant(unsigned(indices.zero));
  if (!zeros)
    return std::optional<Parameters>();
  std::optional<SmallVector<int32_t>> values = toIntegers(*zeros);
  if (!values)
    return node.unsupported("zero points of type " +
                            getTypeName(zeros->getElementType()) +
                            "; supported are int8, uint8 and int32");
  if (indices.scale < 0 && values->size() != 1)
    return std::optional<Parameters>();
  if (values->size() != result.zeros.size())
    return node.error() << "has " << result.zeros.size() << " scales, but "
                        << values->size() << " zero points";
  result.zeros = std::move(*values);
  return std::optional<Parameters>(std::move(result));
}

/// The type in which a computed tensor with these parameters is held: uint8 as
/// int8, which shifts its zero point.
static quant::UniformQuantizedType
getHeldType(OpBuilder &builder, const Parameters &parameters, Type stored) {
  int32_t zero = parameters.zeros.front();
  return quant::UniformQuantizedType::get(
      quant::QuantizationFlags::Signed, builder.getI8Type(),
      builder.getF32Type(), parameters.getScales().front(),
      stored.isUnsignedInteger() ? zero - 128 : zero, -128, 127);
}

static FailureOr<Granularity> readGranularity(NodeImporter &node) {
  Granularity result;
  result.block = node.getInt("block_size", 0);
  result.axis = node.getInt("axis", 1);
  if (result.block < 0)
    return node.error() << "a block cannot have " << result.block
                        << " elements";
  return result;
}

/// Calls `visit(element, scale)` with the indices of each element and of the
/// scale that belongs to it.
static LogicalResult forEachScale(NodeImporter &node, ArrayRef<int64_t> shape,
                                  const Parameters &parameters,
                                  Granularity granularity,
                                  function_ref<void(size_t, size_t)> visit) {
  auto count = size_t(ShapedType::getNumElements(shape));
  if (parameters.isPerTensor()) {
    for (size_t i = 0; i != count; ++i)
      visit(i, 0);
    return success();
  }
  FailureOr<int64_t> axis =
      node.normalizeAxis(granularity.axis, int64_t(shape.size()));
  if (failed(axis))
    return failure();
  size_t size = shape[*axis], block = granularity.block;
  size_t inner = ShapedType::getNumElements(shape.drop_front(*axis + 1));
  size_t blocks = block ? (size + block - 1) / block : size;
  size_t wanted = block ? count / std::max<size_t>(size, 1) * blocks : size;
  if (parameters.zeros.size() != wanted)
    return node.error() << "needs " << wanted << " scales for axis " << *axis
                        << " of a tensor of shape " << describeShape(shape)
                        << ", found " << parameters.zeros.size();
  for (size_t i = 0; i != count; ++i) {
    size_t along = i / inner % size;
    visit(i, block ? (i / inner / size * blocks + along / block) * inner +
                         i % inner
                   : along);
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Dequantization
//===----------------------------------------------------------------------===//

FailureOr<Value> importer::dequantizeConstant(NodeImporter &node,
                                              const reference::Tensor &tensor,
                                              const Parameters &parameters,
                                              Granularity granularity) {
  std::optional<SmallVector<int32_t>> stored = toIntegers(tensor);
  if (!stored) {
    (void)node.unsupported("elements of type " +
                           getTypeName(tensor.getElementType()) +
                           "; supported are int8, uint8 and int32");
    return failure();
  }
  reference::Tensor real(
      edge::withElementType(tensor.getType(), node.builder.getF32Type()));
  MutableArrayRef<float> data = real.getData<float>();
  ArrayRef<float> scales = parameters.getScales();
  if (failed(forEachScale(node, tensor.getShape(), parameters, granularity,
                          [&](size_t i, size_t of) {
                            data[i] =
                                float((*stored)[i] - parameters.zeros[of]) *
                                scales[of];
                          })))
    return failure();
  return node.createConstant(real);
}

/// The values of blocks along an axis, each repeated for the block's elements.
static FailureOr<Value> repeatBlocks(NodeImporter &node, Value blocks,
                                     Granularity granularity,
                                     ArrayRef<int64_t> shape) {
  FailureOr<int64_t> axis =
      node.normalizeAxis(granularity.axis, int64_t(shape.size()));
  if (failed(axis))
    return failure();
  SmallVector<int64_t> wanted(shape);
  wanted[*axis] = llvm::divideCeil(shape[*axis], granularity.block);
  if (typeOf(blocks).getShape() != ArrayRef<int64_t>(wanted))
    return node.error() << "blocks of " << granularity.block
                        << " elements along axis " << *axis
                        << " of a tensor of shape " << describeShape(shape)
                        << " need scales and zero points of shape "
                        << describeShape(wanted) << ", found "
                        << describeShape(typeOf(blocks).getShape());
  SmallVector<int64_t> indices;
  for (int64_t i = 0; i != shape[*axis]; ++i)
    indices.push_back(i / granularity.block);
  Value repeated = Composer(node).gather(blocks, indices, *axis);
  if (!repeated)
    return failure();
  return repeated;
}

/// A list along an axis in a shape that broadcasts over a tensor of a shape.
static FailureOr<Value> alignAt(NodeImporter &node, Value list,
                                Granularity granularity,
                                ArrayRef<int64_t> tensorShape) {
  if (granularity.block)
    return repeatBlocks(node, list, granularity, tensorShape);
  int64_t rank = int64_t(tensorShape.size());
  if (typeOf(list).getNumElements() == 1 || typeOf(list).getRank() != 1)
    return list;
  FailureOr<int64_t> axis = node.normalizeAxis(granularity.axis, rank);
  if (failed(axis))
    return failure();
  SmallVector<int64_t> shape(rank - *axis, 1);
  shape.front() = typeOf(list).getDimSize(0);
  return node.createReshape(list, shape);
}

/// The value, the scale, the zero point as they broadcast; floats all of them.
static FailureOr<SmallVector<Value>> getAligned(NodeImporter &node, Value value,
                                                Indices indices,
                                                Granularity granularity) {
  SmallVector<Value> operands{value};
  for (int index : {indices.scale, indices.zero}) {
    if (!isGiven(node, index))
      continue;
    FailureOr<Value> aligned = alignAt(node, node.operand(unsigned(index)),
                                       granularity, typeOf(value).getShape());
    if (failed(aligned))
      return failure();
    operands.push_back(*aligned);
  }
  for (Value &operand : operands)
    if (!typeOf(operand).getElementType().isF32())
      operand = createFromStored(node.builder, node.loc, operand);
  return operands;
}

/// (q - zero) * scale on the stored integers.
static FailureOr<Value> dequantizeStored(NodeImporter &node, Value stored,
                                         Indices indices,
                                         Granularity granularity) {
  FailureOr<SmallVector<Value>> operands =
      getAligned(node, stored, indices, granularity);
  if (failed(operands))
    return failure();
  bool hasScale = indices.scale >= 0, hasZero = isGiven(node, indices.zero);
  return node.createMap(
      *operands, [&](OpBuilder &b, Location loc, ValueRange args) -> Value {
        ScalarBuilder s(b, loc);
        Value result = hasZero ? s.sub(args[0], args.back()) : args[0];
        return hasScale ? s.mul(result, args[1]) : result;
      });
}

FailureOr<Value> importer::dequantizeOperand(NodeImporter &node,
                                             Indices indices,
                                             Granularity granularity) {
  auto index = unsigned(indices.value);
  FailureOr<std::optional<Parameters>> read = readParameters(node, indices);
  if (failed(read))
    return failure();
  std::optional<Parameters> &parameters = *read;
  Value value = node.operand(index);
  if (isQuantized(value)) {
    bool isSame = parameters && parameters->isPerTensor() &&
                  getHeldType(node.builder, *parameters, getOnnxType(value)) ==
                      edge::getUniformType(value.getType());
    if (isSame)
      return createReal(node.builder, node.loc, value);
    value = createStored(node.builder, node.loc, value);
  } else if (parameters) {
    if (std::optional<reference::Tensor> tensor = node.constant(index))
      return dequantizeConstant(node, *tensor, *parameters, granularity);
  }
  Type stored = typeOf(value).getElementType();
  FailureOr<Value> real = dequantizeStored(node, value, indices, granularity);
  if (failed(real) || !parameters || !parameters->isPerTensor() ||
      !isByte(stored) || indices.scale < 0)
    return real;
  // An input of integers: from here on it is a quantized tensor.
  Value held =
      createQuantize(node.builder, node.loc, *real,
                     getHeldType(node.builder, *parameters, stored), stored);
  return createReal(node.builder, node.loc, held);
}

LogicalResult importer::importDequantizeLinear(NodeImporter &node) {
  FailureOr<Granularity> granularity = readGranularity(node);
  if (failed(granularity))
    return failure();
  FailureOr<Value> real = dequantizeOperand(node, {0, 1, 2}, *granularity);
  return failed(real) ? failure() : node.setResult(*real);
}

//===----------------------------------------------------------------------===//
// Quantization
//===----------------------------------------------------------------------===//

/// The stored type that a node asks for; null if it is none of 8 bits.
static Type getStoredType(NodeImporter &node, int zero) {
  if (isGiven(node, zero))
    return isByte(node.type(unsigned(zero)).getElementType())
               ? node.type(unsigned(zero)).getElementType()
               : Type();
  int64_t wanted = node.getInt("output_dtype", onnx::TensorProto::UINT8);
  Type type = wanted
                  ? getElementType(node.builder.getContext(), int32_t(wanted))
                  : node.builder.getIntegerType(8, /*isSigned=*/false);
  return type && isByte(type) ? type : Type();
}

static FailureOr<Value> quantizeConstant(NodeImporter &node,
                                         const reference::Tensor &tensor,
                                         const Parameters &parameters,
                                         Granularity granularity, Type stored) {
  reference::Tensor result(edge::withElementType(tensor.getType(), stored));
  MutableArrayRef<int8_t> data = result.getData<int8_t>();
  ArrayRef<float> real = tensor.getData<float>();
  int32_t shift = stored.isUnsignedInteger() ? 128 : 0;
  auto quantize = [&](size_t i, size_t of) {
    int32_t zero = parameters.zeros[of] - shift;
    data[i] = int8_t(
        kernels::quantize(real[i], parameters.getScales()[of], zero) + shift);
  };
  if (failed(forEachScale(node, tensor.getShape(), parameters, granularity,
                          quantize)))
    return failure();
  return node.createConstant(result);
}

/// saturate(round(x / scale) + zero) as integers.
static FailureOr<Value> quantizeToStored(NodeImporter &node, Value value,
                                         Indices indices,
                                         Granularity granularity, Type stored) {
  FailureOr<SmallVector<Value>> operands =
      getAligned(node, value, indices, granularity);
  if (failed(operands))
    return failure();
  int low = stored.isUnsignedInteger() ? 0 : -128;
  FailureOr<Value> units = node.createMap(
      *operands, [&](OpBuilder &b, Location loc, ValueRange args) -> Value {
        ScalarBuilder s(b, loc);
        Value units = s.make<math::RoundEvenOp>(s.div(args[0], args[1]));
        if (args.size() == 3)
          units = s.add(units, args[2]);
        return s.clamp(units, low, low + 255);
      });
  if (failed(units))
    return failure();
  return createToStored(node.builder, node.loc, *units, stored);
}

FailureOr<Value> importer::quantizeResult(NodeImporter &node, Value value,
                                          Indices indices,
                                          Granularity granularity) {
  Type stored = getStoredType(node, indices.zero);
  if (!stored) {
    (void)node.unsupported("results other than int8 and uint8");
    return failure();
  }
  FailureOr<std::optional<Parameters>> parameters =
      readParameters(node, indices);
  if (failed(parameters))
    return failure();
  if (!*parameters)
    return quantizeToStored(node, value, indices, granularity, stored);
  if (std::optional<reference::Tensor> tensor = node.evaluate(value))
    return quantizeConstant(node, *tensor, **parameters, granularity, stored);
  if (!(*parameters)->isPerTensor() || granularity.block)
    return quantizeToStored(node, value, indices, granularity, stored);
  return createQuantize(node.builder, node.loc, value,
                        getHeldType(node.builder, **parameters, stored),
                        stored);
}

LogicalResult importer::importQuantizeLinear(NodeImporter &node) {
  if (failed(node.requireFloat(0)))
    return failure();
  FailureOr<Granularity> granularity = readGranularity(node);
  if (failed(granularity))
    return failure();
  FailureOr<Value> quantized =
      quantizeResult(node, node.operand(0), {-1, 1, 2}, *granularity);
  return failed(quantized) ? failure() : node.setResult(*quantized);
}
