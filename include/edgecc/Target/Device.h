//===- Device.h - Parts that one can buy ------------------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_TARGET_DEVICE_H
#define EDGECC_TARGET_DEVICE_H

#include "edgecc/Target/Target.h"

#include <map>

namespace edgecc {

/// A part: its core, clock and memories.
struct Device {
  std::string target; ///< as --target takes it
  std::string description;
  TargetDevice limits; ///< all of them known
};

/// All devices of the resource folder's devices.json, by name. Fails with a
/// message that names the device and the field.
llvm::Expected<std::map<std::string, Device>>
loadDevices(llvm::StringRef resourceDir);

/// One of them; for an unknown name, an error with all names and the nearest.
llvm::Expected<Device> loadDevice(llvm::StringRef name,
                                  llvm::StringRef resourceDir);

} // namespace edgecc

#endif // EDGECC_TARGET_DEVICE_H
