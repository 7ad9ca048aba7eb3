//===- Quantization.td - Passes under passes/quantization ---*- tablegen -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_PASSES_QUANTIZATION_TD
#define EDGECC_PASSES_QUANTIZATION_TD

include "mlir/Pass/PassBase.td"

def EdgeQuantize : Pass<"edge-quantize", "::mlir::func::FuncOp"> {
  let summary = "computes in int8 what calibration has ranges for";
  let description = [{
    Rewrites each operation that has an integer form: float operands go through
    `edge.quantize`, the result comes back through `edge.dequantize`; where both
    meet, nothing is left, or an `edge.requantize` if their types differ.
    Activations are asymmetric int8 per tensor, weights symmetric int8 per output
    channel, biases int32. Values that only move (max_pool, reshape, transpose,
    pad, slice, concat, gather) keep one type all the way.

    Assumes ranges as `edge-calibrate` leaves them: `edge.ranges = [[min, max]]`
    on operations, `edge.range = [min, max]` on arguments. An operation marked
    `edge.precision = "f32"` stays in float, and so does one without an integer
    form; a remark names it. Arguments and results of the function stay float.

    Guarantees that no 32-bit accumulator overflows for any input, from the
    weights: where it could, weights are rounded more coarsely or the layer stays
    in float, with a warning or remark that names it.

    ```mlir
    %y = edge.fully_connected %x, %w, %b {edge.ranges = [[0.0, 4.0]]}
      : (tensor<1x2xf32>, tensor<3x2xf32>, tensor<3xf32>) -> tensor<1x3xf32>
    ```
    becomes
    ```mlir
    %q = edge.quantize %x : (tensor<1x2xf32>)
      -> tensor<1x2x!quant.uniform<i8:f32, 7.8e-03>>
    %r = edge.fully_connected %q, %wq, %bq : (…)
      -> tensor<1x3x!quant.uniform<i8:f32, 1.5e-02:-128>>
    %y = edge.dequantize %r : (…) -> tensor<1x3xf32>
    ```
  }];
}

#endif // EDGECC_PASSES_QUANTIZATION_TD
