//===- Split.h - A model, spread over a device and servers ------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_DRIVER_SPLIT_H
#define EDGECC_DRIVER_SPLIT_H

#include "Session.h"

#include "../split/OnnxModel.h"
#include "Output.h"

#include "edgecc/Partition/Network.h"

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

/// Cuts the ONNX model (SplitParts.cpp).
std::vector<SplitPart> makeParts(const SplitModel &model,
                                 const partition::Problem &problem,
                                 const partition::Assignment &assignment);

/// Compiles the device's part into a session of its own, which is null if there
/// is nothing to compute. Where the budget does not hold, the session tells
/// what was measured (SplitParts.cpp).
llvm::Error compileDevicePart(const Session &whole, const SplitPart &from,
                              std::unique_ptr<Session> &part);

} // namespace edgecc::driver

#endif // EDGECC_DRIVER_SPLIT_H
