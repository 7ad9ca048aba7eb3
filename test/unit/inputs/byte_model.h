//===- byte_model.h ---------------------------------------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// The form of generated code, for models of one byte in and one byte out whose
// names differ: NAME.h defines MODEL and includes this.
#ifndef BYTE_MODEL_H
#define BYTE_MODEL_H

#include <cstddef>
#include <cstdint>

#ifndef ARENA_BYTES
#define ARENA_BYTES 64
#endif
#define PASTE2(a, b) a##b
#define PASTE(a, b) PASTE2(a, b)

namespace MODEL {
inline constexpr std::size_t kArenaBytes = ARENA_BYTES, kStateBytes = 4,
                             kWeightBytes = 0;
struct Context {
  alignas(16) std::uint8_t arena[kArenaBytes];
  std::uint8_t state[kStateBytes];
};
struct TensorInfo {
  const char *name;
  const char *type;
  std::size_t bytes;
  std::int32_t rank, dims[8];
  float scale;
  std::int32_t zero_point;
};
inline constexpr TensorInfo kInputs[] = {{"in", "uint8", 1, 1, {1}, 0.f, 0}};
inline constexpr TensorInfo kOutputs[] = {{"out", "uint8", 1, 1, {1}, 0.f, 0}};
} // namespace MODEL

extern "C" {
std::size_t PASTE(MODEL, _context_bytes)(void);
void PASTE(MODEL, _reset)(void *context);
void PASTE(MODEL, _run)(void *context, const void *const *inputs,
                        void *const *outputs);
}

#ifdef DEFINE_MODEL
extern "C" std::size_t PASTE(MODEL, _context_bytes)(void) {
  return sizeof(MODEL::Context);
}
extern "C" void PASTE(MODEL, _reset)(void *context) {
  for (std::uint8_t &byte : static_cast<MODEL::Context *>(context)->state)
    byte = 0;
}
static std::uint8_t run(MODEL::Context &context, std::uint8_t value);
extern "C" void PASTE(MODEL, _run)(void *context, const void *const *inputs,
                                   void *const *outputs) {
  *static_cast<std::uint8_t *>(outputs[0]) =
      run(*static_cast<MODEL::Context *>(context),
          *static_cast<const std::uint8_t *>(inputs[0]));
}
#endif

#endif
