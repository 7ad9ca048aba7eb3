//===- warning.cpp --------------------------------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// Broken: converts an int to a narrower type without a cast.
#define DEFINE_MODEL
#include "warning.h"

static std::uint8_t run(warning::Context &, std::uint8_t value) {
  const int twice = 2 * value;
  return twice;
}
