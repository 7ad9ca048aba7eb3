//===- Inputs.cpp - Inputs of a model, and options for them ---------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Inputs.h"

#include "edgecc/Dialect/Edge/Edge.h"
#include "edgecc/Reference/Npy.h"

#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::importer;

LogicalResult InputReader::checkOptions() {
  llvm::StringSet<> known;
  std::string names;
  for (const onnx::ValueInfoProto *input : inputs) {
    known.insert(input->name());
    names += (names.empty() ? "'" : ", '") + input->name() + "'";
  }
  auto check = [&](StringRef flag, StringRef name) -> LogicalResult {
    if (known.contains(name))
      return success();
    return emitError(loc) << flag << " names '" << name
                          << "', which is no input of the model; its inputs "
                             "are "
                          << names;
  };
  for (const auto &entry : options.inputShapes)
    if (failed(check("--input-shape", entry.getKey())))
      return failure();
  for (const auto &entry : options.frozenInputs)
    if (failed(check("--freeze-input", entry.getKey())))
      return failure();
  return success();
}

SmallVector<int64_t> importer::getDeclaredShape(const onnx::TypeProto &type) {
  SmallVector<int64_t> shape;
  for (const auto &dim : type.tensor_type().shape().dim())
    shape.push_back(dim.has_dim_value() && dim.dim_value() > 0 ? dim.dim_value()
                                                               : kOpen);
  return shape;
}

std::string importer::describeOpenShape(ArrayRef<int64_t> shape) {
  std::string text;
  for (int64_t size : shape)
    text += (text.empty() ? "" : ",") +
            (size == kOpen ? std::string("?") : std::to_string(size));
  return text;
}

/// "axis 0 ('batch')"
static std::string describeAxis(const onnx::TypeProto::Tensor &type,
                                size_t axis) {
  const std::string &name = type.shape().dim(axis).dim_param();
  std::string text = "axis " + std::to_string(axis);
  return name.empty() ? text : text + " ('" + name + "')";
}

/// Exporters leave the first axis of each input open for a batch, and give it
/// a name; states of recurrent layers have the same name at another axis.
bool InputReader::isBatch(const onnx::TypeProto::Tensor &type, size_t axis) {
  if (axis == 0)
    return true;
  const std::string &name = type.shape().dim(axis).dim_param();
  return !name.empty() &&
         llvm::any_of(inputs, [&](const onnx::ValueInfoProto *input) {
           const auto &shape = input->type().tensor_type().shape();
           return shape.dim_size() > 0 && shape.dim(0).dim_param() == name;
         });
}

void InputReader::assumeOneSample(const onnx::ValueInfoProto &input,
                                  SmallVectorImpl<int64_t> &shape) {
  const auto &declared = input.type().tensor_type();
  for (auto [axis, size] : llvm::enumerate(shape)) {
    if (size != kOpen || !isBatch(declared, axis))
      continue;
    size = 1;
    emitRemark(loc) << "input '" << input.name() << "' leaves "
                    << describeAxis(declared, axis)
                    << " open; the code takes one sample at a time there "
                       "(--input-shape fixes another size)";
  }
}

LogicalResult InputReader::fixAxes(const onnx::ValueInfoProto &input,
                                   SmallVectorImpl<int64_t> &shape) {
  const auto &declared = input.type().tensor_type();
  auto given = options.inputShapes.find(input.name());
  if (given != options.inputShapes.end()) {
    ArrayRef<int64_t> wanted = given->second;
    if (declared.has_shape() && wanted.size() != shape.size())
      return emitError(loc) << "--input-shape gives input '" << input.name()
                            << "' " << wanted.size() << " axes, but it has "
                            << shape.size() << ": " << describeOpenShape(shape);
    for (auto [have, want] : llvm::zip(shape, wanted))
      if (want < 0 || (have != kOpen && have != want))
        return emitError(loc)
               << "--input-shape gives input '" << input.name()
               << "' the shape " << describeShape(wanted)
               << ", but the model fixes it to " << describeOpenShape(shape)
               << " (only ? can be chosen)";
    shape.assign(wanted.begin(), wanted.end());
    return success();
  }
  if (!declared.has_shape())
    return emitError(loc) << "input '" << input.name()
                          << "' has no shape; give one with --input-shape "
                          << input.name() << "=...";
  assumeOneSample(input, shape);
  auto open = llvm::find(shape, kOpen);
  if (open == shape.end())
    return success();
  size_t axis = open - shape.begin();
  return emitError(loc) << "input '" << input.name() << "' leaves "
                        << describeAxis(declared, axis)
                        << " open; fix its shape " << describeOpenShape(shape)
                        << " with --input-shape " << input.name() << "="
                        << describeOpenShape(shape) << ", a number for each ?";
}

FailureOr<RankedTensorType>
InputReader::getType(const onnx::ValueInfoProto &input) {
  if (!input.type().has_tensor_type())
    return emitError(loc) << "input '" << input.name()
                          << "' is no tensor; sequences, maps and optional "
                             "values are not supported";
  int32_t onnxType = input.type().tensor_type().elem_type();
  Type elementType = getElementType(loc.getContext(), onnxType);
  if (!elementType)
    return emitError(loc) << "input '" << input.name()
                          << "' has elements of type " << getTypeName(onnxType)
                          << "; supported are float (float16, bfloat16 and "
                             "double become it), int64, int32, int8, uint8 "
                             "and bool";
  SmallVector<int64_t> shape = getDeclaredShape(input.type());
  if (failed(fixAxes(input, shape)))
    return failure();
  if (!countElements(shape))
    return emitError(loc) << "input '" << input.name() << "' has the shape "
                          << describeShape(shape)
                          << ", more than 2^31 elements or 64 axes";
  return RankedTensorType::get(shape, elementType);
}

/// numpy makes float64 of everything; the model has no use for it.
static reference::Tensor narrowDoubles(const reference::Tensor &tensor) {
  if (!tensor.getElementType().isF64())
    return tensor;
  reference::Tensor result(edge::withElementType(
      tensor.getType(), Float32Type::get(tensor.getType().getContext())));
  llvm::copy(tensor.getData<double>(), result.getData<float>().begin());
  return result;
}

FailureOr<reference::Tensor> InputReader::readFrozen(StringRef name,
                                                     StringRef file) {
  llvm::Expected<reference::Tensor> read =
      reference::readNpy(file, loc.getContext());
  if (!read)
    return emitError(loc) << "--freeze-input " << name << ": "
                          << llvm::toString(read.takeError());
  reference::Tensor tensor = narrowDoubles(*read);
  const onnx::ValueInfoProto &input = **llvm::find_if(
      inputs, [&](const auto *input) { return input->name() == name; });
  const auto &declared = input.type().tensor_type();
  if (getElementType(loc.getContext(), declared.elem_type()) !=
      tensor.getElementType())
    return emitError(loc) << "--freeze-input " << name << ": the model wants "
                          << getTypeName(declared.elem_type()) << ", '" << file
                          << "' holds " << getTypeName(tensor.getElementType());
  SmallVector<int64_t> shape = getDeclaredShape(input.type());
  bool fits = shape.size() == size_t(tensor.getRank());
  for (auto [wanted, found] : llvm::zip(shape, tensor.getShape()))
    fits &= wanted == kOpen || wanted == found;
  if (declared.has_shape() && !fits)
    return emitError(loc) << "--freeze-input " << name
                          << ": the model wants the shape "
                          << describeOpenShape(shape) << ", '" << file
                          << "' has " << describeShape(tensor.getShape());
  return tensor;
}
