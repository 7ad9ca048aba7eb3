//===- overrun.cpp --------------------------------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// Broken: writes behind its context.
#define DEFINE_MODEL
#include "overrun.h"

static std::uint8_t run(overrun::Context &context, std::uint8_t value) {
  volatile std::size_t end = sizeof context;
  context.arena[end] = 0;
  return value;
}
