//===- hosted.cpp ---------------------------------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// The platform on an operating system.
#include <cstdio>

#include "platform.h"

void writeText(const char *text) { std::fputs(text, stdout); }
