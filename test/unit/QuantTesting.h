//===- QuantTesting.h - Models for tests of quantization --------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_TEST_UNIT_QUANTTESTING_H
#define EDGECC_TEST_UNIT_QUANTTESTING_H

#include "edgecc/Import/Import.h"
#include "edgecc/Passes/Registration.h"
#include "edgecc/Quant/Calibration.h"
#include "edgecc/Reference/Interpreter.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"

#include <mutex>
#include <random>

namespace edgecc::testing {

using Samples = std::vector<std::vector<reference::Tensor>>;

inline void initialize(mlir::MLIRContext &context) {
  static std::once_flag once;
  std::call_once(once, [] { registerAllPasses(); });
  mlir::DialectRegistry registry;
  registerAllDialects(registry);
  context.appendDialectRegistry(registry);
}

inline llvm::LogicalResult runPasses(mlir::ModuleOp module,
                                     llvm::StringRef pipeline) {
  mlir::PassManager passes(module.getContext());
  if (failed(mlir::parsePassPipeline(pipeline, passes)))
    return llvm::failure();
  return passes.run(module);
}

inline mlir::func::FuncOp getMain(mlir::ModuleOp module) {
  return *module.getOps<mlir::func::FuncOp>().begin();
}

/// A model as quantization gets it: imported and simplified. Null on failure.
inline mlir::OwningOpRef<mlir::ModuleOp>
loadSimplified(llvm::StringRef path, mlir::MLIRContext &context) {
  initialize(context);
  auto module = importOnnx(path, context, ImportOptions());
  if (module && failed(runPasses(*module, "edge-simplify")))
    return {};
  return module;
}

/// The model calibrated on samples, in integers. Null on failure.
inline mlir::OwningOpRef<mlir::ModuleOp>
quantizeCopy(mlir::ModuleOp module, const Samples &samples,
             const quantization::CalibrationOptions &options = {},
             quantization::Precision precision = quantization::Precision::S8) {
  mlir::OwningOpRef<mlir::ModuleOp> copy(module.clone());
  std::string pipeline = "func.func(edge-quantize{precision=" +
                         quantization::stringifyPrecision(precision).str() +
                         "})";
  if (failed(runPasses(*copy, "edge-prepare-calibration")) ||
      failed(quantization::calibrate(getMain(*copy), samples, options)) ||
      failed(runPasses(*copy, pipeline)))
    return {};
  return copy;
}

/// The binary form of a model in text, as a file of the test's own.
inline std::string convertModel(const std::string &text) {
  llvm::SmallString<128> binary;
  llvm::sys::fs::createTemporaryFile("quant", "onnx", binary);
  std::string tool = EDGECC_BIN_DIR "/onnx-as";
  llvm::sys::ExecuteAndWait(tool, {tool, text, "-o", binary.str()});
  return binary.str().str();
}

/// Samples of even numbers in [-1, 1], the same everywhere.
inline Samples makeSamples(mlir::func::FuncOp func, size_t count) {
  std::mt19937 generator(1);
  Samples samples(count);
  for (auto &sample : samples)
    for (mlir::Type type : func.getArgumentTypes()) {
      reference::Tensor tensor(llvm::cast<mlir::RankedTensorType>(type));
      for (float &value : tensor.getData<float>())
        value = float(generator()) / 2147483648.0f - 1.0f;
      sample.push_back(std::move(tensor));
    }
  return samples;
}

/// One output for each sample; empty on failure.
inline std::vector<reference::Tensor> computeOutputs(mlir::ModuleOp module,
                                                     const Samples &samples,
                                                     unsigned index = 0) {
  auto interpreter = reference::Interpreter::create(getMain(module));
  std::vector<reference::Tensor> outputs;
  if (failed(interpreter))
    return outputs;
  for (const auto &sample : samples) {
    auto results = interpreter->run(sample);
    if (failed(results))
      return {};
    outputs.push_back((*results)[index]);
  }
  return outputs;
}

} // namespace edgecc::testing

#endif // EDGECC_TEST_UNIT_QUANTTESTING_H
