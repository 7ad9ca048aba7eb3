//===- Units.cpp - Sizes, times and energies as people write them ---------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Driver/Units.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringExtras.h"

#include <cmath>
#include <optional>

using namespace llvm;

namespace {
struct Unit {
  StringLiteral name;
  double factor;
};
} // namespace

/// A positive number in one of `units`, or nothing. A number ends where the
/// unit's letters begin; "1e3" is a number.
static std::optional<double> parseQuantity(StringRef text,
                                           ArrayRef<Unit> units) {
  StringRef number = text.rtrim("abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
  StringRef name = text.substr(number.size());
  double value = 0;
  if (!isDigit(text.empty() ? ' ' : text.front()) ||
      number.getAsDouble(value) || !std::isfinite(value) || value <= 0)
    return std::nullopt;
  for (const Unit &unit : units)
    if (name == unit.name)
      return value * unit.factor;
  return std::nullopt;
}

Expected<uint64_t> edgecc::driver::parseSize(StringRef text) {
  constexpr double kibi = 1024;
  const Unit units[] = {{"", 1},
                        {"B", 1},
                        {"K", kibi},
                        {"KB", kibi},
                        {"KiB", kibi},
                        {"M", kibi * kibi},
                        {"MB", kibi * kibi},
                        {"MiB", kibi * kibi}};
  std::optional<double> bytes = parseQuantity(text, units);
  // Beyond 2^53 a double no longer counts single bytes; no device has that.
  if (!bytes || *bytes > 9e15 || *bytes < 1)
    return createStringError("'" + text +
                             "' is not a size; write bytes, or K or M (1024s), "
                             "like 65536, 64K or 1.5M");
  return uint64_t(*bytes);
}

Expected<double> edgecc::driver::parseTime(StringRef text) {
  const Unit units[] = {{"s", 1}, {"ms", 1e-3}, {"us", 1e-6}, {"ns", 1e-9}};
  if (std::optional<double> seconds = parseQuantity(text, units))
    return *seconds;
  return createStringError("'" + text +
                           "' is not a time; write a number and ns, us, ms or "
                           "s, like 20ms");
}

Expected<double> edgecc::driver::parseEnergy(StringRef text) {
  const Unit units[] = {{"J", 1}, {"mJ", 1e-3}, {"uJ", 1e-6}, {"nJ", 1e-9}};
  if (std::optional<double> joules = parseQuantity(text, units))
    return *joules;
  return createStringError("'" + text +
                           "' is not an energy; write a number and nJ, uJ, mJ "
                           "or J, like 500uJ");
}
