//===- Names.h - Names that are not known -----------------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_TARGET_NAMES_H
#define EDGECC_TARGET_NAMES_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <string>

namespace edgecc {

/// The error that `name` is no `what` ("target"): with the nearest name, all
/// names, and what else to do.
llvm::Error unknownName(llvm::StringRef what, llvm::StringRef name,
                        llvm::ArrayRef<std::string> names,
                        llvm::StringRef wayOut);

} // namespace edgecc

#endif // EDGECC_TARGET_NAMES_H
