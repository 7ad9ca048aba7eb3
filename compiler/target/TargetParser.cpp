//===- TargetParser.cpp - JSON to Target, with every field checked --------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Target/JsonFields.h"
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

/// Reads target descriptions; see docs/adding-a-target.md.
class Parser {
public:
  Parser(StringRef file, StringRef resourceDir)
      : file(file), resourceDir(resourceDir) {}

  Expected<Target> parse(const json::Object &object) {
    target.file = file.str();
    target.resourceDir = resourceDir.str();
    JsonFields fields(file, "", object, error);
    readTop(fields);
    if (!error.empty())
      return createStringError(inconvertibleErrorCode(), error);
    return std::move(target);
  }

private:
  void readTop(JsonFields &fields) {
    std::string kind;
    fields.read("name", target.name, JsonFields::Required,
                "what --target is given");
    fields.read("description", target.description, JsonFields::Required,
                "one line for --list-targets");
    fields.read("kind", kind, JsonFields::Required, kinds);
    fields.read("core", target.core, JsonFields::Required,
                "the core's name, e.g. cortex-m4");
    fields.read("features", target.features, JsonFields::Required,
                "what kernels may use, e.g. [\"dsp\", \"fpu-sp\"]");
    readAlignment(fields);
    readKind(fields, kind);
    if (const json::Object *object =
            fields.readObject("compiler", JsonFields::Required,
                              "the C++ compiler for this target"))
      readCompiler(*object);
    if (const json::Object *object = fields.readObject(
            "emulator",
            target.kind == TargetKind::Host ? JsonFields::Optional
                                            : JsonFields::Required,
            "what runs the code on this machine"))
      readEmulator(*object);
    if (const json::Object *object = fields.readObject(
            "device", JsonFields::Optional, "a typical device with this core"))
      readDevice(*object);
    readLinkerScript(fields);
    checkFeatures(fields);
    fields.finish();
  }

  void readAlignment(JsonFields &fields) {
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

  void readKind(JsonFields &fields, StringRef text) {
    for (TargetKind kind : {TargetKind::Host, TargetKind::CortexM,
                            TargetKind::AArch64, TargetKind::Armv7})
      if (toString(kind) == text) {
        target.kind = kind;
        return;
      }
    fields.fail("kind", "is '" + text + "'; needed: " + kinds);
  }

  void readCompiler(const json::Object &object) {
    JsonFields fields(file, "compiler.", object, error);
    TargetCompiler &compiler = target.compiler;
    fields.read("command", compiler.command, JsonFields::Required,
                "a GCC or Clang driver for C++17, found through PATH");
    fields.read("flags", compiler.flags, JsonFields::Required,
                "code generation flags, e.g. [\"-mcpu=cortex-m4\"]");
    fields.read("link_flags", compiler.linkFlags, JsonFields::Optional,
                "flags for linking");
    fields.read("optimization", compiler.optimization, JsonFields::Optional,
                "e.g. -O3 or -Os");
    fields.read("package", compiler.package, JsonFields::Required,
                "the Debian packages to install when the command is absent");
    keepMathExact(fields);
    fields.finish();
  }

  /// Every target must compute the same bits as the reference interpreter.
  void keepMathExact(JsonFields &fields) {
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
    JsonFields fields(file, "emulator.", object, error);
    TargetEmulator emulator;
    fields.read("command", emulator.command, JsonFields::Required,
                "a QEMU program, found through PATH");
    fields.read("args", emulator.args, JsonFields::Optional,
                "further arguments");
    fields.read("machine", emulator.machine,
                target.kind == TargetKind::CortexM ? JsonFields::Required
                                                   : JsonFields::Optional,
                "the board, as qemu-system-arm -M help lists them");
    fields.read("cpu", emulator.cpu, JsonFields::Optional,
                "the core, as -cpu help lists them");
    fields.read("package", emulator.package, JsonFields::Required,
                "the Debian packages to install when the command is absent");
    fields.finish();
    target.emulator = std::move(emulator);
  }

  void readDevice(const json::Object &object) {
    JsonFields fields(file, "device.", object, error);
    fields.read("clock_hz", target.device.clockHz, "hertz");
    fields.read("ram", target.device.ram, "bytes");
    fields.read("flash", target.device.flash, "bytes");
    fields.read("active_power_mw", target.device.activePower,
                "milliwatts while it computes");
    fields.finish();
  }

  void readLinkerScript(JsonFields &fields) {
    bool bare = target.kind == TargetKind::CortexM;
    std::string script;
    fields.read("linker_script", script,
                bare ? JsonFields::Required : JsonFields::Optional,
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

  void checkFeatures(JsonFields &fields) {
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
