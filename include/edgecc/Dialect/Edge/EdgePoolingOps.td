//===- EdgePoolingOps.td - Pooling, reduction --------------*- tablegen -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Included by EdgeOps.td, which has the base classes.
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_DIALECT_EDGE_EDGEPOOLINGOPS_TD
#define EDGECC_DIALECT_EDGE_EDGEPOOLINGOPS_TD

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
    tensor in i8 or i16; scale and bias are constants and stay f32.

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

#endif // EDGECC_DIALECT_EDGE_EDGEPOOLINGOPS_TD
