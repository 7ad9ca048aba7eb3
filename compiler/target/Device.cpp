//===- Device.cpp - Parts that one can buy --------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Target/Device.h"

#include "Names.h"

#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

using namespace llvm;

namespace edgecc {

static bool fromJSON(const json::Value &value, Device &device,
                     json::Path path) {
  json::ObjectMapper map(value, path);
  uint64_t clock = 0, ram = 0, flash = 0;
  std::optional<double> power;
  if (!map || !map.map("target", device.target) ||
      !map.map("description", device.description) ||
      !map.map("clock_hz", clock) || !map.map("ram", ram) ||
      !map.map("flash", flash) || !map.mapOptional("active_power_mw", power))
    return false;
  device.limits = {clock, ram, flash, power};
  return true;
}

Expected<std::map<std::string, Device>> loadDevices(StringRef resourceDir) {
  SmallString<256> file(resourceDir);
  sys::path::append(file, "devices.json");
  ErrorOr<std::unique_ptr<MemoryBuffer>> buffer =
      MemoryBuffer::getFile(file, /*IsText=*/true);
  if (!buffer)
    return createStringError(buffer.getError(),
                             "cannot read the devices in '%s': %s",
                             file.c_str(), buffer.getError().message().c_str());
  return json::parse<std::map<std::string, Device>>((*buffer)->getBuffer(),
                                                    "devices.json");
}

Expected<Device> loadDevice(StringRef name, StringRef resourceDir) {
  Expected<std::map<std::string, Device>> devices = loadDevices(resourceDir);
  if (!devices)
    return devices.takeError();
  auto found = devices->find(name.str());
  if (found != devices->end())
    return found->second;
  std::vector<std::string> names;
  for (const auto &[known, device] : *devices)
    names.push_back(known);
  return unknownName("device", name, names,
                     "for another part give --target, --ram and --flash");
}

} // namespace edgecc
