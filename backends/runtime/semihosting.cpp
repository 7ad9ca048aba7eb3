//===- semihosting.cpp - The runner's platform on bare metal --------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Arm semihosting: files, console and exit status of the machine that runs the
// emulator.
//
//===----------------------------------------------------------------------===//

#include "platform.h"

#include <cstring>

extern "C" std::uint32_t __stack_limit[];

namespace {

enum Operation : std::uint32_t {
  Open = 0x01,
  Close = 0x02,
  WriteText = 0x04,
  Write = 0x05,
  Read = 0x06,
  FileLength = 0x0C,
  GetCommandLine = 0x15,
  ExitExtended = 0x20,
};
enum OpenMode : std::uint32_t { ReadBinary = 1, WriteBinary = 5 };

std::uint32_t call(Operation operation, const void *block) {
  register std::uint32_t r0 __asm__("r0") = operation;
  register const void *r1 __asm__("r1") = block;
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

std::uint32_t word(const void *pointer) {
  return static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(pointer));
}

constexpr std::uint32_t kFailed = 0xFFFFFFFFu;
constexpr std::uint32_t kPaint = 0x5CA1AB1Eu;

std::uint32_t input = kFailed, output = kFailed;
std::uint32_t *paintEnd;
char command[4200], path[4300];

std::uint32_t openIn(const char *folder, const char *name, OpenMode mode) {
  const std::size_t length = std::strlen(folder);
  if (length + std::strlen(name) + 2 > sizeof path)
    return kFailed;
  std::memcpy(path, folder, length);
  path[length] = '/';
  std::strcpy(path + length + 1, name);
  const std::uint32_t block[] = {word(path), mode,
                                 static_cast<std::uint32_t>(std::strlen(path))};
  return call(Open, block);
}

void print(const char *text) { call(WriteText, text); }

__attribute__((always_inline)) inline std::uint32_t *stackPointer() {
  std::uint32_t *pointer;
  __asm__ volatile("mov %0, sp" : "=r"(pointer));
  return pointer;
}

} // namespace

namespace platform {

bool openFiles(const char *folder) {
  input = openIn(folder, "input.bin", ReadBinary);
  output = openIn(folder, "output.bin", WriteBinary);
  return input != kFailed && output != kFailed;
}

std::size_t inputBytes() { return call(FileLength, &input); }

// Both calls return the number of bytes that were not transferred.
bool read(void *data, std::size_t bytes) {
  const std::uint32_t block[] = {input, word(data), bytes};
  return call(Read, block) == 0;
}

bool write(const void *data, std::size_t bytes) {
  const std::uint32_t block[] = {output, word(data), bytes};
  return call(Write, block) == 0;
}

bool closeFiles() {
  return call(Close, &input) == 0 && call(Close, &output) == 0;
}

void report(const char *key, std::uint64_t value) {
  char digits[24];
  char *next = digits + sizeof digits;
  *--next = '\0';
  *--next = '\n';
  do {
    *--next = static_cast<char>('0' + value % 10);
    value /= 10;
  } while (value);
  print("[edgecc] ");
  print(key);
  print("=");
  print(next);
}

void reportError(const char *text) {
  print("[edgecc] error=");
  print(text);
  print("\n");
}

/// The stack pointer is read in each round: the compiler may lower it at any
/// place of this function.
__attribute__((noinline)) void paintStack() {
  paintEnd = stackPointer();
  for (volatile std::uint32_t *word = __stack_limit; word < stackPointer();
       ++word)
    *word = kPaint;
}

std::size_t usedStack() {
  const std::uint32_t *word = __stack_limit;
  while (word < paintEnd && *word == kPaint)
    ++word;
  return static_cast<std::size_t>(paintEnd - word) * sizeof *word;
}

void measureNatively(void (*)()) {}

void timeLayers(void (*)()) {}

} // namespace platform

extern "C" [[noreturn]] void edgecc_exit(int status) {
  // "The application ended", with a status.
  const std::uint32_t block[] = {0x20026u, static_cast<std::uint32_t>(status)};
  call(ExitExtended, block);
  for (;;)
    __asm__ volatile("");
}

extern "C" [[noreturn]] void edgecc_fault() {
#if __ARM_ARCH >= 7
  platform::report("fault_status",
                   *reinterpret_cast<volatile std::uint32_t *>(0xE000ED28u));
#endif
  platform::reportError("the processor raised a fault");
  edgecc_exit(98);
}

int main() {
  const std::uint32_t block[] = {word(command), sizeof command};
  return call(GetCommandLine, block) == 0 ? runnerMain(command) : 2;
}
