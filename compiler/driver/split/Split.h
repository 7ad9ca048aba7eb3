//===- Split.h - A model, spread over a device and servers ------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_DRIVER_SPLIT_SPLIT_H
#define EDGECC_DRIVER_SPLIT_SPLIT_H

#include "Session.h"

#include "../../split/OnnxModel.h"
#include "Output.h"

#include "edgecc/Partition/Explore.h"
#include "edgecc/Partition/Simulation.h"

#include "llvm/ADT/StringMap.h"

namespace edgecc::driver {

/// What is known of a model that is to be split.
struct SplitModel {
  split::OnnxModel onnx;
  /// Operators in execution order, those that depend on inputs.
  std::vector<split::OnnxNode> nodes;
  /// By unit of the network, indices in `nodes`.
  std::vector<std::vector<unsigned>> unitNodes;
  partition::Network network;
  /// Types of tensors that depend on inputs.
  llvm::StringMap<mlir::RankedTensorType> types;
  /// Tensors that are the same whatever the inputs.
  llvm::StringMap<reference::Tensor> constants;
  /// The model with all those tensors as results, named in `exposedNames`.
  mlir::OwningOpRef<mlir::ModuleOp> exposed;
  std::vector<std::string> exposedNames;
  /// Samples that were looked at.
  SampleSet samples;
  /// Whether some kernels' time is that of others with as many operations.
  bool hasGuessedTimes = false;
};

/// Finds out what each operator costs on the device and what integers do to
/// each tensor. The session's model is imported, its samples are loaded
/// (SplitNetwork.cpp).
llvm::Expected<SplitModel> analyseSplit(Session &session,
                                        const partition::System &system);

/// A tier's part of the model.
struct SplitPart {
  unsigned tier = 0;
  std::vector<split::OnnxValue> inputs, outputs;
  /// Serialized; empty if the tier computes nothing.
  std::string model;
};

/// How well an input can be made out from what leaves the device.
struct Reconstruction {
  std::string input;
  /// Decibels of the input, without its mean, to what a linear estimate misses.
  double snr = 0;
  size_t fitted = 0, tested = 0;
};

/// All that --split finds out.
struct SplitResult {
  partition::System system;
  SplitModel model;
  partition::Problem problem;
  partition::CutResult result;
  std::vector<SplitPart> parts;
  std::unique_ptr<Session> devicePart;
  partition::ParetoSet pareto;
  std::vector<partition::Sweep> sweeps;
  partition::Scenario scenario;
  partition::SimulationResult simulation;
  /// Of all parts together, with what crosses as it is sent.
  std::optional<report::Accuracy> accuracy;
  std::vector<Reconstruction> reconstructions;
};

/// Cuts the ONNX model (SplitParts.cpp).
std::vector<SplitPart> makeParts(const SplitModel &model,
                                 const partition::Problem &problem,
                                 const partition::Assignment &assignment);

/// Compiles the device's part into a session of its own, which is null if there
/// is nothing to compute. Where the budget does not hold, the session tells
/// what was measured (SplitParts.cpp).
llvm::Error compileDevicePart(const Session &whole, const SplitPart &from,
                              std::unique_ptr<Session> &part);

/// Runs all parts, one after the other, in the reference interpreter, with what
/// crosses links rounded as it is sent (SplitAccuracy.cpp).
llvm::Error measureSplitAccuracy(Session &session, SplitResult &split);
/// Tries to make out the inputs from what crosses the first link
/// (SplitPrivacy.cpp).
llvm::Error measureReconstruction(const Session &session, SplitResult &split);
/// A float tensor after it has been sent.
reference::Tensor sendOver(const partition::NetworkTensor &tensor,
                           partition::Wire wire,
                           const reference::Tensor &values);
/// The integer step of a wire precision, and the integer that means 0.
std::pair<double, double> getWireScale(const partition::NetworkTensor &tensor,
                                       partition::Wire wire);

/// split.json, pareto.csv, breakpoints.csv (SplitReport.cpp).
llvm::json::Value makeSplitReport(const Session &session,
                                  const SplitResult &split);
std::string makeParetoTable(const SplitResult &split);
std::string makeBreakpointTable(const SplitResult &split);

/// The header that packs and unpacks messages, and what servers have to know
/// (SplitWire.cpp).
llvm::Expected<std::string> makeWireHeader(const Session &session,
                                           const SplitResult &split);
llvm::json::Value makeManifest(const Session &session,
                               const SplitResult &split);

} // namespace edgecc::driver

#endif // EDGECC_DRIVER_SPLIT_SPLIT_H
