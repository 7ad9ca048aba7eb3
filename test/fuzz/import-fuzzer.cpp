//===- import-fuzzer.cpp - Any bytes as a model ---------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A libFuzzer target. Bytes are imported as a model and, if that succeeds and
// the model is small, simplified. Neither may crash, and neither may fail
// without saying why. See README.md.
//
//===----------------------------------------------------------------------===//

#include "edgecc/Import/Import.h"
#include "edgecc/Passes/Pipelines.h"

#include "mlir/IR/MLIRContext.h"
#include "mlir/Pass/PassManager.h"

using namespace mlir;

/// Simplification folds constants. More elements than this in all tensors
/// together take time, and show nothing that smaller ones do not.
static constexpr int64_t kMaxElements = 1 << 16;

static bool isSmall(ModuleOp module) {
  int64_t total = 0;
  module.walk([&](Operation *op) {
    for (Type type : op->getResultTypes())
      if (auto tensor = dyn_cast<RankedTensorType>(type))
        total += std::min(tensor.getNumElements(), kMaxElements);
  });
  return total < kMaxElements;
}

/// Ends the process, which libFuzzer records as a finding.
static void expectMessage(bool succeeded, int errors, const char *stage) {
  if (succeeded || errors > 0)
    return;
  llvm::errs() << stage << " failed without a message\n";
  std::abort();
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  // A context per input: nothing carries over, so that a finding reproduces.
  MLIRContext context(MLIRContext::Threading::DISABLED);
  int errors = 0;
  ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
    errors += diagnostic.getSeverity() == DiagnosticSeverity::Error;
    return success();
  });
  StringRef content(reinterpret_cast<const char *>(data), size);
  OwningOpRef<ModuleOp> module =
      edgecc::importOnnx({content, "fuzz.onnx"}, context, {});
  expectMessage(bool(module), errors, "import");
  if (!module || !isSmall(*module))
    return 0;
  PassManager manager(&context);
  edgecc::buildSimplificationPipeline(manager);
  bool simplified = succeeded(manager.run(*module));
  expectMessage(simplified, errors, "simplification");
  return 0;
}
