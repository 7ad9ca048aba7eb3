//===- MatrixTest.cpp -----------------------------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// fully_connected.h and matmul.h against loops in double and 64-bit integers.
#include "fully_connected.h"
#include "matmul.h"
#include "reference.h"

using namespace edgecc::kernels;

namespace {

template <class In, class Out> void testFullyConnectedFloat() {
  constexpr int kDepth = In::dim(In::rank - 1), kOut = Out::dim(Out::rank - 1);
  Random random;
  const auto in = random.reals(In::size), weights = random.reals(kOut * kDepth),
             bias = random.reals(kOut);
  auto out = buffer<float>(Out::size);
  fully_connected_f32<In, Out>(in.data(), weights.data(), bias.data(),
                               out.data(), -4.0f, 5.0f);
  for (int i = 0; i < Out::size; ++i) {
    double sum = static_cast<double>(at(bias, i % kOut));
    double scale = std::fabs(sum);
    for (int k = 0; k < kDepth; ++k) {
      const double product =
          static_cast<double>(at(in, i / kOut * kDepth + k)) *
          static_cast<double>(at(weights, i % kOut * kDepth + k));
      sum += product;
      scale += std::fabs(product);
    }
    expectClose(at(out, i), std::clamp(sum, -4.0, 5.0), scale, i);
  }
}

template <class In, class Out> void testFullyConnectedInt8() {
  constexpr int kDepth = In::dim(In::rank - 1), kOut = Out::dim(Out::rank - 1);
  Random random;
  const Finish finish(random, kOut, kDepth);
  const auto in = random.bytes(In::size),
             weights = random.bytes(kOut * kDepth, -127, 127);
  const auto bias = random.integers(kOut, -9000, 9000);
  auto out = buffer<std::int8_t>(Out::size);
  fully_connected_s8<In, Out>(
      in.data(), weights.data(), bias.data(), finish.multiplier.data(),
      out.data(), finish.shift, finish.outZero, finish.lo, finish.hi);
  for (int i = 0; i < Out::size; ++i) {
    std::int64_t sum = at(bias, i % kOut);
    for (int k = 0; k < kDepth; ++k)
      sum += at(in, i / kOut * kDepth + k) * at(weights, i % kOut * kDepth + k);
    EXPECT_EQ(at(out, i), naiveRequantize(sum, at(finish.multiplier, i % kOut),
                                          finish.shift, finish.outZero,
                                          finish.lo, finish.hi))
        << "element " << i;
  }
}

template <class In, class Out> void testFullyConnectedInt16() {
  constexpr int kDepth = In::dim(In::rank - 1), kOut = Out::dim(Out::rank - 1);
  Random random;
  const FinishWide finish(random, kOut, kDepth);
  const auto in = random.words(In::size);
  const auto weights = random.bytes(kOut * kDepth, -127, 127);
  auto out = buffer<std::int16_t>(Out::size), other = out;
  fully_connected_s16x8<In, Out, std::int64_t>(
      in.data(), weights.data(), finish.bias.data(), finish.multiplier.data(),
      out.data(), finish.shift, finish.lo, finish.hi);
  for (int i = 0; i < Out::size; ++i) {
    std::int64_t sum = 0;
    for (int k = 0; k < kDepth; ++k)
      sum += at(in, i / kOut * kDepth + k) * at(weights, i % kOut * kDepth + k);
    EXPECT_EQ(at(out, i), finish(sum, i % kOut)) << "element " << i;
  }
  if constexpr (kDepth <= kSafeProducts) {
    fully_connected_s16x8<In, Out, std::int32_t>(
        in.data(), weights.data(), finish.bias.data(), finish.multiplier.data(),
        other.data(), finish.shift, finish.lo, finish.hi);
    EXPECT_EQ(other, out);
  }
}

template <class A, class B, class Out> void testMatmul() {
  Random random;
  const auto a = random.reals(A::size), b = random.reals(B::size);
  auto out = buffer<float>(Out::size);
  matmul_f32<A, B, Out>(a.data(), b.data(), out.data());
  for (int i = 0; i < Out::size; ++i) {
    const std::vector<int> index = unravel<Out>(i);
    double sum = 0.0, scale = 0.0;
    for (int k = 0; k < A::dim(A::rank - 1); ++k) {
      std::vector<int> inA = index, inB = index;
      inA[Out::rank - 1] = k;
      inB[Out::rank - 2] = k;
      const double product =
          static_cast<double>(at(a, broadcastOffset<A>(inA))) *
          static_cast<double>(at(b, broadcastOffset<B>(inB)));
      sum += product;
      scale += std::fabs(product);
    }
    expectClose(at(out, i), sum, scale, i);
  }
}

template <class A, class B, class Out> void testMatmulInt8() {
  Random random;
  const auto a = random.bytes(A::size), b = random.bytes(B::size);
  const Finish finish(random, 1, A::dim(A::rank - 1));
  const int zeroA = -128, zeroB = 77;
  auto out = buffer<std::int8_t>(Out::size);
  matmul_s8<A, B, Out>(a.data(), b.data(), out.data(), zeroA, zeroB,
                       at(finish.multiplier, 0), finish.shift, finish.outZero);
  for (int i = 0; i < Out::size; ++i) {
    const std::vector<int> index = unravel<Out>(i);
    std::int64_t sum = 0;
    for (int k = 0; k < A::dim(A::rank - 1); ++k) {
      std::vector<int> inA = index, inB = index;
      inA[Out::rank - 1] = k;
      inB[Out::rank - 2] = k;
      sum += (at(a, broadcastOffset<A>(inA)) - zeroA) *
             (at(b, broadcastOffset<B>(inB)) - zeroB);
    }
    EXPECT_EQ(at(out, i),
              naiveRequantize(sum, at(finish.multiplier, 0), finish.shift,
                              finish.outZero, -128, 127))
        << "element " << i;
  }
}

template <class A, class B, class Out> void testMatmulInt16() {
  constexpr int kDepth = A::dim(A::rank - 1);
  Random random;
  const auto a = random.words(A::size), b = random.words(B::size);
  // Standard deviation of a sum to some 15000 steps.
  constexpr int kShift = 45;
  const auto multiplier = static_cast<std::int32_t>(
      15000.0 / (19000.0 * 19000.0 * std::sqrt(kDepth)) *
      std::ldexp(1.0, kShift));
  auto out = buffer<std::int16_t>(Out::size);
  matmul_s16<A, B, Out>(a.data(), b.data(), out.data(), multiplier, kShift);
  for (int i = 0; i < Out::size; ++i) {
    const std::vector<int> index = unravel<Out>(i);
    std::int64_t sum = 0;
    for (int k = 0; k < kDepth; ++k) {
      std::vector<int> inA = index, inB = index;
      inA[Out::rank - 1] = k;
      inB[Out::rank - 2] = k;
      sum += std::int64_t{at(a, broadcastOffset<A>(inA))} *
             at(b, broadcastOffset<B>(inB));
    }
    EXPECT_EQ(at(out, i),
              naiveRequantizeWide(sum, multiplier, kShift, 0, -32768, 32767))
        << "element " << i;
  }
}

#define EDGECC_FULLY_CONNECTED(Name, In, Out)                                  \
  TEST(FullyConnectedF32, Name) {                                              \
    testFullyConnectedFloat<EDGECC_SHAPE_OF In, EDGECC_SHAPE_OF Out>();        \
  }                                                                            \
  TEST(FullyConnectedS8, Name) {                                               \
    testFullyConnectedInt8<EDGECC_SHAPE_OF In, EDGECC_SHAPE_OF Out>();         \
  }                                                                            \
  TEST(FullyConnectedS16x8, Name) {                                            \
    testFullyConnectedInt16<EDGECC_SHAPE_OF In, EDGECC_SHAPE_OF Out>();        \
  }
#define EDGECC_MATMUL(Name, A, B, Out)                                         \
  TEST(MatmulF32, Name) {                                                      \
    testMatmul<EDGECC_SHAPE_OF A, EDGECC_SHAPE_OF B, EDGECC_SHAPE_OF Out>();   \
  }                                                                            \
  TEST(MatmulS8, Name) {                                                       \
    testMatmulInt8<EDGECC_SHAPE_OF A, EDGECC_SHAPE_OF B,                       \
                   EDGECC_SHAPE_OF Out>();                                     \
  }                                                                            \
  TEST(MatmulS16, Name) {                                                      \
    testMatmulInt16<EDGECC_SHAPE_OF A, EDGECC_SHAPE_OF B,                      \
                    EDGECC_SHAPE_OF Out>();                                    \
  }
#include "shapes.inc"

TEST(MatmulS16, Least) {
  const std::vector<std::int16_t> least(300, -32768);
  std::int16_t out[1];
  matmul_s16<Shape<1, 300>, Shape<300, 1>, Shape<1, 1>>(
      least.data(), least.data(), out, 1 << 20, 44);
  EXPECT_EQ(out[0], 300 * 64);
}

// More products than one 32-bit sum holds.
TEST(FullyConnectedS16x8, Deep) {
  testFullyConnectedInt16<Shape<2, 1300>, Shape<2, 5>>();
}

} // namespace
