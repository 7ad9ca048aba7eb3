//===- unwritten.cpp ------------------------------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// Broken: returns a byte of the arena that it never wrote.
#define DEFINE_MODEL
#include "unwritten.h"

static std::uint8_t run(unwritten::Context &context, std::uint8_t) {
  const std::uint8_t found = context.arena[17];
  context.arena[17] = 1;
  return found;
}
