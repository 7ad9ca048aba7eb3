//===- Inputs.h - Inputs of a model, and options for them -------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_COMPILER_IMPORT_INPUTS_H
#define EDGECC_COMPILER_IMPORT_INPUTS_H

#include "ModelFile.h"

#include "edgecc/Import/Import.h"

namespace edgecc::importer {

/// A size that a model leaves open.
constexpr int64_t kOpen = -1;

/// The sizes that the model gives, `kOpen` where it leaves one open.
llvm::SmallVector<int64_t> getDeclaredShape(const onnx::TypeProto &type);
/// "1,?,8"
std::string describeOpenShape(llvm::ArrayRef<int64_t> shape);

/// The inputs of a model, with the shapes and values that options give them.
/// Emits diagnostics at `loc`.
class InputReader {
public:
  InputReader(llvm::ArrayRef<const onnx::ValueInfoProto *> inputs,
              const ImportOptions &options, mlir::Location loc)
      : inputs(inputs), options(options), loc(loc) {}

  /// Options must name inputs.
  mlir::LogicalResult checkOptions();
  llvm::FailureOr<mlir::RankedTensorType>
  getType(const onnx::ValueInfoProto &input);
  /// The content of the file that makes an input constant.
  llvm::FailureOr<reference::Tensor> readFrozen(llvm::StringRef name,
                                                llvm::StringRef file);

private:
  mlir::LogicalResult fixAxes(const onnx::ValueInfoProto &input,
                              llvm::SmallVectorImpl<int64_t> &shape);
  bool isBatch(const onnx::TypeProto::Tensor &type, size_t axis);
  /// Open axes of a batch have the size 1, which is said.
  void assumeOneSample(const onnx::ValueInfoProto &input,
                       llvm::SmallVectorImpl<int64_t> &shape);

  llvm::ArrayRef<const onnx::ValueInfoProto *> inputs;
  const ImportOptions &options;
  mlir::Location loc;
};

} // namespace edgecc::importer

#endif // EDGECC_COMPILER_IMPORT_INPUTS_H
