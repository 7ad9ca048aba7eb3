//===- OperatorTable.h - The operators that edgecc imports ------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_COMPILER_IMPORT_OPERATORTABLE_H
#define EDGECC_COMPILER_IMPORT_OPERATORTABLE_H

#include "NodeImporter.h"

#include <functional>

namespace edgecc::importer {

/// The oldest opset that is read: broadcasting is numpy's from there on.
constexpr int64_t kOldestOpset = 7;
/// The newest opset that the table has been compared with. Newer models are
/// read as if they were of this one, with a warning.
constexpr int64_t kNewestOpset = 28;

/// The domain of operators that scikit-learn's exporters use.
constexpr llvm::StringLiteral kMlDomain = "ai.onnx.ml";

constexpr int kVariadic = std::numeric_limits<int>::max();

/// Creates the edge operations of a node and sets its results.
using Handler = std::function<mlir::LogicalResult(NodeImporter &)>;

/// An entry of the table. What it declares is checked before `import` runs.
struct Operator {
  llvm::StringLiteral name;
  /// The opsets that the entry covers; a change of meaning in between is the
  /// handler's business (NodeImporter::opset).
  int64_t since;
  /// How many operands there are; those beyond `minOperands` are optional.
  int minOperands, maxOperands;
  /// "name:kind" of the attributes, separated by blanks; kinds are int, float,
  /// string, tensor, graph, ints, floats, strings. With "=value" only that
  /// value is supported; kind "ignored" is for what has no effect on the
  /// result.
  llvm::StringLiteral attributes;
  Handler import;
  /// For --list-ops: what is not supported.
  llvm::StringLiteral remark = "";
  /// Empty for ONNX's own.
  llvm::StringLiteral domain = "";
  /// Whether the handler takes operands of quantized types (Quantized.h).
  bool takesQuantized = false;
};

/// All operators, sorted by name.
llvm::ArrayRef<Operator> getOperators();
/// The entry for an operator, or null.
const Operator *findOperator(llvm::StringRef name);
/// The same, null where the domain has no operator of that name.
const Operator *findOperator(llvm::StringRef domain, llvm::StringRef name);
/// The known operator whose name is most like this one, or nothing.
llvm::StringRef findSimilarOperator(llvm::StringRef name);

/// Compares a node with the declarations of its entry. Returns why it is not
/// supported, or an empty string; fails with a diagnostic where the node is
/// not valid ONNX.
llvm::FailureOr<std::string> checkNode(const onnx::NodeProto &node,
                                       const Operator &entry, int64_t opset,
                                       mlir::Location loc);

//===--- Handlers, by file ------------------------------------------------===//

// Elementwise.cpp
llvm::SmallVector<Operator> getElementwiseOperators();

// Casts.cpp
mlir::LogicalResult importBitCast(NodeImporter &node);
mlir::LogicalResult importCast(NodeImporter &node);
mlir::LogicalResult importCastLike(NodeImporter &node);
mlir::LogicalResult importClip(NodeImporter &node);
mlir::LogicalResult importPow(NodeImporter &node);
mlir::LogicalResult importWhere(NodeImporter &node);

// ControlFlow.cpp
mlir::LogicalResult importIf(NodeImporter &node);
mlir::LogicalResult importLoop(NodeImporter &node);
mlir::LogicalResult importScan(NodeImporter &node);

// Convolution.cpp
mlir::LogicalResult importConv(NodeImporter &node);

// ConvTranspose.cpp
mlir::LogicalResult importCausalConvWithState(NodeImporter &node);
mlir::LogicalResult importConvTranspose(NodeImporter &node);

// Pooling.cpp
mlir::LogicalResult importAveragePool(NodeImporter &node);
mlir::LogicalResult importGlobalAveragePool(NodeImporter &node);
mlir::LogicalResult importGlobalMaxPool(NodeImporter &node);
mlir::LogicalResult importLpPool(NodeImporter &node);
mlir::LogicalResult importMaxPool(NodeImporter &node);

// LinearAttention.cpp
mlir::LogicalResult importLinearAttention(NodeImporter &node);

// Linear.cpp
mlir::LogicalResult importGemm(NodeImporter &node);
mlir::LogicalResult importMatMul(NodeImporter &node);

// Normalization.cpp
mlir::LogicalResult importBatchNormalization(NodeImporter &node);
mlir::LogicalResult importLogSoftmax(NodeImporter &node);
llvm::FailureOr<mlir::Value>
createSoftmax(NodeImporter &node, mlir::Value value, int64_t axis, bool log);
mlir::LogicalResult importSoftmax(NodeImporter &node);

// Recurrent.cpp
mlir::LogicalResult importGRU(NodeImporter &node);
mlir::LogicalResult importLSTM(NodeImporter &node);
mlir::LogicalResult importRNN(NodeImporter &node);

// Reduction.cpp
llvm::SmallVector<Operator> getReductionOperators();

// QuantizedOperators.cpp
llvm::SmallVector<Operator> getQuantizedOperators();

// MachineLearning.cpp
llvm::SmallVector<Operator> getMachineLearningOperators();
/// What to do without an operator of ai.onnx.ml that is not supported, or
/// nothing.
llvm::StringRef explainMissing(llvm::StringRef name);

// Movement.cpp
mlir::LogicalResult importConcat(NodeImporter &node);
mlir::LogicalResult importDepthToSpace(NodeImporter &node);
mlir::LogicalResult importExpand(NodeImporter &node);
mlir::LogicalResult importGather(NodeImporter &node);
mlir::LogicalResult importSlice(NodeImporter &node);
mlir::LogicalResult importSpaceToDepth(NodeImporter &node);
mlir::LogicalResult importSplit(NodeImporter &node);
mlir::LogicalResult importTile(NodeImporter &node);
mlir::LogicalResult importTranspose(NodeImporter &node);

// Attention.cpp
mlir::LogicalResult importAttention(NodeImporter &node);
mlir::LogicalResult importRotaryEmbedding(NodeImporter &node);

// Indexing.cpp
mlir::LogicalResult importCol2Im(NodeImporter &node);
mlir::LogicalResult importCompress(NodeImporter &node);
mlir::LogicalResult importGatherElements(NodeImporter &node);
mlir::LogicalResult importGatherND(NodeImporter &node);
mlir::LogicalResult importMaxUnpool(NodeImporter &node);
mlir::LogicalResult importOneHot(NodeImporter &node);
mlir::LogicalResult importReverseSequence(NodeImporter &node);
mlir::LogicalResult importScatterElements(NodeImporter &node);
mlir::LogicalResult importScatterND(NodeImporter &node);
mlir::LogicalResult importTensorScatter(NodeImporter &node);

// Losses.cpp
mlir::LogicalResult importNegativeLogLikelihoodLoss(NodeImporter &node);
mlir::LogicalResult importSoftmaxCrossEntropyLoss(NodeImporter &node);

// Resize.cpp
mlir::LogicalResult importResize(NodeImporter &node);

// Sampling.cpp
mlir::LogicalResult importAffineGrid(NodeImporter &node);
mlir::LogicalResult importGridSample(NodeImporter &node);

// Selection.cpp
mlir::LogicalResult importArgMax(NodeImporter &node);
mlir::LogicalResult importArgMin(NodeImporter &node);
mlir::LogicalResult importEyeLike(NodeImporter &node);
mlir::LogicalResult importHardmax(NodeImporter &node);
mlir::LogicalResult importNonZero(NodeImporter &node);
mlir::LogicalResult importTopK(NodeImporter &node);
mlir::LogicalResult importTrilu(NodeImporter &node);

// Standardization.cpp
mlir::LogicalResult importGroupNormalization(NodeImporter &node);
mlir::LogicalResult importInstanceNormalization(NodeImporter &node);
mlir::LogicalResult importLRN(NodeImporter &node);
mlir::LogicalResult importLayerNormalization(NodeImporter &node);
mlir::LogicalResult importLpNormalization(NodeImporter &node);
mlir::LogicalResult importMeanVarianceNormalization(NodeImporter &node);
mlir::LogicalResult importRMSNormalization(NodeImporter &node);
mlir::LogicalResult importTrainingBatchNormalization(NodeImporter &node);

// Padding.cpp
mlir::LogicalResult importCenterCropPad(NodeImporter &node);
mlir::LogicalResult importPad(NodeImporter &node);

// Signal.cpp
mlir::LogicalResult importBlackmanWindow(NodeImporter &node);
mlir::LogicalResult importCumProd(NodeImporter &node);
mlir::LogicalResult importCumSum(NodeImporter &node);
mlir::LogicalResult importDFT(NodeImporter &node);
mlir::LogicalResult importHammingWindow(NodeImporter &node);
mlir::LogicalResult importHannWindow(NodeImporter &node);
mlir::LogicalResult importSTFT(NodeImporter &node);

// Shape.cpp
mlir::LogicalResult importFlatten(NodeImporter &node);
mlir::LogicalResult importReshape(NodeImporter &node);
mlir::LogicalResult importSqueeze(NodeImporter &node);
mlir::LogicalResult importUnsqueeze(NodeImporter &node);

// Constants.cpp
mlir::LogicalResult importConstant(NodeImporter &node);
mlir::LogicalResult importConstantOfShape(NodeImporter &node);
mlir::LogicalResult importDropout(NodeImporter &node);
mlir::LogicalResult importIdentity(NodeImporter &node);
mlir::LogicalResult importRange(NodeImporter &node);
mlir::LogicalResult importShape(NodeImporter &node);
mlir::LogicalResult importSize(NodeImporter &node);

} // namespace edgecc::importer

#endif // EDGECC_COMPILER_IMPORT_OPERATORTABLE_H
