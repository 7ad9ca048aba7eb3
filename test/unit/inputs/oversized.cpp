//===- oversized.cpp ------------------------------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// Has more constants than the emulated boards have flash.
#define DEFINE_MODEL
#include "oversized.h"

__attribute__((section(
    ".rodata.edgecc_weights"))) static const std::uint8_t weights[5 << 20] = {
    1};

static std::uint8_t run(oversized::Context &, std::uint8_t value) {
  return weights[1000u * value];
}
