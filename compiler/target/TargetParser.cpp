//===- TargetParser.cpp - JSON to Target, with every field checked --------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Target/Target.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/Path.h"

using namespace llvm;

namespace edgecc {
namespace {

/// Reads the fields of one JSON object. Only the first error is kept, so that
/// a parser reads straight down and asks once at the end.
class Fields {
public:
  Fields(StringRef file, StringRef prefix, const json::Object &object)
      : file(file), prefix(prefix), object(object) {}

  enum Presence { Required, Optional };

  void read(StringRef field, std::string &value, Presence presence,
            StringRef what) {
    const json::Value *found = find(field, presence, what);
    if (!found)
      return;
    std::optional<StringRef> text = found->getAsString();
    if (!text || (text->empty() && presence == Required))
      return fail(field, "must be a string" +
                             Twine(presence == Required ? ", not empty" : "") +
                             ": " + what);
    value = text->str();
  }

  void read(StringRef field, std::vector<std::string> &value, Presence presence,
            StringRef what) {
    const json::Value *found = find(field, presence, what);
    if (!found)
      return;
    const json::Array *array = found->getAsArray();
    if (!array || !all_of(*array, [](const json::Value &element) {
          return element.getAsString().has_value();
        }))
      return fail(field, "must be a list of strings: " + what);
    value.clear();
    for (const json::Value &element : *array)
      value.push_back(element.getAsString()->str());
  }

  void read(StringRef field, std::optional<uint64_t> &value, StringRef what) {
    const json::Value *found = find(field, Optional, what);
    if (!found)
      return;
    std::optional<int64_t> number = found->getAsInteger();
    if (!number || *number <= 0)
      return fail(field, "must be a positive whole number: " + what);
    value = static_cast<uint64_t>(*number);
  }

  void read(StringRef field, std::optional<double> &value, StringRef what) {
    const json::Value *found = find(field, Optional, what);
    if (!found)
      return;
    value = found->getAsNumber();
    if (!value || *value <= 0)
      fail(field, "must be a positive number: " + what);
  }

  const json::Object *readObject(StringRef field, Presence presence,
                                 StringRef what) {
    const json::Value *found = find(field, presence, what);
    if (!found)
      return nullptr;
    const json::Object *inner = found->getAsObject();
    if (!inner)
      fail(field, "must be an object: " + what);
    return inner;
  }

  /// To be called when all fields were read: anything else is a mistake that
  /// would silently do nothing.
  void finish() {
    for (const auto &entry : object)
      if (!is_contained(known, StringRef(entry.first))) {
        llvm::sort(known);
        return fail(entry.first,
                    "is not known; known fields here: " + join(known, ", "));
      }
  }

  void fail(StringRef field, const Twine &message) {
    if (error.empty())
      error = (file + ": field '" + prefix + field + "' " + message).str();
  }

  std::string error;

private:
  const json::Value *find(StringRef field, Presence presence, StringRef what) {
    known.push_back(field);
    const json::Value *found = object.get(field);
    if (!found && presence == Required)
      fail(field, "is missing; needed: " + what);
    return found;
  }

  StringRef file, prefix;
  const json::Object &object;
  SmallVector<StringRef> known;
};

/// Reads target descriptions; see docs/adding-a-target.md.
class Parser {
public:
  Parser(StringRef file, StringRef resourceDir)
      : file(file), resourceDir(resourceDir) {}

  Expected<Target> parse(const json::Object &object) {
    target.file = file.str();
    target.resourceDir = resourceDir.str();
    Fields fields(file, "", object);
    readTop(fields);
    if (error.empty())
      error = fields.error;
    if (!error.empty())
      return createStringError(inconvertibleErrorCode(), error);
    return std::move(target);
  }

private:
  void readTop(Fields &fields) {
    std::string kind;
    fields.read("name", target.name, Fields::Required,
                "what --target is given");
    fields.read("description", target.description, Fields::Required,
                "one line for --list-targets");
    fields.read("kind", kind, Fields::Required, kinds);
    fields.read("core", target.core, Fields::Required,
                "the core's name, e.g. cortex-m4");
    fields.read("features", target.features, Fields::Required,
                "what kernels may use, e.g. [\"dsp\", \"fpu-sp\"]");
    readAlignment(fields);
    readKind(fields, kind);
    if (const json::Object *object = fields.readObject(
            "compiler", Fields::Required, "the C++ compiler for this target"))
      readCompiler(*object);
    if (const json::Object *object = fields.readObject(
            "emulator",
            target.kind == TargetKind::Host ? Fields::Optional
                                            : Fields::Required,
            "what runs the code on this machine"))
      readEmulator(*object);
    if (const json::Object *object = fields.readObject(
            "device", Fields::Optional, "a typical device with this core"))
      readDevice(*object);
    readLinkerScript(fields);
    checkFeatures(fields);
    fields.finish();
  }

  void readAlignment(Fields &fields) {
    constexpr uint64_t kLeast = 16, kMost = 4096;
    std::optional<uint64_t> bytes;
    StringRef what = "bytes of which buffers begin at multiples, a power of "
                     "two from 16 to 4096";
    fields.read("buffer_alignment", bytes, what);
    if (!bytes)
      return;
    if (!isPowerOf2_64(*bytes) || *bytes < kLeast || *bytes > kMost)
      return fields.fail("buffer_alignment",
                         "is " + Twine(*bytes) + "; needed: " + what);
    target.bufferAlignment = *bytes;
  }

  void readKind(Fields &fields, StringRef text) {
    for (TargetKind kind : {TargetKind::Host, TargetKind::CortexM,
                            TargetKind::AArch64, TargetKind::Armv7})
      if (toString(kind) == text) {
        target.kind = kind;
        return;
      }
    fields.fail("kind", "is '" + text + "'; needed: " + kinds);
  }

  void readCompiler(const json::Object &object) {
    Fields fields(file, "compiler.", object);
    TargetCompiler &compiler = target.compiler;
    fields.read("command", compiler.command, Fields::Required,
                "a GCC or Clang driver for C++17, found through PATH");
    fields.read("flags", compiler.flags, Fields::Required,
                "code generation flags, e.g. [\"-mcpu=cortex-m4\"]");
    fields.read("link_flags", compiler.linkFlags, Fields::Optional,
                "flags for linking");
    fields.read("optimization", compiler.optimization, Fields::Optional,
                "e.g. -O3 or -Os");
    fields.read("package", compiler.package, Fields::Required,
                "the Debian packages to install when the command is absent");
    keepMathExact(fields);
    done(fields);
  }

  /// Every target must compute the same bits as the reference interpreter.
  void keepMathExact(Fields &fields) {
    for (StringRef flag : target.compiler.flags)
      if (flag == "-ffast-math" || flag == "-Ofast" ||
          flag == "-funsafe-math-optimizations")
        fields.fail("flags",
                    "must not contain " + flag +
                        ": results would differ from the interpreter's");
    if (target.compiler.optimization == "-Ofast")
      fields.fail("optimization", "must not be -Ofast: results would differ "
                                  "from the interpreter's");
  }

  void readEmulator(const json::Object &object) {
    Fields fields(file, "emulator.", object);
    TargetEmulator emulator;
    fields.read("command", emulator.command, Fields::Required,
                "a QEMU program, found through PATH");
    fields.read("args", emulator.args, Fields::Optional, "further arguments");
    fields.read("machine", emulator.machine,
                target.kind == TargetKind::CortexM ? Fields::Required
                                                   : Fields::Optional,
                "the board, as qemu-system-arm -M help lists them");
    fields.read("cpu", emulator.cpu, Fields::Optional,
                "the core, as -cpu help lists them");
    fields.read("package", emulator.package, Fields::Required,
                "the Debian packages to install when the command is absent");
    done(fields);
    target.emulator = std::move(emulator);
  }

  void readDevice(const json::Object &object) {
    Fields fields(file, "device.", object);
    fields.read("clock_hz", target.device.clockHz, "hertz");
    fields.read("ram", target.device.ram, "bytes");
    fields.read("flash", target.device.flash, "bytes");
    fields.read("active_power_mw", target.device.activePower,
                "milliwatts while it computes");
    done(fields);
  }

  void readLinkerScript(Fields &fields) {
    bool bare = target.kind == TargetKind::CortexM;
    std::string script;
    fields.read("linker_script", script,
                bare ? Fields::Required : Fields::Optional,
                "the memory map: a file beside this one or in runtime/");
    if (script.empty())
      return;
    if (!bare)
      return fields.fail("linker_script", "is only for kind cortex-m");
    SmallString<256> beside(sys::path::parent_path(file));
    sys::path::append(beside, script);
    SmallString<256> shared(resourceDir);
    sys::path::append(shared, "runtime", script);
    for (StringRef path : {StringRef(beside), StringRef(shared)})
      if (sys::fs::is_regular_file(path)) {
        target.linkerScript = path.str();
        return;
      }
    fields.fail("linker_script", "names '" + Twine(script) +
                                     "', which is neither at " + beside +
                                     " nor at " + shared);
  }

  void checkFeatures(Fields &fields) {
    auto isNameChar = [](char c) {
      return isAlnum(c) || c == '-' || c == '.' || c == '_';
    };
    for (StringRef feature : target.features)
      if (feature.empty() || !all_of(feature, isNameChar))
        fields.fail("features", "has the entry '" + feature +
                                    "'; needed: names like dsp or avx2");
    auto native = find(target.features, "native");
    if (native == target.features.end())
      return;
    if (target.kind != TargetKind::Host)
      return fields.fail("features", "has 'native', which is only for kind "
                                     "host");
    target.features.erase(native);
    for (std::string &feature : detectHostFeatures())
      if (!target.hasFeature(feature))
        target.features.push_back(std::move(feature));
  }

  void done(Fields &fields) {
    fields.finish();
    if (error.empty())
      error = fields.error;
  }

  static constexpr StringRef kinds = "one of host, cortex-m, aarch64, armv7";

  StringRef file, resourceDir;
  Target target;
  std::string error;
};

} // namespace

Expected<Target> parseTarget(StringRef text, StringRef file,
                             StringRef resourceDir) {
  Expected<json::Value> value = json::parse(text);
  if (!value)
    return createStringError(inconvertibleErrorCode(), "%s: not valid JSON: %s",
                             file.str().c_str(),
                             llvm::toString(value.takeError()).c_str());
  const json::Object *object = value->getAsObject();
  if (!object)
    return createStringError(inconvertibleErrorCode(),
                             "%s: a target description is a JSON object",
                             file.str().c_str());
  return Parser(file, resourceDir).parse(*object);
}

} // namespace edgecc
