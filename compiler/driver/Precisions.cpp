//===- Precisions.cpp - From a calibrated model to integers ---------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Precisions.h"

#include "Diagnostics.h"
#include "Passes.h"
#include "Session.h"

#include "edgecc/Passes/Pipelines.h"

using namespace edgecc;
using namespace edgecc::driver;
using namespace edgecc::quantization;
using namespace llvm;

//===----------------------------------------------------------------------===//
// --layer-precision
//===----------------------------------------------------------------------===//

/// Whether a layer is, or was fused from, the node of that name.
static bool comesFrom(const Layer &layer, StringRef name) {
  bool found = layer.name == name;
  mlir::Location(layer.op->getLoc())->walk([&](mlir::Location part) {
    auto named = dyn_cast<mlir::NameLoc>(part);
    found |= named && named.getName() == name;
    return found ? mlir::WalkResult::interrupt() : mlir::WalkResult::advance();
  });
  return found;
}

/// The names that are most like one that does not exist, best first.
static std::string listNearMatches(StringRef name, ArrayRef<Layer> layers) {
  constexpr size_t kMatches = 3;
  SmallVector<std::pair<unsigned, StringRef>> ranked;
  for (const Layer &layer : layers) {
    bool contains = StringRef(layer.name).contains_insensitive(name);
    unsigned distance =
        contains ? 0 : StringRef(layer.name).edit_distance_insensitive(name);
    ranked.emplace_back(distance, layer.name);
  }
  llvm::stable_sort(
      ranked, [](const auto &a, const auto &b) { return a.first < b.first; });
  std::string text;
  for (auto [distance, match] : ArrayRef(ranked).take_front(kMatches))
    text += (text.empty() ? "'" : ", '") + match.str() + "'";
  return text;
}

Expected<std::vector<std::optional<Precision>>>
driver::getForcedPrecisions(const Session &session, ArrayRef<Layer> layers) {
  std::vector<std::optional<Precision>> forced(layers.size());
  for (const LayerPrecision &wish : session.options.layerPrecisions) {
    bool found = false;
    for (auto [layer, precision] : zip_equal(layers, forced)) {
      if (!comesFrom(layer, wish.layer))
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
                                          listNearMatches(wish.layer, layers)));
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
