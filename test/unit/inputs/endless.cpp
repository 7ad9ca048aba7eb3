//===- endless.cpp --------------------------------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// Broken: does not come back.
#define DEFINE_MODEL
#include "endless.h"

static std::uint8_t run(endless::Context &, std::uint8_t value) {
  for (;;)
    __asm__ volatile("");
  return value;
}
