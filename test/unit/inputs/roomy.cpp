//===- roomy.cpp ----------------------------------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// Needs more memory than the boards' SSRAM: keeps its input at the arena's end.
#define DEFINE_MODEL
#include "roomy.h"

static std::uint8_t run(roomy::Context &context, std::uint8_t value) {
  volatile std::uint8_t *arena = context.arena;
  arena[0] = 1;
  arena[roomy::kArenaBytes - 1] = value;
  return static_cast<std::uint8_t>(arena[0] + arena[roomy::kArenaBytes - 1]);
}
