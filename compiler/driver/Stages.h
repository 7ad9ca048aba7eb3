//===- Stages.h - The stages of a compilation -------------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_DRIVER_STAGES_H
#define EDGECC_DRIVER_STAGES_H

#include "Output.h"
#include "Session.h"

#include "edgecc/Import/Import.h"

namespace edgecc::driver {

/// Everything from the model's file to the output folder (Compile.cpp).
llvm::Error compile(Session &session);

/// Target, output folder and what else can be found wrong before any work is
/// done (Compile.cpp).
llvm::Error prepare(Session &session);
/// Reads the model's file (Compile.cpp).
llvm::Error importModel(Session &session);
/// What the options say about importing.
ImportOptions getImportOptions(const Options &options);

/// --split: from the model's file to the output folder (Split.cpp).
llvm::Error splitModel(Session &session);

/// Loads the samples that the options name, and holds some out (Tensors.cpp).
llvm::Error loadAllSamples(Session &session);
/// Runs all passes on tensors: imported -> edge (Tensors.cpp).
llvm::Error runTensorPasses(Session &session);

/// From the calibrated model, with its layers in these precisions, to `edge`
/// (Tensors.cpp).
llvm::Error applyMix(Session &session, const quantization::PrecisionMix &mix);

/// Takes channels out of the float model as far as --prune RATIO asks for it
/// (Prune.cpp).
llvm::Error pruneModel(Session &session);
/// Makes layers of low rank as far as --low-rank ENERGY and --low-rank-layer
/// ask for it (LowRank.cpp).
llvm::Error factorModel(Session &session);
/// Takes channels that nothing is lost without out of a copy of `edge`
/// (Prune.cpp).
llvm::Error pruneLossless(Session &session, mlir::ModuleOp copy);

/// Makes what accuracy is measured with, if there are samples and it is not
/// there yet (Accuracy.cpp).
llvm::Error prepareJudge(Session &session);
/// Compares the compiled model with the float one (Accuracy.cpp).
llvm::Error measureAccuracy(Session &session);
/// Finds out which layers cost accuracy, if it is asked for or too much is lost
/// (Sensitivity.cpp).
llvm::Error studySensitivity(Session &session);

/// Describes kernel calls and memory in the report (Layers.cpp).
llvm::Error describeLayers(Session &session);

/// What each layer of the generated code costs (Trial.cpp).
llvm::Expected<execute::LayerCosts> costLayers(Session &session);
/// Compiles the generated code, runs and measures it as far as the options ask
/// for (Trial.cpp).
llvm::Error tryCode(Session &session);

/// A copy of `edge` as it is lowered: without channels that change no bit, if
/// these may go (MakeCode.cpp).
llvm::Expected<mlir::OwningOpRef<mlir::ModuleOp>>
pruneForLowering(Session &session);
/// What a target asks of a copy of `edge` before its tilings are chosen: layers
/// without memory for speed are marked, grouped convolutions split
/// (MakeCode.cpp).
llvm::Error specialize(const Session &session, const Target &target,
                       mlir::ModuleOp copy);
/// edge -> kern (MakeCode.cpp).
llvm::Error lower(Session &session);
/// kern -> C++ (MakeCode.cpp).
llvm::Error emit(Session &session);
/// From `edge` to code that was tried as far as the options ask for. Speed is
/// bought with memory as long as the budget leaves some (MakeCode.cpp).
llvm::Error makeCodeWithinBudget(Session &session);
/// Where the budget does not hold with the precisions that were chosen without
/// regard to it, looks for others (BudgetSearch.cpp).
llvm::Error searchBudget(Session &session);

/// Compiles the model in many ways and shows what none of the others beats
/// (Explore.cpp).
llvm::Error explore(Session &session);

/// Fails with BudgetError, naming what binds, if the budget does not hold
/// (Budget.cpp).
llvm::Error checkBudget(Session &session);

/// The files of the output folder, which is `folder` (Publish.cpp).
std::vector<OutputFile> makeOutputFiles(const Session &session,
                                        llvm::StringRef folder);
/// Puts all files in their places (Publish.cpp).
llvm::Error publish(Session &session);

} // namespace edgecc::driver

#endif // EDGECC_DRIVER_STAGES_H
