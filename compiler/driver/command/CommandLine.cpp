//===- CommandLine.cpp - Options as llvm::cl declares them ----------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CommandLine.h"

#include "mlir/IR/AsmState.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/raw_ostream.h"

using namespace edgecc::driver;
using namespace llvm;

/// What stands before the options in --help.
static constexpr const char *kOverview =
    "compiles a trained ONNX model into standalone C++ for an edge device";

static constexpr const char *kMoreHelp = R"(
EXAMPLES:
  edgecc kws.onnx -o out
      float C++ for this machine: out/kws.h, out/kws.cpp, out/report.json
  edgecc kws.onnx --target cortex-m4 --calib samples.npy --verify -o out
      integer C++ for a Cortex-M4, compared with the reference interpreter
      under QEMU
  edgecc kws.onnx --target cortex-m4 --calib samples.npy --ram 32K --flash 64K
      --max-drop 1.0 --eval eval.npy --labels labels.npy -o out
      the same, with a budget that the result must hold

EXIT STATUS:
  0  done
  1  the model, a data file or the command is wrong
  2  the budget cannot be met
  3  an error of edgecc itself; a reproducer was written

Nothing is written to the output folder unless everything succeeded.
)";

/// LLVM's messages without what we print ourselves: "edgecc: Unknown command
/// line argument '--x'.  Try: 'edgecc --help'", "edgecc: Did you mean '-o'?"
static std::string tidy(StringRef messages) {
  std::string text;
  for (StringRef line : split(messages.trim(), '\n')) {
    line = line.split(": ").second.split("  Try: ").first;
    text += (text.empty() ? "" : " ") + line.str();
  }
  return text;
}

Error CommandLine::parse(int argc, const char *const *argv) {
  // --mlir-print-ir-after-all and its like, in --help-hidden.
  mlir::registerAsmPrinterCLOptions();
  mlir::registerPassManagerCLOptions();
  // LLVM's libraries register hundreds of options of their own.
  cl::HideUnrelatedOptions(
      {&general, &budgets, &data, &choices, &checks, &developers});
  cl::extrahelp moreHelp(kMoreHelp);
  cl::SetVersionPrinter([](raw_ostream &os) {
    os << "edgecc " EDGECC_VERSION " (LLVM " LLVM_VERSION_STRING ")\n";
  });
  std::string messages;
  raw_string_ostream os(messages);
  if (cl::ParseCommandLineOptions(argc, argv, kOverview, &os))
    return Error::success();
  return createStringError(Twine(tidy(messages)));
}
