//===- Casts.cpp - Elementwise operators of mixed types -------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OperatorTable.h"
#include "ScalarBuilder.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::importer;

static bool isBool(Type type) { return type.isSignlessInteger(1); }

/// The conversion that ONNX Cast makes between two element types.
static Value convert(ScalarBuilder &s, OpBuilder &builder, Location loc,
                     Value value, Type to) {
  Type from = value.getType();
  if (from == to)
    return value;
  if (isBool(to)) {
    Value zero = s.constant(0, value);
    return s.compare(arith::CmpFPredicate::UNE, arith::CmpIPredicate::ne, value,
                     zero);
  }
  bool fromFloat = isa<FloatType>(from), toFloat = isa<FloatType>(to);
  if (fromFloat)
    return builder.create<arith::FPToSIOp>(loc, to, value);
  if (toFloat)
    return isBool(from)
               ? Value(builder.create<arith::UIToFPOp>(loc, to, value))
               : Value(builder.create<arith::SIToFPOp>(loc, to, value));
  if (isBool(from))
    return builder.create<arith::ExtUIOp>(loc, to, value);
  if (from.getIntOrFloatBitWidth() < to.getIntOrFloatBitWidth())
    return builder.create<arith::ExtSIOp>(loc, to, value);
  return builder.create<arith::TruncIOp>(loc, to, value);
}

/// Fails where scalar arithmetic does not know the type.
static LogicalResult requireArithmetic(NodeImporter &node, Type type) {
  if (type.isF32() || type.isSignlessInteger())
    return success();
  return node.unsupported("elements of type " + getTypeName(type) +
                          "; supported are float, int64, int32, int8, bool");
}

static LogicalResult importConversion(NodeImporter &node, Type to) {
  if (node.type(0).getElementType() == to)
    return node.setResult(node.operand(0));
  if (failed(requireArithmetic(node, node.type(0).getElementType())) ||
      failed(requireArithmetic(node, to)))
    return failure();
  FailureOr<Value> result = node.createMap(
      node.operand(0), [&](OpBuilder &builder, Location loc, ValueRange args) {
        ScalarBuilder s(builder, loc);
        return convert(s, builder, loc, args[0], to);
      });
  return failed(result) ? failure() : node.setResult(*result);
}

LogicalResult importer::importCast(NodeImporter &node) {
  int64_t onnxType = node.getInt("to", 0);
  Type to = getElementType(node.builder.getContext(), int32_t(onnxType));
  if (!to)
    return node.unsupported("conversion to " + getTypeName(int32_t(onnxType)) +
                            "; supported are float, int64, int32, int8, bool");
  return importConversion(node, to);
}

LogicalResult importer::importCastLike(NodeImporter &node) {
  return importConversion(node, node.type(1).getElementType());
}

/// A bound of Clip: an attribute until opset 11, an operand since.
static FailureOr<std::optional<double>>
getBound(NodeImporter &node, StringRef name, unsigned index) {
  if (node.opset < 11)
    return node.hasAttribute(name)
               ? std::optional<double>(node.getFloat(name, 0.0f))
               : std::nullopt;
  if (!node.has(index))
    return std::optional<double>();
  FailureOr<double> bound = node.requireScalar(index, name);
  if (failed(bound))
    return failure();
  return std::optional<double>(*bound);
}

LogicalResult importer::importClip(NodeImporter &node) {
  if (failed(requireArithmetic(node, node.type(0).getElementType())))
    return failure();
  FailureOr<std::optional<double>> low = getBound(node, "min", 1);
  if (failed(low))
    return failure();
  FailureOr<std::optional<double>> high = getBound(node, "max", 2);
  if (failed(high))
    return failure();
  if (!*low && !*high)
    return node.setResult(node.operand(0));
  FailureOr<Value> result = node.createMap(
      node.operand(0), [&](OpBuilder &builder, Location loc, ValueRange args) {
        ScalarBuilder s(builder, loc);
        Value x = args[0];
        if (*low)
          x = s.max(x, s.constant(**low, x));
        return *high ? s.min(x, s.constant(**high, x)) : x;
      });
  return failed(result) ? failure() : node.setResult(*result);
}

/// The result has the base's type; exponents may have another.
LogicalResult importer::importPow(NodeImporter &node) {
  Type base = node.type(0).getElementType();
  if (failed(node.requireFloat(0)) ||
      failed(requireArithmetic(node, node.type(1).getElementType())))
    return failure();
  FailureOr<Value> result =
      node.createMap(node.getOperands(),
                     [&](OpBuilder &builder, Location loc, ValueRange args) {
                       ScalarBuilder s(builder, loc);
                       return s.make<math::PowFOp>(
                           args[0], convert(s, builder, loc, args[1], base));
                     });
  return failed(result) ? failure() : node.setResult(*result);
}

LogicalResult importer::importWhere(NodeImporter &node) {
  Type condition = node.type(0).getElementType();
  Type first = node.type(1).getElementType();
  Type second = node.type(2).getElementType();
  if (!isBool(condition) || first != second)
    return node.error() << "needs a condition of type bool and two values of "
                           "one type, found "
                        << getTypeName(condition) << ", " << getTypeName(first)
                        << " and " << getTypeName(second);
  if (failed(requireArithmetic(node, first)))
    return failure();
  FailureOr<Value> result =
      node.createMap(node.getOperands(), [&](OpBuilder &builder, Location loc,
                                             ValueRange args) {
        return ScalarBuilder(builder, loc).select(args[0], args[1], args[2]);
      });
  return failed(result) ? failure() : node.setResult(*result);
}
