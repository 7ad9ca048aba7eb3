//===- Target.h - Description of a device and its tools ---------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A target is data: one JSON file says what the core can do, which compiler
// makes code for it and how that code is run on the developer's machine.
// docs/adding-a-target.md describes the fields.
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_TARGET_TARGET_H
#define EDGECC_TARGET_TARGET_H

#include "llvm/ADT/StringRef.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/Error.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace edgecc {

/// How code for a target is linked and started.
enum class TargetKind {
  Host,    ///< the machine that edgecc runs on
  CortexM, ///< bare metal, under qemu-system-arm with semihosting
  AArch64, ///< Linux program, under qemu-aarch64
  Armv7,   ///< Linux program, under qemu-arm
};

llvm::StringRef toString(TargetKind kind);

/// The C++ compiler that makes code for a target.
struct TargetCompiler {
  std::string command;
  std::vector<std::string> flags; ///< code generation: -mcpu=... and the like
  std::vector<std::string> linkFlags; ///< in addition, when linking
  std::string optimization = "-O3";
  std::string package; ///< what to install when `command` is absent
};

/// What runs the code when it is not run directly. For a `Host` target it only
/// counts instructions.
struct TargetEmulator {
  std::string command;
  std::vector<std::string> args;
  std::string machine; ///< -M of a system emulator
  std::string cpu;     ///< -cpu, when the machine does not imply it
  std::string package; ///< what to install when `command` is absent
};

/// A typical device with this core; only a default where the user gives no
/// budget and no clock.
struct TargetDevice {
  std::optional<uint64_t> clockHz;
  std::optional<uint64_t> ram;
  std::optional<uint64_t> flash;
  /// While it computes, all of the part; in milliwatts.
  std::optional<double> activePower;
};

struct Target {
  std::string name;
  std::string description;
  TargetKind kind = TargetKind::Host;
  std::string core;
  /// What kernels may ask for: "dsp", "fpu-sp", "neon", "dotprod", "avx2", ...
  std::vector<std::string> features;
  /// Buffers and the context begin at multiples of this many bytes: where
  /// vectors are longer than 16 bytes, a line of the cache.
  uint64_t bufferAlignment = 16;
  TargetCompiler compiler;
  std::optional<TargetEmulator> emulator;
  std::string linkerScript; ///< path; empty unless bare metal
  TargetDevice device;
  std::string file;        ///< the JSON file it was read from
  std::string resourceDir; ///< where runtime/ lies

  bool hasFeature(llvm::StringRef feature) const;
  llvm::StringSet<> getFeatureSet() const;
};

/// The folder with targets/ and runtime/: $EDGECC_RESOURCE_DIR, else
/// share/edgecc beside the folder of the running program (installed), else the
/// source tree that edgecc was built from. `argv0` as given to main().
std::string findResourceDir(llvm::StringRef argv0);

/// Loads the target of this name, or from a file when `nameOrFile` ends in
/// ".json". Fails with a message that names file, field and what is needed;
/// for an unknown name, with all names and the nearest one.
llvm::Expected<Target> loadTarget(llvm::StringRef nameOrFile,
                                  llvm::StringRef resourceDir);

/// All targets of the resource folder, ordered by name.
llvm::Expected<std::vector<Target>> listTargets(llvm::StringRef resourceDir);

/// Parses a target description; `file` is only used in messages and to find
/// the linker script, which lies beside it or in `resourceDir`/runtime.
llvm::Expected<Target> parseTarget(llvm::StringRef json, llvm::StringRef file,
                                   llvm::StringRef resourceDir);

/// The subset of feature names that the running machine has.
std::vector<std::string> detectHostFeatures();

} // namespace edgecc

#endif // EDGECC_TARGET_TARGET_H
