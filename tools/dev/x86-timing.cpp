// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A generated model as a shared library that times itself: x86-benchmark.py
// compiles this with SOURCE (the model's NET.cpp), NET and NET_RUN defined.
#include <chrono>
#include <cstdlib>

#include SOURCE

static NET::Context context;

/// The least microseconds of an inference that `seconds` of them show.
extern "C" double minimum_us(double seconds, const void *const *inputs,
                             void *const *outputs) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + std::chrono::duration<double>(seconds);
  double best = 1e12;
  for (auto start = Clock::now(); start < end;) {
    NET_RUN(&context, inputs, outputs);
    const auto stop = Clock::now();
    const std::chrono::duration<double, std::micro> took = stop - start;
    best = took.count() < best ? took.count() : best;
    start = stop;
  }
  return best;
}

extern "C" int describe(int output, int index, const char **type) {
  const NET::TensorInfo *all = output ? NET::kOutputs : NET::kInputs;
  const int count =
      static_cast<int>(output ? sizeof(NET::kOutputs) / sizeof(*NET::kOutputs)
                              : sizeof(NET::kInputs) / sizeof(*NET::kInputs));
  if (index >= count)
    return -1;
  *type = all[index].type;
  return static_cast<int>(all[index].bytes);
}
