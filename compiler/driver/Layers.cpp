//===- Layers.cpp - Kernel calls and memory, for the report ---------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Layers.h"

#include "Dispatch.h"
#include "Stages.h"

#include "edgecc/Dialect/Kern/Kern.h"
#include "edgecc/Target/CostModel.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"

using namespace edgecc;
using namespace edgecc::driver;
using namespace llvm;

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

std::vector<LiveBuffer> driver::findLiveBuffers(mlir::ModuleOp kernModule) {
  MapVector<mlir::Value, LiveBuffer> buffers;
  DenseMap<mlir::Operation *, std::pair<unsigned, unsigned>> streams;
  auto calls = kern::numberLayers(kernModule);
  for (auto [call, layer] : calls)
    if (auto stream = call->getParentOfType<kern::StreamOp>()) {
      auto [entry, isNew] =
          streams.try_emplace(stream, std::make_pair(layer, layer));
      entry->second.first = std::min(entry->second.first, layer);
      entry->second.second = std::max(entry->second.second, layer);
    }
  for (auto [call, layer] : calls)
    for (mlir::Value operand : call->getOperands()) {
      auto buffer = kern::getRoot(operand).getDefiningOp<kern::BufferOp>();
      if (!buffer || buffer.getState())
        continue;
      // What lies outside a loop is needed all through it.
      std::pair<unsigned, unsigned> use{layer, layer};
      auto stream = call->getParentOfType<kern::StreamOp>();
      if (stream && !stream->isProperAncestor(buffer))
        use = streams.lookup(stream);
      auto [entry, isNew] = buffers.try_emplace(buffer.getResult());
      LiveBuffer &live = entry->second;
      if (isNew) {
        live.firstCall = use.first;
        live.writer = layer;
        live.offset = buffer.getOffset().value_or(0);
        live.bytes = kern::getByteSize(
            cast<mlir::MemRefType>(buffer.getResult().getType()));
      }
      live.lastCall = std::max(live.lastCall, use.second);
      live.reader = std::max(live.reader, layer);
    }
  std::vector<LiveBuffer> result;
  for (auto &[value, live] : buffers)
    result.push_back(live);
  return result;
}

/// The bytes of the arena that buffers occupy during a call. Buffers may share
/// memory where a kernel works in place.
static uint64_t countLiveBytes(ArrayRef<LiveBuffer> buffers, unsigned call) {
  SmallVector<std::pair<uint64_t, uint64_t>> pieces;
  for (const LiveBuffer &buffer : buffers)
    if (buffer.isLive(call))
      pieces.emplace_back(buffer.offset, buffer.offset + buffer.bytes);
  llvm::sort(pieces);
  uint64_t bytes = 0, end = 0;
  for (auto [from, to] : pieces) {
    from = std::max(from, end);
    bytes += to > from ? to - from : 0;
    end = std::max(end, to);
  }
  return bytes;
}

//===----------------------------------------------------------------------===//
// Layers
//===----------------------------------------------------------------------===//

static std::vector<std::string> getNodeNames(mlir::Location location) {
  SetVector<StringRef> names;
  location->walk([&](mlir::Location part) {
    if (auto named = dyn_cast<mlir::NameLoc>(part))
      names.insert(named.getName());
    return mlir::WalkResult::advance();
  });
  std::vector<std::string> nodes;
  for (StringRef name : names)
    nodes.push_back(name.str());
  return nodes;
}

static uint64_t countWeightBytes(kern::CallOp call) {
  SetVector<mlir::Operation *> constants;
  for (mlir::Value input : call.getInputs())
    if (auto data = kern::getRoot(input).getDefiningOp<kern::GetDataOp>())
      constants.insert(data);
  uint64_t bytes = 0;
  for (mlir::Operation *data : constants)
    bytes +=
        kern::getByteSize(cast<mlir::MemRefType>(data->getResult(0).getType()));
  return bytes;
}

static report::Layer describe(kern::CallOp call) {
  report::Layer layer;
  layer.onnxNodes = getNodeNames(call.getLoc());
  layer.kernel = call.getKernel().str();
  // The header's name is the family of the operation.
  layer.op = call.getHeader().rsplit('.').first.str();
  layer.precision = call.getPrecision().value_or("").str();
  layer.macs = uint64_t(call.getMacs());
  layer.weightBytes = countWeightBytes(call);
  // Decodes as it reads: gather_prefix.
  if (call.getKernel().ends_with("_prefix"))
    layer.coding = "entropy";
  if (auto parts = call->getAttrOfType<mlir::IntegerAttr>(kern::kParts))
    layer.parts = uint64_t(parts.getInt());
  if (std::optional<StringRef> name = call.getLayer())
    layer.name = name->str();
  else
    layer.name =
        layer.onnxNodes.empty() ? layer.kernel : layer.onnxNodes.front();
  return layer;
}

static uint64_t countElements(mlir::ValueRange buffers) {
  uint64_t elements = 0;
  for (mlir::Value buffer : buffers)
    if (!kern::getRoot(buffer).getDefiningOp<kern::GetDataOp>())
      elements += cast<mlir::MemRefType>(buffer.getType()).getNumElements();
  return elements;
}

static CallShape getShape(kern::CallOp call) {
  CallShape shape;
  shape.macs = uint64_t(call.getMacs());
  shape.inputs = countElements(call.getInputs());
  shape.outputs = countElements(call.getOutputs());
  if (!call.getOutputs().empty()) {
    auto type = cast<mlir::MemRefType>(call.getOutputs().front().getType());
    if (type.getRank() > 0)
      shape.channels = uint64_t(type.getShape().back());
  }
  return shape;
}

/// Whether a call only moves rows or decodes constants for another one.
static bool isHelper(kern::CallOp call) {
  return call.getKernel() == kern::kDecoder ||
         (call->getParentOfType<kern::StreamOp>() && !call.getPrecision());
}

/// Adds what it takes to decode constants of a layer that has been described.
static void addDecoding(report::Layer &layer, kern::CallOp decoder,
                        const std::optional<CostModel> &costs) {
  layer.coding = "entropy";
  layer.weightBytes += countWeightBytes(decoder);
  std::optional<uint64_t> cycles;
  if (costs)
    cycles = costs->predict(decoder.getKernel(), getShape(decoder));
  if (layer.predictedCycles && cycles)
    *layer.predictedCycles += *cycles;
  else
    layer.predictedCycles.reset();
}

/// How often a call is made in a run.
static uint64_t countTimes(kern::CallOp call) {
  auto due = dyn_cast<kern::DueOp>(call->getParentOp());
  return due ? due.getLast() - due.getFirst() : 1;
}

/// What all layers take together, if that is known of each: what stands in the
/// report until something is measured.
static void predictLatency(const Target &target, report::Report &report) {
  report.latency = {};
  uint64_t cycles = 0;
  for (const report::Layer &layer : report.layers) {
    if (!layer.predictedCycles)
      return;
    cycles += *layer.predictedCycles;
  }
  report.latency.cycles = cycles;
  report.latency.source = "cost model";
  if (target.device.clockHz)
    report.latency.milliseconds =
        double(cycles) * 1e3 / double(*target.device.clockHz);
}

/// A fused layer is as noisy as the last of its nodes.
static std::optional<double> findSqnr(const report::Layer &layer,
                                      const StringMap<double> &sqnr) {
  std::optional<double> found;
  for (const std::string &node : layer.onnxNodes)
    if (auto entry = sqnr.find(node); entry != sqnr.end())
      found = entry->second;
  return found;
}

/// Copies what is known of layers in the calibrated model to the kernel calls
/// that they became.
static void describeSensitivity(report::Layer &layer,
                                ArrayRef<report::Sensitivity> studied) {
  for (const report::Sensitivity &entry : reverse(studied))
    if (is_contained(layer.onnxNodes, entry.layer)) {
      layer.ownSqnr = entry.ownSqnr;
      layer.outputSqnr = entry.outputSqnr;
      layer.metricDrop = entry.metricDrop;
    }
}

Error driver::describeLayers(Session &session) {
  report::Report &report = session.report;
  std::vector<mlir::ModuleOp> programs = getPrograms(session);
  ProgramMemory memory = getSharedMemory(programs);
  report.ram.arena = uint64_t(memory.arena);
  report.ram.state = uint64_t(memory.state);
  report.ram.io = uint64_t(memory.io);
  report.flash.weights = uint64_t(memory.weights);
  for (auto [entry, program] : zip(report.dispatch, programs))
    entry.arena = uint64_t(getProgramMemory(program).arena);
  report.buffers.clear();
  report.layers.clear();
  Expected<std::optional<CostModel>> costs =
      CostModel::load(session.target.name, session.resourceDir);
  if (!costs)
    return costs.takeError();
  std::vector<LiveBuffer> buffers = findLiveBuffers(*session.kern);
  for (const LiveBuffer &buffer : buffers)
    report.buffers.push_back(
        {buffer.offset, buffer.bytes, buffer.firstCall, buffer.lastCall});
  auto calls = kern::numberLayers(*session.kern);
  for (auto [call, number] : calls) {
    bool isNew = number == report.layers.size();
    if (isNew)
      report.layers.emplace_back();
    else if (isHelper(call))
      continue; // Of the calls of a layer, the one that computes it counts.
    report::Layer &layer = report.layers[number];
    layer = describe(call);
    layer.liveBytes = countLiveBytes(buffers, number);
    layer.sqnr = findSqnr(layer, session.sqnr);
    CallShape shape = getShape(call);
    uint64_t times = countTimes(call);
    layer.macs *= times;
    layer.inputs = shape.inputs * times;
    layer.outputs = shape.outputs * times;
    layer.channels = shape.channels;
    if (*costs)
      if (auto cycles = (*costs)->predict(layer.kernel, shape))
        layer.predictedCycles = *cycles * times;
    describeSensitivity(layer, report.sensitivity);
    layer.pruned = any_of(layer.onnxNodes, [&](const std::string &node) {
      return session.prunedNodes.contains(node) ||
             session.losslessNodes.contains(node);
    });
  }
  for (auto [call, number] : calls)
    if (call.getKernel() == kern::kDecoder)
      addDecoding(report.layers[number], call, *costs);
  predictLatency(session.target, report);
  return Error::success();
}
