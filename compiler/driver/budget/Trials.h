//===- Trials.h - Compilations in other ways --------------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_DRIVER_BUDGET_TRIALS_H
#define EDGECC_DRIVER_BUDGET_TRIALS_H

#include "Session.h"
#include "command/Progress.h"

#include <map>

namespace edgecc::driver {

/// A way to compile the calibrated model.
struct TrialChoice {
  quantization::PrecisionMix mix;
  /// Limits of RAM and flash that kernels and schedule are chosen for; the rest
  /// does not matter.
  report::Budget limits;
  bool optimizesSize = false;
  /// Auto: what --coding says.
  Coding coding = Coding::Auto;
  /// Whether accuracy is of no interest where RAM, flash, time or energy are
  /// beyond the limits.
  bool mayBeDraft = false;
};

/// One compilation, measured; a draft has no repairs and no accuracy.
struct Trial {
  TrialChoice choice;
  report::Report report;
  bool isDraft = false;
};

/// Compiles a session's calibrated model in one way after the other. Each is
/// made once. Nothing is verified, and layers are not counted, except for the
/// one that is published.
class Trials {
public:
  Trials(Session &session, const char *progress);

  llvm::Expected<const Trial *> run(const TrialChoice &choice);
  /// Compiles once more, as the options ask for, and leaves everything in the
  /// session.
  llvm::Error publish(const TrialChoice &choice);

private:
  llvm::Error tryChoice(const TrialChoice &choice);
  llvm::Error compile(const TrialChoice &choice);
  llvm::Error quantize(const quantization::PrecisionMix &mix);
  llvm::Error draft(const quantization::PrecisionMix &mix);

  /// What is left of the session after quantization with a mix.
  struct Quantized {
    mlir::OwningOpRef<mlir::ModuleOp> edge;
    IoLayout layout;
    llvm::StringMap<double> sqnr;
    report::Report report;
  };

  void keep(Quantized &result) const;
  void restore(Quantized &known, const quantization::PrecisionMix &mix);

  Session &session;
  const std::string optimization;
  const bool optimizesSize;
  Progress progress;
  std::map<std::string, Quantized> quantized, drafts;
  std::map<std::string, Trial> trials;
};

/// One letter for each layer.
std::string getKey(const quantization::PrecisionMix &mix);

} // namespace edgecc::driver

#endif // EDGECC_DRIVER_BUDGET_TRIALS_H
