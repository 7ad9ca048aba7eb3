//===- doubler.h ------------------------------------------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// A model by hand, in the form of generated code: it doubles a vector of int8
// (saturating) and one of float, through the arena.
#ifndef DOUBLER_H
#define DOUBLER_H

#include <cstddef>
#include <cstdint>

namespace doubler {
inline constexpr std::size_t kArenaBytes = 32, kStateBytes = 0,
                             kWeightBytes = 16;
struct Context {
  alignas(16) std::uint8_t arena[kArenaBytes];
};
void reset(Context &) noexcept;
void run(Context &, const std::int8_t (&small)[1][5], const float (&real)[3],
         std::int8_t (&smallTwice)[1][5], float (&realTwice)[3]) noexcept;
struct TensorInfo {
  const char *name;
  const char *type;
  std::size_t bytes;
  std::int32_t rank, dims[8];
  float scale;
  std::int32_t zero_point;
};
inline constexpr TensorInfo kInputs[] = {
    {"small", "int8", 5, 2, {1, 5}, 0.5f, 0},
    {"real", "float", 12, 1, {3}, 0.f, 0}};
inline constexpr TensorInfo kOutputs[] = {
    {"small2", "int8", 5, 2, {1, 5}, 0.5f, 0},
    {"real2", "float", 12, 1, {3}, 0.f, 0}};
} // namespace doubler

extern "C" {
std::size_t doubler_context_bytes(void);
void doubler_reset(void *context);
void doubler_run(void *context, const void *const *inputs,
                 void *const *outputs);
}

#endif
