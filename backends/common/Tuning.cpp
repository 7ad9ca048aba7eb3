//===- Tuning.cpp - How loops are cut, as measured ------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Backend/Tuning.h"

#include "llvm/ADT/StringMap.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace edgecc;

//===----------------------------------------------------------------------===//
// What there is to choose
//===----------------------------------------------------------------------===//

/// Types without scales, which change with the samples, and what windows there
/// are.
static std::string describeShape(Operation *op) {
  std::string text;
  llvm::raw_string_ostream os(text);
  os << op->getName();
  auto print = [&](Value value, StringRef before) {
    auto type = cast<RankedTensorType>(value.getType());
    os << before;
    for (int64_t dim : type.getShape())
      os << dim << "x";
    os << edge::getStorageType(type.getElementType());
  };
  print(op->getOperand(0), " ");
  print(op->getOperand(1), " * ");
  print(op->getResult(0), " -> ");
  if (auto conv = dyn_cast<edge::ConvOp>(op)) {
    os << ", strides ";
    llvm::interleave(conv.getStrides(), os, "x");
    os << ", dilations ";
    llvm::interleave(conv.getDilations(), os, "x");
    os << ", pads ";
    llvm::interleave(conv.getPads(), os, "x");
    os << ", groups " << conv.getGroups();
  }
  return text;
}

/// The tilings of all kernels, those of the best one first.
static SmallVector<kern::TilingAttr>
listTilings(Operation *op, const llvm::StringSet<> &features) {
  const KernelRegistry &registry = KernelRegistry::get();
  auto candidates = registry.getCandidates(op, features);
  SmallVector<kern::TilingAttr> first, rest;
  for (const Kernel *kernel : registry.getTileable(op, features)) {
    auto tilings = kernel->tilings.list(op);
    if (!candidates.empty() && candidates.front() == kernel)
      first = std::move(tilings);
    else // As they are, or not at all.
      llvm::append_range(rest, ArrayRef(tilings).take_front(
                                   std::min<size_t>(tilings.size(), 3)));
  }
  // What no vectors compute has nothing to compare with.
  if (first.empty())
    return {};
  llvm::append_range(first, rest);
  return first;
}

std::vector<TunableLayer>
edgecc::findTunableLayers(func::FuncOp function,
                          const llvm::StringSet<> &features) {
  std::vector<TunableLayer> layers;
  llvm::StringMap<unsigned> names;
  for (Operation &op : function.front().without_terminator()) {
    auto tilings = listTilings(&op, features);
    if (tilings.empty())
      continue;
    std::string name = edge::getLayerName(&op);
    ++names[name];
    layers.push_back({&op, name, describeShape(&op), std::move(tilings)});
  }
  llvm::erase_if(layers, [&](const TunableLayer &layer) {
    return names.lookup(layer.name) > 1;
  });
  return layers;
}

//===----------------------------------------------------------------------===//
// What is chosen
//===----------------------------------------------------------------------===//

static bool isAccepted(const TunableLayer &layer, kern::TilingAttr tiling,
                       const llvm::StringSet<> &features) {
  auto kernels = KernelRegistry::get().getTileable(layer.op, features);
  return llvm::any_of(kernels, [&](const Kernel *kernel) {
    return kernel->tilings.method == tiling.getMethod() &&
           kernel->tilings.accepts(layer.op, tiling);
  });
}

/// What a file says, as an attribute; null if its numbers make no sense.
static kern::TilingAttr makeAttr(MLIRContext *context,
                                 const TunedLayer &tuned) {
  for (int64_t size : {tuned.unit, tuned.pixels, tuned.blocks, tuned.band})
    if (size < 1 || size > (int64_t(1) << 31))
      return {};
  return kern::TilingAttr::get(context, tuned.method, tuned.unit, tuned.pixels,
                               tuned.blocks, tuned.band);
}

static llvm::Error applyOne(const TunableLayer *layer, const TunedLayer &tuned,
                            const llvm::StringSet<> &features) {
  if (!layer)
    return llvm::createStringError("this model has no layer '" + tuned.name +
                                   "' whose loops can be cut in several ways");
  if (layer->shape != tuned.shape)
    return llvm::createStringError("layer '" + tuned.name + "' was tuned as '" +
                                   tuned.shape + "' and is '" + layer->shape +
                                   "' here");
  auto tiling = makeAttr(layer->op->getContext(), tuned);
  if (!tiling || !isAccepted(*layer, tiling, features))
    return llvm::createStringError(
        "layer '" + tuned.name + "' cannot be computed by '" + tuned.method +
        "' with unit " + llvm::Twine(tuned.unit) + ", pixels " +
        llvm::Twine(tuned.pixels) + ", blocks " + llvm::Twine(tuned.blocks) +
        ", band " + llvm::Twine(tuned.band));
  layer->op->setAttr(kern::kTiling, tiling);
  return llvm::Error::success();
}

llvm::Error edgecc::applyTuning(func::FuncOp function,
                                const llvm::StringSet<> &features,
                                ArrayRef<TunedLayer> tuned, bool lenient) {
  std::vector<TunableLayer> layers = findTunableLayers(function, features);
  llvm::StringMap<const TunableLayer *> byName;
  for (const TunableLayer &layer : layers)
    byName[layer.name] = &layer;
  for (const TunedLayer &entry : tuned) {
    llvm::Error error = applyOne(byName.lookup(entry.name), entry, features);
    if (!lenient && error)
      return error;
    llvm::consumeError(std::move(error));
  }
  return llvm::Error::success();
}
