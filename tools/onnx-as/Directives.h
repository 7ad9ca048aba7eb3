//===- Directives.h - What comments of a text model ask for -----*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// ONNX's text syntax has no words for node names, for names that are not
// identifiers, for made-up weights and for external data. Comment lines that
// start with one of onnx-as's own words say them; see README.md.
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_TOOLS_ONNXAS_DIRECTIVES_H
#define EDGECC_TOOLS_ONNXAS_DIRECTIVES_H

#include <map>
#include <string>

namespace onnxas {

/// An interval that made-up weights are drawn from, evenly.
struct Range {
  double low, high;
};

struct Directives {
  std::map<std::string, Range> fill;            // initializer -> interval
  std::map<std::string, std::string> external;  // initializer -> file
  std::map<std::string, std::string> nodeNames; // output -> node's name
  std::map<std::string, std::string> renames;   // value -> its name
  std::map<std::string, std::string> nibbles;   // initializer -> int4, uint4
};

/// Reads the directives in `text`. Throws std::runtime_error with the line's
/// number when one is malformed; other comments are just comments.
Directives readDirectives(const std::string &text);

} // namespace onnxas

#endif // EDGECC_TOOLS_ONNXAS_DIRECTIVES_H
