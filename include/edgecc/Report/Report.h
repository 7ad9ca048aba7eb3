//===- Report.h - What a compilation found out ------------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The data behind report.json and the summary that edgecc prints. What is not
// known is absent and becomes null; nothing is made up.
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_REPORT_REPORT_H
#define EDGECC_REPORT_REPORT_H

#include "llvm/Support/JSON.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace llvm {
class raw_ostream;
} // namespace llvm

namespace edgecc::report {

/// What the user allows. Sizes in bytes, latency in seconds, energy in joules,
/// the drop in points of the metric.
struct Budget {
  std::optional<uint64_t> ram;
  std::optional<uint64_t> flash;
  std::optional<double> latency;
  std::optional<double> energy;
  std::optional<double> maxDrop;

  bool isEmpty() const {
    return !ram && !flash && !latency && !energy && !maxDrop;
  }
};

/// Bytes of memory that is written to. `io` is the caller's, hence no part of
/// `getTotal`.
struct Ram {
  uint64_t arena = 0;
  uint64_t state = 0;
  std::optional<uint64_t> stack;
  uint64_t io = 0;

  uint64_t getTotal() const { return arena + state + stack.value_or(0); }
};

/// Bytes that stay in non-volatile memory. Only the weights are known without
/// compiling the output.
struct Flash {
  uint64_t weights = 0;
  std::optional<uint64_t> code;
  std::optional<uint64_t> total;
  std::string source;
};

/// The cost of one inference. `source` is "measured" or "model"; empty where
/// nothing is known.
struct Latency {
  std::optional<uint64_t> instructions;
  /// Of these, by class ("load", "mul", ...), as cores take different time for
  /// them; empty if not known.
  std::map<std::string, uint64_t> classes;
  std::optional<uint64_t> cycles;
  std::optional<double> milliseconds;
  std::string source;
};

struct Energy {
  std::optional<double> microjoules;
  std::string source;
};

/// The float model and the compiled one, by the same metric on the same
/// samples.
struct Accuracy {
  std::string metric;
  double floatValue = 0;
  double compiledValue = 0;
  /// How much worse the compiled model is, in points of the metric.
  double drop = 0;
  uint64_t samples = 0;
  /// Whether calibration did not see the samples.
  bool heldOut = false;
  struct Output {
    std::string name;
    double value = 0;
  };
  /// What each output of the compiled model reaches; the worst of them is
  /// `compiledValue`.
  std::vector<Output> outputs;
};

/// One kernel call.
struct Layer {
  std::string name;
  std::vector<std::string> onnxNodes;
  std::string op;
  std::string kernel;
  std::string precision;
  uint64_t macs = 0;
  /// Elements that go in (constants apart) and out; the last axis of the
  /// result.
  uint64_t inputs = 0, outputs = 0, channels = 1;
  std::optional<uint64_t> cycles;
  /// Measured where this machine runs the code.
  std::optional<double> microseconds;
  /// Cycles as the cost model of the target has them.
  std::optional<uint64_t> predictedCycles;
  /// Of all its constants, as they are stored.
  uint64_t weightBytes = 0;
  /// "entropy" if some of them are stored in fewer bits; else empty.
  std::string coding;
  /// Parts that threads may compute at the same time.
  uint64_t parts = 1;
  /// Arena bytes in use while the layer runs.
  uint64_t liveBytes = 0;
  /// Signal to quantization noise of the layer's result against the float
  /// model's, in decibels.
  std::optional<double> sqnr;
  /// What quantizing this layer alone does; see Sensitivity.
  std::optional<double> ownSqnr, outputSqnr, metricDrop;
  /// Whether channels of its tensors have been taken out.
  bool pruned = false;
};

/// What happens when one layer has its precision and all others are float.
struct Sensitivity {
  std::string layer;
  /// Among the layers that have a precision, in program order.
  uint64_t number = 0;
  std::string precision;
  /// Signal to quantization noise in decibels: of the layer's result, with
  /// exact inputs, and of the model's worst output.
  double ownSqnr = 0, outputSqnr = 0;
  /// Points of the metric that the model loses by it.
  std::optional<double> metricDrop;
  /// Points that the compiled model would lose if this layer and all worse ones
  /// were better; measured for the worst layers of models that lose too much.
  std::optional<double> dropWithS16, dropWithFloat;
  uint64_t weights = 0, macs = 0;
};

/// What --precision auto found.
struct PrecisionSearch {
  /// A mix of precisions, as measured with all layers together.
  struct Tried {
    std::string label;
    uint64_t weightBytes = 0;
    double value = 0, drop = 0;
    bool chosen = false;
  };
  struct Choice {
    std::string layer, precision, reason;
  };

  std::string metric;
  double maxDrop = 0;
  /// The value of the metric that `maxDrop` allows.
  double limit = 0;
  /// The chosen mix in short: "9 s8, 2 f32".
  std::string label;
  std::vector<Tried> tried;
  /// In program order.
  std::vector<Choice> layers;
};

/// What --prune took out; `groups` where it was asked for a RATIO, otherwise it
/// costs nothing.
struct Pruning {
  /// Channels that are pruned together, and the layers that compute them.
  struct Group {
    std::vector<std::string> layers;
    uint64_t channels = 0, kept = 0;
  };

  uint64_t macsBefore = 0, macsAfter = 0;
  /// Elements of weights and biases.
  uint64_t weightsBefore = 0, weightsAfter = 0;
  std::vector<Group> groups;
};

/// What --low-rank has made two thin layers of.
struct LowRank {
  struct Layer {
    std::string name;
    /// Of `rows` times `columns` weights have become two layers with so many
    /// values between them.
    uint64_t rank = 0, rows = 0, columns = 0;
    uint64_t macsBefore = 0, macsAfter = 0;
    uint64_t weightsBefore = 0, weightsAfter = 0;
    /// The share of the variance of its result that has stayed, on samples.
    double energy = 0;
  };

  /// Of the whole model; weights without biases.
  uint64_t macsBefore = 0, macsAfter = 0;
  uint64_t weightsBefore = 0, weightsAfter = 0;
  std::vector<Layer> layers;
};

/// A tensor in the arena: bytes from `offset` on, in use from one layer to
/// another (numbers among `layers`, both included).
struct Buffer {
  uint64_t offset = 0, bytes = 0;
  uint64_t first = 0, last = 0;
};

/// How --verify went.
struct Verification {
  uint64_t samples = 0;
  bool exact = false;
  /// The largest difference, relative to the output's range; 0 where exact.
  double largestDifference = 0;
};

/// A target among which the code chooses when it starts.
struct DispatchTarget {
  std::string target;
  uint64_t arena = 0;
};

/// What --tune has found.
struct Tuning {
  std::string file;
  std::string unit; ///< "ns" or "instructions"
  /// Layers that can be computed in several ways; those that the cost models do
  /// not choose best; what all of them cost before and after.
  uint64_t layers = 0, changed = 0;
  double before = 0, after = 0;
};

struct Report {
  std::string tool;
  std::string command;
  std::string model;
  std::string modelSha256;
  std::string target;
  /// With --dispatch: `target`, whose layers these are, and the others.
  std::vector<DispatchTarget> dispatch;
  /// The device that was compiled for; empty if only its core is known.
  std::string device;
  Budget budget;
  bool met = true;
  /// Where it is not met: limits with which it would be, each by itself if
  /// nothing else is said, as options.
  std::vector<std::string> nearestBudgets;
  Ram ram;
  Flash flash;
  Latency latency;
  Energy energy;
  std::optional<Accuracy> accuracy;
  std::optional<Verification> verification;
  std::vector<Layer> layers;
  /// Worst first; empty unless layers were studied, on so many samples.
  std::vector<Sensitivity> sensitivity;
  uint64_t sensitivitySamples = 0;
  std::optional<PrecisionSearch> precisionSearch;
  std::optional<Pruning> pruning;
  std::optional<LowRank> lowRank;
  std::optional<Tuning> tuning;
  std::vector<Buffer> buffers;

  uint64_t getMacs() const;
};

/// The contents of report.json.
llvm::json::Value toJson(const Report &report);

/// A page that shows report.json in tables and pictures; it needs nothing but
/// itself.
std::string toHtml(const Report &report);

/// A page that shows split.json (--split) in tables and pictures; it needs
/// nothing but itself.
std::string splitToHtml(const llvm::json::Value &split);
/// A page that shows explore.json in pictures and a table.
std::string exploreToHtml(const llvm::json::Value &exploration);

/// A page with `data` in the place of its marker.
std::string fillPage(llvm::StringRef page, const llvm::json::Value &data);

/// A table of the figures, for people.
void printSummary(llvm::raw_ostream &os, const Report &report);

/// A count with its thousands separated by commas.
std::string formatCount(uint64_t count);

} // namespace edgecc::report

#endif // EDGECC_REPORT_REPORT_H
