//===- Pruning.td - Passes under passes/pruning ---*- tablegen -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_PASSES_PRUNING_TD
#define EDGECC_PASSES_PRUNING_TD

include "mlir/Pass/PassBase.td"

def PruneConstantChannels
    : Pass<"edge-prune-constant-channels", "::mlir::func::FuncOp"> {
  let summary = "takes out channels that are constant or that nothing needs";
  let description = [{
    Works on int8 values. Bounds the stored integers that each channel can take,
    for all inputs, by interval arithmetic from the weights, and finds which
    channels nothing depends on. What is constant or not needed is taken out of
    the operations that compute it and of all that take part in it
    (ChannelOpInterface); a convolution or fully connected layer that sums over a
    constant channel adds its share to the bias instead.

    Channels of zeros come from training with batch normalisation, where a unit
    that has died keeps its place, and from rounding to int8.

    A constant channel that is not the zero point stays where a convolution pads,
    because its share differs at the border. So does a channel whose removal would
    change the shift that all channels of a layer requantize with.

    Assumes `edge-quantize` has run. Guarantees the same results, bit for bit, for
    every input.

    Example: the second channel is `clamp(bias)` whatever the input is.

    ```mlir
    %w = edge.constant dense<[[1, 2], [0, 0]]> : tensor<2x2xi8>
      -> tensor<2x2x!quant.uniform<i8<-127:127>:f32:0, {0.5, 0.5}>>
    %b = edge.constant dense<[0, 8]> : tensor<2xi32>
      -> tensor<2x!quant.uniform<i32:f32:0, {0.25, 0.25}>>
    %0 = edge.fully_connected %x, %w, %b
      : (tensor<1x2x!quant.uniform<i8:f32, 0.5>>,
         tensor<2x2x!quant.uniform<i8<-127:127>:f32:0, {0.5, 0.5}>>,
         tensor<2x!quant.uniform<i32:f32:0, {0.25, 0.25}>>)
      -> tensor<1x2x!quant.uniform<i8:f32, 0.5>>
    ```
    With a fully connected layer after it, `%0` becomes a tensor of 1x1, and the
    bias of the next layer takes up the constant.
  }];
  let dependentDialects = ["::edgecc::edge::EdgeDialect"];
}

#endif // EDGECC_PASSES_PRUNING_TD
