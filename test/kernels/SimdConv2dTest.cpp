//===- SimdConv2dTest.cpp -------------------------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// The kernels of vectors against the portable ones, which Conv2dTest.cpp holds
// against loops over every tap: int8 bit for bit. Compiled for AVX2, AVX-512
// and, by run-arm.sh, NEON; exits with 77 on a processor without.
#include "add_operands.h"
#include "conv2d.h"
#include "conv2d_simd.h"
#include "data_movement.h"
#include "elementwise.h"
#include "fenced.h"
#include "reference.h"
#include "simd_types.h"
#include "tiles.h"
#include "vector_data.h"

using namespace edgecc::kernels;

namespace {

template <class C, int Pixels, int Blocks, bool Small> void testTiles() {
  using S8Bands = Bands<S8, C, Pixels>;
  testS8<S8, C, Pixels, Blocks, S8Bands::kFew, Small, false>();
  testS8<S8, C, Pixels, Blocks, S8Bands::kMany, !Small, true>();
  if constexpr (kTestsFloats) {
    testF32<F32, C, Pixels, Blocks, Bands<F32, C, Pixels>::kFew>();
    testPlanar<F32, C, Pixels, Blocks, Bands<F32, C, Pixels>::kFew>();
  }
}

template <class C> void testConv() {
  if constexpr (C::kGroups == 1) {
    constexpr int kWidth = C::Out::dim(2);
    testTiles<C, 4, 2, true>();
    // Two rows, if the image is narrow.
    testTiles<C, kWidth <= 4 ? 2 * kWidth : 5, 3, false>();
  }
}

#define EDGECC_CONV(Name, In, O, Win, Groups)                                  \
  using Conv##Name =                                                           \
      WindowCase<EDGECC_SHAPE_OF In, O, EDGECC_WINDOW_OF Win, Groups>;         \
  TEST(SimdConv2d, Name) { testConv<Conv##Name>(); }
// Widths and channels around those of vectors.
EDGECC_CONV(Blocks, (1, 3, 17, 32), 64, (3, 3, 1, 1, 1, 1, 1, 1, 1, 1), 1)
EDGECC_CONV(OddBlocks, (2, 3, 5, 19), 49, (1, 1, 1, 1, 1, 1, 0, 0, 0, 0), 1)
EDGECC_CONV(Rgb16, (1, 12, 22, 3), 16, (3, 3, 2, 2, 1, 1, 0, 0, 1, 1), 1)
EDGECC_CONV(Gray, (1, 16, 40, 1), 24, (5, 5, 1, 1, 1, 1, 2, 2, 2, 2), 1)
EDGECC_CONV(Narrow, (1, 7, 2, 16), 40, (3, 3, 1, 1, 1, 1, 1, 1, 1, 1), 1)
EDGECC_CONV(OnePixel, (1, 1, 1, 100), 150, (1, 1, 1, 1, 1, 1, 0, 0, 0, 0), 1)
#include "shapes.inc"

} // namespace

int main(int argc, char **argv) {
  ::testing::InitGoogleTest(&argc, argv);
  return hasInstructions() ? RUN_ALL_TESTS() : 77;
}
