//===- Elementwise.cpp - Elementwise operators ----------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// Each operator is an entry of a table: name, operands, attributes, the element
// types it takes, and the function of one element, which becomes the body of an
// edge.map. Nothing else has to be said about an elementwise operator.

#include "OperatorTable.h"
#include "ScalarBuilder.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::importer;

namespace {
/// Element types that an operator takes.
enum Types : unsigned { Float = 1, Int = 2, Bool = 4, Number = Float | Int };

using S = ScalarBuilder &;
using Args = ValueRange;
/// The function of one element; attributes come from the node.
using Body = Value (*)(ScalarBuilder &s, const NodeImporter &node,
                       ValueRange args);

struct Entry {
  StringLiteral name;
  int64_t since;
  int operands; // kVariadic: folds the body over one or more
  unsigned types;
  StringLiteral attributes;
  Body body;
  /// What follows after the fold of a variadic operator.
  Body finish = nullptr;
};
} // namespace

using Node = const NodeImporter &;

//===----------------------------------------------------------------------===//
// Functions too long for the table
//===----------------------------------------------------------------------===//

static Value elu(ScalarBuilder &s, Value x, double alpha) {
  Value zero = s.constant(0, x);
  Value negative = s.mul(s.constant(alpha, x), s.make<math::ExpM1Op>(x));
  return s.select(s.less(zero, x), x, negative);
}

/// 0.5 x (1 + erf(x / sqrt 2)), or its approximation by tanh.
static Value gelu(ScalarBuilder &s, Node node, Args a) {
  Value x = a[0], half = s.constant(0.5, x), one = s.constant(1, x);
  Value inner;
  if (node.getString("approximate", "none") == "tanh") {
    Value cube = s.mul(s.mul(x, x), x);
    Value sum = s.add(x, s.mul(s.constant(0.044715, x), cube));
    inner = s.tanh(s.mul(s.constant(0.7978845608028654, x), sum));
  } else {
    inner = s.make<math::ErfOp>(s.mul(x, s.constant(0.7071067811865476, x)));
  }
  return s.mul(s.mul(half, x), s.add(one, inner));
}

/// Without fmod, the result has the divisor's sign, as in Python.
static Value modulo(ScalarBuilder &s, Node node, Args a) {
  Value rest = s.either<arith::RemFOp, arith::RemSIOp>(a[0], a[1]);
  if (node.getInt("fmod", 0) != 0)
    return rest;
  Value zero = s.constant(0, rest);
  Value differ = s.make<arith::XOrIOp>(s.less(rest, zero), s.less(a[1], zero));
  Value wrong =
      s.make<arith::AndIOp>(s.logicalNot(s.equal(rest, zero)), differ);
  return s.select(wrong, s.add(rest, a[1]), rest);
}

static Value divideByCount(ScalarBuilder &s, Node node, Args a) {
  return s.div(a[0], s.constant(node.getNumOperands(), a[0]));
}

static Value sign(ScalarBuilder &s, Node, Args a) {
  Value zero = s.constant(0, a[0]);
  Value nonPositive = s.select(s.less(a[0], zero), s.constant(-1, a[0]), zero);
  return s.select(s.less(zero, a[0]), s.constant(1, a[0]), nonPositive);
}

/// Outside of [-lambd, lambd] moved towards it by the bias, inside 0.
static Value shrink(ScalarBuilder &s, Node node, Args a) {
  Value lambd = s.constant(node.getFloat("lambd", 0.5f), a[0]);
  Value bias = s.constant(node.getFloat("bias", 0.0f), a[0]);
  Value upper =
      s.select(s.less(lambd, a[0]), s.sub(a[0], bias), s.constant(0, a[0]));
  return s.select(s.less(a[0], s.neg(lambd)), s.add(a[0], bias), upper);
}

/// Bits that are shifted in are 0 on the left and copies of the sign on the
/// right, also where the distance is the width or more, or negative.
static Value bitShift(ScalarBuilder &s, Node node, Args a) {
  unsigned width = a[0].getType().getIntOrFloatBitWidth();
  Value zero = s.constant(0, a[0]), last = s.constant(width - 1, a[0]);
  Value inside = s.make<arith::AndIOp>(s.lessOrEqual(zero, a[1]),
                                       s.lessOrEqual(a[1], last));
  Value distance = s.select(inside, a[1], zero);
  if (node.getString("direction", "") == "LEFT")
    return s.select(inside, s.make<arith::ShLIOp>(a[0], distance), zero);
  Value sign = s.make<arith::ShRSIOp>(a[0], last);
  return s.select(inside, s.make<arith::ShRSIOp>(a[0], distance), sign);
}

//===----------------------------------------------------------------------===//
// The table
//===----------------------------------------------------------------------===//

// clang-format off
static const Entry kEntries[] = {
  {"Abs", 7, 1, Number, "", [](S s, Node, Args a) { return s.abs(a[0]); }},
  {"Acos", 7, 1, Float, "", [](S s, Node, Args a) { return s.make<math::AcosOp>(a[0]); }},
  {"Acosh", 9, 1, Float, "", [](S s, Node, Args a) { return s.make<math::AcoshOp>(a[0]); }},
  {"Add", 7, 2, Number, "", [](S s, Node, Args a) { return s.add(a[0], a[1]); }},
  {"And", 7, 2, Bool, "", [](S s, Node, Args a) { return s.make<arith::AndIOp>(a[0], a[1]); }},
  {"Asin", 7, 1, Float, "", [](S s, Node, Args a) { return s.make<math::AsinOp>(a[0]); }},
  {"Asinh", 9, 1, Float, "", [](S s, Node, Args a) { return s.make<math::AsinhOp>(a[0]); }},
  {"Atan", 7, 1, Float, "", [](S s, Node, Args a) { return s.make<math::AtanOp>(a[0]); }},
  {"Atanh", 9, 1, Float, "", [](S s, Node, Args a) { return s.make<math::AtanhOp>(a[0]); }},
  {"BitwiseAnd", 18, 2, Int, "", [](S s, Node, Args a) { return s.make<arith::AndIOp>(a[0], a[1]); }},
  {"BitwiseNot", 18, 1, Int, "", [](S s, Node, Args a) { return s.make<arith::XOrIOp>(a[0], s.constant(-1, a[0])); }},
  {"BitwiseOr", 18, 2, Int, "", [](S s, Node, Args a) { return s.make<arith::OrIOp>(a[0], a[1]); }},
  {"BitwiseXor", 18, 2, Int, "", [](S s, Node, Args a) { return s.make<arith::XOrIOp>(a[0], a[1]); }},
  {"BitShift", 11, 2, Int, "direction:string", bitShift},
  {"Ceil", 7, 1, Float, "", [](S s, Node, Args a) { return s.make<math::CeilOp>(a[0]); }},
  {"Celu", 12, 1, Float, "alpha:float", [](S s, Node n, Args a) {
     double alpha = n.getFloat("alpha", 1.0f);
     Value zero = s.constant(0, a[0]), scale = s.constant(alpha, a[0]);
     Value low = s.mul(scale, s.make<math::ExpM1Op>(s.div(a[0], scale)));
     return s.add(s.max(a[0], zero), s.min(low, zero)); }},
  {"Cos", 7, 1, Float, "", [](S s, Node, Args a) { return s.make<math::CosOp>(a[0]); }},
  {"Cosh", 9, 1, Float, "", [](S s, Node, Args a) { return s.make<math::CoshOp>(a[0]); }},
  {"Div", 7, 2, Number, "", [](S s, Node, Args a) { return s.div(a[0], a[1]); }},
  {"Elu", 7, 1, Float, "alpha:float", [](S s, Node n, Args a) { return elu(s, a[0], n.getFloat("alpha", 1.0f)); }},
  {"Equal", 7, 2, Number | Bool, "", [](S s, Node, Args a) { return s.equal(a[0], a[1]); }},
  {"Erf", 9, 1, Float, "", [](S s, Node, Args a) { return s.make<math::ErfOp>(a[0]); }},
  {"Exp", 7, 1, Float, "", [](S s, Node, Args a) { return s.exp(a[0]); }},
  {"Floor", 7, 1, Float, "", [](S s, Node, Args a) { return s.make<math::FloorOp>(a[0]); }},
  {"Gelu", 20, 1, Float, "approximate:string", gelu},
  {"Greater", 7, 2, Number, "", [](S s, Node, Args a) { return s.less(a[1], a[0]); }},
  {"GreaterOrEqual", 12, 2, Number, "", [](S s, Node, Args a) { return s.lessOrEqual(a[1], a[0]); }},
  {"HardSigmoid", 7, 1, Float, "alpha:float beta:float", [](S s, Node n, Args a) {
     Value alpha = s.constant(n.getFloat("alpha", 0.2f), a[0]);
     Value beta = s.constant(n.getFloat("beta", 0.5f), a[0]);
     return s.clamp(s.add(s.mul(a[0], alpha), beta), 0, 1); }},
  {"HardSwish", 14, 1, Float, "", [](S s, Node, Args a) {
     Value sixth = s.constant(1.0 / 6, a[0]), half = s.constant(0.5, a[0]);
     return s.mul(a[0], s.clamp(s.add(s.mul(a[0], sixth), half), 0, 1)); }},
  {"IsInf", 10, 1, Float, "detect_negative:int detect_positive:int", [](S s, Node n, Args a) {
     bool low = n.getInt("detect_negative", 1), high = n.getInt("detect_positive", 1);
     Value x = low && high ? s.abs(a[0]) : low ? s.neg(a[0]) : a[0];
     return s.equal(x, s.constant(low || high ? INFINITY : NAN, x)); }},
  {"IsNaN", 9, 1, Float, "", [](S s, Node, Args a) { return s.make<arith::CmpFOp>(arith::CmpFPredicate::UNO, a[0], a[0]); }},
  {"LeakyRelu", 7, 1, Float, "alpha:float", [](S s, Node n, Args a) {
     Value scaled = s.mul(a[0], s.constant(n.getFloat("alpha", 0.01f), a[0]));
     return s.select(s.less(a[0], s.constant(0, a[0])), scaled, a[0]); }},
  {"Less", 7, 2, Number, "", [](S s, Node, Args a) { return s.less(a[0], a[1]); }},
  {"LessOrEqual", 12, 2, Number, "", [](S s, Node, Args a) { return s.lessOrEqual(a[0], a[1]); }},
  {"Log", 7, 1, Float, "", [](S s, Node, Args a) { return s.log(a[0]); }},
  {"Max", 7, kVariadic, Number, "", [](S s, Node, Args a) { return s.max(a[0], a[1]); }},
  {"Mean", 8, kVariadic, Float, "", [](S s, Node, Args a) { return s.add(a[0], a[1]); }, divideByCount},
  {"Min", 7, kVariadic, Number, "", [](S s, Node, Args a) { return s.min(a[0], a[1]); }},
  {"Mish", 18, 1, Float, "", [](S s, Node, Args a) { return s.mul(a[0], s.tanh(s.softplus(a[0]))); }},
  {"Mod", 10, 2, Number, "fmod:int", modulo},
  {"Mul", 7, 2, Number, "", [](S s, Node, Args a) { return s.mul(a[0], a[1]); }},
  {"Neg", 7, 1, Number, "", [](S s, Node, Args a) { return s.neg(a[0]); }},
  {"Not", 7, 1, Bool, "", [](S s, Node, Args a) { return s.logicalNot(a[0]); }},
  {"Or", 7, 2, Bool, "", [](S s, Node, Args a) { return s.make<arith::OrIOp>(a[0], a[1]); }},
  {"PRelu", 7, 2, Float, "", [](S s, Node, Args a) {
     return s.select(s.less(a[0], s.constant(0, a[0])), s.mul(a[0], a[1]), a[0]); }},
  {"Reciprocal", 7, 1, Float, "", [](S s, Node, Args a) { return s.div(s.constant(1, a[0]), a[0]); }},
  {"Relu", 7, 1, Number, "", [](S s, Node, Args a) { return s.max(a[0], s.constant(0, a[0])); }},
  {"Round", 11, 1, Float, "", [](S s, Node, Args a) { return s.make<math::RoundEvenOp>(a[0]); }},
  {"Selu", 7, 1, Float, "alpha:float gamma:float", [](S s, Node n, Args a) {
     Value gamma = s.constant(n.getFloat("gamma", 1.05070102214813232421875f), a[0]);
     return s.mul(gamma, elu(s, a[0], n.getFloat("alpha", 1.67326319217681884765625f))); }},
  {"Shrink", 9, 1, Number, "bias:float lambd:float", shrink},
  {"Sigmoid", 7, 1, Float, "", [](S s, Node, Args a) { return s.sigmoid(a[0]); }},
  {"Sign", 9, 1, Number, "", sign},
  {"Sin", 7, 1, Float, "", [](S s, Node, Args a) { return s.make<math::SinOp>(a[0]); }},
  {"Sinh", 9, 1, Float, "", [](S s, Node, Args a) { return s.make<math::SinhOp>(a[0]); }},
  {"Softplus", 7, 1, Float, "", [](S s, Node, Args a) { return s.softplus(a[0]); }},
  {"Softsign", 7, 1, Float, "", [](S s, Node, Args a) { return s.div(a[0], s.add(s.constant(1, a[0]), s.abs(a[0]))); }},
  {"Sqrt", 7, 1, Float, "", [](S s, Node, Args a) { return s.make<math::SqrtOp>(a[0]); }},
  {"Sub", 7, 2, Number, "", [](S s, Node, Args a) { return s.sub(a[0], a[1]); }},
  {"Sum", 8, kVariadic, Float, "", [](S s, Node, Args a) { return s.add(a[0], a[1]); }},
  {"SwiGLU", 28, 2, Float, "alpha:float", [](S s, Node n, Args a) {
     Value alpha = s.constant(n.getFloat("alpha", 1.0f), a[0]);
     return s.mul(s.mul(a[0], s.sigmoid(s.mul(alpha, a[0]))), a[1]); }},
  {"Swish", 24, 1, Float, "alpha:float", [](S s, Node n, Args a) {
     return s.mul(a[0], s.sigmoid(s.mul(s.constant(n.getFloat("alpha", 1.0f), a[0]), a[0]))); }},
  {"Tan", 7, 1, Float, "", [](S s, Node, Args a) { return s.make<math::TanOp>(a[0]); }},
  {"Tanh", 7, 1, Float, "", [](S s, Node, Args a) { return s.tanh(a[0]); }},
  {"ThresholdedRelu", 10, 1, Float, "alpha:float", [](S s, Node n, Args a) {
     Value above = s.less(s.constant(n.getFloat("alpha", 1.0f), a[0]), a[0]);
     return s.select(above, a[0], s.constant(0, a[0])); }},
  {"Xor", 7, 2, Bool, "", [](S s, Node, Args a) { return s.make<arith::XOrIOp>(a[0], a[1]); }},
};
// clang-format on

//===----------------------------------------------------------------------===//
// The handler of all entries
//===----------------------------------------------------------------------===//

/// The bit of `Types` that an element type is.
static unsigned getTypeBit(Type type) {
  if (type.isF32())
    return Float;
  if (type.isSignlessInteger(1))
    return Bool;
  return type.isSignlessInteger() || type.isUnsignedInteger(8) ? Int : 0;
}

static std::string describeTypes(unsigned types) {
  SmallVector<StringRef> names;
  if (types & Float)
    names.push_back("float");
  if (types & Int)
    names.append({"int64", "int32", "int8", "uint8"});
  if (types & Bool)
    names.push_back("bool");
  return llvm::join(names, ", ");
}

/// All operands of one element type, which the operator takes.
static LogicalResult checkTypes(NodeImporter &node, unsigned types) {
  Type first = node.type(0).getElementType();
  for (unsigned index = 0; index != node.getNumOperands(); ++index) {
    Type type = node.type(index).getElementType();
    if (type != first)
      return node.error() << "operands have elements of type "
                          << getTypeName(first) << " and " << getTypeName(type)
                          << "; they have to be the same";
  }
  if (getTypeBit(first) & types)
    return success();
  return node.unsupported("elements of type " + getTypeName(first) +
                          "; supported are " + describeTypes(types));
}

static LogicalResult importEntry(NodeImporter &node, const Entry &entry) {
  for (unsigned index = 0; index != node.getNumOperands(); ++index)
    if (!node.has(index))
      return node.error() << "operand " << index << " is left out";
  if (failed(checkTypes(node, entry.types)))
    return failure();
  if (entry.operands == kVariadic && node.getNumOperands() == 1)
    return node.setResult(node.operand(0));
  FailureOr<Value> result = node.createMap(
      node.getOperands(), [&](OpBuilder &builder, Location loc, Args args) {
        ScalarBuilder s(builder, loc);
        if (entry.operands != kVariadic)
          return entry.body(s, node, args);
        Value folded = args[0];
        for (Value next : args.drop_front())
          folded = entry.body(s, node, {folded, next});
        return entry.finish ? entry.finish(s, node, folded) : folded;
      });
  return failed(result) ? failure() : node.setResult(*result);
}

SmallVector<Operator> importer::getElementwiseOperators() {
  SmallVector<Operator> operators;
  for (const Entry &entry : kEntries) {
    int minOperands = entry.operands == kVariadic ? 1 : entry.operands;
    operators.push_back(
        {entry.name, entry.since, minOperands, entry.operands, entry.attributes,
         [&entry](NodeImporter &node) { return importEntry(node, entry); }});
  }
  return operators;
}
