//===- accumulator.cpp ----------------------------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// Adds all its inputs up, in its state.
#define DEFINE_MODEL
#include "accumulator.h"

static std::uint8_t run(accumulator::Context &context, std::uint8_t value) {
  context.state[0] = static_cast<std::uint8_t>(context.state[0] + value);
  return context.state[0];
}
