//===- Pipelines.cpp - Passes in their order ------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Passes/Pipelines.h"

#include "edgecc/Passes/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

void edgecc::buildSimplificationPipeline(OpPassManager &manager) {
  OpPassManager &func = manager.nest<func::FuncOp>();
  func.addPass(createCSEPass());
  func.addPass(createFoldConstants());
  // Before anything turns transposes of single channels into reshapes, which
  // would stand between operations that fuse.
  func.addPass(createEliminateTransposes());
  // Products with constants become fully connected layers, whose weights take
  // the transposes that end before a flattening.
  func.addPass(createCanonicalizerPass());
  func.addPass(createFoldConstants());
  // Before what operators are spelled out in fuses with other things.
  func.addPass(createRecognizeComposites());
  func.addPass(createEliminateTransposes());
  func.addPass(createFoldBatchNorm());
  func.addPass(createFuseActivation());
  func.addPass(createFusePad());
  func.addPass(createFuseMaps());
  func.addPass(createAbsorbQuantization());
  func.addPass(createCanonicalizerPass());
  func.addPass(createCSEPass());
}

void edgecc::buildCalibrationPipeline(OpPassManager &manager) {
  OpPassManager &func = manager.nest<func::FuncOp>();
  func.addPass(createSplitMaps());
  func.addPass(createFuseActivation());
  func.addPass(createFuseMaps());
  func.addPass(createFoldConstants());
  func.addPass(createCanonicalizerPass());
  func.addPass(createCSEPass());
}

void edgecc::buildQuantizationPipeline(OpPassManager &manager,
                                       const QuantizationOptions &options) {
  OpPassManager &func = manager.nest<func::FuncOp>();
  func.addPass(createEdgeQuantize({options.precision, options.weightGroup}));
  func.addPass(createCanonicalizerPass());
  func.addPass(createCSEPass());
}

void edgecc::buildLoweringPipeline(OpPassManager &passes,
                                   const LoweringOptions &options) {
  passes.addNestedPass<func::FuncOp>(createCanonicalizerPass());
  passes.addNestedPass<func::FuncOp>(createCSEPass());
  SmallVector<std::string> features(options.features.begin(),
                                    options.features.end());
  passes.addPass(createConvertEdgeToKern(
      {features, options.extraBytes, options.inputsInArena, options.threads}));
  if (options.codingSaves)
    passes.addPass(
        createCodeConstants({options.codingSaves, options.codingArena}));
  passes.addNestedPass<func::FuncOp>(createPlanArena({options.alignment}));
}

void edgecc::registerPipelines() {
  PassPipelineRegistration<>(
      "edge-simplify",
      "Fold, fuse and lay out an imported network, without loss of accuracy",
      buildSimplificationPipeline);
  PassPipelineRegistration<>(
      "edge-prepare-calibration",
      "Give elementwise functions the forms that integers have",
      buildCalibrationPipeline);
  PassPipelineRegistration<QuantizationOptions>(
      "edge-quantization", "Compute in integers what has been calibrated",
      buildQuantizationPipeline);
  PassPipelineRegistration<LoweringOptions>(
      "edge-lower", "Choose kernels and plan memory", buildLoweringPipeline);
}
