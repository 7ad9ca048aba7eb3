//===- TextTemplate.h - Fills in text templates -----------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Generated files are templates with holes: `@{name}` is the value of a field.
// The lines between `@for list` and `@end` are repeated for every object of an
// array, whose fields come first; `@{separator}` is then a comma, or nothing at
// the last one.
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_BACKENDS_COMMON_TEXTTEMPLATE_H
#define EDGECC_BACKENDS_COMMON_TEXTTEMPLATE_H

#include "llvm/Support/Error.h"
#include "llvm/Support/JSON.h"

#include <string>

namespace edgecc {

/// Fills `text` with `fields`. Fails on a hole or a list without a value.
llvm::Expected<std::string> fillTemplate(llvm::StringRef text,
                                         const llvm::json::Object &fields);

} // namespace edgecc

#endif // EDGECC_BACKENDS_COMMON_TEXTTEMPLATE_H
