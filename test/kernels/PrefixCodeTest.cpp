//===- PrefixCodeTest.cpp ------------------------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// conv2d_w4.h and fully_connected_w4.h against the kernels for whole bytes.

// prefix_code.h and gather_prefix.h on codes written by hand; test/unit has
// those that the compiler finds.
#include "gather_prefix.h"
#include "prefix_code.h"

#include "fenced.h"

#include "gtest/gtest.h"

using namespace edgecc::kernels;

namespace {

std::vector<std::int8_t> decode(const std::vector<std::uint16_t> &table,
                                const std::vector<std::uint16_t> &bits,
                                int bytes) {
  const Fenced<std::uint16_t> fencedTable(table), fencedBits(bits);
  Fenced<std::int8_t> out(bytes);
  decode_prefix(fencedTable.data(), fencedBits.data(), out.data(), bytes);
  return out.copy();
}

/// 0 is symbol 7, 10 is 1, 110 is 15; 1110 and 1111 are 2 and 3.
const std::vector<std::uint16_t> kRows = {0x7fff, 0,      0xbfff, 0xffff,
                                          0xdfff, 0xfffc, 0xffff, 0xfff5};
std::vector<std::uint16_t> makeTable(unsigned plain, bool isHalf) {
  std::vector<std::uint16_t> table = {static_cast<std::uint16_t>(
      1 | plain << 4 | (isHalf ? 128u : 0u) | 4u << 8)};
  table.insert(table.end(), kRows.begin(), kRows.end());
  for (const int symbols : {0x0107, 0x020f, 0x0003})
    table.push_back(static_cast<std::uint16_t>(symbols));
  return table;
}

TEST(PrefixCode, WholeBytes) {
  // 0, 10, 110, 1110, 1111, 0, 0
  EXPECT_EQ(decode(makeTable(0, false), {0b0101101110111100, 0}, 7),
            (std::vector<std::int8_t>{7, 1, 15, 2, 3, 7, 7}));
}

TEST(PrefixCode, UpperBits) {
  // 0 1010, 110 0001, 1110 1111, across the end of a word
  EXPECT_EQ(decode(makeTable(4, false), {0b0101011000011110, 0xf000, 0}, 3),
            (std::vector<std::int8_t>{0x7a, -15, 0x2f}));
}

TEST(PrefixCode, Halves) {
  // The lower half comes first: 0 10, 110 1111
  EXPECT_EQ(decode(makeTable(0, true), {0b0101101111000000, 0}, 2),
            (std::vector<std::int8_t>{0x17, 0x3f}));
}

/// Rows of an int16 each, two of which begin together: 0x0107, 0x0f01 in a word
/// of 7 bits; 0x0203, 0x0707; 0x0f0f.
TEST(PrefixCode, RowsOfTables) {
  const Fenced<std::uint16_t> table(makeTable(0, false));
  const Fenced<std::uint16_t> bits(std::vector<std::uint16_t>{
      0b0101011000000000, 0b1111111000000000, 0b1101100000000000, 0});
  const Fenced<std::uint16_t> starts(std::vector<std::uint16_t>{0, 1, 2});
  const std::int64_t indices[] = {4, 1, 0, -2, 2, 3, 1, 99, -99};
  std::int16_t out[9];
  gather_prefix<Shape<5, 1>, Shape<3, 3>, 2>(table.data(), bits.data(),
                                             starts.data(), indices, out);
  const std::int16_t want[] = {0x0f0f, 0x0f01, 0x0107, 0x0707, 0x0203,
                               0x0707, 0x0f01, 0x0f0f, 0x0107};
  EXPECT_TRUE(std::equal(out, out + 9, want));
}

} // namespace
