//===- Npy.cpp - NumPy files ----------------------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Reference/Npy.h"

#include "edgecc/Dialect/Edge/Edge.h"

#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::reference;
using llvm::Expected;

static constexpr StringLiteral kMagic("\x93NUMPY");

namespace {
/// What the header of a file says.
struct Header {
  StringRef descr;
  bool fortranOrder = false;
  SmallVector<int64_t> shape;
};

/// Reads the header, a Python dictionary of three known keys:
/// {'descr': '<f4', 'fortran_order': False, 'shape': (8, 3), }
class HeaderParser {
public:
  explicit HeaderParser(StringRef text) : rest(text) {}

  std::optional<Header> parse() {
    Header header;
    unsigned seen = 0;
    if (!take("{"))
      return std::nullopt;
    while (!take("}")) {
      std::optional<StringRef> key = parseString();
      if (!key || !take(":") || !parseValue(*key, header))
        return std::nullopt;
      ++seen;
      take(",");
    }
    if (seen != 3 || header.descr.empty())
      return std::nullopt;
    return header;
  }

private:
  bool take(StringRef token) {
    rest = rest.ltrim();
    return rest.consume_front(token);
  }

  std::optional<StringRef> parseString() {
    StringRef quote = take("'") ? "'" : take("\"") ? "\"" : "";
    size_t end = quote.empty() ? StringRef::npos : rest.find(quote);
    if (end == StringRef::npos)
      return std::nullopt;
    StringRef text = rest.take_front(end);
    rest = rest.drop_front(end + 1);
    return text;
  }

  bool parseShape(SmallVectorImpl<int64_t> &shape) {
    if (!take("("))
      return false;
    while (!take(")")) {
      int64_t size;
      rest = rest.ltrim();
      if (rest.consumeInteger(10, size) || size < 0)
        return false;
      shape.push_back(size);
      take(",");
    }
    return true;
  }

  bool parseValue(StringRef key, Header &header) {
    if (key == "shape")
      return parseShape(header.shape);
    if (key == "fortran_order") {
      header.fortranOrder = take("True");
      return header.fortranOrder || take("False");
    }
    std::optional<StringRef> descr;
    if (key == "descr" && (descr = parseString()))
      header.descr = *descr;
    return descr.has_value();
  }

  StringRef rest;
};
} // namespace

/// The element type of a type description such as "<f4"; null if it is none
/// that we read.
static Type getElementType(StringRef descr, MLIRContext *context) {
  auto integer = [&](unsigned width, IntegerType::SignednessSemantics sign =
                                         IntegerType::Signless) -> Type {
    return IntegerType::get(context, width, sign);
  };
  // Single bytes have no byte order; "=" and "<" mean ours.
  if (descr.starts_with("<") || descr.starts_with("|") ||
      descr.starts_with("="))
    descr = descr.drop_front();
  return llvm::StringSwitch<Type>(descr)
      .Case("f4", Float32Type::get(context))
      .Case("f8", Float64Type::get(context))
      .Case("b1", integer(1))
      .Case("i1", integer(8))
      .Case("i2", integer(16))
      .Case("i4", integer(32))
      .Case("i8", integer(64))
      .Case("u1", integer(8, IntegerType::Unsigned))
      .Case("u2", integer(16, IntegerType::Unsigned))
      .Case("u4", integer(32, IntegerType::Unsigned))
      .Case("u8", integer(64, IntegerType::Unsigned))
      .Default({});
}

static llvm::Error makeError(StringRef path, const Twine &what) {
  return llvm::createStringError(llvm::inconvertibleErrorCode(),
                                 "'" + path + "': " + what);
}

/// Splits the content of a file into header and data.
static Expected<std::pair<StringRef, StringRef>> splitFile(StringRef path,
                                                           StringRef content) {
  constexpr size_t kVersionEnd = 8;
  if (!content.starts_with(kMagic) || content.size() < kVersionEnd)
    return makeError(path,
                     "is no .npy file: it does not begin with \\x93NUMPY");
  unsigned version = uint8_t(content[6]);
  if (version < 1 || version > 3)
    return makeError(path, "has .npy format " + Twine(version) +
                               ", formats 1 to 3 are read");
  size_t lengthBytes = version == 1 ? 2 : 4, begin = kVersionEnd + lengthBytes;
  if (content.size() < begin)
    return makeError(path, "ends inside its header");
  const char *at = content.data() + kVersionEnd;
  size_t length = version == 1 ? llvm::support::endian::read16le(at)
                               : llvm::support::endian::read32le(at);
  if (content.size() - begin < length)
    return makeError(path, "ends inside its header");
  return std::pair(content.substr(begin, length),
                   content.substr(begin + length));
}

/// The number of bytes of a tensor, or nothing if it is beyond 64 bits.
static std::optional<uint64_t> getByteSize(ArrayRef<int64_t> shape,
                                           uint64_t bytes) {
  for (int64_t size : shape) {
    bool overflows = false;
    bytes = llvm::SaturatingMultiply(bytes, uint64_t(size), &overflows);
    if (overflows)
      return std::nullopt;
  }
  return bytes;
}

Expected<Tensor> reference::readNpy(StringRef path, MLIRContext *context) {
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                            /*RequiresNullTerminator=*/false);
  if (!buffer)
    return makeError(path, "cannot be read: " + buffer.getError().message());
  auto parts = splitFile(path, (*buffer)->getBuffer());
  if (!parts)
    return parts.takeError();
  auto [text, data] = *parts;
  std::optional<Header> header = HeaderParser(text).parse();
  if (!header)
    return makeError(path, "has a damaged header");
  Type elementType = getElementType(header->descr, context);
  if (!elementType)
    return makeError(path,
                     "has elements of type '" + header->descr +
                         "'; little-endian floats of 32 or 64 bits, integers "
                         "and booleans are read");
  if (header->fortranOrder && header->shape.size() > 1)
    return makeError(path, "is stored in Fortran order; save a C-ordered copy "
                           "(numpy.ascontiguousarray)");
  std::optional<uint64_t> bytes =
      getByteSize(header->shape, getElementBytes(elementType));
  if (!bytes || *bytes != data.size())
    return makeError(path, "is truncated or damaged: its header promises " +
                               (bytes ? Twine(*bytes) : Twine("too many")) +
                               " bytes of data, it has " + Twine(data.size()));
  Tensor tensor(RankedTensorType::get(header->shape, elementType));
  llvm::copy(data, tensor.getRawData().begin());
  return tensor;
}

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

static std::string getDescr(Type elementType) {
  Type stored = edge::getStorageType(elementType);
  unsigned bytes = getElementBytes(stored);
  if (stored.isInteger(1))
    return "|b1";
  char kind = isa<FloatType>(stored)       ? 'f'
              : stored.isUnsignedInteger() ? 'u'
                                           : 'i';
  return (bytes == 1 ? "|" : "<") + std::string(1, kind) +
         std::to_string(bytes);
}

static std::string getHeader(const Tensor &tensor) {
  std::string header;
  llvm::raw_string_ostream os(header);
  os << "{'descr': '" << getDescr(tensor.getElementType())
     << "', 'fortran_order': False, 'shape': (";
  for (int64_t size : tensor.getShape())
    os << size << ", ";
  os << "), }";
  // The data begin at a multiple of 64, after a line feed.
  constexpr size_t kPrefix = 10;
  size_t total = llvm::alignTo(kPrefix + header.size() + 1, 64);
  header.append(total - kPrefix - 1 - header.size(), ' ');
  return header + "\n";
}

llvm::Error reference::writeNpy(StringRef path, const Tensor &tensor) {
  std::error_code error;
  llvm::raw_fd_ostream os(path, error);
  if (error)
    return makeError(path, "cannot be written: " + error.message());
  std::string header = getHeader(tensor);
  char length[2];
  llvm::support::endian::write16le(length, uint16_t(header.size()));
  os << kMagic << '\x01' << '\x00' << StringRef(length, 2) << header;
  os.write(tensor.getRawData().data(), tensor.getRawData().size());
  os.close();
  if (!os.has_error())
    return llvm::Error::success();
  error = os.error();
  os.clear_error();
  return makeError(path, "cannot be written: " + error.message());
}
