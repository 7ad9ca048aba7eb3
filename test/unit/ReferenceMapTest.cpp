//===- ReferenceMapTest.cpp - Scalar operations of edge.map ---------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ReferenceTesting.h"

#include <cmath>

using namespace edgecc;
using namespace edgecc::testing;

namespace {
class ReferenceMap : public ReferenceTest {
protected:
  /// Applies `%r = <body>` to elements %a, %b, ... of the inputs.
  Tensor map(StringRef body, ArrayRef<Tensor> inputs, StringRef resultType) {
    std::string operands, types, arguments;
    for (auto [index, input] : llvm::enumerate(inputs)) {
      StringRef comma = index ? ", " : "";
      std::string element = llvm::formatv("{0}", input.getElementType());
      operands += llvm::formatv("{0}%arg{1}", comma, index);
      types += llvm::formatv("{0}{1}", comma, input.getType());
      arguments +=
          llvm::formatv("{0}%{1}: {2}", comma, char('a' + index), element);
    }
    std::string result = llvm::formatv("tensor<{0}>", resultType);
    std::string element =
        llvm::formatv("{0}", type(resultType).getElementType());
    std::string text = "func.func @main(";
    for (auto [index, input] : llvm::enumerate(inputs))
      text += llvm::formatv("{0}%arg{1}: {2}", index ? ", " : "", index,
                            input.getType());
    text += llvm::formatv(") -> {0} {{\n%m = edge.map {1} : ({2}) -> {0} {{\n"
                          "^bb0({3}):\n%r = {4}\nedge.yield %r : {5}\n}\n"
                          "return %m : {0}\n}",
                          result, operands, types, arguments, body, element);
    return run(text, inputs);
  }

  /// Compares a function of floats with the C++ library's, in both widths, over
  /// more than one block of elements.
  void checkUnary(StringRef name, double (*expected)(double), double lo = -3,
                  double hi = 3) {
    Tensor x = random<float>("700xf32", float(lo), float(hi));
    Tensor y = map((name + " %a : f32").str(), x, "700xf32");
    Tensor wideX = random<double>("3xf64", lo, hi);
    Tensor wideY = map((name + " %a : f64").str(), wideX, "3xf64");
    ASSERT_EQ(y.getNumElements(), 700) << name.str();
    ASSERT_EQ(wideY.getNumElements(), 3) << name.str();
    for (int i = 0; i != 700; ++i) {
      double value = expected(std::as_const(x).getData<float>()[i]);
      ASSERT_NEAR(y.getData<float>()[i], value, 1e-5 * (1 + std::fabs(value)))
          << name.str();
    }
    for (int i = 0; i != 3; ++i)
      ASSERT_NEAR(wideY.getData<double>()[i],
                  expected(std::as_const(wideX).getData<double>()[i]), 1e-12)
          << name.str();
  }

  std::vector<int32_t> mapI32(StringRef body, ArrayRef<int32_t> a,
                              ArrayRef<int32_t> b) {
    std::string shape = std::to_string(a.size()) + "xi32";
    Tensor y = map(body, {tensor<int32_t>(shape, a), tensor<int32_t>(shape, b)},
                   shape);
    return std::as_const(y).getData<int32_t>().vec();
  }
};
} // namespace

TEST_F(ReferenceMap, FunctionsOfOneFloat) {
  checkUnary("arith.negf", [](double x) { return -x; });
  checkUnary("math.absf", std::fabs);
  checkUnary("math.acos", std::acos, -1, 1);
  checkUnary("math.acosh", std::acosh, 1, 5);
  checkUnary("math.asin", std::asin, -1, 1);
  checkUnary("math.asinh", std::asinh);
  checkUnary("math.atan", std::atan);
  checkUnary("math.atanh", std::atanh, -0.9, 0.9);
  checkUnary("math.cbrt", std::cbrt);
  checkUnary("math.ceil", std::ceil);
  checkUnary("math.cos", std::cos);
  checkUnary("math.cosh", std::cosh);
  checkUnary("math.erf", std::erf);
  checkUnary("math.exp", std::exp);
  checkUnary("math.exp2", std::exp2);
  checkUnary("math.expm1", std::expm1);
  checkUnary("math.floor", std::floor);
  checkUnary("math.log", std::log, 0.01, 5);
  checkUnary("math.log10", std::log10, 0.01, 5);
  checkUnary("math.log1p", std::log1p, -0.9, 5);
  checkUnary("math.log2", std::log2, 0.01, 5);
  checkUnary("math.round", std::round);
  checkUnary("math.roundeven", std::nearbyint);
  checkUnary("math.rsqrt", [](double x) { return 1 / std::sqrt(x); }, 0.1, 5);
  checkUnary("math.sin", std::sin);
  checkUnary("math.sinh", std::sinh);
  checkUnary("math.sqrt", std::sqrt, 0, 5);
  checkUnary("math.tan", std::tan, -1, 1);
  checkUnary("math.tanh", std::tanh);
  checkUnary("math.trunc", std::trunc);
}

TEST_F(ReferenceMap, FunctionsOfTwoFloats) {
  struct Case {
    const char *name;
    double (*expected)(double, double);
  };
  const Case cases[] = {
      {"arith.addf", [](double a, double b) { return a + b; }},
      {"arith.subf", [](double a, double b) { return a - b; }},
      {"arith.mulf", [](double a, double b) { return a * b; }},
      {"arith.divf", [](double a, double b) { return a / b; }},
      {"arith.remf", std::fmod},
      {"arith.maximumf", std::fmax},
      {"arith.minimumf", std::fmin},
      {"arith.maxnumf", std::fmax},
      {"arith.minnumf", std::fmin},
      {"math.atan2", std::atan2},
      {"math.copysign", std::copysign},
      {"math.powf", std::pow}};
  Tensor a = random<float>("300xf32", 0.5f, 3),
         b = random<float>("300xf32", 1, 4);
  for (const Case &c : cases) {
    Tensor y = map(std::string(c.name) + " %a, %b : f32", {a, b}, "300xf32");
    ASSERT_EQ(y.getNumElements(), 300) << c.name;
    for (int i = 0; i != 300; ++i) {
      double value = c.expected(std::as_const(a).getData<float>()[i],
                                std::as_const(b).getData<float>()[i]);
      ASSERT_NEAR(y.getData<float>()[i], value, 1e-5 * (1 + std::fabs(value)))
          << c.name;
    }
  }
}

TEST_F(ReferenceMap, MaximumKeepsNaNAndMaxnumDropsIt) {
  float nan = std::nanf("");
  Tensor a = tensor<float>("2xf32", {nan, 1}),
         b = tensor<float>("2xf32", {1, nan});
  for (const char *name : {"maximumf", "minimumf", "maxnumf", "minnumf"}) {
    Tensor y =
        map(std::string("arith.") + name + " %a, %b : f32", {a, b}, "2xf32");
    bool keeps = StringRef(name).ends_with("imumf");
    for (float value : std::as_const(y).getData<float>())
      EXPECT_EQ(std::isnan(value), keeps) << name;
  }
}

TEST_F(ReferenceMap, IntegersWrapAndNeverTrap) {
  using Numbers = std::vector<int32_t>;
  const int32_t min = INT32_MIN, max = INT32_MAX;
  EXPECT_EQ(mapI32("arith.addi %a, %b : i32", {max, -5}, {1, 3}),
            (Numbers{min, -2}));
  EXPECT_EQ(mapI32("arith.muli %a, %b : i32", {1 << 20, -3}, {1 << 12, 5}),
            (Numbers{0, -15}));
  EXPECT_EQ(mapI32("arith.divsi %a, %b : i32", {-7, 7, min}, {2, 0, -1}),
            (Numbers{-3, 0, min}));
  EXPECT_EQ(mapI32("arith.remsi %a, %b : i32", {-7, 7, min}, {2, 0, -1}),
            (Numbers{-1, 0, 0}));
  EXPECT_EQ(mapI32("arith.divui %a, %b : i32", {-2, 7}, {2, 0}),
            (Numbers{max, 0}));
  EXPECT_EQ(mapI32("arith.shrui %a, %b : i32", {-1, -1}, {28, 32}),
            (Numbers{15, 0}));
  EXPECT_EQ(mapI32("arith.shrsi %a, %b : i32", {-16, 16}, {2, 2}),
            (Numbers{-4, 4}));
  EXPECT_EQ(mapI32("arith.shli %a, %b : i32", {3, 1}, {2, 31}),
            (Numbers{12, min}));
  EXPECT_EQ(mapI32("arith.maxui %a, %b : i32", {-1, 2}, {1, 3}),
            (Numbers{-1, 3}));
  EXPECT_EQ(mapI32("arith.minsi %a, %b : i32", {-1, 2}, {1, 3}),
            (Numbers{-1, 2}));
  EXPECT_EQ(mapI32("arith.xori %a, %b : i32", {6, -1}, {3, 0}),
            (Numbers{5, -1}));
  EXPECT_EQ(mapI32("math.ctlz %a : i32", {1, 0, -1}, {0, 0, 0}),
            (Numbers{31, 32, 0}));
  EXPECT_EQ(mapI32("math.cttz %a : i32", {8, 0, -1}, {0, 0, 0}),
            (Numbers{3, 32, 0}));
  EXPECT_EQ(mapI32("math.ctpop %a : i32", {7, 0, -1}, {0, 0, 0}),
            (Numbers{3, 0, 32}));
  EXPECT_EQ(mapI32("math.absi %a : i32", {7, -7, min}, {0, 0, 0}),
            (Numbers{7, 7, min}));
}

TEST_F(ReferenceMap, IntegerComparisonsKnowSigns) {
  Tensor a = tensor<int8_t>("3xi8", {-1, 1, 5}),
         b = tensor<int8_t>("3xi8", {1, -1, 5});
  auto compare = [&](StringRef predicate) {
    Tensor y = map(("arith.cmpi " + predicate + ", %a, %b : i8").str(), {a, b},
                   "3xi1");
    return std::as_const(y).getData<uint8_t>().vec();
  };
  using Flags = std::vector<uint8_t>;
  EXPECT_EQ(compare("slt"), (Flags{1, 0, 0}));
  EXPECT_EQ(compare("ult"), (Flags{0, 1, 0}));
  EXPECT_EQ(compare("sge"), (Flags{0, 1, 1}));
  EXPECT_EQ(compare("eq"), (Flags{0, 0, 1}));
  EXPECT_EQ(compare("ne"), (Flags{1, 1, 0}));
}

TEST_F(ReferenceMap, BooleansConvertWithAndWithoutSign) {
  Tensor flags = tensor<uint8_t>("2xi1", {0, 1});
  Tensor plain = map("arith.uitofp %a : i1 to f32", flags, "2xf32");
  EXPECT_EQ(std::as_const(plain).getData<float>(), ArrayRef<float>({0, 1}));
  Tensor negative = map("arith.sitofp %a : i1 to f32", flags, "2xf32");
  EXPECT_EQ(std::as_const(negative).getData<float>(), ArrayRef<float>({0, -1}));
  Tensor wide = map("arith.extui %a : i1 to i64", flags, "2xi64");
  EXPECT_EQ(std::as_const(wide).getData<int64_t>(), ArrayRef<int64_t>({0, 1}));
}
