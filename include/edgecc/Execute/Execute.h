//===- Execute.h - Build, run and measure generated code --------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What --verify and --measure stand on: NAME.h and NAME.cpp are compiled for
// their target together with a fixed runner, executed on samples (directly or
// under QEMU), and measured.
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_EXECUTE_EXECUTE_H
#define EDGECC_EXECUTE_EXECUTE_H

#include "edgecc/Target/Target.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace edgecc::execute {

/// The raw bytes of all tensors of one sample, one after another in the
/// model's order, as TensorInfo describes them.
using Bytes = std::vector<uint8_t>;

struct BuildOptions {
  /// Compile the model with the warnings that its contract promises to be free
  /// of (-Wall -Wextra -Wconversion -Wshadow), as errors.
  bool strictWarnings = false;
  /// Only what layers cost is asked for: the model is compiled once, with
  /// marks.
  bool onlyLayers = false;
  /// Limits for one compiler or emulator process.
  unsigned compileTimeoutSeconds = 600;
  unsigned runTimeoutSeconds = 600;
};

/// Bytes of the program image that stay in non-volatile memory.
struct Flash {
  uint64_t weights = 0;
  uint64_t code = 0;
  uint64_t total = 0;
  std::string source; ///< "linked image" or "object file (text + constants)"
};

/// What one call of NAME_run costs.
struct Measurement {
  std::optional<uint64_t> instructions;
  /// Instructions by class ("load", "mul", ...); empty if not known.
  std::map<std::string, uint64_t> classes;
  /// Instructions by function (linker symbol, demangled); empty if not known.
  std::map<std::string, uint64_t> functions;
  std::optional<double> nanoseconds;
  /// Instructions of each EDGECC_LAYER of a program that has marks.
  std::vector<uint64_t> layers;
  std::string source; ///< "qemu-plugin", "perf_event" or "clock"
  std::optional<uint64_t> stackBytes;
  Flash flash;
};

/// What each layer of one call costs, in order.
struct LayerCosts {
  std::vector<double> values;
  std::string unit; ///< "ns" or "instructions"
};

/// A model compiled for a target, in a temporary folder that goes with it.
class Executable {
public:
  Executable(Executable &&);
  Executable &operator=(Executable &&);
  ~Executable();

  /// Runs all samples in one process: NAME_reset once, then NAME_run for each.
  /// Returns the output tensors of each sample. Fails if a sample has the
  /// wrong size, the program crashes, does not end in time, or writes outside
  /// its context or its outputs.
  llvm::Expected<std::vector<Bytes>> run(llvm::ArrayRef<Bytes> samples) const;

  /// Measures NAME_run on one sample.
  llvm::Expected<Measurement> measure(const Bytes &sample) const;

  /// Instructions of each layer of NAME_run on one sample, in order. Compiles
  /// the model once more, with a mark (a call) before each layer; counts may be
  /// some instructions higher than without. Empty where QEMU cannot count.
  llvm::Expected<std::vector<uint64_t>>
  measureLayers(const Bytes &sample) const;

  /// The same in nanoseconds, the least of many runs. Empty where this machine
  /// does not run the code.
  llvm::Expected<std::vector<double>> timeLayers(const Bytes &sample) const;

  /// In time where this machine runs the code, else in instructions.
  llvm::Expected<LayerCosts> costLayers(const Bytes &sample) const;

  /// The linked program, and the folder in which it lies.
  std::string getProgram() const;
  llvm::StringRef getFolder() const;

  /// Implementation, defined in compiler/execute.
  struct State;
  explicit Executable(std::unique_ptr<State> state);

private:
  std::unique_ptr<State> state;
};

/// Compiles `folder`/`name`.cpp with the runner for `target`. On failure the
/// error carries what the compiler said.
llvm::Expected<Executable> build(llvm::StringRef folder, llvm::StringRef name,
                                 const Target &target,
                                 const BuildOptions &options = {});

/// Fails, naming the package to install, if the compiler or the emulator of
/// `target` is absent, or if this machine cannot run its code.
llvm::Error checkTools(const Target &target);

} // namespace edgecc::execute

#endif // EDGECC_EXECUTE_EXECUTE_H
