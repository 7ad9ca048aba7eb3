//===- OnnxModel.h - Nodes and parts of an ONNX model -----------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The model as its file has it, so that parts of it are ONNX models that any
// server loads.
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_COMPILER_SPLIT_ONNXMODEL_H
#define EDGECC_COMPILER_SPLIT_ONNXMODEL_H

#include "edgecc/Reference/Tensor.h"

#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/Error.h"

#include <memory>
#include <set>
#include <string>
#include <vector>

namespace onnx {
class ModelProto;
}

namespace edgecc::split {

/// A node that depends on the model's inputs.
struct OnnxNode {
  int index = 0;
  std::string name, type;
  /// Tensors that depend on inputs, each once; bodies' reads included.
  std::vector<std::string> reads;
  /// Tensors that something reads.
  std::vector<std::string> writes;
};

/// The type and shape of an input or output of a part.
struct OnnxValue {
  std::string name;
  mlir::RankedTensorType type;
};

class OnnxModel {
public:
  /// Reads the file; it must have been imported without error.
  static llvm::Expected<OnnxModel> load(llvm::StringRef path);

  /// In an order in which they can be executed. Inputs that are `frozen` and
  /// tensors in `constants` do not count as inputs.
  std::vector<OnnxNode> getNodes(const llvm::StringSet<> &frozen,
                                 const llvm::StringSet<> &constants) const;
  std::vector<std::string> getInputs(const llvm::StringSet<> &frozen) const;
  std::vector<std::string> getOutputs() const;

  /// The model with these tensors as its outputs, serialized.
  std::string exposeOutputs(llvm::ArrayRef<std::string> tensors) const;

  /// The nodes with these indices as a model of their own, with what they need
  /// of constants. `constants` replace what computes them.
  std::string extract(const std::set<int> &nodes,
                      llvm::ArrayRef<OnnxValue> inputs,
                      llvm::ArrayRef<OnnxValue> outputs,
                      const llvm::StringMap<reference::Tensor> &constants,
                      llvm::StringRef name) const;

private:
  std::shared_ptr<onnx::ModelProto> model;
  std::string folder;
};

} // namespace edgecc::split

#endif // EDGECC_COMPILER_SPLIT_ONNXMODEL_H
