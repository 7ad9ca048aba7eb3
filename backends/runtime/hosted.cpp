//===- hosted.cpp - The runner's platform on Linux ------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "platform.h"

#include <cstdio>
#include <cstring>
#include <ctime>
#include <linux/perf_event.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

constexpr std::size_t kPaintedBytes = 1 << 20;
constexpr unsigned char kPaint = 0x5C;

std::FILE *input, *output;
std::uintptr_t paintedBegin;

std::FILE *openIn(const char *folder, const char *name, const char *mode) {
  char path[4096];
  int length = std::snprintf(path, sizeof path, "%s/%s", folder, name);
  if (length < 0 || static_cast<std::size_t>(length) >= sizeof path)
    return nullptr;
  return std::fopen(path, mode);
}

/// Counts the user-mode instructions of this thread; -1 where the kernel or a
/// virtual machine does not let us.
int openInstructionCounter() {
  perf_event_attr attributes;
  std::memset(&attributes, 0, sizeof attributes);
  attributes.size = sizeof attributes;
  attributes.type = PERF_TYPE_HARDWARE;
  attributes.config = PERF_COUNT_HW_INSTRUCTIONS;
  attributes.disabled = 1;
  attributes.exclude_kernel = 1;
  attributes.exclude_hv = 1;
  return static_cast<int>(
      syscall(SYS_perf_event_open, &attributes, 0, -1, -1, 0));
}

void reportInstructions(void (*call)()) {
  int counter = openInstructionCounter();
  if (counter < 0)
    return;
  call(); // warm up: the page faults of a first call are not its own cost
  ioctl(counter, PERF_EVENT_IOC_RESET, 0);
  ioctl(counter, PERF_EVENT_IOC_ENABLE, 0);
  call();
  ioctl(counter, PERF_EVENT_IOC_DISABLE, 0);
  std::uint64_t count = 0;
  if (read(counter, &count, sizeof count) == sizeof count && count > 0)
    platform::report("perf_instructions", count);
  close(counter);
}

std::uint64_t nanoseconds() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1000000000u +
         static_cast<std::uint64_t>(now.tv_nsec);
}

/// The minimum of many runs is what the code costs when nothing disturbs it.
/// Short calls are repeated inside one reading of the clock.
void reportTime(void (*call)()) {
  constexpr std::uint64_t budget = 300000000u, reading = 1000000u;
  std::uint64_t begin = nanoseconds();
  call();
  std::uint64_t once = nanoseconds() - begin + 1;
  std::uint64_t repeats = once < reading ? reading / once : 1;
  std::uint64_t best = once * repeats, start = nanoseconds();
  do {
    begin = nanoseconds();
    for (std::uint64_t i = 0; i < repeats; ++i)
      call();
    std::uint64_t taken = nanoseconds() - begin;
    best = taken < best ? taken : best;
  } while (nanoseconds() - start < budget);
  platform::report("picoseconds", best * 1000u / repeats);
}

} // namespace

//===----------------------------------------------------------------------===//
// Layers
//===----------------------------------------------------------------------===//

namespace {

constexpr int kMostLayers = 4096;

/// Nanoseconds of each layer in one run, and the least of all runs. What comes
/// before the first layer belongs to none.
struct LayerClock {
  std::uint64_t spent[kMostLayers], least[kMostLayers];
  bool seen[kMostLayers];
  int current = -1;
  std::uint64_t since = 0;

  void change(int next) {
    const std::uint64_t now = nanoseconds();
    if (current >= 0)
      spent[current] += now - since;
    if (next >= 0)
      seen[next] = true;
    current = next;
    since = nanoseconds();
  }

  void finishRun() {
    change(-1);
    for (int i = 0; i < kMostLayers; ++i) {
      if (seen[i] && (least[i] == 0 || spent[i] < least[i]))
        least[i] = spent[i];
      spent[i] = 0;
    }
  }
};

LayerClock layerClock;

} // namespace

extern "C" void edgecc_clock_layer(int index) {
  if (index >= 0 && index < kMostLayers)
    layerClock.change(index);
}

namespace platform {

void timeLayers(void (*call)()) {
  constexpr std::uint64_t kBudget = 400000000u;
  constexpr int kFewest = 20;
  const std::uint64_t start = nanoseconds();
  for (int i = 0; i < kFewest || nanoseconds() - start < kBudget; ++i) {
    call();
    layerClock.finishRun();
  }
  for (int i = 0; i < kMostLayers; ++i)
    if (layerClock.seen[i]) {
      char key[32];
      std::snprintf(key, sizeof key, "layer%d", i);
      report(key, layerClock.least[i] * 1000u);
    }
}

bool openFiles(const char *folder) {
  input = openIn(folder, "input.bin", "rb");
  output = openIn(folder, "output.bin", "wb");
  return input && output;
}

std::size_t inputBytes() {
  if (std::fseek(input, 0, SEEK_END) != 0)
    return 0;
  long size = std::ftell(input);
  std::rewind(input);
  return size < 0 ? 0 : static_cast<std::size_t>(size);
}

bool read(void *data, std::size_t bytes) {
  return std::fread(data, 1, bytes, input) == bytes;
}

bool write(const void *data, std::size_t bytes) {
  return std::fwrite(data, 1, bytes, output) == bytes;
}

bool closeFiles() {
  std::fclose(input);
  return std::fclose(output) == 0;
}

void report(const char *key, std::uint64_t value) {
  std::fprintf(stderr, "[edgecc] %s=%llu\n", key,
               static_cast<unsigned long long>(value));
}

void reportError(const char *text) {
  std::fprintf(stderr, "[edgecc] error=%s\n", text);
}

/// The frame of this function lies where the callee's frame will be.
__attribute__((noinline)) void paintStack() {
  volatile unsigned char area[kPaintedBytes];
  for (volatile unsigned char &byte : area)
    byte = kPaint;
  paintedBegin = reinterpret_cast<std::uintptr_t>(&area[0]);
}

std::size_t usedStack() {
  volatile unsigned char *area =
      reinterpret_cast<volatile unsigned char *>(paintedBegin);
  std::size_t untouched = 0;
  while (untouched < kPaintedBytes && area[untouched] == kPaint)
    ++untouched;
  return kPaintedBytes - untouched;
}

void measureNatively(void (*call)()) {
  reportInstructions(call);
  reportTime(call);
}

} // namespace platform

int main(int argc, char **argv) { return argc == 2 ? runnerMain(argv[1]) : 2; }
