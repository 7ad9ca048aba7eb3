//===- Session.h - One compilation and its stages ---------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What the stages of a compilation (Stages.h) work on. Each reads what earlier
// ones left here and adds to it.
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_DRIVER_SESSION_H
#define EDGECC_DRIVER_SESSION_H

#include "TuningFile.h"
#include "accuracy/Judge.h"
#include "accuracy/Reference.h"
#include "accuracy/Repair.h"
#include "accuracy/Samples.h"
#include "command/Options.h"

#include "edgecc/Backend/Emit.h"
#include "edgecc/Execute/Execute.h"
#include "edgecc/Pruning/FactorLayers.h"
#include "edgecc/Quant/Layers.h"
#include "edgecc/Quant/RepairOptions.h"
#include "edgecc/Report/Report.h"
#include "edgecc/Target/Target.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/ADT/StringSet.h"

#include <map>

namespace edgecc::driver {

struct Session {
  Session(Options options, mlir::MLIRContext &context)
      : options(std::move(options)), context(context) {}

  Options options;
  mlir::MLIRContext &context;
  std::string resourceDir;
  Target target;
  /// Whether the generated code is measured: asked for, or needed to tell if
  /// the budget holds.
  bool measures = false;
  /// Whether instructions are then also counted layer by layer.
  bool measuresLayers = true;

  /// The model as imported: float, with the ONNX model's own inputs and
  /// outputs. What the compiled model's accuracy is compared with.
  mlir::OwningOpRef<mlir::ModuleOp> imported;
  /// The model in `edge`, float, with the ranges that calibration found; null
  /// where nothing is quantized.
  mlir::OwningOpRef<mlir::ModuleOp> calibrated;
  /// The precision of each of its layers.
  quantization::PrecisionMix mix;
  /// By the precisions of the calibrated model's layers: the repairs that were
  /// best. And those that were for the first mix, of the whole model.
  std::map<quantization::PrecisionMix, std::vector<quantization::RepairMethod>>
      repairs;
  std::optional<std::vector<quantization::RepairMethod>> bestRepairs;
  /// A search makes do with less.
  RepairEffort repairEffort = RepairEffort::All;
  /// The model in `edge`, after all passes on tensors have run. Its reference
  /// execution is what the generated code must compute.
  mlir::OwningOpRef<mlir::ModuleOp> edge;
  /// How the inputs and outputs of `edge` lie, compared with `imported`.
  IoLayout layout;
  /// The kernel calls, memory planned.
  mlir::OwningOpRef<mlir::ModuleOp> kern;
  /// With --dispatch: `target` and what code for it falls back to, in the order
  /// in which the generated code asks for them; the last runs everywhere.
  std::vector<Target> dispatch;
  /// The kernel calls for all but the first of these.
  std::vector<mlir::OwningOpRef<mlir::ModuleOp>> fallbacks;
  /// The C++ compiler's flag that the options ask for. What is tried may have
  /// another in `target`.
  std::string optimization;
  /// Bytes of constants that kernels may take for speed; all if negative.
  int64_t extraBytes = -1;
  /// Layers that take none of these, because their buffers would be too large.
  llvm::StringSet<> smallLayers;
  /// Bytes that the arena should not exceed; layers are computed row by row
  /// for that.
  std::optional<int64_t> arenaLimit;
  /// Constants that are stored in fewer bits: as many as it takes to save so
  /// many bytes (all if negative), where the buffers of a call take at most
  /// `arena` with them (any number if negative).
  struct CodingLimits {
    explicit CodingLimits(Coding coding = Coding::Auto)
        : saves(coding == Coding::Entropy ? -1 : 0),
          isFree(coding == Coding::Auto) {}

    int64_t saves = 0, arena = -1;
    /// Whether more are coded where --flash asks for it.
    bool isFree = true;
  } coding;
  /// How loops are cut, for each target that this has been measured for.
  std::vector<Tuning> tunings;
  GeneratedCode code;
  /// By a hash of the code: what it took.
  std::map<std::string, execute::Measurement> measurements;

  /// Samples to calibrate on, and those to measure accuracy on, in the types
  /// and shapes of `imported`.
  SampleSet calibration;
  SampleSet evaluation;
  /// Whether calibration does not see the samples of `evaluation`.
  bool heldOut = false;
  /// What measures accuracy on `evaluation`; absent where there is nothing to
  /// measure on.
  std::optional<Judge> judge;
  /// Signal to quantization noise by layer, in decibels.
  llvm::StringMap<double> sqnr;
  /// ONNX nodes whose operations have lost channels that count, and those that
  /// change no bit.
  llvm::StringSet<> prunedNodes, losslessNodes;
  /// What it costs to take channels out, once that has been studied.
  std::optional<pruning::ChannelStudy> channelStudy;
  /// What ranks of layers cost, once a search has asked for it.
  std::optional<pruning::RankStudy> rankStudy;

  report::Report report;
};

/// The C++ compiler's flag for the smallest code.
inline constexpr const char *kSmallestCode = "-Os";

/// The function that is the model in `edge`.
mlir::func::FuncOp getModelFunction(mlir::ModuleOp module);

} // namespace edgecc::driver

#endif // EDGECC_DRIVER_SESSION_H
