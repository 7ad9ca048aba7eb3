//===- Measure.cpp - Instructions, time, stack and flash of a model -------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Elf.h"
#include "ExecuteImpl.h"

#include "llvm/ADT/StringExtras.h"

using namespace llvm;

namespace edgecc::execute {

//===----------------------------------------------------------------------===//
// Flash
//===----------------------------------------------------------------------===//

Expected<Flash> measureFlash(const Executable::State &state) {
  const bool bare = state.target.kind == TargetKind::CortexM;
  std::string file = state.modelObject();
  if (bare) {
    file = state.path("flash_image");
    if (Error error = link(state, {"startup.cpp", "flash_image.cpp"},
                           state.modelObject(), file))
      return error;
  }
  Expected<Flash> flash = readFlash(file);
  if (flash)
    flash->source = bare ? "linked image" : "object file (text + constants)";
  return flash;
}

//===----------------------------------------------------------------------===//
// Instructions
//===----------------------------------------------------------------------===//

/// Reads what the plugin wrote; see backends/runtime/insncount.c.
static Error readCounts(StringRef text, const SymbolTable &symbols,
                        Measurement &measurement) {
  SmallVector<StringRef> lines;
  text.split(lines, '\n', -1, /*KeepEmpty=*/false);
  for (StringRef line : lines) {
    SmallVector<StringRef, 3> words;
    line.split(words, ' ');
    uint64_t count, address;
    if (words.size() < 2 || words.back().getAsInteger(10, count))
      return makeError("cannot understand the counting plugin: " + line);
    if (words[0] == "total")
      measurement.instructions = count;
    else if (words[0] == "layer")
      measurement.layers.push_back(count);
    else if (words[0] == "class" && words.size() == 3)
      measurement.classes[words[1].str()] = count;
    else if (words[0] == "words" && count > 0)
      measurement.classes["multiple_words"] = count;
    else if (words[0] == "block" && words.size() == 3 && count > 0 &&
             !words[1].getAsInteger(0, address))
      measurement.functions[symbols.functionAt(address)] += count;
  }
  return Error::success();
}

static Expected<CountRequest> findMarks(const Executable::State &state,
                                        StringRef program,
                                        const SymbolTable &symbols) {
  std::optional<uint64_t> begin = symbols.addressOf("edgecc_mark_begin");
  std::optional<uint64_t> end = symbols.addressOf("edgecc_mark_end");
  if (!begin || !end)
    return makeError("the program for '" + state.name +
                     "' has no marks to count between");
  return CountRequest{program.str(), *begin, *end,
                      symbols.addressOf("edgecc_mark_layer"),
                      state.path("counts")};
}

/// Runs the sample under the emulator with the counting plugin.
static Error countInstructions(const Executable::State &state,
                               StringRef program, const Bytes &sample,
                               Measurement &measurement) {
  Expected<SymbolTable> symbols = SymbolTable::read(program);
  if (!symbols)
    return symbols.takeError();
  Expected<CountRequest> request = findMarks(state, program, *symbols);
  if (!request)
    return request.takeError();
  Expected<RunResult> result =
      execute(state, sample, RunMode::Count, &*request);
  if (!result)
    return result.takeError();
  Expected<std::string> counts = readFile(request->resultFile);
  if (!counts)
    return counts.takeError();
  measurement.stackBytes = result->reports["stack"];
  measurement.source = "qemu-plugin";
  return readCounts(*counts, *symbols, measurement);
}

/// Runs the sample on this machine, with the processor's counter and the clock.
static Error measureNatively(const Executable::State &state,
                             const Bytes &sample, Measurement &measurement) {
  Expected<RunResult> result = execute(state, sample, RunMode::Time);
  if (!result)
    return result.takeError();
  measurement.stackBytes = result->reports["stack"];
  measurement.nanoseconds =
      static_cast<double>(result->reports["picoseconds"]) / 1000;
  measurement.source = "clock";
  if (auto perf = result->reports.find("perf_instructions");
      perf != result->reports.end()) {
    measurement.instructions = perf->second;
    measurement.source = "perf_event";
  }
  return Error::success();
}

/// QEMU 7.2 executes x86 up to AVX2 and FMA.
static bool emulatorHasFeatures(const Target &target) {
  return target.emulator && none_of(target.features, [](StringRef feature) {
           return feature.starts_with("avx512") || feature == "avxvnni" ||
                  feature.starts_with("amx");
         });
}

static Error measureCalls(const Executable::State &state, const Bytes &sample,
                          Measurement &measurement) {
  const bool direct = runsDirectly(state.target);
  if (!direct)
    return countInstructions(state, state.program(), sample, measurement);
  if (Error error = measureNatively(state, sample, measurement))
    return error;
  if (!emulatorHasFeatures(state.target))
    return Error::success();
  // The time is known; a count is better, where QEMU is installed and is for
  // this kind of machine.
  Measurement counted = measurement;
  if (Error error = countInstructions(state, state.program(), sample, counted))
    consumeError(std::move(error));
  else
    measurement = std::move(counted);
  return Error::success();
}

Expected<Measurement> Executable::measure(const Bytes &sample) const {
  Measurement measurement;
  if (Error error = measureCalls(*state, sample, measurement))
    return error;
  Expected<Flash> flash = measureFlash(*state);
  if (!flash)
    return flash.takeError();
  measurement.flash = std::move(*flash);
  return measurement;
}

Expected<std::vector<uint64_t>>
Executable::measureLayers(const Bytes &sample) const {
  if (runsDirectly(state->target) && !emulatorHasFeatures(state->target))
    return std::vector<uint64_t>();
  if (Error error = buildMarked(*state, "layer_marks.h"))
    return error;
  Measurement measurement;
  if (Error error = countInstructions(*state, state->markedProgram(), sample,
                                      measurement))
    return error;
  return std::move(measurement.layers);
}

/// The runner reports "layerN" for each layer in picoseconds.
Expected<std::vector<double>>
Executable::timeLayers(const Bytes &sample) const {
  if (!runsDirectly(state->target))
    return std::vector<double>();
  if (Error error = buildMarked(*state, "layer_clock.h"))
    return std::move(error);
  Expected<RunResult> result = execute(*state, sample, RunMode::TimeLayers);
  if (!result)
    return result.takeError();
  std::vector<double> times;
  while (true) {
    auto layer = result->reports.find("layer" + std::to_string(times.size()));
    if (layer == result->reports.end())
      return times;
    times.push_back(double(layer->second) / 1000);
  }
}

Expected<LayerCosts> Executable::costLayers(const Bytes &sample) const {
  if (runsDirectly(state->target)) {
    Expected<std::vector<double>> times = timeLayers(sample);
    if (!times)
      return times.takeError();
    return LayerCosts{std::move(*times), "ns"};
  }
  Expected<std::vector<uint64_t>> counts = measureLayers(sample);
  if (!counts)
    return counts.takeError();
  return LayerCosts{std::vector<double>(counts->begin(), counts->end()),
                    "instructions"};
}

} // namespace edgecc::execute
