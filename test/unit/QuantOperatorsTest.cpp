//===- QuantOperatorsTest.cpp - How exact integer operators are -----------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "QuantTesting.h"

#include "edgecc/Dialect/Edge/Edge.h"
#include "edgecc/Quant/Sensitivity.h"

#include "mlir/Parser/Parser.h"

#include "gtest/gtest.h"

#include <random>

using namespace edgecc;
using namespace edgecc::quantization;
using namespace edgecc::testing;
using reference::Tensor;

namespace {
/// A float function, and the signal-to-noise ratio that its int8 form has at
/// least. Uniformly distributed int8 values have 50 dB, normally distributed
/// ones some 43 dB; each operator rounds once more.
struct Operator {
  const char *name, *ir;
  double decibels;
  /// Whether straight lines follow its functions, as tables of int16 have them;
  /// else these stay in float there.
  bool isSmooth = true;
};
} // namespace

/// `body` computes %y, a tensor<2x6x8xf32> unless said otherwise, of %a and %b.
#define EDGE_FUNCTION(Result, Body)                                            \
  "func.func @main(%a: tensor<2x6x8xf32>, %b: tensor<2x6x8xf32>) -> " Result   \
  " {\n" Body "\n return %y : " Result "\n}"
#define EDGE_MAP(Body)                                                         \
  EDGE_FUNCTION("tensor<2x6x8xf32>",                                           \
                "%y = edge.map %a, %b : (tensor<2x6x8xf32>, "                  \
                "tensor<2x6x8xf32>) -> tensor<2x6x8xf32> {\n"                  \
                "^bb0(%x: f32, %z: f32):\n" Body "\n edge.yield %r : f32\n}")

static const Operator operators[] = {
    {"Sub", EDGE_MAP("%r = arith.subf %x, %z : f32"), 36},
    {"Maximum", EDGE_MAP("%r = arith.maximumf %x, %z : f32"), 36},
    {"Minimum", EDGE_MAP("%r = arith.minimumf %x, %z : f32"), 36},
    {"DivByMagnitude", EDGE_MAP(R"(
       %one = arith.constant 1.0 : f32
       %m = math.absf %z : f32
       %d = arith.addf %m, %one : f32
       %r = arith.divf %x, %d : f32)"),
     34},
    {"Norm", EDGE_MAP(R"(
       %xx = arith.mulf %x, %x : f32
       %zz = arith.mulf %z, %z : f32
       %s = arith.addf %xx, %zz : f32
       %r = math.sqrt %s : f32)"),
     30, /*isSmooth=*/false},
    {"Gate", EDGE_MAP(R"(
       %one = arith.constant 1.0 : f32
       %n = arith.negf %z : f32
       %e = math.exp %n : f32
       %d = arith.addf %e, %one : f32
       %g = arith.divf %one, %d : f32
       %r = arith.mulf %x, %g : f32)"),
     34},
    // Not continuous: where x rounds to 0, some half a per cent of all, the
    // other value is chosen.
    {"SelectBySign", EDGE_MAP(R"(
       %zero = arith.constant 0.0 : f32
       %half = arith.constant 0.5 : f32
       %c = arith.cmpf ogt, %x, %zero : f32
       %h = arith.mulf %z, %half : f32
       %r = arith.select %c, %x, %h : f32)"),
     24, /*isSmooth=*/false},
    {"PReluPerChannel", EDGE_FUNCTION("tensor<2x6x8xf32>", R"(
       %s = edge.constant dense<[0.1, 0.2, 0.3, 0.05, 0.5, 0.9, 0.25, 0.0]> : tensor<8xf32> -> tensor<8xf32>
       %y = edge.map %a, %s : (tensor<2x6x8xf32>, tensor<8xf32>) -> tensor<2x6x8xf32> {
       ^bb0(%x: f32, %z: f32):
         %zero = arith.constant 0.0 : f32
         %c = arith.cmpf olt, %x, %zero : f32
         %p = arith.mulf %x, %z : f32
         %r = arith.select %c, %p, %x : f32
         edge.yield %r : f32
       })"),
     34},
    // Factors from 0.01 to 4: per channel, each keeps its digits.
    {"AffinePerChannel", EDGE_FUNCTION("tensor<2x6x8xf32>", R"(
       %s = edge.constant dense<[0.01, 0.2, 0.3, 4.0, 0.5, 0.9, 0.25, -1.0]> : tensor<8xf32> -> tensor<8xf32>
       %o = edge.constant dense<[1.0, -0.2, 0.3, 0.0, 0.5, -0.9, 0.25, 1.0]> : tensor<8xf32> -> tensor<8xf32>
       %y = edge.map %a, %s, %o : (tensor<2x6x8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<2x6x8xf32> {
       ^bb0(%x: f32, %z: f32, %w: f32):
         %p = arith.mulf %x, %z : f32
         %r = arith.addf %p, %w : f32
         edge.yield %r : f32
       })"),
     34},
    {"MatMul", EDGE_FUNCTION("tensor<2x6x6xf32>", R"(
       %t = edge.transpose %b {perm = array<i64: 0, 2, 1>} : (tensor<2x6x8xf32>) -> tensor<2x8x6xf32>
       %y = edge.matmul %a, %t : (tensor<2x6x8xf32>, tensor<2x8x6xf32>) -> tensor<2x6x6xf32>)"),
     33},
    {"Attention", EDGE_FUNCTION("tensor<2x6x8xf32>", R"(
       %t = edge.transpose %b {perm = array<i64: 0, 2, 1>} : (tensor<2x6x8xf32>) -> tensor<2x8x6xf32>
       %l = edge.matmul %a, %t : (tensor<2x6x8xf32>, tensor<2x8x6xf32>) -> tensor<2x6x6xf32>
       %s = edge.softmax %l {axis = 2} : (tensor<2x6x6xf32>) -> tensor<2x6x6xf32>
       %y = edge.matmul %s, %b : (tensor<2x6x6xf32>, tensor<2x6x8xf32>) -> tensor<2x6x8xf32>)"),
     28},
    {"LayerNorm", EDGE_FUNCTION("tensor<2x6x8xf32>", R"(
       %s = edge.constant dense<[0.01, 0.2, 0.3, 2.0, 0.5, 0.9, 0.25, -1.0]> : tensor<8xf32> -> tensor<8xf32>
       %o = edge.constant dense<[1.0, -0.2, 0.3, 0.0, 0.5, -0.9, 0.25, 1.0]> : tensor<8xf32> -> tensor<8xf32>
       %y = edge.layer_norm %a scale(%s) bias(%o) {axes = array<i64: 2>, epsilon = 1.0e-5 : f32}
         : (tensor<2x6x8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<2x6x8xf32>)"),
     34},
    {"MeanOverFirstAxis", EDGE_FUNCTION("tensor<1x6x8xf32>", R"(
       %y = edge.reduce %a {kind = 1 : i32, axes = array<i64: 0>} : (tensor<2x6x8xf32>) -> tensor<1x6x8xf32>)"),
     36},
    {"SumOverChannels", EDGE_FUNCTION("tensor<2x6x1xf32>", R"(
       %y = edge.reduce %a {kind = 0 : i32, axes = array<i64: 2>} : (tensor<2x6x8xf32>) -> tensor<2x6x1xf32>)"),
     36},
    {"LinearResize", EDGE_FUNCTION("tensor<2x12x8xf32>", R"(
       %w = edge.constant dense<[[0.75, 0.25, 0.75, 0.25, 0.75, 0.25, 0.75, 0.25, 0.75, 0.25, 0.75, 0.25],
                                 [0.25, 0.75, 0.25, 0.75, 0.25, 0.75, 0.25, 0.75, 0.25, 0.75, 0.25, 0.75]]> : tensor<2x12xf32> -> tensor<2x12xf32>
       %r = edge.resample %a, %w {axis = 1, indices = array<i32: 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5,
                                                                 0, 1, 0, 2, 1, 3, 2, 4, 3, 5, 4, 5>}
         : (tensor<2x6x8xf32>, tensor<2x12xf32>) -> tensor<2x12x8xf32>
       %y = edge.map %r : (tensor<2x12x8xf32>) -> tensor<2x12x8xf32> {
       ^bb0(%x: f32):
         %m = math.absf %x : f32
         edge.yield %m : f32
       })"),
     36},
};

static Samples drawSamples(mlir::func::FuncOp func, size_t count) {
  std::mt19937 generator(1);
  // Sums of evenly distributed numbers, which are the same everywhere.
  auto draw = [&] {
    float sum = -6.0f;
    for (int i = 0; i != 12; ++i)
      sum += float(generator() >> 8) / 16777216.0f;
    return sum;
  };
  Samples samples(count);
  for (auto &sample : samples)
    for (mlir::Type type : func.getArgumentTypes()) {
      Tensor tensor(llvm::cast<mlir::RankedTensorType>(type));
      for (float &value : tensor.getData<float>())
        value = draw();
      sample.push_back(std::move(tensor));
    }
  return samples;
}

/// Nothing is left in float but the conversions at both ends.
static bool computesInIntegers(mlir::func::FuncOp func) {
  return llvm::none_of(
      func.front().without_terminator(), [](mlir::Operation &op) {
        return llvm::isa<edge::MapOp>(op) ||
               // Parameters of a layer norm stay real until it is lowered.
               (!llvm::isa<edge::DequantizeOp, edge::ConstantOp>(op) &&
                mlir::getElementTypeOrSelf(op.getResult(0)).isF32());
      });
}

namespace {
class QuantOperators : public ::testing::TestWithParam<Operator> {};
} // namespace

/// The signal-to-noise ratio of the operator in integers of a precision.
static double measureRatio(const Operator &op, Precision precision) {
  mlir::MLIRContext context;
  initialize(context);
  auto model = mlir::parseSourceString<mlir::ModuleOp>(op.ir, &context);
  // Ranges hold all values, so that nothing but the rounding is measured.
  Samples samples = drawSamples(getMain(*model), 64);
  CalibrationOptions options;
  options.method = RangeMethod::MinMax;
  auto quantized = quantizeCopy(*model, samples, options, precision);
  if (!quantized) {
    ADD_FAILURE() << "is not quantized";
    return 0.0;
  }
  EXPECT_TRUE(computesInIntegers(getMain(*quantized)));
  std::vector<Tensor> expected = computeOutputs(*model, samples);
  std::vector<Tensor> found = computeOutputs(*quantized, samples);
  SignalAndNoise ratio;
  for (auto [real, rounded] : llvm::zip(expected, found))
    ratio.add(real, rounded);
  return ratio.getDecibels();
}

TEST_P(QuantOperators, IntegersStayClose) {
  double decibels = measureRatio(GetParam(), Precision::S8);
  EXPECT_GT(decibels, GetParam().decibels);
  RecordProperty("decibels", std::to_string(decibels));
}

/// Seven bits more, as one of eight is headroom: 42 decibels.
TEST_P(QuantOperators, WideIntegersStayCloser) {
  if (!GetParam().isSmooth)
    return;
  double decibels = measureRatio(GetParam(), Precision::S16x8);
  EXPECT_GT(decibels, GetParam().decibels + 36);
  RecordProperty("decibels", std::to_string(decibels));
}

INSTANTIATE_TEST_SUITE_P(All, QuantOperators, ::testing::ValuesIn(operators),
                         [](const auto &info) {
                           return std::string(info.param.name);
                         });
