// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs a network on one thread and on several, compares the bits and the time.
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
//
//   edgecc MODEL.onnx --target x86-avx2 --threads 4 --name net -o out
//   g++ -std=c++17 -O3 -march=x86-64-v3 -pthread -Iout main.cpp out/net.cpp
//   ./a.out 4 [RUNS]
#include "net.h"
#include "thread_pool.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace {

/// Tensors in memory of their own.
struct Tensors {
  template <std::size_t N> explicit Tensors(const net::TensorInfo (&infos)[N]) {
    for (const net::TensorInfo &info : infos)
      bytes.emplace_back((info.bytes + 7) / 8);
    for (std::vector<double> &tensor : bytes)
      pointers.push_back(tensor.data());
  }
  std::vector<std::vector<double>> bytes;
  std::vector<void *> pointers;
};

/// Made-up numbers, which are the same each time.
void fill(Tensors &tensors) {
  unsigned seed = 1;
  for (std::size_t i = 0; i < tensors.pointers.size(); ++i) {
    const net::TensorInfo &info = net::kInputs[i];
    const bool isFloat = info.type[0] == 'f';
    const std::size_t size = isFloat ? sizeof(float) : 1;
    for (std::size_t at = 0; at + size <= info.bytes; at += size) {
      seed = seed * 1664525u + 1013904223u;
      void *to = static_cast<char *>(tensors.pointers[i]) + at;
      if (isFloat)
        *static_cast<float *>(to) = static_cast<float>(seed >> 16) / 65536.0f;
      else
        *static_cast<unsigned char *>(to) =
            static_cast<unsigned char>(seed >> 24);
    }
  }
}

net::Context context;

/// Microseconds.
double run(const Tensors &in, const Tensors &out, ThreadPool *pool) {
  const auto begin = std::chrono::steady_clock::now();
  net_run_parallel(&context, in.pointers.data(), out.pointers.data(),
                   pool ? &ThreadPool::run : nullptr, pool);
  return std::chrono::duration<double, std::micro>(
             std::chrono::steady_clock::now() - begin)
      .count();
}

} // namespace

int main(int argc, char **argv) {
  const int threads = argc > 1 ? std::atoi(argv[1]) : 2;
  const int runs = argc > 2 ? std::atoi(argv[2]) : 200;
  ThreadPool pool(threads);
  Tensors in(net::kInputs), alone(net::kOutputs), together(net::kOutputs);
  fill(in);
  double least[2] = {1e30, 1e30};
  // In turn, so that whatever else the machine does is the same for both.
  for (int i = 0; i < runs; ++i) {
    net::reset(context);
    least[0] = std::min(least[0], run(in, alone, nullptr));
    net::reset(context);
    least[1] = std::min(least[1], run(in, together, &pool));
    if (alone.bytes != together.bytes) {
      std::puts("the results differ");
      return 1;
    }
  }
  std::printf("one thread %.1f us, %d threads %.1f us, the same bits\n",
              least[0], threads, least[1]);
}
