// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The device of a split network: runs its part and writes the message for the
// next tier. Built by build.sh, for this machine or for a Cortex-M7 under QEMU,
// with edgecc's runtime, which gives it input.bin (the inputs, sample after
// sample) and output.bin (a message for each) in a folder. With WHOLE in place
// of LINK the model is a whole one, and its outputs are written as they are.
#include "platform.h"

#include MODEL_HEADER
#ifndef WHOLE
#include WIRE_HEADER
#endif

#include <cstring>

#define PASTE2(a, b) a##b
#define PASTE(a, b) PASTE2(a, b)

namespace {

constexpr std::size_t kInputCount =
    sizeof MODEL::kInputs / sizeof(MODEL::TensorInfo);
constexpr std::size_t kOutputCount =
    sizeof MODEL::kOutputs / sizeof(MODEL::TensorInfo);

constexpr std::size_t roundUp(std::size_t bytes) {
  return (bytes + 15) / 16 * 16;
}

template <std::size_t N>
constexpr std::size_t sum(const MODEL::TensorInfo (&tensors)[N]) {
  std::size_t bytes = 0;
  for (const MODEL::TensorInfo &tensor : tensors)
    bytes += roundUp(tensor.bytes);
  return bytes;
}

EDGECC_BUFFER unsigned char inputBytes[sum(MODEL::kInputs)];
EDGECC_BUFFER unsigned char outputBytes[sum(MODEL::kOutputs)];
EDGECC_BUFFER unsigned char contextBytes[sizeof(MODEL::Context)];
void *inputs[kInputCount];
void *outputs[kOutputCount];

template <std::size_t N>
void place(const MODEL::TensorInfo (&tensors)[N], unsigned char *bytes,
           void **pointers) {
  for (std::size_t i = 0; i != N; ++i) {
    pointers[i] = bytes;
    bytes += roundUp(tensors[i].bytes);
  }
}

#ifdef WHOLE
bool writeResult(std::uint32_t) {
  for (std::size_t i = 0; i != kOutputCount; ++i)
    if (!platform::write(outputs[i], MODEL::kOutputs[i].bytes))
      return false;
  return true;
}
#else
EDGECC_BUFFER std::uint8_t message[LINK::kMessageBytes];

/// What crosses is an output of the part, or an input that is sent as it is.
const void *find(const char *name) {
  for (std::size_t i = 0; i != kOutputCount; ++i)
    if (std::strcmp(MODEL::kOutputs[i].name, name) == 0)
      return outputs[i];
  for (std::size_t i = 0; i != kInputCount; ++i)
    if (std::strcmp(MODEL::kInputs[i].name, name) == 0)
      return inputs[i];
  return nullptr;
}

bool writeResult(std::uint32_t sequence) {
  constexpr std::size_t count =
      sizeof LINK::kTensors / sizeof(edgecc_wire::Tensor);
  const void *tensors[count];
  for (std::size_t i = 0; i != count; ++i)
    if (!(tensors[i] = find(LINK::kTensors[i].name))) {
      platform::reportError("the part does not make what the message needs");
      return false;
    }
  LINK::pack(tensors, sequence, message);
  return platform::write(message, sizeof message);
}
#endif

bool runSample(std::uint32_t sequence) {
  for (std::size_t i = 0; i != kInputCount; ++i)
    if (!platform::read(inputs[i], MODEL::kInputs[i].bytes))
      return false;
  PASTE(MODEL, _run)(contextBytes, inputs, outputs);
  return writeResult(sequence);
}

} // namespace

int runnerMain(const char *command) {
  const char *folder = std::strchr(command, ':');
  if (!folder || !platform::openFiles(folder + 1))
    return 1;
  place(MODEL::kInputs, inputBytes, inputs);
  place(MODEL::kOutputs, outputBytes, outputs);
  std::size_t each = 0;
  for (const MODEL::TensorInfo &input : MODEL::kInputs)
    each += input.bytes;
  PASTE(MODEL, _reset)(contextBytes);
  const std::size_t samples = platform::inputBytes() / each;
  for (std::size_t sample = 0; sample != samples; ++sample)
    if (!runSample(static_cast<std::uint32_t>(sample)))
      return 1;
  return platform::closeFiles() ? 0 : 1;
}
