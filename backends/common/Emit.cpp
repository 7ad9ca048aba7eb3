//===- Emit.cpp - From kern to two C++ files ------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Backend/Emit.h"

#include "EmitImpl.h"
#include "TextTemplate.h"

#include "edgecc/Dialect/Edge/Edge.h"
#include "edgecc/Dialect/Kern/Kern.h"
#include "edgecc/Passes/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/Cpp/CppEmitter.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::kern;

static func::FuncOp getProgram(ModuleOp kernModule) {
  return kernModule.lookupSymbol<func::FuncOp>("run");
}

ProgramMemory edgecc::getProgramMemory(ModuleOp kernModule) {
  ProgramMemory memory;
  for (DataOp data : kernModule.getOps<DataOp>())
    memory.weights += getByteSize(cast<MemRefType>(data.getType()));
  func::FuncOp program = getProgram(kernModule);
  for (Type type : program.getArgumentTypes())
    memory.io += getByteSize(cast<MemRefType>(type));
  if (auto arena = program->getAttrOfType<IntegerAttr>(kArenaBytes))
    memory.arena = arena.getInt();
  if (auto state = program->getAttrOfType<IntegerAttr>(kStateBytes))
    memory.state = state.getInt();
  return memory;
}

OwningOpRef<ModuleOp> edgecc::emitEmitC(ModuleOp kernModule) {
  OwningOpRef<ModuleOp> clone = kernModule.clone();
  PassManager passes(kernModule.getContext());
  passes.addPass(createConvertKernToEmitC());
  if (failed(passes.run(*clone)))
    return nullptr;
  return clone;
}

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

std::string edgecc::makeIdentifier(StringRef text) {
  static const llvm::StringSet<> reserved = {
      "alignas",       "alignof",
      "and",           "and_eq",
      "asm",           "auto",
      "bitand",        "bitor",
      "bool",          "break",
      "case",          "catch",
      "char",          "char16_t",
      "char32_t",      "char8_t",
      "class",         "co_await",
      "co_return",     "co_yield",
      "compl",         "concept",
      "const",         "const_cast",
      "consteval",     "constexpr",
      "constinit",     "continue",
      "decltype",      "default",
      "delete",        "do",
      "double",        "dynamic_cast",
      "edgecc",        "else",
      "enum",          "explicit",
      "export",        "extern",
      "false",         "float",
      "for",           "friend",
      "goto",          "if",
      "inline",        "int",
      "kernels",       "long",
      "main",          "mutable",
      "namespace",     "new",
      "noexcept",      "not",
      "not_eq",        "nullptr",
      "operator",      "or",
      "or_eq",         "private",
      "protected",     "public",
      "register",      "reinterpret_cast",
      "requires",      "return",
      "short",         "signed",
      "sizeof",        "static",
      "static_assert", "static_cast",
      "std",           "struct",
      "switch",        "template",
      "this",          "thread_local",
      "throw",         "true",
      "try",           "typedef",
      "typeid",        "typename",
      "union",         "unsigned",
      "using",         "virtual",
      "void",          "volatile",
      "wchar_t",       "while",
      "xor",           "xor_eq"};
  std::string name;
  for (char c : text)
    name += llvm::isAlnum(c) || c == '_' ? c : '_';
  if (name.empty())
    name = "model";
  if (llvm::isDigit(name.front()) || name.front() == '_')
    name = "m" + name;
  if (reserved.contains(name))
    name += '_';
  return name;
}

namespace {

/// ONNX's name of an element type, and C++'s.
struct ElementName {
  StringRef onnx, cpp;
};

std::optional<ElementName> getElementName(Type type) {
  Type stored = edge::getStorageType(type);
  if (stored.isF32())
    return ElementName{"float", "float"};
  if (stored.isF64())
    return ElementName{"double", "double"};
  if (stored.isInteger(1))
    return ElementName{"bool", "bool"};
  if (stored.isUnsignedInteger(8))
    return ElementName{"uint8", "std::uint8_t"};
  if (stored.isInteger(8))
    return ElementName{"int8", "std::int8_t"};
  if (stored.isInteger(16))
    return ElementName{"int16", "std::int16_t"};
  if (stored.isInteger(32))
    return ElementName{"int32", "std::int32_t"};
  if (stored.isInteger(64))
    return ElementName{"int64", "std::int64_t"};
  return std::nullopt;
}

/// A name as the inside of a C++ string literal.
std::string escape(StringRef text) {
  std::string result;
  for (char c : text) {
    if (c == '"' || c == '\\')
      result += '\\';
    result += llvm::isPrint(c) ? c : '_';
  }
  return result;
}

/// The template fields of one input or output.
FailureOr<llvm::json::Object> describeTensor(func::FuncOp program,
                                             unsigned index, StringRef role,
                                             llvm::StringSet<> &usedNames) {
  auto name = program.getArgAttrOfType<StringAttr>(index, role);
  auto type = cast<RankedTensorType>(
      program.getArgAttrOfType<TypeAttr>(index, "kern.tensor").getValue());
  std::optional<ElementName> element = getElementName(type.getElementType());
  if (!element || type.getRank() > 8) {
    program.emitError("'") << name.getValue() << "' has type " << type
                           << ", which generated code cannot take: at most 8 "
                              "axes of float, bool or integers";
    return failure();
  }
  std::string identifier = makeIdentifier(name.getValue());
  while (!usedNames.insert(identifier).second)
    identifier += '_';

  std::string extents, dims;
  for (int64_t dim : type.getShape()) {
    extents += llvm::formatv("[{0}]", dim);
    dims += llvm::formatv("{0}{1}", dims.empty() ? "" : ", ", dim);
  }
  quant::UniformQuantizedType quantized = edge::getUniformType(type);
  std::string scale = "0.0f";
  if (quantized)
    scale = llvm::formatv("{0:e9}f", float(quantized.getScale()));
  return llvm::json::Object{
      {"label", escape(name.getValue())},
      {"ident", identifier},
      {"type", element->onnx},
      {"ctype", element->cpp},
      {"bytes", type.getNumElements() *
                    reference::getElementBytes(type.getElementType())},
      {"rank", type.getRank()},
      {"extents", extents},
      {"dims", dims},
      {"scale", scale},
      {"zero", quantized ? quantized.getZeroPoint() : 0},
  };
}

} // namespace

FailureOr<std::string> edgecc::readResource(ModuleOp module,
                                            const EmitOptions &options,
                                            StringRef folder, StringRef file) {
  SmallString<128> path(options.resourceDir);
  llvm::sys::path::append(path, folder, file);
  auto buffer = llvm::MemoryBuffer::getFile(path);
  if (buffer)
    return (*buffer)->getBuffer().str();
  module.emitError("cannot read ")
      << path << ": " << buffer.getError().message()
      << "; set EDGECC_RESOURCE_DIR to the folder of edgecc's resources";
  return failure();
}

/// Appends a kernel header, after those that it includes, to `text`. The text
/// stays as it is: include guards keep it from asking for them again.
static LogicalResult appendHeader(ModuleOp module, const EmitOptions &options,
                                  StringRef file, llvm::StringSet<> &done,
                                  std::string &text) {
  if (!done.insert(file).second)
    return success();
  FailureOr<std::string> contents =
      readResource(module, options, "kernels", file);
  if (failed(contents))
    return failure();
  SmallVector<StringRef> lines;
  StringRef(*contents).split(lines, '\n');
  for (StringRef line : lines)
    if (line.consume_front("#include \"") && line.consume_back("\""))
      if (failed(appendHeader(module, options, line, done, text)))
        return failure();
  text += *contents;
  text += '\n';
  return success();
}

FailureOr<std::string> edgecc::getKernels(ModuleOp module,
                                          const EmitOptions &options) {
  std::string text;
  llvm::StringSet<> done;
  if (failed(appendHeader(module, options, "scalar.h", done, text)) ||
      failed(appendHeader(module, options, "shape.h", done, text)))
    return failure();
  WalkResult result = module.walk([&](CallOp call) {
    for (StringRef file : llvm::split(call.getHeader(), ' '))
      if (failed(appendHeader(module, options, file, done, text)))
        return WalkResult::interrupt();
    return WalkResult::advance();
  });
  if (result.wasInterrupted())
    return failure();
  return text;
}

/// What C gives as context is aligned to this many bytes.
static constexpr uint64_t kAlignmentInC = 16;

/// The context as NAME_run gets it.
static std::string printContext(const EmitOptions &options) {
  return options.alignment > kAlignmentInC
             ? "alignedContext(context)"
             : "static_cast<" + options.name + "::Context *>(context)";
}

/// With what aligning a context of C may take.
static std::string printContextBytes(const EmitOptions &options) {
  std::string bytes = "sizeof(" + options.name + "::Context)";
  return options.alignment > kAlignmentInC
             ? bytes + " + " + std::to_string(options.alignment - kAlignmentInC)
             : bytes;
}

/// State, inputs and outputs, as NAME_run passes them on.
static std::string printArguments(StringRef context,
                                  const ProgramMemory &memory,
                                  const llvm::json::Array &inputs,
                                  const llvm::json::Array &outputs) {
  std::string text;
  llvm::raw_string_ostream os(text);
  if (memory.state)
    os << "      " << context << "->state,\n";
  auto print = [&](const llvm::json::Array &tensors, StringRef qualifier,
                   StringRef list) {
    for (const auto &[index, tensor] : llvm::enumerate(tensors))
      os << "      static_cast<" << qualifier
         << *tensor.getAsObject()->getString("ctype") << " *>(" << list << '['
         << index << "]),\n";
  };
  print(inputs, "const ", "inputs");
  print(outputs, "", "outputs");
  text.pop_back();
  return text;
}

/// Fills in the program's inputs and outputs, in the model's order.
static LogicalResult describeTensors(func::FuncOp program,
                                     const EmitOptions &options,
                                     llvm::json::Array &inputs,
                                     llvm::json::Array &outputs) {
  llvm::StringSet<> usedNames = {"context", "execute", "run",
                                 "reset",   "Context", options.name};
  if (program->hasAttr(kThreads))
    usedNames.insert("parallel");
  for (unsigned i = 0, e = program.getNumArguments(); i != e; ++i) {
    bool isInput = bool(program.getArgAttr(i, kInput));
    FailureOr<llvm::json::Object> tensor =
        describeTensor(program, i, isInput ? kInput : kOutput, usedNames);
    if (failed(tensor))
      return failure();
    llvm::json::Array &list = isInput ? inputs : outputs;
    (*tensor)["index"] = int64_t(list.size());
    list.push_back(std::move(*tensor));
  }
  return success();
}

/// The inputs that lie in the arena, with their offsets.
static llvm::json::Array describePlaces(func::FuncOp program,
                                        const llvm::json::Array &inputs) {
  llvm::json::Array places;
  program.walk([&](BufferOp buffer) {
    auto number = buffer->getAttrOfType<IntegerAttr>(kInputPlace);
    if (!number || !buffer.getOffset())
      return;
    llvm::json::Object place = *inputs[size_t(number.getInt())].getAsObject();
    place["offset"] = int64_t(*buffer.getOffset());
    places.push_back(std::move(place));
  });
  return places;
}

/// What `reset` writes into the state; all else is zero.
static llvm::json::Array describeInitials(func::FuncOp program) {
  llvm::json::Array initials;
  auto list = program->getAttrOfType<ArrayAttr>(kStateInitials);
  if (!list)
    return initials;
  for (auto initial : list.getAsRange<DictionaryAttr>()) {
    auto data = initial.getAs<FlatSymbolRefAttr>("data");
    auto value = initial.getAs<IntegerAttr>("value");
    initials.push_back(llvm::json::Object{
        {"offset", initial.getAs<IntegerAttr>("offset").getInt()},
        {"function", data ? "memcpy" : "memset"},
        {"content",
         data ? data.getValue().str() : std::to_string(value.getInt())},
        {"bytes", initial.getAs<IntegerAttr>("bytes").getInt()}});
  }
  return initials;
}

/// One entry or none: templates repeat what is there.
static llvm::json::Array onlyIf(bool condition) {
  return condition ? llvm::json::Array{llvm::json::Object{}}
                   : llvm::json::Array{};
}

FailureOr<llvm::json::Object>
edgecc::describeProgram(ModuleOp module, const EmitOptions &options) {
  func::FuncOp program = getProgram(module);
  llvm::json::Array inputs, outputs;
  if (failed(describeTensors(program, options, inputs, outputs)))
    return failure();
  ProgramMemory memory = getProgramMemory(module);
  std::string context = printContext(options);
  llvm::json::Array threads;
  if (auto number = program->getAttrOfType<IntegerAttr>(kThreads))
    threads.push_back(llvm::json::Object{
        {"count", number.getInt()},
        {"arguments", printArguments(context, memory, inputs, outputs)}});
  return llvm::json::Object{
      {"name", options.name},
      {"guard", StringRef(options.name).upper()},
      {"version", options.version},
      {"command", escape(options.commandLine)},
      {"sha256", options.modelSha256},
      {"target", options.target},
      {"alignment", int64_t(options.alignment)},
      {"aligned", onlyIf(options.alignment > kAlignmentInC)},
      {"context", context},
      {"contextBytes", printContextBytes(options)},
      {"arenaBytes", memory.arena},
      {"stateBytes", memory.state},
      {"state", onlyIf(memory.state)},
      {"threads", std::move(threads)},
      {"initials", describeInitials(program)},
      {"weightBytes", memory.weights},
      {"places", describePlaces(program, inputs)},
      {"inputs", std::move(inputs)},
      {"outputs", std::move(outputs)},
      // As above, for code that chooses among targets.
      {"dispatch", llvm::json::Array()},
      {"wideVectors", "defined(__AVX2__)"},
  };
}

//===----------------------------------------------------------------------===//
// emitCode
//===----------------------------------------------------------------------===//

FailureOr<std::string> edgecc::printCpp(ModuleOp emitc) {
  std::string program;
  llvm::raw_string_ostream os(program);
  if (failed(emitc::translateToCpp(emitc, os)))
    return failure();
  return program;
}

FailureOr<std::string> edgecc::fillResource(ModuleOp module,
                                            const EmitOptions &options,
                                            StringRef file,
                                            const llvm::json::Object &fields) {
  FailureOr<std::string> pattern =
      readResource(module, options, "templates", file);
  if (failed(pattern))
    return failure();
  llvm::Expected<std::string> filled = fillTemplate(*pattern, fields);
  if (filled)
    return std::move(*filled);
  module.emitError("template ")
      << file << ": " << llvm::toString(filled.takeError());
  return failure();
}

FailureOr<GeneratedCode> edgecc::fillFiles(ModuleOp module,
                                           const EmitOptions &options,
                                           const llvm::json::Object &fields) {
  auto header = fillResource(module, options, "model.h.in", fields);
  auto source = fillResource(module, options, "model.cpp.in", fields);
  if (failed(header) || failed(source))
    return failure();
  return GeneratedCode{std::move(*header), std::move(*source)};
}

FailureOr<GeneratedCode> edgecc::emitCode(ModuleOp kernModule,
                                          const EmitOptions &options) {
  FailureOr<llvm::json::Object> fields = describeProgram(kernModule, options);
  FailureOr<std::string> kernels = getKernels(kernModule, options);
  OwningOpRef<ModuleOp> emitc = emitEmitC(kernModule);
  if (failed(fields) || failed(kernels) || !emitc)
    return failure();
  FailureOr<std::string> program = printCpp(*emitc);
  if (failed(program))
    return failure();
  (*fields)["kernels"] = std::move(*kernels);
  (*fields)["program"] = "namespace kernels = edgecc::kernels;\n\n" + *program;
  return fillFiles(kernModule, options, *fields);
}
