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
#include "llvm/Support/Program.h"

#include <random>

using namespace mlir;
using namespace edgecc;
using reference::Tensor;

namespace {

struct EmitCase {
  const char *name, *ir;
  const char *target = "generic";
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

  /// Whether this machine has all that the target asks for, or emulates it.
  static bool canRun(const Target &target) {
    std::vector<std::string> host = detectHostFeatures();
    if (target.emulator)
      return llvm::sys::findProgramByName(target.emulator->command) &&
             llvm::sys::findProgramByName(target.compiler.command);
    return llvm::all_of(target.features, [&](const std::string &feature) {
      return llvm::is_contained(host, feature);
    });
  }
};

TEST_P(EmitTest, MatchesInterpreter) {
  targetName = GetParam().target;
  if (!canRun(llvm::cantFail(loadTarget(targetName, findResourceDir("")))))
    GTEST_SKIP() << "this machine does not run code for " << targetName;
  auto module = parseSourceString<ModuleOp>(GetParam().ir, &context);
  ASSERT_TRUE(module);
  auto main = module->lookupSymbol<func::FuncOp>("main");
  std::mt19937 random(1);
  SmallVector<Tensor> inputs;
  for (Type type : main.getArgumentTypes())
    inputs.push_back(makeInput(cast<RankedTensorType>(type), random));
  matchesInterpreter(*module, inputs);
}

constexpr StringLiteral kVectorOperations[] = {
    "edge.conv", "edge.fully_connected", "_pool", "edge.gru", "edge.lstm"};

constexpr EmitCase kCases[] = {
#include "EmitCases.inc"
};

/// All cases portably; those with operations that have kernels of vectors with
/// these as well.
std::vector<EmitCase> listCases() {
  std::vector<EmitCase> cases(std::begin(kCases), std::end(kCases));
  for (const EmitCase &portable : kCases)
    for (const char *target :
         {"x86-avx2", "x86-avx512", "cortex-a53", "cortex-a76"})
      if (llvm::any_of(kVectorOperations, [&](StringRef operation) {
            return StringRef(portable.ir).contains(operation);
          }))
        cases.push_back({portable.name, portable.ir, target});
  return cases;
}

std::string nameCase(const ::testing::TestParamInfo<EmitCase> &info) {
  StringRef target = info.param.target;
  std::string name = info.param.name;
  if (target != "generic")
    name += "_" + target.substr(target.find('-') + 1).str();
  return name;
}

INSTANTIATE_TEST_SUITE_P(Operations, EmitTest, ::testing::ValuesIn(listCases()),
                         nameCase);

} // namespace
