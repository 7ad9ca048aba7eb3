//===- Casts.cpp - Elementwise operators of mixed types -------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Composer.h"
#include "OperatorTable.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::importer;

static bool isBool(Type type) { return type.isSignlessInteger(1); }

/// The conversion that ONNX Cast makes between two element types; a byte is an
/// i32 here (see NodeImporter::createMap).
Value importer::convertElement(ScalarBuilder &s, Value value, Type to) {
  if (to.isUnsignedInteger(8))
    to = IntegerType::get(to.getContext(), 32);
  Type from = value.getType();
  if (from == to)
    return value;
  if (isBool(to))
    return s.compare(arith::CmpFPredicate::UNE, arith::CmpIPredicate::ne, value,
                     s.constant(0, value));
  bool fromFloat = isa<FloatType>(from), toFloat = isa<FloatType>(to);
  if (fromFloat)
    return s.make<arith::FPToSIOp>(to, value);
  if (toFloat)
    return isBool(from) ? s.make<arith::UIToFPOp>(to, value)
                        : s.make<arith::SIToFPOp>(to, value);
  if (isBool(from))
    return s.make<arith::ExtUIOp>(to, value);
  if (from.getIntOrFloatBitWidth() < to.getIntOrFloatBitWidth())
    return s.make<arith::ExtSIOp>(to, value);
  return s.make<arith::TruncIOp>(to, value);
}

/// Fails where scalar arithmetic does not know the type.
static LogicalResult requireArithmetic(NodeImporter &node, Type type) {
  if (type.isF32() || type.isSignlessInteger() || type.isUnsignedInteger(8))
    return success();
  return node.unsupported(
      "elements of type " + getTypeName(type) +
      "; supported are float, int64, int32, int8, uint8, bool");
}

static LogicalResult importConversion(NodeImporter &node, Type to) {
  if (node.type(0).getElementType() == to)
    return node.setResult(node.operand(0));
  if (failed(requireArithmetic(node, node.type(0).getElementType())) ||
      failed(requireArithmetic(node, to)))
    return failure();
  FailureOr<Value> result = node.createMap(
      node.operand(0),
      [&](OpBuilder &builder, Location loc, ValueRange args) {
        ScalarBuilder s(builder, loc);
        return convertElement(s, args[0], to);
      },
      to);
  return failed(result) ? failure() : node.setResult(*result);
}

LogicalResult importer::importCast(NodeImporter &node) {
  int64_t onnxType = node.getInt("to", 0);
  Type to = getElementType(node.builder.getContext(), int32_t(onnxType));
  if (!to)
    return node.unsupported(
        "conversion to " + getTypeName(int32_t(onnxType)) +
        "; supported are float, int64, int32, int8, uint8, bool");
  return importConversion(node, to);
}

LogicalResult importer::importCastLike(NodeImporter &node) {
  return importConversion(node, node.type(1).getElementType());
}

/// Bits under another type of the same size. At run time this is nothing to do
/// between bytes; other types are known now or never.
LogicalResult importer::importBitCast(NodeImporter &node) {
  int64_t onnxType = node.getInt("to", 0);
  Type to = isReadAsFloat(int32_t(onnxType))
                ? Type()
                : getElementType(node.builder.getContext(), int32_t(onnxType));
  if (!to)
    return node.unsupported(
        "conversion to " + getTypeName(int32_t(onnxType)) +
        "; supported are float, int64, int32, int8, uint8, bool");
  Type from = node.type(0).getElementType();
  if (reference::getElementBytes(from) != reference::getElementBytes(to))
    return node.error() << "elements of type " << getTypeName(from) << " and "
                        << getTypeName(to)
                        << " differ in size (double is read as float)";
  if (from == to)
    return node.setResult(node.operand(0));
  RankedTensorType type = edge::withElementType(node.type(0), to);
  if (std::optional<reference::Tensor> tensor = node.constant(0))
    return node.setResult(node.createConstant(tensor->withType(type)));
  auto isByte = [](Type t) {
    return t.isSignlessInteger(8) || t.isUnsignedInteger(8);
  };
  if (isBool(from) && isByte(to))
    return importConversion(node, to);
  if (!isByte(from) || !isByte(to))
    return node.unsupported("from " + getTypeName(from) + " to " +
                            getTypeName(to) +
                            " when the network runs; supported is that of "
                            "constants and between int8 and uint8");
  return node.setResult(
      node.builder.create<edge::ReshapeOp>(node.loc, type, node.operand(0)));
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

/// The result has the base's type; exponents may have another. Integers are
/// raised in float.
LogicalResult importer::importPow(NodeImporter &node) {
  Type base = node.type(0).getElementType();
  if (failed(requireArithmetic(node, base)) ||
      failed(requireArithmetic(node, node.type(1).getElementType())))
    return failure();
  Composer c(node);
  Type f32 = node.builder.getF32Type();
  Value power =
      c.map({c.cast(node.operand(0), f32), c.cast(node.operand(1), f32)},
            [](ScalarBuilder &s, ValueRange v) {
              return s.make<math::PowFOp>(v[0], v[1]);
            });
  return c.finish(c.cast(power, base));
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
