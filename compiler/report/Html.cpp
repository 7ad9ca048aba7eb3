//===- Html.cpp - report.html ---------------------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Report/Report.h"

#include "llvm/Support/FormatVariadic.h"

using namespace edgecc::report;
using namespace llvm;

/// The page, with its style and script in place.
static constexpr char kTemplate[] =
#include "ReportTemplate.inc"
    ;

/// JSON for inside a script element, which ends at "</script" whatever is
/// around it: no character of markup is left.
static std::string embed(const json::Value &value) {
  std::string text;
  for (char c : formatv("{0}", value).str())
    if (c == '<' || c == '>' || c == '&')
      text += formatv("\\u00{0:x-2}", unsigned(c)).str();
    else
      text += c;
  return text;
}

std::string edgecc::report::fillPage(StringRef page, const json::Value &data) {
  static constexpr StringLiteral kMarker = "@REPORT@";
  auto [before, after] = page.split(kMarker);
  return (before + embed(data) + after).str();
}

std::string edgecc::report::toHtml(const Report &report) {
  return fillPage(kTemplate, toJson(report));
}
