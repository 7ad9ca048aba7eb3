//===- doubler.cpp --------------------------------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "doubler.h"

#include <cstring>

#ifndef EDGECC_WEIGHTS
#define EDGECC_WEIGHTS __attribute__((section(".rodata.edgecc_weights")))
#endif

namespace {
EDGECC_WEIGHTS alignas(16) const float factors[4] = {2.f, 2.f, 2.f, 2.f};

std::int8_t twice(std::int8_t value) {
  const int doubled = 2 * value;
  return static_cast<std::int8_t>(doubled > 127    ? 127
                                  : doubled < -128 ? -128
                                                   : doubled);
}
} // namespace

namespace doubler {
void reset(Context &) noexcept {}

void run(Context &context, const std::int8_t (&small)[1][5],
         const float (&real)[3], std::int8_t (&smallTwice)[1][5],
         float (&realTwice)[3]) noexcept {
  std::memcpy(context.arena, real, sizeof real);
  float copy[3];
  std::memcpy(copy, context.arena, sizeof copy);
  for (int i = 0; i < 3; ++i)
    realTwice[i] = copy[i] * factors[small[0][i] & 3];
  for (int i = 0; i < 5; ++i)
    smallTwice[0][i] = twice(small[0][i]);
}
} // namespace doubler

extern "C" {
std::size_t doubler_context_bytes(void) { return sizeof(doubler::Context); }

void doubler_reset(void *context) {
  doubler::reset(*static_cast<doubler::Context *>(context));
}

void doubler_run(void *context, const void *const *inputs,
                 void *const *outputs) {
  using Small = std::int8_t[1][5];
  using Real = float[3];
  doubler::run(*static_cast<doubler::Context *>(context),
               *static_cast<const Small *>(inputs[0]),
               *static_cast<const Real *>(inputs[1]),
               *static_cast<Small *>(outputs[0]),
               *static_cast<Real *>(outputs[1]));
}
}
