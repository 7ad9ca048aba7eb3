//===- JsonFields.h - The fields of a JSON object, checked ------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// For descriptions that people write: targets, systems. What other programs
// write is read with llvm::json::ObjectMapper, which does not mind fields that
// it does not know.
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_TARGET_JSONFIELDS_H
#define EDGECC_TARGET_JSONFIELDS_H

#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/JSON.h"

#include <optional>
#include <string>
#include <vector>

namespace edgecc {

/// Reads the fields of one JSON object. Only the first error is kept, so that a
/// parser reads straight down and asks once at the end. A field that is not
/// there, or is wrong, leaves the value as it is. Messages end with `what`,
/// which says what the field is for.
class JsonFields {
public:
  /// Messages begin with `file`; `path` stands before names of fields in them
  /// ("device."). `error` is empty until something is wrong, and may be shared
  /// with the fields of inner objects.
  JsonFields(llvm::StringRef file, const llvm::Twine &path,
             const llvm::json::Object &object, std::string &error)
      : file(file), path(path.str()), object(object), error(error) {}

  enum Presence { Required, Optional };

  /// A string; not an empty one if it is required.
  void read(llvm::StringRef field, std::string &value, Presence presence,
            llvm::StringRef what);
  /// A list of strings.
  void read(llvm::StringRef field, std::vector<std::string> &value,
            Presence presence, llvm::StringRef what);
  /// A whole number above 0, which need not be there.
  void read(llvm::StringRef field, std::optional<uint64_t> &value,
            llvm::StringRef what);
  /// A number above 0, which need not be there.
  void read(llvm::StringRef field, std::optional<double> &value,
            llvm::StringRef what);
  /// Null if it is not there, or is something else.
  const llvm::json::Object *readObject(llvm::StringRef field, Presence presence,
                                       llvm::StringRef what);
  const llvm::json::Array *readArray(llvm::StringRef field, Presence presence,
                                     llvm::StringRef what);
  /// Fails if the field is not there.
  void require(llvm::StringRef field, llvm::StringRef what);

  /// To be called when all fields were read: anything else is a mistake that
  /// would silently do nothing.
  void finish();
  void fail(llvm::StringRef field, const llvm::Twine &message);

protected:
  /// The field, which is known from then on.
  const llvm::json::Value *find(llvm::StringRef field, Presence presence,
                                llvm::StringRef what);

private:
  llvm::StringRef file;
  std::string path;
  const llvm::json::Object &object;
  std::string &error;
  llvm::SmallVector<llvm::StringRef> known;
};

} // namespace edgecc

#endif // EDGECC_TARGET_JSONFIELDS_H
