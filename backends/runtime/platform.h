//===- platform.h - What the runner needs from where it runs ----*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Two implementations: hosted.cpp (the C library) and semihosting.cpp (bare
// metal). The runner itself is the same everywhere.
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_RUNTIME_PLATFORM_H
#define EDGECC_RUNTIME_PLATFORM_H

#include <cstddef>
#include <cstdint>

/// Big buffers go to a section of their own, which the linker scripts put into
/// the board's largest memory.
#if defined(__linux__) || defined(__APPLE__)
#define EDGECC_BUFFER alignas(64)
#else
#define EDGECC_BUFFER                                                          \
  alignas(64) __attribute__((section(".bss.edgecc_buffers")))
#endif

namespace platform {

/// Opens input.bin for reading and output.bin for writing in `folder`.
bool openFiles(const char *folder);
std::size_t inputBytes();
bool read(void *data, std::size_t bytes);
bool write(const void *data, std::size_t bytes);
/// Makes what was written visible; false if that failed.
bool closeFiles();

/// Writes a line "[edgecc] key=value" or "[edgecc] error=text" for the tool.
void report(const char *key, std::uint64_t value);
void reportError(const char *text);

/// Fills the unused stack with a pattern, and finds how much of it has been
/// overwritten since: what calls made by the caller of both have used.
void paintStack();
std::size_t usedStack();

/// Measures `call` by the processor's counter, or by the clock, and reports
/// it. Does nothing where only QEMU can count.
void measureNatively(void (*call)());

/// Reports the picoseconds of each layer of `call`, which layer_clock.h tells
/// apart: the least of many runs.
void timeLayers(void (*call)());

} // namespace platform

/// The runner's entry. `command` is "run:FOLDER" to test, "count:FOLDER" for
/// the counting plugin and the stack, "time:FOLDER" to measure natively,
/// "layers:FOLDER" to do so layer by layer.
int runnerMain(const char *command);

#endif // EDGECC_RUNTIME_PLATFORM_H
