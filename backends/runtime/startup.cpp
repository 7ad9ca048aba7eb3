//===- startup.cpp - From reset to main() on a Cortex-M -------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include <cstdint>

extern "C" {
extern std::uint32_t __data_start[], __data_end[], __data_load[];
extern std::uint32_t __bss_start[], __bss_end[], __stack_top[];
extern void (*__init_array_start[])();
extern void (*__init_array_end[])();

int main();
void Reset_Handler();
/// Called on any fault; semihosting.cpp has one that tells the developer.
[[noreturn]] void edgecc_fault();
[[noreturn]] void edgecc_exit(int status);

// The linker drops destructors that never run, if nobody registers them.
void *__dso_handle;
int __aeabi_atexit(void *, void (*)(void *), void *) { return 0; }
}

namespace {

volatile std::uint32_t &systemRegister(std::uintptr_t address) {
  return *reinterpret_cast<volatile std::uint32_t *>(address);
}

void enableCoprocessors() {
#if defined(__ARM_FP) || defined(__ARM_FEATURE_MVE)
  constexpr std::uintptr_t cpacr = 0xE000ED88u;
  systemRegister(cpacr) = systemRegister(cpacr) | (0xFu << 20); // CP10, CP11
  __asm__ volatile("dsb\n isb" ::: "memory");
#endif
#if defined(__ARM_FEATURE_MVE)
  constexpr std::uintptr_t ccr = 0xE000ED14u;
  systemRegister(ccr) = systemRegister(ccr) | (1u << 19); // low overhead loops
  __asm__ volatile("dsb\n isb" ::: "memory");
#endif
}

} // namespace

extern "C" __attribute__((used)) void edgecc_start() {
  enableCoprocessors();
  const std::uint32_t *from = __data_load;
  // Volatile keeps these loops from becoming calls of memcpy and memset, which
  // would count as flash of a model that uses neither.
  for (volatile std::uint32_t *to = __data_start; to < __data_end;)
    *to++ = *from++;
  for (volatile std::uint32_t *to = __bss_start; to < __bss_end;)
    *to++ = 0;
  for (auto init = __init_array_start; init < __init_array_end; ++init)
    (*init)();
  edgecc_exit(main());
}

/// The stack pointer is set again, for loaders that jump here without a reset.
extern "C" __attribute__((naked, used)) void Reset_Handler() {
  __asm__ volatile("ldr r0, =__stack_top\n mov sp, r0\n bl edgecc_start\n b .");
}

extern "C" __attribute__((weak)) void edgecc_fault() {
  for (;;)
    __asm__ volatile("");
}

extern "C" __attribute__((weak)) void edgecc_exit(int) {
  for (;;)
    __asm__ volatile("");
}

namespace {
using Handler = void (*)();

/// The core's own exceptions; no device interrupt is ever enabled.
__attribute__((section(".vectors"), used)) const Handler vectors[16] = {
    reinterpret_cast<Handler>(__stack_top),
    Reset_Handler,
    edgecc_fault, // NMI
    edgecc_fault, // HardFault
    edgecc_fault, // MemManage
    edgecc_fault, // BusFault
    edgecc_fault, // UsageFault
    edgecc_fault, // SecureFault
    nullptr,
    nullptr,
    nullptr,
    edgecc_fault, // SVCall
    edgecc_fault, // DebugMonitor
    nullptr,
    edgecc_fault, // PendSV
    edgecc_fault, // SysTick
};
} // namespace
