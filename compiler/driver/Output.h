//===- Output.h - Files that appear together or not at all ------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_DRIVER_OUTPUT_H
#define EDGECC_DRIVER_OUTPUT_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/Error.h"

#include <string>

namespace edgecc::driver {

struct OutputFile {
  std::string path;
  std::string contents;
};

/// Fails, before any work is done, if files could not be created in `folder`.
/// The folder need not exist yet.
llvm::Error checkWritable(llvm::StringRef folder);

/// Creates or replaces the files and the folders they are in. On failure, what
/// was there before is still there, and nothing else.
llvm::Error writeFiles(llvm::ArrayRef<OutputFile> files);

/// A folder of this process, removed with what is in it.
class TemporaryFolder {
public:
  static llvm::Expected<TemporaryFolder> create();
  TemporaryFolder(TemporaryFolder &&other) { std::swap(path, other.path); }
  TemporaryFolder &operator=(TemporaryFolder &&) = delete;
  ~TemporaryFolder();

  llvm::StringRef getPath() const { return path; }
  /// The path of a file in the folder.
  std::string getFile(const llvm::Twine &name) const;

private:
  TemporaryFolder() = default;
  llvm::SmallString<128> path;
};

} // namespace edgecc::driver

#endif // EDGECC_DRIVER_OUTPUT_H
