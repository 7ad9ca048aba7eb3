//===- JsonFields.cpp - The fields of a JSON object, checked --------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Target/JsonFields.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace edgecc;
using namespace llvm;

void JsonFields::fail(StringRef field, const Twine &message) {
  if (error.empty())
    error = (file + ": field '" + path + field + "' " + message).str();
}

const json::Value *JsonFields::find(StringRef field, Presence presence,
                                    StringRef what) {
  known.push_back(field);
  const json::Value *found = object.get(field);
  if (!found && presence == Required)
    fail(field, "is missing; needed: " + what);
  return found;
}

void JsonFields::require(StringRef field, StringRef what) {
  find(field, Required, what);
}

void JsonFields::finish() {
  for (const auto &entry : object)
    if (!is_contained(known, StringRef(entry.first))) {
      llvm::sort(known);
      known.erase(llvm::unique(known), known.end());
      return fail(entry.first,
                  "is not known; known fields here: " + join(known, ", "));
    }
}

void JsonFields::read(StringRef field, std::string &value, Presence presence,
                      StringRef what) {
  const json::Value *found = find(field, presence, what);
  if (!found)
    return;
  std::optional<StringRef> text = found->getAsString();
  if (!text || (text->empty() && presence == Required))
    return fail(field, "must be a string" +
                           Twine(presence == Required ? ", not empty" : "") +
                           ": " + what);
  value = text->str();
}

void JsonFields::read(StringRef field, std::vector<std::string> &value,
                      Presence presence, StringRef what) {
  const json::Value *found = find(field, presence, what);
  if (!found)
    return;
  const json::Array *array = found->getAsArray();
  if (!array || !all_of(*array, [](const json::Value &element) {
        return element.getAsString().has_value();
      }))
    return fail(field, "must be a list of strings: " + what);
  value.clear();
  for (const json::Value &element : *array)
    value.push_back(element.getAsString()->str());
}

void JsonFields::read(StringRef field, std::optional<uint64_t> &value,
                      StringRef what) {
  const json::Value *found = find(field, Optional, what);
  if (!found)
    return;
  std::optional<int64_t> number = found->getAsInteger();
  if (!number || *number <= 0)
    return fail(field, "must be a positive whole number: " + what);
  value = static_cast<uint64_t>(*number);
}

void JsonFields::read(StringRef field, std::optional<double> &value,
                      StringRef what) {
  const json::Value *found = find(field, Optional, what);
  if (!found)
    return;
  std::optional<double> number = found->getAsNumber();
  if (!number || *number <= 0)
    return fail(field, "must be a positive number: " + what);
  value = number;
}

const json::Object *JsonFields::readObject(StringRef field, Presence presence,
                                           StringRef what) {
  const json::Value *found = find(field, presence, what);
  if (!found)
    return nullptr;
  const json::Object *inner = found->getAsObject();
  if (!inner)
    fail(field, "must be an object: " + what);
  return inner;
}

const json::Array *JsonFields::readArray(StringRef field, Presence presence,
                                         StringRef what) {
  const json::Value *found = find(field, presence, what);
  if (!found)
    return nullptr;
  const json::Array *array = found->getAsArray();
  if (!array)
    fail(field, "must be a list: " + what);
  return array;
}
