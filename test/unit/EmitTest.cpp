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

#include "edgecc/Backend/Emit.h"
#include "edgecc/Execute/Execute.h"
#include "edgecc/Passes/Pipelines.h"
#include "edgecc/Passes/Registration.h"
#include "edgecc/Reference/Interpreter.h"
#include "edgecc/Target/Target.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"
#include "gtest/gtest.h"

#include <cmath>
#include <cstring>
#include <random>

using namespace mlir;
using namespace edgecc;
using reference::Tensor;

namespace {

struct EmitCase {
  const char *name, *ir;
};

class EmitTest : public testing::TestWithParam<EmitCase> {
protected:
  void SetUp() override {
    DialectRegistry registry;
    registerAllDialects(registry);
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
    ASSERT_FALSE(llvm::sys::fs::createUniqueDirectory("edgecc-emit", folder));
  }
  void TearDown() override { llvm::sys::fs::remove_directories(folder); }

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

  void write(StringRef file, StringRef text) {
    SmallString<128> path(folder);
    llvm::sys::path::append(path, file);
    std::error_code error;
    llvm::raw_fd_ostream(path, error) << text;
    ASSERT_FALSE(error);
  }

  execute::Bytes run(ModuleOp kernModule, ArrayRef<Tensor> inputs) {
    std::string resources = findResourceDir("");
    FailureOr<GeneratedCode> code =
        emitCode(kernModule, {"net", resources, "test", "test", "0", "generic"});
    EXPECT_TRUE(succeeded(code));
    write("net.h", code->header);
    write("net.cpp", code->source);
    Target target = llvm::cantFail(loadTarget("generic", resources));
    execute::BuildOptions options;
    options.strictWarnings = true;
    auto program = execute::build(folder, "net", target, options);
    if (!program) {
      ADD_FAILURE() << llvm::toString(program.takeError());
      return {};
    }
    execute::Bytes sample;
    for (const Tensor &input : inputs)
      sample.insert(sample.end(), input.getRawData().begin(),
                    input.getRawData().end());
    auto outputs = program->run(sample.empty() ? execute::Bytes{} : sample);
    if (!outputs) {
      ADD_FAILURE() << llvm::toString(outputs.takeError());
      return {};
    }
    return outputs->front();
  }

  static void compare(const Tensor &expected, ArrayRef<uint8_t> actual) {
    if (!expected.getElementType().isF32()) {
      EXPECT_EQ(StringRef(expected.getRawData().data(),
                          expected.getRawData().size()),
                StringRef((const char *)actual.data(), actual.size()));
      return;
    }
    // Outputs follow each other without padding, hence at any address.
    std::vector<float> values(actual.size() / sizeof(float));
    std::memcpy(values.data(), actual.data(), actual.size());
    for (auto [x, y] : llvm::zip_equal(expected.getData<float>(), values))
      EXPECT_NEAR(x, y, 1e-4 * std::max(1.0f, std::fabs(x)));
  }

  MLIRContext context;
  SmallString<128> folder;
};

TEST_P(EmitTest, MatchesInterpreter) {
  auto module = parseSourceString<ModuleOp>(GetParam().ir, &context);
  ASSERT_TRUE(module);
  auto main = module->lookupSymbol<func::FuncOp>("main");
  std::mt19937 random(1);
  SmallVector<Tensor> inputs;
  for (Type type : main.getArgumentTypes())
    inputs.push_back(makeInput(cast<RankedTensorType>(type), random));
  auto interpreter = reference::Interpreter::create(main);
  ASSERT_TRUE(succeeded(interpreter));
  auto expected = interpreter->run(inputs);
  ASSERT_TRUE(succeeded(expected));

  OwningOpRef<ModuleOp> lowered = module->clone();
  PassManager passes(&context);
  LoweringOptions options;
  buildLoweringPipeline(passes, options);
  ASSERT_TRUE(succeeded(passes.run(*lowered)));
  execute::Bytes outputs = run(*lowered, inputs);
  ArrayRef<uint8_t> rest(outputs);
  for (const Tensor &tensor : *expected) {
    ASSERT_GE(rest.size(), tensor.getRawData().size());
    compare(tensor, rest.take_front(tensor.getRawData().size()));
    rest = rest.drop_front(tensor.getRawData().size());
  }
  EXPECT_TRUE(rest.empty());
}

constexpr EmitCase kCases[] = {
#include "EmitCases.inc"
};

INSTANTIATE_TEST_SUITE_P(Operations, EmitTest, testing::ValuesIn(kCases),
                         [](const auto &info) { return info.param.name; });

} // namespace
