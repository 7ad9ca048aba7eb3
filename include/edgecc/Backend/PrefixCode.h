//===- PrefixCode.h - Constants with fewer bits, without loss ---*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Canonical Huffman codes of limited length, as the kernel prefix_code.h reads
// them. What is coded of a byte are its upper bits, before the others as they
// are: weights are so spread out that single values have nearly the same
// frequency as their neighbours, and a table of them all would take more than
// it saves. Bytes of two digits are coded as two symbols.
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_BACKEND_PREFIXCODE_H
#define EDGECC_BACKEND_PREFIXCODE_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"

#include <array>
#include <cstdint>

namespace edgecc {

/// A code for the bytes of a constant.
class PrefixCode {
public:
  static constexpr unsigned kMaxLength = 12;

  /// What is a symbol: a byte without its lowest `plainBits`, or half a byte.
  struct Form {
    unsigned plainBits = 0;
    bool isHalf = false;
  };

  /// The code with which `bytes`, of which there are some, take least.
  static PrefixCode findBest(llvm::ArrayRef<uint8_t> bytes);

  PrefixCode(llvm::ArrayRef<uint8_t> bytes, Form form);

  Form getForm() const { return form; }
  /// What the kernel finds symbols with.
  llvm::SmallVector<uint16_t> getTable() const;
  /// The bits of some bytes, whole words of them.
  llvm::SmallVector<uint16_t> encode(llvm::ArrayRef<uint8_t> bytes) const;
  /// The words of the table and of the bytes that the code was made for.
  size_t countWords() const;

private:
  std::array<uint8_t, 2> getSymbols(uint8_t byte) const;
  void assignCodes();

  Form form;
  std::array<uint64_t, 256> frequencies{};
  /// By symbol; of those that do not occur, zero.
  std::array<uint8_t, 256> lengths{};
  std::array<uint16_t, 256> codes{};
  /// Symbols in the order of their codes.
  llvm::SmallVector<uint8_t> order;
  unsigned shortest = 0, longest = 0;
};

/// Lengths of at most `limit` bits with which symbols of these frequencies take
/// least; zero for those that do not occur.
llvm::SmallVector<uint8_t> findCodeLengths(llvm::ArrayRef<uint64_t> frequencies,
                                           unsigned limit);

} // namespace edgecc

#endif // EDGECC_BACKEND_PREFIXCODE_H
