//===- Options.cpp - The command line, understood -------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Options.h"

#include "OptionValues.h"

#include "edgecc/Backend/Emit.h"
#include "edgecc/Driver/Units.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

#include <cmath>

using namespace edgecc::driver;
using namespace llvm;

//===----------------------------------------------------------------------===//
// Values of options
//===----------------------------------------------------------------------===//

/// The points that --max-drop gives; zero says: lose nothing.
static Expected<double> parsePoints(StringRef text) {
  double points = 0;
  if (text.getAsDouble(points) || !std::isfinite(points) || points < 0)
    return createStringError("'" + text +
                             "' is not a number of points, like 1.0");
  return points;
}

//===----------------------------------------------------------------------===//
// Options that name an input
//===----------------------------------------------------------------------===//

/// Splits INPUT=FILE. A file may have "=" in its name, too.
static InputFile splitInputFile(StringRef text) {
  if (!text.contains('=') || sys::fs::exists(text))
    return {"", text.str()};
  auto [input, file] = text.split('=');
  return {input.str(), file.str()};
}

static std::vector<InputFile> readInputFiles(const CommandLine::Texts &option) {
  std::vector<InputFile> files;
  for (StringRef text : option)
    files.push_back(splitInputFile(text));
  return files;
}

static Error readFrozenInputs(const CommandLine::Texts &option,
                              std::vector<InputFile> &inputs) {
  for (StringRef text : option) {
    auto [input, file] = text.split('=');
    if (input.empty() || file.empty())
      return inOption(option.ArgStr, "'" + text + "' is not INPUT=FILE.npy");
    inputs.push_back({input.str(), file.str()});
  }
  return Error::success();
}

static Error readInputShapes(const CommandLine::Texts &option,
                             std::vector<InputShape> &shapes) {
  for (StringRef text : option) {
    // Names may contain "=", and even ":"; shapes do not.
    auto [input, dims] = text.rsplit('=');
    InputShape shape{input.str(), {}};
    for (StringRef dim : split(dims, ',')) {
      int64_t size = 0;
      if (dim.getAsInteger(10, size) || size < 1 || input.empty())
        return inOption(option.ArgStr,
                        "'" + text +
                            "' is not INPUT=D0,D1,... with whole numbers of "
                            "at least 1");
      shape.shape.push_back(size);
    }
    shapes.push_back(std::move(shape));
  }
  return Error::success();
}

//===----------------------------------------------------------------------===//
// Groups of options
//===----------------------------------------------------------------------===//

static Error readBudget(const CommandLine &line, Options &options) {
  edgecc::report::Budget &budget = options.budget;
  if (Error error = readQuantity(line.ram, parseSize, budget.ram))
    return error;
  if (Error error = readQuantity(line.flash, parseSize, budget.flash))
    return error;
  if (Error error = readQuantity(line.latency, parseTime, budget.latency))
    return error;
  if (Error error = readQuantity(line.energy, parseEnergy, budget.energy))
    return error;
  if (Error error = readQuantity(line.maxDrop, parsePoints, budget.maxDrop))
    return error;
  if (budget.maxDrop && options.calibration.empty() &&
      options.evaluation.empty())
    return inOption(line.maxDrop.ArgStr,
                    "there are no samples to measure accuracy on; give --eval "
                    "FILE.npy or --calib FILE.npy");
  return Error::success();
}

static Error readTuning(const CommandLine &line, Options &options) {
  options.tunedFiles.assign(line.tuned.begin(), line.tuned.end());
  if (!line.tune.getNumOccurrences())
    return Error::success();
  options.tuneFile = line.tune;
  if (options.tuneFile.empty())
    return inOption(line.tune.ArgStr,
                    "give the file to write, like tuned.json");
  if (!options.tunedFiles.empty())
    return inOption(line.tune.ArgStr, "measures, and --tuned takes what was "
                                      "measured: give one of them");
  if (!line.dispatch.getValue().empty())
    return inOption(line.tune.ArgStr,
                    "measures one target: tune each by itself, and give "
                    "--dispatch a --tuned FILE for each");
  if (options.threads > 1)
    return inOption(line.tune.ArgStr,
                    "measures on one thread: leave out --threads; it takes "
                    "the same file with --tuned");
  for (const CommandLine::Text *option : {&line.emit, &line.explore})
    if (option->getNumOccurrences())
      return inOption(line.tune.ArgStr,
                      ("does not go with --" + option->ArgStr).str());
  return Error::success();
}

static Error readCode(const CommandLine &line, Options &options) {
  if (Error error = readModelOptions(line, options))
    return error;
  if (Error error =
          readChoice<bool>(line.optimize, {{"speed", false}, {"size", true}},
                           options.optimizesSize))
    return error;
  if (Error error = readChoice<Coding>(line.coding,
                                       {{"auto", Coding::Auto},
                                        {"none", Coding::None},
                                        {"entropy", Coding::Entropy}},
                                       options.coding))
    return error;
  if (Error error =
          readChoice<bool>(line.io, {{"float", false}, {"quantized", true}},
                           options.quantizedIo))
    return error;
  if (Error error =
          readChoice<bool>(line.ioLayout, {{"onnx", false}, {"nhwc", true}},
                           options.channelsLastIo))
    return error;
  if (Error error =
          readChoice<bool>(line.inputs, {{"caller", false}, {"arena", true}},
                           options.inputsInArena))
    return error;
  constexpr uint64_t kMostThreads = 256;
  if (line.threads.getNumOccurrences() &&
      (StringRef(line.threads).getAsInteger(10, options.threads) ||
       options.threads < 1 || options.threads > kMostThreads))
    return inOption(line.threads.ArgStr,
                    "'" + line.threads.getValue() +
                        "' is not a number of threads from 1 to " +
                        std::to_string(kMostThreads));
  options.stateful.assign(line.stateful.begin(), line.stateful.end());
  return readTuning(line, options);
}

static Error readSamples(const CommandLine &line, Options &options) {
  options.calibration = readInputFiles(line.calibration);
  options.evaluation = readInputFiles(line.evaluation);
  options.labels = line.labels;
  options.metric = line.metric;
  if (!options.labels.empty() && options.evaluation.empty())
    return inOption(line.labels.ArgStr,
                    "labels belong to samples; give those with --eval "
                    "FILE.npy");
  if (options.metric.empty())
    return Error::success();
  StringRef ignored;
  if (Error error = readChoice<StringRef>(line.metric,
                                          {{"top1", ""},
                                           {"auc", ""},
                                           {"mse", ""},
                                           {"psnr", ""},
                                           {"cosine", ""},
                                           {"snr", ""}},
                                          ignored))
    return error;
  bool needsLabels = options.metric == "top1" || options.metric == "auc";
  if (needsLabels && options.labels.empty())
    return inOption(line.metric.ArgStr,
                    options.metric + " needs --eval FILE.npy and --labels "
                                     "FILE.npy");
  return Error::success();
}

static Error readChecks(const CommandLine &line, Options &options) {
  options.measure = line.measure;
  options.sensitivity = line.sensitivity;
  if (line.explore.getNumOccurrences()) {
    uint64_t ways = 14;
    if (!line.explore.empty() &&
        (StringRef(line.explore).getAsInteger(10, ways) || ways < 1))
      return inOption(line.explore.ArgStr, "'" + line.explore.getValue() +
                                               "' is not a number of ways");
    if (line.emit.getNumOccurrences())
      return inOption(line.explore.ArgStr, "does not go with --emit");
    options.explore = ways;
  }
  if (!line.verify.getNumOccurrences())
    return Error::success();
  uint64_t samples = 8;
  if (!line.verify.empty() &&
      (StringRef(line.verify).getAsInteger(10, samples) || samples < 1))
    return inOption(line.verify.ArgStr, "'" + line.verify.getValue() +
                                            "' is not a number of samples");
  options.verifySamples = samples;
  return Error::success();
}

/// Whether NAME.h or a namespace NAME would be in the way of the C++ language,
/// of a header of its library, or of what such a header declares or a compiler
/// defines.
static bool isTaken(StringRef name) {
  static const llvm::StringSet<> library = {
      // Headers.
      "assert", "complex", "ctype", "errno", "fenv", "float", "inttypes",
      "iso646", "limits", "locale", "math", "memory", "setjmp", "signal",
      "stdalign", "stdarg", "stdatomic", "stdbool", "stddef", "stdint", "stdio",
      "stdlib", "string", "strings", "tgmath", "threads", "time", "uchar",
      "unistd", "wchar", "wctype",
      // Functions of the headers that generated code includes, and what those
      // include.
      "abs", "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "cbrt",
      "ceil", "copysign", "cos", "cosh", "div", "erf", "erfc", "exp", "exp2",
      "expm1", "fabs", "fdim", "floor", "fma", "fmax", "fmin", "fmod", "frexp",
      "gamma", "hypot", "ilogb", "index", "isinf", "isnan", "j0", "j1", "jn",
      "labs", "ldexp", "lgamma", "log", "log10", "log1p", "log2", "logb",
      "memccpy", "memchr", "memcmp", "memcpy", "memmove", "memset", "modf",
      "nan", "pow", "rand", "random", "remainder", "rindex", "rint", "round",
      "scalb", "select", "signgam", "sin", "sinh", "sqrt", "strcat", "strchr",
      "strcmp", "strcpy", "strdup", "strlen", "system", "tan", "tanh", "tgamma",
      "trunc", "y0", "y1", "yn",
      // Macros.
      "EOF", "HUGE_VAL", "INFINITY", "M_PI", "NAN", "NULL", "arm", "i386",
      "linux", "unix"};
  return library.contains(name) ||
         (!name.starts_with("_") && edgecc::makeIdentifier(name) != name);
}

static bool isIdentifier(StringRef name) {
  return !name.empty() && !isDigit(name.front()) &&
         all_of(name, [](char c) { return isAlnum(c) || c == '_'; });
}

/// A name for the code of a model: "my-net v2.onnx" is my_net_v2.
static std::string makeName(StringRef file) {
  std::string name = sys::path::stem(file).str();
  for (char &c : name)
    if (!isAlnum(c))
      c = '_';
  if (!isIdentifier(name) || isTaken(name))
    name.insert(0, "net_");
  return name;
}

static Error checkName(StringRef option, StringRef name) {
  if (!isIdentifier(name))
    return inOption(option, "'" + name +
                                "' is not a C++ identifier (letters, digits, "
                                "_)");
  if (isTaken(name))
    return inOption(option, "'" + name +
                                "' is a word of C++ or of its library, which "
                                "cannot be the name of a namespace; 'net_" +
                                name + "' would do");
  return Error::success();
}

static Error readDispatch(const CommandLine &line, Options &options) {
  if (!line.dispatch.getNumOccurrences())
    return Error::success();
  for (StringRef name : split(line.dispatch, ','))
    options.dispatch.push_back(name.trim().str());
  if (options.inputsInArena)
    return inOption(line.dispatch.ArgStr,
                    "does not go with --inputs arena: the place of an input "
                    "differs between targets");
  if (options.explore)
    return inOption(line.dispatch.ArgStr, "does not go with --explore");
  return Error::success();
}

static Error readOutput(const CommandLine &line, Options &options) {
  options.outputFolder = line.output;
  options.reportFile = line.reportFile;
  options.name =
      line.name.empty() ? makeName(line.model) : line.name.getValue();
  if (Error error = checkName(line.name.ArgStr, options.name))
    return error;
  options.target = line.targetFile.empty() ? line.target : line.targetFile;
  options.device = line.device;
  if (!options.device.empty() &&
      (line.target.getNumOccurrences() || !line.targetFile.empty()))
    return inOption(line.device.ArgStr,
                    "a device has its target: give one of them");
  if (!line.targetFile.empty() && line.target.getNumOccurrences())
    return inOption(line.targetFile.ArgStr, "give this or --target, not both");
  if (!line.targetFile.empty() &&
      !StringRef(line.targetFile).ends_with(".json"))
    return inOption(line.targetFile.ArgStr,
                    "'" + line.targetFile +
                        "' is no file whose name ends in .json; --target "
                        "takes the names of known targets");
  if (Error error = readDispatch(line, options))
    return error;
  if (line.emit.getNumOccurrences())
    if (Error error = readChoice<Emit>(line.emit,
                                       {{"onnx", Emit::Onnx},
                                        {"edge", Emit::Edge},
                                        {"kern", Emit::Kern},
                                        {"emitc", Emit::EmitC},
                                        {"cpp", Emit::Cpp}},
                                       options.emit))
      return error;
  if (options.emit == Emit::Files && options.outputFolder.empty() &&
      options.reportFile.empty() && line.split.empty() && !options.explore)
    return createStringError(
        "where should the code go? Give -o DIR; --emit STAGE prints instead, "
        "and --report FILE.json writes a report only");
  if (options.emit != Emit::Files && !options.outputFolder.empty())
    return createStringError("--emit prints, -o writes files: give one");
  // What these are about is made after the stages that print.
  const bool isWanted[] = {!options.reportFile.empty(),
                           options.verifySamples.has_value(), options.measure,
                           options.sensitivity};
  for (auto [name, wanted] : zip_equal(
           ArrayRef<StringRef>{"report", "verify", "measure", "sensitivity"},
           isWanted))
    if (options.emit != Emit::Files && wanted)
      return inOption(name, "does not go with --emit, which prints a stage and "
                            "stops there; give -o DIR instead");
  return Error::success();
}

/// The system says what is compiled for and which budgets hold.
static Error readSplit(const CommandLine &line, Options &options) {
  options.splitFile = line.split;
  options.splitByForce = line.splitByForce;
  if (options.splitFile.empty())
    return options.splitByForce
               ? inOption(line.splitByForce.ArgStr, "goes with --split")
               : Error::success();
  for (const CommandLine::Text *option :
       {&line.target, &line.dispatch, &line.device, &line.targetFile, &line.ram,
        &line.flash, &line.latency, &line.energy})
    if (option->getNumOccurrences())
      return inOption(option->ArgStr, "with --split, the system's file says "
                                      "this of its device");
  if (!options.tunedFiles.empty())
    return inOption(line.tuned.ArgStr, "does not go with --split");
  for (const CommandLine::Text *option :
       {&line.emit, &line.passPipeline, &line.reportFile, &line.verify,
        &line.tune})
    if (option->getNumOccurrences())
      return inOption(option->ArgStr, "does not go with --split");
  if (!options.stateful.empty())
    return inOption(line.stateful.ArgStr, "does not go with --split");
  if (options.quantizedIo || options.channelsLastIo)
    return inOption(line.split.ArgStr, "the wire header takes the tensors as "
                                       "the ONNX model has them: leave out "
                                       "--io and --io-layout");
  return Error::success();
}

static Error readDevelopers(const CommandLine &line, Options &options) {
  options.plugins.assign(line.plugins.begin(), line.plugins.end());
  if (line.passPipeline.getNumOccurrences())
    options.passPipeline = line.passPipeline;
  return Error::success();
}

//===----------------------------------------------------------------------===//
// All of it
//===----------------------------------------------------------------------===//

/// The words of a command but for those of options that say what --explore
/// changes, limits, and where results go.
static std::vector<StringRef> dropChoices(ArrayRef<StringRef> words) {
  static const StringRef kDropped[] = {
      "ram",    "flash",  "latency",   "energy",          "max-drop",
      "o",      "report", "precision", "layer-precision", "optimize",
      "coding", "verify", "explore"};
  std::vector<StringRef> kept;
  for (size_t i = 0; i < words.size(); ++i) {
    StringRef name = words[i].ltrim('-');
    bool isOption = words[i].starts_with("-");
    auto [option, value] = name.split('=');
    if (!isOption || !is_contained(kDropped, option)) {
      kept.push_back(words[i]);
      continue;
    }
    bool hasValue =
        name.contains('=') || option == "verify" || option == "explore";
    i += !hasValue;
  }
  return kept;
}

/// The command as a person would type it again.
static std::string quoteCommand(ArrayRef<StringRef> words) {
  std::string command = sys::path::filename(words.front()).str();
  for (StringRef word : words.drop_front()) {
    bool plain = !word.empty() && all_of(word, [](char c) {
      return isAlnum(c) || StringRef("_-./=,:+@%").contains(c);
    });
    if (plain) {
      command += " " + word.str();
      continue;
    }
    std::string quoted = " '";
    for (char c : word)
      quoted += c == '\'' ? "'\\''" : std::string(1, c);
    command += quoted + "'";
  }
  return command;
}

static Error readCompilation(const CommandLine &line, Options &options) {
  options.model = line.model;
  if (options.model.empty())
    return createStringError(
        "no model given; try: edgecc MODEL.onnx -o DIR, or edgecc --help");
  using Reader = Error (*)(const CommandLine &, Options &);
  // Samples come first: the others ask whether there are any.
  for (Reader read : {readSamples, readCode, readBudget, readChecks,
                      readDevelopers, readOutput, readSplit})
    if (Error error = read(line, options))
      return error;
  if (Error error = readInputShapes(line.inputShapes, options.inputShapes))
    return error;
  if (Error error = readFrozenInputs(line.frozenInputs, options.frozenInputs))
    return error;
  warnOfIdleOptions(line, options);
  return Error::success();
}

/// The words of a command. Of options whose value may be left out, it has to
/// follow "="; "--verify 4" is as clear.
static std::vector<std::string> readWords(int argc, char **argv) {
  std::vector<std::string> words;
  for (StringRef word : ArrayRef(argv, argc)) {
    bool isNumber = !word.empty() && all_of(word, isDigit);
    StringRef option = words.empty() ? "" : StringRef(words.back()).ltrim('-');
    if (isNumber && (option == "verify" || option == "explore") &&
        option.size() != words.back().size() && !sys::fs::exists(word))
      words.back() += "=" + word.str();
    else
      words.push_back(word.str());
  }
  return words;
}

Expected<Options> edgecc::driver::parseCommandLine(int argc, char **argv) {
  const std::vector<std::string> texts = readWords(argc, argv);
  std::vector<const char *> pointers;
  for (const std::string &text : texts)
    pointers.push_back(text.c_str());
  CommandLine line;
  if (Error error = line.parse(int(pointers.size()), pointers.data()))
    return error;
  Options options;
  options.argv0 = argv[0];
  std::vector<StringRef> words(texts.begin(), texts.end());
  options.command = quoteCommand(words);
  options.exploreCommand = quoteCommand(dropChoices(words));
  if (line.listTargets)
    options.action = Action::ListTargets;
  else if (line.listDevices)
    options.action = Action::ListDevices;
  else if (line.listOperators)
    options.action = Action::ListOperators;
  else if (Error error = readCompilation(line, options))
    return error;
  return options;
}
