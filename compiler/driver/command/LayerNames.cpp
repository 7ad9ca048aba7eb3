//===- LayerNames.cpp - Layers that options name --------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LayerNames.h"

#include "edgecc/Dialect/Edge/Edge.h"

#include "llvm/ADT/STLExtras.h"

using namespace edgecc;
using namespace llvm;

bool driver::comesFrom(mlir::Operation *op, StringRef name) {
  bool found = edge::getLayerName(op) == name;
  mlir::Location(op->getLoc())->walk([&](mlir::Location part) {
    auto named = dyn_cast<mlir::NameLoc>(part);
    found |= named && named.getName() == name;
    return found ? mlir::WalkResult::interrupt() : mlir::WalkResult::advance();
  });
  return found;
}

std::string driver::listNearMatches(StringRef name, ArrayRef<StringRef> names) {
  constexpr size_t kMatches = 3;
  SmallVector<std::pair<unsigned, StringRef>> ranked;
  for (StringRef other : names) {
    bool contains = other.contains_insensitive(name);
    ranked.emplace_back(contains ? 0 : other.edit_distance_insensitive(name),
                        other);
  }
  llvm::stable_sort(
      ranked, [](const auto &a, const auto &b) { return a.first < b.first; });
  std::string text;
  for (auto [distance, match] : ArrayRef(ranked).take_front(kMatches))
    text += (text.empty() ? "'" : ", '") + match.str() + "'";
  return text;
}
