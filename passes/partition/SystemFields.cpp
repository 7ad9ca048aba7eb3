//===- JsonFields.cpp - The fields of a JSON object, checked --------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "JsonFields.h"

#include "edgecc/Driver/Units.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

#include <cmath>

using namespace edgecc::partition;
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
  if (!object.get(field))
    fail(field, "is missing; needed: " + what);
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
  if (!text || text->empty())
    return fail(field, "must be a string, not empty: " + what);
  value = text->str();
}

//===----------------------------------------------------------------------===//
// Numbers
//===----------------------------------------------------------------------===//

void JsonFields::read(StringRef field, double &value, double unit,
                      StringRef what, Range range) {
  const json::Value *found = find(field, Optional, what);
  if (!found)
    return;
  std::optional<double> number = found->getAsNumber();
  if (!number || !std::isfinite(*number) || *number < 0 ||
      (*number == 0 && range == Positive))
    return fail(field, Twine("must be a number ") +
                           (range == Positive ? "above 0" : "of at least 0") +
                           ": " + what);
  value = *number * unit;
}

void JsonFields::read(StringRef field, std::optional<double> &value,
                      double unit, StringRef what) {
  double number = 0;
  read(field, number, unit, what);
  if (number)
    value = number;
}

std::optional<double>
JsonFields::getQuantity(const json::Value &value,
                        Expected<double> (*parse)(StringRef)) {
  if (std::optional<double> number = value.getAsNumber())
    return number;
  std::optional<StringRef> text = value.getAsString();
  if (!text)
    return std::nullopt;
  Expected<double> quantity = parse(*text);
  if (quantity)
    return *quantity;
  consumeError(quantity.takeError());
  return std::nullopt;
}

void JsonFields::readQuantity(StringRef field, std::optional<double> &value,
                              Expected<double> (*parse)(StringRef),
                              StringRef what, Range range) {
  const json::Value *found = find(field, Optional, what);
  if (!found)
    return;
  std::optional<double> quantity = getQuantity(*found, parse);
  if (!quantity || !std::isfinite(*quantity) || *quantity < 0 ||
      (*quantity == 0 && range == Positive))
    return fail(field, Twine("must be ") +
                           (range == Positive ? "above 0" : "at least 0") +
                           ", a number or text with a unit: " + what);
  value = *quantity;
}

void JsonFields::readTime(StringRef field, std::optional<double> &value,
                          StringRef what) {
  readQuantity(field, value, driver::parseTime, what, Positive);
}

void JsonFields::readTime(StringRef field, double &value, StringRef what) {
  std::optional<double> time;
  readQuantity(field, time, driver::parseTime, what, ZeroToo);
  value = time.value_or(value);
}

void JsonFields::readEnergy(StringRef field, std::optional<double> &value,
                            StringRef what) {
  readQuantity(field, value, driver::parseEnergy, what, Positive);
}

void JsonFields::readEnergy(StringRef field, double &value, StringRef what) {
  std::optional<double> energy;
  readQuantity(field, energy, driver::parseEnergy, what, ZeroToo);
  value = energy.value_or(value);
}

static Expected<double> parseBytes(StringRef text) {
  Expected<uint64_t> bytes = edgecc::driver::parseSize(text);
  if (!bytes)
    return bytes.takeError();
  return double(*bytes);
}

void JsonFields::readSize(StringRef field, std::optional<uint64_t> &value,
                          StringRef what) {
  std::optional<double> size;
  readQuantity(field, size, parseBytes, what, ZeroToo);
  if (!size)
    return;
  if (*size != std::floor(*size) || *size > 9e15)
    return fail(field, "must be a whole number: " + what);
  value = uint64_t(*size);
}

/// Bits per second from "250kbit/s".
static Expected<double> parseBandwidth(StringRef text) {
  StringRef number = text.rtrim("abcdefghijklmnopqrstuvwxyz/"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ ");
  StringRef unit = text.substr(number.size()).trim();
  double value = 0;
  if (!number.getAsDouble(value))
    for (auto [name, factor] : {std::pair("bit/s", 1.0),
                                {"kbit/s", 1e3},
                                {"Mbit/s", 1e6},
                                {"Gbit/s", 1e9}})
      if (unit == name)
        return value * factor;
  return createStringError("no bandwidth");
}

void JsonFields::readBandwidth(StringRef field, double &value) {
  constexpr const char *what = "bits per second, like 250000 or \"250kbit/s\"";
  require(field, what);
  std::optional<double> bits;
  readQuantity(field, bits, parseBandwidth, what, Positive);
  value = bits.value_or(8) / 8;
}

void JsonFields::readPart(StringRef field, double &value, StringRef what) {
  const json::Value *found = find(field, Optional, what);
  if (!found)
    return;
  std::optional<double> number = found->getAsNumber();
  if (!number || !(*number >= 0 && *number < 1))
    return fail(field, "must be a number of at least 0 and below 1: " + what);
  value = *number;
}

//===----------------------------------------------------------------------===//
// Compound values
//===----------------------------------------------------------------------===//

void JsonFields::readNames(StringRef field, std::vector<std::string> &value,
                           StringRef what) {
  const json::Value *found = find(field, Optional, what);
  if (!found)
    return;
  const json::Array *array = found->getAsArray();
  if (!array || !all_of(*array, [](const json::Value &element) {
        return element.getAsString().has_value();
      }))
    return fail(field, "must be a list of strings: " + what);
  for (const json::Value &element : *array)
    value.push_back(element.getAsString()->str());
}

const json::Array *JsonFields::readArray(StringRef field, StringRef what) {
  const json::Value *found = find(field, Required, what);
  if (!found)
    return nullptr;
  const json::Array *array = found->getAsArray();
  if (!array)
    fail(field, "must be a list: " + what);
  return array;
}

const json::Object *JsonFields::readObject(StringRef field) {
  const json::Value *found = find(field, Optional, "");
  if (!found)
    return nullptr;
  const json::Object *inner = found->getAsObject();
  if (!inner)
    fail(field, "must be an object");
  return inner;
}
