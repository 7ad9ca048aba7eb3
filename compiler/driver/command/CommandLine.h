//===- CommandLine.h - Options as llvm::cl declares them --------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_DRIVER_COMMAND_COMMANDLINE_H
#define EDGECC_DRIVER_COMMAND_COMMANDLINE_H

#include "llvm/Support/CommandLine.h"
#include "llvm/Support/Error.h"

#include <string>

namespace edgecc::driver {

/// The options as written. They are members, not globals, so that they exist
/// only in edgecc and not in every tool that links the library.
struct CommandLine {
  /// Parses main's arguments. Prints and exits on --help and --version.
  llvm::Error parse(int argc, const char *const *argv);

  /// LLVM's libraries have an option of the same name as one below.
  struct FreeNames {
    FreeNames() {
      if (auto *other = llvm::cl::getRegisteredOptions().lookup("threads"))
        other->removeArgument();
    }
  } freeNames;

  llvm::cl::OptionCategory general{"General options"};
  llvm::cl::OptionCategory budgets{"Budgets"};
  llvm::cl::OptionCategory data{"Samples and accuracy"};
  llvm::cl::OptionCategory choices{"What the code is like"};
  llvm::cl::OptionCategory checks{"Trying the code out"};
  llvm::cl::OptionCategory developers{"For compiler engineers"};

  using Text = llvm::cl::opt<std::string>;
  using Texts = llvm::cl::list<std::string>;
  using Flag = llvm::cl::opt<bool>;
  using desc = llvm::cl::desc;
  using cat = llvm::cl::cat;
  using value = llvm::cl::value_desc;

  Text model{llvm::cl::Positional, desc("MODEL.onnx"), cat(general)};
  Text target{
      "target", value("NAME"), cat(general),
      desc("what to compile for; --list-targets shows the names (default:\n"
           "host)"),
      llvm::cl::init("host")};
  Text targetFile{"target-file", value("FILE.json"), cat(general),
                  desc("what to compile for, from a description of your own")};
  Text dispatch{
      "dispatch", value("NAME,..."), cat(general),
      desc("code for these x86 targets, too: when it starts, it takes the\n"
           "first that the processor can run of --target, these, and generic\n"
           "(docs/dispatch.md)")};
  Text device{
      "device", value("NAME"), cat(general),
      desc("a part to compile for, with its core, clock, RAM and flash, which\n"
           "are budgets unless others are given; --list-devices shows the "
           "names")};
  Text split{
      "split", value("SYSTEM.json"), cat(general),
      desc("spread the model over a device and servers: find out what is best\n"
           "to run where, and with -o write the parts (docs/splitting.md)")};
  Flag splitByForce{
      "split-by-force", cat(developers),
      desc(
          "with --split: look at all cuts for up to a minute as well, and say\n"
          "whether one is better")};
  Text output{
      "o", value("DIR"), cat(general),
      desc("folder for NAME.h, NAME.cpp, CMakeLists.txt and report.json")};
  Text name{
      "name", value("IDENT"), cat(general),
      desc("namespace and file name of the code (default: the model file's\n"
           "name)")};
  Text reportFile{"report", value("FILE.json"), cat(general),
                  desc("write the report here too")};
  Flag listTargets{"list-targets", cat(general),
                   desc("print the targets and leave")};
  Flag listDevices{"list-devices", cat(general),
                   desc("print the devices and leave")};
  Flag listOperators{
      "list-ops", cat(general),
      desc("print the ONNX operators that are supported and leave")};
  Text ram{
      "ram", value("SIZE"), cat(budgets),
      desc(
          "at most this much RAM: arena, state and stack (K and M are 1024s)")};
  Text flash{"flash", value("SIZE"), cat(budgets),
             desc("at most this much flash: code and weights, linked")};
  Text latency{"latency", value("TIME"), cat(budgets),
               desc("at most this long for one inference, like 20ms")};
  Text energy{"energy", value("ENERGY"), cat(budgets),
              desc("at most this much for one inference, like 500uJ")};
  Text maxDrop{
      "max-drop", value("POINTS"), cat(budgets),
      desc("lose at most this much accuracy, in points of the metric (top1:\n"
           "per cent)")};
  Texts calibration{
      "calib", value("[INPUT=]FILE.npy"), cat(data),
      desc("samples that show which values occur; with them the code computes\n"
           "in integers. The first axis counts samples; once for each input")};
  Texts evaluation{
      "eval", value("[INPUT=]FILE.npy"), cat(data),
      desc("samples to measure accuracy on; keep them apart from the others")};
  Text labels{
      "labels", value("FILE.npy"), cat(data),
      desc("what is right for the samples of --eval: a class for each, or\n"
           "for each place of an output (pixels, tokens), as numbers or\n"
           "one-hot vectors; for --metric\n"
           "mse, psnr, cosine and snr what the output should be")};
  Text metric{
      "metric", value("top1|auc|mse|psnr|cosine|snr"), cat(data),
      desc(
          "how accuracy is measured (default: top1 with --labels, else cosine\n"
          "against the float model's outputs)")};
  Text precision{
      "precision", value("auto|f32|s8|s16x8|s8w4"), cat(choices),
      desc("what to compute in. auto: the cheapest mix of these, layer by\n"
           "layer, that keeps --max-drop (1 point unless given). Without this\n"
           "option s8 with --calib, else f32"),
      llvm::cl::init("auto")};
  Texts layerPrecision{
      "layer-precision", value("LAYER=PRECISION"), cat(choices),
      desc("what one layer computes in, whatever the others do; once for each\n"
           "layer. Names are those of ONNX nodes")};
  Text weightGroup{
      "weight-group", value("0|16|32|64|128|256"), cat(choices),
      desc("weights of four bits that share a multiplier; 0: all of an output\n"
           "channel (default: 32)")};
  Text repair{
      "repair", value("auto|none|LIST"), cat(choices),
      desc("what to do so that integers cost less accuracy: none, or some of\n"
           "equalize, migrate, ranges, reconstruct, gptq, refit, bias, "
           "separated by\n"
           "commas; auto tries some and keeps the best (default: auto)"),
      llvm::cl::init("auto")};
  Text prune{"prune", value("auto|off|lossless|RATIO"), cat(choices),
             desc("leave channels out; auto, lossless: int8 channels without\n"
                  "which every bit of the result stays; RATIO: this share of\n"
                  "all multiplications, like 0.3, with the channels that "
                  "count\n"
                  "least on the samples of --calib (default: auto)"),
             llvm::cl::init("auto")};
  Text lowRank{
      "low-rank", value("auto|off|ENERGY"), cat(choices),
      desc("make two thin layers of fully connected and recurrent layers and\n"
           "tables; ENERGY: so that about this share of the variance of the\n"
           "outputs stays on samples of --calib, like 0.95; auto: where that\n"
           "meets a budget (default: auto)"),
      llvm::cl::init("auto")};
  Texts layerRank{
      "low-rank-layer", value("LAYER=RANK"), cat(choices),
      desc("the rank of one layer, whatever the others get; 0: it stays as it\n"
           "is. Once for each layer. Names are those of ONNX nodes")};
  Text optimize{
      "optimize", value("speed|size"), cat(choices),
      desc("speed: faster kernels where --flash leaves room; size: the least\n"
           "code and constants (default: speed)"),
      llvm::cl::init("speed")};
  Text coding{
      "coding", value("auto|none|entropy"), cat(choices),
      desc(
          "store constants in fewer bits, decoded while the code runs; no bit\n"
          "of the result changes. auto: where --flash asks for it; entropy:\n"
          "wherever it saves anything (default: auto)"),
      llvm::cl::init("auto")};
  Text io{"io", value("float|quantized"), cat(choices),
          desc("types of inputs and outputs: those of the ONNX model, or the\n"
               "integers that --precision computes in (default: float)"),
          llvm::cl::init("float")};
  Text ioLayout{
      "io-layout", value("onnx|nhwc"), cat(choices),
      desc("axes of image inputs and outputs: as in the ONNX model, or\n"
           "channels last (default: onnx)"),
      llvm::cl::init("onnx")};
  Text inputs{
      "inputs", value("caller|arena"), cat(choices),
      desc("where inputs lie: in memory of the caller's, or in the arena,\n"
           "which is then smaller than both together (default: caller)"),
      llvm::cl::init("caller")};
  Text threads{
      "threads", value("N"), cat(choices),
      desc("large layers in up to N parts, which a function of the caller's\n"
           "may compute at the same time (default: 1; docs/threads.md)")};
  Text tune{
      "tune", value("FILE"), cat(choices),
      desc("measure in how large tiles layers are computed best, and write\n"
           "that to FILE, for --tuned (docs/tuning.md)")};
  Texts tuned{
      "tuned", value("FILE"), cat(choices),
      desc("compute layers in the tiles that --tune has found best; once\n"
           "for each target of --dispatch")};
  Texts stateful{
      "stateful", value("IN=OUT[:FILE.npy]|NODE"), cat(choices),
      desc("keep in the generated code's context what comes out as OUT and\n"
           "goes in as IN at the next run; reset() sets it to the content of\n"
           "FILE.npy (default: zero). Or the final states of the recurrent\n"
           "operator NODE, whose initial ones are constant. Once for each")};
  Texts inputShapes{
      "input-shape", value("INPUT=1,3,96,96"), cat(choices),
      desc("the whole shape of an input that the model leaves open")};
  Texts frozenInputs{"freeze-input", value("INPUT=FILE.npy"), cat(choices),
                     desc("make an input a constant")};
  Text verify{
      "verify", value("SAMPLES"), cat(checks),
      desc("compile the code, run it (Arm under QEMU) and compare it with the\n"
           "reference interpreter (default: 8 samples)"),
      llvm::cl::ValueOptional};
  Text explore{
      "explore", value("N"), cat(checks),
      desc("compile the model in N ways (default: 14), measure them, and show\n"
           "those that none of the others beats, with -o as explore.html,\n"
           "explore.json and explore.csv in place of code"),
      llvm::cl::ValueOptional};
  Flag measure{
      "measure", cat(checks),
      desc("measure flash of the linked code, instructions and stack")};
  Flag sensitivity{
      "sensitivity", cat(checks),
      desc("find out what each layer alone costs in accuracy, for the report;\n"
           "done without asking if more than --max-drop is lost")};
  Text emit{
      "emit", value("onnx|edge|kern|emitc|cpp"), cat(developers),
      desc("stop there and print: the model as imported, after the passes on\n"
           "tensors, as planned kernel calls, as EmitC, as C++")};
  Text passPipeline{
      "pass-pipeline", value("PIPELINE"), cat(developers),
      desc("run these passes on the imported model instead of the usual ones,\n"
           "like builtin.module(edge-fold-constants)")};
  Texts plugins{"load-pass-plugin", value("FILE.so"), cat(developers),
                desc("load passes for --pass-pipeline")};
};

} // namespace edgecc::driver

#endif // EDGECC_DRIVER_COMMAND_COMMANDLINE_H
