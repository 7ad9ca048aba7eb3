//===- Elf.h ----------------------------------------------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_EXECUTE_ELF_H
#define EDGECC_EXECUTE_ELF_H

#include "edgecc/Execute/Execute.h"

#include <utility>

namespace edgecc::execute {

/// Sums the sections that a programmer writes into flash. Weights are those
/// that the generated code marks with EDGECC_WEIGHTS.
llvm::Expected<Flash> readFlash(llvm::StringRef file);

/// Addresses and names of symbols in a linked program.
class SymbolTable {
public:
  static llvm::Expected<SymbolTable> read(llvm::StringRef file);

  std::optional<uint64_t> addressOf(llvm::StringRef name) const;
  /// The demangled name, without parameters, of the function at `address`.
  std::string functionAt(uint64_t address) const;

private:
  std::map<std::string, uint64_t> addresses;
  std::vector<std::pair<uint64_t, std::string>> functions; // by address
};

} // namespace edgecc::execute

#endif // EDGECC_EXECUTE_ELF_H
