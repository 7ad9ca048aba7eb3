//===- Run.cpp - Start the program and read what it computed --------------===//
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

using namespace llvm;

namespace edgecc::execute {

using Command = std::vector<std::string>;

/// QEMU separates options by commas; a doubled one stands for itself.
static std::string escapeCommas(StringRef text) {
  std::string escaped;
  for (char c : text)
    escaped.append(c == ',' ? 2 : 1, c);
  return escaped;
}

static std::string findPlugin(const Target &target) {
  SmallString<256> installed(target.resourceDir);
  sys::path::append(installed, "runtime", "insncount.so");
#ifdef EDGECC_INSNCOUNT
  if (!sys::fs::exists(installed))
    return EDGECC_INSNCOUNT;
#endif
  return std::string(installed);
}

static StringRef instructionSet(const Target &target) {
  switch (target.kind) {
  case TargetKind::CortexM:
    return "thumb";
  case TargetKind::AArch64:
    return "a64";
  case TargetKind::Host:
  case TargetKind::Armv7:
    return "other";
  }
  llvm_unreachable("covered switch");
}

static std::string pluginArgument(const Target &target,
                                  const CountRequest &count) {
  return "file=" + escapeCommas(findPlugin(target)) +
         ",begin=" + std::to_string(count.begin) +
         ",end=" + std::to_string(count.end) +
         (count.layer ? ",layer=" + std::to_string(*count.layer) : "") +
         ",out=" + escapeCommas(count.resultFile) +
         ",isa=" + instructionSet(target).str();
}

static std::string runnerArgument(const Executable::State &state,
                                  RunMode mode) {
  switch (mode) {
  case RunMode::Run:
    return "run:" + state.folder;
  case RunMode::Count:
    return "count:" + state.folder;
  case RunMode::Time:
    return "time:" + state.folder;
  case RunMode::TimeLayers:
    return "layers:" + state.folder;
  }
  llvm_unreachable("covered switch");
}

static Command runCommand(const Executable::State &state, RunMode mode,
                          const CountRequest *count) {
  const Target &target = state.target;
  const std::string argument = runnerArgument(state, mode);
  if (mode == RunMode::TimeLayers)
    return {state.markedProgram(), argument};
  if (!count && runsDirectly(target))
    return {state.program(), argument};

  const std::string program = count ? count->program : state.program();
  const TargetEmulator &emulator = *target.emulator;
  Command command = {emulator.command};
  if (!emulator.machine.empty())
    command.insert(command.end(), {"-M", emulator.machine});
  if (!emulator.cpu.empty())
    command.insert(command.end(), {"-cpu", emulator.cpu});
  command.insert(command.end(), emulator.args.begin(), emulator.args.end());
  if (count)
    command.insert(command.end(), {"-plugin", pluginArgument(target, *count)});
  if (target.kind != TargetKind::CortexM) {
    command.insert(command.end(), {program, argument});
    return command;
  }
  command.insert(command.end(),
                 {"-kernel", program, "-display", "none", "-monitor", "none",
                  "-serial", "none", "-no-reboot", "-semihosting-config",
                  "enable=on,target=native,arg=" + escapeCommas(argument)});
  return command;
}

/// The runner prints "[edgecc] key=value"; everything else is for people.
struct Log {
  std::map<std::string, uint64_t> reports;
  std::string error, other;
};

static Log readLog(StringRef text) {
  Log log;
  SmallVector<StringRef> lines;
  text.split(lines, '\n', -1, /*KeepEmpty=*/false);
  for (StringRef line : lines) {
    if (!line.consume_front("[edgecc] ")) {
      log.other += (line + "\n").str();
      continue;
    }
    auto [key, value] = line.split('=');
    uint64_t number;
    if (key == "error")
      log.error = value.str();
    else if (!value.trim().getAsInteger(10, number))
      log.reports[key.str()] = number;
  }
  return log;
}

static std::string describe(const Log &log) {
  std::string text = log.error;
  if (auto status = log.reports.find("fault_status");
      status != log.reports.end())
    text += " (fault status register 0x" + utohexstr(status->second) + ")";
  if (auto bytes = log.reports.find("sample_bytes"); bytes != log.reports.end())
    text += " (" + std::to_string(bytes->second) + " bytes)";
  return text;
}

static Error checkEnd(const Executable::State &state, const Command &command,
                      const ProcessResult &result, const Log &log) {
  if (result.succeeded() && log.error.empty())
    return Error::success();
  std::string what = describe(log);
  if (!result.problem.empty())
    what += (what.empty() ? "the program " : "; the program ") + result.problem;
  if (what.empty())
    what = "the program ended with status " + std::to_string(result.status);
  std::string message = "running '" + state.name + "' on target '" +
                        state.target.name + "': " + what;
  if (!log.other.empty())
    message += "\n" + toShell(command) + "\n" + log.other;
  return makeError(message);
}

static Error checkSizes(const Executable::State &state,
                        ArrayRef<Bytes> samples) {
  for (const Bytes &sample : samples)
    if (sample.size() != samples.front().size() || sample.empty())
      return makeError("running '" + state.name +
                       "': the samples differ in "
                       "size or are empty");
  return Error::success();
}

static Error writeSamples(const Executable::State &state,
                          ArrayRef<Bytes> samples) {
  std::string content;
  for (const Bytes &sample : samples)
    content.append(sample.begin(), sample.end());
  return writeFile(state.path("input.bin"), content);
}

Expected<RunResult> execute(const Executable::State &state,
                            ArrayRef<Bytes> samples, RunMode mode,
                            const CountRequest *count) {
  if (Error error = checkSizes(state, samples))
    return error;
  if (Error error = writeSamples(state, samples))
    return error;
  const Command command = runCommand(state, mode, count);
  Expected<ProcessResult> result = runProcess(
      command, state.options.runTimeoutSeconds, state.path("run.log"));
  if (!result)
    return result.takeError();
  Log log = readLog(result->output);
  if (Error error = checkEnd(state, command, *result, log))
    return error;
  Expected<std::string> output = readFile(state.path("output.bin"));
  if (!output)
    return output.takeError();
  return RunResult{std::move(*output), std::move(log.reports)};
}

Expected<std::vector<Bytes>> Executable::run(ArrayRef<Bytes> samples) const {
  if (samples.empty())
    return std::vector<Bytes>();
  Expected<RunResult> result = execute(*state, samples, RunMode::Run);
  if (!result)
    return result.takeError();
  const std::string &output = result->output;
  if (output.empty() || output.size() % samples.size() != 0)
    return makeError("running '" + state->name + "': " + Twine(output.size()) +
                     " bytes of output are not " + Twine(samples.size()) +
                     " samples");
  const size_t perSample = output.size() / samples.size();
  std::vector<Bytes> outputs;
  for (size_t i = 0; i < samples.size(); ++i)
    outputs.emplace_back(output.begin() + i * perSample,
                         output.begin() + (i + 1) * perSample);
  return outputs;
}

} // namespace edgecc::execute
