//===- ExecuteImpl.h - Shared between build, run and measure ----*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_EXECUTE_EXECUTEIMPL_H
#define EDGECC_EXECUTE_EXECUTEIMPL_H

#include "Process.h"

#include "edgecc/Execute/Execute.h"

#include "llvm/ADT/STLExtras.h"

namespace edgecc::execute {

/// What an executable knows about itself, and the folder that it owns.
struct Executable::State {
  std::string sourceFolder, name;
  Target target;
  BuildOptions options;
  std::string folder; ///< temporary

  std::string path(llvm::StringRef file) const;
  std::string modelObject() const { return path("model.o"); }
  std::string program() const { return path("program"); }
  /// The same, with marks at the layers (layer_marks.h).
  std::string markedObject() const { return path("marked.o"); }
  std::string markedProgram() const { return path("marked"); }

  ~State();
};

/// Compiles and links runtime sources with an object file of the model to
/// `output`.
llvm::Error link(const Executable::State &state,
                 llvm::ArrayRef<llvm::StringRef> runtimeSources,
                 llvm::StringRef object, llvm::StringRef output);

/// Links the runner with an object file of the model.
llvm::Error linkRunner(const Executable::State &state, llvm::StringRef object,
                       llvm::StringRef output);

/// Compiles the model with marks at its layers, and links it with the runner.
/// `marks` is the header that has them: layer_marks.h, layer_clock.h.
llvm::Error buildMarked(const Executable::State &state, llvm::StringRef marks);

/// Links the least image that contains the model (Cortex-M), or looks at the
/// model's object file.
llvm::Expected<Flash> measureFlash(const Executable::State &state);

/// What the runner is asked to do; the first letter goes to the program.
enum class RunMode { Run, Count, Time, TimeLayers };

/// Where the counting plugin shall count, and write to.
struct CountRequest {
  std::string program;
  uint64_t begin = 0, end = 0;
  std::optional<uint64_t> layer; ///< executed at the beginning of each layer
  std::string resultFile;
};

/// One start of the program: what it wrote and what it reported.
struct RunResult {
  std::string output;
  std::map<std::string, uint64_t> reports;
};

/// Whether this machine runs the target's code without an emulator.
bool runsDirectly(const Target &target);

/// Of program() or, to time layers, of markedProgram().
llvm::Expected<RunResult> execute(const Executable::State &state,
                                  llvm::ArrayRef<Bytes> samples, RunMode mode,
                                  const CountRequest *count = nullptr);

} // namespace edgecc::execute

#endif // EDGECC_EXECUTE_EXECUTEIMPL_H
