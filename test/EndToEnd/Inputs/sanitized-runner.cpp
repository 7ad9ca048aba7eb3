//===- sanitized-runner.cpp - Runs generated code under sanitizers --------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Compiled with -DMODEL=NAME -DHEADER="NAME.h". Every tensor is an allocation
// of exactly its size, so that AddressSanitizer sees an access beside it.
//
//===----------------------------------------------------------------------===//

#include HEADER

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <string_view>
#include <vector>

#define JOIN_(A, B) A##B
#define JOIN(A, B) JOIN_(A, B)

namespace {
using Buffer = std::unique_ptr<unsigned char[]>;

/// A sequence that is the same everywhere.
class Random {
public:
  std::uint32_t next() { return state = state * 1664525u + 1013904223u; }
  float symmetric() { return float(next() >> 8) / float(1 << 23) - 1.0f; }

private:
  std::uint32_t state = 7;
};

/// `kind` 0: values as calibration saw them; 1: huge ones; 2: some of them NaN
/// or infinite.
float makeFloat(Random &random, int kind) {
  float value = random.symmetric();
  if (kind == 1)
    return value * std::numeric_limits<float>::max();
  if (kind == 2 && random.next() >> 30 == 0)
    return value > 0.5f    ? std::numeric_limits<float>::infinity()
           : value < -0.5f ? -std::numeric_limits<float>::infinity()
                           : std::numeric_limits<float>::quiet_NaN();
  return value;
}

void fill(unsigned char *data, const MODEL::TensorInfo &info, Random &random,
          int kind) {
  if (std::string_view(info.type) == "float") {
    for (std::size_t i = 0; i != info.bytes / sizeof(float); ++i) {
      float value = makeFloat(random, kind);
      std::memcpy(data + i * sizeof(float), &value, sizeof(float));
    }
    return;
  }
  bool isByte = std::string_view(info.type) == "int8";
  for (std::size_t i = 0; i != info.bytes; ++i)
    data[i] = isByte ? static_cast<unsigned char>(random.next() >> 24) : 0;
}

template <std::size_t N>
std::vector<Buffer> allocate(const MODEL::TensorInfo (&infos)[N]) {
  std::vector<Buffer> buffers;
  for (const MODEL::TensorInfo &info : infos)
    buffers.emplace_back(new unsigned char[info.bytes]);
  return buffers;
}
} // namespace

int main() {
  auto context = std::make_unique<MODEL::Context>();
  std::vector<Buffer> inputs = allocate(MODEL::kInputs);
  std::vector<Buffer> outputs = allocate(MODEL::kOutputs);
  std::vector<const void *> in;
  std::vector<void *> out;
  for (Buffer &buffer : inputs)
    in.push_back(buffer.get());
  for (Buffer &buffer : outputs)
    out.push_back(buffer.get());
  Random random;
  for (int kind = 0; kind != 3; ++kind) {
    for (std::size_t i = 0; i != inputs.size(); ++i)
      fill(inputs[i].get(), MODEL::kInputs[i], random, kind);
    JOIN(MODEL, _reset)(context.get());
    JOIN(MODEL, _run)(context.get(), in.data(), out.data());
  }
}
