//===- Compile.cpp - From the model's file to the output folder -----------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Diagnostics.h"
#include "Output.h"
#include "Passes.h"
#include "Stages.h"

#include "edgecc/Import/Import.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SHA256.h"

using namespace edgecc;
using namespace edgecc::driver;
using namespace llvm;

mlir::func::FuncOp driver::getModelFunction(mlir::ModuleOp module) {
  return module.lookupSymbol<mlir::func::FuncOp>("main");
}

//===----------------------------------------------------------------------===//
// Before any work: what can be found wrong at once
//===----------------------------------------------------------------------===//

static Error checkOutputs(const Options &options) {
  if (!options.outputFolder.empty())
    if (Error error = checkWritable(options.outputFolder))
      return error;
  if (options.reportFile.empty())
    return Error::success();
  return checkWritable(sys::path::parent_path(options.reportFile));
}

static Error prepare(Session &session) {
  const Options &options = session.options;
  session.resourceDir = findResourceDir(options.argv0);
  Expected<Target> target = loadTarget(options.target, session.resourceDir);
  if (!target)
    return target.takeError();
  session.target = std::move(*target);
  if (Error error = checkOutputs(options))
    return error;
  report::Report &report = session.report;
  report.tool = "edgecc " EDGECC_VERSION;
  report.command = options.command;
  report.model = options.model;
  report.target = session.target.name;
  report.budget = options.budget;
  return loadPlugins(options.plugins);
}

//===----------------------------------------------------------------------===//
// The stages that are short
//===----------------------------------------------------------------------===//

static Error importModel(Session &session) {
  const Options &options = session.options;
  ErrorOr<std::unique_ptr<MemoryBuffer>> file = MemoryBuffer::getFile(
      options.model, /*IsText=*/false, /*RequiresNullTerminator=*/false);
  if (!file)
    return createStringError("cannot read '" + options.model +
                             "': " + file.getError().message());
  session.report.modelSha256 =
      toHex(SHA256::hash(arrayRefFromStringRef((*file)->getBuffer())),
            /*LowerCase=*/true);
  ImportOptions importOptions;
  for (const InputShape &shape : options.inputShapes)
    importOptions.inputShapes[shape.input].assign(shape.shape.begin(),
                                                  shape.shape.end());
  for (const InputFile &input : options.frozenInputs)
    importOptions.frozenInputs[input.input] = input.file;
  session.imported = importOnnx(options.model, session.context, importOptions);
  return session.imported ? Error::success() : alreadyReported(InputError);
}

static void print(mlir::ModuleOp module) { module.print(outs()); }

Error driver::compile(Session &session) {
  if (Error error = prepare(session))
    return error;
  if (Error error = importModel(session))
    return error;
  if (session.options.emit == Emit::Onnx) {
    print(*session.imported);
    return Error::success();
  }
  session.edge = session.imported->clone();
  if (session.options.passPipeline)
    if (Error error = runPipeline(*session.edge, *session.options.passPipeline))
      return error;
  if (session.options.emit != Emit::Edge)
    return createStringError(
        "this version imports models and runs passes: use --emit onnx|edge");
  print(*session.edge);
  return Error::success();
}
