// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs a model of one input and one output through its C functions, with the
// context at all multiples of 16, in a block of exactly as many bytes.
#include "digits.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

static std::vector<float> runAt(std::size_t offset) {
  const std::size_t bytes = digits_context_bytes();
  void *block = nullptr;
  if (posix_memalign(&block, 64, offset + bytes) != 0)
    std::abort();
  void *context = static_cast<unsigned char *>(block) + offset;
  std::vector<float> input(digits::kInputs[0].bytes / sizeof(float));
  for (std::size_t i = 0; i < input.size(); ++i)
    input[i] = static_cast<float>(i % 17);
  std::vector<float> output(digits::kOutputs[0].bytes / sizeof(float));
  const void *inputs[] = {input.data()};
  void *outputs[] = {output.data()};
  digits_reset(context);
  digits_run(context, inputs, outputs);
  std::free(block);
  return output;
}

int main() {
  const std::vector<float> first = runAt(0);
  std::printf("same at 0");
  for (std::size_t offset : {16, 32, 48}) {
    if (runAt(offset) != first)
      std::printf(" but not");
    std::printf(", %d", static_cast<int>(offset));
  }
  std::printf("\n");
}
