//===- Layout.td - Passes under passes/layout ---*- tablegen -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_PASSES_LAYOUT_TD
#define EDGECC_PASSES_LAYOUT_TD

include "mlir/Pass/PassBase.td"

def EliminateTransposes
    : Pass<"edge-eliminate-transposes", "::mlir::func::FuncOp"> {
  let summary = "chooses the layout of every value so that least data is moved";
  let description = [{
    Assumes: nothing. Works best before `canonicalize`, which turns transposes
    that move only axes of size 1 into reshapes.

    For each permutation that the function transposes by, every value that the
    transposes can be moved to (PermutableOpInterface: elementwise maps, pads,
    slices, concatenations, reductions, softmax, reshapes that keep the moved
    axes apart, ...) may be computed as it is or permuted. A minimum cut finds
    the choice that moves the fewest bytes. Constants, and the columns of a fully
    connected layer's constant weights behind a flattening reshape, are permuted
    at compile time. A normalization over all channels and pixels of a sample,
    which exporters put between reshapes, is done on the image as it lies. What costs the same either way is computed channels-last, so
    that the transposes end up at the function's inputs and outputs.

    Guarantees: the values are the same; the transposes that remain move no more
    bytes than before, per permutation as few as possible; none is duplicated.

    Example: both transposes go, since the map computes channels-last as well.

    ```mlir
    %0 = edge.transpose %x {perm = array<i64: 0, 3, 1, 2>}
      : (tensor<1x4x4x3xf32>) -> tensor<1x3x4x4xf32>
    %1 = edge.map %0 : (tensor<1x3x4x4xf32>) -> tensor<1x3x4x4xf32> {
    ^bb0(%e: f32):
      %negated = arith.negf %e : f32
      edge.yield %negated : f32
    }
    %2 = edge.transpose %1 {perm = array<i64: 0, 2, 3, 1>}
      : (tensor<1x3x4x4xf32>) -> tensor<1x4x4x3xf32>
    ```
    becomes
    ```mlir
    %2 = edge.map %x : (tensor<1x4x4x3xf32>) -> tensor<1x4x4x3xf32> {
    ^bb0(%e: f32):
      %negated = arith.negf %e : f32
      edge.yield %negated : f32
    }
    ```
  }];
  let dependentDialects = ["::edgecc::edge::EdgeDialect"];
}

def ChannelsLastIO : Pass<"edge-channels-last-io", "::mlir::func::FuncOp"> {
  let summary = "gives inputs and outputs the layout that is computed with";
  let description = [{
    For `--io-layout nhwc`. Assumes that `edge-eliminate-transposes` has moved the
    transposes to the inputs and outputs; changes the function's type, so nothing
    may call it.

    Guarantees: an input of rank 3 or more whose only use is a transpose (or a
    reshape that does the same) from channels-first to channels-last takes
    channels-last data, and an output whose value is only such a transpose the
    other way gives channels-last data; the transposes go. Other inputs and
    outputs, and the attributes of all, stay as they are.

    Example:

    ```mlir
    func.func @main(%x: tensor<1x3x4x4xf32> {edge.name = "image"})
        -> tensor<1x4x4x3xf32> {
      %0 = edge.transpose %x {perm = array<i64: 0, 2, 3, 1>}
        : (tensor<1x3x4x4xf32>) -> tensor<1x4x4x3xf32>
      return %0 : tensor<1x4x4x3xf32>
    }
    ```
    becomes
    ```mlir
    func.func @main(%x: tensor<1x4x4x3xf32> {edge.name = "image"})
        -> tensor<1x4x4x3xf32> {
      return %x : tensor<1x4x4x3xf32>
    }
    ```
  }];
  let dependentDialects = ["::edgecc::edge::EdgeDialect"];
}

#endif // EDGECC_PASSES_LAYOUT_TD
