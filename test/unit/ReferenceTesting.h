//===- ReferenceTesting.h - Running operations in tests ---------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_TEST_UNIT_REFERENCETESTING_H
#define EDGECC_TEST_UNIT_REFERENCETESTING_H

#include "edgecc/Passes/Registration.h"
#include "edgecc/Reference/Interpreter.h"

#include "mlir/AsmParser/AsmParser.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/Parser/Parser.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

#include <gtest/gtest.h>
#include <random>

namespace edgecc::testing {

using llvm::ArrayRef;
using llvm::SmallVector;
using llvm::StringRef;
using reference::Tensor;
using Sizes = SmallVector<int64_t>;

inline std::string toText(ArrayRef<int64_t> values, StringRef separator) {
  std::string text;
  llvm::raw_string_ostream os(text);
  llvm::interleave(values, os, separator);
  return text;
}

inline int64_t product(ArrayRef<int64_t> sizes) {
  int64_t result = 1;
  for (int64_t size : sizes)
    result *= size;
  return result;
}

/// The coordinates of element number `index` of a shape.
inline Sizes unravel(int64_t index, ArrayRef<int64_t> shape) {
  Sizes result(shape.size());
  for (size_t axis = shape.size(); axis-- > 0; index /= shape[axis])
    result[axis] = index % shape[axis];
  return result;
}

class ReferenceTest : public ::testing::Test {
protected:
  ReferenceTest() : context(makeRegistry()) {
    context.loadAllAvailableDialects();
  }

  static mlir::DialectRegistry makeRegistry() {
    mlir::DialectRegistry registry;
    registerAllDialects(registry);
    return registry;
  }

  mlir::RankedTensorType type(StringRef text) {
    return mlir::cast<mlir::RankedTensorType>(
        mlir::parseType(("tensor<" + text + ">").str(), &context));
  }

  template <typename T> Tensor tensor(StringRef typeText, ArrayRef<T> values) {
    Tensor result(type(typeText));
    EXPECT_EQ(result.getData<T>().size(), values.size());
    llvm::copy(values, result.getData<T>().begin());
    return result;
  }

  /// A tensor of random numbers in [lo, hi].
  template <typename T> Tensor random(StringRef typeText, T lo, T hi) {
    Tensor result(type(typeText));
    for (T &value : result.getData<T>())
      if constexpr (std::is_floating_point_v<T>)
        value = std::uniform_real_distribution<T>(lo, hi)(generator);
      else
        value = T(std::uniform_int_distribution<int64_t>(lo, hi)(generator));
    return result;
  }

  /// Executes `%r = <operation>` on the inputs, its operands %0, %1, ...
  Tensor evaluate(StringRef operation, ArrayRef<Tensor> inputs,
                  StringRef resultType) {
    std::string text;
    llvm::raw_string_ostream os(text);
    os << "func.func @main(";
    for (auto [index, input] : llvm::enumerate(inputs))
      os << (index ? ", %" : "%") << "arg" << index << ": " << input.getType();
    os << ") -> tensor<" << resultType << "> {\n  %r = " << operation
       << "\n    : (";
    llvm::interleaveComma(inputs, os,
                          [&](const Tensor &t) { os << t.getType(); });
    os << ") -> tensor<" << resultType << ">\n  return %r : tensor<"
       << resultType << ">\n}\n";
    return run(text, inputs);
  }

  /// The first result of @main in a module; no elements on failure.
  Tensor run(StringRef text, ArrayRef<Tensor> inputs) {
    module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
    if (module) {
      auto interpreter = reference::Interpreter::create(
          module->lookupSymbol<mlir::func::FuncOp>("main"));
      if (succeeded(interpreter)) {
        auto results = interpreter->run(inputs);
        if (succeeded(results))
          return results->front();
      }
    }
    ADD_FAILURE() << text.str();
    return Tensor(type("0xf32"));
  }

  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::mt19937 generator{1};
};

} // namespace edgecc::testing

#endif // EDGECC_TEST_UNIT_REFERENCETESTING_H
