//===- EmitTesting.h - Generated code against the interpreter ---*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_TEST_UNIT_EMITTESTING_H
#define EDGECC_TEST_UNIT_EMITTESTING_H

#include "edgecc/Backend/Emit.h"
#include "edgecc/Execute/Execute.h"
#include "edgecc/Passes/Pipelines.h"
#include "edgecc/Passes/Registration.h"
#include "edgecc/Reference/Interpreter.h"
#include "edgecc/Target/Target.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"
#include "gtest/gtest.h"

#include <cmath>
#include <cstring>

namespace edgecc::testing {

/// Compiles edge to C++ for a target, `generic` unless told, that with the
/// warnings of the contract as errors, runs it and compares with the reference
/// interpreter, integers bit for bit.
class GeneratedCodeTest : public ::testing::Test {
protected:
  void SetUp() override {
    mlir::DialectRegistry registry;
    registerAllDialects(registry);
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
    ASSERT_FALSE(llvm::sys::fs::createUniqueDirectory("edgecc-emit", folder));
  }
  void TearDown() override { llvm::sys::fs::remove_directories(folder); }

  void matchesInterpreter(mlir::ModuleOp module,
                          llvm::ArrayRef<reference::Tensor> inputs) {
    auto main = module.lookupSymbol<mlir::func::FuncOp>("main");
    auto interpreter = reference::Interpreter::create(main);
    ASSERT_TRUE(succeeded(interpreter));
    auto expected = interpreter->run(inputs);
    ASSERT_TRUE(succeeded(expected));

    mlir::OwningOpRef<mlir::ModuleOp> lowered = module.clone();
    mlir::PassManager passes(&context);
    LoweringOptions options;
    Target target = llvm::cantFail(loadTarget(targetName, findResourceDir("")));
    options.features = target.features;
    buildLoweringPipeline(passes, options);
    ASSERT_TRUE(succeeded(passes.run(*lowered)));
    execute::Bytes outputs = run(*lowered, inputs);
    llvm::ArrayRef<uint8_t> rest(outputs);
    for (const reference::Tensor &tensor : *expected) {
      ASSERT_GE(rest.size(), tensor.getRawData().size());
      compare(tensor, rest.take_front(tensor.getRawData().size()));
      rest = rest.drop_front(tensor.getRawData().size());
    }
    EXPECT_TRUE(rest.empty());
  }

  mlir::MLIRContext context;
  std::string targetName = "generic";

private:
  void write(llvm::StringRef file, llvm::StringRef text) {
    llvm::SmallString<128> path(folder);
    llvm::sys::path::append(path, file);
    std::error_code error;
    llvm::raw_fd_ostream(path, error) << text;
    ASSERT_FALSE(error);
  }

  execute::Bytes run(mlir::ModuleOp kernModule,
                     llvm::ArrayRef<reference::Tensor> inputs) {
    std::string resources = findResourceDir("");
    llvm::FailureOr<GeneratedCode> code = emitCode(
        kernModule, {"net", resources, "test", "test", "0", targetName});
    EXPECT_TRUE(succeeded(code));
    write("net.h", code->header);
    write("net.cpp", code->source);
    Target target = llvm::cantFail(loadTarget(targetName, resources));
    execute::BuildOptions options;
    options.strictWarnings = true;
    auto program = execute::build(folder, "net", target, options);
    if (!program) {
      ADD_FAILURE() << llvm::toString(program.takeError());
      return {};
    }
    execute::Bytes sample;
    for (const reference::Tensor &input : inputs)
      sample.insert(sample.end(), input.getRawData().begin(),
                    input.getRawData().end());
    auto outputs = program->run(sample.empty() ? execute::Bytes{} : sample);
    if (!outputs) {
      ADD_FAILURE() << llvm::toString(outputs.takeError());
      return {};
    }
    return outputs->front();
  }

  static void compare(const reference::Tensor &expected,
                      llvm::ArrayRef<uint8_t> actual) {
    if (!expected.getElementType().isF32()) {
      EXPECT_EQ(llvm::StringRef(expected.getRawData().data(),
                                expected.getRawData().size()),
                llvm::StringRef((const char *)actual.data(), actual.size()));
      return;
    }
    // Outputs follow each other without padding, hence at any address.
    std::vector<float> values(actual.size() / sizeof(float));
    std::memcpy(values.data(), actual.data(), actual.size());
    for (auto [x, y] : llvm::zip_equal(expected.getData<float>(), values))
      EXPECT_NEAR(x, y, 1e-4 * std::max(1.0f, std::fabs(x)));
  }

  llvm::SmallString<128> folder;
};

} // namespace edgecc::testing

#endif // EDGECC_TEST_UNIT_EMITTESTING_H
