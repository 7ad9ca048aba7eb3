//===- cortexm.cpp --------------------------------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// The platform on a bare Cortex-M under QEMU: vectors, reset and semihosting.
// Data needs no copying, as QEMU loads the sections where they belong, and
// memory begins as zeros.
#include <cstdint>

#include "platform.h"

extern "C" std::uint32_t stackTop[];
int main();

namespace {

int semihosting(int operation, const void *argument) {
  register int r0 __asm__("r0") = operation;
  register const void *r1 __asm__("r1") = argument;
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

[[noreturn]] void stop(std::uint32_t status) {
  // SYS_EXIT_EXTENDED with ADP_Stopped_ApplicationExit.
  const std::uint32_t arguments[2] = {0x20026u, status};
  for (;;)
    semihosting(0x20, arguments);
}

[[noreturn]] void fault() { stop(1); }

[[noreturn]] void reset() {
#if defined(__ARM_FP)
  // CPACR: full access to the floating-point coprocessor.
  *reinterpret_cast<volatile std::uint32_t *>(0xE000ED88u) |= 0xFu << 20;
  __asm__ volatile("dsb\n isb" ::: "memory");
#endif
  stop(static_cast<std::uint32_t>(main()));
}

using Handler = void (*)();
struct Vectors {
  std::uint32_t *stack;
  Handler handlers[15];
};
__attribute__((section(".vectors"), used)) const Vectors vectors = {
    stackTop,
    {reset, fault, fault, fault, fault, fault, fault, fault, fault, fault,
     fault, fault, fault, fault, fault}};

} // namespace

void writeText(const char *text) {
  semihosting(0x04, text); // SYS_WRITE0
}
