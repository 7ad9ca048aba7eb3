//===- ExploreHtml.cpp - explore.html -------------------------------------===//
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
#include "ExploreTemplate.inc"
    ;

std::string edgecc::report::exploreToHtml(const json::Value &exploration) {
  return fillPage(kTemplate, exploration);
}
