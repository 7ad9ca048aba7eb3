//===- Output.cpp - Files that appear together or not at all --------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Output.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

using namespace edgecc::driver;
using namespace llvm;

static Error cannotWrite(StringRef path, const Twine &why) {
  return createStringError("cannot write to '" + path + "': " + why);
}

/// The folder itself, or the nearest one above it that exists.
static std::string findExisting(StringRef folder) {
  StringRef existing = folder;
  while (!existing.empty() && !sys::fs::exists(existing))
    existing = sys::path::parent_path(existing);
  return existing.empty() ? "." : existing.str();
}

Error edgecc::driver::checkWritable(StringRef folder) {
  std::string existing = findExisting(folder);
  if (!sys::fs::is_directory(existing))
    return cannotWrite(folder, "'" + existing + "' is not a folder");
  // access() answers for the real user and knows nothing of read-only file
  // systems in containers; creating a file answers for everything.
  SmallString<128> model(existing);
  sys::path::append(model, ".edgecc-%%%%%%");
  Expected<sys::fs::TempFile> probe = sys::fs::TempFile::create(model);
  if (!probe)
    return cannotWrite(folder, toString(probe.takeError()));
  return probe->discard();
}

//===----------------------------------------------------------------------===//
// All files or none
//===----------------------------------------------------------------------===//

namespace {
/// The files, complete, but still under temporary names beside their own.
class Staging {
public:
  ~Staging();
  Error add(const OutputFile &file);
  Error publish();

private:
  Error createFolder(StringRef folder);

  std::vector<std::pair<sys::fs::TempFile, std::string>> staged;
  /// Folders that were not there before, outer ones first.
  std::vector<std::string> created;
};
} // namespace

Staging::~Staging() {
  for (auto &[temporary, path] : staged)
    consumeError(temporary.discard());
  // Removes empty folders only.
  for (const std::string &folder : reverse(created))
    sys::fs::remove(folder);
}

Error Staging::createFolder(StringRef folder) {
  if (folder.empty() || sys::fs::is_directory(folder))
    return Error::success();
  if (Error error = createFolder(sys::path::parent_path(folder)))
    return error;
  if (std::error_code error = sys::fs::create_directory(folder))
    return cannotWrite(folder, error.message());
  created.push_back(folder.str());
  return Error::success();
}

Error Staging::add(const OutputFile &file) {
  if (Error error = createFolder(sys::path::parent_path(file.path)))
    return error;
  if (sys::fs::is_directory(file.path))
    return cannotWrite(file.path, "it is a folder");
  Expected<sys::fs::TempFile> temporary =
      sys::fs::TempFile::create(file.path + ".%%%%%%");
  if (!temporary)
    return cannotWrite(file.path, toString(temporary.takeError()));
  raw_fd_ostream os(temporary->FD, /*shouldClose=*/false);
  os << file.contents;
  os.flush();
  std::error_code error = os.error();
  os.clear_error();
  staged.emplace_back(std::move(*temporary), file.path);
  if (error)
    return cannotWrite(file.path, error.message());
  return Error::success();
}

Error Staging::publish() {
  for (auto &[temporary, path] : staged)
    if (Error error = temporary.keep(path))
      return cannotWrite(path, toString(std::move(error)));
  staged.clear();
  created.clear();
  return Error::success();
}

Error edgecc::driver::writeFiles(ArrayRef<OutputFile> files) {
  Staging staging;
  for (const OutputFile &file : files)
    if (Error error = staging.add(file))
      return error;
  return staging.publish();
}

//===----------------------------------------------------------------------===//
// Temporary folders
//===----------------------------------------------------------------------===//

Expected<TemporaryFolder> TemporaryFolder::create() {
  TemporaryFolder folder;
  if (std::error_code error =
          sys::fs::createUniqueDirectory("edgecc", folder.path))
    return createStringError("cannot create a temporary folder: " +
                             error.message());
  return folder;
}

TemporaryFolder::~TemporaryFolder() {
  if (!path.empty())
    sys::fs::remove_directories(path);
}

std::string TemporaryFolder::getFile(const Twine &name) const {
  SmallString<128> file(path);
  sys::path::append(file, name);
  return file.str().str();
}
