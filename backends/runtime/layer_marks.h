//===- layer_marks.h - Marks at the layers of generated code ----*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Included before generated code (-include) when its layers are measured: the
// counting plugin sees the call.
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_RUNTIME_LAYER_MARKS_H
#define EDGECC_RUNTIME_LAYER_MARKS_H

extern "C" void edgecc_mark_layer(void);
#define EDGECC_LAYER(index) edgecc_mark_layer();

#endif // EDGECC_RUNTIME_LAYER_MARKS_H
