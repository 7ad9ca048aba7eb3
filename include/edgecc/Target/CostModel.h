//===- CostModel.h - What a kernel is expected to take ----------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Instructions of a kernel as a linear function of its shape, one set of
// coefficients per kernel and core: the resource folder's costs/TARGET.json,
// fitted to counted instructions by tools/dev/fit-costs.py. For where nothing
// can be run; what can be measured is measured.
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_TARGET_COSTMODEL_H
#define EDGECC_TARGET_COSTMODEL_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <map>
#include <optional>
#include <string>

namespace edgecc {

/// The shape of a kernel call, in elements.
struct CallShape {
  uint64_t macs = 0;
  uint64_t inputs = 0;   ///< all tensors that are no constants
  uint64_t outputs = 0;  ///< all results
  uint64_t channels = 1; ///< last axis of the first result
};

class CostModel {
public:
  /// The costs of a target; none if it has no file. Fails, naming it, if the
  /// file is not as it should be.
  static llvm::Expected<std::optional<CostModel>>
  load(llvm::StringRef target, llvm::StringRef resourceDir);

  /// Instructions of a call, or nothing for a kernel that is not known.
  std::optional<uint64_t> predict(llvm::StringRef kernel,
                                  const CallShape &shape) const;

private:
  /// By kernel, then by the name of a term: "macs", "taps" (MACs per channel),
  /// "outputs", "pixels" (outputs per channel), "inputs", "channels", "blocks"
  /// (pixels times fours of channels), "vectors" (blocks times sixteens of
  /// taps), "call".
  std::map<std::string, std::map<std::string, double>> kernels;
};

} // namespace edgecc

#endif // EDGECC_TARGET_COSTMODEL_H
