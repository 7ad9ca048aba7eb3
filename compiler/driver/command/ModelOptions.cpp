//===- ModelOptions.cpp - Options that change the model -------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Diagnostics.h"
#include "OptionValues.h"

#include "llvm/ADT/StringExtras.h"

using namespace edgecc::driver;
using namespace llvm;
using edgecc::quantization::Precision;

static Expected<Precision> parsePrecisionName(StringRef name,
                                              StringRef others) {
  if (auto precision = edgecc::quantization::parsePrecision(name))
    return *precision;
  return createStringError("'" + name + "' is not one of: " + others +
                           edgecc::quantization::kPrecisionNames);
}

/// Pairs NAME=PRECISION; names may contain "=", too.
static Error readLayerPrecisions(const CommandLine::Texts &option,
                                 std::vector<LayerPrecision> &result) {
  for (StringRef text : option) {
    auto [layer, name] = text.rsplit('=');
    if (layer.empty() || name.empty())
      return inOption(option.ArgStr,
                      "'" + text + "' is not LAYER=PRECISION, like conv1=f32");
    Expected<Precision> precision = parsePrecisionName(name, "");
    if (!precision)
      return inOption(option.ArgStr, precision.takeError());
    result.push_back({layer.str(), *precision});
  }
  return Error::success();
}

static Error readPrecision(const CommandLine &line, Options &options) {
  if (line.precision == "auto") {
    options.searchesPrecision = line.precision.getNumOccurrences();
  } else {
    Expected<Precision> precision =
        parsePrecisionName(line.precision, "auto, ");
    if (!precision)
      return inOption(line.precision.ArgStr, precision.takeError());
    options.precision = *precision;
  }
  if (Error error =
          readLayerPrecisions(line.layerPrecision, options.layerPrecisions))
    return error;
  if (!options.layerPrecisions.empty() && options.calibration.empty())
    return inOption(line.layerPrecision.ArgStr,
                    "precisions are chosen where there are samples that show "
                    "which values occur; give some hundred with --calib "
                    "FILE.npy");
  StringRef group = line.weightGroup;
  if (!group.empty() &&
      (group.getAsInteger(10, options.weightGroup) ||
       !edgecc::quantization::isWeightGroup(options.weightGroup)))
    return inOption(line.weightGroup.ArgStr,
                    "'" + group + "' is not one of: " +
                        edgecc::quantization::kWeightGroups);
  return Error::success();
}

static Error readPruning(const CommandLine &line, Options &options) {
  double ratio = 0;
  if (!StringRef(line.prune).getAsDouble(ratio)) {
    if (!(ratio >= 0.0 && ratio < 1.0))
      return inOption(line.prune.ArgStr,
                      "'" + line.prune.getValue() +
                          "' is no share of the multiplications; give a number "
                          "from 0 to below 1, like 0.3");
    if (options.calibration.empty())
      return inOption(line.prune.ArgStr,
                      "which channels count least is found on samples; give "
                      "some hundred with --calib FILE.npy");
    options.pruneRatio = ratio;
    return Error::success();
  }
  options.searchesPruning = line.prune == "auto";
  return readChoice<bool>(line.prune,
                          {{"auto", true}, {"lossless", true}, {"off", false}},
                          options.prunes);
}

/// Pairs NAME=RANK; names may contain "=", too.
static Error readLayerRanks(const CommandLine::Texts &option,
                            std::vector<LayerRank> &result) {
  for (StringRef text : option) {
    auto [layer, number] = text.rsplit('=');
    int64_t rank = 0;
    if (layer.empty() || number.getAsInteger(10, rank) || rank < 0)
      return inOption(option.ArgStr,
                      "'" + text + "' is not LAYER=RANK, like fc1=16");
    result.push_back({layer.str(), rank});
  }
  return Error::success();
}

static Error readLowRank(const CommandLine &line, Options &options) {
  if (Error error = readLayerRanks(line.layerRank, options.layerRanks))
    return error;
  double energy = 0;
  if (!StringRef(line.lowRank).getAsDouble(energy)) {
    if (!(energy > 0.0 && energy <= 1.0))
      return inOption(line.lowRank.ArgStr,
                      "'" + line.lowRank.getValue() +
                          "' is no share of the variance; give a number above "
                          "0 and at most 1, like 0.95");
    options.lowRankEnergy = energy;
  } else {
    bool isAuto = false;
    if (Error error = readChoice<bool>(
            line.lowRank, {{"auto", true}, {"off", false}}, isAuto))
      return error;
    // Ranks that were asked for are kept.
    options.searchesLowRank = isAuto && options.layerRanks.empty();
  }
  if (!options.factors() || !options.calibration.empty())
    return Error::success();
  const auto &option =
      options.lowRankEnergy ? line.lowRank.ArgStr : line.layerRank.ArgStr;
  return inOption(option, "what counts in a layer is found on samples; give "
                          "some hundred with --calib FILE.npy");
}

static Error readRepair(const CommandLine &line, Options &options) {
  using namespace edgecc::quantization;
  if (line.repair == "auto")
    return Error::success();
  options.repairs.emplace();
  if (line.repair == "none")
    return Error::success();
  for (StringRef name : split(line.repair, ',')) {
    std::optional<RepairMethod> method = parseRepair(name);
    if (!method)
      return inOption(line.repair.ArgStr, "'" + name +
                                              "' is not one of: auto, none, " +
                                              kRepairNames);
    options.repairs->push_back(*method);
  }
  return Error::success();
}

Error edgecc::driver::readModelOptions(const CommandLine &line,
                                       Options &options) {
  using Reader = Error (*)(const CommandLine &, Options &);
  for (Reader read : {readPrecision, readPruning, readLowRank, readRepair})
    if (Error error = read(line, options))
      return error;
  return Error::success();
}

/// Whether layers may get this precision, by an option or as the compiler
/// chooses.
static bool mayUse(const Options &options, Precision wanted) {
  bool hasBudget = !options.budget.isEmpty() || !options.device.empty();
  bool chooses = options.searchesPrecision || options.explore ||
                 (!options.precision && hasBudget);
  return chooses || options.precision.value_or(Precision::S8) == wanted ||
         any_of(options.layerPrecisions, [&](const LayerPrecision &layer) {
           return layer.precision == wanted;
         });
}

void edgecc::driver::warnOfIdleOptions(const CommandLine &line,
                                       const Options &options) {
  bool onlyFloat =
      options.calibration.empty() ||
      none_of(ArrayRef{Precision::S8, Precision::S16x8, Precision::S8W4},
              [&](Precision precision) { return mayUse(options, precision); });
  StringRef reason =
      options.calibration.empty()
          ? "edgecc quantizes nothing without --calib FILE.npy"
          : "the code computes in float, as --precision f32 says";
  auto say = [](StringRef option, const Twine &reason) {
    warn("--" + option + " has no effect: " + reason);
  };
  if (options.repairs && !options.repairs->empty() && onlyFloat)
    say(line.repair.ArgStr, reason);
  if (!line.weightGroup.getNumOccurrences())
    return;
  if (onlyFloat)
    say(line.weightGroup.ArgStr, reason);
  else if (!mayUse(options, Precision::S8W4))
    say(line.weightGroup.ArgStr,
        "no layer has weights of four bits; --precision s8w4 gives all layers "
        "such, --layer-precision LAYER=s8w4 one");
}
