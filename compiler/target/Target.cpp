//===- Target.cpp - Find and list target descriptions ---------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Names.h"

#include "edgecc/Target/Target.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include "llvm/TargetParser/Host.h"

using namespace llvm;

namespace edgecc {

StringRef toString(TargetKind kind) {
  switch (kind) {
  case TargetKind::Host:
    return "host";
  case TargetKind::CortexM:
    return "cortex-m";
  case TargetKind::AArch64:
    return "aarch64";
  case TargetKind::Armv7:
    return "armv7";
  }
  llvm_unreachable("covered switch");
}

bool Target::hasFeature(StringRef feature) const {
  return is_contained(features, feature);
}

StringSet<> Target::getFeatureSet() const {
  StringSet<> set;
  set.insert(features.begin(), features.end());
  return set;
}

//===----------------------------------------------------------------------===//
// The resource folder
//===----------------------------------------------------------------------===//

std::string findResourceDir(StringRef argv0) {
  if (std::optional<std::string> folder =
          sys::Process::GetEnv("EDGECC_RESOURCE_DIR"))
    return *folder;

  // The address only matters where argv[0] cannot be resolved through PATH.
  static int anchor;
  std::string program =
      sys::fs::getMainExecutable(argv0.str().c_str(), &anchor);
  SmallString<256> installed(sys::path::parent_path(program));
  sys::path::append(installed, "..", "share", "edgecc");
  sys::path::remove_dots(installed, /*remove_dot_dot=*/true);
#ifdef EDGECC_SOURCE_BACKENDS
  if (!sys::fs::is_directory(installed))
    return EDGECC_SOURCE_BACKENDS;
#endif
  return std::string(installed);
}

std::vector<std::string> detectHostFeatures() {
  std::vector<std::string> features;
  for (const auto &entry : sys::getHostCPUFeatures())
    if (entry.second)
      features.push_back(entry.first().str());
  llvm::sort(features);
  return features;
}

//===----------------------------------------------------------------------===//
// Names to files
//===----------------------------------------------------------------------===//

static Expected<std::vector<std::string>> listNames(StringRef resourceDir) {
  SmallString<256> folder(resourceDir);
  sys::path::append(folder, "targets");
  std::vector<std::string> names;
  std::error_code code;
  for (sys::fs::directory_iterator it(folder, code), end; it != end && !code;
       it.increment(code))
    if (sys::path::extension(it->path()) == ".json")
      names.push_back(sys::path::stem(it->path()).str());
  if (code)
    return createStringError(
        code,
        "cannot read the target descriptions in '%s': %s; set "
        "EDGECC_RESOURCE_DIR to the folder that holds targets/ and runtime/",
        folder.c_str(), code.message().c_str());
  llvm::sort(names);
  return names;
}

static Expected<Target> loadFile(StringRef file, StringRef resourceDir) {
  ErrorOr<std::unique_ptr<MemoryBuffer>> buffer =
      MemoryBuffer::getFile(file, /*IsText=*/true);
  if (!buffer)
    return createStringError(
        buffer.getError(), "cannot read the target description '%s': %s",
        file.str().c_str(), buffer.getError().message().c_str());
  return parseTarget((*buffer)->getBuffer(), file, resourceDir);
}

static std::string fileOf(StringRef name, StringRef resourceDir) {
  SmallString<256> file(resourceDir);
  sys::path::append(file, "targets", name + ".json");
  return std::string(file);
}

Error unknownName(StringRef what, StringRef name, ArrayRef<std::string> names,
                  StringRef wayOut) {
  const std::string *nearest = nullptr;
  unsigned best = name.size() / 2 + 1;
  for (const std::string &candidate : names)
    if (unsigned distance = name.edit_distance(candidate); distance < best) {
      best = distance;
      nearest = &candidate;
    }
  std::string message = ("unknown " + what + " '" + name + "'").str();
  if (nearest)
    message += "; did you mean '" + *nearest + "'?";
  message +=
      ("\nknown " + what + "s: " + join(names, ", ") + "\n" + wayOut).str();
  return createStringError(inconvertibleErrorCode(), message);
}

Expected<Target> loadTarget(StringRef nameOrFile, StringRef resourceDir) {
  if (nameOrFile.ends_with(".json"))
    return loadFile(nameOrFile, resourceDir);

  Expected<std::vector<std::string>> names = listNames(resourceDir);
  if (!names)
    return names.takeError();
  if (!is_contained(*names, nameOrFile))
    return unknownName("target", nameOrFile, *names,
                       "for a target of your own give its JSON file");
  Expected<Target> target =
      loadFile(fileOf(nameOrFile, resourceDir), resourceDir);
  if (target && target->name != nameOrFile)
    return createStringError(
        inconvertibleErrorCode(),
        "%s: field 'name' is '%s'; in the resource folder it must be the "
        "file's own name, '%s'",
        target->file.c_str(), target->name.c_str(), nameOrFile.str().c_str());
  return target;
}

Expected<std::vector<Target>> listTargets(StringRef resourceDir) {
  Expected<std::vector<std::string>> names = listNames(resourceDir);
  if (!names)
    return names.takeError();
  std::vector<Target> targets;
  for (const std::string &name : *names) {
    Expected<Target> target = loadTarget(name, resourceDir);
    if (!target)
      return target.takeError();
    targets.push_back(std::move(*target));
  }
  return targets;
}

} // namespace edgecc
