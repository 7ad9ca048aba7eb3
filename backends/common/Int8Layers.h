//===- Int8Layers.h - Layers of int8 ----------------------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What the int8 kernels of Cortex-M and of vectors share: which layers they are
// for, and how these finish.
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_BACKENDS_COMMON_INT8LAYERS_H
#define EDGECC_BACKENDS_COMMON_INT8LAYERS_H

#include "FloatFactors.h"

#include "edgecc/Backend/KernelRegistry.h"
#include "edgecc/Quant/IntegerParams.h"

namespace edgecc {

llvm::ArrayRef<int64_t> shapeOf(mlir::Value value);

/// The factors from the sums of a convolution or fully connected layer to its
/// result.
integer::Requantization getFactors(mlir::Operation *op);

/// No sum of the layer, in whatever order, is larger than this, bias and the
/// input's zero point included.
int64_t getLargestSum(mlir::Operation *op);

/// Zero points and bounds of a layer of int8, and its bias with the input's
/// zero point in it.
struct Int8Epilogue {
  int64_t inZero = 0, outZero = 0;
  integer::ClampRange range;
  llvm::SmallVector<int32_t> bias;
};
/// Fails, with a diagnostic, if the bias then does not fit 32 bits.
llvm::FailureOr<Int8Epilogue> getInt8Epilogue(edge::ClampableOpInterface op);

reference::Tensor getWords(mlir::MLIRContext *context,
                           llvm::ArrayRef<int32_t> words);

/// A convolution of int8 of one or two dimensions with constant weights.
bool isInt8Image(edge::ConvOp op);
/// With one output per channel.
bool isInt8Depthwise(edge::ConvOp op);
/// The same, 3x3, stride 1 or 2.
bool isInt8Depthwise3x3(edge::ConvOp op);
/// A fully connected layer of int8 with constant weights.
bool isInt8FullyConnected(edge::FullyConnectedOp op);

/// A convolution of int8 and a sum that nothing else uses it for.
struct ResidualSum {
  edge::ConvOp conv;
  edge::AddOp add;
  /// What is added, of the same shape.
  mlir::Value other;
  /// The same in floats, for kernels with `_add_floats` in their names.
  std::optional<FloatSum> floats = std::nullopt;

  IntegerSum getRule() const;
  /// Adds the call's last input, the output, and the scalars of the kernels
  /// with `_add` in their names. The call computes both operations; the output
  /// may overwrite `other`.
  void addTo(KernelCallBuilder &call, unsigned inputs) const;
};
/// The convolution is what is computed last before the sum.
std::optional<ResidualSum> findResidualSum(edge::AddOp add);

/// Registers a kernel of a convolution, by itself as `name`, and as `sumName`
/// with a sum that follows.
template <bool (*Matches)(edge::ConvOp),
          llvm::LogicalResult (*Lower)(edge::ConvOp, KernelCallBuilder &,
                                       const ResidualSum *),
          int64_t (*ExtraBytes)(edge::ConvOp) = nullptr>
void addImageKernels(KernelRegistry &registry, const llvm::Twine &name,
                     const llvm::Twine &sumName, int benefit,
                     llvm::ArrayRef<llvm::StringRef> features,
                     const KernelTilings &tilings = {}) {
  Kernel &alone = registry.add<edge::ConvOp>(
      name, Matches,
      [](edge::ConvOp op, KernelCallBuilder &call) {
        return Lower(op, call, nullptr);
      },
      benefit, features);
  alone.tilings = tilings;
  if constexpr (ExtraBytes != nullptr)
    alone.extraBytes = [](mlir::Operation *op) {
      return ExtraBytes(mlir::cast<edge::ConvOp>(op));
    };
  Kernel &both = registry.add<edge::AddOp>(
      sumName,
      [](edge::AddOp op) {
        std::optional<ResidualSum> sum = findResidualSum(op);
        return sum && Matches(sum->conv);
      },
      [](edge::AddOp op, KernelCallBuilder &call) {
        ResidualSum sum = *findResidualSum(op);
        return Lower(sum.conv, call, &sum);
      },
      benefit, features);
  // Those of the convolution; listed for that only.
  both.tilings.method = tilings.method;
  both.producer = [](mlir::Operation *op) -> mlir::Operation * {
    return findResidualSum(mlir::cast<edge::AddOp>(op))->conv;
  };
  if constexpr (ExtraBytes != nullptr)
    both.extraBytes = [](mlir::Operation *op) {
      return ExtraBytes(findResidualSum(mlir::cast<edge::AddOp>(op))->conv);
    };
}

kern::WindowAttr getWindowOf(edge::ConvOp op);

} // namespace edgecc

#endif // EDGECC_BACKENDS_COMMON_INT8LAYERS_H
