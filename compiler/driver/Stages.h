//===- Stages.h - The stages of a compilation -------------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_DRIVER_STAGES_H
#define EDGECC_DRIVER_STAGES_H

#include "Session.h"

namespace edgecc::driver {

/// Everything from the model's file to the output folder (Compile.cpp).
llvm::Error compile(Session &session);

} // namespace edgecc::driver

#endif // EDGECC_DRIVER_STAGES_H
