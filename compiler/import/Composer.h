//===- Composer.h - Operators made of edge operations -----------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_COMPILER_IMPORT_COMPOSER_H
#define EDGECC_COMPILER_IMPORT_COMPOSER_H

#include "NodeImporter.h"
#include "ScalarBuilder.h"

namespace edgecc::importer {

/// Writes an operator as a formula of tensors. After a failure (which has been
/// reported) values are null, and everything computed from a null value is
/// null: only the end of a formula has to be checked, which `finish` does.
class Composer {
public:
  using Value = mlir::Value;
  using Axes = llvm::ArrayRef<int64_t>;
  using Body = llvm::function_ref<Value(ScalarBuilder &, mlir::ValueRange)>;

  explicit Composer(NodeImporter &node) : node(node) {}

  //===--- Elementwise, broadcast -----------------------------------------===//

  Value map(mlir::ValueRange operands, Body body);
  Value add(Value a, Value b);
  Value sub(Value a, Value b);
  Value mul(Value a, Value b);
  Value div(Value a, Value b);
  /// With a number, converted to the value's type.
  Value add(Value a, double b);
  Value mul(Value a, double b);
  Value sqrt(Value a);
  /// 1 / sqrt(a + epsilon).
  Value inverseRoot(Value a, double epsilon);
  Value select(Value condition, Value a, Value b);
  Value equal(Value a, Value b);
  Value less(Value a, Value b);
  /// As ONNX Cast.
  Value cast(Value a, mlir::Type elementType);

  //===--- Along axes -----------------------------------------------------===//

  /// Keeps the reduced axes, with size 1.
  Value reduce(Value a, edge::ReduceKind kind, Axes axes);
  Value sum(Value a, Axes axes) {
    return reduce(a, edge::ReduceKind::Sum, axes);
  }
  Value mean(Value a, Axes axes) {
    return reduce(a, edge::ReduceKind::Mean, axes);
  }
  Value softmax(Value a, int64_t axis);
  /// Without scale or bias where they are null.
  Value layerNorm(Value a, Axes axes, double epsilon, bool rms = false,
                  Value scale = {}, Value bias = {});
  Value matmul(Value a, Value b);

  //===--- Movement -------------------------------------------------------===//

  Value reshape(Value a, Axes shape);
  /// A new axis of size 1 before `axis`.
  Value unsqueeze(Value a, int64_t axis);
  Value transpose(Value a, Axes perm);
  Value slice(Value a, int64_t axis, int64_t start, int64_t size,
              int64_t step = 1);
  Value concat(mlir::ValueRange values, int64_t axis);
  Value pad(Value a, Axes low, Axes high, double value);
  Value gather(Value a, Value indices, int64_t axis);
  Value gather(Value a, Axes indices, int64_t axis);
  /// Entries along `axis` as weighted sums of the input's: `indices` and
  /// `weights` are those of all results' first tap, then of their second, ...
  Value resample(Value a, int64_t axis, int64_t positions, Axes indices,
                 llvm::ArrayRef<float> weights);
  /// Repeats the value to the shape.
  Value expand(Value a, Axes shape);
  /// Indices of the `k` largest or smallest elements along an axis.
  Value topK(Value a, int64_t axis, int64_t k, bool largest);
  Value scatter(Value data, Value indices, Value updates,
                edge::ScatterKind kind);
  /// data[indices], element for element along `axis`, as GatherElements.
  Value gatherElements(Value data, Value indices, int64_t axis);
  Value flatIndices(Value indices, int64_t axis, Axes shape);

  //===--- Constants ------------------------------------------------------===//

  Value floats(Axes shape, llvm::ArrayRef<float> values);
  Value ints(Axes shape, Axes values);
  Value bools(Axes shape, llvm::ArrayRef<bool> values);
  /// 0, 1, ... along `axis` of a shape that is 1 elsewhere, times `factor`.
  Value iota(int64_t count, int64_t rank, int64_t axis, int64_t factor = 1);
  Value splat(Axes shape, mlir::Type elementType, double value);

  //===--- The end --------------------------------------------------------===//

  static mlir::RankedTensorType type(Value a) { return typeOf(a); }
  static Axes shape(Value a) { return typeOf(a).getShape(); }
  static int64_t rank(Value a) { return typeOf(a).getRank(); }
  static int64_t size(Value a, int64_t axis) { return shape(a)[axis]; }

  mlir::LogicalResult finish(Value result) { return finish(0, result); }
  mlir::LogicalResult finish(unsigned index, Value result) {
    return result ? node.setResult(index, result) : mlir::failure();
  }

private:
  template <typename OpT, typename... Args> Value create(Args &&...args) {
    auto op = node.create<OpT>(std::forward<Args>(args)...);
    return failed(op) ? Value() : Value((*op)->getResult(0));
  }

  NodeImporter &node;
};

/// The conversion of an element that ONNX Cast makes.
mlir::Value convertElement(ScalarBuilder &s, mlir::Value value, mlir::Type to);

} // namespace edgecc::importer

#endif // EDGECC_COMPILER_IMPORT_COMPOSER_H
