//===- Repair.h - Quantization with repairs ---------------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_DRIVER_ACCURACY_REPAIR_H
#define EDGECC_DRIVER_ACCURACY_REPAIR_H

#include "edgecc/Quant/RepairOptions.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/Support/Error.h"

#include <vector>

namespace edgecc::driver {

struct Session;

/// How many combinations of repairs are tried.
enum class RepairEffort {
  None,  ///< Rounding to nearest.
  Quick, ///< Only the most useful combination.
  Some,  ///< That, and the one that was best for the first mix.
  All
};

/// A model in integers.
struct RepairedModel {
  /// The float model with ranges that it was made from. Its channels may be
  /// scaled differently than in the model as imported.
  mlir::OwningOpRef<mlir::ModuleOp> calibrated;
  mlir::OwningOpRef<mlir::ModuleOp> quantized;
  /// What was done to it.
  std::vector<quantization::RepairMethod> methods;
  /// Signal to noise of the outputs on samples that repairs have not seen, the
  /// worst output, in dB.
  double sqnr = 0.0;
};

/// The calibrated model of a session with its layers in these precisions, with
/// the repairs that --repair names. By itself it tries some combinations and
/// none, and keeps what has the least noise on a part of the calibration
/// samples that repairs do not see; `effort` says how many. The session
/// remembers what was best of some or all for a mix: the next time it is all
/// that is made.
llvm::Expected<RepairedModel>
quantizeRepaired(Session &session, llvm::ArrayRef<quantization::Precision> mix,
                 RepairEffort effort);

} // namespace edgecc::driver

#endif // EDGECC_DRIVER_ACCURACY_REPAIR_H
