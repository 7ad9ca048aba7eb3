// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How a program uses what edgecc wrote: digits.h and digits.cpp, nothing else.
//   g++ -std=c++17 -O2 -march=native -I OUT main.cpp OUT/digits.cpp
#include "digits.h"

#include <cstdio>

// The memory that the network works in is known before anything runs.
static_assert(digits::kArenaBytes <= 16 * 1024, "does not fit this device");

// A digit that the network was not trained on.
static const float image[1][1][8][8] = {{{{0, 0, 8, 15, 15, 2, 0, 0},
                                          {0, 2, 16, 13, 12, 10, 0, 0},
                                          {0, 3, 15, 1, 9, 11, 0, 0},
                                          {0, 0, 0, 1, 15, 8, 0, 0},
                                          {0, 0, 0, 10, 13, 1, 0, 0},
                                          {0, 0, 8, 16, 7, 0, 0, 0},
                                          {0, 6, 16, 16, 13, 7, 6, 1},
                                          {0, 0, 7, 5, 12, 16, 15, 2}}}};

int main() {
  static digits::Context context;
  float probabilities[1][10];
  digits::reset(context);
  digits::run(context, image, probabilities);

  int best = 0;
  for (int digit = 1; digit < 10; ++digit)
    if (probabilities[0][digit] > probabilities[0][best])
      best = digit;
  for (const auto &row : image[0][0]) {
    for (float pixel : row)
      std::printf("%c%c", " .:*#"[int(pixel) / 4], " .:*#"[int(pixel) / 4]);
    std::printf("\n");
  }
  std::printf("a %d, with probability %.2f\n", best,
              static_cast<double>(probabilities[0][best]));
}
