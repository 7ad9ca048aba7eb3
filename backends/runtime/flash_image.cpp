//===- flash_image.cpp - The least program that runs a model --------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Never run: it is linked, to read from it how much flash a model takes in a
// product, together with start-up code and what it uses of the libraries.
//
//===----------------------------------------------------------------------===//

#include "platform.h"

#include EDGECC_MODEL_HEADER

#define EDGECC_PASTE2(a, b) a##b
#define EDGECC_PASTE(a, b) EDGECC_PASTE2(a, b)
#define EDGECC_ENTRY(suffix) EDGECC_PASTE(EDGECC_MODEL, suffix)

namespace {
EDGECC_BUFFER unsigned char context[sizeof(EDGECC_MODEL::Context)];
const void
    *inputs[sizeof(EDGECC_MODEL::kInputs) / sizeof(EDGECC_MODEL::TensorInfo)];
void
    *outputs[sizeof(EDGECC_MODEL::kOutputs) / sizeof(EDGECC_MODEL::TensorInfo)];
} // namespace

int main() {
  EDGECC_ENTRY(_reset)(context);
  EDGECC_ENTRY(_run)(context, inputs, outputs);
}
