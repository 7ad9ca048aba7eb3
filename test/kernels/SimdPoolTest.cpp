//===- SimdPoolTest.cpp
//----------------------------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// pool2d_simd.h against pool2d.h, which PoolTest.cpp holds against plain loops.
#include "fenced.h"
#include "pool2d_simd.h"
#include "reference.h"
#include "simd_types.h"

using namespace edgecc::kernels;

namespace {

template <class C, bool CountPad> void testAverages() {
  using In = typename C::In;
  using Out = typename C::Out;
  using Win = typename C::Win;
  Random random;
  const auto bytes = random.bytes(In::size);
  const auto multiplier = random.integers(C::kKernel, 1 << 24, 1 << 29);
  auto want = buffer<std::int8_t>(Out::size);
  avg_pool2d_s8<In, Out, Win, CountPad>(bytes.data(), multiplier.data(),
                                        want.data(), -20, 2, 9, -100, 120);
  const Fenced<std::int8_t> in(bytes), out(Out::size);
  avg_pool2d_s8_simd<S8Depth, In, Out, Win, CountPad>(
      in.data(), multiplier.data(), out.data(), -20, 2, 9, -100, 120);
  EXPECT_EQ(out.copy(), want);

  const auto reals = random.reals(In::size);
  auto wantReals = buffer<float>(Out::size);
  avg_pool2d_f32<In, Out, Win, CountPad>(reals.data(), wantReals.data(), -1.5f,
                                         1.0f);
  const Fenced<float> inReals(reals), outReals(Out::size);
  avg_pool2d_f32_simd<F32, In, Out, Win, CountPad>(
      inReals.data(), outReals.data(), -1.5f, 1.0f);
  for (int i = 0; i < Out::size; ++i)
    expectClose(at(outReals.copy(), i), static_cast<double>(at(wantReals, i)),
                1.0, i);
}

template <class C> void testPool() {
  using In = typename C::In;
  using Out = typename C::Out;
  using Win = typename C::Win;
  testAverages<C, false>();
  testAverages<C, true>();
  Random random;
  const auto bytes = random.bytes(In::size);
  auto want = buffer<std::int8_t>(Out::size);
  max_pool2d_s8<In, Out, Win>(bytes.data(), want.data());
  const Fenced<std::int8_t> in(bytes), out(Out::size);
  max_pool2d_s8_simd<MaxBytes, In, Out, Win>(in.data(), out.data());
  EXPECT_EQ(out.copy(), want);
  const auto reals = random.reals(In::size);
  auto wantReals = buffer<float>(Out::size);
  max_pool2d_f32<In, Out, Win>(reals.data(), wantReals.data());
  const Fenced<float> inReals(reals), outReals(Out::size);
  max_pool2d_f32_simd<MaxFloats, In, Out, Win>(inReals.data(), outReals.data());
  EXPECT_EQ(outReals.copy(), wantReals);
}

#define EDGECC_POOL(Name, In, Win, Ceil)                                       \
  using Pool##Name = PoolCase<EDGECC_SHAPE_OF In, EDGECC_WINDOW_OF Win, Ceil>; \
  TEST(SimdPool, Name) { testPool<Pool##Name>(); }
EDGECC_POOL(Vectors, (1, 5, 6, 48), (3, 2, 1, 2, 1, 1, 1, 0, 1, 0), false)
EDGECC_POOL(OddVectors, (2, 6, 5, 37), (2, 2, 2, 2, 1, 1, 0, 0, 0, 1), false)
#include "shapes.inc"

} // namespace
