//===- layer_marks.h - Marks at the layers of generated code ----*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Included before generated code (-include) when its layers are measured: the
// counting plugin sees the call, and tells the layer by the address. Layers
// that are computed row by row come again and again.
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_RUNTIME_LAYER_MARKS_H
#define EDGECC_RUNTIME_LAYER_MARKS_H

/// 4,096 functions of 4 bytes that do nothing (runner.cpp).
extern "C" void edgecc_mark_layer(void);
#define EDGECC_LAYER(index)                                                    \
  reinterpret_cast<void (*)(void)>(                                            \
      reinterpret_cast<char *>(&edgecc_mark_layer) + 4 * (index))();

#endif // EDGECC_RUNTIME_LAYER_MARKS_H
