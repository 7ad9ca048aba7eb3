//===- BudgetItems.cpp - Budgets as a table -------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BudgetItems.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

#include <cmath>

using namespace edgecc;
using namespace edgecc::driver;
using namespace llvm;
using report::Budget;
using report::Report;

template <typename T>
static std::optional<double> toDouble(const std::optional<T> &value) {
  return value ? std::optional<double>(double(*value)) : std::nullopt;
}

static void setBytes(std::optional<uint64_t> &to, std::optional<double> limit) {
  to = limit ? std::optional<uint64_t>(uint64_t(*limit)) : std::nullopt;
}

/// Quarters of a kibibyte: firmware engineers count in these.
static double roundBytes(double bytes) { return std::ceil(bytes / 256) * 256; }
static std::string formatBytes(double bytes) {
  std::string text;
  raw_string_ostream(text) << format("%g", bytes / 1024) << "K";
  return text;
}

/// Three digits. What a division leaves behind the last one is no reason to go
/// up.
static double roundDigits(double value) {
  if (value <= 0)
    return value;
  double scale = std::pow(10.0, 2 - std::floor(std::log10(value)));
  return std::ceil(value * scale * (1 - 1e-12)) / scale;
}
static std::string formatThree(double value, const char *unit) {
  std::string text;
  raw_string_ostream(text) << format("%.3g", value) << unit;
  return text;
}

static const BudgetItem kItems[] = {
    {"--ram", [](const Budget &budget) { return toDouble(budget.ram); },
     [](Budget &budget, std::optional<double> limit) {
       setBytes(budget.ram, limit);
     },
     [](const Report &report) {
       return std::optional<double>(double(report.ram.getTotal()));
     },
     roundBytes, formatBytes},
    {"--flash", [](const Budget &budget) { return toDouble(budget.flash); },
     [](Budget &budget, std::optional<double> limit) {
       setBytes(budget.flash, limit);
     },
     [](const Report &report) {
       return std::optional<double>(
           double(report.flash.total.value_or(report.flash.weights)));
     },
     roundBytes, formatBytes},
    {"--latency", [](const Budget &budget) { return budget.latency; },
     [](Budget &budget, std::optional<double> limit) {
       budget.latency = limit;
     },
     [](const Report &report) {
       const std::optional<double> &ms = report.latency.milliseconds;
       return ms ? std::optional<double>(*ms * 1e-3) : std::nullopt;
     },
     roundDigits,
     [](double seconds) { return formatThree(seconds * 1e3, "ms"); }},
    {"--energy", [](const Budget &budget) { return budget.energy; },
     [](Budget &budget, std::optional<double> limit) { budget.energy = limit; },
     [](const Report &report) {
       const std::optional<double> &uj = report.energy.microjoules;
       return uj ? std::optional<double>(*uj * 1e-6) : std::nullopt;
     },
     roundDigits,
     [](double joules) { return formatThree(joules * 1e6, "uJ"); }},
    {"--max-drop", [](const Budget &budget) { return budget.maxDrop; },
     [](Budget &budget, std::optional<double> limit) {
       budget.maxDrop = limit;
     },
     [](const Report &report) {
       return report.accuracy ? std::optional<double>(report.accuracy->drop)
                              : std::nullopt;
     },
     [](double points) {
       return std::max(std::ceil(points * 100 - 1e-9) / 100, 0.0);
     },
     [](double points) {
       std::string text;
       raw_string_ostream(text) << format("%g", points);
       return text;
     }},
};

ArrayRef<BudgetItem> driver::getBudgetItems() { return kItems; }

bool driver::holds(const Report &report, const Budget &budget) {
  return llvm::all_of(kItems, [&](const BudgetItem &item) {
    std::optional<double> limit = item.getLimit(budget),
                          value = item.getValue(report);
    return !limit || !value || *value <= *limit;
  });
}
