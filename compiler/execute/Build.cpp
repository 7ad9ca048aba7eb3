//===- Build.cpp - Compile and link generated code ------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ExecuteImpl.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"

using namespace llvm;

namespace edgecc::execute {

using Command = std::vector<std::string>;

/// More than this of a compiler's complaints hides the first, which counts.
static constexpr size_t kMostOutput = 8000;

//===----------------------------------------------------------------------===//
// Executable
//===----------------------------------------------------------------------===//

std::string Executable::State::path(StringRef file) const {
  SmallString<256> result(folder);
  sys::path::append(result, file);
  return std::string(result);
}

Executable::State::~State() {
  if (!folder.empty())
    sys::fs::remove_directories(folder);
}

Executable::Executable(std::unique_ptr<State> state)
    : state(std::move(state)) {}
Executable::Executable(Executable &&) = default;
Executable &Executable::operator=(Executable &&) = default;
Executable::~Executable() = default;

StringRef Executable::getFolder() const { return state->folder; }
std::string Executable::getProgram() const { return state->program(); }

//===----------------------------------------------------------------------===//
// Tools
//===----------------------------------------------------------------------===//

static Error checkTool(const Target &target, StringRef what, StringRef command,
                       StringRef package) {
  if (sys::findProgramByName(command))
    return Error::success();
  return makeError("target '" + target.name + "' needs the " + what + " '" +
                   command +
                   "', which is not installed; on Debian: apt-get "
                   "install " +
                   package);
}

bool runsDirectly(const Target &target) {
  if (target.kind != TargetKind::Host)
    return false;
  std::vector<std::string> available = detectHostFeatures();
  return all_of(target.features, [&](const std::string &feature) {
    return is_contained(available, feature);
  });
}

Error checkTools(const Target &target) {
  if (Error error = checkTool(target, "compiler", target.compiler.command,
                              target.compiler.package))
    return error;
  if (runsDirectly(target))
    return Error::success();
  if (!target.emulator)
    return makeError("this machine cannot run code for target '" + target.name +
                     "', which needs " + join(target.features, ", "));
  return checkTool(target, "emulator", target.emulator->command,
                   target.emulator->package);
}

//===----------------------------------------------------------------------===//
// Commands
//===----------------------------------------------------------------------===//

static void append(Command &command, ArrayRef<std::string> arguments) {
  command.insert(command.end(), arguments.begin(), arguments.end());
}

static std::string runtimeFolder(const Target &target) {
  SmallString<256> folder(target.resourceDir);
  sys::path::append(folder, "runtime");
  return std::string(folder);
}

/// What every compilation for the target starts with.
static Command compilerCommand(const Target &target) {
  Command command = {target.compiler.command};
  append(command, target.compiler.flags);
  append(command, {"-std=c++17", "-fno-exceptions", "-fno-rtti",
                   "-ffunction-sections", "-fdata-sections"});
  return command;
}

static Command modelCommand(const Executable::State &state, StringRef object,
                            ArrayRef<std::string> extra = {}) {
  Command command = compilerCommand(state.target);
  command.push_back(state.target.compiler.optimization);
  if (state.options.strictWarnings)
    append(command,
           {"-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Werror"});
  SmallString<256> source(state.sourceFolder);
  sys::path::append(source, state.name + ".cpp");
  append(command, extra);
  append(command, {"-c", std::string(source), "-o", object.str()});
  return command;
}

static Command linkCommand(const Executable::State &state,
                           ArrayRef<StringRef> runtimeSources, StringRef object,
                           StringRef output) {
  const Target &target = state.target;
  const std::string runtime = runtimeFolder(target);
  Command command = compilerCommand(target);
  append(command, {"-O2", "-I" + runtime, "-I" + state.sourceFolder,
                   "-DEDGECC_MODEL=" + state.name,
                   "-DEDGECC_MODEL_HEADER=\"" + state.name + ".h\""});
  for (StringRef source : runtimeSources) {
    SmallString<256> path(runtime);
    sys::path::append(path, source);
    command.push_back(std::string(path));
  }
  append(command, {object.str(), "-o", output.str(), "-Wl,--gc-sections"});
  if (target.kind == TargetKind::CortexM)
    append(command,
           {"-nostartfiles", "-L" + runtime, "-T" + target.linkerScript});
  else // At fixed addresses, where the counting plugin finds the marks.
    append(command, {"-static", "-no-pie"});
  append(command, target.compiler.linkFlags);
  command.push_back("-lm");
  return command;
}

static std::string shorten(StringRef output) {
  if (output.size() <= kMostOutput)
    return output.str();
  return (output.take_front(kMostOutput) + "\n[...]").str();
}

static Error runCompiler(const Executable::State &state, const Command &command,
                         StringRef what) {
  Expected<ProcessResult> result = runProcess(
      command, state.options.compileTimeoutSeconds, state.path("compiler.log"));
  if (!result)
    return result.takeError();
  if (result->succeeded())
    return Error::success();
  StringRef output = result->output;
  // Either memory of the emulated board: the program cannot be run here,
  // whatever the user's own device holds.
  if (output.contains("will not fit in region") ||
      output.contains("overflowed by"))
    return makeError("the model is too large for the board that stands for "
                     "target '" +
                     state.target.name + "' (" +
                     sys::path::filename(state.target.linkerScript) +
                     "); the linker says:\n" + shorten(output));
  std::string problem = result->problem.empty() ? "" : " " + result->problem;
  return makeError(what + " for target '" + state.target.name + "' failed:" +
                   problem + "\n" + toShell(command) + "\n" + shorten(output));
}

Error link(const Executable::State &state, ArrayRef<StringRef> runtimeSources,
           StringRef object, StringRef output) {
  return runCompiler(state, linkCommand(state, runtimeSources, object, output),
                     "linking '" + state.name + "'");
}

Error linkRunner(const Executable::State &state, StringRef object,
                 StringRef output) {
  SmallVector<StringRef> sources = {"runner.cpp"};
  if (state.target.kind == TargetKind::CortexM)
    sources.append({"startup.cpp", "semihosting.cpp"});
  else
    sources.push_back("hosted.cpp");
  return link(state, sources, object, output);
}

Error buildMarked(const Executable::State &state, StringRef marks) {
  SmallString<256> header(runtimeFolder(state.target));
  sys::path::append(header, marks);
  if (Error error = runCompiler(state,
                                modelCommand(state, state.markedObject(),
                                             {"-include", std::string(header)}),
                                "compiling '" + state.name + ".cpp'"))
    return error;
  return linkRunner(state, state.markedObject(), state.markedProgram());
}

static Error checkRuntime(const Target &target) {
  SmallString<256> runner(runtimeFolder(target));
  sys::path::append(runner, "runner.cpp");
  if (sys::fs::exists(runner))
    return Error::success();
  return makeError("cannot find '" + runner +
                   "'; set EDGECC_RESOURCE_DIR to "
                   "the folder that holds targets/ and runtime/");
}

static Error makeFolder(std::string &folder) {
  SmallString<256> path;
  if (std::error_code code = sys::fs::createUniqueDirectory("edgecc", path))
    return makeError("cannot make a temporary folder: " + code.message());
  folder = std::string(path);
  return Error::success();
}

Expected<Executable> build(StringRef folder, StringRef name,
                           const Target &target, const BuildOptions &options) {
  if (Error error = checkTools(target))
    return error;
  if (Error error = checkRuntime(target))
    return error;
  auto state = std::make_unique<Executable::State>();
  state->sourceFolder = folder.empty() ? "." : folder.str();
  state->name = name.str();
  state->target = target;
  state->options = options;
  if (Error error = makeFolder(state->folder))
    return error;
  if (options.onlyLayers)
    return Executable(std::move(state));
  if (Error error =
          runCompiler(*state, modelCommand(*state, state->modelObject()),
                      "compiling '" + state->name + ".cpp'"))
    return error;
  if (Error error = linkRunner(*state, state->modelObject(), state->program()))
    return error;
  return Executable(std::move(state));
}

} // namespace edgecc::execute
