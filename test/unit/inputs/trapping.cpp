//===- trapping.cpp -------------------------------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// Broken: executes an instruction that is none, for the input 1.
#define DEFINE_MODEL
#include "trapping.h"

static std::uint8_t run(trapping::Context &, std::uint8_t value) {
  if (value == 1)
    __builtin_trap();
  return value;
}
