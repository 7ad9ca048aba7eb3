//===- layer_clock.h - The clock at the layers of generated code ----------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Included before generated code (-include) where this machine runs it and the
// time of its layers is measured: see layer_marks.h for where QEMU counts.
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_RUNTIME_LAYER_CLOCK_H
#define EDGECC_RUNTIME_LAYER_CLOCK_H

/// Ends the time of one layer and begins that of another (hosted.cpp).
extern "C" void edgecc_clock_layer(int index);
#define EDGECC_LAYER(index) edgecc_clock_layer(index);

#endif // EDGECC_RUNTIME_LAYER_CLOCK_H
