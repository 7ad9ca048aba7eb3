//===- runner.cpp - Runs many generated networks in one program -----------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Linked with the code of a batch of cases. cases.inc, which
// tools/dev/node-suite.py writes, holds a line CASE(name, inputs, outputs) per
// case, with the sizes of its tensors in bytes. Reads INPUTS/NAME.in, all
// inputs one after another, and writes OUTPUTS/NAME.out. Each case runs in a
// process of its own, so that a crash costs one case.
//
//===----------------------------------------------------------------------===//

#include <cstdio>
#include <cstdlib>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#define SIZES(...) __VA_ARGS__
#define CASE(name, inputs, outputs)                                            \
  extern "C" size_t name##_context_bytes(void);                                \
  extern "C" void name##_reset(void *);                                        \
  extern "C" void name##_run(void *, const void *const *, void *const *);
#include "cases.inc"
#undef CASE

namespace {

struct Case {
  const char *name;
  size_t (*contextBytes)(void);
  void (*reset)(void *);
  void (*run)(void *, const void *const *, void *const *);
  std::vector<size_t> inputs, outputs;
};

const std::vector<Case> kCases = {
#define CASE(name, inputs, outputs)                                            \
  {#name, name##_context_bytes, name##_reset, name##_run, {inputs}, {outputs}},
#include "cases.inc"
#undef CASE
};

void *allocate(size_t bytes) {
  return std::aligned_alloc(64, (bytes + 64) / 64 * 64);
}

bool runCase(const Case &test, const std::string &input,
             const std::string &output) {
  std::vector<void *> inputs, outputs;
  std::FILE *in = std::fopen(input.c_str(), "rb");
  std::FILE *out = std::fopen(output.c_str(), "wb");
  if (!in || !out)
    return false;
  for (size_t bytes : test.inputs) {
    inputs.push_back(allocate(bytes));
    if (std::fread(inputs.back(), 1, bytes, in) != bytes)
      return false;
  }
  for (size_t bytes : test.outputs)
    outputs.push_back(allocate(bytes));
  void *context = allocate(test.contextBytes());
  test.reset(context);
  test.run(context, inputs.data(), outputs.data());
  for (size_t i = 0; i != outputs.size(); ++i)
    std::fwrite(outputs[i], 1, test.outputs[i], out);
  std::fclose(in);
  return std::fclose(out) == 0;
}

} // namespace

int main(int argc, char **argv) {
  if (argc != 3)
    return 1;
  for (const Case &test : kCases) {
    std::fflush(stdout);
    pid_t child = fork();
    if (child == 0)
      _exit(runCase(test, std::string(argv[1]) + "/" + test.name + ".in",
                    std::string(argv[2]) + "/" + test.name + ".out")
                ? 0
                : 1);
    int status = -1;
    waitpid(child, &status, 0);
    if (status != 0)
      std::printf("%s failed with status %d\n", test.name, status);
  }
  return 0;
}
