//===- EdgeMovementOps.td - Data movement ------------------*- tablegen -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Included by EdgeOps.td, which has the base classes.
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_DIALECT_EDGE_EDGEMOVEMENTOPS_TD
#define EDGECC_DIALECT_EDGE_EDGEMOVEMENTOPS_TD

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

#endif // EDGECC_DIALECT_EDGE_EDGEMOVEMENTOPS_TD
