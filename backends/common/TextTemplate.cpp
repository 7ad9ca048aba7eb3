//===- TextTemplate.cpp - Fills in text templates -------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TextTemplate.h"

#include "llvm/ADT/STLExtras.h"

using namespace llvm;
using namespace edgecc;

namespace {

Error makeError(const Twine &message) {
  return createStringError(inconvertibleErrorCode(), message);
}

class Filler {
public:
  explicit Filler(const json::Object &fields) : scopes{&fields} {}

  Error fill(StringRef text, std::string &out) {
    while (!text.empty()) {
      auto [line, rest] = text.split('\n');
      StringRef list = line;
      if (list.consume_front("@for ")) {
        size_t end = rest.find("@end\n");
        if (end == StringRef::npos)
          return makeError("@for " + list + " without @end");
        if (Error error = repeat(list.trim(), rest.take_front(end), out))
          return error;
        text = rest.drop_front(end + strlen("@end\n"));
        continue;
      }
      if (Error error = fillLine(line, out))
        return error;
      out += '\n';
      text = rest;
    }
    return Error::success();
  }

private:
  Error repeat(StringRef list, StringRef body, std::string &out) {
    const json::Value *value = find(list);
    const json::Array *items = value ? value->getAsArray() : nullptr;
    if (!items)
      return makeError("no list '" + list + "'");
    for (const auto &[index, item] : llvm::enumerate(*items)) {
      json::Object fields = *item.getAsObject();
      fields["separator"] = index + 1 == items->size() ? "" : ",";
      scopes.push_back(&fields);
      Error error = fill(body, out);
      scopes.pop_back();
      if (error)
        return error;
    }
    return Error::success();
  }

  Error fillLine(StringRef line, std::string &out) {
    size_t begin;
    while ((begin = line.find("@{")) != StringRef::npos) {
      size_t end = line.find('}', begin);
      StringRef name = line.slice(begin + 2, end);
      const json::Value *value = find(name);
      if (!value)
        return makeError("no value for '" + name + "'");
      out += line.take_front(begin);
      if (std::optional<StringRef> text = value->getAsString())
        out += *text;
      else
        out += std::to_string(value->getAsInteger().value_or(0));
      line = line.drop_front(end + 1);
    }
    out += line;
    return Error::success();
  }

  const json::Value *find(StringRef name) const {
    for (const json::Object *scope : llvm::reverse(scopes))
      if (const json::Value *value = scope->get(name))
        return value;
    return nullptr;
  }

  SmallVector<const json::Object *, 2> scopes;
};

} // namespace

Expected<std::string> edgecc::fillTemplate(StringRef text,
                                           const json::Object &fields) {
  std::string out;
  if (Error error = Filler(fields).fill(text, out))
    return std::move(error);
  return out;
}
