//===- SplitWire.cpp - What the parts of a model say to each other --------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Split.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SHA256.h"
#include "llvm/Support/raw_ostream.h"

#include <cmath>

using namespace edgecc;
using namespace edgecc::driver;
using namespace edgecc::partition;
using namespace llvm;

std::pair<double, double> driver::getWireScale(const NetworkTensor &tensor,
                                               Wire wire) {
  double levels = wire == Wire::Int8 ? 256 : 16;
  // The header has floats.
  double step = float((tensor.most - tensor.least) / (levels - 1));
  if (!(step > 0))
    step = 1;
  return {step, std::clamp(std::round(-tensor.least / step), 0.0, levels - 1)};
}

/// Tensors that cross a link, by number.
static std::vector<unsigned> getCrossings(const SplitResult &split,
                                          unsigned link) {
  std::vector<unsigned> crossings;
  for (unsigned edge = 0; edge != split.problem.edges.size(); ++edge)
    if (crosses(split.problem, split.result.best->assignment, edge, link))
      crossings.push_back(edge);
  return crossings;
}

static bool isInteger(const NetworkTensor &tensor, Wire wire) {
  return tensor.isFloat() && wire != Wire::Float;
}

static Wire getWire(const SplitResult &split, unsigned edge, unsigned link) {
  return split.result.best->assignment.wires[edge][link];
}

/// Tells messages of this model and cut from others.
static uint32_t getIdentity(const Session &session, const SplitResult &split) {
  std::string text = session.report.modelSha256;
  for (unsigned link = 0; link != split.problem.getNumLinks(); ++link)
    for (unsigned edge : getCrossings(split, link)) {
      const NetworkTensor &tensor = split.model.network.tensors[edge];
      Wire wire = getWire(split, edge, link);
      auto [scale, zero] = getWireScale(tensor, wire);
      text += formatv("|{0} {1} {2} {3:e9} {4}", link, tensor.name,
                      partition::getName(wire), scale, zero)
                  .str();
    }
  auto hash = SHA256::hash(arrayRefFromStringRef(text));
  return uint32_t(hash[0]) | uint32_t(hash[1]) << 8 | uint32_t(hash[2]) << 16 |
         uint32_t(hash[3]) << 24;
}

//===----------------------------------------------------------------------===//
// The header
//===----------------------------------------------------------------------===//

/// As a C++ literal.
static std::string quote(StringRef text) {
  std::string quoted;
  raw_string_ostream os(quoted);
  os << '"';
  for (char c : text)
    if (c == '"' || c == '\\')
      os << '\\' << c;
    else if (isPrint(c))
      os << c;
    else
      os << "\\" << char('0' + (uint8_t(c) >> 6))
         << char('0' + (uint8_t(c) >> 3 & 7)) << char('0' + (uint8_t(c) & 7));
  os << '"';
  return quoted;
}

static void printTensor(raw_ostream &os, const NetworkTensor &tensor,
                        Wire wire) {
  bool integer = isInteger(tensor, wire);
  auto [scale, zero] = getWireScale(tensor, wire);
  os << "    {" << quote(tensor.name) << ", " << quote(tensor.type)
     << ", edgecc_wire::Encoding::"
     << (!integer             ? "Raw"
         : wire == Wire::Int8 ? "UInt8"
                              : "UInt4")
     << ", " << tensor.elements << ", " << tensor.elementBytes << ", "
     << format("%.9ef", integer ? scale : 0.0) << ", "
     << int64_t(integer ? zero : 0) << "},\n";
}

static void printLink(raw_ostream &os, const SplitResult &split,
                      unsigned link) {
  std::vector<unsigned> crossings = getCrossings(split, link);
  if (crossings.empty())
    return;
  const Link &over = split.system.links[link];
  os << "\n/// From " << over.from << " to " << over.to << ".\nnamespace "
     << makeIdentifier(over.from) << "_to_" << makeIdentifier(over.to)
     << " {\ninline constexpr std::uint16_t kLink = " << link
     << ";\ninline constexpr edgecc_wire::Tensor kTensors[] = {\n";
  for (unsigned edge : crossings)
    printTensor(os, split.model.network.tensors[edge],
                getWire(split, edge, link));
  os << R"(};
inline constexpr std::size_t kMessageBytes =
    edgecc_wire::message_bytes(kTensors);

/// Writes the tensors, in the order of kTensors, as a message.
inline void pack(const void *const *tensors, std::uint32_t sequence,
                 std::uint8_t (&message)[kMessageBytes]) noexcept {
  edgecc_wire::pack(kTensors, kModel, kLink, sequence, tensors, message);
}

/// Reads a message. Unless it returns Ok, nothing is written.
inline edgecc_wire::Status unpack(const std::uint8_t *message,
                                  std::size_t bytes, void *const *tensors,
                                  std::uint32_t *sequence = nullptr) noexcept {
  return edgecc_wire::unpack(kTensors, kModel, kLink, message, bytes, tensors,
                             sequence);
}
} // namespace )"
     << makeIdentifier(over.from) << "_to_" << makeIdentifier(over.to) << '\n';
}

Expected<std::string> driver::makeWireHeader(const Session &session,
                                             const SplitResult &split) {
  SmallString<256> file(session.resourceDir);
  sys::path::append(file, "templates", "wire.h");
  ErrorOr<std::unique_ptr<MemoryBuffer>> library =
      MemoryBuffer::getFile(file, /*IsText=*/true);
  if (!library)
    return createStringError("cannot read '" + file +
                             "': " + library.getError().message());
  std::string guard = StringRef(session.options.name).upper() + "_WIRE_H";
  std::string text;
  raw_string_ostream os(text);
  os << "// Made by edgecc with: " << session.options.command << "\n#ifndef "
     << guard << "\n#define " << guard << "\n\n"
     << (*library)->getBuffer() << "\nnamespace " << session.options.name
     << "_wire {\n\n/// Which model and cut messages belong to.\n"
     << "inline constexpr std::uint32_t kModel = "
     << format_hex(getIdentity(session, split), 10) << "u;\n";
  for (unsigned link = 0; link != split.problem.getNumLinks(); ++link)
    printLink(os, split, link);
  os << "\n} // namespace " << session.options.name << "_wire\n\n#endif // "
     << guard << '\n';
  return text;
}

//===----------------------------------------------------------------------===//
// The manifest
//===----------------------------------------------------------------------===//

/// A type's name in the Open Inference Protocol.
static std::string getProtocolType(StringRef type) {
  if (type == "float")
    return "FP32";
  return type.upper();
}

static json::Value describe(const NetworkTensor &tensor) {
  return json::Object{{"name", tensor.name},
                      {"datatype", getProtocolType(tensor.type)},
                      {"shape", json::Array(tensor.shape)}};
}

static json::Array describe(const SplitResult &split,
                            ArrayRef<split::OnnxValue> values) {
  json::Array array;
  for (const split::OnnxValue &value : values)
    for (const NetworkTensor &tensor : split.model.network.tensors)
      if (tensor.name == value.name)
        array.push_back(describe(tensor));
  return array;
}

static json::Value describeLink(const SplitResult &split, unsigned link) {
  const Link &over = split.system.links[link];
  json::Array tensors;
  uint64_t offset = kMessageHeaderBytes;
  for (unsigned edge : getCrossings(split, link)) {
    const NetworkTensor &tensor = split.model.network.tensors[edge];
    Wire wire = getWire(split, edge, link);
    auto [scale, zero] = getWireScale(tensor, wire);
    bool integer = isInteger(tensor, wire);
    json::Value value = describe(tensor);
    json::Object &object = *value.getAsObject();
    object["encoding"] = !integer             ? "raw"
                         : wire == Wire::Int8 ? "uint8"
                                              : "uint4";
    object["elements"] = tensor.elements;
    object["scale"] = integer ? scale : 0.0;
    object["zero"] = int64_t(integer ? zero : 0);
    object["offset"] = offset;
    object["bytes"] = tensor.getWireBytes(wire);
    offset += tensor.getWireBytes(wire);
    tensors.push_back(std::move(value));
  }
  return json::Object{{"from", over.from},
                      {"to", over.to},
                      {"link", link},
                      {"message_bytes", offset},
                      {"tensors", std::move(tensors)}};
}

json::Value driver::makeManifest(const Session &session,
                                 const SplitResult &split) {
  json::Array parts, links;
  for (const SplitPart &part : split.parts) {
    if (part.model.empty())
      continue;
    const std::string &tier = split.system.tiers[part.tier].name;
    json::Object object{{"tier", tier},
                        {"onnx", tier + ".onnx"},
                        {"inputs", describe(split, part.inputs)},
                        {"outputs", describe(split, part.outputs)}};
    if (part.tier == 0)
      object["code"] = "device/" + split.devicePart->options.name + ".h";
    parts.push_back(std::move(object));
  }
  for (unsigned link = 0; link != split.problem.getNumLinks(); ++link)
    if (!getCrossings(split, link).empty())
      links.push_back(describeLink(split, link));
  json::Array outputs;
  for (auto [edge, tensor] :
       zip(split.problem.edges, split.model.network.tensors))
    if (tensor.isOutput) {
      json::Value value = describe(tensor);
      (*value.getAsObject())["tier"] =
          split.system.tiers[split.result.best->assignment.tiers[edge.producer]]
              .name;
      outputs.push_back(std::move(value));
    }
  return json::Object{{"tool", session.report.tool},
                      {"outputs", std::move(outputs)},
                      {"model", session.report.model},
                      {"model_sha256", session.report.modelSha256},
                      {"wire_version", 1},
                      {"wire_model", getIdentity(session, split)},
                      {"answer", split.system.tiers[split.system.answer].name},
                      {"parts", std::move(parts)},
                      {"links", std::move(links)}};
}
