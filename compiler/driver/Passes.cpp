//===- Passes.cpp - Running passes, with a reproducer ---------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Passes.h"

#include "command/Diagnostics.h"

#include "edgecc/Plugin/Plugin.h"

#include "mlir/Pass/PassRegistry.h"
#include "llvm/Support/FileSystem.h"

using namespace edgecc;
using namespace edgecc::driver;
using namespace llvm;

namespace {
class ReproducerFile : public mlir::ReproducerStream {
public:
  ReproducerFile(StringRef path, int fd)
      : path(path), stream(fd, /*shouldClose=*/true) {}
  StringRef description() override { return path; }
  raw_ostream &os() override { return stream; }

private:
  std::string path;
  raw_fd_ostream stream;
};
} // namespace

/// Called by the pass manager when a pass fails or crashes.
static std::unique_ptr<mlir::ReproducerStream>
createReproducer(std::string &error) {
  SmallString<128> path;
  int fd = -1;
  if (std::error_code failure =
          sys::fs::createTemporaryFile("edgecc-reproducer", "mlir", fd, path)) {
    error = "cannot write a reproducer: " + failure.message();
    return nullptr;
  }
  note("an error of edgecc itself; please report it with this file, which "
       "'edgecc-opt --run-reproducer' runs: " +
       path);
  return std::make_unique<ReproducerFile>(path, fd);
}

Error driver::runPasses(mlir::ModuleOp module,
                        function_ref<void(mlir::OpPassManager &)> build) {
  mlir::PassManager passes(module.getContext(),
                           mlir::ModuleOp::getOperationName());
  if (failed(mlir::applyPassManagerCLOptions(passes)))
    return alreadyReported(InputError);
  passes.enableCrashReproducerGeneration(createReproducer);
  build(passes);
  if (failed(passes.run(module)))
    return alreadyReported(InternalError);
  return Error::success();
}

Error driver::runUserPasses(mlir::ModuleOp module,
                            function_ref<void(mlir::OpPassManager &)> build) {
  mlir::PassManager passes(module.getContext(),
                           mlir::ModuleOp::getOperationName());
  build(passes);
  if (failed(mlir::applyPassManagerCLOptions(passes)) ||
      failed(passes.run(module)))
    return alreadyReported(InputError);
  return Error::success();
}

Error driver::runPipeline(mlir::ModuleOp module, StringRef pipeline) {
  std::string message;
  raw_string_ostream os(message);
  FailureOr<mlir::OpPassManager> parsed = mlir::parsePassPipeline(pipeline, os);
  if (failed(parsed))
    return makeError(InputError,
                     "--pass-pipeline: " + StringRef(message).trim());
  if (parsed->getOpAnchorName() != mlir::ModuleOp::getOperationName())
    return makeError(InputError, "--pass-pipeline: write the passes as "
                                 "builtin.module(...), the model is a module");
  return runUserPasses(module, [&](mlir::OpPassManager &passes) {
    passes = std::move(*parsed);
  });
}

Error driver::loadPlugins(ArrayRef<std::string> files) {
  for (const std::string &file : files)
    if (Error error = loadPassPlugin(file))
      return error;
  return Error::success();
}
