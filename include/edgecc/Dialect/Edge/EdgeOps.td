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

defvar Edge_Window = (ins
  DenseI64ArrayAttr:$kernel, DenseI64ArrayAttr:$strides,
  DenseI64ArrayAttr:$pads, DenseI64ArrayAttr:$dilations,
  DefaultValuedAttr<BoolAttr, "false">:$ceil_mode);

def Edge_MaxPoolOp : Edge_TensorOp<"max_pool", [
    DeclareOpInterfaceMethods<Edge_RowwiseOpInterface,
                              ["getRowWindow", "createRow", "getRowPadding"]>,
    Edge_CommutesWithClamp,
    DeclareOpInterfaceMethods<Edge_QuantizableOpInterface,
      ["getSameTypeOperands"]>,
    DeclareOpInterfaceMethods<Edge_ChannelOpInterface,
                              ["inferChannelRanges"]>]> {
  let summary = "the maximum over windows, channels last";
  let description = [{
    Input [N, spatial..., C]. Taps outside the image do not take part. With
    `ceil_mode` a last window may overhang the padding, as in ONNX. Quantized:
    input and result have the same type.

    Example:

    ```mlir
    %y = edge.max_pool %x {
        kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>,
        pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>}
      : (tensor<1x4x4x3xf32>) -> tensor<1x2x2x3xf32>
    ```
  }];
  let arguments = !con((ins Edge_Tensor:$input), Edge_Window);
  let results = (outs Edge_Tensor:$result);
  let hasVerifier = 1;
}

def Edge_AvgPoolOp : Edge_TensorOp<"avg_pool", [
    DeclareOpInterfaceMethods<Edge_RowwiseOpInterface,
                              ["getRowWindow", "createRow", "sumsRows"]>,
    DeclareOpInterfaceMethods<Edge_QuantizableOpInterface>,
    DeclareOpInterfaceMethods<Edge_ClampableOpInterface>,
    DeclareOpInterfaceMethods<Edge_ChannelOpInterface,
                              ["inferChannelRanges"]>]> {
  let summary = "the mean over windows, channels last";
  let description = [{
    Input [N, spatial..., C]. The divisor counts the taps inside the image or,
    with `count_include_pad`, inside the padded image.

    Example:

    ```mlir
    %y = edge.avg_pool %x {
        kernel = array<i64: 4, 4>, strides = array<i64: 1, 1>,
        pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>}
      : (tensor<1x4x4x3xf32>) -> tensor<1x1x1x3xf32>
    ```
  }];
  let arguments = !con(!con((ins Edge_Tensor:$input), Edge_Window),
    (ins DefaultValuedAttr<BoolAttr, "false">:$count_include_pad), Edge_Clamp);
  let results = (outs Edge_Tensor:$result);
  let hasVerifier = 1;
}

def Edge_SoftmaxOp : Edge_TensorOp<"softmax", [
    Edge_PermutableAxes,
    DeclareOpInterfaceMethods<Edge_QuantizableOpInterface,
      ["getFixedResultType"]>]> {
  let summary = "exp(x) / sum(exp(x)) along an axis";
  let description = [{
    With `log` the logarithm of that, `x - max(x) - log(sum(exp(x - max(x))))`,
    which has no integer form.
    Quantized: the result has scale 1/256 and zero point -128 or, in int16,
    scale 1/32768; the exact rule stands in docs/spec/integers.md ("Softmax").

    Example:

    ```mlir
    %y = edge.softmax %x {axis = 1}
      : (tensor<1x10xf32>) -> tensor<1x10xf32>
    ```
  }];
  let arguments = (ins Edge_Tensor:$input, I64Attr:$axis, UnitAttr:$log);
  let results = (outs Edge_Tensor:$result);
  let hasVerifier = 1;
}

def Edge_LayerNormOp : Edge_TensorOp<"layer_norm", [
    AttrSizedOperandSegments,
    DeclareOpInterfaceMethods<Edge_QuantizableOpInterface>,
    DeclareOpInterfaceMethods<Edge_PermutableOpInterface,
      ["isPermutedOperand", "getOperandPermutation", "getResultPermutation",
       "createPermuted"]>]> {
  let summary = "mean 0 and variance 1 along some axes, then scale and bias";
  let description = [{
    `(x - mean) / sqrt(variance + epsilon) * scale + bias`, with mean and
    variance (of the population) along `axes`. With `rms`, the root mean square:
    `x / sqrt(mean(x * x) + epsilon) * scale + bias`. Scale and bias, where
    given, hold one value for each position along the last axis, whether that is
    one of `axes` or not; a bias needs a scale. Quantized: input and result per
    tensor in i8; scale and bias are constants and stay f32.

    Example:

    ```mlir
    %y = edge.layer_norm %x scale(%scale) bias(%bias)
        {axes = array<i64: 2>, epsilon = 1.0e-5 : f32}
      : (tensor<1x10x16xf32>, tensor<16xf32>, tensor<16xf32>)
      -> tensor<1x10x16xf32>
    ```
  }];
  let arguments = (ins Edge_Tensor:$input, Optional<Edge_Tensor>:$scale,
                       Optional<Edge_Tensor>:$bias, DenseI64ArrayAttr:$axes,
                       F32Attr:$epsilon, UnitAttr:$rms);
  let results = (outs Edge_Tensor:$result);
  let assemblyFormat = [{
    $input (`scale` `(` $scale^ `)`)? (`bias` `(` $bias^ `)`)? attr-dict `:`
    functional-type(operands, results)
  }];
  let extraClassDeclaration = [{
    /// The number of elements that have one mean.
    int64_t getGroupSize();
  }];
  let hasVerifier = 1;
  let hasCanonicalizer = 1;
}

def Edge_ReduceKind : I32EnumAttr<"ReduceKind", "how a reduction combines", [
    I32EnumAttrCase<"Sum", 0>, I32EnumAttrCase<"Mean", 1>,
    I32EnumAttrCase<"Max", 2>, I32EnumAttrCase<"Min", 3>,
    I32EnumAttrCase<"Prod", 4>]> {
  let cppNamespace = "::edgecc::edge";
}

def Edge_ReduceOp : Edge_TensorOp<"reduce", [
    Edge_PermutableAxes,
    DeclareOpInterfaceMethods<Edge_QuantizableOpInterface,
      ["getSameTypeOperands"]>,
    DeclareOpInterfaceMethods<Edge_ChannelOpInterface,
                              ["getChannelSources"]>]> {
  let summary = "combines the elements along some axes";
  let description = [{
    The reduced axes stay, with size 1; `edge.reshape` drops them. Quantized:
    sums and means requantize; max and min have the input's type as result.

    Example:

    ```mlir
    %y = edge.reduce %x {kind = 1 : i32, axes = array<i64: 1, 2>}
      : (tensor<1x4x4x3xf32>) -> tensor<1x1x1x3xf32>
    ```
  }];
  let arguments = (ins Edge_Tensor:$input, Edge_ReduceKind:$kind,
                       DenseI64ArrayAttr:$axes);
  let results = (outs Edge_Tensor:$result);
  let extraClassDeclaration = [{
    /// The number of elements that one result is made of.
    int64_t getCount();
    /// What a sum is divided by: the count if it is a mean, else 1.
    int64_t getDivisor();
  }];
  let hasVerifier = 1;
  let hasCanonicalizer = 1;
}

//===----------------------------------------------------------------------===//
// Recurrent networks
//===----------------------------------------------------------------------===//

include "edgecc/Dialect/Edge/EdgeRecurrentOps.td"

//===----------------------------------------------------------------------===//
// Data movement
//===----------------------------------------------------------------------===//

def Edge_TransposeOp : Edge_TensorOp<"transpose", [
    Edge_CommutesWithClamp,
    DeclareOpInterfaceMethods<Edge_QuantizableOpInterface,
      ["getSameTypeOperands"]>]> {
  let summary = "permutes axes";
  let description = [{
    Axis `i` of the result is axis `perm[i]` of the input.

    Example:

    ```mlir
    %y = edge.transpose %x {perm = array<i64: 0, 3, 1, 2>}
      : (tensor<1x4x5x3xf32>) -> tensor<1x3x4x5xf32>
    ```
  }];
  let arguments = (ins Edge_Tensor:$input, DenseI64ArrayAttr:$perm);
  let results = (outs Edge_Tensor:$result);
  let hasVerifier = 1;
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

def Edge_ReshapeOp : Edge_Op<"reshape", [
    Edge_CommutesWithClamp, DeclareOpInterfaceMethods<Edge_PermutableOpInterface,
      ["getOperandPermutation", "getResultPermutation"]>,
    DeclareOpInterfaceMethods<Edge_QuantizableOpInterface,
      ["getSameTypeOperands"]>,
    Pure, DeclareOpInterfaceMethods<Edge_EvaluableOpInterface>,
    DeclareOpInterfaceMethods<Edge_ChannelOpInterface,
                              ["inferChannelRanges", "getChannelSources"]>]> {
  let summary = "the same elements in another shape";
  let description = [{
    Costs nothing: the result lies where the input does. Bytes may change their
    sign: ui8 to i8 and back.

    Example:

    ```mlir
    %y = edge.reshape %x : (tensor<1x4x5xf32>) -> tensor<1x20xf32>
    ```
  }];
  let arguments = (ins Edge_Tensor:$input);
  let results = (outs Edge_Tensor:$result);
  let assemblyFormat =
      "operands attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

def Edge_PadOp : Edge_TensorOp<"pad", [
    Edge_PermutableAxes,
    DeclareOpInterfaceMethods<Edge_QuantizableOpInterface,
      ["getSameTypeOperands"]>,
    DeclareOpInterfaceMethods<Edge_ChannelOpInterface,
                              ["inferChannelRanges", "getChannelSources"]>]> {
  let summary = "surrounds a tensor with a constant";
  let description = [{
    `low` and `high` count elements per axis; negative numbers cut off.
    Quantized: the value is converted with the input's type.

    Example:

    ```mlir
    %y = edge.pad %x {low = array<i64: 0, 1, 1, 0>,
                      high = array<i64: 0, 2, 2, 0>, value = 0.0 : f64}
      : (tensor<1x4x4x3xf32>) -> tensor<1x7x7x3xf32>
    ```
  }];
  let arguments = (ins Edge_Tensor:$input, DenseI64ArrayAttr:$low,
                       DenseI64ArrayAttr:$high, F64Attr:$value);
  let results = (outs Edge_Tensor:$result);
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Edge_ConcatOp : Edge_TensorOp<"concat", [
    Edge_PermutableAxes,
    DeclareOpInterfaceMethods<Edge_QuantizableOpInterface,
      ["getSameTypeOperands"]>,
    DeclareOpInterfaceMethods<Edge_ChannelOpInterface,
                              ["inferChannelRanges", "getChannelSources"]>]> {
  let summary = "joins tensors along an axis";
  let description = [{
    Example:

    ```mlir
    %y = edge.concat %a, %b {axis = 1}
      : (tensor<1x2x3xf32>, tensor<1x4x3xf32>) -> tensor<1x6x3xf32>
    ```
  }];
  let arguments = (ins Variadic<Edge_Tensor>:$inputs, I64Attr:$axis);
  let results = (outs Edge_Tensor:$result);
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Edge_SliceOp : Edge_TensorOp<"slice", [
    Edge_PermutableAxes, Edge_CommutesWithClamp,
    DeclareOpInterfaceMethods<Edge_QuantizableOpInterface,
      ["getSameTypeOperands"]>,
    DeclareOpInterfaceMethods<Edge_ChannelOpInterface,
                              ["getChannelSources", "createWithChannels"]>]> {
  let summary = "every `steps`-th element of a box";
  let description = [{
    Per axis, `sizes` elements from `starts` on, in steps of `steps` (may be
    negative). All of them lie inside the input.

    Example:

    ```mlir
    %y = edge.slice %x {starts = array<i64: 0, 1>, sizes = array<i64: 2, 2>,
                        steps = array<i64: 1, 2>}
      : (tensor<2x5xf32>) -> tensor<2x2xf32>
    ```
  }];
  let arguments = (ins Edge_Tensor:$input, DenseI64ArrayAttr:$starts,
                       DenseI64ArrayAttr:$sizes, DenseI64ArrayAttr:$steps);
  let results = (outs Edge_Tensor:$result);
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Edge_GatherOp : Edge_TensorOp<"gather", [
    DeclareOpInterfaceMethods<Edge_PermutableOpInterface,
      ["isPermutedOperand", "getOperandPermutation", "getResultPermutation",
       "createPermuted"]>,
    DeclareOpInterfaceMethods<Edge_QuantizableOpInterface,
      ["getSameTypeOperands"]>]> {
  let summary = "picks entries along an axis by index";
  let description = [{
    As ONNX `Gather`: the axis is replaced by the shape of the indices (i32 or
    i64), which count from the end when negative.

    Example:

    ```mlir
    %y = edge.gather %table, %tokens {axis = 0}
      : (tensor<100x8xf32>, tensor<1x4xi64>) -> tensor<1x4x8xf32>
    ```
  }];
  let arguments = (ins Edge_Tensor:$input, Edge_Tensor:$indices, I64Attr:$axis);
  let results = (outs Edge_Tensor:$result);
  let hasVerifier = 1;
}

def Edge_ResampleOp : Edge_TensorOp<"resample", [
    DeclareOpInterfaceMethods<Edge_PermutableOpInterface,
      ["isPermutedOperand", "createPermuted"]>,
    DeclareOpInterfaceMethods<Edge_QuantizableOpInterface,
      ["getSameTypeOperands"]>,
    DeclareOpInterfaceMethods<Edge_ChannelOpInterface,
                              ["getChannelSources"]>]> {
  let summary = "weighted sums of entries along an axis";
  let description = [{
    Entry `p` of the result along `axis` is the sum over taps `t` of
    `weights[t, p]` times the input's entry `indices[t * P + p]`. Weights are
    [taps, P]. One step of a linear or cubic resize. Quantized: weights are i16
    with a zero point of 0, in steps of 2^-14 from the quantizer.

    Example:

    ```mlir
    %y = edge.resample %x, %weights {axis = 1,
                                     indices = array<i32: 0, 0, 1, 1>}
      : (tensor<1x2x3xf32>, tensor<1x4xf32>) -> tensor<1x4x3xf32>
    ```
  }];
  let arguments = (ins Edge_Tensor:$input, Edge_Tensor:$weights, I64Attr:$axis,
                       DenseI32ArrayAttr:$indices);
  let results = (outs Edge_Tensor:$result);
  let hasVerifier = 1;
}

def Edge_ScatterKind : I32EnumAttr<"ScatterKind", "how a scatter combines", [
    I32EnumAttrCase<"Replace", 0>, I32EnumAttrCase<"Add", 1>,
    I32EnumAttrCase<"Mul", 2>, I32EnumAttrCase<"Max", 3>,
    I32EnumAttrCase<"Min", 4>]> {
  let cppNamespace = "::edgecc::edge";
}

def Edge_ScatterOp : Edge_TensorOp<"scatter"> {
  let summary = "puts entries at places along the first axis";
  let description = [{
    The result is `data` [N, ...] in which, one after another, entry
    `indices[i]` is combined with entry `i` of `updates` [indices..., ...].
    Indices (i32 or i64) count from the end when negative; what is outside of
    the data is dropped.

    Example:

    ```mlir
    %y = edge.scatter %data, %indices, %updates {kind = 1 : i32}
      : (tensor<8x2xf32>, tensor<3xi64>, tensor<3x2xf32>) -> tensor<8x2xf32>
    ```
  }];
  let arguments = (ins Edge_Tensor:$data, Edge_Tensor:$indices,
                       Edge_Tensor:$updates, Edge_ScatterKind:$kind);
  let results = (outs Edge_Tensor:$result);
  let hasVerifier = 1;
}

def Edge_TopKOp : Edge_TensorOp<"top_k"> {
  let summary = "positions of the largest or smallest elements along an axis";
  let description = [{
    The best element first; among equal ones, the one with the lowest index.
    Quantized elements are compared as they are stored.

    Example:

    ```mlir
    %i = edge.top_k %x {axis = 1, k = 2, largest = true}
      : (tensor<1x10xf32>) -> tensor<1x2xi64>
    ```
  }];
  let arguments = (ins Edge_Tensor:$input, I64Attr:$axis, I64Attr:$k,
                       BoolAttr:$largest);
  let results = (outs Edge_Tensor:$result);
  let hasCanonicalizer = 1;
}

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
