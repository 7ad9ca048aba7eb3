//===- PrefixCode.cpp - Constants with fewer bits, without loss -----------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Backend/PrefixCode.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

#include <optional>

using namespace edgecc;
using namespace llvm;

//===----------------------------------------------------------------------===//
// Lengths
//===----------------------------------------------------------------------===//

namespace {
/// Symbols that count together.
struct Package {
  uint64_t frequency;
  SmallVector<uint16_t, 8> symbols;
};
} // namespace

/// Package-merge (Larmore, Hirschberg: A fast algorithm for optimal
/// length-limited Huffman codes, 1990): a symbol's length is how often it is
/// among the cheapest packages.
SmallVector<uint8_t> edgecc::findCodeLengths(ArrayRef<uint64_t> frequencies,
                                             unsigned limit) {
  SmallVector<uint8_t> lengths(frequencies.size(), 0);
  std::vector<Package> symbols;
  for (auto [symbol, frequency] : enumerate(frequencies))
    if (frequency)
      symbols.push_back({frequency, {uint16_t(symbol)}});
  if (symbols.size() == 1)
    lengths[symbols[0].symbols[0]] = 1;
  if (symbols.size() < 2)
    return lengths;
  auto isRarer = [](const Package &a, const Package &b) {
    return a.frequency < b.frequency;
  };
  llvm::stable_sort(symbols, isRarer);
  std::vector<Package> merged = symbols;
  for (unsigned bit = 1; bit != limit; ++bit) {
    std::vector<Package> next = symbols;
    for (size_t i = 0; i + 1 < merged.size(); i += 2) {
      Package pair = merged[i];
      pair.frequency += merged[i + 1].frequency;
      pair.symbols.append(merged[i + 1].symbols);
      next.push_back(std::move(pair));
    }
    llvm::stable_sort(next, isRarer);
    merged = std::move(next);
  }
  for (const Package &package :
       ArrayRef(merged).take_front(2 * symbols.size() - 2))
    for (uint16_t symbol : package.symbols)
      ++lengths[symbol];
  return lengths;
}

//===----------------------------------------------------------------------===//
// Codes
//===----------------------------------------------------------------------===//

/// The first symbol of a byte, and the second if symbols are halves of bytes.
std::array<uint8_t, 2> PrefixCode::getSymbols(uint8_t byte) const {
  if (form.isHalf)
    return {uint8_t(byte & 15), uint8_t(byte >> 4)};
  return {uint8_t(byte >> form.plainBits), 0};
}

PrefixCode::PrefixCode(ArrayRef<uint8_t> bytes, Form form) : form(form) {
  for (uint8_t byte : bytes) {
    auto [first, second] = getSymbols(byte);
    ++frequencies[first];
    if (form.isHalf)
      ++frequencies[second];
  }
  llvm::copy(findCodeLengths(frequencies, kMaxLength), lengths.begin());
  assignCodes();
}

/// Codes ascend with their lengths, and of the same length with the symbols.
void PrefixCode::assignCodes() {
  for (unsigned symbol = 0; symbol != 256; ++symbol)
    if (lengths[symbol])
      order.push_back(uint8_t(symbol));
  llvm::stable_sort(
      order, [&](uint8_t a, uint8_t b) { return lengths[a] < lengths[b]; });
  shortest = lengths[order.front()];
  longest = lengths[order.back()];
  unsigned next = 0, length = shortest;
  for (uint8_t symbol : order) {
    next <<= lengths[symbol] - length;
    length = lengths[symbol];
    codes[symbol] = uint16_t(next++);
  }
}

PrefixCode PrefixCode::findBest(ArrayRef<uint8_t> bytes) {
  std::optional<PrefixCode> best;
  for (Form form : {Form{4, false}, Form{3, false}, Form{2, false},
                    Form{1, false}, Form{0, false}, Form{0, true}}) {
    PrefixCode code(bytes, form);
    // Shorter codes are decoded faster; that is worth a little.
    if (!best || code.countWords() + bytes.size() / 1024 < best->countWords())
      best = std::move(code);
  }
  return *best;
}

//===----------------------------------------------------------------------===//
// Words
//===----------------------------------------------------------------------===//

/// See prefix_code.h for what stands where.
SmallVector<uint16_t> PrefixCode::getTable() const {
  const unsigned rows = longest - shortest + 1;
  SmallVector<uint16_t> words = {uint16_t(
      shortest | form.plainBits << 4 | unsigned(form.isHalf) << 7 | rows << 8)};
  unsigned index = 0;
  for (unsigned length = shortest; length <= longest; ++length) {
    const unsigned first = index;
    while (index != order.size() && lengths[order[index]] == length)
      ++index;
    // Without codes of this length: what the row before says.
    unsigned last = first == index ? words[words.size() - 2] : 0;
    unsigned base = 0;
    if (first != index) {
      last = ((codes[order[index - 1]] + 1u) << (16 - length)) - 1;
      base = first - codes[order[first]];
    }
    words.push_back(length == longest ? 0xffff : uint16_t(last));
    words.push_back(uint16_t(base));
  }
  for (unsigned i = 0; i < order.size(); i += 2)
    words.push_back(
        uint16_t(order[i] | (i + 1 < order.size() ? order[i + 1] << 8 : 0)));
  return words;
}

SmallVector<uint16_t> PrefixCode::encode(ArrayRef<uint8_t> bytes) const {
  SmallVector<uint16_t> words;
  uint32_t window = 0;
  unsigned count = 0;
  auto put = [&](unsigned bits, unsigned length) {
    window = window << length | bits;
    count += length;
    if (count < 16)
      return;
    count -= 16;
    words.push_back(uint16_t(window >> count));
  };
  for (uint8_t byte : bytes) {
    auto [first, second] = getSymbols(byte);
    put(codes[first], lengths[first]);
    if (form.isHalf)
      put(codes[second], lengths[second]);
    else
      put(byte & ((1u << form.plainBits) - 1), form.plainBits);
  }
  if (count)
    put(0, 16 - count);
  return words;
}

size_t PrefixCode::countWords() const {
  uint64_t bits = 0;
  for (uint8_t symbol : order)
    bits += frequencies[symbol] * (lengths[symbol] + form.plainBits);
  return 1 + 2 * (longest - shortest + 1) + divideCeil(order.size(), 2) +
         divideCeil(bits, 16);
}
