//===- node-cases.cpp - Imports, interprets and emits many models ---------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The part of tools/dev/node-suite.py that needs edgecc: one process for all
// cases, because starting one per case costs more than the case. Reads a line
// of JSON per case from the file that is its argument:
//
//   {"name": "abs", "model": "abs.onnx", "inputs": ["x.npy"], "results": "abs",
//    "freeze": {"axes": "a.npy"}, "shapes": {"x": [2, 0]},
//    "code": {"generic": "out/generic"}}
//
// and writes one per case to standard output: {"name": "abs"}, with "import",
// "interpreter" or the name of a target where that fails, which is then the
// message. Results are written to RESULTS.0.npy, ...; code to FOLDER/NAME.cpp.
//
//===----------------------------------------------------------------------===//

#include "edgecc/Backend/Emit.h"
#include "edgecc/Dialect/Edge/Edge.h"
#include "edgecc/Import/Import.h"
#include "edgecc/Passes/Pipelines.h"
#include "edgecc/Passes/Registration.h"
#include "edgecc/Reference/Interpreter.h"
#include "edgecc/Reference/Npy.h"
#include "edgecc/Target/Target.h"

#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/LineIterator.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace edgecc;
using reference::Tensor;
namespace json = llvm::json;

namespace {

/// One case, from its description to its results.
class Case {
public:
  Case(const json::Object &description, StringRef resourceDir)
      : description(description), resourceDir(resourceDir),
        context(makeRegistry(), MLIRContext::Threading::DISABLED) {}

  /// What failed, by stage.
  json::Object run();

private:
  static DialectRegistry makeRegistry() {
    DialectRegistry registry;
    registerAllDialects(registry);
    return registry;
  }
  StringRef text(StringRef key) const {
    return description.getString(key).value_or("");
  }
  json::Object object(StringRef key) const {
    const json::Object *found = description.getObject(key);
    return found ? *found : json::Object();
  }
  ImportOptions getImportOptions() const;
  LogicalResult interpret(ModuleOp module);
  LogicalResult emit(ModuleOp module, StringRef targetName, StringRef folder);
  LogicalResult fail(llvm::Error error) {
    messages += llvm::toString(std::move(error));
    return failure();
  }

  const json::Object &description;
  StringRef resourceDir;
  MLIRContext context;
  std::string messages;
};

} // namespace

ImportOptions Case::getImportOptions() const {
  ImportOptions options;
  for (const auto &[input, file] : object("freeze"))
    options.frozenInputs[input] = file.getAsString().value_or("").str();
  for (const auto &[input, shape] : object("shapes"))
    if (const json::Array *sizes = shape.getAsArray())
      for (const json::Value &size : *sizes)
        options.inputShapes[input].push_back(size.getAsInteger().value_or(0));
  return options;
}

LogicalResult Case::interpret(ModuleOp module) {
  auto interpreter =
      reference::Interpreter::create(module.lookupSymbol<func::FuncOp>("main"));
  if (failed(interpreter))
    return failure();
  SmallVector<Tensor> inputs;
  if (const json::Array *files = description.getArray("inputs"))
    for (const json::Value &file : *files) {
      llvm::Expected<Tensor> tensor =
          reference::readNpy(file.getAsString().value_or(""), &context);
      if (!tensor)
        return fail(tensor.takeError());
      inputs.push_back(std::move(*tensor));
    }
  FailureOr<SmallVector<Tensor>> results = interpreter->run(inputs);
  if (failed(results))
    return failure();
  for (auto [index, result] : llvm::enumerate(*results)) {
    std::string path = (text("results") + "." + Twine(index) + ".npy").str();
    if (llvm::Error error = reference::writeNpy(path, result))
      return fail(std::move(error));
  }
  return success();
}

static llvm::Error writeFile(StringRef folder, const Twine &name,
                             StringRef contents) {
  SmallString<128> path(folder);
  llvm::sys::path::append(path, name);
  return llvm::writeToOutput(path, [&](llvm::raw_ostream &os) {
    os << contents;
    return llvm::Error::success();
  });
}

LogicalResult Case::emit(ModuleOp module, StringRef targetName,
                         StringRef folder) {
  llvm::Expected<Target> target = loadTarget(targetName, resourceDir);
  if (!target)
    return fail(target.takeError());
  OwningOpRef<ModuleOp> lowered = module.clone();
  PassManager passes(&context);
  buildSimplificationPipeline(passes);
  LoweringOptions lowering;
  lowering.features = target->features;
  buildLoweringPipeline(passes, lowering);
  if (failed(passes.run(*lowered)))
    return failure();
  std::string name = text("name").str();
  FailureOr<GeneratedCode> code =
      emitCode(*lowered, {name, resourceDir.str(), "", "node-cases", "",
                          targetName.str()});
  if (failed(code))
    return failure();
  if (llvm::Error error = writeFile(folder, name + ".h", code->header))
    return fail(std::move(error));
  if (llvm::Error error = writeFile(folder, name + ".cpp", code->source))
    return fail(std::move(error));
  return success();
}

json::Object Case::run() {
  json::Object failures;
  ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
    if (diagnostic.getSeverity() != DiagnosticSeverity::Error)
      return success();
    messages += diagnostic.str() + "\n";
    for (Diagnostic &note : diagnostic.getNotes())
      messages += "  " + note.str() + "\n";
    return success();
  });
  auto attempt = [&](StringRef stage, LogicalResult result) {
    if (failed(result))
      failures[stage] = std::move(messages);
    messages.clear();
  };
  OwningOpRef<ModuleOp> module =
      importOnnx(text("model"), context, getImportOptions());
  attempt("import", success(bool(module)));
  if (!module)
    return failures;
  attempt("interpreter", interpret(*module));
  for (const auto &[target, folder] : object("code"))
    attempt(target, emit(*module, target, folder.getAsString().value_or("")));
  return failures;
}

int main(int argc, char **argv) {
  auto file = llvm::MemoryBuffer::getFile(argc > 1 ? argv[1] : "-");
  if (argc != 2 || !file) {
    llvm::errs() << "usage: node-cases FILE\n";
    return 1;
  }
  std::string resourceDir = findResourceDir(argv[0]);
  for (llvm::line_iterator line(**file); !line.is_at_end(); ++line) {
    llvm::Expected<json::Value> parsed = json::parse(*line);
    json::Object *description = parsed ? parsed->getAsObject() : nullptr;
    if (!description) {
      llvm::errs() << "line " << line.line_number() << " is no JSON object\n";
      llvm::consumeError(parsed.takeError());
      return 1;
    }
    json::Object result = Case(*description, resourceDir).run();
    result["name"] = description->getString("name").value_or("");
    llvm::outs() << json::Value(std::move(result)) << "\n";
    llvm::outs().flush();
  }
  return 0;
}
