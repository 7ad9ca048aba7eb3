//===- SplitHtml.cpp - split.html -----------------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Report/Report.h"

using namespace edgecc::report;
using namespace llvm;

/// The page, with its style, script and Chart.js in place.
static constexpr char kTemplate[] =
#include "SplitTemplate.inc"
    ;

std::string edgecc::report::splitToHtml(const json::Value &split) {
  return fillPage(kTemplate, split);
}
