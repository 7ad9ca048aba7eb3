//===- platform.h -----------------------------------------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// What hash.cpp needs from its surroundings.
#ifndef EDGECC_TEST_KERNELS_QEMU_PLATFORM_H
#define EDGECC_TEST_KERNELS_QEMU_PLATFORM_H

extern "C" void writeText(const char *text);

#endif // EDGECC_TEST_KERNELS_QEMU_PLATFORM_H
