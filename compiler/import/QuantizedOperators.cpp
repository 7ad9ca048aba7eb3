//===- QuantizedOperators.cpp - QLinearConv, ConvInteger, ... -------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A quantized operator is imported as its float form between conversions, thus
// the same as the model with QuantizeLinear and DequantizeLinear around the
// float operator. edge-absorb-quantization makes integers of either.
//
//===----------------------------------------------------------------------===//

#include "QuantizeLinear.h"
#include "ScalarBuilder.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::importer;

//===----------------------------------------------------------------------===//
// Operators on quantized tensors
//===----------------------------------------------------------------------===//

namespace {
/// Where a quantized operator has what its float form takes.
struct QuantizedForm {
  StringLiteral floatName;
  SmallVector<Indices> operands;
  /// int32 at the product of the first two operands' scales, or -1.
  int bias = -1;
  /// Scale and zero point of the result; no value.
  Indices result = {-1, -1, -1};
  /// Whether the result is int32, in units of the operands' steps.
  bool givesIntegers = false;
};
} // namespace

/// The axis of weights that has a scale per channel.
static Granularity getWeightAxis(NodeImporter &node, StringRef floatName,
                                 unsigned weights) {
  if (floatName == "Conv")
    return {0, 0};
  bool transposed = floatName == "Gemm" && node.getInt("transB", 0) != 0;
  return {transposed ? 0 : node.rank(weights) - 1, 0};
}

static FailureOr<Value> dequantizeBias(NodeImporter &node,
                                       const QuantizedForm &form) {
  auto input = readParameters(node, form.operands[0]);
  auto weights = readParameters(node, form.operands[1]);
  if (failed(input) || failed(weights))
    return failure();
  FailureOr<reference::Tensor> bias =
      node.requireConstant(unsigned(form.bias), "B");
  if (failed(bias))
    return failure();
  if (!*input || !*weights || !(*input)->isPerTensor() ||
      !bias->getElementType().isInteger(32)) {
    (void)node.unsupported("a bias without constant scales");
    return failure();
  }
  Parameters parameters = **weights;
  for (float &scale : parameters.scales.getData<float>())
    scale *= (*input)->getScales().front();
  parameters.zeros.assign(parameters.zeros.size(), 0);
  return dequantizeConstant(node, *bias, parameters, {bias->getRank() - 1, 0});
}

/// Sums of products of bytes. Floats have them exactly up to 2^24.
static LogicalResult importAccumulators(NodeImporter &node, Value sums) {
  FailureOr<Value> result = node.createMap(
      sums, [](OpBuilder &b, Location loc, ValueRange args) -> Value {
        return b.create<arith::FPToSIOp>(loc, b.getI32Type(), args[0]);
      });
  return failed(result) ? failure() : node.setResult(*result);
}

static LogicalResult importForm(NodeImporter &node, const QuantizedForm &form) {
  if (node.getInt("channels_last", 0) != 0)
    return node.unsupported("channels_last");
  SmallVector<Value> operands;
  for (auto [position, indices] : llvm::enumerate(form.operands)) {
    Granularity granularity =
        position == 1
            ? getWeightAxis(node, form.floatName, unsigned(indices.value))
            : Granularity();
    FailureOr<Value> real = dequantizeOperand(node, indices, granularity);
    if (failed(real))
      return failure();
    operands.push_back(*real);
  }
  if (isGiven(node, form.bias)) {
    FailureOr<Value> bias = dequantizeBias(node, form);
    if (failed(bias))
      return failure();
    operands.push_back(*bias);
  }
  NodeImporter floatNode = node.withOperands(operands);
  if (failed(findOperator(form.floatName)->import(floatNode)))
    return floatNode.getUnsupportedReason().empty()
               ? failure()
               : node.unsupported(floatNode.getUnsupportedReason());
  Value result = floatNode.getResults().front();
  // QGemm without a scale for its result gives floats.
  if (form.givesIntegers)
    return importAccumulators(node, result);
  if (!isGiven(node, form.result.scale))
    return node.setResult(result);
  FailureOr<Value> quantized =
      quantizeResult(node, result, form.result, Granularity());
  return failed(quantized) ? failure() : node.setResult(*quantized);
}

/// The table has plain functions of a node; this one remembers its form.
static Handler makeHandler(QuantizedForm form) {
  return [form](NodeImporter &node) { return importForm(node, form); };
}

/// Scale and zero point of the result, then value, scale, zero point of each
/// operand.
static LogicalResult importQLinearConcat(NodeImporter &node) {
  if (node.getNumOperands() % 3 != 2)
    return node.error() << "takes three operands per tensor, after scale and "
                           "zero point of the result";
  QuantizedForm form{"Concat", {}, -1, {-1, 0, 1}};
  for (int i = 2; i < int(node.getNumOperands()); i += 3)
    form.operands.push_back({i, i + 1, i + 2});
  return importForm(node, form);
}

//===----------------------------------------------------------------------===//
// DynamicQuantizeLinear
//===----------------------------------------------------------------------===//

/// The largest or least element, and zero, in the shape of a scalar.
static FailureOr<Value> reduceWithZero(NodeImporter &node,
                                       edge::ReduceKind kind) {
  auto axes = llvm::to_vector(llvm::seq<int64_t>(0, node.rank(0)));
  auto reduced = node.create<edge::ReduceOp>(node.operand(0), kind, axes);
  FailureOr<Value> scalar = failure();
  if (failed(reduced) || failed(scalar = node.createReshape(*reduced, {})))
    return failure();
  return node.createMap(
      *scalar, [&](OpBuilder &b, Location loc, ValueRange args) -> Value {
        ScalarBuilder s(b, loc);
        Value zero = s.constant(0, args[0]);
        return kind == edge::ReduceKind::Max ? s.max(args[0], zero)
                                             : s.min(args[0], zero);
      });
}

static LogicalResult importDynamicQuantizeLinear(NodeImporter &node) {
  if (failed(node.requireFloat(0)))
    return failure();
  Type stored = node.builder.getIntegerType(8, /*isSigned=*/false);
  FailureOr<Value> max = reduceWithZero(node, edge::ReduceKind::Max);
  FailureOr<Value> min = reduceWithZero(node, edge::ReduceKind::Min);
  if (failed(max) || failed(min))
    return failure();
  FailureOr<Value> scale = node.createMap(
      {*max, *min}, [](OpBuilder &b, Location loc, ValueRange args) -> Value {
        ScalarBuilder s(b, loc);
        return s.div(s.sub(args[0], args[1]), s.constant(255, args[0]));
      });
  if (failed(scale))
    return failure();
  // Zeros alone have the scale 0; 0 / 0 would be no number.
  auto divide = [](ScalarBuilder &s, Value a, Value b) {
    Value zero = s.constant(0, b);
    return s.select(s.equal(b, zero), zero, s.div(a, b));
  };
  FailureOr<Value> zero = node.createMap(
      {*min, *scale}, [&](OpBuilder &b, Location loc, ValueRange args) {
        ScalarBuilder s(b, loc);
        return s.clamp(
            s.make<math::RoundEvenOp>(divide(s, s.neg(args[0]), args[1])), 0,
            255);
      });
  if (failed(zero))
    return failure();
  FailureOr<Value> units = node.createMap(
      {node.operand(0), *scale, *zero},
      [&](OpBuilder &b, Location loc, ValueRange args) {
        ScalarBuilder s(b, loc);
        Value units = s.make<math::RoundEvenOp>(divide(s, args[0], args[1]));
        return s.clamp(s.add(units, args[2]), 0, 255);
      });
  if (failed(units) ||
      failed(node.setResult(
          0, createToStored(node.builder, node.loc, *units, stored))) ||
      failed(node.setResult(1, *scale)))
    return failure();
  return node.setResult(2,
                        createToStored(node.builder, node.loc, *zero, stored));
}

//===----------------------------------------------------------------------===//
// The table
//===----------------------------------------------------------------------===//

#define EDGE_CONV_ATTRIBUTES                                                   \
  "auto_pad:string dilations:ints group:int kernel_shape:ints pads:ints "      \
  "strides:ints"
#define EDGE_POOL_ATTRIBUTES                                                   \
  "auto_pad:string ceil_mode:int channels_last:int count_include_pad:int "     \
  "dilations:ints kernel_shape:ints pads:ints strides:ints"

SmallVector<Operator> importer::getQuantizedOperators() {
  static constexpr StringLiteral ms = "com.microsoft";
  auto unary = [](StringLiteral floatName) {
    return makeHandler({floatName, {{0, 1, 2}}, -1, {-1, 3, 4}});
  };
  auto binary = [](StringLiteral floatName) {
    return makeHandler({floatName, {{0, 1, 2}, {3, 4, 5}}, -1, {-1, 6, 7}});
  };
  auto integer = [](StringLiteral floatName) {
    return makeHandler({floatName,
                        {{0, -1, 2}, {1, -1, 3}},
                        -1,
                        {-1, -1, -1},
                        /*givesIntegers=*/true});
  };
  // clang-format off
  SmallVector<Operator> operators = {
    {"ConvInteger", 10, 2, 4, EDGE_CONV_ATTRIBUTES, integer("Conv"), "computes in float"},
    {"DequantizeLinear", 10, 2, 3, "axis:int block_size:int output_dtype:int=1", importDequantizeLinear},
    {"DynamicQuantizeLinear", 11, 1, 1, "", importDynamicQuantizeLinear, "computes in float"},
    {"MatMulInteger", 10, 2, 4, "", integer("MatMul"), "computes in float"},
    {"QLinearConv", 10, 8, 9, EDGE_CONV_ATTRIBUTES,
     makeHandler({"Conv", {{0, 1, 2}, {3, 4, 5}}, 8, {-1, 6, 7}}), "constant scales"},
    {"QLinearMatMul", 10, 8, 8, "", binary("MatMul")},
    {"QuantizeLinear", 10, 2, 3, "axis:int block_size:int output_dtype:int precision:ignored saturate:ignored",
     importQuantizeLinear, "to int8, uint8"},
    {"QGemm", 7, 6, 9, "alpha:float transA:int transB:int",
     makeHandler({"Gemm", {{0, 1, 2}, {3, 4, 5}}, 6, {-1, 7, 8}}), "constant scales", ms},
    {"QLinearAdd", 7, 7, 8, "", binary("Add"), "", ms},
    {"QLinearAveragePool", 7, 4, 5, EDGE_POOL_ATTRIBUTES, unary("AveragePool"), "", ms},
    {"QLinearConcat", 7, 5, kVariadic, "axis:int", importQLinearConcat, "", ms},
    {"QLinearGlobalAveragePool", 7, 5, 5, "channels_last:int", unary("GlobalAveragePool"), "", ms},
    {"QLinearLeakyRelu", 7, 4, 5, "alpha:float", unary("LeakyRelu"), "", ms},
    {"QLinearMul", 7, 7, 8, "", binary("Mul"), "", ms},
    {"QLinearSigmoid", 7, 4, 5, "", unary("Sigmoid"), "", ms},
    {"QLinearSoftmax", 7, 5, 5, "axis:int opset:ignored", unary("Softmax"), "", ms},
  };
  // clang-format on
  for (Operator &entry : operators)
    entry.takesQuantized = true;
  return operators;
}
