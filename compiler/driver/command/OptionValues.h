//===- OptionValues.h - Values of options -----------------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_DRIVER_COMMAND_OPTIONVALUES_H
#define EDGECC_DRIVER_COMMAND_OPTIONVALUES_H

#include "CommandLine.h"
#include "Options.h"

#include <optional>

namespace edgecc::driver {

/// `error` as being about an option.
inline llvm::Error inOption(llvm::StringRef option, llvm::Error error) {
  return llvm::createStringError("--" + option + ": " +
                                 llvm::toString(std::move(error)));
}

inline llvm::Error inOption(llvm::StringRef option,
                            const llvm::Twine &message) {
  return llvm::createStringError("--" + option + ": " + message);
}

/// A quantity with its unit, if the option is given.
template <typename T>
llvm::Error readQuantity(const CommandLine::Text &option,
                         llvm::Expected<T> (*parse)(llvm::StringRef),
                         std::optional<T> &result) {
  if (!option.getNumOccurrences())
    return llvm::Error::success();
  llvm::Expected<T> value = parse(option);
  if (!value)
    return inOption(option.ArgStr, value.takeError());
  result = *value;
  return llvm::Error::success();
}

/// One value of an option that has some.
template <typename T> struct Choice {
  llvm::StringLiteral name;
  T value;
};

/// One of the names of `choices`.
template <typename T>
llvm::Error readChoice(const CommandLine::Text &option,
                       llvm::ArrayRef<Choice<T>> choices, T &result) {
  std::string names;
  for (const Choice<T> &choice : choices) {
    if (option.getValue() == choice.name) {
      result = choice.value;
      return llvm::Error::success();
    }
    names += (names.empty() ? "" : ", ") + choice.name.str();
  }
  return inOption(option.ArgStr,
                  "'" + option.getValue() + "' is not one of: " + names);
}

/// What becomes of the model before there is code: precisions, pruning, low
/// rank, repairs (ModelOptions.cpp).
llvm::Error readModelOptions(const CommandLine &line, Options &options);
/// Once all options are known: says which of these have no effect.
void warnOfIdleOptions(const CommandLine &line, const Options &options);

} // namespace edgecc::driver

#endif // EDGECC_DRIVER_COMMAND_OPTIONVALUES_H
