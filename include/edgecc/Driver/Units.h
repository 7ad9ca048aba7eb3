//===- Units.h - Sizes, times and energies as people write them -*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_DRIVER_UNITS_H
#define EDGECC_DRIVER_UNITS_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <cstdint>

namespace edgecc::driver {

/// Bytes from "1000", "64K", "1.5M"; K and M are 1024s.
llvm::Expected<uint64_t> parseSize(llvm::StringRef text);
/// Seconds from "20ms", "250us", "1.5s", "900ns".
llvm::Expected<double> parseTime(llvm::StringRef text);
/// Joules from "500uJ", "1.2mJ", "900nJ", "1J".
llvm::Expected<double> parseEnergy(llvm::StringRef text);

} // namespace edgecc::driver

#endif // EDGECC_DRIVER_UNITS_H
