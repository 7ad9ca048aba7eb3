//===- looping.cpp --------------------------------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// Executes 3 * 1000 instructions in a loop, and uses 4096 bytes of stack.
#define DEFINE_MODEL
#include "looping.h"

static void loop(unsigned long count) {
#if defined(__thumb__)
  __asm__ volatile("1: sub %0, #1\n cmp %0, #0\n bne 1b" : "+l"(count)::"cc");
#elif defined(__aarch64__)
  __asm__ volatile("1: sub %0, %0, #1\n cmp %0, #0\n b.ne 1b"
                   : "+r"(count)::"cc");
#elif defined(__arm__)
  __asm__ volatile("1: sub %0, %0, #1\n cmp %0, #0\n bne 1b"
                   : "+r"(count)::"cc");
#else
  __asm__ volatile("1: sub $1, %0\n cmp $0, %0\n jne 1b" : "+r"(count)::"cc");
#endif
}

static std::uint8_t run(looping::Context &, std::uint8_t value) {
  volatile std::uint8_t buffer[4096];
  buffer[0] = value;
  loop(1000ul * value);
  return buffer[0];
}
