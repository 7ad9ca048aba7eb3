//===- Explore.h - What lies around the best cut ----------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_PARTITION_EXPLORE_H
#define EDGECC_PARTITION_EXPLORE_H

#include "edgecc/Partition/Network.h"

namespace edgecc::partition {

/// Everything as far out as it may be (tier `numTiers - 1`), or as near (0),
/// with the wire precisions that are best then. It need not hold the bounds.
Cut findExtreme(const Problem &problem, uint8_t tier);

/// Changes to the system, each of which alone would let some cut hold all that
/// is asked for: a sentence for each. Empty if there is no single one.
std::vector<std::string> findNearestFeasible(const System &system,
                                             const Network &network);

} // namespace edgecc::partition

#endif // EDGECC_PARTITION_EXPLORE_H
