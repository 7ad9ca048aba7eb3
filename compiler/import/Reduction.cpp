//===- Reduction.cpp - Reductions -----------------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// A reduction is an entry: a function of each element before, how elements
// combine, a function of the result after.

#include "Composer.h"
#include "OperatorTable.h"

#include <cmath>

using namespace mlir;
using namespace edgecc;
using namespace edgecc::importer;

namespace {
using Function = Value (*)(ScalarBuilder &s, Value x);

struct Entry {
  StringLiteral name;
  edge::ReduceKind kind;
  Function before, after;
  /// The opset from which on the axes are an operand.
  int64_t axesOperandSince;
};
} // namespace

static Value square(ScalarBuilder &s, Value x) { return s.mul(x, x); }
static Value absolute(ScalarBuilder &s, Value x) { return s.abs(x); }
static Value logarithm(ScalarBuilder &s, Value x) { return s.log(x); }
static Value root(ScalarBuilder &s, Value x) { return s.make<math::SqrtOp>(x); }

static const Entry kEntries[] = {
    {"ReduceL1", edge::ReduceKind::Sum, absolute, nullptr, 18},
    {"ReduceL2", edge::ReduceKind::Sum, square, root, 18},
    {"ReduceLogSum", edge::ReduceKind::Sum, nullptr, logarithm, 18},
    {"ReduceMax", edge::ReduceKind::Max, nullptr, nullptr, 18},
    {"ReduceMean", edge::ReduceKind::Mean, nullptr, nullptr, 18},
    {"ReduceMin", edge::ReduceKind::Min, nullptr, nullptr, 18},
    {"ReduceProd", edge::ReduceKind::Prod, nullptr, nullptr, 18},
    {"ReduceSum", edge::ReduceKind::Sum, nullptr, nullptr, 13},
    {"ReduceSumSquare", edge::ReduceKind::Sum, square, nullptr, 18},
};

static FailureOr<Value> apply(NodeImporter &node, Value value,
                              Function function) {
  if (!function)
    return value;
  return node.createMap(value,
                        [&](OpBuilder &builder, Location loc, ValueRange args) {
                          ScalarBuilder s(builder, loc);
                          return function(s, args[0]);
                        });
}

/// The axes to reduce; no axes mean all, unless the node says that they mean
/// none.
static FailureOr<SmallVector<int64_t>> getAxes(NodeImporter &node,
                                               const Entry &entry) {
  bool isOperand = node.opset >= entry.axesOperandSince;
  if (node.has(1) && !isOperand)
    return node.error() << "takes axes as an operand from opset "
                        << entry.axesOperandSince << " on, the model has "
                        << node.opset;
  auto axes = node.intsFrom("axes", 1);
  if (failed(axes))
    return failure();
  int64_t rank = node.rank(0);
  if (*axes && !(*axes)->empty())
    return node.normalizeAxes(**axes, rank);
  if (node.getInt("noop_with_empty_axes", 0) != 0)
    return SmallVector<int64_t>();
  return llvm::to_vector(llvm::seq<int64_t>(0, rank));
}

/// The result, without the reduced axes if the node says so.
static LogicalResult dropAxes(NodeImporter &node, Value value,
                              ArrayRef<int64_t> axes) {
  Composer c(node);
  if (node.getInt("keepdims", 1) != 0)
    return c.finish(value);
  SmallVector<int64_t> kept;
  for (auto [axis, size] : llvm::enumerate(node.shape(0)))
    if (!llvm::is_contained(axes, int64_t(axis)))
      kept.push_back(size);
  return c.finish(c.reshape(value, kept));
}

static LogicalResult importEntry(NodeImporter &node, const Entry &entry) {
  Type elementType = node.type(0).getElementType();
  bool needsFloat = entry.after || entry.kind == edge::ReduceKind::Mean;
  if (needsFloat && failed(node.requireFloat(0)))
    return failure();
  bool picks = entry.kind == edge::ReduceKind::Max ||
               entry.kind == edge::ReduceKind::Min;
  bool isBool = elementType.isSignlessInteger(1);
  if (isBool && !picks)
    return node.unsupported("elements of type bool");
  FailureOr<SmallVector<int64_t>> axes = getAxes(node, entry);
  if (failed(axes))
    return failure();
  Composer c(node);
  // The truth values are numbers, of which min and max are "and" and "or".
  Value input = node.operand(0);
  if (isBool)
    input = c.cast(input, node.builder.getI8Type());
  FailureOr<Value> value = apply(node, input, entry.before);
  if (failed(value))
    return failure();
  auto reduce = node.create<edge::ReduceOp>(*value, entry.kind, *axes);
  if (failed(reduce) || failed(value = apply(node, *reduce, entry.after)))
    return failure();
  Value result = *value;
  if (isBool)
    result = c.map(result, [](ScalarBuilder &s, ValueRange v) {
      return s.less(s.constant(0, v[0]), v[0]);
    });
  return dropAxes(node, result, *axes);
}

/// log(sum(exp(x))), relative to the maximum so that no exponential overflows.
static LogicalResult importLogSumExp(NodeImporter &node) {
  static const Entry entry{"ReduceLogSumExp", edge::ReduceKind::Sum, nullptr,
                           logarithm, 18};
  FailureOr<SmallVector<int64_t>> axes = getAxes(node, entry);
  if (failed(axes) || failed(node.requireFloat(0)))
    return failure();
  Composer c(node);
  Value x = node.operand(0);
  Value max = c.reduce(x, edge::ReduceKind::Max, *axes);
  max = c.map(max, [](ScalarBuilder &s, ValueRange v) {
    Value infinity = s.constant(INFINITY, v[0]);
    return s.select(s.equal(s.abs(v[0]), infinity), s.constant(0, v[0]), v[0]);
  });
  Value powers = c.map({x, max}, [](ScalarBuilder &s, ValueRange v) {
    return s.exp(s.sub(v[0], v[1]));
  });
  Value result =
      c.map({c.sum(powers, *axes), max}, [](ScalarBuilder &s, ValueRange v) {
        return s.add(s.log(v[0]), v[1]);
      });
  return dropAxes(node, result, *axes);
}

SmallVector<Operator> importer::getReductionOperators() {
  SmallVector<Operator> operators;
  for (const Entry &entry : kEntries)
    operators.push_back(
        {entry.name, 7, 1, 2, "axes:ints keepdims:int noop_with_empty_axes:int",
         [&entry](NodeImporter &node) { return importEntry(node, entry); },
         "constant axes"});
  operators.push_back({"ReduceLogSumExp", 7, 1, 2,
                       "axes:ints keepdims:int noop_with_empty_axes:int",
                       importLogSumExp, "constant axes"});
  return operators;
}
