//===- RepairOptions.h - How repairs are done -------------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_QUANT_REPAIROPTIONS_H
#define EDGECC_QUANT_REPAIROPTIONS_H

#include "edgecc/Quant/WeightGrid.h"

#include "llvm/ADT/STLFunctionalExtras.h"

namespace edgecc::quantization {

/// Called with the number of operations done and of all operations.
using ProgressFn = llvm::function_ref<void(size_t, size_t)>;

/// What can be done to a network so that quantization costs less.
enum class RepairMethod {
  Equalize,    ///< edge-equalize-layers, by activations
  Migrate,     ///< edge-migrate-scales
  Ranges,      ///< edge-calibrate method=output
  Reconstruct, ///< edge-reconstruct-weights rounding=descent
  Gptq,        ///< edge-reconstruct-weights rounding=gptq
  Refit,       ///< edge-refit-weights
  Bias,        ///< edge-correct-bias
};

/// The names of all, as a text of choices.
inline constexpr llvm::StringLiteral kRepairNames =
    "equalize, migrate, ranges, reconstruct, gptq, refit, bias";

llvm::StringRef stringifyRepair(RepairMethod method);
/// The method of that name, or nothing.
std::optional<RepairMethod> parseRepair(llvm::StringRef name);

/// What cross-layer equalization balances a channel's weights against.
enum class Balance {
  Weights,     ///< the range of the weights that compute the channel
  Activations, ///< the range of the channel's values on samples
};

struct EqualizeOptions {
  Balance balance = Balance::Activations;
  /// With `Activations`: how much of their range moves into the weights.
  double strength = 0.5;
};

/// How weights are rounded.
enum class Rounding {
  Nearest, ///< each to the nearest
  Descent, ///< so that the layer's error has a minimum along each weight
  Gptq,    ///< one after the other, errors made up for by those to come
};

/// What repairs of weights round to.
struct RepairOptions {
  /// Of layers without `edge.precision`.
  Precision precision = Precision::S8;
  /// Weights of four bits that share a multiplier; 0: all of a row.
  int64_t weightGroup = kDefaultWeightGroup;
  ProgressFn progress = nullptr;
};

struct ReconstructOptions : RepairOptions {
  Rounding rounding = Rounding::Descent;
  /// What is added to the second moments' diagonal, relative to its mean.
  double damping = 0.03;
  /// Gptq: weights of large inputs first.
  bool actOrder = true;
  /// Whether weights first move to what fits the rounded inputs best.
  bool fitInputs = true;
  /// The same as `damping` for that: how much it holds the weights.
  double fitDamping = 0.3;
};

} // namespace edgecc::quantization

#endif // EDGECC_QUANT_REPAIROPTIONS_H
