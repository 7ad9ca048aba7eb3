//===- UnitsTest.cpp - Sizes, times and energies --------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Driver/Units.h"

#include <gtest/gtest.h>

using namespace edgecc::driver;

/// The value, or -1 where the text was refused.
template <typename T> static double valueOr(llvm::Expected<T> value) {
  if (value)
    return double(*value);
  llvm::consumeError(value.takeError());
  return -1;
}

TEST(Units, Sizes) {
  EXPECT_EQ(valueOr(parseSize("1000")), 1000);
  EXPECT_EQ(valueOr(parseSize("64K")), 65536);
  EXPECT_EQ(valueOr(parseSize("1.5M")), 1572864);
  EXPECT_EQ(valueOr(parseSize("2KiB")), 2048);
  EXPECT_EQ(valueOr(parseSize("9007199254740993M")), -1);
  for (const char *text :
       {"", "K", "-1", "0", "64Q", "6 4", "nan", "inf", "0x10"})
    EXPECT_EQ(valueOr(parseSize(text)), -1) << text;
}

TEST(Units, Times) {
  EXPECT_DOUBLE_EQ(valueOr(parseTime("20ms")), 0.02);
  EXPECT_DOUBLE_EQ(valueOr(parseTime("250us")), 250e-6);
  EXPECT_DOUBLE_EQ(valueOr(parseTime("1.5s")), 1.5);
  for (const char *text : {"20", "20m", "ms", "-1ms"})
    EXPECT_EQ(valueOr(parseTime(text)), -1) << text;
}

TEST(Units, Energies) {
  EXPECT_DOUBLE_EQ(valueOr(parseEnergy("500uJ")), 500e-6);
  EXPECT_EQ(valueOr(parseEnergy("5W")), -1);
}
