//===- Pipelines.h - The order in which passes run --------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The only place that defines pipelines: edgecc, edgecc-opt and tests use them.
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_PASSES_PIPELINES_H
#define EDGECC_PASSES_PIPELINES_H

#include "edgecc/Quant/Precision.h"
#include "edgecc/Quant/WeightGrid.h"

#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassOptions.h"

namespace edgecc {

/// From what the importer makes to channels-last operations with everything
/// fused that costs no accuracy: `edge-simplify`. On a module.
void buildSimplificationPipeline(mlir::OpPassManager &manager);

/// What makes a simplified float network fit for calibration: elementwise
/// functions take forms that integers have.
void buildCalibrationPipeline(mlir::OpPassManager &manager);

struct QuantizationOptions
    : public mlir::PassPipelineOptions<QuantizationOptions> {
  Option<quantization::Precision> precision{
      *this, "precision",
      llvm::cl::desc("What operations without edge.precision compute in"),
      llvm::cl::init(quantization::Precision::S8),
      llvm::cl::values(clEnumValN(quantization::Precision::F32, "f32", ""),
                       clEnumValN(quantization::Precision::S8, "s8", ""),
                       clEnumValN(quantization::Precision::S16x8, "s16x8", ""),
                       clEnumValN(quantization::Precision::S8W4, "s8w4", ""))};
  Option<int64_t> weightGroup{
      *this, "weight-group",
      llvm::cl::desc("Weights of four bits that share a multiplier"),
      llvm::cl::init(quantization::kDefaultWeightGroup)};
};

/// Computes in integers what calibration has recorded ranges for:
/// `edge-quantization`. On a simplified module.
void buildQuantizationPipeline(mlir::OpPassManager &manager,
                               const QuantizationOptions &options);

struct LoweringOptions : public mlir::PassPipelineOptions<LoweringOptions> {
  ListOption<std::string> features{
      *this, "features",
      llvm::cl::desc("What the target can do (dsp, neon, ...)")};
  Option<int64_t> extraBytes{
      *this, "extra-bytes",
      llvm::cl::desc("Bytes of constants that kernels may take for speed; all "
                     "if negative"),
      llvm::cl::init(-1)};
  Option<int64_t> codingSaves{
      *this, "coding-saves",
      llvm::cl::desc("Bytes of constants to save by coding them; as many as "
                     "possible if negative"),
      llvm::cl::init(0)};
  Option<int64_t> codingArena{
      *this, "coding-arena",
      llvm::cl::desc("Bytes that a call's buffers may take together with what "
                     "is decoded for it; any number if negative"),
      llvm::cl::init(-1)};
  Option<bool> inputsInArena{
      *this, "inputs-in-arena",
      llvm::cl::desc("Give inputs a place in the arena, where they can be "
                     "written before a run"),
      llvm::cl::init(false)};
  Option<int64_t> threads{
      *this, "threads",
      llvm::cl::desc("Parts of a large layer that may be computed at the same "
                     "time"),
      llvm::cl::init(1)};
  Option<int64_t> alignment{*this, "alignment",
                            llvm::cl::desc("Alignment of buffers in bytes"),
                            llvm::cl::init(16)};
};

/// edge to kern with a planned arena: `edge-lower`.
void buildLoweringPipeline(mlir::OpPassManager &passes,
                           const LoweringOptions &options);

/// Makes the pipelines known to --pass-pipeline.
void registerPipelines();

} // namespace edgecc

#endif // EDGECC_PASSES_PIPELINES_H
