// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs the digits network on an image of the caller's, and on the same image in
// the arena.
#include "digits.h"

#include <cstdio>
#include <cstring>

int main() {
  static digits::Context context;
  static std::int8_t image[1][1][8][8];
  for (int i = 0; i < 64; ++i)
    image[0][0][i / 8][i % 8] = static_cast<std::int8_t>(i * 37 % 128);
  std::int8_t outside[1][10], inside[1][10];
  digits::run(context, image, outside);
  std::memset(&context, 0x55, sizeof context);
  auto &place = digits::image_in(context);
  std::memcpy(place, image, sizeof image);
  digits::run(context, place, inside);
  std::puts(std::memcmp(outside, inside, sizeof outside) == 0 ? "same"
                                                              : "different");
}
