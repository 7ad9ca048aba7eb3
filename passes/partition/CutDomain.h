//===- CutDomain.h - What is still open in the search for a cut -*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_PASSES_PARTITION_CUTDOMAIN_H
#define EDGECC_PASSES_PARTITION_CUTDOMAIN_H

#include "edgecc/Partition/Cut.h"

namespace edgecc::partition {

/// The tiers that each unit, and the precisions that each crossing may have.
struct Domain {
  explicit Domain(const Problem &problem);

  /// Leaves out tiers from which data would have to come back. False if a unit
  /// has none left.
  bool propagate(const Problem &problem);
  /// Every unit as near to the device as it may be.
  Assignment makeFirst() const;

  std::vector<uint8_t> lowest, highest;
  std::vector<std::array<uint8_t, kMaxLinks>> wires;
};

bool isWithinBounds(const Problem &problem, const Costs &costs);

/// The assignment in the domain with the least weighted costs, bounds aside: a
/// minimum cut (Relaxation.cpp).
Assignment solveRelaxation(const Problem &problem, const Domain &domain,
                           const Costs &weights);

} // namespace edgecc::partition

#endif // EDGECC_PASSES_PARTITION_CUTDOMAIN_H
