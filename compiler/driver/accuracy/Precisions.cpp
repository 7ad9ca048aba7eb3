//===- Precisions.cpp - From a calibrated model to integers ---------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Precisions.h"

#include "Passes.h"
#include "Session.h"
#include "command/Diagnostics.h"
#include "command/LayerNames.h"

#include "edgecc/Passes/Pipelines.h"

using namespace edgecc;
using namespace edgecc::driver;
using namespace edgecc::quantization;
using namespace llvm;

//===----------------------------------------------------------------------===//
// --layer-precision
//===----------------------------------------------------------------------===//

Expected<std::vector<std::optional<Precision>>>
driver::getForcedPrecisions(const Session &session, ArrayRef<Layer> layers) {
  std::vector<std::optional<Precision>> forced(layers.size());
  std::vector<StringRef> names;
  for (const Layer &layer : layers)
    names.push_back(layer.name);
  for (const LayerPrecision &wish : session.options.layerPrecisions) {
    bool found = false;
    for (auto [layer, precision] : zip_equal(layers, forced)) {
      if (!comesFrom(layer.op, wish.layer))
        continue;
      precision = wish.precision;
      found = true;
    }
    if (!found)
      return createStringError("--layer-precision: no layer '" + wish.layer +
                               "' is left to choose a precision for" +
                               (layers.empty()
                                    ? std::string()
                                    : "; the nearest names are " +
                                          listNearMatches(wish.layer, names)));
  }
  return forced;
}

//===----------------------------------------------------------------------===//
// Mixes
//===----------------------------------------------------------------------===//

Expected<PrecisionMix> driver::getRequestedMix(const Session &session) {
  auto layers = collectLayers(getModelFunction(*session.calibrated));
  auto forced = getForcedPrecisions(session, layers);
  if (!forced)
    return forced.takeError();
  PrecisionMix mix;
  for (std::optional<Precision> precision : *forced)
    mix.push_back(
        precision.value_or(session.options.precision.value_or(Precision::S8)));
  return mix;
}

Error driver::quantizeAsMarked(const Session &session, mlir::ModuleOp module) {
  QuantizationOptions options;
  options.weightGroup = session.options.weightGroup;
  return runPasses(module, [&](mlir::OpPassManager &passes) {
    buildQuantizationPipeline(passes, options);
  });
}

Expected<mlir::OwningOpRef<mlir::ModuleOp>>
driver::quantizeMix(const Session &session, ArrayRef<Precision> mix) {
  return quantizeMix(session, *session.calibrated, mix, nullptr);
}

Expected<mlir::OwningOpRef<mlir::ModuleOp>>
driver::quantizeMix(const Session &session, mlir::ModuleOp calibrated,
                    ArrayRef<Precision> mix, RepairFn repair) {
  mlir::OwningOpRef<mlir::ModuleOp> module = calibrated.clone();
  mlir::func::FuncOp function = getModelFunction(*module);
  setPrecisions(function, collectLayers(function), mix);
  if (repair)
    if (Error error = repair(function))
      return std::move(error);
  if (Error error = quantizeAsMarked(session, *module))
    return std::move(error);
  // The types say it from here on.
  function.walk([](mlir::Operation *op) { op->removeAttr(kPrecisionAttr); });
  return module;
}
