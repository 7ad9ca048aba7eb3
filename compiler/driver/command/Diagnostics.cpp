//===- Diagnostics.cpp - How edgecc says what is wrong --------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Diagnostics.h"

#include "mlir/IR/Location.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/Support/WithColor.h"

using namespace edgecc;
using namespace edgecc::driver;
using namespace llvm;

char StatusError::ID;

static constexpr const char *kTool = "edgecc";

Error driver::makeError(ExitStatus status, const Twine &message) {
  return make_error<StatusError>(status, message.str());
}

Error driver::alreadyReported(ExitStatus status) {
  return make_error<StatusError>(status, "");
}

void driver::printError(const Twine &message) {
  WithColor::error(errs(), kTool) << message << '\n';
}

/// Prints an error, unless a diagnostic has said it already.
static void printUnlessReported(const ErrorInfoBase &error) {
  std::string message = error.message();
  if (!message.empty())
    printError(message);
}

ExitStatus driver::report(Error error) {
  ExitStatus worst = Done;
  handleAllErrors(
      std::move(error),
      [&](const StatusError &status) {
        printUnlessReported(status);
        worst = std::max(worst, status.getStatus());
      },
      [&](const ErrorInfoBase &other) {
        printUnlessReported(other);
        worst = std::max(worst, InputError);
      });
  return worst;
}

void driver::warn(const Twine &message) {
  WithColor::warning(errs(), kTool) << message << '\n';
}

void driver::note(const Twine &message) {
  WithColor::note(errs(), kTool) << message << '\n';
}

//===----------------------------------------------------------------------===//
// Locations
//===----------------------------------------------------------------------===//

/// "node 'conv1'", "nodes 'conv1', 'relu1'"; empty where no node is known.
static std::string describeNodes(mlir::Location location) {
  SetVector<StringRef> names;
  location->walk([&](mlir::Location part) {
    if (auto named = dyn_cast<mlir::NameLoc>(part))
      names.insert(named.getName());
    return mlir::WalkResult::advance();
  });
  std::string text;
  for (StringRef name : names)
    text += (text.empty() ? "'" : ", '") + name.str() + "'";
  if (text.empty())
    return text;
  return (names.size() == 1 ? "node " : "nodes ") + text;
}

/// "file:12:3" of a location inside a file, for errors of MLIR's parsers.
static std::string describeFile(mlir::Location location) {
  auto file = dyn_cast<mlir::FileLineColLoc>(location);
  if (!file || file.getFilename().empty())
    return "";
  std::string text = file.getFilename().str();
  if (file.getLine())
    text += ":" + std::to_string(file.getLine()) + ":" +
            std::to_string(file.getColumn());
  return text;
}

static raw_ostream &startLine(mlir::DiagnosticSeverity severity) {
  switch (severity) {
  case mlir::DiagnosticSeverity::Error:
    return WithColor::error(errs(), kTool);
  case mlir::DiagnosticSeverity::Warning:
    return WithColor::warning(errs(), kTool);
  case mlir::DiagnosticSeverity::Note:
    return WithColor::note(errs(), kTool);
  case mlir::DiagnosticSeverity::Remark:
    return WithColor::remark(errs(), kTool);
  }
  return errs();
}

DiagnosticPrinter::DiagnosticPrinter(mlir::MLIRContext &context,
                                     StringRef model)
    : model(model), handler(&context, [this](mlir::Diagnostic &diagnostic) {
        print(diagnostic);
      }) {}

void DiagnosticPrinter::print(mlir::Diagnostic &diagnostic) {
  raw_ostream &os = startLine(diagnostic.getSeverity());
  std::string file = describeFile(diagnostic.getLocation());
  std::string nodes = describeNodes(diagnostic.getLocation());
  std::string message = diagnostic.str();
  // A message that begins with the file says where by itself.
  if (!file.empty() || !StringRef(message).starts_with(model))
    os << (file.empty() ? model : file) << ": ";
  // So does one that names its node.
  if (!nodes.empty() && !StringRef(message).contains(nodes))
    os << nodes << ": ";
  os << message << '\n';
  for (mlir::Diagnostic &attached : diagnostic.getNotes())
    print(attached);
}
