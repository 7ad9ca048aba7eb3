//===- edgecc.cpp - The compiler's command --------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Driver/Driver.h"

int main(int argc, char **argv) {
  return edgecc::driver::runDriver(argc, argv);
}
