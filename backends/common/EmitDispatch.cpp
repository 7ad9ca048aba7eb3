//===- EmitDispatch.cpp - Code for several processors in two files --------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Each variant is a namespace, with kernels of its own, between pragmas that
// say which instructions its functions may use. All functions are local to the
// file: the linker cannot take one of them for another file's.
//
//===----------------------------------------------------------------------===//

#include "edgecc/Backend/Dispatch.h"

#include "EmitImpl.h"

#include "edgecc/Dialect/Kern/Kern.h"
#include "edgecc/Reference/Tensor.h"

#include "mlir/Dialect/EmitC/IR/EmitC.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/AttrTypeSubElements.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FormatVariadic.h"

#include <set>

using namespace mlir;
using namespace edgecc;

//===----------------------------------------------------------------------===//
// Features
//===----------------------------------------------------------------------===//

/// What GCC and Clang call a feature: they agree on the name in `target` and in
/// __builtin_cpu_supports, and on the macro.
static StringRef getFeatureMacro(StringRef feature) {
  static const std::pair<StringLiteral, StringLiteral> kMacros[] = {
      {"sse3", "__SSE3__"},
      {"ssse3", "__SSSE3__"},
      {"sse4.1", "__SSE4_1__"},
      {"sse4.2", "__SSE4_2__"},
      {"popcnt", "__POPCNT__"},
      {"avx", "__AVX__"},
      {"avx2", "__AVX2__"},
      {"fma", "__FMA__"},
      {"bmi", "__BMI__"},
      {"bmi2", "__BMI2__"},
      {"avx512f", "__AVX512F__"},
      {"avx512bw", "__AVX512BW__"},
      {"avx512cd", "__AVX512CD__"},
      {"avx512dq", "__AVX512DQ__"},
      {"avx512vl", "__AVX512VL__"},
      {"avx512ifma", "__AVX512IFMA__"},
      {"avx512vbmi", "__AVX512VBMI__"},
      {"avx512vnni", "__AVX512VNNI__"}};
  for (const auto &[name, macro] : kMacros)
    if (name == feature)
      return macro;
  return "";
}

bool edgecc::canAskForFeature(StringRef feature) {
  return !getFeatureMacro(feature).empty();
}

/// The features with those that compilers take for granted beside them.
static std::vector<std::string> getAllFeatures(const CodeVariant &variant) {
  std::vector<std::string> features = variant.features;
  if (llvm::is_contained(features, "sse4.2") &&
      !llvm::is_contained(features, "popcnt"))
    features.push_back("popcnt");
  return features;
}

static std::string getCondition(const CodeVariant &variant) {
  std::string condition;
  for (const std::string &feature : getAllFeatures(variant))
    condition += " &&\n      __builtin_cpu_supports(\"" + feature + "\")";
  return condition;
}

/// What stands around the functions of a variant. Kernels ask for macros, which
/// GCC 12 and Clang do not define where a pragma allows instructions.
static std::string beginRegion(const CodeVariant &variant) {
  if (variant.features.empty())
    return "";
  std::string names = llvm::join(getAllFeatures(variant), ",");
  std::string text =
      llvm::formatv("#if defined(__clang__)\n"
                    "#pragma clang attribute push("
                    "__attribute__((target(\"{0}\"))), apply_to = function)\n"
                    "#else\n"
                    "#pragma GCC push_options\n"
                    "#pragma GCC target(\"{0}\")\n"
                    "#endif\n",
                    names);
  for (const std::string &feature : getAllFeatures(variant))
    text += llvm::formatv("#pragma push_macro(\"{0}\")\n"
                          "#define {0} 1\n",
                          getFeatureMacro(feature));
  return text;
}

static std::string endRegion(const CodeVariant &variant) {
  if (variant.features.empty())
    return "";
  std::string text;
  for (const std::string &feature : getAllFeatures(variant))
    text += llvm::formatv("#undef {0}\n#pragma pop_macro(\"{0}\")\n",
                          getFeatureMacro(feature));
  text += "#if defined(__clang__)\n"
          "#pragma clang attribute pop\n"
          "#else\n"
          "#pragma GCC pop_options\n"
          "#endif\n";
  return text;
}

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

static FailureOr<std::string> getContents(kern::DataOp data) {
  auto type = cast<MemRefType>(data.getType());
  FailureOr<reference::Tensor> tensor = reference::Tensor::fromAttr(
      data.getValue(),
      RankedTensorType::get(type.getShape(), type.getElementType()));
  if (failed(tensor))
    return data.emitError("cannot be read");
  std::string contents;
  llvm::raw_string_ostream(contents)
      << type << ':'
      << StringRef(tensor->getRawData().data(), tensor->getRawData().size());
  return contents;
}

static void renameSymbols(ModuleOp program,
                          const llvm::StringMap<std::string> &names) {
  AttrTypeReplacer replacer;
  replacer.addReplacement([&](FlatSymbolRefAttr symbol) {
    auto found = names.find(symbol.getValue());
    return found == names.end()
               ? symbol
               : FlatSymbolRefAttr::get(symbol.getContext(), found->second);
  });
  replacer.recursivelyReplaceElementsIn(program);
  llvm::StringSet<> present;
  for (auto data : llvm::make_early_inc_range(program.getOps<kern::DataOp>())) {
    data.setSymName(names.lookup(data.getSymName()));
    if (!present.insert(data.getSymName()).second)
      data.erase();
  }
}

LogicalResult edgecc::shareConstants(ArrayRef<ModuleOp> programs) {
  llvm::StringMap<std::string> nameOf;
  llvm::StringSet<> used;
  for (ModuleOp program : programs) {
    llvm::StringMap<std::string> names;
    for (auto data : program.getOps<kern::DataOp>()) {
      FailureOr<std::string> contents = getContents(data);
      if (failed(contents))
        return failure();
      auto [entry, isNew] = nameOf.try_emplace(*contents);
      if (isNew) {
        std::string name = data.getSymName().str();
        for (int i = 2; !used.insert(name).second; ++i)
          name = (data.getSymName() + "_v" + Twine(i)).str();
        entry->second = name;
      }
      names[data.getSymName()] = entry->second;
    }
    renameSymbols(program, names);
  }
  return success();
}

ProgramMemory edgecc::getSharedMemory(ArrayRef<ModuleOp> programs) {
  ProgramMemory all = getProgramMemory(programs.front());
  all.weights = 0;
  llvm::StringSet<> counted;
  for (ModuleOp program : programs) {
    all.arena = std::max(all.arena, getProgramMemory(program).arena);
    for (auto data : program.getOps<kern::DataOp>())
      if (counted.insert(data.getSymName()).second)
        all.weights += kern::getByteSize(cast<MemRefType>(data.getType()));
  }
  return all;
}

/// Moves the constants of `program`, with the macro before each, to `data`,
/// unless they are there.
static void moveConstants(ModuleOp program, ModuleOp data) {
  for (auto global :
       llvm::make_early_inc_range(program.getOps<emitc::GlobalOp>())) {
    Operation *macro = global->getPrevNode();
    if (data.lookupSymbol(global.getSymName())) {
      global.erase();
      macro->erase();
      continue;
    }
    macro->moveBefore(data.getBody(), data.getBody()->end());
    global->moveBefore(data.getBody(), data.getBody()->end());
  }
}

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

static void forEachLine(StringRef text,
                        llvm::function_ref<void(StringRef)> visit) {
  while (!text.empty()) {
    auto [line, rest] = text.split('\n');
    visit(line);
    text = rest;
  }
}

/// The headers of the library that kernels include, but for those of other
/// cores: they have to come before any namespace.
static void collectIncludes(StringRef kernels, std::set<std::string> &lines) {
  forEachLine(kernels, [&](StringRef line) {
    if (line.starts_with("#include <") && !line.contains("<arm_"))
      lines.insert(line.str());
  });
}

/// Forgets the macros of kernels, include guards among them, so that the next
/// variant can have its own.
static std::string forgetMacros(StringRef kernels) {
  std::set<std::string> names;
  forEachLine(kernels, [&](StringRef line) {
    if (line.consume_front("#define EDGECC_"))
      names.insert(
          line.take_while([](char c) { return llvm::isAlnum(c) || c == '_'; })
              .str());
  });
  std::string text;
  for (const std::string &name : names)
    text += "#undef EDGECC_" + name + "\n";
  return text;
}

//===----------------------------------------------------------------------===//
// emitDispatch
//===----------------------------------------------------------------------===//

namespace {

/// Collects what the templates take of all variants.
class DispatchWriter {
public:
  DispatchWriter(ArrayRef<CodeVariant> variants, const EmitOptions &options)
      : variants(variants), options(options),
        data(ModuleOp::create(getModule(variants.front()).getLoc())) {}

  FailureOr<GeneratedCode> write() {
    FailureOr<llvm::json::Object> fields =
        describeProgram(variants.front().kern, options);
    if (failed(fields) || failed(checkStates()))
      return failure();
    for (const CodeVariant &variant : variants)
      if (failed(addVariant(variant)))
        return failure();
    FailureOr<std::string> program = writeProgram();
    if (failed(program))
      return failure();
    SmallVector<ModuleOp> programs;
    for (const CodeVariant &variant : variants)
      programs.push_back(variant.kern);
    ProgramMemory memory = getSharedMemory(programs);
    (*fields)["arenaBytes"] = memory.arena;
    (*fields)["weightBytes"] = memory.weights;
    (*fields)["dispatch"] = llvm::json::Array{llvm::json::Object{}};
    (*fields)["wideVectors"] = "1";
    (*fields)["kernels"] = writePreamble();
    (*fields)["program"] = std::move(*program);
    return fillFiles(variants.front().kern, options, *fields);
  }

private:
  /// The state is the same whatever runs.
  LogicalResult checkStates() {
    auto first = getProgram(variants.front());
    for (const CodeVariant &variant : variants.drop_front())
      for (StringRef name : {kern::kStateBytes, kern::kStateInitials})
        if (getProgram(variant)->getAttr(name) != first->getAttr(name))
          return getModule(variant).emitError("the state for ")
                 << variant.target << " differs from that for "
                 << variants.front().target;
    return success();
  }

  static ModuleOp getModule(const CodeVariant &variant) { return variant.kern; }

  static func::FuncOp getProgram(const CodeVariant &variant) {
    return getModule(variant).lookupSymbol<func::FuncOp>("run");
  }

  LogicalResult addVariant(const CodeVariant &variant) {
    FailureOr<std::string> kernels = getKernels(variant.kern, options);
    OwningOpRef<ModuleOp> emitc = emitEmitC(variant.kern);
    if (failed(kernels) || !emitc)
      return failure();
    moveConstants(*emitc, *data);
    FailureOr<std::string> program = printCpp(*emitc);
    if (failed(program))
      return failure();
    collectIncludes(*kernels, includes);
    std::string name = makeIdentifier("for_" + variant.target);
    // The fallback is what an index that is not yet there says.
    if (&variant != &variants.back())
      choices.push_back(
          llvm::json::Object{{"number", int64_t(choices.size()) + 1},
                             {"target", variant.target},
                             {"ident", name},
                             {"condition", getCondition(variant)}});
    sections.push_back(llvm::json::Object{
        {"target", variant.target},
        {"ident", name},
        {"begin", beginRegion(variant)},
        {"kernels", *kernels},
        {"program", *program},
        {"end", endRegion(variant) + forgetMacros(*kernels)}});
    fallback = name;
    return success();
  }

  FailureOr<std::string> writeProgram() {
    FailureOr<std::string> constants = printCpp(*data);
    if (failed(constants))
      return failure();
    llvm::json::Object fields{{"data", *constants},
                              {"variants", std::move(sections)},
                              {"choices", std::move(choices)},
                              {"fallback", fallback},
                              {"fallbackTarget", variants.back().target}};
    return fillResource(variants.front().kern, options, "dispatch.cpp.in",
                        fields);
  }

  std::string writePreamble() {
    std::string text = "// Those of each target are with its code.\n"
                       "#if !defined(__x86_64__) && !defined(__i386__)\n"
                       "#error \"this code is for x86\"\n"
                       "#endif\n";
    includes.insert("#include <immintrin.h>");
    for (const std::string &line : includes)
      text += line + "\n";
    return text;
  }

  ArrayRef<CodeVariant> variants;
  const EmitOptions &options;
  OwningOpRef<ModuleOp> data;
  std::set<std::string> includes;
  llvm::json::Array sections, choices;
  std::string fallback;
};

} // namespace

FailureOr<GeneratedCode> edgecc::emitDispatch(ArrayRef<CodeVariant> variants,
                                              const EmitOptions &options) {
  return DispatchWriter(variants, options).write();
}
