//===- WireTest.cpp - Messages of a split network -------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "templates/wire.h"

#include <gtest/gtest.h>

#include <vector>

using namespace edgecc_wire;

static constexpr Tensor kTensors[] = {
    {"a", "float", Encoding::Raw, 3, 4, 0, 0},
    {"b", "float", Encoding::UInt8, 5, 4, 0.5f, 128},
    {"c", "float", Encoding::UInt4, 5, 4, 1.0f, 3},
    {"d", "int64", Encoding::Raw, 1, 8, 0, 0}};

namespace {
struct Wire : testing::Test {
  std::vector<float> a{1.5f, -2.25f, 1e30f};
  std::vector<float> b{0, 1.1f, -3.9f, 1000, -1000};
  std::vector<float> c{-3, 0.4f, 2, 12, 100};
  std::int64_t d = -5;
  std::vector<float> a2 = std::vector<float>(3), b2 = std::vector<float>(5),
                     c2 = std::vector<float>(5);
  std::int64_t d2 = 0;
  std::uint8_t message[message_bytes(kTensors)] = {};

  void SetUp() override {
    const void *values[] = {a.data(), b.data(), c.data(), &d};
    pack(kTensors, 77, 1, 9, values, message);
  }
  Status read(std::uint32_t model = 77, std::uint16_t link = 1,
              std::size_t bytes = sizeof(message)) {
    void *values[] = {a2.data(), b2.data(), c2.data(), &d2};
    return unpack(kTensors, model, link, message, bytes, values, &sequence);
  }
  std::uint32_t sequence = 0;
};
} // namespace

TEST_F(Wire, RoundTrip) {
  EXPECT_EQ(sizeof(message), 24u + 12 + 5 + 3 + 8);
  ASSERT_EQ(read(), Status::Ok);
  EXPECT_EQ(sequence, 9u);
  EXPECT_EQ(a2, a);
  EXPECT_EQ(d2, -5);
  EXPECT_EQ(b2, (std::vector<float>{0, 1, -4, 63.5f, -64}));
  EXPECT_EQ(c2, (std::vector<float>{-3, 0, 2, 12, 12}));
}

TEST_F(Wire, EveryFlippedBitIsNoticed) {
  for (std::size_t bit = 0; bit != 8 * sizeof(message); ++bit) {
    message[bit / 8] ^= std::uint8_t(1u << bit % 8);
    EXPECT_NE(read(), Status::Ok) << bit;
    message[bit / 8] ^= std::uint8_t(1u << bit % 8);
  }
  EXPECT_EQ(a2[0], 0.0f);
  EXPECT_EQ(read(), Status::Ok);
}

TEST_F(Wire, WhatIsFromElsewhereIsRefused) {
  EXPECT_EQ(read(78), Status::WrongModel);
  EXPECT_EQ(read(77, 0), Status::WrongLink);
  EXPECT_EQ(read(77, 1, sizeof(message) - 1), Status::WrongSize);
  EXPECT_EQ(read(77, 1, 10), Status::WrongSize);
  message[4] = 2;
  EXPECT_EQ(read(), Status::WrongVersion);
  message[0] = 'X';
  EXPECT_EQ(read(), Status::WrongMagic);
}
