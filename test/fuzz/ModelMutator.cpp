//===- ModelMutator.cpp - Mutations that keep a model a model -------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Most mutations of bytes break protobuf's length prefixes and end in the
// parser. These change fields of the parsed model instead: an attribute's
// number, a dimension, which tensor an input names, a node that goes or comes
// twice.
//
//===----------------------------------------------------------------------===//

#include "onnx/onnx_pb.h"

#include <google/protobuf/message.h>

#include <cmath>
#include <cstdint>
#include <random>

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

extern "C" size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t maxSize);

namespace {
/// Numbers at which sizes, axes and products of them go wrong.
constexpr int64_t kNumbers[] = {
    0,  1,  -1,        2,         3,         4,         7,         8,
    16, 64, 127,       -128,      255,       256,       1024,      65536,
    -2, -3, INT32_MAX, INT32_MIN, INT64_MAX, INT64_MIN, 1LL << 31, 1LL << 33};
constexpr double kReals[] = {0.0,  -0.0,   1.0,    -1.0,     1e-30, 0.5,
                             1e30, -1e300, 1e-310, INFINITY, -NAN};

class Mutator {
  template <typename T> const auto &pick(const T &values) {
    return values[random() % std::size(values)];
  }

public:
  Mutator(Message &root, unsigned seed) : random(seed) { collect(root); }

  /// Changes one thing, if there is anything.
  void mutate() {
    if (fields.empty())
      return;
    auto [message, field] = pick(fields);
    if (field->is_repeated())
      mutateRepeated(*message, field);
    else
      mutateSingle(*message, field);
  }

private:
  using Field = std::pair<Message *, const FieldDescriptor *>;

  /// Every field that is set, and every string that can be a name.
  void collect(Message &message) {
    const Reflection *reflection = message.GetReflection();
    std::vector<const FieldDescriptor *> set;
    reflection->ListFields(message, &set);
    for (const FieldDescriptor *field : set) {
      fields.emplace_back(&message, field);
      bool isMessage = field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
      bool isString = field->type() == FieldDescriptor::TYPE_STRING;
      if (!field->is_repeated()) {
        if (isMessage)
          collect(*reflection->MutableMessage(&message, field));
        if (isString)
          names.push_back(reflection->GetString(message, field));
        continue;
      }
      for (int i = 0, e = reflection->FieldSize(message, field); i != e; ++i) {
        if (isMessage)
          collect(*reflection->MutableRepeatedMessage(&message, field, i));
        if (isString)
          names.push_back(reflection->GetRepeatedString(message, field, i));
      }
    }
  }

  std::string mutateBytes(std::string bytes) {
    size_t limit = bytes.size() + 16, size = bytes.size();
    bytes.resize(limit);
    bytes.resize(LLVMFuzzerMutate(reinterpret_cast<uint8_t *>(bytes.data()),
                                  size, limit));
    return bytes;
  }

  void mutateSingle(Message &message, const FieldDescriptor *field) {
    const Reflection *reflection = message.GetReflection();
    switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return reflection->SetInt32(&message, field, int32_t(random() % 24));
    case FieldDescriptor::CPPTYPE_INT64:
      return reflection->SetInt64(&message, field, pick(kNumbers));
    case FieldDescriptor::CPPTYPE_FLOAT:
      return reflection->SetFloat(&message, field, float(pick(kReals)));
    case FieldDescriptor::CPPTYPE_ENUM:
      return reflection->SetEnumValue(&message, field, int(random() % 16));
    case FieldDescriptor::CPPTYPE_STRING:
      return reflection->SetString(
          &message, field,
          field->type() == FieldDescriptor::TYPE_STRING && random() % 4 != 0
              ? pick(names)
              : mutateBytes(reflection->GetString(message, field)));
    default:
      return reflection->ClearField(&message, field);
    }
  }

  void mutateRepeated(Message &message, const FieldDescriptor *field) {
    const Reflection *reflection = message.GetReflection();
    int size = reflection->FieldSize(message, field);
    int index = int(random() % unsigned(size));
    switch (random() % 4) {
    case 0:
      reflection->SwapElements(&message, field, index, size - 1);
      return reflection->RemoveLast(&message, field);
    case 1:
      return reflection->SwapElements(&message, field, index,
                                      int(random() % unsigned(size)));
    default:
      return changeElement(message, field, index);
    }
  }

  void changeElement(Message &message, const FieldDescriptor *field,
                     int index) {
    const Reflection *reflection = message.GetReflection();
    bool append = random() % 2;
    switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT64:
      return append ? reflection->AddInt64(&message, field, pick(kNumbers))
                    : reflection->SetRepeatedInt64(&message, field, index,
                                                   pick(kNumbers));
    case FieldDescriptor::CPPTYPE_FLOAT:
      return reflection->SetRepeatedFloat(&message, field, index,
                                          float(pick(kReals)));
    case FieldDescriptor::CPPTYPE_STRING:
      return append ? reflection->AddString(&message, field, pick(names))
                    : reflection->SetRepeatedString(&message, field, index,
                                                    pick(names));
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return reflection->AddMessage(&message, field)
          ->CopyFrom(reflection->GetRepeatedMessage(message, field, index));
    default:
      return;
    }
  }

  std::mt19937 random;
  std::vector<Field> fields;
  std::vector<std::string> names = {"", "SAME_UPPER", "NOTSET"};
};
} // namespace

/// Makes a node one with a body: a copy of the whole graph, bodies included, so
/// that repeated nesting goes deep and bodies use, or hide, outer names.
static void nestGraph(onnx::ModelProto &model, unsigned seed) {
  static constexpr struct {
    const char *operation;
    std::initializer_list<const char *> bodies;
  } kinds[] = {{"If", {"then_branch", "else_branch"}},
               {"Loop", {"body"}},
               {"Scan", {"body"}}};
  onnx::GraphProto copy = model.graph();
  if (copy.node_size() == 0)
    return;
  std::mt19937 random(seed);
  onnx::NodeProto &node = *model.mutable_graph()->mutable_node(
      int(random() % unsigned(copy.node_size())));
  const auto &kind = kinds[random() % std::size(kinds)];
  node.set_op_type(kind.operation);
  for (const char *body : kind.bodies) {
    onnx::AttributeProto &attribute = *node.add_attribute();
    attribute.set_name(body);
    attribute.set_type(onnx::AttributeProto::GRAPH);
    *attribute.mutable_g() = copy;
  }
}

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size,
                                          size_t maxSize, unsigned seed) {
  onnx::ModelProto model;
  // One in eight stays a mutation of bytes: the parser is fuzzed as well.
  if (seed % 8 == 0 || !model.ParsePartialFromArray(data, int(size)))
    return LLVMFuzzerMutate(data, size, maxSize);
  if (seed % 16 == 1)
    nestGraph(model, seed);
  for (unsigned i = 0; i <= seed % 3; ++i)
    Mutator(model, seed + i).mutate();
  size_t mutated = model.ByteSizeLong();
  if (mutated == 0 || mutated > maxSize)
    return LLVMFuzzerMutate(data, size, maxSize);
  model.SerializePartialToArray(data, int(mutated));
  return mutated;
}
