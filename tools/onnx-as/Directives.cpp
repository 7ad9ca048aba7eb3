//===- Directives.cpp - What comment lines of a text model ask for --------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Directives.h"

#include <sstream>
#include <stdexcept>
#include <vector>

using namespace onnxas;

/// Splits "# word word ..." into its words; no words if it is not a comment.
static std::vector<std::string> wordsOfComment(const std::string &line) {
  std::vector<std::string> words;
  std::istringstream stream(line);
  std::string word;
  if (!(stream >> word) || word != "#")
    return words;
  while (stream >> word)
    words.push_back(word);
  return words;
}

/// std::stod, unlike an istream, reads "nan" and "inf".
static Range readRange(const std::vector<std::string> &words) {
  if (words.size() == 4 && words[2] == "constant")
    return {std::stod(words[3]), std::stod(words[3])};
  if (words.size() == 5 && words[2] == "uniform")
    return {std::stod(words[3]), std::stod(words[4])};
  throw std::runtime_error(
      "expected '# fill NAME uniform LOW HIGH' or '# fill NAME constant V'");
}

static void readDirective(const std::vector<std::string> &words,
                          Directives &result) {
  if (words.empty())
    return;
  if (words[0] == "fill") {
    Range range = readRange(words);
    result.fill[words[1]] = range;
    return;
  }
  std::map<std::string, std::string> *table = nullptr;
  if (words[0] == "external")
    table = &result.external;
  else if (words[0] == "name")
    table = &result.nodeNames;
  else if (words[0] == "rename")
    table = &result.renames;
  else if (words[0] == "pack")
    table = &result.nibbles;
  else
    return;
  if (words.size() != 3)
    throw std::runtime_error("expected two words after '# " + words[0] + "'");
  (*table)[words[1]] = words[2];
}

Directives onnxas::readDirectives(const std::string &text) {
  Directives result;
  std::istringstream lines(text);
  std::string line;
  for (unsigned number = 1; std::getline(lines, line); ++number) {
    try {
      readDirective(wordsOfComment(line), result);
    } catch (const std::exception &error) {
      throw std::runtime_error("line " + std::to_string(number) + ": " +
                               error.what());
    }
  }
  return result;
}
