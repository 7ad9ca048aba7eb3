//===- TensorData.cpp - Values of initializers ----------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ModelFile.h"

#include "mlir/IR/Builders.h"
#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

#include <cmath>

using namespace mlir;
using namespace edgecc;
using namespace edgecc::importer;
using onnx::TensorProto;

//===----------------------------------------------------------------------===//
// Types and shapes
//===----------------------------------------------------------------------===//

Type importer::getElementType(MLIRContext *context, int32_t onnxType) {
  Builder builder(context);
  switch (onnxType) {
  case TensorProto::FLOAT:
  case TensorProto::FLOAT16:
  case TensorProto::BFLOAT16:
  case TensorProto::DOUBLE:
    return builder.getF32Type();
  case TensorProto::INT64:
    return builder.getI64Type();
  case TensorProto::INT32:
    return builder.getI32Type();
  case TensorProto::INT8:
    return builder.getI8Type();
  case TensorProto::UINT8:
    return builder.getIntegerType(8, /*isSigned=*/false);
  case TensorProto::BOOL:
    return builder.getI1Type();
  default:
    return {};
  }
}

std::string importer::getTypeName(int32_t onnxType) {
  if (!onnx::TensorProto_DataType_IsValid(onnxType))
    return "number " + std::to_string(onnxType);
  return StringRef(onnx::TensorProto_DataType_Name(onnxType)).lower();
}

std::string importer::getTypeName(Type elementType) {
  for (int32_t type :
       {TensorProto::FLOAT, TensorProto::INT64, TensorProto::INT32,
        TensorProto::INT8, TensorProto::UINT8, TensorProto::BOOL})
    if (getElementType(elementType.getContext(), type) == elementType)
      return getTypeName(type);
  return "unknown";
}

std::optional<int64_t> importer::countElements(ArrayRef<int64_t> shape) {
  if (shape.size() > kMaxAxes)
    return std::nullopt;
  int64_t count = 1;
  for (int64_t size : shape) {
    // A tensor without elements has to have sane sizes as well: products of
    // some of them are taken here and there.
    if (size < 0 ||
        llvm::MulOverflow(count, std::max<int64_t>(size, 1), count) ||
        count > kMaxElements)
      return std::nullopt;
  }
  return llvm::is_contained(shape, 0) ? 0 : count;
}

std::string importer::describeShape(ArrayRef<int64_t> shape) {
  std::string text = "[";
  llvm::raw_string_ostream os(text);
  llvm::interleaveComma(shape, os);
  return text + "]";
}

//===----------------------------------------------------------------------===//
// External data
//===----------------------------------------------------------------------===//

namespace {
/// Where the values of an initializer lie outside of the model.
struct ExternalData {
  StringRef location;
  uint64_t offset = 0;
  std::optional<uint64_t> length;
};

/// Reads one TensorProto.
class TensorReader {
public:
  TensorReader(const TensorProto &proto, StringRef directory, std::string what,
               Location loc)
      : proto(proto), directory(directory), what(std::move(what)), loc(loc) {}

  FailureOr<reference::Tensor> read();

private:
  InFlightDiagnostic error() const { return emitError(loc) << what << " "; }
  LogicalResult readShape();
  FailureOr<ExternalData> readExternalEntries() const;
  LogicalResult loadExternal();
  LogicalResult fill(reference::Tensor &tensor);
  LogicalResult fillNibbles(MutableArrayRef<int8_t> target) const;
  template <typename Stored, typename Target>
  LogicalResult copyRaw(StringRef raw, MutableArrayRef<Target> target,
                        llvm::function_ref<Target(Stored)> convert) const;
  template <typename Field, typename Stored, typename Target>
  LogicalResult copy(const Field &field, MutableArrayRef<Target> target,
                     llvm::function_ref<Target(Stored)> convert) const;
  LogicalResult checkNumbers(const reference::Tensor &tensor) const;

  const TensorProto &proto;
  StringRef directory;
  std::string what;
  Location loc;
  SmallVector<int64_t> shape;
  int64_t count = 0;
  std::unique_ptr<llvm::MemoryBuffer> file;
  StringRef external;
};
} // namespace

FailureOr<ExternalData> TensorReader::readExternalEntries() const {
  ExternalData data;
  for (const onnx::StringStringEntryProto &entry : proto.external_data()) {
    StringRef key = entry.key(), value = entry.value();
    uint64_t number = 0;
    bool isNumber = key == "offset" || key == "length";
    if (isNumber && value.getAsInteger(10, number))
      return error() << "lies in an external file at the " << key << " '"
                     << value << "', which is no number";
    if (key == "location")
      data.location = value;
    else if (key == "offset")
      data.offset = number;
    else if (key == "length")
      data.length = number;
  }
  return data;
}

/// Whether a path stays inside the folder that it is relative to.
static bool staysInside(StringRef path) {
  if (path.empty() || llvm::sys::path::is_absolute(path))
    return false;
  return llvm::none_of(llvm::make_range(llvm::sys::path::begin(path),
                                        llvm::sys::path::end(path)),
                       [](StringRef part) { return part == ".."; });
}

LogicalResult TensorReader::loadExternal() {
  FailureOr<ExternalData> data = readExternalEntries();
  if (failed(data))
    return failure();
  if (!staysInside(data->location))
    return error() << "lies in the external file '" << data->location
                   << "'; only files in the model's folder are read";
  SmallString<128> path(directory);
  llvm::sys::path::append(path, data->location);
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                            /*RequiresNullTerminator=*/false);
  if (!buffer)
    return error() << "lies in the external file '" << path
                   << "', which cannot be read: " << buffer.getError().message()
                   << "; it has to lie beside the model";
  file = std::move(*buffer);
  uint64_t size = file->getBufferSize();
  uint64_t length =
      data->length.value_or(size - std::min<uint64_t>(data->offset, size));
  if (data->offset > size || length > size - data->offset)
    return error() << "needs bytes " << data->offset << " to "
                   << data->offset + length << " of the external file '" << path
                   << "', which has only " << size;
  external = file->getBuffer().substr(data->offset, length);
  return success();
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

bool importer::isReadAsFloat(int32_t onnxType) {
  return onnxType == TensorProto::FLOAT16 ||
         onnxType == TensorProto::BFLOAT16 || onnxType == TensorProto::DOUBLE;
}

/// The upper half of a float.
static float bfloatToFloat(uint16_t bits) {
  return llvm::bit_cast<float>(uint32_t(bits) << 16);
}

static float halfToFloat(uint16_t bits) {
  return llvm::APFloat(llvm::APFloat::IEEEhalf(), llvm::APInt(16, bits))
      .convertToFloat();
}

LogicalResult TensorReader::readShape() {
  shape.assign(proto.dims().begin(), proto.dims().end());
  std::optional<int64_t> elements = countElements(shape);
  if (!elements)
    return error() << "has the shape " << describeShape(shape)
                   << "; sizes must not be negative, and a tensor may have "
                      "2^31 elements and 64 axes at most";
  count = *elements;
  return success();
}

template <typename Stored, typename Target>
LogicalResult
TensorReader::copyRaw(StringRef raw, MutableArrayRef<Target> target,
                      llvm::function_ref<Target(Stored)> convert) const {
  if (raw.size() != target.size() * sizeof(Stored))
    return error() << "of shape " << describeShape(shape) << " needs "
                   << target.size() * sizeof(Stored) << " bytes of "
                   << getTypeName(proto.data_type()) << " data, found "
                   << raw.size();
  for (size_t i = 0; i != target.size(); ++i) {
    Stored value;
    std::memcpy(&value, raw.data() + i * sizeof(Stored), sizeof(Stored));
    target[i] = convert(value);
  }
  return success();
}

template <typename Field, typename Stored, typename Target>
LogicalResult
TensorReader::copy(const Field &field, MutableArrayRef<Target> target,
                   llvm::function_ref<Target(Stored)> convert) const {
  if (proto.data_location() == TensorProto::EXTERNAL)
    return copyRaw<Stored, Target>(external, target, convert);
  if (proto.has_raw_data())
    return copyRaw<Stored, Target>(proto.raw_data(), target, convert);
  if (size_t(field.size()) != target.size())
    return error() << "of shape " << describeShape(shape) << " needs "
                   << target.size() << " values of type "
                   << getTypeName(proto.data_type()) << ", found "
                   << field.size();
  for (size_t i = 0; i != target.size(); ++i)
    target[i] = convert(static_cast<Stored>(field[int(i)]));
  return success();
}

template <typename T> static T keep(T value) { return value; }

/// Types that protobuf definitions of ONNX 1.12 do not name: two elements per
/// byte, the low half first. They are read as int8 and uint8.
static constexpr int32_t kUInt4 = 21, kInt4 = 22;

static bool isPacked(int32_t onnxType) {
  return onnxType == kUInt4 || onnxType == kInt4;
}

LogicalResult TensorReader::fillNibbles(MutableArrayRef<int8_t> target) const {
  SmallVector<int8_t> bytes((target.size() + 1) / 2);
  if (failed(copy<decltype(proto.int32_data()), int8_t, int8_t>(
          proto.int32_data(), bytes, keep<int8_t>)))
    return failure();
  for (auto [index, value] : llvm::enumerate(target)) {
    int nibble = (uint8_t(bytes[index / 2]) >> (index % 2 * 4)) & 15;
    bool isNegative = proto.data_type() == kInt4 && nibble >= 8;
    value = int8_t(isNegative ? nibble - 16 : nibble);
  }
  return success();
}

LogicalResult TensorReader::fill(reference::Tensor &tensor) {
  auto floats = [&] { return tensor.getData<float>(); };
  auto bytes = [&] { return tensor.getData<int8_t>(); };
  if (isPacked(proto.data_type()))
    return fillNibbles(bytes());
  switch (proto.data_type()) {
  case TensorProto::FLOAT:
    return copy<decltype(proto.float_data()), float, float>(
        proto.float_data(), floats(), keep<float>);
  case TensorProto::DOUBLE:
    return copy<decltype(proto.double_data()), double, float>(
        proto.double_data(), floats(), [](double v) { return float(v); });
  case TensorProto::FLOAT16:
    return copy<decltype(proto.int32_data()), uint16_t, float>(
        proto.int32_data(), floats(), halfToFloat);
  case TensorProto::BFLOAT16:
    return copy<decltype(proto.int32_data()), uint16_t, float>(
        proto.int32_data(), floats(), bfloatToFloat);
  case TensorProto::INT64:
    return copy<decltype(proto.int64_data()), int64_t, int64_t>(
        proto.int64_data(), tensor.getData<int64_t>(), keep<int64_t>);
  case TensorProto::INT32:
    return copy<decltype(proto.int32_data()), int32_t, int32_t>(
        proto.int32_data(), tensor.getData<int32_t>(), keep<int32_t>);
  case TensorProto::BOOL:
    return copy<decltype(proto.int32_data()), int8_t, int8_t>(
        proto.int32_data(), bytes(), [](int8_t v) { return int8_t(v != 0); });
  default: // int8 and uint8: readers of the type have the sign
    return copy<decltype(proto.int32_data()), int8_t, int8_t>(
        proto.int32_data(), bytes(), keep<int8_t>);
  }
}

/// Not-a-number in a model is a training accident that would spoil everything
/// after it. Infinities have their use (masks); weights are checked for them.
LogicalResult
TensorReader::checkNumbers(const reference::Tensor &tensor) const {
  if (!tensor.getElementType().isF32())
    return success();
  ArrayRef<float> data = tensor.getData<float>();
  const float *found =
      llvm::find_if(data, [](float v) { return std::isnan(v); });
  if (found == data.end())
    return success();
  return error() << "holds NaN (not a number) at element "
                 << found - data.begin() << " of " << data.size()
                 << "; export the model again from a sound checkpoint";
}

FailureOr<reference::Tensor> TensorReader::read() {
  int32_t type = proto.data_type();
  int32_t held = type == kUInt4  ? int32_t(TensorProto::UINT8)
                 : type == kInt4 ? int32_t(TensorProto::INT8)
                                 : type;
  Type elementType = getElementType(loc.getContext(), held);
  if (!elementType)
    return error()
           << "has elements of type " << getTypeName(type)
           << "; edgecc reads float, float16, bfloat16, double, int64, int32, "
              "int8, uint8, int4, uint4 and bool"
           << (type == TensorProto::STRING
                   ? "; train with numbers as classes, or have "
                     "onnx.utils.extract_model make a model of the outputs "
                     "that are no texts"
                   : "");
  if (proto.has_segment())
    return error() << "is stored in segments, which edgecc does not read";
  if (failed(readShape()))
    return failure();
  // Checked before memory is asked for: a damaged shape must not cost 8 GiB.
  uint64_t stored = proto.ByteSizeLong();
  if (proto.data_location() == TensorProto::EXTERNAL) {
    if (failed(loadExternal()))
      return failure();
    stored = external.size();
  }
  if (uint64_t(isPacked(type) ? count / 2 : count) > stored)
    return error() << "of shape " << describeShape(shape) << " needs " << count
                   << " values, but its data are missing or cut short";
  reference::Tensor tensor(RankedTensorType::get(shape, elementType));
  if (failed(fill(tensor)) || failed(checkNumbers(tensor)))
    return failure();
  return tensor;
}

FailureOr<reference::Tensor> importer::readTensor(const TensorProto &proto,
                                                  StringRef directory,
                                                  const Twine &what,
                                                  Location loc) {
  return TensorReader(proto, directory, what.str(), loc).read();
}
