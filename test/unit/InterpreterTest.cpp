//===- InterpreterTest.cpp - Execution of functions of edge operations ----===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ReferenceTesting.h"

using namespace edgecc;
using namespace edgecc::reference;
using namespace edgecc::testing;

namespace {
constexpr StringRef kDiamond = R"mlir(
func.func @main(%x: tensor<2xf32>, %unused: tensor<1xi8>)
    -> (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) {
  %c = edge.constant dense<10.0> : tensor<2xf32> -> tensor<2xf32>
  %a = edge.map %x, %c : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32> {
  ^bb0(%e: f32, %f: f32):
    %r = arith.addf %e, %f : f32
    edge.yield %r : f32
  }
  %dead = edge.reshape %a : (tensor<2xf32>) -> tensor<1x2xf32>
  %b = edge.map %a, %x : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32> {
  ^bb0(%e: f32, %f: f32):
    %r = arith.mulf %e, %f : f32
    edge.yield %r : f32
  }
  return %b, %c, %x : tensor<2xf32>, tensor<2xf32>, tensor<2xf32>
}
)mlir";

class InterpreterTest : public ReferenceTest {
protected:
  InterpreterTest() {
    module = mlir::parseSourceString<mlir::ModuleOp>(kDiamond, &context);
    function = module->lookupSymbol<mlir::func::FuncOp>("main");
    inputs = {tensor<float>("2xf32", {1.0f, 2.0f}),
              tensor<int8_t>("1xi8", {0})};
  }
  mlir::func::FuncOp function;
  SmallVector<Tensor> inputs;
};
} // namespace

TEST_F(InterpreterTest, ReturnsComputedValuesConstantsAndArguments) {
  auto interpreter = Interpreter::create(function);
  ASSERT_TRUE(succeeded(interpreter));
  // Twice, because a run must not use up constants.
  for (int run = 0; run != 2; ++run) {
    auto results = interpreter->run(inputs);
    ASSERT_TRUE(succeeded(results));
    ASSERT_EQ(results->size(), 3u);
    EXPECT_EQ((*results)[0].getData<float>(), ArrayRef<float>({11.0f, 24.0f}));
    EXPECT_EQ((*results)[1].getData<float>(), ArrayRef<float>({10.0f, 10.0f}));
    EXPECT_EQ((*results)[2].getData<float>(), ArrayRef<float>({1.0f, 2.0f}));
  }
}

TEST_F(InterpreterTest, ObserverSeesInputsThenResultsInOrder) {
  auto interpreter = Interpreter::create(function);
  ASSERT_TRUE(succeeded(interpreter));
  std::vector<std::string> seen;
  auto results =
      interpreter->run(inputs, [&](mlir::Value value, const Tensor &tensor) {
        EXPECT_EQ(value.getType(), tensor.getType());
        mlir::Operation *op = value.getDefiningOp();
        seen.push_back(op ? op->getName().getStringRef().str() : "argument");
      });
  ASSERT_TRUE(succeeded(results));
  EXPECT_EQ(seen, (std::vector<std::string>{"argument", "argument", "edge.map",
                                            "edge.reshape", "edge.map"}));
}

TEST_F(InterpreterTest, RefusesInputsOfOtherTypes) {
  auto interpreter = Interpreter::create(function);
  ASSERT_TRUE(succeeded(interpreter));
  std::vector<std::string> messages;
  mlir::ScopedDiagnosticHandler handler(
      &context, [&](mlir::Diagnostic &d) { messages.push_back(d.str()); });
  EXPECT_TRUE(failed(interpreter->run(inputs.front())));
  inputs[0] = Tensor(type("3xf32"));
  EXPECT_TRUE(failed(interpreter->run(inputs)));
  ASSERT_EQ(messages.size(), 2u);
  EXPECT_TRUE(StringRef(messages[0]).contains("takes 2 inputs, not 1"));
  EXPECT_TRUE(
      StringRef(messages[1])
          .contains("takes 'tensor<2xf32>' as input 0, not 'tensor<3xf32>'"));
}

TEST_F(InterpreterTest, CopiesOfTensorsSeparateWhenWritten) {
  Tensor copy = inputs[0];
  EXPECT_EQ(std::as_const(copy).getRawData().data(),
            std::as_const(inputs[0]).getRawData().data());
  copy.getData<float>()[0] = 7.0f;
  EXPECT_EQ(std::as_const(inputs[0]).getData<float>()[0], 1.0f);
}

TEST_F(InterpreterTest, TensorsComeBackFromAttributes) {
  Tensor bools(type("3xi1"));
  bools.getData<uint8_t>()[1] = 1;
  Tensor splat(type("40xi1"));
  std::fill_n(splat.getRawData().data(), 40, 1);
  for (const Tensor &tensor :
       {bools, splat, random<float>("2x3xf32", -1, 1),
        random<float>("5x5xf32", -1, 1), Tensor(type("4xi64")),
        Tensor(type("0x2xf32")), Tensor(type("f32"))}) {
    auto back = Tensor::fromAttr(tensor.toAttr(), tensor.getType());
    ASSERT_TRUE(succeeded(back));
    EXPECT_EQ(std::as_const(*back).getRawData(), tensor.getRawData());
  }
  EXPECT_TRUE(mlir::cast<mlir::DenseElementsAttr>(splat.toAttr()).isSplat());
}
