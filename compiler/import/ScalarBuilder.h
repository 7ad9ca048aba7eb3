//===- ScalarBuilder.h - Bodies of elementwise functions --------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_COMPILER_IMPORT_SCALARBUILDER_H
#define EDGECC_COMPILER_IMPORT_SCALARBUILDER_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Builders.h"

namespace edgecc::importer {

/// Writes scalar arithmetic on floats or integers, whichever the operands are,
/// so that the body of an edge.map reads like a formula.
class ScalarBuilder {
public:
  using Value = mlir::Value;

  ScalarBuilder(mlir::OpBuilder &builder, mlir::Location loc)
      : builder(builder), loc(loc) {}

  /// A constant of the type of `like`.
  Value constant(double value, Value like) {
    return constant(value, like.getType());
  }
  Value constant(double value, mlir::Type type) {
    mlir::TypedAttr attr;
    if (llvm::isa<mlir::FloatType>(type))
      attr = builder.getFloatAttr(type, value);
    else
      attr = builder.getIntegerAttr(type, saturate(value));
    return builder.create<mlir::arith::ConstantOp>(loc, attr);
  }

  template <typename OpT, typename... Args> Value make(Args... args) {
    return builder.create<OpT>(loc, args...);
  }
  /// One operation for floats, one for integers.
  template <typename FloatT, typename IntT> Value either(Value a, Value b) {
    return isFloat(a) ? make<FloatT>(a, b) : make<IntT>(a, b);
  }

  Value add(Value a, Value b) {
    return either<mlir::arith::AddFOp, mlir::arith::AddIOp>(a, b);
  }
  Value sub(Value a, Value b) {
    return either<mlir::arith::SubFOp, mlir::arith::SubIOp>(a, b);
  }
  Value mul(Value a, Value b) {
    return either<mlir::arith::MulFOp, mlir::arith::MulIOp>(a, b);
  }
  Value div(Value a, Value b) {
    return either<mlir::arith::DivFOp, mlir::arith::DivSIOp>(a, b);
  }
  Value max(Value a, Value b) {
    return either<mlir::arith::MaximumFOp, mlir::arith::MaxSIOp>(a, b);
  }
  Value min(Value a, Value b) {
    return either<mlir::arith::MinimumFOp, mlir::arith::MinSIOp>(a, b);
  }
  Value neg(Value a) {
    return isFloat(a) ? make<mlir::arith::NegFOp>(a) : sub(constant(0, a), a);
  }
  Value abs(Value a) {
    return isFloat(a) ? make<mlir::math::AbsFOp>(a)
                      : make<mlir::math::AbsIOp>(a);
  }
  Value exp(Value a) { return make<mlir::math::ExpOp>(a); }
  Value log(Value a) { return make<mlir::math::LogOp>(a); }
  Value tanh(Value a) { return make<mlir::math::TanhOp>(a); }
  Value sigmoid(Value a) {
    Value one = constant(1, a);
    return div(one, add(one, exp(neg(a))));
  }
  /// log(1 + exp(a)) without overflow.
  Value softplus(Value a) {
    return add(max(a, constant(0, a)),
               make<mlir::math::Log1pOp>(exp(neg(abs(a)))));
  }
  Value clamp(Value a, double low, double high) {
    return min(max(a, constant(low, a)), constant(high, a));
  }
  Value less(Value a, Value b) {
    return compare(mlir::arith::CmpFPredicate::OLT,
                   mlir::arith::CmpIPredicate::slt, a, b);
  }
  Value lessOrEqual(Value a, Value b) {
    return compare(mlir::arith::CmpFPredicate::OLE,
                   mlir::arith::CmpIPredicate::sle, a, b);
  }
  Value equal(Value a, Value b) {
    return compare(mlir::arith::CmpFPredicate::OEQ,
                   mlir::arith::CmpIPredicate::eq, a, b);
  }
  Value compare(mlir::arith::CmpFPredicate floats,
                mlir::arith::CmpIPredicate integers, Value a, Value b) {
    return isFloat(a) ? make<mlir::arith::CmpFOp>(floats, a, b)
                      : make<mlir::arith::CmpIOp>(integers, a, b);
  }
  Value select(Value condition, Value a, Value b) {
    return make<mlir::arith::SelectOp>(condition, a, b);
  }
  Value logicalNot(Value a) {
    return make<mlir::arith::XOrIOp>(a, constant(1, a));
  }

private:
  /// The nearest int64; bounds of Clip may be larger.
  static int64_t saturate(double value) {
    constexpr double kLimit = 9223372036854775808.0; // 2^63
    if (value >= kLimit)
      return std::numeric_limits<int64_t>::max();
    if (value <= -kLimit)
      return std::numeric_limits<int64_t>::min();
    return int64_t(value);
  }
  static bool isFloat(Value value) {
    return llvm::isa<mlir::FloatType>(value.getType());
  }

  mlir::OpBuilder &builder;
  mlir::Location loc;
};

} // namespace edgecc::importer

#endif // EDGECC_COMPILER_IMPORT_SCALARBUILDER_H
