// Constants that are stored in a prefix code (Huffman's), decoded to memory.
//
//   table  words: 0 is the length of the shortest code (bits 0..3), the number
//          of bits that follow each code as they are (4..6), whether symbols
//          are halves of bytes, the lower first (7), and the number of rows
//          (8..); then, for each length from the shortest on, a row: the last
//          code of this length as the first bits of a word whose other bits
//          are ones, and what to add to a code to get the number of its symbol;
//          then the symbols, bytes
//   from   the bits, in words from the highest bit on
//   out    [Bytes]
//
// A code and what follows it are at most 16 bits.
#ifndef EDGECC_KERNELS_PREFIX_CODE_H
#define EDGECC_KERNELS_PREFIX_CODE_H

#include <cstdint>

#ifndef EDGECC_KERNELS_SHARED_FUNCTION_H
#include "shared_function.h"
#endif

namespace edgecc {
namespace kernels {
namespace {

/// A symbol, in the place of the upper bits of a byte, and in the byte above
/// that how long its code is together with the plain bits that follow.
inline unsigned makePrefix(unsigned symbol, unsigned length, unsigned plain) {
  return symbol << plain | (length + plain) << 8;
}

/// For the next seven bits, what code they begin with; 0 for longer codes.
inline void findPrefixes(const std::uint16_t *table,
                         std::uint16_t (&prefixes)[128]) {
  const std::uint16_t *row = table + 1;
  const auto *symbol =
      reinterpret_cast<const std::uint8_t *>(row + 2 * (table[0] >> 8));
  unsigned at = 0;
  for (unsigned length = table[0] & 15; length < 8 && at < 128; ++length) {
    for (const unsigned end = (row[0] >> 9) + 1u; at < end; ++symbol)
      for (unsigned last = at + (128u >> length); at < last; ++at)
        prefixes[at] = static_cast<std::uint16_t>(
            makePrefix(*symbol, length, (table[0] >> 4) & 7));
    row += 2;
  }
  for (; at < 128; ++at)
    prefixes[at] = 0;
}

/// The code that a window begins with, of any length.
[[maybe_unused]] EDGECC_SHARED unsigned findPrefix(const std::uint16_t *table,
                                                   std::uint32_t window) {
  const std::uint16_t *row = table + 1;
  const auto *symbols =
      reinterpret_cast<const std::uint8_t *>(row + 2 * (table[0] >> 8));
  unsigned length = table[0] & 15;
  for (window >>= 16; window > row[0]; row += 2)
    ++length;
  return makePrefix(symbols[((window >> (16 - length)) + row[1]) & 0xffff],
                    length, (table[0] >> 4) & 7);
}

/// What is found in a table once.
struct PrefixDecoder {
  const std::uint16_t *table;
  std::uint16_t prefixes[128];

  explicit PrefixDecoder(const std::uint16_t *from) : table(from) {
    findPrefixes(from, prefixes);
  }
};

/// Where bits are read: the first `count` of `window` are the next ones, then
/// those of `from`.
struct PrefixBits {
  const std::uint16_t *from;
  std::uint32_t window = 0;
  int count = 0;
};

/// The next bytes of those that are coded.
[[maybe_unused]] EDGECC_SHARED void decodeBytes(const PrefixDecoder &decoder,
                                                PrefixBits &bits,
                                                std::int8_t *out, int bytes) {
  const unsigned form = decoder.table[0];
  const unsigned mask = (1u << ((form >> 4) & 7)) - 1;
  const bool isHalf = (form & 128) != 0;
  const std::uint16_t *from = bits.from;
  std::uint32_t window = bits.window;
  int count = bits.count;
  unsigned byte = 0;
  for (int left = isHalf ? 2 * bytes : bytes; left > 0; --left) {
    if (count < 16) {
      window |= static_cast<std::uint32_t>(*from++) << (16 - count);
      count += 16;
      // More often not: keeps the branch one.
      __asm__ volatile("");
    }
    unsigned prefix = decoder.prefixes[window >> 25];
    if (prefix == 0)
      prefix = findPrefix(decoder.table, window);
    const unsigned length = prefix >> 8;
    const unsigned plain = (window >> (32 - length)) & mask;
    window <<= length;
    count -= static_cast<int>(length);
    if (isHalf) {
      byte = byte >> 4 | (prefix & 15) << 4;
      if (left % 2 == 0)
        continue;
    } else {
      byte = prefix | plain;
    }
    *out++ = static_cast<std::int8_t>(byte);
  }
  bits = {from, window, count};
}

[[maybe_unused]] EDGECC_SHARED void decode_prefix(const std::uint16_t *table,
                                                  const std::uint16_t *from,
                                                  std::int8_t *out, int bytes) {
  const PrefixDecoder decoder(table);
  PrefixBits bits = {from, 0, 0};
  decodeBytes(decoder, bits, out, bytes);
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_KERNELS_PREFIX_CODE_H
