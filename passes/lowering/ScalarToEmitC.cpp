//===- ScalarToEmitC.cpp - Scalar functions as EmitC ----------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ScalarToEmitC.h"

#include "mlir/Conversion/ArithToEmitC/ArithToEmitC.h"
#include "mlir/Conversion/FuncToEmitC/FuncToEmitC.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/EmitC/IR/EmitC.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Transforms/DialectConversion.h"

using namespace mlir;

namespace {

/// Operations that are calls in C++. Those without "std::" come from
/// backends/kernels/scalar.h, which says what they do with NaN, and
/// exponential.h.
struct ScalarFunction {
  StringLiteral operation, function;
};
constexpr ScalarFunction kFunctions[] = {
    {"arith.maximumf", "kernels::maximum"},
    {"arith.minimumf", "kernels::minimum"},
    {"arith.maxnumf", "std::fmax"},
    {"arith.minnumf", "std::fmin"},
    {"arith.maxsi", "kernels::maximum"},
    {"arith.minsi", "kernels::minimum"},
    {"arith.maxui", "kernels::maximum"},
    {"arith.minui", "kernels::minimum"},
    {"arith.negf", "kernels::negate"},
    {"arith.remf", "std::fmod"},
    {"math.absf", "std::fabs"},
    {"math.absi", "kernels::absolute"},
    {"math.acos", "std::acos"},
    {"math.acosh", "std::acosh"},
    {"math.asin", "std::asin"},
    {"math.asinh", "std::asinh"},
    {"math.atan", "std::atan"},
    {"math.atanh", "std::atanh"},
    {"math.ceil", "std::ceil"},
    {"math.copysign", "std::copysign"},
    {"math.cos", "std::cos"},
    {"math.cosh", "std::cosh"},
    {"math.erf", "kernels::errorFunction"},
    {"math.exp", "kernels::exponential"},
    {"math.expm1", "std::expm1"},
    {"math.floor", "std::floor"},
    {"math.log", "std::log"},
    {"math.log1p", "std::log1p"},
    {"math.powf", "std::pow"},
    {"math.round", "std::round"},
    {"math.roundeven", "std::nearbyint"},
    {"math.rsqrt", "kernels::reciprocalSqrt"},
    {"math.sin", "std::sin"},
    {"math.sinh", "std::sinh"},
    {"math.sqrt", "std::sqrt"},
    {"math.tan", "std::tan"},
    {"math.tanh", "kernels::hyperbolicTangent"},
    {"math.trunc", "std::trunc"},
};

/// An operation of the table, as a call.
struct ScalarCall : ConversionPattern {
  ScalarCall(TypeConverter &converter, MLIRContext *context,
             const ScalarFunction &entry)
      : ConversionPattern(converter, entry.operation, /*benefit=*/1, context),
        function(entry.function) {}

  LogicalResult
  matchAndRewrite(Operation *op, ArrayRef<Value> operands,
                  ConversionPatternRewriter &rewriter) const override {
    rewriter.replaceOpWithNewOp<emitc::CallOpaqueOp>(op, op->getResultTypes(),
                                                     function, operands);
    return success();
  }

  StringRef function;
};

/// Comparison of floats: ordered predicates, and the unordered forms of
/// equality, are operators of C++.
struct CompareFloat : OpConversionPattern<arith::CmpFOp> {
  using OpConversionPattern::OpConversionPattern;

  static std::optional<emitc::CmpPredicate>
  getPredicate(arith::CmpFPredicate predicate) {
    switch (predicate) {
    case arith::CmpFPredicate::OEQ:
      return emitc::CmpPredicate::eq;
    case arith::CmpFPredicate::UNE:
      return emitc::CmpPredicate::ne;
    case arith::CmpFPredicate::OLT:
      return emitc::CmpPredicate::lt;
    case arith::CmpFPredicate::OLE:
      return emitc::CmpPredicate::le;
    case arith::CmpFPredicate::OGT:
      return emitc::CmpPredicate::gt;
    case arith::CmpFPredicate::OGE:
      return emitc::CmpPredicate::ge;
    default:
      return std::nullopt;
    }
  }

  static arith::CmpFPredicate getNegation(arith::CmpFPredicate predicate) {
    switch (predicate) {
    case arith::CmpFPredicate::UGE:
      return arith::CmpFPredicate::OLT;
    case arith::CmpFPredicate::UGT:
      return arith::CmpFPredicate::OLE;
    case arith::CmpFPredicate::ULE:
      return arith::CmpFPredicate::OGT;
    case arith::CmpFPredicate::ULT:
      return arith::CmpFPredicate::OGE;
    default:
      return predicate;
    }
  }

  LogicalResult
  matchAndRewrite(arith::CmpFOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if (std::optional<emitc::CmpPredicate> direct =
            getPredicate(op.getPredicate())) {
      rewriter.replaceOpWithNewOp<emitc::CmpOp>(
          op, op.getType(), *direct, adaptor.getLhs(), adaptor.getRhs());
      return success();
    }
    // Most others are the negation of one of these.
    if (std::optional<emitc::CmpPredicate> inverse =
            getPredicate(getNegation(op.getPredicate()))) {
      auto compared =
          rewriter.create<emitc::CmpOp>(op.getLoc(), op.getType(), *inverse,
                                        adaptor.getLhs(), adaptor.getRhs());
      rewriter.replaceOpWithNewOp<emitc::LogicalNotOp>(op, op.getType(),
                                                       compared);
      return success();
    }
    if (op.getPredicate() != arith::CmpFPredicate::UNO)
      return rewriter.notifyMatchFailure(op, "predicate has no C++ form");
    rewriter.replaceOpWithNewOp<emitc::CallOpaqueOp>(
        op, op.getType(), "kernels::isUnordered", adaptor.getOperands());
    return success();
  }
};

/// Integer operations whose EmitC form has the same operands.
template <typename SourceOp, typename TargetOp>
struct SameOperands : OpConversionPattern<SourceOp> {
  using OpConversionPattern<SourceOp>::OpConversionPattern;

  LogicalResult
  matchAndRewrite(SourceOp op, typename SourceOp::Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    rewriter.replaceOpWithNewOp<TargetOp>(op, op.getType(),
                                          adaptor.getOperands());
    return success();
  }
};

/// Conversions of unsigned numbers: signless integers are signed in C++.
template <typename SourceOp>
struct ConvertUnsigned : OpConversionPattern<SourceOp> {
  using OpConversionPattern<SourceOp>::OpConversionPattern;

  LogicalResult
  matchAndRewrite(SourceOp op, typename SourceOp::Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Value value = adaptor.getIn();
    unsigned width = value.getType().getIntOrFloatBitWidth();
    if (width != 1)
      value = rewriter.create<emitc::CastOp>(
          op.getLoc(), rewriter.getIntegerType(width, /*isSigned=*/false),
          value);
    rewriter.replaceOpWithNewOp<emitc::CastOp>(op, op.getType(), value);
    return success();
  }
};

} // namespace

llvm::LogicalResult edgecc::convertScalarFunctions(ModuleOp module) {
  MLIRContext *context = module.getContext();
  TypeConverter converter;
  converter.addConversion([](Type type) { return type; });

  RewritePatternSet patterns(context);
  populateFuncToEmitCPatterns(patterns);
  populateArithToEmitCPatterns(converter, patterns);
  for (const ScalarFunction &entry : kFunctions)
    patterns.add<ScalarCall>(converter, context, entry);
  patterns.add<CompareFloat, SameOperands<arith::AndIOp, emitc::BitwiseAndOp>,
               SameOperands<arith::OrIOp, emitc::BitwiseOrOp>,
               SameOperands<arith::XOrIOp, emitc::BitwiseXorOp>,
               SameOperands<arith::SIToFPOp, emitc::CastOp>,
               ConvertUnsigned<arith::UIToFPOp>,
               SameOperands<arith::FPToSIOp, emitc::CastOp>,
               SameOperands<arith::FPToUIOp, emitc::CastOp>,
               SameOperands<arith::ExtSIOp, emitc::CastOp>,
               ConvertUnsigned<arith::ExtUIOp>,
               SameOperands<arith::TruncIOp, emitc::CastOp>,
               SameOperands<arith::ExtFOp, emitc::CastOp>,
               SameOperands<arith::TruncFOp, emitc::CastOp>>(converter,
                                                             context);

  ConversionTarget target(*context);
  target.addLegalDialect<emitc::EmitCDialect>();
  target.addIllegalDialect<arith::ArithDialect, func::FuncDialect,
                           math::MathDialect>();
  target.addLegalOp<ModuleOp>();
  return applyFullConversion(module, target, std::move(patterns));
}
