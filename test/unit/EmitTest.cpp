//===- EmitTest.cpp - Generated code computes what the interpreter does ---===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Every operation on its own: edge to C++ for the target `generic`, compiled
// with the warnings of the contract as errors, run, and compared with the
// reference interpreter, integers bit for bit.
//
//===----------------------------------------------------------------------===//

#include "EmitTesting.h"

#include "mlir/Parser/Parser.h"

#include <random>

using namespace mlir;
using namespace edgecc;
using reference::Tensor;

namespace {

struct EmitCase {
  const char *name, *ir;
};

class EmitTest : public edgecc::testing::GeneratedCodeTest,
                 public ::testing::WithParamInterface<EmitCase> {
protected:
  static Tensor makeInput(RankedTensorType type, std::mt19937 &random) {
    Tensor tensor(type);
    Type element = tensor.getElementType();
    if (element.isF32()) {
      std::normal_distribution<float> normal(0.0f, 2.0f);
      for (float &x : tensor.getData<float>())
        x = normal(random);
    } else if (element.isInteger(64)) {
      for (int64_t &x : tensor.getData<int64_t>())
        x = int64_t(random() % 4);
    } else {
      for (char &x : tensor.getRawData())
        x = char(random());
    }
    return tensor;
  }
};

TEST_P(EmitTest, MatchesInterpreter) {
  auto module = parseSourceString<ModuleOp>(GetParam().ir, &context);
  ASSERT_TRUE(module);
  auto main = module->lookupSymbol<func::FuncOp>("main");
  std::mt19937 random(1);
  SmallVector<Tensor> inputs;
  for (Type type : main.getArgumentTypes())
    inputs.push_back(makeInput(cast<RankedTensorType>(type), random));
  matchesInterpreter(*module, inputs);
}

constexpr EmitCase kCases[] = {
#include "EmitCases.inc"
};

INSTANTIATE_TEST_SUITE_P(Operations, EmitTest, ::testing::ValuesIn(kCases),
                         [](const auto &info) { return info.param.name; });

} // namespace
