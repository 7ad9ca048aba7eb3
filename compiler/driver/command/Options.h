//===- Options.h - The command line, understood -----------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_DRIVER_COMMAND_OPTIONS_H
#define EDGECC_DRIVER_COMMAND_OPTIONS_H

#include "edgecc/Quant/RepairOptions.h"
#include "edgecc/Report/Report.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace edgecc::driver {

/// What to do with the model: everything, or stop and print.
enum class Emit { Files, Onnx, Edge, Kern, EmitC, Cpp };

/// What the command is for.
enum class Action { Compile, ListTargets, ListDevices, ListOperators };

/// Something that belongs to one of the model's inputs. An empty name is the
/// only input, or the first.
struct InputFile {
  std::string input;
  std::string file;
};

struct LayerPrecision {
  std::string layer;
  quantization::Precision precision;
};

struct LayerRank {
  std::string layer;
  int64_t rank;
};

struct InputShape {
  std::string input;
  std::vector<int64_t> shape;
};

/// Which constants are stored in fewer bits.
enum class Coding {
  /// As many as --flash asks for.
  Auto,
  None,
  /// All for which it saves anything.
  Entropy,
};

struct Options {
  Action action = Action::Compile;
  std::string argv0;
  /// The command line as the generated files and the report quote it.
  std::string command;

  std::string model;
  /// A target's name, or a file that describes one.
  std::string target;
  /// Targets that the code falls back to when it starts.
  std::vector<std::string> dispatch;
  /// A device's name, in its place; or empty.
  std::string device;
  /// The tiers to spread the model over, with --split.
  std::string splitFile;
  /// Whether the cut is compared with all others.
  bool splitByForce = false;
  std::string outputFolder;
  std::string name;
  std::string reportFile;
  Emit emit = Emit::Files;

  report::Budget budget;
  std::vector<InputFile> calibration;
  std::vector<InputFile> evaluation;
  std::string labels;
  /// Empty: chosen by what there is to compare with.
  std::string metric;

  /// Absent: chosen by the compiler.
  std::optional<quantization::Precision> precision;
  /// Whether the compiler is to look for the cheapest precision of each layer.
  bool searchesPrecision = false;
  std::vector<LayerPrecision> layerPrecisions;
  /// Weights of four bits that share a multiplier.
  int64_t weightGroup = quantization::kDefaultWeightGroup;
  /// Whether channels go that change no bit of the result.
  bool prunes = true;
  /// The share of multiplications that goes with channels that count.
  std::optional<double> pruneRatio;
  /// Whether the compiler may choose that share to meet a budget.
  bool searchesPruning = false;
  /// The share of the variance of the outputs that stays with weights of low
  /// rank.
  std::optional<double> lowRankEnergy;
  /// Ranks of single layers; 0: as it is.
  std::vector<LayerRank> layerRanks;
  /// Whether the compiler may choose that share to meet a budget.
  bool searchesLowRank = false;
  /// Whether flash counts more than time.
  bool optimizesSize = false;
  Coding coding = Coding::Auto;
  /// Absent: chosen by the compiler.
  std::optional<std::vector<quantization::RepairMethod>> repairs;
  bool quantizedIo = false;
  bool channelsLastIo = false;
  /// Whether inputs have a place in the arena.
  bool inputsInArena = false;
  /// Parts of a layer that may be computed at the same time.
  uint64_t threads = 1;
  /// Where to write how loops are cut best, as measured; empty: not measured.
  std::string tuneFile;
  /// What has been measured before, for one target each.
  std::vector<std::string> tunedFiles;
  /// IN=OUT, IN=OUT:FILE.npy, NODE: what the generated code keeps.
  std::vector<std::string> stateful;
  std::vector<InputShape> inputShapes;
  std::vector<InputFile> frozenInputs;

  /// In how many ways to compile, to see what is possible.
  std::optional<uint64_t> explore;
  /// The command without what chooses one of them.
  std::string exploreCommand;

  /// Samples to verify on; absent: do not verify.
  std::optional<uint64_t> verifySamples;
  bool measure = false;
  /// Whether layers are studied even if little accuracy is lost.
  bool sensitivity = false;

  std::vector<std::string> plugins;
  std::optional<std::string> passPipeline;

  /// Whether layers are to have weights of low rank.
  bool factors() const { return lowRankEnergy || !layerRanks.empty(); }
  /// Whether integers are wanted.
  bool quantizes() const {
    return precision ? *precision != quantization::Precision::F32
                     : !calibration.empty();
  }
};

/// Parses the command line. Prints and exits on --help and --version; fails
/// with a message for the user otherwise.
llvm::Expected<Options> parseCommandLine(int argc, char **argv);

} // namespace edgecc::driver

#endif // EDGECC_DRIVER_COMMAND_OPTIONS_H
