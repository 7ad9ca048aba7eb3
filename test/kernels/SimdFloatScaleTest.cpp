//===- SimdFloatScaleTest.cpp ---------------------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// Layers of int8 that scale sums by floats, bit for bit as the portable kernels
// do it by integers. Only AVX-512 has such kernels.
#include "cases.h"
#include "simd_types.h"
#include "tiles.h"

#if defined(__AVX512VNNI__)

using namespace edgecc::kernels;

namespace {

template <class C> void testTiles() {
  using Few = Bands<S8VnniFloats, C, 5>;
  testS8<S8VnniFloats, C, 5, 2, Few::kFew, true, false>();
  testS8<S8VnniFloats, C, 5, 2, Few::kMany, true, true>();
}

template <class C> void testDepthwise() { testDepthS8<S8VnniFloats, C, 2>(); }

#define EDGECC_SCALED(Name, Test, In, O, Win)                                  \
  TEST(SimdFloatScale, Name) {                                                 \
    Test<WindowCase<EDGECC_SHAPE_OF In, O, EDGECC_WINDOW_OF Win>>();           \
  }
EDGECC_SCALED(Rgb, testTiles, (1, 9, 13, 3), 12, (3, 3, 2, 2, 1, 1, 0, 0, 1, 1))
EDGECC_SCALED(Deep, testTiles, (2, 5, 7, 20), 40,
              (3, 3, 1, 1, 1, 1, 1, 1, 1, 1))
EDGECC_SCALED(Point, testTiles, (1, 6, 9, 64), 64,
              (1, 1, 1, 1, 1, 1, 0, 0, 0, 0))
EDGECC_SCALED(Depth, testDepthwise, (1, 7, 9, 48), 48,
              (3, 3, 1, 1, 1, 1, 1, 1, 1, 1))
EDGECC_SCALED(DepthFew, testDepthwise, (1, 6, 10, 5), 5,
              (3, 3, 1, 1, 1, 1, 1, 1, 1, 1))
EDGECC_SCALED(DepthStrides, testDepthwise, (2, 8, 11, 19), 19,
              (3, 3, 2, 2, 1, 1, 1, 1, 1, 1))

} // namespace

#endif // __AVX512VNNI__
