//===- JsonFields.h - The fields of a JSON object, checked ------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_PASSES_PARTITION_JSONFIELDS_H
#define EDGECC_PASSES_PARTITION_JSONFIELDS_H

#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/JSON.h"

#include <optional>
#include <string>
#include <vector>

namespace edgecc::partition {

/// Reads the fields of one JSON object. Only the first error is kept, so that a
/// parser reads straight down and asks once at the end. A field that is not
/// there leaves the value as it is.
class JsonFields {
public:
  /// `path` stands before names of fields in messages.
  JsonFields(llvm::StringRef file, const llvm::Twine &path,
             const llvm::json::Object &object, std::string &error)
      : file(file), path(path.str()), object(object), error(error) {}

  enum Presence { Required, Optional };
  enum Range { Positive, ZeroToo };

  void read(llvm::StringRef field, std::string &value, Presence presence,
            llvm::StringRef what);
  /// A number in units of `unit`.
  void read(llvm::StringRef field, double &value, double unit,
            llvm::StringRef what, Range range = Positive);
  void read(llvm::StringRef field, std::optional<double> &value, double unit,
            llvm::StringRef what);
  /// Numbers (of seconds, joules, bytes), or text with a unit.
  void readTime(llvm::StringRef field, double &value, llvm::StringRef what);
  void readTime(llvm::StringRef field, std::optional<double> &value,
                llvm::StringRef what);
  void readEnergy(llvm::StringRef field, double &value, llvm::StringRef what);
  void readEnergy(llvm::StringRef field, std::optional<double> &value,
                  llvm::StringRef what);
  void readSize(llvm::StringRef field, std::optional<uint64_t> &value,
                llvm::StringRef what);
  /// Bits per second; must be there. The value is in bytes per second.
  void readBandwidth(llvm::StringRef field, double &value);
  /// At least 0 and below 1.
  void readPart(llvm::StringRef field, double &value, llvm::StringRef what);
  void readNames(llvm::StringRef field, std::vector<std::string> &value,
                 llvm::StringRef what);
  const llvm::json::Array *readArray(llvm::StringRef field,
                                     llvm::StringRef what);
  const llvm::json::Object *readObject(llvm::StringRef field);
  void require(llvm::StringRef field, llvm::StringRef what);

  /// To be called when all fields were read: anything else is a mistake that
  /// would silently do nothing.
  void finish();
  void fail(llvm::StringRef field, const llvm::Twine &message);

private:
  const llvm::json::Value *find(llvm::StringRef field, Presence presence,
                                llvm::StringRef what);
  std::optional<double>
  getQuantity(const llvm::json::Value &value,
              llvm::Expected<double> (*parse)(llvm::StringRef));
  void readQuantity(llvm::StringRef field, std::optional<double> &value,
                    llvm::Expected<double> (*parse)(llvm::StringRef),
                    llvm::StringRef what, Range range);

  llvm::StringRef file;
  std::string path;
  const llvm::json::Object &object;
  std::string &error;
  llvm::SmallVector<llvm::StringRef> known;
};

} // namespace edgecc::partition

#endif // EDGECC_PASSES_PARTITION_JSONFIELDS_H
