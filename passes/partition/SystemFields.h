//===- SystemFields.h - The quantities of a system description --*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_PASSES_PARTITION_SYSTEMFIELDS_H
#define EDGECC_PASSES_PARTITION_SYSTEMFIELDS_H

#include "edgecc/Target/JsonFields.h"

#include "llvm/Support/Error.h"

namespace edgecc::partition {

/// Fields that hold a quantity. None needs to be there unless it says so.
class SystemFields : public JsonFields {
public:
  using JsonFields::JsonFields;
  using JsonFields::read;

  enum Range { Positive, ZeroToo };

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

private:
  void readQuantity(llvm::StringRef field, std::optional<double> &value,
                    llvm::Expected<double> (*parse)(llvm::StringRef),
                    llvm::StringRef what, Range range);
};

} // namespace edgecc::partition

#endif // EDGECC_PASSES_PARTITION_SYSTEMFIELDS_H
