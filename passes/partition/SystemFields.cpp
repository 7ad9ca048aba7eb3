//===- SystemFields.cpp - The quantities of a system description ----------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SystemFields.h"

#include "edgecc/Driver/Units.h"

#include <cmath>

using namespace edgecc::partition;
using namespace llvm;

void SystemFields::read(StringRef field, double &value, double unit,
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

void SystemFields::read(StringRef field, std::optional<double> &value,
                        double unit, StringRef what) {
  double number = 0;
  read(field, number, unit, what);
  if (number)
    value = number;
}

static std::optional<double> getQuantity(const json::Value &value,
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

void SystemFields::readQuantity(StringRef field, std::optional<double> &value,
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

void SystemFields::readTime(StringRef field, std::optional<double> &value,
                            StringRef what) {
  readQuantity(field, value, driver::parseTime, what, Positive);
}

void SystemFields::readTime(StringRef field, double &value, StringRef what) {
  std::optional<double> time;
  readQuantity(field, time, driver::parseTime, what, ZeroToo);
  value = time.value_or(value);
}

void SystemFields::readEnergy(StringRef field, std::optional<double> &value,
                              StringRef what) {
  readQuantity(field, value, driver::parseEnergy, what, Positive);
}

void SystemFields::readEnergy(StringRef field, double &value, StringRef what) {
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

void SystemFields::readSize(StringRef field, std::optional<uint64_t> &value,
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

void SystemFields::readBandwidth(StringRef field, double &value) {
  constexpr const char *what = "bits per second, like 250000 or \"250kbit/s\"";
  require(field, what);
  std::optional<double> bits;
  readQuantity(field, bits, parseBandwidth, what, Positive);
  value = bits.value_or(8) / 8;
}

void SystemFields::readPart(StringRef field, double &value, StringRef what) {
  const json::Value *found = find(field, Optional, what);
  if (!found)
    return;
  std::optional<double> number = found->getAsNumber();
  if (!number || !(*number >= 0 && *number < 1))
    return fail(field, "must be a number of at least 0 and below 1: " + what);
  value = *number;
}
