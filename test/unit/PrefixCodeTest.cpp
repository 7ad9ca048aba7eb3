//===- PrefixCodeTest.cpp -------------------------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Backend/PrefixCode.h"

#include "kernels/prefix_code.h"

#include "gtest/gtest.h"

#include <cmath>
#include <numeric>
#include <random>

using namespace edgecc;

namespace {

using Bytes = std::vector<uint8_t>;

Bytes decode(const PrefixCode &code, const Bytes &bytes) {
  auto table = code.getTable(), bits = code.encode(bytes);
  EXPECT_EQ(table.size() + bits.size(), code.countWords());
  bits.push_back(0);
  Bytes decoded(bytes.size());
  kernels::decode_prefix(table.data(), bits.data(),
                         reinterpret_cast<int8_t *>(decoded.data()),
                         int(decoded.size()));
  return decoded;
}

/// Bytes like weights.
Bytes makeNormal(double deviation, size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal(0, deviation);
  Bytes bytes(count);
  for (uint8_t &byte : bytes)
    byte = uint8_t(int8_t(std::clamp(std::round(normal(random)), -127., 127.)));
  return bytes;
}

double getEntropy(const Bytes &bytes) {
  std::array<double, 256> counts{};
  for (uint8_t byte : bytes)
    ++counts[byte];
  double bits = 0;
  for (double count : counts)
    if (count > 0)
      bits -= count * std::log2(count / double(bytes.size()));
  return bits;
}

TEST(PrefixCode, GivesBackWhatWasCoded) {
  for (double deviation : {0.3, 2.0, 12.0, 35.0, 200.0})
    for (size_t count : {1, 2, 63, 64, 1000}) {
      Bytes bytes = makeNormal(deviation, count, unsigned(count));
      for (unsigned plain = 0; plain != 5; ++plain)
        EXPECT_EQ(decode(PrefixCode(bytes, {plain, false}), bytes), bytes);
      EXPECT_EQ(decode(PrefixCode(bytes, {0, true}), bytes), bytes);
    }
}

/// All symbols, as rare as the limit of lengths does not allow.
TEST(PrefixCode, LimitsLengths) {
  Bytes bytes;
  for (unsigned symbol = 0; symbol != 256; ++symbol)
    bytes.insert(bytes.end(), symbol < 18 ? size_t(1) << symbol : 1,
                 uint8_t(symbol));
  EXPECT_EQ(decode(PrefixCode(bytes, {0, false}), bytes), bytes);
}

TEST(PrefixCode, OneValue) {
  Bytes bytes(100, 0x42);
  EXPECT_EQ(decode(PrefixCode::findBest(bytes), bytes), bytes);
}

TEST(PrefixCode, IsNearTheEntropy) {
  Bytes bytes = makeNormal(30, 20000, 1);
  PrefixCode code = PrefixCode::findBest(bytes);
  EXPECT_GE(code.getForm().plainBits, 2u);
  EXPECT_LT(double(code.countWords()) * 16, getEntropy(bytes) * 1.015);
  EXPECT_EQ(decode(code, bytes), bytes);
}

TEST(PrefixCode, CodesHalvesWhereBytesAreTwoDigits) {
  Bytes low = makeNormal(2, 4000, 1), high = makeNormal(2, 4000, 2), bytes;
  for (size_t i = 0; i != low.size(); ++i)
    bytes.push_back(uint8_t((low[i] & 15) | high[i] << 4));
  PrefixCode code = PrefixCode::findBest(bytes);
  EXPECT_TRUE(code.getForm().isHalf);
  EXPECT_EQ(decode(code, bytes), bytes);
}

/// Against all assignments of lengths that make a code.
TEST(PrefixCode, LengthsAreTheBestOfAll) {
  std::mt19937 random(1);
  constexpr unsigned kLimit = 4, kSymbols = 5;
  for (int round = 0; round != 30; ++round) {
    llvm::SmallVector<uint64_t> frequencies;
    for (unsigned i = 0; i != kSymbols; ++i)
      frequencies.push_back(1 + (uint64_t(1) << random() % 8));
    auto getBits = [&](auto lengths) {
      return std::inner_product(frequencies.begin(), frequencies.end(),
                                lengths.begin(), uint64_t(0));
    };
    uint64_t best = UINT64_MAX;
    for (unsigned choice = 0; choice != 1 << (2 * kSymbols); ++choice) {
      llvm::SmallVector<unsigned> lengths;
      unsigned space = 0;
      for (unsigned i = 0; i != kSymbols; ++i) {
        lengths.push_back((choice >> (2 * i) & 3) + 1);
        space += 1u << (kLimit - lengths.back());
      }
      if (space <= 1u << kLimit)
        best = std::min(best, getBits(lengths));
    }
    EXPECT_EQ(getBits(findCodeLengths(frequencies, kLimit)), best);
  }
}

} // namespace
