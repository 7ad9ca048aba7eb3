//===- EdgeOps.td - Operations of the edge dialect ---------*- tablegen -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_DIALECT_EDGE_EDGEOPS_TD
#define EDGECC_DIALECT_EDGE_EDGEOPS_TD

include "edgecc/Dialect/Edge/EdgeDialect.td"
include "edgecc/Dialect/Edge/EdgeInterfaces.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/EnumAttr.td"
include "mlir/IR/OpAsmInterface.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

//===----------------------------------------------------------------------===//
// Base classes
//===----------------------------------------------------------------------===//

def Edge_Tensor : StaticShapeTensorOf<[AnyType]>;

/// The results have the shapes that `inferReturnTypeComponents` computes.
/// Element types are checked as well where inference determines them.
def Edge_InferredShape : NativeOpTrait<"InferredShape"> {
  let cppNamespace = "::edgecc::edge";
}

/// f(clamp(x)) = clamp(f(x)): every element of the result is an element of the
/// input, chosen by position or as the largest.
def Edge_CommutesWithClamp : NativeOpTrait<"CommutesWithClamp"> {
  let cppNamespace = "::edgecc::edge";
}

/// The axes of operands and result may be permuted together; attributes that
/// name axes have to follow.
defvar Edge_PermutableAxes =
    DeclareOpInterfaceMethods<Edge_PermutableOpInterface, ["createPermuted"]>;

class Edge_Op<string mnemonic, list<Trait> traits = []>
    : Op<Edge_Dialect, mnemonic, traits>;

/// A pure operation on tensors with shape inference and reference semantics.
class Edge_TensorOp<string mnemonic, list<Trait> traits = []>
    : Edge_Op<mnemonic, !listconcat([
        Pure, InferShapedTypeOpAdaptor, Edge_InferredShape,
        DeclareOpInterfaceMethods<Edge_EvaluableOpInterface>], traits)> {
  let assemblyFormat =
      "operands attr-dict `:` functional-type(operands, results)";
}

/// Real bounds that a fused activation clamps the result to.
defvar Edge_Clamp = (ins OptionalAttr<F32Attr>:$clamp_min,
                         OptionalAttr<F32Attr>:$clamp_max);

//===----------------------------------------------------------------------===//
// Constants and elementwise operations
//===----------------------------------------------------------------------===//

def Edge_ConstantOp : Edge_Op<"constant", [
    Pure, ConstantLike, DeclareOpInterfaceMethods<Edge_EvaluableOpInterface>,
    DeclareOpInterfaceMethods<OpAsmOpInterface, ["getAsmResultNames"]>]> {
  let summary = "a constant tensor";
  let description = [{
    The value is usually a dense resource, kept out of line, so that a large
    model prints and parses quickly. The element type of the value is the
    result's, or the storage type where the result is quantized.

    Example:

    ```mlir
    %bias = edge.constant dense<[1.0, -2.0]> : tensor<2xf32> -> tensor<2xf32>
    %weights = edge.constant dense<[[3, -4]]> : tensor<1x2xi8>
        -> tensor<1x2x!quant.uniform<i8<-127:127>:f32:0, {0.5}>>
    ```
  }];
  let arguments = (ins ElementsAttr:$value);
  let results = (outs Edge_Tensor:$result);
  let assemblyFormat = "$value attr-dict `->` type($result)";
  let builders = [OpBuilder<(ins "::mlir::ElementsAttr":$value)>];
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Edge_MapOp : Edge_TensorOp<"map", [
    Edge_PermutableOpInterface, Edge_RowwiseOpInterface,
    DeclareOpInterfaceMethods<Edge_QuantizableOpInterface>,
    Edge_ChannelOpInterface,
    SingleBlockImplicitTerminator<"::edgecc::edge::YieldOp">, IsolatedFromAbove]> {
  let summary = "an elementwise function of tensors that broadcast";
  let description = [{
    The body, scalar operations of `arith` and `math`, is applied to every
    element. Operands broadcast to the result's shape as in numpy: shapes are
    aligned at the last axis, an axis of 1 repeats. The body sees unsigned
    integers as signless ones of their width. Every elementwise operator,
    and every fused chain of them, is one `edge.map`. It is never quantized:
    quantization turns it into `edge.add`, `edge.mul`, `edge.table` and the like,
    or leaves it in float between `edge.dequantize` and `edge.quantize`.

    Example:

    ```mlir
    %relu = edge.map %x : (tensor<1x4xf32>) -> tensor<1x4xf32> {
    ^bb0(%e: f32):
      %zero = arith.constant 0.0 : f32
      %max = arith.maximumf %e, %zero : f32
      edge.yield %max : f32
    }
    ```
  }];
  let arguments = (ins Variadic<Edge_Tensor>:$inputs);
  let results = (outs Edge_Tensor:$result);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    operands attr-dict `:` functional-type(operands, results) $body
  }];
  let builders = [OpBuilder<(ins "::mlir::ValueRange":$inputs,
      "::llvm::function_ref<::mlir::Value(::mlir::OpBuilder &, "
      "::mlir::Location, ::mlir::ValueRange)>":$body)>];
  let hasVerifier = 1;
  let hasCanonicalizer = 1;
}

def Edge_YieldOp : Edge_Op<"yield", [Pure, Terminator, ReturnLike,
                                     HasParent<"MapOp">]> {
  let summary = "ends the body of an edge.map with the element's value";
  let description = [{
    Example:

    ```mlir
    %copy = edge.map %x : (tensor<2xf32>) -> tensor<2xf32> {
    ^bb0(%e: f32):
      edge.yield %e : f32
    }
    ```
  }];
  let arguments = (ins AnyType:$value);
  let builders = [OpBuilder<(ins), [{ /* for the implicit terminator */ }]>];
  let assemblyFormat = "$value attr-dict `:` type($value)";
}

class Edge_BinaryQuantizedOp<string mnemonic>
    : Edge_TensorOp<mnemonic, [
        DeclareOpInterfaceMethods<Edge_ClampableOpInterface>,
        Edge_PermutableOpInterface, Edge_RowwiseOpInterface,
        DeclareOpInterfaceMethods<Edge_ChannelOpInterface,
                              ["inferChannelRanges"]>]> {
  let arguments = !con((ins Edge_Tensor:$lhs, Edge_Tensor:$rhs), Edge_Clamp);
  let results = (outs Edge_Tensor:$result);
  let hasVerifier = 1;
}

def Edge_AddOp : Edge_BinaryQuantizedOp<"add"> {
  let summary = "the sum of two quantized tensors, broadcast";
  let description = [{
    The integer form of an `edge.map` that adds. The exact rule stands in
    docs/spec/integers.md ("Addition").

    Example:

    ```mlir
    %sum = edge.add %a, %b {clamp_min = 0.0 : f32}
      : (tensor<1x4x!quant.uniform<i8:f32, 0.5>>,
         tensor<1x4x!quant.uniform<i8:f32, 0.25:3>>)
      -> tensor<1x4x!quant.uniform<i8:f32, 0.5:-128>>
    ```
  }];
}

def Edge_MulOp : Edge_BinaryQuantizedOp<"mul"> {
  let summary = "the product of two quantized tensors, broadcast";
  let description = [{
    The integer form of an `edge.map` that multiplies. The exact rule stands in
    docs/spec/integers.md ("Multiplication").

    Example:

    ```mlir
    %product = edge.mul %a, %b
      : (tensor<1x4x!quant.uniform<i8:f32, 0.5>>,
         tensor<4x!quant.uniform<i8:f32, 0.25:3>>)
      -> tensor<1x4x!quant.uniform<i8:f32, 0.5:-128>>
    ```
  }];
}

include "edgecc/Dialect/Edge/EdgeIntegerOps.td"

def Edge_TableOp : Edge_TensorOp<"table", [
    Edge_RowwiseOpInterface,
    DeclareOpInterfaceMethods<Edge_PermutableOpInterface,
                              ["isPermutedOperand"]>,
    DeclareOpInterfaceMethods<Edge_ChannelOpInterface,
                              ["inferChannelRanges", "getChannelSources"]>]> {
  let summary = "a function of an int8 tensor as a table of its 256 values";
  let description = [{
    `result = table[input + 128]` on the stored integers. The integer form of
    an `edge.map` with one operand (sigmoid, hard swish, a chain of them). Of int16
    the table has 513 values, of every 128th integer, with straight lines between
    them.

    Example:

    ```mlir
    %y = edge.table %x, %table
      : (tensor<1x4x!quant.uniform<i8:f32, 0.5>>, tensor<256xi8>)
      -> tensor<1x4x!quant.uniform<i8:f32, 0.25:3>>
    ```
  }];
  let arguments = (ins Edge_Tensor:$input, Edge_Tensor:$table);
  let results = (outs Edge_Tensor:$result);
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Convolution, matrix products
//===----------------------------------------------------------------------===//

def Edge_ConvOp : Edge_TensorOp<"conv", [
    DeclareOpInterfaceMethods<Edge_RowwiseOpInterface,
                              ["getRowWindow", "createRow", "getRowPadding"]>,
    DeclareOpInterfaceMethods<Edge_WeightedOpInterface,
                              ["getWeightGroups", "padsWithZeros"]>,
    DeclareOpInterfaceMethods<Edge_QuantizableOpInterface>,
    DeclareOpInterfaceMethods<Edge_MacCountOpInterface>,
    DeclareOpInterfaceMethods<Edge_ClampableOpInterface>,
    DeclareOpInterfaceMethods<Edge_ChannelOpInterface,
                              ["inferChannelRanges", "getChannelSources",
                               "createWithChannels"]>]> {
  let summary = "a convolution, channels last";
  let description = [{
    Cross-correlation as in ONNX `Conv`, with any number of spatial axes.
    Input [N, spatial..., C], filter [O, kernel..., C / groups], bias [O],
    result [N, spatial..., O]. `pads` are all begins, then all ends. Depthwise
    is `groups` = C. Quantized: filter per output channel with zero point 0,
    bias i32 at scale input × filter, taps outside the image count as the
    input's zero point.

    Example:

    ```mlir
    %y = edge.conv %x, %filter, %bias {
        strides = array<i64: 2, 2>, pads = array<i64: 0, 0, 1, 1>,
        dilations = array<i64: 1, 1>, groups = 1, clamp_min = 0.0 : f32}
      : (tensor<1x8x8x3xf32>, tensor<4x3x3x3xf32>, tensor<4xf32>)
      -> tensor<1x4x4x4xf32>
    ```
  }];
  let arguments = !con((ins
    Edge_Tensor:$input, Edge_Tensor:$filter, Edge_Tensor:$bias,
    DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$pads,
    DenseI64ArrayAttr:$dilations, DefaultValuedAttr<I64Attr, "1">:$groups),
    Edge_Clamp);
  let results = (outs Edge_Tensor:$result);
  let extraClassDeclaration = [{
    /// Whether each channel of the result is computed from its own channel of
    /// the input, one for one.
    bool isDepthwise();
  }];
  let hasVerifier = 1;
}

def Edge_FullyConnectedOp : Edge_TensorOp<"fully_connected", [
    DeclareOpInterfaceMethods<Edge_WeightedOpInterface>,
    DeclareOpInterfaceMethods<Edge_QuantizableOpInterface>,
    DeclareOpInterfaceMethods<Edge_MacCountOpInterface>,
    DeclareOpInterfaceMethods<Edge_ClampableOpInterface>,
    DeclareOpInterfaceMethods<Edge_ChannelOpInterface,
                              ["inferChannelRanges", "getChannelSources",
                               "createWithChannels"]>]> {
  let summary = "rows times a weight matrix, plus bias";
  let description = [{
    Input [..., K], weights [O, K], bias [O], result [..., O]. Quantized as
    `edge.conv` is.

    Example:

    ```mlir
    %y = edge.fully_connected %x, %weights, %bias
      : (tensor<1x16xf32>, tensor<10x16xf32>, tensor<10xf32>)
      -> tensor<1x10xf32>
    ```
  }];
  let arguments = !con((ins
    Edge_Tensor:$input, Edge_Tensor:$weights, Edge_Tensor:$bias), Edge_Clamp);
  let results = (outs Edge_Tensor:$result);
  let hasVerifier = 1;
}

def Edge_MatMulOp : Edge_TensorOp<"matmul", [
    DeclareOpInterfaceMethods<Edge_QuantizableOpInterface>,
    DeclareOpInterfaceMethods<Edge_MacCountOpInterface>]> {
  let summary = "a matrix product of two computed tensors, batched";
  let description = [{
    [..., M, K] times [..., K, N]; leading axes broadcast as in numpy. A
    constant right-hand matrix becomes `edge.fully_connected`. Quantized: both
    operands and the result per tensor.

    Example:

    ```mlir
    %y = edge.matmul %a, %b
      : (tensor<2x3x4xf32>, tensor<4x5xf32>) -> tensor<2x3x5xf32>
    ```
  }];
  let arguments = (ins Edge_Tensor:$lhs, Edge_Tensor:$rhs);
  let results = (outs Edge_Tensor:$result);
  let hasVerifier = 1;
  let hasCanonicalizer = 1;
}

//===----------------------------------------------------------------------===//
// Pooling, normalisation, reduction
//===----------------------------------------------------------------------===//

include "edgecc/Dialect/Edge/EdgePoolingOps.td"

//===----------------------------------------------------------------------===//
// Recurrent networks
//===----------------------------------------------------------------------===//

include "edgecc/Dialect/Edge/EdgeRecurrentOps.td"

//===----------------------------------------------------------------------===//
// Data movement
//===----------------------------------------------------------------------===//

include "edgecc/Dialect/Edge/EdgeMovementOps.td"

//===----------------------------------------------------------------------===//
// Between float and integers
//===----------------------------------------------------------------------===//

class Edge_QuantCastOp<string mnemonic, list<Trait> traits = []>
    : Edge_TensorOp<mnemonic, !listconcat([Edge_PermutableOpInterface,
                                           Edge_RowwiseOpInterface], traits)> {
  let arguments = (ins Edge_Tensor:$input);
  let results = (outs Edge_Tensor:$result);
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Edge_QuantizeOp : Edge_QuantCastOp<"quantize"> {
  let summary = "float to quantized";
  let description = [{
    `saturate(round_half_even(x / scale) + zero_point)`, as ONNX
    `QuantizeLinear`.

    Example:

    ```mlir
    %q = edge.quantize %x
      : (tensor<1x4xf32>) -> tensor<1x4x!quant.uniform<i8:f32, 0.5:3>>
    ```
  }];
}

def Edge_DequantizeOp : Edge_QuantCastOp<"dequantize"> {
  let summary = "quantized to float";
  let description = [{
    `(q - zero_point) * scale`.

    Example:

    ```mlir
    %x = edge.dequantize %q
      : (tensor<1x4x!quant.uniform<i8:f32, 0.5:3>>) -> tensor<1x4xf32>
    ```
  }];
}

def Edge_RequantizeOp : Edge_QuantCastOp<"requantize", [
    DeclareOpInterfaceMethods<Edge_ChannelOpInterface,
                              ["inferChannelRanges"]>]> {
  let summary = "from one scale and zero point to another";
  let description = [{
    The requantization rule of docs/spec/integers.md with the factor
    `scale_in / scale_out`, per tensor.

    Example:

    ```mlir
    %r = edge.requantize %q
      : (tensor<1x4x!quant.uniform<i8:f32, 0.5:3>>)
      -> tensor<1x4x!quant.uniform<i8:f32, 0.25>>
    ```
  }];
}

#endif // EDGECC_DIALECT_EDGE_EDGEOPS_TD
