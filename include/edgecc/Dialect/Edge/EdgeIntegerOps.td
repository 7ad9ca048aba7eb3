//===- EdgeIntegerOps.td - Integer forms of elementwise maps -*- tablegen -*-=//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Included by EdgeOps.td, which has the base classes. What an edge.map of two
// operands becomes when it is quantized, besides edge.add and edge.mul.
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_DIALECT_EDGE_EDGEINTEGEROPS_TD
#define EDGECC_DIALECT_EDGE_EDGEINTEGEROPS_TD

def Edge_SubOp : Edge_BinaryQuantizedOp<"sub"> {
  let summary = "the difference of two quantized tensors, broadcast";
  let description = [{
    `edge.add` with the right-hand factor negated.

    Example:

    ```mlir
    %difference = edge.sub %a, %b
      : (tensor<1x4x!quant.uniform<i8:f32, 0.5>>,
         tensor<1x4x!quant.uniform<i8:f32, 0.25:3>>)
      -> tensor<1x4x!quant.uniform<i8:f32, 0.5:-128>>
    ```
  }];
}

def Edge_MaximumOp : Edge_BinaryQuantizedOp<"maximum"> {
  let summary = "the larger of two quantized tensors, broadcast";
  let description = [{
    Compares the operands at the result's scale, before they are rounded. Exact
    where all types are equal.

    Example:

    ```mlir
    %larger = edge.maximum %a, %b
      : (tensor<1x4x!quant.uniform<i8:f32, 0.5>>,
         tensor<1x4x!quant.uniform<i8:f32, 0.25:3>>)
      -> tensor<1x4x!quant.uniform<i8:f32, 0.5:-128>>
    ```
  }];
}

def Edge_MinimumOp : Edge_BinaryQuantizedOp<"minimum"> {
  let summary = "the smaller of two quantized tensors, broadcast";
  let description = [{
    As `edge.maximum`.

    Example:

    ```mlir
    %smaller = edge.minimum %a, %b
      : (tensor<1x4x!quant.uniform<i8:f32, 0.5>>,
         tensor<1x4x!quant.uniform<i8:f32, 0.25:3>>)
      -> tensor<1x4x!quant.uniform<i8:f32, 0.5:-128>>
    ```
  }];
}

def Edge_DivOp : Edge_BinaryQuantizedOp<"div"> {
  let summary = "the quotient of two quantized tensors, broadcast";
  let description = [{
    One integer division per element. A quotient by zero is the largest or
    smallest result, or 0 if the numerator is 0 as well.

    Example:

    ```mlir
    %quotient = edge.div %a, %b
      : (tensor<1x4x!quant.uniform<i8:f32, 0.5>>,
         tensor<1x1x!quant.uniform<i8:f32, 0.25:-128>>)
      -> tensor<1x4x!quant.uniform<i8:f32, 0.5>>
    ```
  }];
}

def Edge_PReluOp : Edge_BinaryQuantizedOp<"prelu"> {
  let summary = "x, or x times a slope where it is negative";
  let description = [{
    The left-hand operand has the result's shape; slopes broadcast, usually one
    per channel. The integer form of an `edge.map` that is a PReLU with more than
    one slope (with one, it is an `edge.table`).

    Example:

    ```mlir
    %y = edge.prelu %x, %slopes
      : (tensor<1x4x!quant.uniform<i8:f32, 0.5>>,
         tensor<4x!quant.uniform<i8:f32, 0.0039:-128>>)
      -> tensor<1x4x!quant.uniform<i8:f32, 0.25:-100>>
    ```
  }];
}

#endif // EDGECC_DIALECT_EDGE_EDGEINTEGEROPS_TD
