//===- TuningFile.h - What --tune writes and --tuned reads ------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_DRIVER_TUNINGFILE_H
#define EDGECC_DRIVER_TUNINGFILE_H

#include "edgecc/Backend/Tuning.h"

namespace edgecc::driver {

/// What has been measured for one target (docs/tuning.md).
struct Tuning {
  /// Where it was read from, for messages.
  std::string file;
  /// The target's name; the processor and compiler that were measured with.
  std::string target, machine, compiler;
  /// "ns" or "instructions".
  std::string measuredIn;
  std::vector<TunedLayer> layers;
};

/// Fails, naming file and field, on anything that is not such a file.
llvm::Expected<Tuning> readTuning(llvm::StringRef file);

/// As JSON, layers one after another; the same for the same contents.
std::string formatTuning(const Tuning &tuning);

} // namespace edgecc::driver

#endif // EDGECC_DRIVER_TUNINGFILE_H
