//===- runner.cpp - Runs any generated model on samples from a file -------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Compiled with -DEDGECC_MODEL=name -DEDGECC_MODEL_HEADER="name.h". It tests
// what the contract of generated code says and a plain caller would not notice:
// the arena is filled with a pattern before each run, so that a read of memory
// that was never written shows; everything the model may write is fenced with
// guard bytes; and the tensors are aligned for their element type and no more.
//
//===----------------------------------------------------------------------===//

#include "platform.h"

#include EDGECC_MODEL_HEADER

#include <cstring>

#define EDGECC_PASTE2(a, b) a##b
#define EDGECC_PASTE(a, b) EDGECC_PASTE2(a, b)
#define EDGECC_ENTRY(suffix) EDGECC_PASTE(EDGECC_MODEL, suffix)

#include "layer_marks.h"

namespace model = EDGECC_MODEL;

// What layer_marks.h calls at each layer.
#if defined(__aarch64__)
#define EDGECC_RETURN "ret"
#elif defined(__thumb__)
#define EDGECC_RETURN "bx lr\n\tnop"
#elif defined(__arm__)
#define EDGECC_RETURN "bx lr"
#else
#define EDGECC_RETURN "ret\n\t.balign 4"
#endif
#if defined(__thumb__)
#define EDGECC_FUNCTION ".thumb_func\n"
#else
#define EDGECC_FUNCTION
#endif
__asm__(".text\n"
        ".balign 4\n"
        ".globl edgecc_mark_layer\n" EDGECC_FUNCTION "edgecc_mark_layer:\n"
        ".rept 4096\n\t" EDGECC_RETURN "\n"
        ".endr");

namespace {

constexpr unsigned char kGuardByte = 0xC3, kArenaPoison = 0xA5;
constexpr std::size_t kGuardBytes = 64;
constexpr std::size_t kInputCount =
    sizeof(model::kInputs) / sizeof(model::TensorInfo);
constexpr std::size_t kOutputCount =
    sizeof(model::kOutputs) / sizeof(model::TensorInfo);

constexpr std::size_t roundUp(std::size_t bytes) {
  return (bytes + kGuardBytes - 1) / kGuardBytes * kGuardBytes;
}

/// Each tensor takes one unit of slack for its alignment offset, and is
/// followed by a guard.
template <std::size_t N>
constexpr std::size_t spaceFor(const model::TensorInfo (&tensors)[N]) {
  std::size_t bytes = kGuardBytes;
  for (const model::TensorInfo &tensor : tensors)
    bytes += roundUp(tensor.bytes) + 2 * kGuardBytes;
  return bytes;
}

template <std::size_t N>
constexpr std::size_t bytesOf(const model::TensorInfo (&tensors)[N]) {
  std::size_t bytes = 0;
  for (const model::TensorInfo &tensor : tensors)
    bytes += tensor.bytes;
  return bytes;
}

std::size_t elementBytes(const model::TensorInfo &tensor) {
  std::size_t elements = 1;
  for (std::int32_t i = 0; i < tensor.rank; ++i)
    elements *= static_cast<std::size_t>(tensor.dims[i]);
  return elements ? tensor.bytes / elements : 1;
}

struct GuardedContext {
  alignas(64) unsigned char before[kGuardBytes];
  model::Context context;
  unsigned char after[kGuardBytes];
};

EDGECC_BUFFER unsigned char guardedStorage[sizeof(GuardedContext)];
EDGECC_BUFFER unsigned char inputSpace[spaceFor(model::kInputs)];
EDGECC_BUFFER unsigned char outputSpace[spaceFor(model::kOutputs)];
void *inputs[kInputCount];
void *outputs[kOutputCount];

/// The storage is not initialised by the start-up code of bare metal; the
/// context is a plain struct, which needs no constructor.
GuardedContext &guarded() {
  return *reinterpret_cast<GuardedContext *>(guardedStorage);
}

void place(const model::TensorInfo *tensors, std::size_t count,
           unsigned char *space, bool aligned, void **pointers) {
  for (std::size_t i = 0; i < count; ++i) {
    space += kGuardBytes;
    pointers[i] = space + (aligned ? 0 : elementBytes(tensors[i]));
    space += kGuardBytes + roundUp(tensors[i].bytes);
  }
}

void poison(const model::TensorInfo *tensors, std::size_t count,
            unsigned char *space, std::size_t spaceBytes,
            void *const *pointers) {
  std::memset(space, kGuardByte, spaceBytes);
  for (std::size_t i = 0; i < count; ++i)
    std::memset(pointers[i], kArenaPoison, tensors[i].bytes);
}

bool isGuard(const unsigned char *begin, const unsigned char *end) {
  for (; begin < end; ++begin)
    if (*begin != kGuardByte)
      return false;
  return true;
}

bool guardsHold(const model::TensorInfo *tensors, std::size_t count,
                const unsigned char *space, std::size_t spaceBytes,
                void *const *pointers) {
  const unsigned char *previous = space;
  for (std::size_t i = 0; i < count; ++i) {
    const unsigned char *tensor =
        static_cast<const unsigned char *>(pointers[i]);
    if (!isGuard(previous, tensor))
      return false;
    previous = tensor + tensors[i].bytes;
  }
  return isGuard(previous, space + spaceBytes);
}

void prepareContext() {
  std::memset(guarded().before, kGuardByte, kGuardBytes);
  std::memset(guarded().after, kGuardByte, kGuardBytes);
  std::memset(&guarded().context, kArenaPoison, sizeof(model::Context));
  EDGECC_ENTRY(_reset)(&guarded().context);
}

bool checkGuards() {
  const GuardedContext &fenced = guarded();
  if (!isGuard(fenced.before, fenced.before + kGuardBytes) ||
      !isGuard(fenced.after, fenced.after + kGuardBytes)) {
    platform::reportError("the model wrote outside its Context");
    return false;
  }
  if (!guardsHold(model::kInputs, kInputCount, inputSpace, sizeof inputSpace,
                  inputs)) {
    platform::reportError("the model wrote outside its tensors, near an input");
    return false;
  }
  if (!guardsHold(model::kOutputs, kOutputCount, outputSpace,
                  sizeof outputSpace, outputs)) {
    platform::reportError(
        "the model wrote outside its tensors, near an output");
    return false;
  }
  return true;
}

void callModel() { EDGECC_ENTRY(_run)(&guarded().context, inputs, outputs); }

/// The labels are what the counting plugin looks for. One instruction at each
/// gives them a place; neither is counted.
__attribute__((noinline, noclone)) void callBetweenMarks() {
  __asm__ volatile(".globl edgecc_mark_begin\nedgecc_mark_begin: nop" ::
                       : "memory");
  EDGECC_ENTRY(_run)(&guarded().context, inputs, outputs);
  __asm__ volatile(".globl edgecc_mark_end\nedgecc_mark_end: nop" ::: "memory");
}

bool readInputs() {
  poison(model::kInputs, kInputCount, inputSpace, sizeof inputSpace, inputs);
  for (std::size_t i = 0; i < kInputCount; ++i)
    if (!platform::read(inputs[i], model::kInputs[i].bytes)) {
      platform::reportError("cannot read the input file");
      return false;
    }
  return true;
}

bool writeOutputs() {
  for (std::size_t i = 0; i < kOutputCount; ++i)
    if (!platform::write(outputs[i], model::kOutputs[i].bytes)) {
      platform::reportError("cannot write the output file");
      return false;
    }
  return true;
}

bool runSample(bool paint) {
  if (!readInputs())
    return false;
  poison(model::kOutputs, kOutputCount, outputSpace, sizeof outputSpace,
         outputs);
  std::memset(guarded().context.arena, kArenaPoison,
              sizeof guarded().context.arena);
  if (paint)
    platform::paintStack();
  callBetweenMarks();
  if (paint)
    platform::report("stack", platform::usedStack());
  return checkGuards() && writeOutputs();
}

/// A zero-sized input file is one sample of a model without inputs.
bool countSamples(std::size_t &samples) {
  constexpr std::size_t perSample = bytesOf(model::kInputs);
  const std::size_t bytes = platform::inputBytes();
  if (bytes % perSample != 0) {
    platform::report("sample_bytes", perSample);
    platform::reportError(
        "the samples do not have the size of the model's inputs");
    return false;
  }
  samples = bytes / perSample;
  return true;
}

} // namespace

int runnerMain(const char *command) {
  const char *folder = std::strchr(command, ':');
  if (!folder || !platform::openFiles(folder + 1)) {
    platform::reportError("cannot open input.bin and output.bin");
    return 1;
  }
  const bool count = command[0] == 'c', layers = command[0] == 'l';
  const bool time = command[0] == 't' || layers;
  // Measured as a caller would have it, tested at the least alignment.
  place(model::kInputs, kInputCount, inputSpace, count || time, inputs);
  place(model::kOutputs, kOutputCount, outputSpace, count || time, outputs);
  prepareContext();

  std::size_t samples = 0;
  if (!countSamples(samples))
    return 1;
  for (std::size_t i = 0; i < samples; ++i)
    if (!runSample(count || time))
      return 1;
  if (layers)
    platform::timeLayers(callModel);
  else if (time)
    platform::measureNatively(callModel);
  if (!platform::closeFiles()) {
    platform::reportError("cannot write the output file");
    return 1;
  }
  return 0;
}
