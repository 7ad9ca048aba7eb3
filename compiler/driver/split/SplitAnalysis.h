//===- SplitAnalysis.h - Finds out what a split has to know -----*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_DRIVER_SPLIT_SPLITANALYSIS_H
#define EDGECC_DRIVER_SPLIT_SPLITANALYSIS_H

#include "Split.h"

namespace edgecc::driver {

/// The graph of a model (SplitNetwork.cpp), what its operators take on the
/// device, and what integers do to its tensors (SplitCosts.cpp).
class SplitAnalysis {
public:
  SplitAnalysis(Session &session, const partition::System &system)
      : session(session), system(system) {}

  llvm::Expected<SplitModel> run();

private:
  llvm::Error expose();
  void findConstants();
  llvm::Error checkOutputs() const;
  void addUnits();
  void mergeUnits();
  void countMacs();
  void addTensors();
  llvm::Error measureTensors();
  llvm::Error compileWhole();
  llvm::Error shareCosts();
  void compareArena();
  llvm::Expected<double> getClock() const;
  std::optional<double> getCyclesPerOperation();

  std::optional<unsigned> findNode(llvm::StringRef location) const;
  llvm::SmallVector<unsigned> findNodes(const report::Layer &layer) const;

  Session &session;
  const partition::System &system;
  SplitModel model;
  llvm::StringSet<> frozen;
  /// By node: its number, unit, and multiply-accumulates.
  llvm::StringMap<unsigned> nodeNumbers;
  std::vector<unsigned> nodeUnits;
  std::vector<uint64_t> nodeMacs;
  std::vector<report::Layer> layers;
  uint64_t arenaBytes = 0;
};

} // namespace edgecc::driver

#endif // EDGECC_DRIVER_SPLIT_SPLITANALYSIS_H
